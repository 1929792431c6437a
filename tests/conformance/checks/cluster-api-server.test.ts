import { describe, expect, it } from 'vitest';
import { pinCheck } from '../../support/check-cases.ts';
import { asking, resourcesOf as of, without } from '../../support/outcome-words.ts';
import type { Json } from '../../support/snapshot-of.ts';
import {
  changed,
  net,
  type Perimeter,
  soundPerimeter,
  unknown,
} from '../../support/sound-perimeter.ts';

/** Expected values: aks.md 6 (API server exposure), 7 (identities and route tables), 11.3 A3, 11.4 F1. */
const sound = soundPerimeter();
const ACCESS = 'aks/properties/apiServerAccessProfile';
const PROFILE = 'aks/properties/networkProfile';
const SUBNET = 'spoke/properties/subnets/0/properties';
/** The firewall has 20 public addresses, 203.0.113.1 to .20. */
const ALL_TWENTY = '203.0.113.0/27';

const exposed = (access: Json, perimeter = sound): Perimeter => changed(perimeter, ACCESS, access);
const ranges = (...authorizedIPRanges: readonly unknown[]): Perimeter =>
  exposed({ authorizedIPRanges });

describe('FW-12, AKS-API-01: authorized ranges and the addresses nodes leave by', () => {
  const id = 'api-server/authorized-ranges-miss-firewall';
  const ask = asking(id);
  pinCheck('api-server/authorized-ranges-miss-firewall', {
    pass: of(ranges('198.51.100.0/24', ALL_TWENTY)),
    fail: of(ranges('198.51.100.0/24'), {
      says: 'Nodes of aks are locked out of their own API server',
    }),
    unknown: of(ranges('198.51.100.0/24', unknown('the ranges')), { says: 'firewall fw' }),
  });

  it(`${id}: one address of the firewall left out is enough, each flow picks one at random (AFW-E12)`, () => {
    const each = Array.from({ length: 20 }, (_, index) => `203.0.113.${index + 1}/32`);
    expect(ask.kind(ranges(...each))).toBe('pass');
    expect(ask.kind(ranges(...each.slice(1)))).toBe('fail');
    expect(ask.kind(ranges('203.0.113.0/28', '203.0.113.16/30'))).toBe('fail');
    expect(ask.kind(ranges('203.0.113.0/28', '203.0.113.16/29'))).toBe('pass');
  });

  it(`${id}: 0.0.0.0/32 stands for a load balancer that this cluster has not (AKS-51)`, () => {
    expect(ask.kind(ranges('0.0.0.0/32'))).toBe('fail');
    expect(ask.kind(ranges('0.0.0.0/0'))).toBe('pass');
  });

  it(`${id}: the outbound address of its own load balancer is added by AKS`, () => {
    const balanced = changed(
      changed(ranges('198.51.100.0/24'), `${SUBNET}/routeTable`, undefined),
      `${PROFILE}/outboundType`,
      'loadBalancer',
    );
    expect(ask.kind(balanced)).toBe('pass');
  });

  const gateway = (address: unknown): Json[] => [
    {
      id: net('natGateways', 'nat'),
      type: 'Microsoft.Network/natGateways',
      name: 'nat',
      sku: { name: 'StandardV2' },
      properties: { publicIpAddresses: [{ id: net('publicIPAddresses', 'natip') }] },
    },
    {
      id: net('publicIPAddresses', 'natip'),
      type: 'Microsoft.Network/publicIPAddresses',
      name: 'natip',
      sku: { name: 'Standard' },
      properties: { ipAddress: address, publicIPAllocationMethod: 'Static' },
    },
  ];
  it(`${id}: a NAT gateway on the node subnet counts as the firewall does`, () => {
    const behindNat = (range: string): Perimeter => {
      const [nat, ip] = gateway('192.0.2.9');
      const on = changed(
        changed(ranges(range), `${SUBNET}/routeTable`, undefined),
        `${SUBNET}/natGateway`,
        { id: net('natGateways', 'nat') },
      );
      const typed = changed(on, `${PROFILE}/outboundType`, 'userAssignedNATGateway');
      return { ...typed, nat: nat!, natip: ip! };
    };
    expect(ask.kind(behindNat('192.0.2.0/24'))).toBe('pass');
    expect(ask.kind(behindNat(ALL_TWENTY))).toBe('fail');
    expect(ask.kind(without(behindNat(ALL_TWENTY), 'nat'))).toBe('unknown');
  });

  it(`${id}: ranges say nothing about a private endpoint (AKS-52) or VNet integration (AKS-55)`, () => {
    const authorizedIPRanges = ['198.51.100.0/24'];
    const asked = (access: Json) => ask.kind(exposed({ authorizedIPRanges, ...access }));
    expect(asked({ enablePrivateCluster: true })).toBe('not-applicable');
    expect(asked({ enableVnetIntegration: true })).toBe('not-applicable');
    expect(asked({ enablePrivateCluster: false })).toBe('fail');
    expect(asked({ enablePrivateCluster: unknown('whether') })).toBe('unknown');
  });

  it(`${id}: an appliance that is not in the input has addresses that nobody knows`, () => {
    expect(ask.kind(without(ranges(ALL_TWENTY), 'fw'))).toBe('unknown');
    expect(ask.kind(without(ranges(ALL_TWENTY), 'spoke'))).toBe('unknown');
    expect(ask.kind(without(ranges(ALL_TWENTY), 'rt'))).toBe('unknown');
  });

  it(`${id}: an address that Azure will pick is in no list of single addresses`, () => {
    const later = (perimeter: Perimeter) =>
      changed(perimeter, 'pip-3/properties/ipAddress', undefined);
    const each = Array.from({ length: 20 }, (_, index) => `203.0.113.${index + 1}/32`);
    expect(ask.kind(later(ranges(...each)))).toBe('fail');
    expect(ask.kind(later(ranges(ALL_TWENTY)))).toBe('unknown');
  });
});

describe('AKS-API-02, AKS-API-03: who may try the API server', () => {
  const id = 'api-server/open-to-internet';
  const ask = asking(id);
  pinCheck('api-server/open-to-internet', {
    pass: of(ranges('198.51.100.0/24')),
    fail: of(exposed({}), { says: 'The API server of aks is open to the whole internet' }),
    unknown: of(exposed({ enablePrivateCluster: unknown('whether it is private') }), {
      says: 'whether it is private',
    }),
  });

  it(`${id}: private, or public access disabled (AKS-52)`, () => {
    expect(ask.kind(sound)).toBe('pass');
    const disabled = changed(exposed({}), 'aks/properties/publicNetworkAccess', 'Disabled');
    expect(ask.kind(disabled)).toBe('pass');
    expect(ask.kind(exposed({ enablePrivateCluster: false }))).toBe('fail');
    // VNet integration alone leaves the public endpoint as it is (aks 6.3).
    expect(ask.kind(exposed({ enableVnetIntegration: true }))).toBe('fail');
  });

  it(`${id}: ranges that hold everybody, in one piece or in two`, () => {
    expect(ask.messages(ranges('0.0.0.0/0'))).toEqual([
      'The authorized ranges of aks hold 0.0.0.0/0: everybody.',
    ]);
    expect(ask.severities(ranges('0.0.0.0/0'))).toEqual(['error']);
    expect(ask.kind(ranges('0.0.0.0/1', '128.0.0.0/1'))).toBe('fail');
    expect(ask.kind(ranges('0.0.0.0/1'))).toBe('pass');
    // AKS-51: the outbound address of the load balancer, not everybody.
    expect(ask.kind(ranges('0.0.0.0/32'))).toBe('pass');
  });

  it(`${id}: a list nobody knows is not an empty one`, () => {
    expect(ask.kind(exposed({ authorizedIPRanges: unknown('the ranges') }))).toBe('unknown');
    expect(ask.kind(ranges('198.51.100.0/24', unknown('one range')))).toBe('unknown');
    expect(ask.kind(ranges('0.0.0.0/0', unknown('one range')))).toBe('fail');
    expect(ask.kind(exposed({}), { profile: 'dev' })).toBe('not-applicable');
  });
});

describe('F1: identities and route tables', () => {
  const id = 'cluster/identity-for-own-network';
  const ask = asking(id);
  const zone = net('privateDnsZones', 'privatelink.westeurope.azmk8s.io');
  const owned = (identity: unknown, access: Json = { privateDNSZone: zone }) =>
    changed(exposed({ enablePrivateCluster: true, ...access }), 'aks/identity', identity);
  pinCheck('cluster/identity-for-own-network', {
    pass: of(owned({ type: 'UserAssigned' })),
    fail: of(owned({ type: 'SystemAssigned' }), {
      says: 'aks cannot be created: a DNS zone of its own needs a user-assigned identity',
    }),
    unknown: of(owned(undefined), { says: 'identity.type of aks' }),
  });

  it(`${id}: words of AKS are no zone of one's own; a zone nobody knows may be`, () => {
    const system = { type: 'SystemAssigned' };
    expect(ask.kind(owned(system, { privateDNSZone: 'system' }))).toBe('not-applicable');
    expect(ask.kind(owned(system, { privateDNSZone: 'none' }))).toBe('not-applicable');
    expect(ask.kind(owned(system, { privateDNSZone: unknown('the zone') }))).toBe('unknown');
    expect(ask.kind(owned({ type: 'SystemAssigned,UserAssigned' }))).toBe('pass');
    const open = { privateDNSZone: zone, enablePrivateCluster: false };
    expect(ask.kind(owned(system, open))).toBe('not-applicable');
  });

  const kubenet = changed(
    changed(sound, `${PROFILE}/networkPlugin`, 'kubenet'),
    `${PROFILE}/networkPluginMode`,
    undefined,
  );
  it(`${id}: kubenet with a route table of one's own (AKS-57)`, () => {
    const system = changed(kubenet, 'aks/identity/type', 'SystemAssigned');
    expect(ask.messages(system)).toEqual([
      'aks cannot be created: kubenet with a route table of its own needs a user-assigned identity.',
    ]);
    expect(ask.kind(kubenet)).toBe('pass');
    expect(ask.kind(changed(system, `${SUBNET}/routeTable`, undefined))).toBe('not-applicable');
    expect(ask.kind(changed(system, `${SUBNET}/routeTable`, unknown('the table')))).toBe('unknown');
    // Azure CNI works with either identity (aks 7).
    expect(ask.kind(changed(sound, 'aks/identity/type', 'SystemAssigned'))).toBe('not-applicable');
  });

  const shared = 'cluster/kubenet-route-table-shared';
  const askShared = asking(shared);
  const second = (perimeter: Perimeter): Perimeter => ({
    ...perimeter,
    aks2: { ...structuredClone(perimeter['aks']), id: `${perimeter['aks']!['id']}2`, name: 'aks2' },
  });
  pinCheck('cluster/kubenet-route-table-shared', {
    pass: of(kubenet),
    fail: of(second(kubenet), { says: 'aks uses kubenet and shares route table rt with aks2' }),
    unknown: of(changed(kubenet, `${SUBNET}/routeTable`, unknown('the table')), {
      says: 'the route table of pool system',
    }),
  });

  it(`${shared}: overlay writes no routes, so clusters may share a table; one subnet each does not help kubenet`, () => {
    expect(askShared.kind(second(sound))).toBe('not-applicable');
    const two = second(kubenet);
    const apart = changed(
      changed(two, 'spoke/properties/subnets/-', {
        name: 'others',
        properties: {
          addressPrefix: '10.1.16.0/22',
          routeTable: { id: net('routeTables', 'rt') },
        },
      }),
      'aks2/properties/agentPoolProfiles/0/vnetSubnetID',
      `${net('virtualNetworks', 'spoke')}/subnets/others`,
    );
    expect(askShared.kind(apart)).toBe('fail');
    const own = { ...sound['rt'], id: net('routeTables', 'rt2'), name: 'rt2' };
    const apartFully = changed(apart, 'spoke/properties/subnets/2/properties/routeTable', {
      id: net('routeTables', 'rt2'),
    });
    expect(askShared.kind({ ...apartFully, rt2: own })).toBe('pass');
  });
});
