import { describe, expect, it } from 'vitest';
import { locate } from '../../../src/diagnostics/index.ts';
import type { ArmTemplateOptions } from '../../../src/importers/arm-template/index.ts';
import { path } from '../../../src/values/index.ts';
import {
  bodyJson,
  codesOf,
  holderOf,
  importJson,
  parsed,
  resourceNamed,
  templateOf,
} from './import-text.ts';

const deployment = (parts: object, properties: object) => ({
  type: 'Microsoft.Resources/deployments',
  apiVersion: '2025-04-01',
  name: 'm',
  ...parts,
  properties: { mode: 'Incremental', ...properties },
});
const inner = { expressionEvaluationOptions: { scope: 'inner' } };
const valueIn = (part: ReturnType<typeof importJson>, name = 'holder') =>
  (bodyJson(resourceNamed(part, name)) as { properties: { value: unknown } }).properties.value;

describe('nested deployments', () => {
  // The example of linked-templates.md, section Expression evaluation scope in nested templates.
  const example = (scope: object) =>
    importJson(
      templateOf({
        variables: { exampleVar: 'from parent template' },
        resources: [
          deployment(
            { name: 'nestedTemplate1' },
            {
              ...scope,
              template: templateOf({
                variables: { exampleVar: 'from nested template' },
                outputs: { testVar: { type: 'string', value: "[variables('exampleVar')]" } },
              }),
            },
          ),
          holderOf({ value: "[reference('nestedTemplate1').outputs.testVar.value]" }),
        ],
      }),
    );

  it('ARM-05: expressions belong to the parent unless the scope is inner', () => {
    expect(valueIn(example(inner))).toBe('from nested template');
    expect(valueIn(example({ expressionEvaluationOptions: { scope: 'outer' } }))).toBe(
      'from parent template',
    );
    expect(valueIn(example({}))).toBe('from parent template');
  });

  it('inner templates get their parameters by value, and places say through which module', () => {
    const part = importJson(
      templateOf({
        parameters: { prefixes: { type: 'array', defaultValue: ['10.0.0.0/24', '10.1.0.0/24'] } },
        resources: [
          deployment(
            { name: "[concat('m', copyIndex())]", copy: { name: 'modules', count: 2 } },
            {
              ...inner,
              parameters: {
                prefix: { value: "[parameters('prefixes')[copyIndex()]]" },
                name: { value: "[format('h{0}', copyIndex())]" },
              },
              template: templateOf({
                parameters: {
                  prefix: { type: 'string' },
                  name: { type: 'string' },
                  lacking: { type: 'string' },
                },
                resources: [
                  {
                    ...holderOf({
                      value: "[parameters('prefix')]",
                      fixed: 'x',
                      lacking: "[parameters('lacking')]",
                    }),
                    name: "[parameters('name')]",
                  },
                ],
              }),
            },
          ),
        ],
      }),
    );
    expect(valueIn(part, 'h1')).toBe('10.1.0.0/24');
    const body = resourceNamed(part, 'h1').body;
    expect(locate(path(body, 'properties', 'value')!.at).via).toEqual(['parameter prefixes']);
    expect(locate(path(body, 'properties', 'fixed')!.at).via).toEqual([
      'copy index 1',
      'module m1',
    ]);
    const [a, b] = ['h0', 'h1'].map((name) =>
      path(resourceNamed(part, name).body, 'properties', 'lacking'),
    );
    expect(a).toMatchObject({ kind: 'unknown', missing: 'a value for parameter lacking' });
    expect(a).not.toMatchObject({ symbol: (b as { symbol: string }).symbol });
    expect(codesOf(part)).toEqual(['arm/parameter-missing', 'arm/parameter-missing']);
  });

  it('a deployment may go to another group or subscription; outer functions stay at home', () => {
    const template = templateOf({ resources: [holderOf({ value: '[resourceGroup().name]' })] });
    const part = importJson(
      templateOf({
        resources: [
          deployment({ resourceGroup: 'outer-rg', name: 'a' }, { template }),
          deployment(
            { resourceGroup: 'inner-rg', subscriptionId: 's2', name: 'b' },
            { ...inner, template },
          ),
        ],
      }),
      { subscriptionId: 's1', resourceGroup: 'home' },
    );
    expect(
      part.resources.map(({ subscriptionId, resourceGroup, body }) => [
        subscriptionId,
        resourceGroup,
        path(body, 'properties', 'value'),
      ]),
    ).toMatchObject([
      ['s1', 'outer-rg', { value: 'home' }],
      ['s2', 'inner-rg', { value: 'inner-rg' }],
    ]);
  });

  it('a group made by a subscription template lends its location', () => {
    const part = importJson({
      ...templateOf({
        resources: [
          { type: 'Microsoft.Resources/resourceGroups', name: 'g', location: 'northeurope' },
          deployment(
            { resourceGroup: 'g' },
            {
              ...inner,
              template: templateOf({
                resources: [holderOf({ value: '[resourceGroup().location]' })],
              }),
            },
          ),
        ],
      }),
      $schema:
        'https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#',
    });
    expect(valueIn(part)).toBe('northeurope');
  });

  it('outputs pass from module to module, whatever the order in the file', () => {
    const module = (name: string, parameters: object, output: string) =>
      deployment(
        { name },
        {
          ...inner,
          parameters,
          template: templateOf({
            parameters: { in: { type: 'string', defaultValue: 'start' } },
            resources: [{ ...holderOf({}), name: `[concat('${name}-', parameters('in'))]` }],
            outputs: { out: { type: 'string', value: output } },
          }),
        },
      );
    const pass = (from: string) => ({ in: { value: `[reference('${from}').outputs.OUT.value]` } });
    const part = importJson(
      templateOf({
        resources: [
          module('c', pass('b'), "[parameters('in')]"),
          module('b', pass('a'), "[concat(parameters('in'), '+b')]"),
          module('a', {}, "[concat(parameters('in'), '+a')]"),
        ],
      }),
    );
    expect(part.resources.map((each) => each.name)).toEqual([
      'c-start+a+b',
      'b-start+a',
      'a-start',
    ]);
    expect(part.diagnostics).toEqual([]);
  });

  it('outputs that need each other are a cycle; an output nobody declares is an error', () => {
    const module = (name: string, other: string) =>
      deployment(
        { name },
        {
          ...inner,
          parameters: { p: { value: `[reference('${other}').outputs.o.value]` } },
          template: templateOf({
            parameters: { p: { type: 'string' } },
            outputs: { o: { type: 'string', value: "[parameters('p')]" } },
          }),
        },
      );
    const part = importJson(
      templateOf({
        resources: [
          module('a', 'b'),
          module('b', 'a'),
          holderOf({
            value: "[reference('a').outputs.o.value]",
            none: "[reference('a').outputs.none.value]",
          }),
        ],
      }),
    );
    expect(codesOf(part)).toEqual(expect.arrayContaining(['arm/cycle', 'arm/evaluation-failed']));
    expect(valueIn(part)).toMatchObject({ $unknown: expect.anything() });
  });
});

describe('linked deployments', () => {
  const linked = (link: object, options: ArmTemplateOptions = {}) =>
    importJson(
      templateOf({
        resources: [
          deployment({}, { templateLink: link, parameters: { p: { value: 'passed' } } }),
          holderOf({ value: "[reference('m').outputs.o.value]" }),
        ],
      }),
      options,
    );
  const template = templateOf({
    parameters: { p: { type: 'string' } },
    resources: [{ ...holderOf({}), name: "[parameters('p')]" }],
    outputs: { o: { type: 'string', value: "[concat(parameters('p'), '!')]" } },
  });
  const readLinked = (wanted: string, content: unknown) => (relativePath: string) =>
    relativePath === wanted ? parsed(content, wanted) : undefined;

  it('a relative path that is there is followed with inner scope', () => {
    const part = linked(
      { relativePath: 'nested/network.json' },
      { readLinked: readLinked('nested/network.json', template) },
    );
    expect(part.resources.map((each) => each.name)).toEqual(['passed', 'holder']);
    expect(valueIn(part)).toBe('passed!');
  });

  it('links inside a linked template start at its own folder', () => {
    const outer = templateOf({
      resources: [
        deployment({ name: 'deeper' }, { templateLink: { relativePath: '../shared/leaf.json' } }),
      ],
    });
    const files: Record<string, unknown> = {
      'a/b.json': outer,
      'shared/leaf.json': templateOf({ resources: [holderOf({ value: 1 })] }),
    };
    const part = importJson(
      templateOf({ resources: [deployment({}, { templateLink: { uri: './a/b.json' } })] }),
      {
        readLinked: (relativePath) =>
          files[relativePath] === undefined ? undefined : parsed(files[relativePath], relativePath),
      },
    );
    expect(valueIn(part)).toBe(1);
  });

  it('any other link is reported, becomes a gap, and its outputs are unknown', () => {
    for (const link of [
      { uri: 'https://host.example/x.json?sv=SECRET' },
      { relativePath: 'absent.json' },
      { id: '/subscriptions/s/templateSpecs/t' },
      { uri: "[parameters('x')]" },
    ]) {
      const part = linked(link);
      expect(codesOf(part)).toContain('arm/link-not-followed');
      expect(part.gaps).toHaveLength(1);
      expect(valueIn(part)).toMatchObject({ $unknown: "reference('m').outputs.o.value" });
      expect(JSON.stringify(part.gaps.map((gap) => gap.why))).not.toContain('SECRET');
    }
  });
});
