import { describe, expect, it } from 'vitest';
import { sourceText } from '../diagnostics/index.ts';
import type { Change, PathStep, PlainJson } from '../questions/check/index.ts';
import { patchFiles } from './patch-files.ts';

/** `▸` marks where a value starts; expected texts are written by hand. */
function patched(marked: string, path: readonly PathStep[], to?: PlainJson, file = 'a'): string {
  const text = marked.replace('▸', '');
  const at = { source: sourceText(file, text), offset: marked.indexOf('▸') };
  const change: Change = { at, path, ...(to === undefined ? {} : { to }) };
  const { files, refusals } = patchFiles([[change]], () => text);
  return files[0]?.after ?? `refused: ${refusals[0]?.why}`;
}

describe('JSON is changed where it is written', () => {
  it.each([
    ['▸{ "a": 1 }', ['a'], 2, '{ "a": 2 }'],
    [
      '▸{ "Properties": { "Mode": "Alert" } }',
      ['properties', 'mode'],
      'Deny',
      '{ "Properties": { "Mode": "Deny" } }',
    ],
    ['{ "a": ▸["x"] }', [], ['TCP', 'UDP'], '{ "a": ["TCP", "UDP"] }'],
    [
      '{\n  // why\n  "list": [\n    1, ▸2,\n    3\n  ]\n}',
      [],
      undefined,
      '{\n  // why\n  "list": [\n    1,\n    3\n  ]\n}',
    ],
    ['▸{\n  "a": {}\n}', ['a', 'b'], true, '{\n  "a": {\n    "b": true\n  }\n}'],
    [
      '▸{\n    "a": [\n        1\n    ]\n}',
      ['a', { append: true }],
      2,
      '{\n    "a": [\n        1,\n        2\n    ]\n}',
    ],
    ['▸{\r\n  "a": 1\r\n}', ['b', 'c'], 1, '{\r\n  "a": 1,\r\n  "b": {\r\n    "c": 1\r\n  }\r\n}'],
  ] as const)('%j at %j', (text, path, to, expected) => {
    expect(patched(text, path, to)).toBe(expected);
  });

  it.each([
    ['▸{ "a": "[parameters(\'mode\')]" }', ['a'], 'Deny', "it is computed: `[parameters('mode')]`"],
    ['{ "a": ▸"[variables(\'x\')]" }', ['b'], 1, "it is computed: `[variables('x')]`"],
    ['▸{ "a": 1 }', ['a', 'b'], 2, 'there is no object to add to'],
    ['▸{ "a": 1 }', ['b'], undefined, 'it is not there'],
    ['{ "a":▸ 1 }', [], 2, 'it is not written there as a value of its own'],
    ['▸{ "a": 1 }', [], undefined, 'it is the whole file'],
  ] as const)('not %j at %j', (text, path, to, why) => {
    expect(patched(text, path, to)).toBe(`refused: ${why}`);
  });
});

const POLICY = `param tier string = 'Standard' // as bought
resource policy 'Microsoft.Network/firewallPolicies@2024-05-01' = ▸{
  name: 'afwp'
  properties: {
    sku: { tier: tier }
    threatIntelMode: 'Alert' // for now
    ranges: ['a', 'b']
    rules: [
      {
        name: 'one'
      }
      {
        name: 'two'
      }
    ]
  }
}
`;
const BARE = POLICY.replace('▸', '');
const bicep = (path: readonly PathStep[], to?: PlainJson, text = POLICY) =>
  patched(text, path, to, 'main.bicep');

describe('Bicep is changed where it is written', () => {
  it('a literal is replaced and its comment stays', () => {
    expect(bicep(['properties', 'threatIntelMode'], 'Deny')).toBe(
      BARE.replace("'Alert' //", "'Deny' //"),
    );
  });

  it('a new property stands behind the last, with what is missing on the way', () => {
    expect(bicep(['properties', 'dnsSettings', 'enableProxy'], true)).toBe(
      BARE.replace(
        '      }\n    ]\n',
        '      }\n    ]\n    dnsSettings: {\n      enableProxy: true\n    }\n',
      ),
    );
  });

  it('an item goes with its lines, and one is added behind the last', () => {
    const second = POLICY.replace('▸', '').replace(
      "{\n        name: 'two'",
      "▸{\n        name: 'two'",
    );
    expect(bicep([], undefined, second)).toBe(
      BARE.replace("      {\n        name: 'two'\n      }\n", ''),
    );
    const hostile = `c'$\{d}`;
    expect(bicep(['properties', 'ranges', { append: true }], hostile)).toBe(
      BARE.replace("['a', 'b']", `['a', 'b', 'c\\'\\$\{d}']`),
    );
  });

  it('what an expression computes is left', () => {
    expect(bicep(['properties', 'sku', 'tier'], 'Premium')).toBe('refused: it is computed: `tier`');
  });
});

const SERVICE = `# the shop
▸apiVersion: v1
kind: Service
metadata:
  name: front   # as in DNS
spec:
  externalIPs:
    - 203.0.113.9
    - 203.0.113.10
  type: LoadBalancer
---
kind: ConfigMap
`;
const PLAIN = SERVICE.replace('▸', '');

describe('YAML is changed where it is written', () => {
  it('a member goes with all of its lines', () => {
    expect(patched(SERVICE, ['spec', 'externalIPs'])).toBe(
      PLAIN.replace('  externalIPs:\n    - 203.0.113.9\n    - 203.0.113.10\n', ''),
    );
  });

  it('a new member stands behind the last, before the next document', () => {
    expect(patched(SERVICE, ['spec', 'externalTrafficPolicy'], 'Local')).toBe(
      PLAIN.replace('LoadBalancer\n', 'LoadBalancer\n  externalTrafficPolicy: Local\n'),
    );
  });

  it('what is missing on the way is made, and a text that reads as something else is quoted', () => {
    const name = 'service.beta.kubernetes.io/azure-load-balancer-internal';
    expect(patched(SERVICE, ['metadata', 'annotations', name], 'true')).toBe(
      PLAIN.replace('# as in DNS\n', `# as in DNS\n  annotations:\n    ${name}: "true"\n`),
    );
  });

  it('a value is replaced and its comment stays', () => {
    expect(patched(SERVICE, ['metadata', 'name'], 'yes')).toBe(
      PLAIN.replace('front   #', '"yes"   #'),
    );
  });

  it.each([
    ['a: ▸[1, 2]\n', [{ append: true }], 3, 'a: [1, 2, 3]\n'],
    ['▸a: {b: 1}\n', ['a', 'c'], 'x', 'a: {b: 1, c: x}\n'],
    ['a:\n▸- 1\n- 2', [{ append: true }], 3, 'a:\n- 1\n- 2\n- 3'],
    ['a:\n  - ▸b: 1\n  - c: 2\n', [], undefined, 'a:\n  - c: 2\n'],
    ['a:\n  - ▸b: 1\n', [], undefined, 'a:\n  []\n'],
    ['▸a:\r\n  b: 1\r\n', ['a', 'c'], 2, 'a:\r\n  b: 1\r\n  c: 2\r\n'],
  ] as const)('%j at %j', (text, path, to, expected) => {
    expect(patched(text, path, to)).toBe(expected);
  });

  it.each([
    ['▸a: 1\n', ['a', 'b'], 2, 'it is no mapping'],
    ['- ▸a: 1\n  b: 2\n', ['a'], undefined, 'it shares its line with something else'],
    ['▸a: 1\n', [], undefined, 'it is the whole document'],
    ['a: {b: ▸1, c: 2}\n', [], undefined, 'it is one of several on one line'],
  ] as const)('not %j at %j', (text, path, to, why) => {
    expect(patched(text, path, to)).toBe(`refused: ${why}`);
  });
});

describe('several changes at once', () => {
  const text = '{\n  "rules": [\n    "a",\n    "b",\n    "c"\n  ],\n  "mode": "Alert"\n}\n';
  const source = sourceText('a.json', text);
  const gone = (item: string): Change => ({
    at: { source, offset: text.indexOf(`"${item}"`) },
    path: [],
  });

  it('neighbours of one list go together', () => {
    const { files, refusals } = patchFiles([[gone('a')], [gone('c')], [gone('b')]], () => text);
    expect(refusals).toEqual([]);
    expect(JSON.parse(files[0]!.after)).toEqual({ rules: [], mode: 'Alert' });
  });

  it('a set of which one part cannot be written is left out whole', () => {
    const whole = { source, offset: 0 };
    const set = [gone('a'), { at: whole, path: ['nowhere'] }];
    const { files, refusals } = patchFiles([set, [gone('b')]], () => text);
    expect(refusals).toEqual([{ index: 0, why: 'it is not there', at: whole }]);
    expect(JSON.parse(files[0]!.after).rules).toEqual(['a', 'c']);
  });

  it('the same change asked for twice is made once', () => {
    const append = {
      at: { source, offset: text.indexOf('[') },
      path: [{ append: true }],
      to: 'd',
    } as const;
    const { files } = patchFiles([[append], [append]], () => text);
    expect(JSON.parse(files[0]!.after).rules).toEqual(['a', 'b', 'c', 'd']);
  });

  it('a file that cannot be read again keeps its set out', () => {
    const { files, refusals } = patchFiles([[gone('a')]], () => undefined);
    expect(files).toEqual([]);
    expect(refusals[0]?.why).toBe('its file cannot be rewritten');
  });
});
