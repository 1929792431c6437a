import { describe, expect, it } from 'vitest';
import { type Json, snapshotOf } from '../../../tests/support/snapshot-of.ts';
import { readPerimeter } from '../../model/index.ts';
import { formatIpv4, type Ipv4 } from '../../net/index.ts';
import { deriveNetwork } from '../../network/index.ts';
import { budgetsOf } from './snat-budgets.ts';

const GROUP =
  '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.Network';
const id = (path: string) => ({ id: `${GROUP}/${path}` });

interface Made {
  readonly policy?: Json;
  readonly base?: Json;
  readonly firewall?: Json;
  readonly subnet?: Json;
  readonly addresses?: number;
}

/** A perimeter of one firewall with a policy, and what its budget says. */
function budget({ policy = {}, base, firewall = {}, subnet = {}, addresses = 1 }: Made) {
  const publicNames = Array.from({ length: addresses }, (_, at) => `pip-${at}`);
  const configurations = publicNames.length === 0 ? [undefined] : publicNames;
  const network = deriveNetwork(
    readPerimeter(
      snapshotOf([
        {
          ...{ type: 'Microsoft.Network/virtualNetworks', name: 'hub' },
          properties: {
            addressSpace: { addressPrefixes: ['10.0.0.0/16'] },
            subnets: [
              {
                name: 'AzureFirewallSubnet',
                properties: { addressPrefix: '10.0.0.0/26', ...subnet },
              },
            ],
          },
        },
        { type: 'Microsoft.Network/natGateways', name: 'nat', properties: {} },
        ...publicNames.map((name) => ({
          ...{ type: 'Microsoft.Network/publicIPAddresses', name },
          properties: { publicIPAllocationMethod: 'Static' },
        })),
        {
          ...{ type: 'Microsoft.Network/azureFirewalls', name: 'fw' },
          properties: {
            sku: { name: 'AZFW_VNet', tier: 'Standard' },
            firewallPolicy: id('firewallPolicies/fwp'),
            ipConfigurations: configurations.map((name, at) => ({
              name: `c${at}`,
              properties: {
                ...(at === 0
                  ? { subnet: id('virtualNetworks/hub/subnets/AzureFirewallSubnet') }
                  : {}),
                ...(name === undefined ? {} : { publicIPAddress: id(`publicIPAddresses/${name}`) }),
              },
            })),
            ...firewall,
          },
        },
        {
          ...{ type: 'Microsoft.Network/firewallPolicies', name: 'fwp' },
          properties: {
            ...(base === undefined ? {} : { basePolicy: id('firewallPolicies/base') }),
            ...policy,
          },
        },
        ...(base === undefined
          ? []
          : [{ type: 'Microsoft.Network/firewallPolicies', name: 'base', properties: base }]),
      ]),
    ),
  );
  const { budgets } = budgetsOf(['/azurefirewalls/fw'], network);
  const [one] = [...budgets.values()];
  const inside = one!.inside.map(
    ([low, high]) => `${formatIpv4(low as Ipv4)}-${formatIpv4(high as Ipv4)}`,
  );
  return { ...one!, inside };
}

const DEFAULT = [
  '10.0.0.0-10.255.255.255',
  '100.64.0.0-100.127.255.255',
  '172.16.0.0-172.31.255.255',
  '192.168.0.0-192.168.255.255',
];

describe('the SNAT budget of a firewall', () => {
  it('has 2,496 ports for each public address and instance, of which two run at least (AFW-78)', () => {
    expect(budget({})).toMatchObject({ publicAddresses: 1, instances: 2, ports: 4992 });
    expect(budget({ addresses: 3 })).toMatchObject({ publicAddresses: 3, ports: 14_976 });
    const scaled = { autoscaleConfiguration: { minCapacity: 5 } };
    expect(budget({ addresses: 2, firewall: scaled })).toMatchObject({
      instances: 5,
      ports: 24_960,
    });
    expect(budget({})).not.toHaveProperty('why');
  });

  it('is that of one address where none is known, or a NAT gateway has its own', () => {
    const none = budget({ addresses: 0 });
    expect(none).toMatchObject({
      ports: 4992,
      why: 'fw has no public address in the input: the budget is that of one',
    });
    expect(none).not.toHaveProperty('publicAddresses');
    const gateway = budget({ addresses: 3, subnet: { natGateway: id('natGateways/nat') } });
    expect(gateway).toMatchObject({ ports: 4992 });
    expect(gateway.why).toMatch(/^a NAT gateway may serve fw/);
  });

  it('leaves out what keeps its source: by default the private ranges (AFW-75), else those of its policy (AFW-76)', () => {
    const ranges = (...privateRanges: readonly string[]) =>
      budget({ policy: { snat: { privateRanges } } });
    expect(budget({}).inside).toEqual(DEFAULT);
    expect(ranges('10.0.0.0/8', '203.0.113.0/24').inside).toEqual([
      '10.0.0.0-10.255.255.255',
      '203.0.113.0-203.0.113.255',
    ]);
    expect(ranges('0.0.0.0/0').inside).toEqual(['0.0.0.0-255.255.255.255']);
    expect(ranges('255.255.255.255/32').inside).toEqual(['255.255.255.255-255.255.255.255']);
    expect(ranges('IANAPrivateRanges').inside).toEqual(DEFAULT);
  });

  it('counts what may be outside, and says why: ranges of a parent (AFW-29), taught ones (AFW-77), unknown ones', () => {
    // Inherited or not: 10.0.0.0/8 is inside either way, 203.0.113.0/24 only if it is inherited.
    const inherited = budget({
      base: { snat: { privateRanges: ['10.0.0.0/8', '203.0.113.0/24'] } },
    });
    expect(inherited.inside).toEqual(['10.0.0.0-10.255.255.255']);
    expect(inherited.why).toContain(
      'whether the SNAT private ranges of policy `base` are inherited',
    );
    const taught = budget({ policy: { snat: { autoLearnPrivateRanges: 'Enabled' } } });
    expect(taught.inside).toEqual(DEFAULT);
    expect(taught.why).toContain('the prefixes that Route Server taught firewall `fw`');
    const unknown = budget({
      policy: {
        snat: {
          privateRanges: [
            '10.0.0.0/8',
            { $unknown: "parameters('more')", missing: 'parameter more' },
          ],
        },
      },
    });
    expect(unknown.inside).toEqual(['10.0.0.0-10.255.255.255']);
    expect(unknown.why).toContain('parameter more');
  });
});

describe('whose logs they are', () => {
  it('one firewall in the logs is the one of the perimeter, whatever it was called then', () => {
    const { budgets, silent } = budgetsOf(['/x/azurefirewalls/before'], undefined);
    expect([...budgets.keys()]).toEqual(['/x/azurefirewalls/before']);
    expect([...budgets.values()][0]).not.toHaveProperty('firewall');
    expect(silent).toEqual([]);
  });

  it('records that name no firewall stand beside those that do', () => {
    const { budgets } = budgetsOf(['/x/azurefirewalls/fw-a', ''], undefined);
    expect([...budgets.values()].map(({ firewall }) => firewall)).toEqual([
      'fw-a',
      '(records that name no firewall)',
    ]);
  });
});
