import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sourceText } from '../../../src/diagnostics/index.ts';
import { importArmTemplate } from '../../../src/importers/arm-template/index.ts';
import { parseJson } from '../../../src/importers/json/index.ts';
import { toJson } from '../../../src/values/index.ts';
import {
  codesOf,
  evaluateExpression,
  holderOf,
  importJson,
  parsed,
  templateOf,
} from './import-text.ts';

const SAMPLES = [
  'avm-firewall-policy-module',
  'firewall-with-ip-prefix',
  'premium-policy-github',
  'vnet-subnet-udr',
].map((name) =>
  readFileSync(new URL(`../../samples/azure/arm/${name}.json`, import.meta.url), 'utf8'),
);
const chain = (length: number, link: (index: number) => unknown) =>
  Object.fromEntries(Array.from({ length }, (_, index) => [`v${index}`, link(index)]));
const previous = (index: number) => `variables('v${index - 1}')`;

describe('a template that asks for too much ends soon, with a diagnostic and unknown values', () => {
  const LIMIT_CODES = [
    'arm/budget',
    'arm/expression-too-deep',
    'arm/evaluation-failed',
    'arm/cycle',
  ];
  it.each<[string, string, Record<string, unknown>]>([
    [
      'texts that double',
      "variables('v99')",
      {
        variables: chain(100, (i) => (i === 0 ? 'x' : `[concat(${previous(i)}, ${previous(i)})]`)),
      },
    ],
    [
      'arrays that double',
      "variables('v99')",
      {
        variables: chain(100, (i) =>
          i === 0 ? 'x' : `[createArray(${previous(i)}, ${previous(i)})]`,
        ),
      },
    ],
    [
      'literals that double',
      "variables('v99')",
      { variables: chain(100, (i) => (i === 0 ? 'x' : [`[${previous(i)}]`, `[${previous(i)}]`])) },
    ],
    [
      'a long chain of variables',
      "variables('v4999')",
      { variables: chain(5000, (i) => (i === 0 ? 'x' : `[concat(${previous(i)}, 'a')]`)) },
    ],
    [
      'a cycle of variables',
      "variables('a')",
      { variables: { a: "[variables('b')]", b: "[variables('A')]" } },
    ],
    ['nesting in an expression', `${'string('.repeat(50_000)}1${')'.repeat(50_000)}`, {}],
    [
      'nesting made by reduce',
      "reduce(range(0, 9000), 1, lambda('c', 'n', createArray(lambdaVariables('c'))))",
      {},
    ],
    ['loops in loops', "map(range(0, 9000), lambda('a', map(range(0, 9000), lambda('b', 1))))", {}],
    [
      'replacements of replacements',
      "replace(replace(padLeft('', 9999, 'a'), 'a', padLeft('', 9999, 'a')), 'a', 'bb')",
      {},
    ],
    [
      'a function that calls itself',
      "n.f('x')",
      {
        functions: [
          {
            namespace: 'n',
            members: {
              f: {
                parameters: [{ name: 'p', type: 'string' }],
                output: { type: 'string', value: "[n.f(parameters('p'))]" },
              },
            },
          },
        ],
      },
    ],
  ])('%s', (_, expression, parts) => {
    const { value, part } = evaluateExpression(expression, parts);
    expect(JSON.stringify(toJson(value))).toContain('$unknown');
    expect(codesOf(part).some((code) => LIMIT_CODES.includes(code))).toBe(true);
  });

  it('property loops in property loops', () => {
    const loop = (name: string, input: unknown) => ({ copy: [{ name, count: 800, input }] });
    const part = importJson(
      templateOf({ resources: [holderOf(loop('a', loop('b', loop('c', 'x'))))] }),
    );
    expect(codesOf(part)).toContain('arm/budget');
  });

  it('deployments that deploy deployments, in loops or through links to themselves', () => {
    const nest = (levels: number): object =>
      levels === 0
        ? holderOf({})
        : {
            type: 'Microsoft.Resources/deployments',
            name: "[concat('d', copyIndex())]",
            copy: { name: `c${levels}`, count: 800 },
            properties: { template: templateOf({ resources: [nest(levels - 1)] }) },
          };
    const looped = importJson(templateOf({ resources: [nest(3)] }));
    expect(codesOf(looped)).toContain('arm/budget');
    expect(looped.gaps).not.toEqual([]);
    const self = templateOf({
      resources: ['x', 'y'].map((name) => ({
        type: 'Microsoft.Resources/deployments',
        name,
        properties: { templateLink: { relativePath: 'main.json' } },
      })),
    });
    const root = parsed(self);
    expect(codesOf(importJson(self, { readLinked: () => root }))).toContain('arm/budget');
  });

  it('names that depend on names: every resource is still there', () => {
    const resources = Object.fromEntries(
      Array.from({ length: 2000 }, (_, index) => [
        `n${index}`,
        {
          type: 'Test.Holder/holders',
          name: index === 1999 ? 'last' : `[reference('n${index + 1}', '1', 'Full').name]`,
        },
      ]),
    );
    expect(importJson(templateOf({ languageVersion: '2.0', resources })).resources).toHaveLength(
      2000,
    );
  });

  it('JSON at the depth limit, and expressions inside it', () => {
    let deep: unknown = "[concat('a', 'b')]";
    for (let level = 0; level < 590; level += 1) deep = [deep];
    const part = importJson(templateOf({ resources: [holderOf({ deep })] }));
    expect(part.diagnostics).toEqual([]);
    expect(JSON.stringify(toJson(part.resources[0]!.body))).toContain('"ab"');
  });
});

describe('any text', () => {
  it('mutated and truncated samples are read without a throw, and errors have places', () => {
    const mutation = fc.tuple(
      fc.nat(),
      fc.constantFrom(
        '',
        '"',
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '\\',
        "'",
        '(',
        ')',
        '[[',
        'null',
        '0',
        "')]",
        "[reference('",
        '"copy":',
        '"condition":"[',
        'parameters',
      ),
      fc.nat(6),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...SAMPLES),
        fc.array(mutation, { minLength: 1, maxLength: 4 }),
        fc.option(fc.nat()),
        (sample, mutations, cut) => {
          let text = cut === null ? sample : sample.slice(0, cut % sample.length);
          for (const [position, inserted, removed] of mutations) {
            const at = text.length === 0 ? 0 : position % text.length;
            text = text.slice(0, at) + inserted + text.slice(at + removed);
          }
          const { value } = parseJson(text, sourceText('x.json', text));
          if (value === undefined) return;
          const part = importArmTemplate(value);
          for (const diagnostic of part.diagnostics) expect(diagnostic.at).toBeDefined();
          for (const resource of part.resources) {
            expect(resource.key).toBe(resource.id.toLowerCase());
            JSON.stringify(toJson(resource.body));
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('random expressions end in a value', () => {
    const names = [
      'concat',
      'format',
      'if',
      'and',
      'or',
      'equals',
      'coalesce',
      'union',
      'map',
      'filter',
      'reduce',
      'lambda',
      'lambdaVariables',
      'parameters',
      'variables',
      'copyIndex',
      'resourceId',
      'reference',
      'split',
      'substring',
      'take',
      'skip',
      'first',
      'last',
      'range',
      'cidrSubnet',
      'cidrHost',
      'parseCidr',
      'json',
      'string',
      'int',
      'uniqueString',
      'listKeys',
      'tryGet',
      'items',
      'sort',
      'toObject',
      'createArray',
      'createObject',
      'resourceGroup',
      'replace',
      'padLeft',
      'base64ToString',
      'uri',
      'mod',
      'contains',
      'nobody',
      'extensionResourceId',
      'subscription',
      'deployment',
      'intersection',
      'flatten',
      'join',
      'min',
      'less',
    ];
    const { expression } = fc.letrec<{ expression: string }>((tie) => ({
      expression: fc.oneof(
        { maxDepth: 5, depthIdentifier: 'expression' },
        fc.constantFrom(
          "'x'",
          "'10.0.0.0/16'",
          "'a/b'",
          "'missing'",
          "'v'",
          "'holder'",
          "'{0}{1}'",
          '0',
          '3',
          '-1',
          '24',
          "'Microsoft.Network/virtualNetworks'",
          "'«'",
        ),
        fc
          .tuple(fc.constantFrom(...names), fc.array(tie('expression'), { maxLength: 4 }))
          .map(([name, list]) => `${name}(${list.join(', ')})`),
        tie('expression').map((of) => `createObject('x', ${of}).x`),
        fc
          .tuple(tie('expression'), tie('expression'))
          .map(([of, index]) => `createArray(${of})[${index}]`),
      ),
    }));
    const parts = {
      parameters: {
        missing: { type: 'string' },
        x: { type: 'object', defaultValue: { a: [1, 'b'] } },
      },
      variables: { v: "[variables('x')]", x: [1, { y: 2 }] },
    };
    fc.assert(
      fc.property(expression, (text) => {
        const { value } = evaluateExpression(text, parts);
        JSON.stringify(toJson(value));
      }),
      { numRuns: 500 },
    );
  });
});
