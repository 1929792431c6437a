import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sourceText } from '../../../src/diagnostics/index.ts';
import {
  importArmTemplate,
  isArmTemplate,
  parameterFileOf,
} from '../../../src/importers/arm-template/index.ts';
import { parseJson } from '../../../src/importers/json/index.ts';
import { toJson } from '../../../src/values/index.ts';
import { importJson, located, parsed, templateOf } from './import-text.ts';

describe('files as people have them', () => {
  const text = readFileSync(
    new URL('../../samples/azure/arm/vnet-subnet-udr.json', import.meta.url),
    'utf8',
  );
  const view = (source: string) => {
    const { value, diagnostics } = parseJson(source, sourceText('x.json', source));
    const part = importArmTemplate(value!);
    const resources = part.resources.map(({ key, type, body }) => ({
      key,
      type,
      body: toJson(body),
    }));
    return { resources, problems: [...diagnostics, ...part.diagnostics].map((each) => each.code) };
  };
  const plain = view(text);

  it.each<[string, (source: string) => string]>([
    ['a byte order mark', (source) => `\ufeff${source}`],
    ['CRLF', (source) => source.replaceAll('\n', '\r\n')],
    ['comments', (source) => source.replaceAll('\n', ' // here\n/* and\n here */')],
    ['trailing commas', (source) => source.replace(/([\]}"\w])(\n\s*[\]}])/g, '$1,$2')],
    ['one line', (source) => JSON.stringify(JSON.parse(source))],
  ])('%s changes nothing', (_, change) => {
    expect(view(change(text))).toEqual(plain);
  });

  it('a template cut off in the middle gives what was read, and an error with a place', () => {
    const cut = view(text.slice(0, text.indexOf('"addressSpace"')));
    expect(cut.problems).toContain('json/syntax');
    expect(cut.resources.map((each) => each.type)).toContain('microsoft.network/routetables');
  });

  it('every kind of mistake at once: each is located, the rest is read', () => {
    const source = `{
  "parameters": {"p": {"type": "string"}, "p": {"type": "string"}},
  "variables": {"a": "[variables('b')]", "b": "[variables('a')]"},
  "resources": [
    {"type": "A.B/c", "name": "x/y", "properties": {}},
    {"type": "A.B/c", "name": "good", "properties": {
      "unknown": "[noSuch()]",
      "cycle": "[variables('a')]",
      "missing": "[parameters('p')]",
      "placeholder": "xx.xx.xx.xx",
      "broken": "[concat(]",
      "fine": "[concat('o', 'k')]"
    }}
  ]
}`;
    const { value, diagnostics } = parseJson(source, sourceText('x.json', source));
    const part = importArmTemplate(value!);
    expect([...located(diagnostics), ...located(part.diagnostics)].sort()).toEqual([
      'arm/cycle 3:47',
      'arm/parameter-missing 2:43',
      'arm/placeholder 10:22',
      'arm/segment-count 5:31',
      'arm/syntax 11:17',
      'arm/unknown-function 7:18',
      'json/duplicate-key 2:43',
    ]);
    const good = part.resources.find((each) => each.name === 'good')!;
    expect(toJson(good.body)).toMatchObject({
      properties: {
        unknown: { $unknown: 'noSuch()' },
        missing: { missing: 'a value for parameter p' },
        placeholder: { $unknown: 'xx.xx.xx.xx' },
        broken: { $unknown: 'concat(' },
        fine: 'ok',
      },
    });
  });
});

describe('recognition', () => {
  const schema = (name: string) =>
    `https://schema.management.azure.com/schemas/2019-04-01/${name}#`;
  it.each([
    [templateOf({}), true],
    [{ $schema: schema('subscriptionDeploymentTemplate.json'), resources: {} }, true],
    [{ $schema: schema('managementGroupDeploymentTemplate.json') }, true],
    [{ $schema: schema('tenantDeploymentTemplate.json') }, true],
    [{ $schema: schema('deploymentParameters.json'), parameters: {} }, false],
    [{ contentVersion: '1.0.0.0', resources: [] }, true],
    [{ resources: [] }, false],
    [{ id: '/subscriptions/s', type: 'A.B/c' }, false],
    [[], false],
  ])('%j is a template: %s', (json, expected) => {
    expect(isArmTemplate(parsed(json))).toBe(expected);
  });

  it('a parameter file gives its entries', () => {
    const file = { $schema: schema('deploymentParameters.json'), parameters: { a: { value: 1 } } };
    expect(toJson(parameterFileOf(parsed(file))!)).toEqual({ a: { value: 1 } });
    expect(parameterFileOf(parsed({ parameters: { a: { value: 1 } } }))).toBeDefined();
    expect(
      parameterFileOf(parsed(templateOf({ parameters: { a: { type: 'int' } } }))),
    ).toBeUndefined();
    expect(parameterFileOf(parsed({ parameters: { a: { type: 'int' } } }))).toBeUndefined();
  });

  it('what is no object is no template, and that is said', () => {
    expect(importJson('[1]').diagnostics).toMatchObject([{ code: 'arm/malformed-resource' }]);
  });
});
