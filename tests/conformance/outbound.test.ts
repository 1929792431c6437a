import { describe, expect, it } from 'vitest';
import { formatAddressSet } from '../../src/net/index.ts';
import {
  clusterInternetOutbound,
  internetOutbound,
  type OutboundHow,
} from '../../src/semantics/outbound/concrete.ts';
import { acceptsUserDefinedRouting } from '../../src/semantics/outbound/user-defined-routing.ts';
import { selectRoute } from '../../src/semantics/routes/concrete.ts';
import {
  address,
  cluster,
  networkOf,
  publicIp,
  ref,
  resource,
  routeTable,
  subnetKey,
  vnet,
} from './aks-fixture.ts';

type Json = Record<string, unknown>;

const NAT = [
  resource(
    'Microsoft.Network/natGateways',
    'nat',
    { publicIpAddresses: [ref('Microsoft.Network/publicIPAddresses', 'pip-nat')] },
    { sku: { name: 'Standard' } },
  ),
  publicIp('pip-nat', '20.1.2.3'),
];

function outbound(subnet: Json, how: OutboundHow, rest: Json[] = [], apiVersion?: string) {
  const nodes = { addressPrefix: '10.240.0.0/22', ...subnet };
  const extra = apiVersion === undefined ? {} : { apiVersion };
  const network = networkOf([vnet('spoke', '10.240.0.0/16', { nodes }, extra), ...rest]);
  return internetOutbound(network, subnetKey('spoke', 'nodes'), how);
}

const natGateway = { natGateway: ref('Microsoft.Network/natGateways', 'nat') };

describe('how a flow gets out to the Internet', () => {
  it('AZS-02: a NAT gateway comes before a public address and an outbound rule', () => {
    const how = { nicHasPublicIp: true, behindLoadBalancerOutbound: true } as const;
    const choice = outbound(natGateway, how, NAT);
    expect(choice.kind).toBe('nat-gateway');
    expect(choice.kind === 'nat-gateway' && choice.source).toMatchObject(address('20.1.2.3'));
  });

  it('AZS-02: a NAT gateway that is not in the input still sends from some public address', () => {
    const choice = outbound(natGateway, {});
    expect(choice.kind).toBe('nat-gateway');
    expect(choice.kind === 'nat-gateway' && choice.source.kind).toBe('within');
  });

  it('AZS-03: an instance address comes before an outbound rule', () => {
    const choice = outbound({}, { nicHasPublicIp: true, behindLoadBalancerOutbound: true });
    expect(choice.kind).toBe('instance-address');
  });

  it('AZS-04: an outbound rule comes before default outbound access', () => {
    expect(outbound({}, { behindLoadBalancerOutbound: true }).kind).toBe('load-balancer');
  });

  it('AZS-05: without `defaultOutboundAccess` a subnet has implicit access', () => {
    expect(outbound({}, {}).kind).toBe('default-access');
    expect(outbound({}, {}, [], '2024-05-01').kind).toBe('default-access');
    expect(outbound({ defaultOutboundAccess: true }, {}, [], '2026-07-01').kind).toBe(
      'default-access',
    );
  });

  it('AZS-06: with an API version after March 2026 absent means private only in new networks', () => {
    const choice = outbound({}, {}, [], '2026-05-01');
    expect(choice.kind).toBe('unknown');
    expect(choice.kind === 'unknown' && choice.why[0]?.missing).toContain('defaultOutboundAccess');
    expect(outbound({}, {}, [], '2026-03-31').kind).toBe('default-access');
  });

  it('AZS-07: a private subnet without explicit method drops', () => {
    expect(outbound({ defaultOutboundAccess: false }, {}).kind).toBe('none');
    expect(outbound({ defaultOutboundAccess: false, ...natGateway }, {}, NAT).kind).toBe(
      'nat-gateway',
    );
    expect(
      outbound({ defaultOutboundAccess: false }, { behindLoadBalancerOutbound: true }).kind,
    ).toBe('load-balancer');
  });

  it('what we are not told about the interface is not taken for a no', () => {
    expect(outbound({}, { nicHasPublicIp: 'unknown' }).kind).toBe('unknown');
    expect(outbound({}, { behindLoadBalancerOutbound: 'unknown' }).kind).toBe('unknown');
    // Decided before it matters: the NAT gateway comes first.
    expect(outbound(natGateway, { nicHasPublicIp: 'unknown' }, NAT).kind).toBe('nat-gateway');
  });

  it('a subnet that is not in the input is undecided', () => {
    const network = networkOf([]);
    expect(internetOutbound(network, subnetKey('spoke', 'nodes'), {}).kind).toBe('unknown');
  });

  it('AZS-01: a route to an appliance leaves nothing to translate', () => {
    const table = ref('Microsoft.Network/routeTables', 'rt');
    const network = networkOf([
      vnet('spoke', '10.240.0.0/16', {
        nodes: { addressPrefix: '10.240.0.0/22', routeTable: table, ...natGateway },
      }),
      routeTable('rt', { '0.0.0.0/0': '10.240.9.4' }),
      ...NAT,
    ]);
    const choice = selectRoute(network, subnetKey('spoke', 'nodes'), address('8.8.8.8'));
    expect(choice.kind === 'route' && choice.route.nextHopType).toBe('VirtualAppliance');
  });
});

describe('how nodes get out', () => {
  const spoke = (subnet: Json = {}) =>
    vnet('spoke', '10.240.0.0/16', { nodes: { addressPrefix: '10.240.0.0/22', ...subnet } });

  function fromNodes(networkProfile: Json, subnet: Json = {}, rest: Json[] = [], pool: Json = {}) {
    const network = networkOf([
      spoke(subnet),
      cluster('aks', { networkProfile: { networkPlugin: 'azure', ...networkProfile } }, pool),
      ...rest,
    ]);
    const placement = network.clusters[0]!;
    return clusterInternetOutbound(network, placement, placement.pools[0]!);
  }

  it('AKS-20: outbound type loadBalancer, the default, sends from its own public addresses', () => {
    expect(fromNodes({}).kind).toBe('load-balancer');
    const publicIPs = [ref('Microsoft.Network/publicIPAddresses', 'pip-out')];
    const loadBalancerProfile = { outboundIPs: { publicIPs } };
    const choice = fromNodes({ outboundType: 'loadBalancer', loadBalancerProfile }, {}, [
      publicIp('pip-out', '20.9.9.9'),
    ]);
    expect(choice.kind === 'load-balancer' && choice.source).toMatchObject(address('20.9.9.9'));
  });

  it('AKS-20: user-assigned NAT gateway and none make nothing: the subnet decides', () => {
    expect(fromNodes({ outboundType: 'userAssignedNATGateway' }, natGateway, NAT).kind).toBe(
      'nat-gateway',
    );
    expect(fromNodes({ outboundType: 'none' }, { defaultOutboundAccess: false }).kind).toBe('none');
  });

  it('with userDefinedRouting and a private subnet an Internet route leads nowhere', () => {
    const choice = fromNodes(
      { outboundType: 'userDefinedRouting' },
      { defaultOutboundAccess: false },
    );
    expect(choice.kind).toBe('none');
  });

  it.each([
    [{ '0.0.0.0/0': '10.240.8.4' }, 'yes'],
    [{ '0.0.0.0/0': 'VirtualNetworkGateway' }, 'yes'],
    [{ '0.0.0.0/0': 'Internet' }, 'no'],
    [{ '10.0.0.0/8': '10.240.8.4' }, 'no'],
    [undefined, 'no'],
  ])('AKS-21: userDefinedRouting with routes %j is accepted: %s', (routes, accepted) => {
    const table =
      routes === undefined ? {} : { routeTable: ref('Microsoft.Network/routeTables', 'rt') };
    const network = networkOf([
      spoke(table),
      ...(routes === undefined ? [] : [routeTable('rt', routes as Record<string, string>)]),
      cluster('aks', {
        networkProfile: { networkPlugin: 'azure', outboundType: 'userDefinedRouting' },
      }),
    ]);
    expect(acceptsUserDefinedRouting(network.clusters[0]!).map((each) => each.match.kind)).toEqual([
      accepted,
    ]);
  });

  it('AKS-22: block denies all egress, whatever the subnet has', () => {
    const choice = fromNodes({ outboundType: 'block' }, natGateway, NAT);
    expect(choice.kind).toBe('none');
    expect(choice.by.fact).toBe('AKS-22');
  });

  it('node public addresses reopen egress of a cluster without outbound type', () => {
    const choice = fromNodes({ outboundType: 'none' }, { defaultOutboundAccess: false }, [], {
      enableNodePublicIP: true,
    });
    expect(choice.kind).toBe('instance-address');
  });

  it('a prefix of public addresses gives one of its members, which one is open', () => {
    const publicIPPrefixes = [ref('Microsoft.Network/publicIPPrefixes', 'pfx')];
    const choice = fromNodes(
      { loadBalancerProfile: { outboundIPPrefixes: { publicIPPrefixes } } },
      {},
      [
        resource('Microsoft.Network/publicIPPrefixes', 'pfx', {
          prefixLength: 30,
          ipPrefix: '20.5.5.4/30',
        }),
      ],
    );
    expect(choice.kind === 'load-balancer' && choice.source.kind === 'within').toBe(true);
    if (choice.kind === 'load-balancer' && choice.source.kind === 'within') {
      expect(formatAddressSet(choice.source.addresses)).toBe('20.5.5.4/30');
    }
  });
});
