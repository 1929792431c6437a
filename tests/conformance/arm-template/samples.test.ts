import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sourceText } from '../../../src/diagnostics/index.ts';
import {
  type ArmTemplateOptions,
  importArmTemplate,
  isArmTemplate,
  parameterFileOf,
} from '../../../src/importers/arm-template/index.ts';
import { parseJson } from '../../../src/importers/json/index.ts';
import { path, toJson } from '../../../src/values/index.ts';
import { codesOf, located, parsed } from './import-text.ts';

/** What a correct reader finds: the README beside the samples. */
function readSample(name: string, options: ArmTemplateOptions = {}) {
  const url = new URL(`../../samples/azure/arm/${name}`, import.meta.url);
  const text = readFileSync(url, 'utf8');
  const { value, diagnostics } = parseJson(text, sourceText(name, text));
  if (value === undefined) throw new Error(`${name} is not JSON`);
  expect(diagnostics).toEqual([]);
  expect(isArmTemplate(value)).toBe(true);
  expect(parameterFileOf(value)).toBeUndefined();
  return importArmTemplate(value, options);
}

const shortTypes = (part: ReturnType<typeof readSample>) =>
  part.resources.map((resource) => resource.type.replace('microsoft.network/', ''));

describe('firewall-with-ip-prefix', () => {
  it('one network, one prefix, one public address, one firewall without rules', () => {
    for (const options of [{}, { location: 'westeurope' }]) {
      const part = readSample('firewall-with-ip-prefix.json', options);
      expect(shortTypes(part)).toEqual([
        'virtualnetworks',
        'publicipprefixes',
        'publicipaddresses',
        'azurefirewalls',
      ]);
      const [network, prefix, address, firewall] = part.resources;
      expect(path(address?.body, 'properties', 'publicIPPrefix', 'id')).toMatchObject({
        value: prefix?.id,
      });
      const configurations = toJson(path(firewall?.body, 'properties', 'ipConfigurations')!);
      expect(configurations).toMatchObject([
        {
          properties: {
            subnet: { id: `${network?.id}/subnets/AzureFirewallSubnet` },
            publicIPAddress: { id: address?.id },
          },
        },
      ]);
      expect(path(firewall?.body, 'properties', 'networkRuleCollections')).toBeUndefined();
    }
  });

  it('with a location the names are known', () => {
    const part = readSample('firewall-with-ip-prefix.json', { location: 'westeurope' });
    expect(part.diagnostics).toEqual([]);
    expect(part.resources.map((each) => [each.name, each.location])).toEqual([
      ['westeurope-azfw-sample-vnet', 'westeurope'],
      ['westeurope-azfw-sample-vnet-ipprefix', 'westeurope'],
      ['westeurope-azfw-sample-vnet-pip', 'westeurope'],
      ['westeurope-azfw-sample-vnet-fw', 'westeurope'],
    ]);
  });
});

interface Subnet {
  properties: {
    routeTable: { id: string };
    networkSecurityGroup: { id?: string; properties: { securityRules: object[] } };
  };
}

describe('vnet-subnet-udr', () => {
  const subnetOf = (part: ReturnType<typeof readSample>) => {
    const network = part.resources.find(
      (each) => each.type === 'microsoft.network/virtualnetworks',
    )!;
    const [subnet] = toJson(path(network.body, 'properties', 'subnets')!) as Subnet[];
    return subnet!;
  };

  it('with default parameters the route table is made and attached', () => {
    const part = readSample('vnet-subnet-udr.json');
    expect(shortTypes(part)).toEqual(['routetables', 'virtualnetworks']);
    expect(subnetOf(part).properties.routeTable.id).toBe(part.resources[0]?.id);
    expect(part.diagnostics).toEqual([]);
  });

  it('without it the subnet still points at it', () => {
    const parameters = [parsed({ parameters: { createUserDefinedRoutes: { value: false } } })];
    const part = readSample('vnet-subnet-udr.json', { parameters });
    expect(shortTypes(part)).toEqual(['virtualnetworks']);
    expect(subnetOf(part).properties.routeTable.id).toMatch(/routeTables\/demoUserDefinedRoute$/);
  });

  it('the security group inside the subnet is kept as written', () => {
    const group = subnetOf(readSample('vnet-subnet-udr.json')).properties.networkSecurityGroup;
    expect(group.id).toBeUndefined();
    expect(group.properties.securityRules).toEqual([
      { properties: { direction: 'Inbound', protocol: '*', access: 'Allow' } },
      { properties: { direction: 'Outbound', protocol: '*', access: 'Allow' } },
    ]);
  });
});

describe('premium-policy-github', () => {
  it('the source addresses are unknown until the parameter is given, and it is named', () => {
    const part = readSample('premium-policy-github.json');
    expect(shortTypes(part)).toEqual([
      'ipgroups',
      'firewallpolicies',
      'firewallpolicies/rulecollectiongroups',
    ]);
    const addresses = path(part.resources[0]?.body, 'properties', 'ipAddresses');
    expect(addresses?.kind === 'array' && addresses.items).toHaveLength(4);
    for (const item of addresses?.kind === 'array' ? addresses.items : []) {
      expect(item).toMatchObject({
        reason: 'placeholder',
        missing: expect.stringContaining('a value for parameter DevHostPoolIPGroup'),
      });
    }
    expect(
      located(part.diagnostics).filter((each) => each.startsWith('arm/placeholder')),
    ).toContain('arm/placeholder 13:30');
  });

  it('given, they are known; DNS proxy and TLS inspection are on', () => {
    const parameters = [
      parsed({
        parameters: {
          DevHostPoolIPGroup: { value: ['10.1.0.0/24'] },
          keyVaultName: { value: 'kv' },
          userAssignedIdentityId: { value: '/subscriptions/s/id' },
        },
      }),
    ];
    const part = readSample('premium-policy-github.json', { parameters });
    expect(part.diagnostics).toEqual([]);
    const [group, policy, collections] = part.resources;
    expect(toJson(group!.body)).toMatchObject({ properties: { ipAddresses: ['10.1.0.0/24'] } });
    expect(toJson(policy!.body)).toMatchObject({
      identity: { userAssignedIdentities: { '/subscriptions/s/id': {} } },
      properties: {
        dnsSettings: { enableProxy: true },
        transportSecurity: {
          certificateAuthority: {
            name: 'cacert',
            keyVaultSecretId: { missing: expect.stringContaining('vaultUri') },
          },
        },
      },
    });
    expect(toJson(collections!.body)).toMatchObject({
      properties: {
        ruleCollections: [
          {
            rules: [
              { sourceIpGroups: [group!.id], terminateTLS: true },
              { targetUrls: ['github.com/UNIQUEREPO*', 'raw.githubusercontent.com/UNIQUEREPO*'] },
            ],
          },
        ],
      },
    });
  });
});

describe('avm-firewall-policy-module', () => {
  it('the structure is readable and the one required parameter is named', () => {
    const part = readSample('avm-firewall-policy-module.json');
    expect(shortTypes(part)).toEqual(['firewallpolicies']);
    const missing = part.diagnostics.filter((each) => each.code === 'arm/parameter-missing');
    expect(missing.map((each) => each.message.split('`')[1])).toEqual(['name']);
    expect(new Set(codesOf(part))).toEqual(new Set(['arm/parameter-missing', 'arm/name-unknown']));
    expect(toJson(part.resources[0]!.body)).toMatchObject({
      properties: {
        sku: { tier: 'Standard' },
        threatIntelMode: 'Deny',
        dnsSettings: null,
        threatIntelWhitelist: { fqdns: [], ipAddresses: [] },
      },
    });
  });

  it('with values its loops, optional properties and nested deployments give the whole policy', () => {
    const rule = {
      ruleCollectionType: 'FirewallPolicyFilterRuleCollection',
      name: 'c',
      priority: 100,
      action: { type: 'Allow' },
      rules: [],
    };
    const parameters = [
      parsed({
        parameters: {
          name: { value: 'fwp' },
          enableProxy: { value: true },
          managedIdentities: { value: { userAssignedResourceIds: ['/x/id1', '/x/id2'] } },
          lock: { value: { kind: 'CanNotDelete' } },
          roleAssignments: {
            value: [
              { roleDefinitionIdOrName: 'Reader', principalId: 'p' },
              { roleDefinitionIdOrName: 'abc', principalId: 'q' },
            ],
          },
          ruleCollectionGroups: {
            value: [
              { name: 'rcg-a', priority: 300, ruleCollections: [rule] },
              { name: 'rcg-b', priority: 400, ruleCollections: [] },
            ],
          },
        },
      }),
    ];
    const part = readSample('avm-firewall-policy-module.json', {
      parameters,
      location: 'westeurope',
      subscriptionId: 's',
      resourceGroup: 'g',
    });
    expect(part.diagnostics.filter((each) => each.severity !== 'note')).toEqual([]);
    const policy = part.resources.find(
      (each) => each.type === 'microsoft.network/firewallpolicies' && each.isReference !== true,
    )!;
    expect(policy.id).toBe(
      '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/firewallPolicies/fwp',
    );
    expect(toJson(policy.body)).toMatchObject({
      identity: { type: 'UserAssigned', userAssignedIdentities: { '/x/id1': {}, '/x/id2': {} } },
      properties: { dnsSettings: { enableProxy: true, servers: [] } },
    });
    const groups = part.resources.filter((each) => each.type.endsWith('/rulecollectiongroups'));
    expect(groups.map((each) => [each.id, toJson(path(each.body, 'properties')!)])).toEqual([
      [`${policy.id}/ruleCollectionGroups/rcg-a`, { priority: 300, ruleCollections: [rule] }],
      [`${policy.id}/ruleCollectionGroups/rcg-b`, { priority: 400, ruleCollections: [] }],
    ]);
    const [reader, custom] = part.resources.filter(
      (each) => each.type === 'microsoft.authorization/roleassignments',
    );
    expect(
      reader?.id.startsWith(
        `${policy.id}/providers/Microsoft.Authorization/roleAssignments/«guid:`,
      ),
    ).toBe(true);
    expect(path(reader?.body, 'properties', 'roleDefinitionId')).toMatchObject({
      value:
        '/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7',
    });
    expect(path(custom?.body, 'properties', 'roleDefinitionId')).toMatchObject({
      value: '/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/abc',
    });
    expect(
      part.resources.find((each) => each.type === 'microsoft.authorization/locks'),
    ).toMatchObject({ name: 'lock-fwp' });
    // The groups' own template declares the policy as existing.
    expect(
      part.resources.filter((each) => each.isReference === true).map((each) => each.key),
    ).toEqual([policy.key, policy.key]);
  });
});
