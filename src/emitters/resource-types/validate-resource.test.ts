import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { placeless } from '../../diagnostics/index.ts';
import { fromJson, type ObjectValue, objectValue } from '../../values/index.ts';
import { parseResourceTypes } from './resource-types.ts';
import { validateResource } from './validate-resource.ts';

const TYPES = parseResourceTypes(
  readFileSync(
    new URL('../../../data/resource-types/resource-types.json', import.meta.url),
    'utf8',
  ),
);
const N = 'Microsoft.Network';

type Json = Record<string, unknown>;

/** `severity code` of every finding. Expected values follow the published types and the pages of the reference. */
function findings(type: string, properties: Json, name = 'x', rest: Json = {}): readonly string[] {
  const at = placeless('test');
  const value = fromJson({ ...rest, properties }, at);
  const body = value.kind === 'object' ? value : objectValue(at, []);
  return validateResource(TYPES, { type, apiVersion: versionOf(type), name, body, at }).map(
    ({ severity, code }) => `${severity} ${code}`,
  );
}

const versionOf = (type: string) =>
  TYPES.resources.get(type.toLowerCase())?.version ?? '2024-05-01';

const rule = {
  name: 'r',
  properties: { priority: 100, direction: 'Inbound', access: 'Allow', protocol: 'Tcp' },
};

describe('resources are checked against their published types', () => {
  it('a rule collection group as Azure shows it has nothing but what Azure writes', () => {
    const text = readFileSync('tests/samples/arm-shapes/rcg-aks.arm.json', 'utf8');
    const { properties } = JSON.parse(text) as { properties: Json };
    expect(findings(`${N}/firewallPolicies/ruleCollectionGroups`, properties)).toEqual([
      'warning resource/read-only',
      'warning resource/read-only',
    ]);
  });

  it('a required property that is missing is an error', () => {
    const { access: _, ...without } = rule.properties;
    expect(
      findings(`${N}/networkSecurityGroups`, { securityRules: [{ ...rule, properties: without }] }),
    ).toEqual(['error resource/required-missing']);
  });

  it('a property the type does not have is a warning, unless it holds nothing', () => {
    expect(findings(`${N}/routeTables`, { disableBgp: true, other: null })).toEqual([
      'warning resource/unknown-property',
    ]);
  });

  it('what only Azure writes is a warning', () => {
    expect(findings(`${N}/azureFirewalls`, { provisioningState: 'Succeeded' })).toEqual([
      'warning resource/read-only',
    ]);
  });

  it('numbers and booleans may be texts, lists may not', () => {
    expect(findings(`${N}/routeTables`, { disableBgpRoutePropagation: 'true' })).toEqual([]);
    expect(findings(`${N}/routeTables`, { disableBgpRoutePropagation: [] })).toEqual([
      'error resource/wrong-type',
    ]);
    expect(findings(`${N}/routeTables`, { routes: {} })).toEqual(['error resource/wrong-type']);
  });

  it('closed enumerations match without case, open ones take any text', () => {
    const locks = (level: string) => findings('Microsoft.Authorization/locks', { level });
    expect(locks('candelete').filter((each) => each.startsWith('error'))).toEqual([]);
    expect(findings(`${N}/azureFirewalls`, { threatIntelMode: 'Perhaps' })).toEqual([]);
  });

  it('a rule collection says which kind it is', () => {
    const groups = (collection: Json) =>
      findings(`${N}/firewallPolicies/ruleCollectionGroups`, {
        priority: 100,
        ruleCollections: [{ name: 'c', priority: 100, ...collection }],
      });
    expect(groups({ ruleCollectionType: 'FirewallPolicyFilterRuleCollection' })).toEqual([]);
    expect(groups({})).toEqual(['error resource/discriminator']);
    expect(groups({ ruleCollectionType: 'Firewall' })).toEqual(['error resource/discriminator']);
  });

  it('numbers have ranges: priorities of groups go from 100 to 65000', () => {
    const group = (priority: number) =>
      findings(`${N}/firewallPolicies/ruleCollectionGroups`, { priority });
    expect(group(100)).toEqual([]);
    expect(group(99)).toEqual(['error resource/range']);
    expect(group(65_001)).toEqual(['error resource/range']);
  });

  it('texts have patterns and lengths', () => {
    const cluster = (podCidr: string) =>
      findings(
        'Microsoft.ContainerService/managedClusters',
        {
          networkProfile: { podCidr },
        },
        'aks',
        { location: 'westeurope' },
      );
    expect(cluster('10.244.0.0/16')).toEqual([]);
    expect(cluster('pods')).toEqual(['error resource/pattern']);
    const tenant = (tenantId: string) =>
      findings(
        'Microsoft.KeyVault/vaults',
        { tenantId, sku: { family: 'A', name: 'standard' } },
        'kv',
        {
          location: 'westeurope',
        },
      );
    expect(tenant('72f988bf-86f1-41af-91ab-2d7cd011db47')).toEqual([]);
    expect(tenant('72f988bf')).toEqual(['error resource/length']);
  });

  it('what is not known is not judged', () => {
    const at = placeless('test');
    const unknown = { kind: 'unknown', reason: 'run-time', text: '', missing: '', at } as const;
    const body: ObjectValue = objectValue(at, [{ name: 'properties', value: unknown, at }]);
    const resource = { type: `${N}/ipGroups`, apiVersion: '2024-05-01', name: 'x', body, at };
    expect(validateResource(TYPES, resource)).toEqual([]);
  });

  it('types and versions that are not bundled are said', () => {
    expect(findings(`${N}/nothingSuch`, {})).toEqual(['note resource/unknown-type']);
    const at = placeless('test');
    const checked = (apiVersion: string) =>
      validateResource(TYPES, {
        type: `${N}/ipGroups`,
        apiVersion,
        name: 'x',
        body: objectValue(at, []),
        at,
      })[0]?.code;
    expect(checked('1999-01-01')).toBe('resource/unknown-version');
    expect(checked('2025-05-01')).toBe('resource/other-version');
  });
});

describe('rules beyond the types (iac-formats 9.3)', () => {
  it('names have lengths and characters', () => {
    const name = (text: string) => findings(`${N}/azureFirewalls`, {}, text);
    expect(name('afw-hub_')).toEqual([]);
    expect(name('-afw')).toEqual(['error resource/name']);
    expect(name('a'.repeat(57))).toEqual(['error resource/name']);
    expect(name('«parameters(x)»-afw')).toEqual([]);
  });

  it('a firewall needs a /26, a gateway a /29, any other subnet a /29', () => {
    const subnet = (name: string, addressPrefix: string) =>
      findings(
        `${N}/virtualNetworks`,
        { subnets: [{ name, properties: { addressPrefix } }] },
        'net',
      );
    expect(subnet('AzureFirewallSubnet', '10.0.0.0/26')).toEqual([]);
    expect(subnet('AzureFirewallSubnet', '10.0.0.0/27')).toEqual(['error resource/subnet-size']);
    expect(subnet('azurebastionsubnet', '10.0.0.0/27')).toEqual(['error resource/subnet-size']);
    expect(subnet('GatewaySubnet', '10.0.0.0/29')).toEqual([]);
    expect(subnet('nodes', '10.0.0.0/30')).toEqual(['error resource/subnet-size']);
  });

  it('two security rules of one direction may not share a priority or a name', () => {
    const group = (second: Json) =>
      findings(`${N}/networkSecurityGroups`, { securityRules: [rule, second] });
    expect(group({ name: 's', properties: { ...rule.properties, direction: 'Outbound' } })).toEqual(
      [],
    );
    expect(group({ ...rule, name: 's' })).toEqual(['error resource/priority-duplicate']);
    expect(group({ name: 'R', properties: { ...rule.properties, priority: 101 } })).toEqual([
      'error resource/name-duplicate',
    ]);
  });
});
