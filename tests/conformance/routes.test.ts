import { describe, expect, it } from 'vitest';
import { formatIp, formatPrefix } from '../../src/net/index.ts';
import { findOwner, type Network } from '../../src/network/index.ts';
import {
  type EffectiveRoute,
  effectiveRoutes,
  type RouteChoice,
  selectRoute,
  splitByRoute,
} from '../../src/semantics/routes/concrete.ts';
import { isUnknown } from '../../src/values/index.ts';
import {
  connection,
  exactly,
  firewall,
  ip,
  localGateway,
  networkOf,
  type PerimeterWords,
  peering,
  privateEndpoint,
  publicIp,
  type RouteWords,
  routeTable,
  unknown,
  vnet,
  vpnGateway,
} from './network-fixture.ts';

/** `VirtualAppliance 10.200.0.4`, `None`…; `unknown` with what is missing. */
function told(choice: RouteChoice): string {
  switch (choice.kind) {
    case 'route':
      return hop(choice.route);
    case 'platform':
      return 'platform';
    default:
      return `unknown: ${choice.why.map((fact) => fact.missing).join('; ')}`;
  }
}

function hop(route: EffectiveRoute): string {
  const type = isUnknown(route.nextHopType) ? '?' : route.nextHopType;
  const hops = route.nextHops.map((value) => (isUnknown(value) ? value.symbol : formatIp(value)));
  return [type, ...hops].join(' ');
}

function check(network: Network, subnet: string, to: string, expected: string): void {
  expect(told(selectRoute(network, subnet, exactly(to))), `${subnet} to ${to}`).toBe(expected);
}

function listing(network: Network, subnet: string): string[] {
  return effectiveRoutes(network, subnet)
    .flatMap((route) =>
      route.prefixes
        .filter((prefix) => prefix.family === 4)
        .map((prefix) => `${formatPrefix(prefix)} ${route.source} ${route.state} ${hop(route)}`),
    )
    .sort();
}

const NODES = 'spoke/subnets/nodes';
const APPGW = 'spoke/subnets/appgw';
const TO_FIREWALL: RouteWords = ['0.0.0.0/0', 'VirtualAppliance', '10.200.0.4'];

/** Setup E1 of the reference, with the variations its table asks for. */
function e1(
  options: {
    readonly routes?: readonly RouteWords[];
    readonly propagationOff?: boolean;
    readonly advertised?: readonly string[];
    readonly serviceEndpoints?: readonly string[];
    readonly hubPeering?: Parameters<typeof peering>[2];
    readonly spokePeering?: Parameters<typeof peering>[2];
    readonly more?: PerimeterWords;
  } = {},
): Network {
  const table = routeTable('t', [TO_FIREWALL, ...(options.routes ?? [])], {
    ...(options.propagationOff === undefined
      ? {}
      : { disableBgpRoutePropagation: options.propagationOff }),
  });
  return networkOf({
    vnets: [
      vnet('hub', {
        space: ['10.200.0.0/24'],
        subnets: { AzureFirewallSubnet: '10.200.0.0/26', GatewaySubnet: '10.200.0.64/27' },
        peerings: [peering('hub', 'spoke', { allowGatewayTransit: true, ...options.hubPeering })],
      }),
      vnet('spoke', {
        space: ['10.240.0.0/16'],
        subnets: {
          nodes: {
            prefix: '10.240.0.0/22',
            table: 't',
            serviceEndpoints: options.serviceEndpoints ?? [],
          },
          ingress: { prefix: '10.240.4.0/28', table: 't' },
          appgw: '10.240.5.0/24',
        },
        peerings: [peering('spoke', 'hub', { useRemoteGateways: true, ...options.spokePeering })],
      }),
    ],
    tables: [table],
    firewalls: [firewall('fw', 'hub/subnets/azurefirewallsubnet', '10.200.0.4', ['pip'])],
    gateways: [vpnGateway('gw', 'hub')],
    localGateways: [
      localGateway('site', ['10.10.0.0/16', '172.20.0.0/14', ...(options.advertised ?? [])]),
    ],
    connections: [connection('link', 'gw', 'site')],
    tags: { Storage: ['20.38.0.0/24', '52.239.0.0/16'] },
    ...options.more,
  });
}

describe('E1: spoke behind a hub with firewall and gateway', () => {
  it('AZN-01 AZN-09: the system route of the whole VNet is longer than 0/0 and reaches the other subnet', () => {
    check(e1(), NODES, '10.240.4.9', 'VnetLocal');
  });
  it('AZN-02: the peering routes to the address space of the hub', () => {
    check(e1(), NODES, '10.200.0.4', 'VNetPeering');
  });
  it('AZN-09: the internet follows the user default route', () => {
    check(e1(), NODES, '8.8.8.8', 'VirtualAppliance 10.200.0.4');
  });
  it('AZN-05 AZN-09: a gateway route longer than 0/0 bypasses the firewall', () => {
    check(e1(), NODES, '10.10.3.3', 'VirtualNetworkGateway');
    check(e1(), NODES, '172.21.0.1', 'VirtualNetworkGateway');
  });
  it('AZN-07: the user default route removes the None routes', () => {
    check(e1(), NODES, '10.99.1.1', 'VirtualAppliance 10.200.0.4');
  });
  it('AZN-07: without a table private addresses that nobody routes are dropped', () => {
    check(e1(), APPGW, '10.99.1.1', 'None');
  });
  it('AZN-06: without a table the internet follows the system default route', () => {
    check(e1(), APPGW, '8.8.8.8', 'Internet');
  });
  it('AZN-11: with propagation off the gateway routes are gone', () => {
    check(e1({ propagationOff: true }), NODES, '10.10.3.3', 'VirtualAppliance 10.200.0.4');
  });
  it('AZN-10: a more specific gateway route does not beat the system route of the VNet', () => {
    check(e1({ advertised: ['10.240.0.0/24'] }), NODES, '10.240.0.9', 'VnetLocal');
  });
  it('AZN-15: a service endpoint bypasses the firewall for the addresses of its service', () => {
    const network = e1({ serviceEndpoints: ['Microsoft.Storage'] });
    check(network, NODES, '20.38.0.7', 'VirtualNetworkServiceEndpoint');
    check(network, NODES, '8.8.8.8', 'VirtualAppliance 10.200.0.4');
    check(network, 'spoke/subnets/ingress', '20.38.0.7', 'VirtualAppliance 10.200.0.4');
  });
  it('AZN-09: a user route longer than the VNet diverts one subnet', () => {
    const network = e1({ routes: [['10.240.5.0/24', 'VirtualAppliance', '10.200.0.4']] });
    check(network, NODES, '10.240.5.7', 'VirtualAppliance 10.200.0.4');
    check(network, NODES, '10.240.4.9', 'VnetLocal');
  });
  it('AZN-08: a user route for the very prefix of the VNet beats the system route', () => {
    const network = e1({ routes: [['10.240.0.0/16', 'VirtualAppliance', '10.200.0.4']] });
    check(network, NODES, '10.240.4.9', 'VirtualAppliance 10.200.0.4');
  });
});

describe('E2: the platform documentation example', () => {
  const network = networkOf({
    vnets: [
      vnet('vnet1', {
        space: ['10.0.0.0/16'],
        subnets: {
          Subnet1: { prefix: '10.0.0.0/24', table: 't', serviceEndpoints: ['Microsoft.Storage'] },
          Plain: '10.0.1.0/24',
          Appliance: '10.0.100.0/24',
          GatewaySubnet: '10.0.200.0/27',
        },
        peerings: [peering('vnet1', 'vnet2')],
      }),
      vnet('vnet2', {
        space: ['10.1.0.0/16', '10.2.0.0/16'],
        subnets: {},
        peerings: [peering('vnet2', 'vnet1')],
      }),
    ],
    tables: [
      routeTable('t', [
        ['10.0.0.0/16', 'VirtualAppliance', '10.0.100.4'],
        ['10.0.0.0/24', 'VnetLocal'],
        ['10.1.0.0/16', 'None'],
        ['10.2.0.0/16', 'None'],
        ['10.10.0.0/16', 'VirtualAppliance', '10.0.100.4'],
        ['0.0.0.0/0', 'VirtualAppliance', '10.0.100.4'],
      ]),
    ],
    gateways: [vpnGateway('gw', 'vnet1')],
    localGateways: [localGateway('onprem', ['10.10.0.0/16'])],
    connections: [connection('c', 'gw', 'onprem')],
    tags: { Storage: ['20.38.0.0/24'] },
  });
  const subnet1 = 'vnet1/subnets/subnet1';
  const plain = 'vnet1/subnets/plain';

  it('AZN-08: lists the effective routes of Subnet1 as the page does, without None rows for private ranges', () => {
    expect(listing(network, subnet1)).toEqual(
      [
        '10.0.0.0/16 Default Invalid VnetLocal',
        '10.0.0.0/16 User Active VirtualAppliance 10.0.100.4',
        '10.0.0.0/24 User Active VnetLocal',
        '10.1.0.0/16 Default Invalid VNetPeering',
        '10.2.0.0/16 Default Invalid VNetPeering',
        '10.1.0.0/16 User Active None',
        '10.2.0.0/16 User Active None',
        '10.10.0.0/16 VirtualNetworkGateway Invalid VirtualNetworkGateway',
        '10.10.0.0/16 User Active VirtualAppliance 10.0.100.4',
        '20.38.0.0/24 Default Active VirtualNetworkServiceEndpoint',
        '0.0.0.0/0 Default Invalid Internet',
        '0.0.0.0/0 User Active VirtualAppliance 10.0.100.4',
      ].sort(),
    );
  });
  it('AZN-07: lists the None routes on a subnet without a table', () => {
    expect(listing(network, plain)).toEqual(
      [
        '10.0.0.0/16 Default Active VnetLocal',
        '10.1.0.0/16 Default Active VNetPeering',
        '10.2.0.0/16 Default Active VNetPeering',
        '10.10.0.0/16 VirtualNetworkGateway Active VirtualNetworkGateway',
        '0.0.0.0/0 Default Active Internet',
        '10.0.0.0/8 Default Active None',
        '172.16.0.0/12 Default Active None',
        '192.168.0.0/16 Default Active None',
        '100.64.0.0/10 Default Active None',
      ].sort(),
    );
  });
  it('AZN-09: looks up the vectors of the page', () => {
    const appliance = 'VirtualAppliance 10.0.100.4';
    check(network, subnet1, '10.0.0.9', 'VnetLocal');
    check(network, subnet1, '10.0.5.9', appliance);
    check(network, subnet1, '10.1.0.9', 'None');
    check(network, subnet1, '10.10.0.9', appliance);
    check(network, subnet1, '172.16.0.1', appliance);
    check(network, subnet1, '1.1.1.1', appliance);
    check(network, plain, '172.16.0.1', 'None');
    check(network, plain, '10.3.0.1', 'None');
    check(network, plain, '1.1.1.1', 'Internet');
  });
});

/** Setups E3 to E5: one VNet with the cluster and the firewall in it. */
function e3(routes: readonly RouteWords[], firewallRoutes?: readonly RouteWords[]): Network {
  return networkOf({
    vnets: [
      vnet('net', {
        space: ['10.42.0.0/16'],
        subnets: {
          aks: { prefix: '10.42.1.0/24', table: 't' },
          AzureFirewallSubnet: {
            prefix: '10.42.2.0/24',
            ...(firewallRoutes === undefined ? {} : { table: 'tf' }),
          },
        },
      }),
    ],
    tables: [routeTable('t', routes), routeTable('tf', firewallRoutes ?? [])],
    firewalls: [firewall('fw', 'net/subnets/azurefirewallsubnet', '10.42.2.4', ['pip'])],
    publicIps: [publicIp('pip', '203.0.113.32')],
  });
}

describe('E3, E4, E5: firewall in the cluster VNet', () => {
  const aks = 'net/subnets/aks';
  const table: readonly RouteWords[] = [
    ['0.0.0.0/0', 'VirtualAppliance', '10.42.2.4'],
    ['203.0.113.32/32', 'Internet'],
  ];
  it('AZN-09: E3, the /32 of the firewall leaves directly and everything else through the firewall', () => {
    check(e3(table), aks, '203.0.113.32', 'Internet');
    check(e3(table), aks, '203.0.113.33', 'VirtualAppliance 10.42.2.4');
  });
  it('AZN-01: E4, the reply to a firewall instance stays in the VNet', () => {
    check(e3(table), aks, '10.42.2.6', 'VnetLocal');
  });
  it('AZN-19: E4, a user route over AzureFirewallSubnet sends that reply to the shared address', () => {
    const network = e3([...table, ['10.42.2.0/24', 'VirtualAppliance', '10.42.2.4']]);
    check(network, aks, '10.42.2.6', 'VirtualAppliance 10.42.2.4');
  });
  it('AZN-18: E5, a default route on AzureFirewallSubnet to the firewall itself leads back to it', () => {
    const network = e3(table, [['0.0.0.0/0', 'VirtualAppliance', '10.42.2.4']]);
    const subnet = 'net/subnets/azurefirewallsubnet';
    const choice = selectRoute(network, subnet, exactly('8.8.8.8'));
    expect(told(choice)).toBe('VirtualAppliance 10.42.2.4');
    const owners = findOwner(network, exactly('10.42.2.4'));
    expect(owners.map((found) => [found.owner.kind, found.certainty])).toEqual([
      ['firewall-private', 'yes'],
    ]);
    check(e3(table), subnet, '8.8.8.8', 'Internet');
  });
  it('AZN-17: the host answers whatever the table says', () => {
    check(e3(table), aks, '168.63.129.16', 'platform');
    check(e3(table), aks, '169.254.169.254', 'platform');
  });
});

describe('peerings', () => {
  it('AZN-02: a missing or disconnected half gives no route', () => {
    const oneHalf = networkOf({
      vnets: [
        vnet('a', {
          space: ['10.1.0.0/16'],
          subnets: { s: '10.1.0.0/24' },
          peerings: [peering('a', 'b')],
        }),
        vnet('b', { space: ['10.2.0.0/16'], subnets: { s: '10.2.0.0/24' } }),
      ],
    });
    check(oneHalf, 'a/subnets/s', '10.2.0.4', 'None');
    const cut = e1({ hubPeering: { peeringState: 'Disconnected' } });
    check(cut, NODES, '10.200.0.4', 'VirtualAppliance 10.200.0.4');
  });
  it('AZN-03: nothing is learned beyond the neighbour', () => {
    const chain = networkOf({
      vnets: ['a', 'b', 'c'].map((key, index) =>
        vnet(key, {
          space: [`10.${index + 1}.0.0/16`],
          subnets: { s: `10.${index + 1}.0.0/24` },
          peerings: (key === 'b' ? ['a', 'c'] : ['b']).map((to) => peering(key, to)),
        }),
      ),
    });
    check(chain, 'a/subnets/s', '10.2.0.4', 'VNetPeering');
    check(chain, 'a/subnets/s', '10.3.0.4', 'None');
    check(chain, 'b/subnets/s', '10.3.0.4', 'VNetPeering');
  });
  it('AZN-04: out of sync, the last agreed space counts', () => {
    const spokePeering = {
      peeringSyncLevel: 'RemoteNotInSync',
      remoteAddressSpace: [
        { kind: 'prefix', prefix: { family: 4, base: ip('10.9.0.0').value, length: 16 } } as never,
      ],
    };
    const network = e1({ spokePeering });
    check(network, NODES, '10.9.0.4', 'VNetPeering');
    check(network, NODES, '10.200.0.4', 'VirtualAppliance 10.200.0.4');
  });
  it('AZN-05: without allowGatewayTransit on the hub the gateway is not shared', () => {
    const network = e1({ hubPeering: { allowGatewayTransit: false } });
    check(network, NODES, '10.10.3.3', 'VirtualAppliance 10.200.0.4');
  });
  it('AZN-12: disablePeeringRoute All removes the peering routes', () => {
    const network = networkOf({
      vnets: [
        vnet('a', {
          space: ['10.1.0.0/16'],
          subnets: { s: { prefix: '10.1.0.0/24', table: 't' } },
          peerings: [peering('a', 'b')],
        }),
        vnet('b', { space: ['10.2.0.0/16'], subnets: {}, peerings: [peering('b', 'a')] }),
      ],
      tables: [
        routeTable('t', [['10.2.0.0/15', 'VirtualAppliance', '10.1.9.4']], {
          disablePeeringRoute: 'All',
        }),
      ],
    });
    check(network, 'a/subnets/s', '10.2.0.4', 'VirtualAppliance 10.1.9.4');
  });
  it('a peer that is not in the input leaves private destinations open and the internet decided', () => {
    const network = networkOf({
      vnets: [
        vnet('spoke', {
          space: ['10.1.0.0/16'],
          subnets: { s: { prefix: '10.1.0.0/24', table: 't' } },
          peerings: [peering('spoke', 'hub')],
        }),
      ],
      tables: [routeTable('t', [['0.0.0.0/0', 'VirtualAppliance', '10.9.0.4']])],
    });
    check(network, 'spoke/subnets/s', '8.8.8.8', 'VirtualAppliance 10.9.0.4');
    check(network, 'spoke/subnets/s', '10.1.5.5', 'VnetLocal');
    expect(selectRoute(network, 'spoke/subnets/s', exactly('10.9.0.4')).kind).toBe('unknown');
  });
});

describe('private endpoints', () => {
  const withEndpoint = (
    policies: string | undefined,
    routes: readonly RouteWords[],
    addresses = ['10.240.4.36'],
  ) =>
    networkOf({
      vnets: [
        vnet('hub', {
          space: ['10.200.0.0/24'],
          subnets: { s: { prefix: '10.200.0.0/26', table: 't' } },
          peerings: [peering('hub', 'spoke')],
        }),
        vnet('spoke', {
          space: ['10.240.0.0/16'],
          subnets: {
            nodes: { prefix: '10.240.0.0/22', table: 't' },
            endpoints: {
              prefix: '10.240.4.32/28',
              ...(policies === undefined ? {} : { privateEndpointNetworkPolicies: policies }),
            },
          },
          peerings: [peering('spoke', 'hub')],
        }),
      ],
      tables: [routeTable('t', routes)],
      endpoints: [privateEndpoint('pe', 'spoke/subnets/endpoints', addresses)],
    });

  it('AZN-13: the /32 exists in the VNet and its peer, and 0/0 does not divert it', () => {
    const network = withEndpoint(undefined, [TO_FIREWALL]);
    check(network, NODES, '10.240.4.36', 'InterfaceEndpoint');
    check(network, 'hub/subnets/s', '10.240.4.36', 'InterfaceEndpoint');
  });
  it('AZN-13: with policies disabled not even a route for the subnet of the endpoint diverts it', () => {
    const network = withEndpoint('Disabled', [
      ['10.240.4.32/28', 'VirtualAppliance', '10.200.0.4'],
    ]);
    check(network, NODES, '10.240.4.36', 'InterfaceEndpoint');
  });
  it('AZN-14: with route tables enabled a route as long as the VNet prefix takes over, a shorter one does not', () => {
    const appliance = 'VirtualAppliance 10.200.0.4';
    for (const policies of ['RouteTableEnabled', 'Enabled']) {
      for (const prefix of ['10.240.0.0/16', '10.240.4.32/28', '10.240.4.36/32']) {
        const network = withEndpoint(policies, [[prefix, 'VirtualAppliance', '10.200.0.4']]);
        check(network, NODES, '10.240.4.36', appliance);
      }
      for (const prefix of ['0.0.0.0/0', '10.0.0.0/8']) {
        const network = withEndpoint(policies, [[prefix, 'VirtualAppliance', '10.200.0.4']]);
        check(network, NODES, '10.240.4.36', 'InterfaceEndpoint');
      }
    }
    const security = withEndpoint('NetworkSecurityGroupEnabled', [
      ['10.240.0.0/16', 'VirtualAppliance', '10.200.0.4'],
    ]);
    check(security, NODES, '10.240.4.36', 'InterfaceEndpoint');
  });
  it('AZN-13: an endpoint without a number is found by its symbol', () => {
    const network = withEndpoint(undefined, [TO_FIREWALL], []);
    const endpoints = network.subnets.get('spoke/subnets/endpoints')!.addresses;
    const choice = selectRoute(network, NODES, {
      kind: 'within',
      addresses: endpoints,
      label: 'pe',
      symbol: 'private-address:pe',
    });
    expect(told(choice)).toBe('InterfaceEndpoint');
    check(network, NODES, '10.240.4.37', 'VnetLocal');
  });
});

describe('routes with service tags', () => {
  const tags = {
    'Storage.EastUS': ['20.38.0.0/24'],
    Storage: ['20.38.0.0/24', '20.39.0.0/24'],
    'AzureCloud.eastus': ['20.38.0.0/24', '20.39.0.0/24', '20.40.0.0/24'],
    AzureCloud: ['20.38.0.0/24', '20.39.0.0/24', '20.40.0.0/24', '20.41.0.0/24'],
  };
  const network = (routes: readonly RouteWords[]) => e1({ routes, more: { tags } });

  it('AZN-16: for one prefix a CIDR beats a tag, and a narrower tag a wider one', () => {
    const ladder: readonly RouteWords[] = [
      ['AzureCloud', 'VirtualAppliance', '10.200.0.13'],
      ['AzureCloud.eastus', 'VirtualAppliance', '10.200.0.12'],
      ['Storage', 'VirtualAppliance', '10.200.0.11'],
      ['Storage.EastUS', 'VirtualAppliance', '10.200.0.10'],
    ];
    check(network(ladder), NODES, '20.38.0.1', 'VirtualAppliance 10.200.0.10');
    check(network(ladder), NODES, '20.39.0.1', 'VirtualAppliance 10.200.0.11');
    check(network(ladder), NODES, '20.40.0.1', 'VirtualAppliance 10.200.0.12');
    check(network(ladder), NODES, '20.41.0.1', 'VirtualAppliance 10.200.0.13');
    const written = network([...ladder, ['20.38.0.0/24', 'Internet']]);
    check(written, NODES, '20.38.0.1', 'Internet');
  });
  it('AZN-16: a tag without data leaves public destinations unknown and private ones decided', () => {
    const missing = network([['Sql.EastUS', 'Internet']]);
    check(missing, NODES, '8.8.8.8', 'unknown: members of service tag Sql.EastUS');
    check(missing, NODES, '10.240.4.9', 'VnetLocal');
  });
  it('AZN-15: so does a service endpoint without data', () => {
    const missing = e1({ serviceEndpoints: ['Microsoft.EventHub'] });
    expect(selectRoute(missing, NODES, exactly('8.8.8.8')).kind).toBe('unknown');
    check(missing, NODES, '10.99.1.1', 'VirtualAppliance 10.200.0.4');
  });
});

describe('what no file tells', () => {
  it('AZN-23: with BGP, private destinations outside the known networks are unknown, nothing else is', () => {
    const network = e1({ more: { gateways: [vpnGateway('gw', 'hub', { enableBgp: true })] } });
    expect(selectRoute(network, NODES, exactly('10.99.1.1')).kind).toBe('unknown');
    check(network, NODES, '10.10.3.3', 'VirtualNetworkGateway');
    check(network, NODES, '10.240.4.9', 'VnetLocal');
    check(network, NODES, '10.200.0.4', 'VNetPeering');
    check(network, NODES, '8.8.8.8', 'VirtualAppliance 10.200.0.4');
  });
  it('AZN-11: with propagation off, BGP does not matter', () => {
    const network = e1({
      propagationOff: true,
      more: { gateways: [vpnGateway('gw', 'hub', { gatewayType: 'ExpressRoute' })] },
    });
    check(network, NODES, '10.99.1.1', 'VirtualAppliance 10.200.0.4');
  });
  it('AZN-20: a default route of a gateway replaces the system one and leaves the None routes', () => {
    const network = e1({ advertised: ['0.0.0.0/0'] });
    check(network, APPGW, '8.8.8.8', 'VirtualNetworkGateway');
    check(network, APPGW, '10.99.1.1', 'None');
    check(network, NODES, '8.8.8.8', 'VirtualAppliance 10.200.0.4');
  });
  it('a table that is not in the input makes every route unknown', () => {
    const network = e1({ more: { tables: [] } });
    check(
      network,
      NODES,
      '8.8.8.8',
      'unknown: the routes of route table t, which is not in the input',
    );
    expect(selectRoute(network, NODES, exactly('10.240.4.9')).kind).toBe('unknown');
    check(network, NODES, '168.63.129.16', 'platform');
    check(network, APPGW, '8.8.8.8', 'Internet');
  });
  it('a user route whose prefix is unknown may take any destination but a pinned one', () => {
    const network = e1({
      routes: [
        [unknown('a value for parameter range'), 'None'],
        ['1.1.1.1/32', 'Internet'],
      ],
    });
    check(network, NODES, '8.8.8.8', 'unknown: a value for parameter range');
    check(network, NODES, '1.1.1.1', 'Internet');
  });
  it('an unknown next hop keeps its symbol, and two routes to it are one way', () => {
    const symbol = 'private-address:fw';
    const hopOf = unknown('the address of fw', symbol);
    const network = e1({
      routes: [
        ['20.0.0.0/8', 'VirtualAppliance', hopOf],
        ['20.1.0.0/16', 'VirtualAppliance', hopOf],
      ],
    });
    check(network, NODES, '20.1.2.3', `VirtualAppliance ${symbol}`);
    const twenty = {
      v4: [ip('20.0.0.0').value as number, ip('20.255.255.255').value as number],
      v6: [],
    };
    const choice = selectRoute(network, NODES, { kind: 'within', addresses: twenty, label: 'x' });
    expect(told(choice)).toBe(`VirtualAppliance ${symbol}`);
  });
  it('a table whose existence is a condition leaves open what it would change', () => {
    const base = e1();
    const table = {
      ...base.perimeter.routeTables.get('t')!,
      exists: unknown('parameter useFirewall'),
    };
    const network = e1({ more: { tables: [table] } });
    check(network, NODES, '8.8.8.8', 'unknown: parameter useFirewall');
    check(network, NODES, '10.240.4.9', 'VnetLocal');
    check(network, NODES, '10.99.1.1', 'unknown: parameter useFirewall');
  });
  it('AZN-01: a VNet whose space is not known holds its known subnets at least', () => {
    const network = (routes: readonly RouteWords[]) =>
      networkOf({
        vnets: [
          vnet(
            'v',
            { space: [], subnets: { s: { prefix: '10.1.0.0/24', table: 't' }, o: '10.1.1.0/24' } },
            { isReference: true },
          ),
        ],
        tables: [routeTable('t', [['0.0.0.0/0', 'VirtualAppliance', '10.1.1.4'], ...routes])],
      });
    check(network([]), 'v/subnets/s', '10.1.1.9', 'VnetLocal');
    check(network([]), 'v/subnets/s', '8.8.8.8', 'VirtualAppliance 10.1.1.4');
    const missing = 'unknown: the address space of virtual network v';
    check(network([]), 'v/subnets/s', '10.7.7.7', missing);
    // The real prefix of the network may be shorter than /16 or longer: only then does the user route lose.
    check(network([['10.1.0.0/16', 'None']]), 'v/subnets/s', '10.1.1.9', missing);
  });
  it('routes written beside a table that is only referred to do not make the rest of it known', () => {
    const table = routeTable('t', [TO_FIREWALL], { isReference: true });
    const network = e1({ more: { tables: [table] } });
    expect(selectRoute(network, NODES, exactly('8.8.8.8')).kind).toBe('unknown');
  });
  it('AZN-24: a Virtual WAN hub may inject a default route, which a user default route overrides', () => {
    const spoke = (table?: string) =>
      vnet('spoke', {
        space: ['10.1.0.0/16'],
        subnets: { s: { prefix: '10.1.0.0/24', ...(table === undefined ? {} : { table }) } },
      });
    const words: PerimeterWords = {
      tables: [routeTable('t', [['0.0.0.0/0', 'Internet']])],
    };
    const injected = (table?: string) => {
      const network = networkOf({ ...words, vnets: [spoke(table)] });
      const placed = network.vnets.get('spoke')!;
      const vnets = new Map([
        ['spoke', { ...placed, learnsUnknownRoutes: true, mayLearnDefaultRoute: 'hub routes' }],
      ]);
      return { ...network, vnets };
    };
    check(injected(), 'spoke/subnets/s', '8.8.8.8', 'unknown: hub routes');
    check(injected('t'), 'spoke/subnets/s', '8.8.8.8', 'Internet');
  });
});

describe('destinations that are sets', () => {
  it('splits a set by the route its members take', () => {
    const network = e1();
    const all = { v4: [0, 0xffff_ffff], v6: [] };
    const shares = splitByRoute(network, NODES, all);
    const sizeOf = (text: string) => {
      const share = shares.find((entry) => told(entry.choice) === text)!;
      return share.addresses.v4.reduce((sum, value, at) => sum + (at % 2 ? value + 1 : -value), 0);
    };
    expect(shares.map((share) => told(share.choice)).sort()).toEqual([
      'VNetPeering',
      'VirtualAppliance 10.200.0.4',
      'VirtualNetworkGateway',
      'VirtualNetworkGateway',
      'VnetLocal',
      'platform',
    ]);
    expect(sizeOf('VnetLocal')).toBe(65536);
    expect(sizeOf('VNetPeering')).toBe(256);
    expect(sizeOf('platform')).toBe(2);
    const total = shares
      .flatMap((share) => share.addresses.v4)
      .reduce((sum, value, at) => sum + (at % 2 ? value + 1 : -value), 0);
    expect(total).toBe(2 ** 32);
  });
  it('a set that crosses a border has no single route', () => {
    const network = e1();
    const border = { v4: [ip('10.239.255.0').value, ip('10.240.0.9').value] as number[], v6: [] };
    const choice = selectRoute(network, NODES, {
      kind: 'within',
      addresses: border,
      label: 'a host',
    });
    expect(told(choice)).toBe('unknown: the address of a host');
  });
});
