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

/** Expected values: aks.md 4 (outbound types), 11 (P4, A1, A4, F3, F4, X1), azure-networking.md 3.4 (longest prefix). */
const sound = soundPerimeter();
const SUBNET = 'spoke/properties/subnets/0/properties';
const PROFILE = 'aks/properties/networkProfile';
const POOL = 'aks/properties/agentPoolProfiles/0';
const ROUTES = 'rt/properties/routes';
const subnetId = (name: string) => `${net('virtualNetworks', 'spoke')}/subnets/${name}`;

const noTable = changed(sound, `${SUBNET}/routeTable`, undefined);
const unknownHop = changed(sound, `${ROUTES}/0/properties/nextHopType`, unknown('the hop type'));
const appliance = (name: string, addressPrefix: string): Json => ({
  name,
  properties: {
    addressPrefix,
    nextHopType: 'VirtualAppliance',
    nextHopIpAddress: '10.0.0.4',
  },
});
const internet = (name: string, addressPrefix: string): Json => ({
  name,
  properties: { addressPrefix, nextHopType: 'Internet' },
});
const withRoute = (route: Json): Perimeter => changed(sound, `${ROUTES}/-`, route);
describe('P4: node and pod subnets go through the firewall', () => {
  const id = 'egress/not-through-firewall';
  const ask = asking(id);
  pinCheck('egress/not-through-firewall', {
    pass: of(sound),
    fail: of(noTable, { says: 'Nodes in nodes reach the internet without passing the firewall' }),
    unknown: of(changed(sound, `${SUBNET}/routeTable`, unknown('which table')), {
      says: 'the route table of nodes',
    }),
  });

  it(`${id}: halves of 0.0.0.0/0 are as good as the whole (AZN-09)`, () => {
    const halves = [appliance('low', '0.0.0.0/1'), appliance('high', '128.0.0.0/1')];
    expect(ask.kind(changed(sound, ROUTES, halves))).toBe('pass');
    expect(ask.kind(changed(sound, ROUTES, halves.slice(0, 1)))).toBe('fail');
  });

  it(`${id}: a default route to the internet, to a gateway, to nowhere`, () => {
    const hop = (type: string) => changed(sound, `${ROUTES}/0/properties/nextHopType`, type);
    expect(ask.kind(hop('Internet'))).toBe('fail');
    expect(ask.messages(hop('VirtualNetworkGateway'))).toEqual([
      'Nodes in nodes reach the internet through a virtual network gateway, not the firewall.',
    ]);
    expect(ask.kind(hop('None'))).toBe('pass');
  });

  it(`${id}: routes that cannot be read leave it open, a sound default route beside them does not`, () => {
    expect(ask.kind(unknownHop)).toBe('unknown');
    expect(
      ask.kind(withRoute({ name: 'odd', properties: { addressPrefix: unknown('a prefix') } })),
    ).toBe('pass');
    expect(ask.kind(changed(sound, 'rt/$isReference', true))).toBe('pass');
    const existing = changed(changed(sound, ROUTES, []), 'rt/$isReference', true);
    expect(ask.kind(existing)).toBe('unknown');
    expect(ask.kind(without(sound, 'rt'))).toBe('unknown');
    expect(ask.kind(without(sound, 'spoke'))).toBe('unknown');
  });

  it(`${id}: pod subnets need the route as well as node subnets (aks 2.1)`, () => {
    const flat = changed(sound, `${PROFILE}/networkPluginMode`, undefined);
    const pods = (more: Json) =>
      changed(
        changed(flat, 'spoke/properties/subnets/-', {
          name: 'pods',
          properties: { addressPrefix: '10.1.16.0/20', ...more },
        }),
        `${POOL}/podSubnetID`,
        subnetId('pods'),
      );
    expect(ask.messages(pods({}))).toEqual([
      'Pods in pods reach the internet without passing the firewall.',
    ]);
    expect(ask.kind(pods({ routeTable: { id: net('routeTables', 'rt') } }))).toBe('pass');
  });

  it(`${id}: a network that AKS manages leaves by the outbound type, unless it is none or block (AKS-20, AKS-22)`, () => {
    const managed = changed(sound, `${POOL}/vnetSubnetID`, undefined);
    const leaving = (type: unknown) => changed(managed, `${PROFILE}/outboundType`, type);
    expect(ask.messages(leaving('managedNATGateway'))).toEqual([
      'Pool system of aks is in a network that AKS manages: it leaves by managedNATGateway, not by the firewall.',
    ]);
    expect(ask.messages(leaving(undefined))).toEqual([
      expect.stringContaining('it leaves by loadBalancer,'),
    ]);
    expect(ask.kind(leaving('none'))).toBe('pass');
    expect(ask.kind(leaving('block'))).toBe('pass');
    expect(ask.kind(leaving(unknown('the type')))).toBe('unknown');
  });

  it(`${id}: outbound type none needs no route where the subnet is private (aks 5.3, AZS-05)`, () => {
    const isolated = changed(noTable, `${PROFILE}/outboundType`, 'none');
    expect(ask.kind(isolated)).toBe('pass');
    expect(ask.kind(changed(isolated, `${SUBNET}/defaultOutboundAccess`, undefined))).toBe('fail');
    const open = changed(isolated, `${SUBNET}/defaultOutboundAccess`, unknown('whether'));
    expect(ask.kind(open)).toBe('unknown');
  });

  it(`${id}: without any firewall it is a warning (A1), and a firewall elsewhere is met by its route (X1)`, () => {
    const alone = without(noTable, 'fw');
    expect(ask.severities(alone)).toEqual(['warning']);
    expect(ask.kind(without(sound, 'fw'), { profile: 'central-hub' })).toBe('pass');
    expect(ask.kind(alone, { profile: 'central-hub' })).toBe('fail');
  });

  it(`${id}: X1, development clusters need no firewall`, () => {
    for (const profile of ['dev', 'ephemeral', 'internal-only'] as const)
      expect(ask.kind(noTable, { profile })).toBe('not-applicable');
  });

  it(`${id}: a Virtual WAN hub may inject the default route (AZN-24)`, () => {
    const hub: Json = {
      id: net('virtualHubs', 'vhub'),
      type: 'Microsoft.Network/virtualHubs',
      name: 'vhub',
      properties: { addressPrefix: '10.50.0.0/23' },
    };
    const connection: Json = {
      id: `${net('virtualHubs', 'vhub')}/hubVirtualNetworkConnections/spoke`,
      type: 'Microsoft.Network/virtualHubs/hubVirtualNetworkConnections',
      name: 'spoke',
      properties: { remoteVirtualNetwork: { id: net('virtualNetworks', 'spoke') } },
    };
    expect(ask.kind({ ...noTable, hub2: hub, connection })).toBe('unknown');
    expect(ask.kind({ ...sound, hub2: hub, connection })).toBe('pass');
  });
});

describe('A4: routes around the firewall', () => {
  const id = 'egress/route-around-firewall';
  const ask = asking(id);
  const cloud = withRoute(internet('azure', 'AzureCloud'));
  pinCheck('egress/route-around-firewall', {
    pass: of(sound),
    fail: of(cloud, { says: 'nodes reaches AzureCloud around the firewall: route azure' }),
    unknown: of(
      withRoute({
        name: 'odd',
        properties: { addressPrefix: unknown('a prefix'), nextHopType: 'Internet' },
      }),
      { says: 'what route odd does' },
    ),
  });

  it(`${id}: a public prefix is one, a private prefix or another hop is none`, () => {
    expect(ask.kind(withRoute(internet('one', '198.51.100.0/24')))).toBe('fail');
    expect(ask.kind(withRoute(internet('private', '10.9.0.0/16')))).toBe('pass');
    expect(ask.kind(withRoute(appliance('one', '198.51.100.0/24')))).toBe('pass');
  });

  it(`${id}: /32 routes for the firewall's own public addresses have their use (AFW-E06)`, () => {
    expect(ask.kind(withRoute(internet('own', '203.0.113.1/32')))).toBe('pass');
    expect(ask.kind(withRoute(internet('other', '203.0.113.77/32')))).toBe('fail');
    const later = (route: Json) =>
      changed(withRoute(route), 'pip-3/properties/ipAddress', undefined);
    expect(ask.kind(later(internet('other', '203.0.113.77/32')))).toBe('unknown');
    expect(ask.kind(later(internet('more', '203.0.113.64/26')))).toBe('fail');
  });

  it(`${id}: the firewall's own address may be one that Azure has yet to give`, () => {
    const host = (name: string) => {
      const key = net('publicIPAddresses', name).toLowerCase().replaceAll('/', '∕');
      const addressPrefix = { ...unknown('it'), symbol: `text:«public-address:${key}»/32` };
      return withRoute({ name: 'own', properties: { addressPrefix, nextHopType: 'Internet' } });
    };
    const later = (perimeter: Perimeter) =>
      changed(perimeter, 'pip-3/properties/ipAddress', undefined);
    expect(ask.kind(later(host('pip-3')))).toBe('pass');
    expect(ask.kind(later(host('jump-box')))).toBe('fail');
  });

  it(`${id}: not asked where there is no appliance route, nor of development clusters`, () => {
    expect(ask.kind(noTable)).toBe('not-applicable');
    expect(ask.kind(cloud, { profile: 'dev' })).toBe('not-applicable');
  });
});

describe('P4: the outbound type', () => {
  const id = 'egress/outbound-type';
  const ask = asking(id);
  pinCheck('egress/outbound-type', {
    pass: of(sound),
    fail: of(changed(sound, `${PROFILE}/outboundType`, 'loadBalancer'), {
      says: 'aks routes to an appliance and has outboundType loadBalancer: AKS builds a public way out that no route uses',
    }),
    unknown: of(changed(sound, `${PROFILE}/outboundType`, unknown('the type')), {
      says: 'The outbound type of aks is not known',
    }),
  });

  it(`${id}: absent means loadBalancer (AKS-20); none and any spelling of userDefinedRouting fit`, () => {
    const typed = (type: unknown) => ask.kind(changed(sound, `${PROFILE}/outboundType`, type));
    expect(typed(undefined)).toBe('fail');
    expect(typed('userAssignedNATGateway')).toBe('fail');
    expect(typed('none')).toBe('pass');
    expect(typed('UserDefinedRouting')).toBe('pass');
  });

  it(`${id}: userDefinedRouting wants a default route to an appliance or gateway, Internet is refused (AKS-21)`, () => {
    expect(ask.severities(noTable)).toEqual(['error']);
    expect(ask.messages(noTable)).toEqual([
      'aks has outboundType userDefinedRouting and a node subnet without a default route to an appliance.',
    ]);
    const hop = (type: string) =>
      ask.kind(changed(sound, `${ROUTES}/0/properties/nextHopType`, type));
    expect(hop('Internet')).toBe('fail');
    expect(hop('VirtualNetworkGateway')).toBe('pass');
    expect(ask.kind(unknownHop)).toBe('unknown');
  });

  it(`${id}: a load balancer without a route to an appliance is no contradiction`, () => {
    expect(ask.kind(changed(noTable, `${PROFILE}/outboundType`, 'loadBalancer'))).toBe('pass');
  });
});

describe('X1: internal-only', () => {
  const id = 'egress/internal-only-reaches-internet';
  const ask = asking(id);
  const profile = 'internal-only';
  const balanced = changed(noTable, `${PROFILE}/outboundType`, undefined);
  pinCheck('egress/internal-only-reaches-internet', {
    pass: of(changed(balanced, `${PROFILE}/outboundType`, 'none'), { profile }),
    fail: of(balanced, {
      profile,
      says: 'nodes of aks reaches the internet although the cluster is internal-only',
    }),
    unknown: of(changed(noTable, `${PROFILE}/outboundType`, unknown('the type')), {
      profile,
      says: 'the type',
    }),
  });

  it(`${id}: a route to the firewall or to None is no route to the internet`, () => {
    expect(ask.kind(sound, { profile })).toBe('pass');
    const none = changed(sound, `${ROUTES}/0/properties/nextHopType`, 'None');
    expect(ask.kind(none, { profile })).toBe('pass');
    const open = changed(sound, `${ROUTES}/0/properties/nextHopType`, 'Internet');
    expect(ask.kind(changed(open, `${PROFILE}/outboundType`, 'loadBalancer'), { profile })).toBe(
      'fail',
    );
    expect(ask.kind(balanced)).toBe('not-applicable');
  });
});

describe('F4: node addresses', () => {
  const id = 'cluster/node-public-addresses';
  const ask = asking(id);
  pinCheck('cluster/node-public-addresses', {
    pass: of(changed(sound, `${POOL}/enableNodePublicIP`, false)),
    fail: of(changed(sound, `${POOL}/enableNodePublicIP`, true), {
      says: 'Nodes of pool system of aks have public addresses',
    }),
    unknown: of(changed(sound, `${POOL}/enableNodePublicIP`, unknown('the setting')), {
      says: 'the setting',
    }),
  });

  it(`${id}: absent means none; every profile is asked (X1)`, () => {
    expect(ask.kind(sound)).toBe('pass');
    const open = changed(sound, `${POOL}/enableNodePublicIP`, true);
    for (const profile of ['dev', 'internal-only'] as const)
      expect(ask.kind(open, { profile })).toBe('fail');
  });
});

describe('F3: IPv6', () => {
  const id = 'egress/ipv6-outside-firewall';
  const ask = asking(id);
  const dual = changed(
    changed(
      changed(sound, `${PROFILE}/ipFamilies`, ['IPv4', 'IPv6']),
      `${SUBNET}/addressPrefix`,
      undefined,
    ),
    `${SUBNET}/addressPrefixes`,
    ['10.1.0.0/22', 'fd00:1::/64'],
  );
  const v6 = (nextHopType: unknown) =>
    changed(dual, `${ROUTES}/-`, {
      name: 'v6',
      properties: { addressPrefix: '::/0', nextHopType },
    });
  pinCheck('egress/ipv6-outside-firewall', {
    pass: of(v6('None')),
    fail: of(dual, { says: 'IPv6 of aks leaves nodes without passing the firewall' }),
    unknown: of(v6(unknown('the hop')), { says: 'the hop' }),
  });

  it(`${id}: a route ::/0 to the internet is no protection`, () => {
    expect(ask.kind(v6('Internet'))).toBe('fail');
    expect(ask.kind(v6('VirtualAppliance'))).toBe('pass');
  });

  it(`${id}: it takes both, a dual-stack cluster and an IPv6 range on the subnet (aks 10)`, () => {
    const plain = changed(sound, `${PROFILE}/ipFamilies`, ['IPv4', 'IPv6']);
    expect(ask.kind(plain)).toBe('pass');
    expect(ask.kind(sound)).toBe('not-applicable');
    expect(ask.kind(without(dual, 'rt'))).toBe('unknown');
    expect(ask.kind(without(dual, 'spoke'))).toBe('unknown');
  });
});

describe('AKS-36: sources of the rules for AKS (aks 5.2.2)', () => {
  const id = 'firewall/rule-source-any';
  const ask = asking(id);
  const AKS_RULE = 'rules/properties/ruleCollections/2/rules/0/sourceAddresses';
  const NODES = '10.1.0.0/22';
  const sources = (...list: readonly unknown[]) => changed(sound, AKS_RULE, list);

  it('AKS-36: the node subnet is a source, everybody is none', () => {
    expect(ask.kind(sources(NODES))).toBe('pass');
    expect(ask.messages(sources('*'))).toEqual([expect.stringContaining('rules/app/aks')]);
    expect(ask.kind(sources('0.0.0.0/0'))).toBe('fail');
    expect(ask.kind(sources(NODES, '*'))).toBe('fail');
    expect(ask.kind(sources(unknown('the sources')))).toBe('unknown');
  });

  it('AKS-36: where pods have a subnet of their own it is a source beside that of the nodes', () => {
    expect(ask.kind(sources(NODES, '10.1.16.0/20'))).toBe('pass');
    expect(ask.severities(sources('*'))).toEqual(['note']);
  });
});
