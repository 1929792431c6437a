import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { codesOf, only, perimeterOf, termTexts, told } from '../../../tests/support/read.ts';
import type { Json } from '../../../tests/support/snapshot-of.ts';
import { isUnknown, privateAddressOf } from '../../values/index.ts';

const FIREWALL = 'Microsoft.Network/azureFirewalls';
const POLICY = 'Microsoft.Network/firewallPolicies';

function sample(file: string): Json {
  const url = new URL(`../../../tests/samples/arm-shapes/${file}`, import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8')) as Json;
}

function firewall(properties: Json, more: Json = {}) {
  const perimeter = perimeterOf([{ type: FIREWALL, name: 'fw', properties, ...more }]);
  return { firewall: only(perimeter.firewalls), codes: codesOf(perimeter), perimeter };
}

function policy(properties: Json, ...others: Json[]) {
  const perimeter = perimeterOf([{ type: POLICY, name: 'p', properties }, ...others]);
  return { policy: only(perimeter.firewallPolicies), codes: codesOf(perimeter), perimeter };
}

describe('firewalls', () => {
  it('reads the exported sample: SKU, zones, addresses, rules of all three kinds', () => {
    const perimeter = perimeterOf([sample('firewall-classic.arm.json')]);
    const read = only(perimeter.firewalls);
    expect(codesOf(perimeter)).toEqual([]);
    expect(perimeter.gaps).toEqual([]);
    expect(read).toMatchObject({ skuName: 'AZFW_VNet', skuTier: 'Standard', location: 'eastus' });
    expect(read.zones).toEqual(['1', '2', '3']);
    expect(read.tags).toEqual({ env: 'prod' });
    expect(read.collections.map((each) => [each.kind, each.name])).toEqual([
      ['dnat', 'ingress'],
      ['network', 'aksfwnr'],
      ['application', 'aksfwar'],
    ]);
    expect(read.collections[1]?.key).toMatch(
      /\/azurefirewalls\/fw-perimeter\/networkrulecollections\/aksfwnr$/,
    );
    expect(read.ipConfigurations.map((each) => told(each.privateAddress))).toEqual([
      '10.42.2.4',
      '?the private address of firewall `fw-perimeter`',
    ]);
    expect(read.ipConfigurations.map((each) => each.subnet !== undefined)).toEqual([true, false]);
  });

  it('ARM-48: classic settings are strings with comma lists', () => {
    const { settings } = only(perimeterOf([sample('firewall-classic.arm.json')]).firewalls);
    expect(settings.dnsProxyEnabled).toBe(true);
    expect(settings.dnsServers.map(told)).toEqual(['10.42.9.4', '10.42.9.5']);
    // The keyword stands for the four default ranges; the blank after the comma is the CLI's.
    expect(termTexts(settings.snatPrivateRanges)).toEqual([
      '10.0.0.0/8',
      '172.16.0.0/12',
      '192.168.0.0/16',
      '100.64.0.0/10',
      '100.100.0.0/16',
    ]);
    expect(settings.threatIntelAllowedFqdns).toEqual(['*.contoso.example']);
    expect(termTexts(settings.threatIntelAllowedAddresses)).toEqual(['192.0.2.10/32']);
    expect(settings.threatIntelMode).toBe('Alert');
  });

  it('ARM-49: the settings are found beside the properties and spread over the root too', () => {
    const keys = { 'Network.SNAT.PrivateRanges': '10.0.0.0/8' };
    for (const more of [{ additionalProperties: keys }, keys]) {
      const { settings } = firewall({ sku: { tier: 'Standard' } }, more).firewall;
      expect(termTexts(settings.snatPrivateRanges)).toEqual(['10.0.0.0/8']);
    }
  });

  it('settings that are not written are absent, not empty', () => {
    const { settings, minCapacity } = firewall({}).firewall;
    expect(settings).toMatchObject({ dnsProxyEnabled: undefined, snatPrivateRanges: undefined });
    expect(minCapacity).toBeUndefined();
  });

  it('a private address nobody knows goes by the symbol of the firewall', () => {
    const written = (address: unknown) =>
      firewall({ ipConfigurations: [{ name: 'a', properties: { privateIPAddress: address } }] });
    for (const address of [undefined, null, '', { $unknown: 'ip' }]) {
      const read = written(address).firewall;
      const value = read.ipConfigurations[0]?.privateAddress;
      expect(isUnknown(value) && value.symbol).toBe(privateAddressOf(read.key));
    }
  });

  it('the management address is not the one routes lead to', () => {
    const read = firewall({
      ipConfigurations: [{ name: 'a', properties: {} }],
      managementIpConfiguration: { name: 'm', properties: { subnet: { id: '/x/subnets/m' } } },
    }).firewall;
    expect(read.managementIpConfiguration).toMatchObject({
      name: 'm',
      subnet: { key: '/x/subnets/m' },
    });
    const value = read.managementIpConfiguration?.privateAddress;
    expect(isUnknown(value) && value.symbol).not.toBe(privateAddressOf(read.key));
  });

  it('a secured hub has its addresses, or as many unknown ones as it is told', () => {
    const hub = (publicIPs: Json, privateIPAddress?: string) =>
      firewall({ sku: { name: 'AZFW_Hub' }, hubIPAddresses: { publicIPs, privateIPAddress } })
        .firewall;
    const live = hub({ count: 1, addresses: [{ address: '192.0.2.1' }] }, '10.0.64.4');
    expect(live.hubPublicAddresses.map(told)).toEqual(['192.0.2.1']);
    expect(told(live.hubPrivateAddress)).toBe('10.0.64.4');
    const planned = hub({ count: 2 });
    expect(planned.hubPublicAddresses.every(isUnknown)).toBe(true);
    expect(planned.hubPublicAddresses).toHaveLength(2);
    expect(isUnknown(planned.hubPrivateAddress)).toBe(true);
  });

  it('AFW-01: with a policy, rules on the firewall do nothing, and that is said', () => {
    const collection = { name: 'c', properties: { priority: 100, action: { type: 'Allow' } } };
    const read = firewall({
      firewallPolicy: { id: '/p' },
      networkRuleCollections: [collection],
    });
    expect(read.codes).toEqual(['firewall/policy-and-classic']);
    expect(read.firewall.collections).toEqual([]);
    const empty = firewall({ firewallPolicy: { id: '/p' }, networkRuleCollections: [] });
    expect(empty.codes).toEqual([]);
  });

  it('a list of collections nobody knows is a collection that may hold anything', () => {
    const read = firewall({ networkRuleCollections: { $unknown: 'rules' } }).firewall;
    const collection = only(read.collections);
    expect(collection.kind).toBe('network');
    expect(collection.kind === 'network' && isUnknown(collection.action)).toBe(true);
    expect(collection.kind === 'network' && collection.rules).toHaveLength(1);
  });
});

describe('firewall policies', () => {
  it('reads the exported sample with its groups', () => {
    const perimeter = perimeterOf([
      sample('firewall-policy.arm.json'),
      sample('rcg-aks.arm.json'),
      sample('rcg-dnat.arm.json'),
      sample('ip-group.arm.json'),
    ]);
    const read = only(perimeter.firewallPolicies);
    expect(codesOf(perimeter)).toEqual([]);
    expect(read).toMatchObject({
      skuTier: 'Premium',
      basePolicy: { key: expect.stringMatching(/\/firewallpolicies\/fwp-base$/) },
      intrusionDetectionMode: 'Alert',
      hasTransportSecurity: true,
      allowSqlRedirect: false,
      explicitProxyEnabled: undefined,
    });
    expect(read.settings).toMatchObject({
      threatIntelMode: 'Deny',
      threatIntelAllowedFqdns: ['*.contoso.example'],
      dnsProxyEnabled: true,
      autoLearnPrivateRanges: false,
    });
    expect(termTexts(read.settings.threatIntelAllowedAddresses)).toEqual([
      '192.0.2.10/32',
      '192.0.2.0/29+192.0.2.8/31',
    ]);
    expect(read.settings.snatPrivateRanges).toHaveLength(5);
    expect(termTexts(read.intrusionDetectionPrivateRanges)).toEqual(['10.0.0.0/8']);
    expect(
      read.groups.map((group) => [
        group.name,
        group.priority,
        group.collections.map((c) => c.kind),
      ]),
    ).toEqual([
      ['aks', 400, ['network', 'application']],
      ['DefaultDnatRuleCollectionGroup', 100, ['dnat']],
    ]);
    expect(termTexts(only(perimeter.ipGroups).addresses)).toEqual([
      '10.42.1.0/24',
      '10.43.0.10/32',
      '10.44.0.0/27',
    ]);
  });

  it('ARM-52: a group the policy lists and the input does not hold may decide anything', () => {
    const perimeter = perimeterOf([sample('firewall-policy.arm.json'), sample('rcg-aks.arm.json')]);
    const { groups } = only(perimeter.firewallPolicies);
    expect(codesOf(perimeter)).toEqual(['firewall/group-missing']);
    const missing = groups.find((group) => group.name === 'DefaultDnatRuleCollectionGroup');
    expect(missing?.collections.map((each) => each.kind)).toEqual(['unknown']);
    expect(isUnknown(missing?.priority)).toBe(true);
  });

  it('ARM-50: a policy in the form before May 2020 is refused, and its rules stay unknown', () => {
    const { policy: read, codes } = policy({ ruleGroups: [{ name: 'g' }] });
    expect(codes).toEqual(['firewall/old-rule-groups']);
    expect(read.groups[0]?.collections[0]?.kind).toBe('unknown');
  });

  it('a group under a condition decides nothing for certain, unless the policy has the condition too', () => {
    const exists = { $unknown: "[parameters('more')]", missing: 'a value for parameter more' };
    const group = {
      type: `${POLICY}/ruleCollectionGroups`,
      name: 'p/g',
      $exists: exists,
      properties: {
        priority: 200,
        ruleCollections: [
          {
            ruleCollectionType: 'FirewallPolicyFilterRuleCollection',
            name: 'c',
            priority: 100,
            action: { type: 'Allow' },
            rules: [],
          },
        ],
      },
    };
    expect(policy({}, group).policy.groups[0]?.collections[0]?.kind).toBe('unknown');
    const both = perimeterOf([{ type: POLICY, name: 'p', properties: {}, $exists: exists }, group]);
    expect(only(both.firewallPolicies).groups[0]?.collections[0]?.kind).toBe('network');
  });

  it('a group that is only referred to hides its rules', () => {
    const group = { type: `${POLICY}/ruleCollectionGroups`, name: 'p/g', $isReference: true };
    const { policy: read, codes } = policy({}, group);
    expect(codes).toEqual([]);
    expect(read.groups[0]?.collections[0]?.kind).toBe('unknown');
  });

  it('an explicit proxy is a gap', () => {
    const { perimeter, policy: read } = policy({ explicitProxy: { enableExplicitProxy: true } });
    expect(read.explicitProxyEnabled).toBe(true);
    expect(perimeter.gaps.map((gap) => gap.what)).toEqual(['explicitProxy']);
  });

  it('DNS settings nobody knows leave the proxy unknown, not off', () => {
    const { settings } = policy({ dnsSettings: { $unknown: 'dns' } }).policy;
    expect(isUnknown(settings.dnsProxyEnabled)).toBe(true);
    expect(settings.dnsServers.map(isUnknown)).toEqual([true]);
  });
});
