import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { HEALTHY, HEALTHY_SAYS, watched } from './bad-input-run.ts';
import { sallyport } from './run-sallyport.ts';

/** Templates that ask for more than anybody should give them: an end soon, a place, and the rest is answered. */
const folder = temporaryFolder();
beforeAll(() => {
  expect(sallyport(['--version']).code).toBe(0);
});
afterAll(() => folder.remove());

const TEMPLATE = {
  $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
  contentVersion: '1.0.0.0',
};
const ipGroup = (name: string, address: string, more: object = {}) => ({
  type: 'Microsoft.Network/ipGroups',
  apiVersion: '2023-09-01',
  name,
  properties: { ipAddresses: [address] },
  ...more,
});
const indented = (value: unknown) => JSON.stringify(value, undefined, 1);

/** `code line` of what is worse than a note. */
function diagnosticsOf(out: string): readonly string[] {
  const { diagnostics } = JSON.parse(out);
  return diagnostics
    .filter(({ severity }: { severity: string }) => severity !== 'note')
    .map((one: { code: string; location: { line: number } }) => `${one.code} ${one.location.line}`);
}

describe('expressions', () => {
  const CALLS_ITSELF = {
    namespace: 'n',
    members: {
      f: {
        parameters: [{ name: 'p', type: 'string' }],
        output: { type: 'string', value: "[n.f(parameters('p'))]" },
      },
    },
  };
  const DOUBLING = Object.fromEntries(
    Array.from({ length: 60 }, (_, index) => [
      `v${index}`,
      index === 0 ? 'x' : `[concat(variables('v${index - 1}'), variables('v${index - 1}'))]`,
    ]),
  );

  it('variables in a circle, functions that call themselves, a million copies, texts that double', () => {
    folder.write(
      'expressions/a.json',
      indented({
        ...TEMPLATE,
        functions: [CALLS_ITSELF],
        variables: { a: "[variables('b')]", b: "[variables('a')]", ...DOUBLING },
        resources: [
          ipGroup('circle', "[variables('a')]"),
          ipGroup('itself', "[n.f('x')]"),
          ipGroup("[concat('g', copyIndex())]", '10.0.0.1', { copy: { name: 'c', count: 1e6 } }),
          ipGroup('doubled', "[variables('v59')]"),
        ],
      }),
    );
    folder.write('expressions/healthy.json', HEALTHY);
    const ran = watched(['check', 'expressions', '--format', 'json'], folder.path);
    expect(ran.code).toBe(1);
    const said = diagnosticsOf(ran.out);
    expect(said).toHaveLength(4);
    for (const code of [
      'arm/cycle',
      'arm/expression-too-deep',
      'arm/copy-limit',
      'arm/evaluation-failed',
    ]) {
      expect(said).toContainEqual(expect.stringMatching(new RegExp(`^${code} \\d+$`)));
    }
    expect(ran.out).toContain(HEALTHY_SAYS);
  });

  it('the way to a fault stays short, however often a function called itself', () => {
    const ran = watched(['import', 'expressions'], folder.path);
    expect(ran.out).toContain('function n.f, …, function n.f');
    expect(ran.out.length).toBeLessThan(4_000);
  });
});

describe('size', () => {
  const rule = (index: number) => ({
    ruleType: 'NetworkRule',
    name: `r${index}`,
    ipProtocols: ['TCP'],
    sourceAddresses: [`10.${(index >> 8) & 255}.${index & 255}.0/24`],
    destinationAddresses: [`20.${(index >> 8) & 255}.${index & 255}.1`],
    destinationPorts: [String(1000 + (index % 60_000))],
  });

  it('a policy of 30,000 rules is checked within seconds', () => {
    const collections = Array.from({ length: 30 }, (_, collection) => ({
      ruleCollectionType: 'FirewallPolicyFilterRuleCollection',
      name: `c${collection}`,
      priority: 100 + collection,
      action: { type: 'Allow' },
      rules: Array.from({ length: 1000 }, (_, index) => rule(collection * 1000 + index)),
    }));
    folder.write(
      'rules/a.json',
      indented({
        ...TEMPLATE,
        resources: [
          { type: 'Microsoft.Network/firewallPolicies', apiVersion: '2023-09-01', name: 'p' },
          {
            type: 'Microsoft.Network/firewallPolicies/ruleCollectionGroups',
            apiVersion: '2023-09-01',
            name: 'p/g',
            properties: { priority: 200, ruleCollections: collections },
          },
        ],
      }),
    );
    const ran = watched(['check', 'rules'], folder.path, 60);
    expect(ran.code).toBe(0);
    console.info(`30,000 rules: ${ran.seconds.toFixed(1)} s, ${ran.megabytes.toFixed(0)} MB`);
  });

  it.each([
    ['slashes', `${'/'.repeat(100_000)}a`],
    ['blanks', `[resourceId('Microsoft.Network/routeTables', '${' '.repeat(100_000)}', 'a')]`],
    ['at signs', `[resourceId('Microsoft.Network/routeTables${'@'.repeat(100_000)}/', 'a')]`],
    ['unknowns', `[concat(newGuid(), '${'«'.repeat(100_000)}')]`],
  ])('an id of 100,000 characters takes no time to read: %s', (kind, id) => {
    const network = {
      type: 'Microsoft.Network/virtualNetworks',
      apiVersion: '2023-09-01',
      name: "[last(split(variables('id'), '/'))]",
      properties: {
        addressSpace: { addressPrefixes: ['10.0.0.0/16'] },
        subnets: [
          {
            name: 's',
            properties: { addressPrefix: '10.0.0.0/24', routeTable: { id: "[variables('id')]" } },
          },
        ],
      },
    };
    const place = `id-${kind.replace(' ', '-')}`;
    folder.write(
      `${place}/a.json`,
      indented({ ...TEMPLATE, variables: { id }, resources: [network] }),
    );
    watched(['check', place], folder.path, 40);
  });

  it.each([
    ['one word', 'x'.repeat(200_000)],
    ['many words', 'a '.repeat(100_000)],
    ['wide letters', '漢'.repeat(100_000)],
    ['backticks', Array.from({ length: 400 }, (_, index) => `${'`'.repeat(index)}a`).join('')],
    ['slashes', `${'/'.repeat(100_000)}a`],
  ])('a name of 200 KB takes no time to print: %s', (kind, name) => {
    const place = `name-${kind.replace(' ', '-')}`;
    folder.write(`${place}/a.json`, HEALTHY.replaceAll('"mail"', JSON.stringify(name)));
    for (const format of ['text', 'markdown']) {
      const ran = watched(['check', place, '--format', format], folder.path, 40);
      expect(ran.code).toBe(0);
    }
  });
});
