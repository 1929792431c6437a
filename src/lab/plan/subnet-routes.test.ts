import { describe, expect, it } from 'vitest';
import { type Json, snapshotOf } from '../../../tests/support/snapshot-of.ts';
import { readPerimeter } from '../../model/index.ts';
import { formatPrefix, parseIp, parsePrefix, prefixHas } from '../../net/index.ts';
import { deriveNetwork } from '../../network/index.ts';
import { subnetRoutes } from './subnet-routes.ts';

const GROUP =
  '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.Network';
const ref = (path: string) => ({ id: `${GROUP}/${path}` });

/** The kernel's longest match over the composed routes, as a word: what the vectors of azure-networking 3.5 say. */
function nextHop(
  resources: readonly Json[],
  subnetKey: string,
  address: string,
  pods: readonly string[] = [],
): string {
  const network = deriveNetwork(readPerimeter(snapshotOf(resources)));
  const subnet = [...network.subnets.values()].find(({ subnet: one }) =>
    one.key.endsWith(subnetKey),
  );
  const { routes } = subnetRoutes(
    network,
    subnet!,
    [],
    pods.map((text) => parsePrefix(text)!),
  );
  const ip = parseIp(address)!;
  const best = routes
    .filter(({ prefix }) => prefixHas(prefix, ip))
    .sort((a, b) => b.prefix.length - a.prefix.length)[0];
  if (best === undefined) return 'no route';
  const { to } = best;
  return to.kind === 'appliance' ? to.addresses.join(',') : to.kind;
}

function vnet(name: string, space: readonly string[], subnets: readonly Json[]): Json {
  return {
    type: 'Microsoft.Network/virtualNetworks',
    name,
    location: 'eastus',
    properties: { addressSpace: { addressPrefixes: space }, subnets },
  };
}

function peering(from: string, to: string, flags: Json): Json {
  return {
    type: 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings',
    name: `${from}/to-${to}`,
    properties: {
      remoteVirtualNetwork: ref(`virtualNetworks/${to}`),
      allowVirtualNetworkAccess: true,
      allowForwardedTraffic: true,
      peeringState: 'Connected',
      ...flags,
    },
  };
}

function table(name: string, routes: readonly (readonly string[])[], properties: Json = {}): Json {
  return {
    type: 'Microsoft.Network/routeTables',
    name,
    properties: {
      ...properties,
      routes: routes.map(([addressPrefix, nextHopType, nextHopIpAddress], index) => ({
        name: `r${index}`,
        properties: { addressPrefix, nextHopType, nextHopIpAddress },
      })),
    },
  };
}

function gateway(vnetName: string, prefixes: readonly string[]): readonly Json[] {
  return [
    {
      type: 'Microsoft.Network/virtualNetworkGateways',
      name: 'vpn',
      properties: {
        gatewayType: 'Vpn',
        enableBgp: false,
        ipConfigurations: [
          {
            name: 'a',
            properties: { subnet: ref(`virtualNetworks/${vnetName}/subnets/GatewaySubnet`) },
          },
        ],
      },
    },
    {
      type: 'Microsoft.Network/localNetworkGateways',
      name: 'office',
      properties: { localNetworkAddressSpace: { addressPrefixes: prefixes } },
    },
    {
      type: 'Microsoft.Network/connections',
      name: 'office',
      properties: {
        virtualNetworkGateway1: ref('virtualNetworkGateways/vpn'),
        localNetworkGateway2: ref('localNetworkGateways/office'),
      },
    },
  ];
}

/** Setup E1 of azure-networking 3.5; the learned prefixes stand in local network gateways rather than BGP. */
function e1(
  tableProperties: Json = {},
  further: readonly (readonly string[])[] = [],
): readonly Json[] {
  return [
    vnet(
      'hub',
      ['10.200.0.0/24'],
      [
        { name: 'AzureFirewallSubnet', properties: { addressPrefix: '10.200.0.0/26' } },
        { name: 'GatewaySubnet', properties: { addressPrefix: '10.200.0.64/27' } },
      ],
    ),
    vnet(
      'spoke',
      ['10.240.0.0/16'],
      [
        {
          name: 'nodes',
          properties: { addressPrefix: '10.240.0.0/22', routeTable: ref('routeTables/t') },
        },
        { name: 'appgw', properties: { addressPrefix: '10.240.5.0/24' } },
      ],
    ),
    peering('hub', 'spoke', { allowGatewayTransit: true }),
    peering('spoke', 'hub', { useRemoteGateways: true }),
    table('t', [['0.0.0.0/0', 'VirtualAppliance', '10.200.0.4'], ...further], tableProperties),
    ...gateway('hub', ['10.10.0.0/16', '172.20.0.0/14', '10.240.0.0/24']),
  ];
}

describe('the routes of a subnet, setup E1 (azure-networking 3.5)', () => {
  it.each([
    ['nodes', '10.240.4.9', 'deliver', 'the VNet is longer than 0/0'],
    ['nodes', '10.200.0.4', 'deliver', 'so is the peering'],
    ['nodes', '8.8.8.8', '10.200.0.4', 'the user route'],
    [
      'nodes',
      '10.10.3.3',
      'gateway',
      'a gateway route is longer than 0/0: it bypasses the firewall',
    ],
    ['nodes', '10.99.1.1', '10.200.0.4', 'AZN-07: the user route removes the None routes'],
    ['appgw', '10.99.1.1', 'drop', 'AZN-07: no table on that subnet'],
    ['appgw', '8.8.8.8', 'internet', 'AZN-06'],
    ['nodes', '10.240.0.9', 'deliver', 'AZN-10: the VNet beats a more specific gateway route'],
    ['nodes', '168.63.129.16', 'platform', 'AZN-17'],
  ])('%s to %s: %s (%s)', (subnet, address, expected) => {
    expect(nextHop(e1(), `/${subnet}`, address)).toBe(expected);
  });

  it('AZN-11: without propagation the gateway’s routes are gone', () => {
    const resources = e1({ disableBgpRoutePropagation: true });
    expect(nextHop(resources, '/nodes', '10.10.3.3')).toBe('10.200.0.4');
  });

  it('AZN-08: a user route for a part of the VNet diverts it, and one for the whole takes the rest', () => {
    const part = e1({}, [['10.240.5.0/24', 'VirtualAppliance', '10.200.0.4']]);
    expect(nextHop(part, '/nodes', '10.240.5.7')).toBe('10.200.0.4');
    expect(nextHop(part, '/nodes', '10.240.4.9')).toBe('deliver');
    const whole = e1({}, [['10.240.0.0/16', 'VirtualAppliance', '10.200.0.4']]);
    expect(nextHop(whole, '/nodes', '10.240.4.9')).toBe('10.200.0.4');
  });

  it('AZN-12: disablePeeringRoute All removes the peering', () => {
    expect(nextHop(e1({ disablePeeringRoute: 'All' }), '/nodes', '10.200.0.4')).toBe('10.200.0.4');
    expect(nextHop(e1({ disablePeeringRoute: 'None' }), '/nodes', '10.200.0.4')).toBe('deliver');
  });
});

describe('the routes of a subnet, setup E2', () => {
  const e2 = [
    vnet(
      'v1',
      ['10.0.0.0/16'],
      [
        {
          name: 's1',
          properties: { addressPrefix: '10.0.0.0/24', routeTable: ref('routeTables/t') },
        },
        { name: 'plain', properties: { addressPrefix: '10.0.1.0/24' } },
        { name: 'GatewaySubnet', properties: { addressPrefix: '10.0.255.0/27' } },
      ],
    ),
    vnet('v2', ['10.1.0.0/16', '10.2.0.0/16'], []),
    peering('v1', 'v2', {}),
    peering('v2', 'v1', {}),
    ...gateway('v1', ['10.10.0.0/16']),
    table('t', [
      ['10.0.0.0/16', 'VirtualAppliance', '10.0.100.4'],
      ['10.0.0.0/24', 'VnetLocal'],
      ['10.1.0.0/16', 'None'],
      ['10.2.0.0/16', 'None'],
      ['10.10.0.0/16', 'VirtualAppliance', '10.0.100.4'],
      ['0.0.0.0/0', 'VirtualAppliance', '10.0.100.4'],
    ]),
  ];

  it.each([
    ['s1', '10.0.0.9', 'deliver'],
    ['s1', '10.0.5.9', '10.0.100.4'],
    ['s1', '10.1.0.9', 'drop'],
    ['s1', '10.10.0.9', '10.0.100.4'],
    ['s1', '172.16.0.1', '10.0.100.4'],
    ['s1', '1.1.1.1', '10.0.100.4'],
    ['plain', '172.16.0.1', 'drop'],
    ['plain', '10.3.0.1', 'drop'],
    ['plain', '1.1.1.1', 'internet'],
    ['plain', '10.2.9.9', 'deliver'],
  ])('%s to %s: %s', (subnet, address, expected) => {
    expect(nextHop(e2, `/${subnet}`, address)).toBe(expected);
  });
});

describe('private endpoints among routes', () => {
  const withMode = (mode: string, prefix: string) => {
    const resources = [
      vnet(
        'v',
        ['10.240.0.0/16'],
        [
          {
            name: 'from',
            properties: { addressPrefix: '10.240.0.0/24', routeTable: ref('routeTables/t') },
          },
          {
            name: 'endpoints',
            properties: { addressPrefix: '10.240.1.0/24', privateEndpointNetworkPolicies: mode },
          },
        ],
      ),
      table('t', [[prefix, 'VirtualAppliance', '10.240.9.4']]),
    ];
    const network = deriveNetwork(readPerimeter(snapshotOf(resources)));
    const subnets = [...network.subnets.values()];
    const [from, endpoints] = subnets;
    const seat = {
      host: 'pe',
      kind: 'private-endpoint',
      label: 'pe',
      fabric: 'fabric',
      subnet: endpoints!,
      addresses: [parseIp('10.240.1.4')!],
      furtherAddresses: [],
      publicAddresses: [],
      groups: [],
      isGuarded: false,
      forwards: false,
      answers: true,
      resolvers: [],
    } as const;
    const { routes } = subnetRoutes(network, from!, [seat], []);
    return routes.some(({ prefix: one }) => formatPrefix(one) === '10.240.1.4/32');
  };

  it.each([
    ['Disabled', '10.240.1.0/24', true],
    ['RouteTableEnabled', '10.240.1.0/24', false],
    ['Enabled', '10.240.0.0/16', false],
    ['Enabled', '10.0.0.0/8', true],
    ['Enabled', '0.0.0.0/0', true],
    ['NetworkSecurityGroupEnabled', '10.240.1.0/24', true],
  ])('AZN-14: policies %s and a user route %s keep the /32: %s', (mode, prefix, expected) => {
    expect(withMode(mode, prefix)).toBe(expected);
  });
});

describe('routes that cannot be read', () => {
  it('are gaps, and the rest still routes', () => {
    const resources = [
      vnet(
        'v',
        ['10.0.0.0/16'],
        [
          {
            name: 's',
            properties: { addressPrefix: '10.0.0.0/24', routeTable: ref('routeTables/t') },
          },
        ],
      ),
      table('t', [
        ['Storage.EastUS', 'Internet'],
        ['10.9.0.0/16', 'VirtualAppliance'],
        ['10.8.0.0/16', 'None'],
      ]),
    ];
    const network = deriveNetwork(readPerimeter(snapshotOf(resources)));
    const { gaps } = subnetRoutes(network, [...network.subnets.values()][0]!, [], []);
    expect(gaps.map(({ what }) => what)).toEqual(['route table t: r0', 'route table t: r1']);
    expect(nextHop(resources, '/s', '10.8.1.1')).toBe('drop');
  });

  it('AZN-16: for one prefix a written route beats a tag, and a regional tag a global one', () => {
    const prefixes = new Map([
      ['storage', ['20.0.0.0/24', '20.0.1.0/24']],
      ['storage.eastus', ['20.0.0.0/24']],
      ['azurecloud', ['20.0.0.0/24', '20.0.1.0/24', '20.0.2.0/24']],
    ]);
    const info = { origin: 'test', version: '1' };
    const resources = [
      vnet(
        'v',
        ['10.0.0.0/16'],
        [
          {
            name: 's',
            properties: { addressPrefix: '10.0.0.0/24', routeTable: ref('routeTables/t') },
          },
        ],
      ),
      table('t', [
        ['AzureCloud', 'None'],
        ['Storage', 'VirtualAppliance', '10.0.9.1'],
        ['Storage.eastus', 'VirtualAppliance', '10.0.9.2'],
        ['20.0.2.0/24', 'VirtualAppliance', '10.0.9.3'],
      ]),
    ];
    const snapshot = snapshotOf(resources, [], {
      serviceTags: { info, isComplete: true, prefixes },
    });
    const network = deriveNetwork(readPerimeter(snapshot));
    const { routes } = subnetRoutes(network, [...network.subnets.values()][0]!, [], []);
    const to = (text: string) => routes.find(({ prefix }) => formatPrefix(prefix) === text)?.to;
    expect(to('20.0.0.0/24')).toEqual({ kind: 'appliance', addresses: ['10.0.9.2'] });
    expect(to('20.0.1.0/24')).toEqual({ kind: 'appliance', addresses: ['10.0.9.1'] });
    expect(to('20.0.2.0/24')).toEqual({ kind: 'appliance', addresses: ['10.0.9.3'] });
  });
});

describe('pods of an overlay', () => {
  const nodes = (routes: readonly (readonly string[])[]): readonly Json[] => [
    vnet(
      'net',
      ['10.42.0.0/16'],
      [
        {
          name: 'nodes',
          properties: { addressPrefix: '10.42.1.0/24', routeTable: ref('routeTables/rt') },
        },
      ],
    ),
    table('rt', routes),
  ];
  const PODS = ['10.244.0.0/16'];

  it.each([
    ['of the whole range', '10.244.0.0/16'],
    ['of a part of it', '10.244.3.0/24'],
    ['of all there is', '0.0.0.0/0'],
  ])('AKS-60: a route of the user %s does not lead their traffic away', (_, prefix) => {
    const routes = [[prefix, 'VirtualAppliance', '10.42.9.4']];
    expect(nextHop(nodes(routes), '/nodes', '10.244.3.7', PODS)).toBe('deliver');
    expect(nextHop(nodes(routes), '/nodes', '10.244.3.7')).toBe('10.42.9.4');
  });
});
