import { describe, expect, it } from 'vitest';
import type { Json } from '../../support/snapshot-of.ts';
import { auditOf, id, said } from './audit-of.ts';

// Expected by hand: DNAT, then network, then application rules; by priority of group and collection; first match (AFW-10 to AFW-13).

interface Collection {
  readonly name: string;
  readonly priority: number;
  readonly action: 'Allow' | 'Deny' | 'DNAT';
  readonly rules: readonly Json[];
}

function net(name: string, from: string, to: string, ports = '443', protocols = ['TCP']): Json {
  return {
    ruleType: 'NetworkRule',
    name,
    ipProtocols: protocols,
    sourceAddresses: [from],
    destinationAddresses: [to],
    destinationPorts: [ports],
  };
}

function web(name: string, from: string, fqdn: string): Json {
  return {
    ruleType: 'ApplicationRule',
    name,
    sourceAddresses: [from],
    protocols: [{ protocolType: 'Https', port: 443 }],
    targetFqdns: [fqdn],
  };
}

function dnat(name: string, to: string): Json {
  return {
    ruleType: 'NatRule',
    name,
    ipProtocols: ['TCP'],
    sourceAddresses: ['*'],
    destinationAddresses: ['20.51.7.9'],
    destinationPorts: ['443'],
    translatedAddress: to,
    translatedPort: '443',
  };
}

function audited(...collections: readonly Collection[]) {
  return auditOf([
    {
      type: 'Microsoft.Network/virtualNetworks',
      name: 'hub',
      properties: {
        addressSpace: { addressPrefixes: ['10.0.0.0/16'] },
        subnets: [
          { name: 'AzureFirewallSubnet', properties: { addressPrefix: '10.0.1.0/26' } },
          { name: 'nodes', properties: { addressPrefix: '10.0.2.0/24' } },
        ],
      },
    },
    {
      type: 'Microsoft.Network/azureFirewalls',
      name: 'fw',
      properties: {
        sku: { name: 'AZFW_VNet', tier: 'Standard' },
        firewallPolicy: { id: id('firewallPolicies', 'p') },
        ipConfigurations: [
          {
            name: 'one',
            properties: {
              privateIPAddress: '10.0.1.4',
              subnet: { id: `${id('virtualNetworks', 'hub')}/subnets/AzureFirewallSubnet` },
              publicIPAddress: { id: id('publicIPAddresses', 'pip') },
            },
          },
        ],
      },
    },
    {
      type: 'Microsoft.Network/publicIPAddresses',
      name: 'pip',
      properties: { ipAddress: '20.51.7.9' },
    },
    {
      type: 'Microsoft.Network/firewallPolicies',
      name: 'p',
      properties: {
        ruleCollectionGroups: [
          {
            name: 'g',
            properties: {
              priority: 100,
              ruleCollections: collections.map(({ name, priority, action, rules }) => ({
                ruleCollectionType:
                  action === 'DNAT'
                    ? 'FirewallPolicyNatRuleCollection'
                    : 'FirewallPolicyFilterRuleCollection',
                name,
                priority,
                action: { type: action },
                rules,
              })),
            },
          },
        ],
      },
    },
  ]);
}

describe('rules of a firewall policy', () => {
  it('a deny of a smaller priority number hides an allow, an allow hides an allow', () => {
    const audit = audited(
      {
        name: 'late',
        priority: 300,
        action: 'Allow',
        rules: [net('hidden', '10.0.2.0/28', '203.0.113.10')],
      },
      {
        name: 'early',
        priority: 200,
        action: 'Deny',
        rules: [net('stop', '10.0.2.0/24', '203.0.113.0/24')],
      },
      {
        name: 'first',
        priority: 100,
        action: 'Allow',
        rules: [net('a', '10.0.2.0/24', '198.51.100.0/24'), net('b', '10.0.2.7', '198.51.100.7')],
      },
    );
    expect(said(audit)).toEqual(['shadowed hidden < stop +', 'duplicate b < a +']);
  });

  it('a network rule takes everything an application rule is for, whatever their priorities', () => {
    const audit = audited(
      {
        name: 'app',
        priority: 100,
        action: 'Allow',
        rules: [web('store', '10.0.2.0/24', 'api.example.com')],
      },
      { name: 'net', priority: 200, action: 'Allow', rules: [net('all', '*', '*')] },
    );
    expect(said(audit)).toContain('duplicate store < all +');
  });

  it('an allow for every protocol is one rule, though some of its flows cannot leave (AFW-33)', () => {
    const audit = audited({
      name: 'net',
      priority: 200,
      action: 'Allow',
      rules: [net('all', '10.0.2.0/24', '*', '*', ['Any']), net('part', '10.0.2.9', '203.0.113.9')],
    });
    expect(said(audit)).toEqual(['duplicate part < all +']);
  });

  it('collections of one priority run in an order nobody promises: nothing is claimed', () => {
    const audit = audited(
      {
        name: 'a',
        priority: 200,
        action: 'Deny',
        rules: [net('no', '10.0.2.0/24', '203.0.113.10')],
      },
      {
        name: 'b',
        priority: 200,
        action: 'Allow',
        rules: [net('yes', '10.0.2.0/24', '203.0.113.10')],
      },
    );
    const kinds = new Set(audit.findings.map(({ kind }) => kind));
    expect([...kinds]).toEqual(['undecided']);
    expect(audit.removable).toEqual([]);
  });

  it('a second translation of the same address and port never happens', () => {
    const audit = audited({
      name: 'in',
      priority: 100,
      action: 'DNAT',
      rules: [dnat('one', '10.0.2.4'), dnat('two', '10.0.2.5')],
    });
    const [finding] = audit.findings;
    expect(finding?.message).toBe(
      'p/g/in/two never decides: p/g/in/one takes all its flows first and does something else.',
    );
  });

  it('a rule without a destination matches nothing', () => {
    const audit = audited({
      name: 'net',
      priority: 200,
      action: 'Allow',
      rules: [{ ...net('void', '10.0.2.0/24', '*'), destinationAddresses: [] }],
    });
    expect(said(audit)).toEqual(['empty void +']);
  });

  it('a source that no network of the input has is not hit by anything that can arrive', () => {
    const audit = audited({
      name: 'net',
      priority: 200,
      action: 'Allow',
      rules: [net('gone', '10.77.0.0/16', '203.0.113.10')],
    });
    expect(said(audit)).toEqual(['unreached gone']);
  });
});
