import { describe, expect, it } from 'vitest';
import type { FirewallPolicy } from '../../src/model/index.ts';
import { formatAddressSet, formatIp } from '../../src/net/index.ts';
import {
  deriveNetwork,
  findOwner,
  type Network,
  PUBLIC_IPV4,
  subnetOf,
  vnetReaches,
} from '../../src/network/index.ts';
import {
  cluster,
  connection,
  exactly,
  firewall,
  loadBalancerService,
  localGateway,
  networkInterface,
  networkOf,
  type PerimeterWords,
  peering,
  perimeterOf,
  pod,
  privateEndpoint,
  publicIp,
  ref,
  unknown,
  vnet,
  vpnGateway,
} from './network-fixture.ts';

const FW_SUBNET = 'net/subnets/azurefirewallsubnet';
const AKS = 'net/subnets/aks';

function store(more: PerimeterWords = {}): Network {
  return networkOf({
    vnets: [
      vnet('net', {
        space: ['10.42.0.0/16'],
        subnets: {
          aks: '10.42.1.0/24',
          AzureFirewallSubnet: '10.42.2.0/24',
          pods: '10.42.16.0/20',
          ingress: '10.42.3.0/28',
        },
      }),
    ],
    firewalls: [firewall('fw', FW_SUBNET, undefined, ['pip1', 'pip2'])],
    publicIps: [publicIp('pip1', '20.51.7.8'), publicIp('pip2')],
    ...more,
  });
}

describe('firewalls', () => {
  it('AZN-21: an unwritten private address is a symbol within the subnet; the first usable one is only likely', () => {
    const { privateAddress } = store().firewalls.get('fw')!;
    expect(privateAddress).toMatchObject({ isExact: false, symbol: 'private-address:fw' });
    expect(formatAddressSet(privateAddress!.addresses)).toBe('10.42.2.0/24');
    expect(formatIp(privateAddress!.likely!)).toBe('10.42.2.4');
    const written = store({ firewalls: [firewall('fw', FW_SUBNET, '10.42.2.7', ['pip1'])] });
    expect(written.firewalls.get('fw')!.privateAddress).toMatchObject({
      isExact: true,
      symbol: 'private-address:fw',
    });
  });
  it('AZN-22: every IP configuration adds a public address and the first one names the subnet', () => {
    const placed = store().firewalls.get('fw')!;
    expect(placed.subnet.kind).toBe('found');
    expect(placed.publicAddresses.map(({ address }) => [address.isExact, address.symbol])).toEqual([
      [true, 'public-address:pip1'],
      [false, 'public-address:pip2'],
    ]);
    expect(placed.publicAddresses[1]!.address.addresses).toEqual(PUBLIC_IPV4);
  });
  it('lists base policies first, survives a circle and reports a policy that is not there', () => {
    const policy = (key: string, base?: string): FirewallPolicy => ({
      ...firewall(key, FW_SUBNET, undefined, []),
      intrusionDetectionMode: undefined,
      intrusionDetectionPrivateRanges: undefined,
      hasTransportSecurity: false,
      allowSqlRedirect: undefined,
      explicitProxyEnabled: undefined,
      groups: [],
      ...(base === undefined ? {} : { basePolicy: ref(base) }),
    });
    const chain = (...policies: FirewallPolicy[]) => {
      const placed = store({
        firewalls: [firewall('fw', FW_SUBNET, undefined, [], { policy: ref('child') })],
        more: { firewallPolicies: new Map(policies.map((one) => [one.key, one])) },
      }).firewalls.get('fw')!;
      return [placed.policies.map((one) => one.key), placed.missingPolicy?.id];
    };
    expect(chain(policy('child', 'base'), policy('base'))).toEqual([['base', 'child'], undefined]);
    expect(chain(policy('child', 'base'), policy('base', 'child'))).toEqual([
      ['base', 'child'],
      undefined,
    ]);
    expect(chain(policy('child', 'base'))).toEqual([['child'], 'base']);
    expect(chain()).toEqual([[], 'child']);
  });
});

describe('owners', () => {
  const kinds = (network: Network, address: Parameters<typeof findOwner>[1], vnetKey?: string) =>
    findOwner(network, address, vnetKey === undefined ? {} : { vnetKey }).map(
      (found) => `${found.owner.kind} ${found.certainty}`,
    );

  it('finds by number, by symbol, and says maybe for what only may lie there', () => {
    const network = store();
    expect(kinds(network, exactly('20.51.7.8'))).toEqual(['firewall-public yes', 'public-ip yes']);
    expect(kinds(network, exactly('10.42.2.4'))).toEqual(['firewall-private maybe']);
    expect(kinds(network, exactly('10.42.1.4'))).toEqual([]);
    const symbol = { ...network.firewalls.get('fw')!.privateAddress! };
    expect(kinds(network, symbol)).toEqual(['firewall-private yes']);
    const set = network.subnets.get(FW_SUBNET)!.addresses;
    expect(kinds(network, { kind: 'within', addresses: set })).toEqual(['firewall-private maybe']);
  });
  it('marks an unallocated public address as a guess', () => {
    const found = findOwner(store(), exactly('8.8.8.8'));
    expect(found.map((one) => one.isGuess)).toEqual([true, true]);
    expect(findOwner(store(), exactly('10.42.2.4')).map((one) => one.isGuess)).toEqual([false]);
  });
  it('tells networks with the same numbers apart by where the question is asked', () => {
    const twin = (key: string) =>
      vnet(key, { space: ['10.0.0.0/16'], subnets: { s: '10.0.0.0/24' } });
    const network = networkOf({
      vnets: [twin('a'), twin('b')],
      interfaces: [
        networkInterface('nic-a', 'a/subnets/s', '10.0.0.4', { forwards: true }),
        networkInterface('nic-b', 'b/subnets/s', '10.0.0.4'),
      ],
    });
    expect(kinds(network, exactly('10.0.0.4'))).toHaveLength(2);
    const fromA = findOwner(network, exactly('10.0.0.4'), { vnetKey: 'a' });
    expect(fromA.map((found) => found.owner)).toEqual([
      { kind: 'network-interface', interfaceKey: 'nic-a', forwards: true },
    ]);
    expect(subnetOf(network, exactly('10.0.0.4')).map((found) => found.certainty)).toEqual([
      'maybe',
      'maybe',
    ]);
    expect(
      subnetOf(network, exactly('10.0.0.4'), 'b').map((found) => [
        found.subnet.subnet.key,
        found.certainty,
      ]),
    ).toEqual([['b/subnets/s', 'yes']]);
  });
  it('finds a private endpoint before the interface that carries it', () => {
    const network = store({
      endpoints: [privateEndpoint('pe', AKS, ['10.42.1.9'])],
      interfaces: [networkInterface('pe-nic', AKS, '10.42.1.9')],
    });
    expect(kinds(network, exactly('10.42.1.9'))).toEqual([
      'private-endpoint yes',
      'network-interface yes',
    ]);
  });
  it('keeps cluster addresses out of what a VNet sees', () => {
    const service = loadBalancerService('pets', 'store', {}, { clusterIp: '10.0.7.7' });
    const network = store({
      clusters: [cluster('c', { plugin: 'azure' }, [{ subnet: ref(AKS) }])],
      kubernetes: { services: [service] },
    });
    expect(kinds(network, exactly('10.0.7.7'))).toEqual(['cluster-service yes']);
    expect(kinds(network, exactly('10.0.7.7'), 'net')).toEqual([]);
  });
});

describe('gateways and peers', () => {
  const hubAndSpoke = (uses: boolean, allows: boolean) =>
    networkOf({
      vnets: [
        vnet('hub', {
          space: ['10.0.0.0/16'],
          subnets: { GatewaySubnet: '10.0.0.0/27' },
          peerings: [peering('hub', 'spoke', { allowGatewayTransit: allows })],
        }),
        vnet('spoke', {
          space: ['10.1.0.0/16'],
          subnets: { s: '10.1.0.0/24' },
          peerings: [peering('spoke', 'hub', { useRemoteGateways: uses })],
        }),
      ],
      gateways: [vpnGateway('gw', 'hub')],
      localGateways: [localGateway('site', ['192.168.0.0/16'])],
      connections: [connection('c', 'gw', 'site')],
    });

  it('AZN-05: prefixes behind a gateway reach a spoke only when both halves say so', () => {
    const learned = (network: Network) => network.vnets.get('spoke')!.gatewayPrefixes.length;
    expect(learned(hubAndSpoke(true, true))).toBe(1);
    expect(learned(hubAndSpoke(false, true))).toBe(0);
    expect(learned(hubAndSpoke(true, false))).toBe(0);
    const spoke = hubAndSpoke(true, true).vnets.get('spoke')!;
    expect(spoke.learnsUnknownRoutes).toBe(false);
  });
  it('AZN-23: BGP, ExpressRoute and a gateway without a connection learn what no file holds', () => {
    const learns = (more: PerimeterWords) =>
      networkOf({
        vnets: [vnet('hub', { space: ['10.0.0.0/16'], subnets: { GatewaySubnet: '10.0.0.0/27' } })],
        ...more,
      }).vnets.get('hub')!.learnsUnknownRoutes;
    expect(learns({ gateways: [vpnGateway('gw', 'hub', { enableBgp: true })] })).toBe(true);
    expect(learns({ gateways: [vpnGateway('gw', 'hub', { gatewayType: 'ExpressRoute' })] })).toBe(
      true,
    );
    expect(learns({ gateways: [vpnGateway('gw', 'hub')] })).toBe(true);
    expect(learns({})).toBe(false);
  });
  it('AZN-02 AZN-03: reach is direct, needs both halves and may be unknown', () => {
    const network = hubAndSpoke(true, true);
    expect(vnetReaches(network, 'spoke', 'hub')).toBe('yes');
    expect(vnetReaches(network, 'spoke', 'elsewhere')).toBe('no');
    const state = (more: Parameters<typeof peering>[2], back: boolean, reference = false) =>
      networkOf({
        vnets: [
          vnet('a', { space: ['10.0.0.0/16'], subnets: {}, peerings: [peering('a', 'b', more)] }),
          vnet(
            'b',
            {
              space: ['10.1.0.0/16'],
              subnets: {},
              peerings: back ? [peering('b', 'a')] : [],
            },
            reference ? { isReference: true } : {},
          ),
        ],
      }).vnets.get('a')!.peers[0]!.state;
    expect(state({}, true)).toBe('connected');
    expect(state({}, false)).toBe('broken');
    expect(state({ peeringState: 'Initiated' }, true)).toBe('broken');
    expect(state({ peeringState: 'Connected' }, false)).toBe('connected');
    expect(state({}, false, true)).toBe('unknown');
    expect(state({ remote: unknown('a value for parameter hubId') }, true)).toBe('unknown');
  });
  it('a subnet that is only referred to has an unknown table, not none', () => {
    const network = networkOf({
      vnets: [
        vnet('v', {
          space: ['10.0.0.0/16'],
          subnets: { s: { prefix: '10.0.0.0/24', isReference: true }, t: '10.0.1.0/24' },
        }),
      ],
    });
    expect(network.subnets.get('v/subnets/s')!.routeTable.kind).toBe('unknown');
    expect(network.subnets.get('v/subnets/t')!.routeTable.kind).toBe('none');
  });
});

describe('clusters', () => {
  const place = (...args: Parameters<typeof cluster>) =>
    store({ clusters: [cluster(...args)] }).clusters[0]!;
  const flat = [{ subnet: ref(AKS) }];
  const withPods = [{ subnet: ref(AKS), podSubnet: ref('net/subnets/pods') }];

  it('AZN-50: tells the address modes apart by plugin, mode and pod subnet', () => {
    expect(place('c', { plugin: 'azure', pluginMode: 'overlay' }, flat).addressing).toBe('overlay');
    expect(place('c', { plugin: 'azure' }, flat).addressing).toBe('node-subnet');
    expect(place('c', { plugin: 'azure' }, withPods).addressing).toBe('pod-subnet');
    expect(place('c', { plugin: 'kubenet' }, flat).addressing).toBe('kubenet');
    expect(place('c', { plugin: 'none' }, flat).addressing).toBe('byo');
    expect(place('c', {}, flat).addressing).toBe('unknown');
    expect(place('c', { plugin: unknown('parameter plugin') }, flat).addressing).toBe('unknown');
    expect(place('c', {}, flat, { skuName: 'Automatic' }).addressing).toBe('overlay');
  });
  it('AZN-50: pods have addresses of the node subnet, the pod subnet or a range of their own', () => {
    const pods = (...args: Parameters<typeof place>) =>
      formatAddressSet(place(...args).podAddresses);
    expect(pods('c', { plugin: 'azure' }, flat)).toBe('10.42.1.0/24');
    expect(pods('c', { plugin: 'azure' }, withPods)).toBe('10.42.16.0/20');
    expect(pods('c', { plugin: 'none' }, flat)).toBe('no address');
    expect(pods('c', { plugin: 'azure' }, [{ subnet: ref('gone') }])).toBe('no address');
  });
  it('AZN-51: absent ranges are those AKS gives by default', () => {
    const placed = place('c', { plugin: 'azure', pluginMode: 'overlay' }, flat);
    expect(formatAddressSet(placed.podAddresses)).toBe('10.244.0.0/16');
    expect(formatAddressSet(placed.serviceAddresses)).toBe('10.0.0.0/16');
    expect(formatAddressSet(placed.nodeAddresses)).toBe('10.42.1.0/24');
    const unreadable = { unknownPodCidr: unknown('parameter podCidr') };
    const open = place('c', { plugin: 'azure', pluginMode: 'overlay', ...unreadable }, flat);
    expect(formatAddressSet(open.podAddresses)).toBe('no address');
  });
  it('AZN-52: names the policy engine, none when nothing is set, and unknown when the CNI is brought along', () => {
    const engine = (...args: Parameters<typeof place>) => place(...args).policyEngine;
    expect(engine('c', { plugin: 'azure' }, flat)).toBe('none');
    expect(engine('c', { plugin: 'azure', policy: 'none' }, flat)).toBe('none');
    expect(engine('c', { plugin: 'azure', policy: 'azure' }, flat)).toBe('azure-npm');
    expect(engine('c', { plugin: 'azure', policy: 'calico' }, flat)).toBe('calico');
    expect(engine('c', { plugin: 'azure', dataplane: 'cilium' }, flat)).toBe('cilium');
    expect(engine('c', { plugin: 'none' }, flat)).toBe('unknown');
    expect(engine('c', { plugin: 'azure', policy: unknown('parameter policy') }, flat)).toBe(
      'unknown',
    );
    expect(engine('c', {}, flat, { isReference: true })).toBe('unknown');
    expect(place('c', { plugin: 'azure' }, flat).policyEngineWhy).toContain('not set');
  });
  it('attaches objects to the only cluster, and to a placement of their own otherwise', () => {
    const kubernetes = { pods: [pod('pets', 'web', { app: 'web' })] };
    const names = (count: number) =>
      store({
        kubernetes,
        clusters: [1, 2].slice(0, count).map((n) => cluster(`c${n}`, { plugin: 'azure' }, flat)),
      }).clusters.map((placed) => [placed.name, placed.policyEngine]);
    expect(names(0)).toEqual([['Kubernetes objects without a cluster resource', 'generic']]);
    expect(names(1)).toEqual([['c1', 'none']]);
    expect(names(2)).toEqual([
      ['c1', 'none'],
      ['c2', 'none'],
      ['Kubernetes objects of one of 2 clusters, which one is not known', 'unknown'],
    ]);
    expect(store().clusters).toEqual([]);
  });
});

describe('LoadBalancer Services', () => {
  const PREFIX = 'service.beta.kubernetes.io/azure-';
  const internal = { [`${PREFIX}load-balancer-internal`]: 'true' };
  const front = (
    annotations: Record<string, string>,
    more: Parameters<typeof loadBalancerService>[3] = {},
  ) =>
    store({
      clusters: [cluster('c', { plugin: 'azure' }, [{ subnet: ref(AKS) }])],
      kubernetes: {
        pods: [
          pod('pets', 'web', { app: 'web', tier: 'front' }),
          pod('pets', 'api', { app: 'api' }),
          pod('other', 'web', { app: 'web' }),
        ],
        services: [loadBalancerService('pets', 'web', annotations, more)],
      },
    }).clusters[0]!.loadBalancerServices[0]!;

  it('AZN-53: is public by default and its address is not known', () => {
    const placed = front({});
    expect(placed.isInternal).toBe(false);
    expect(placed.address).toMatchObject({ isExact: false, addresses: PUBLIC_IPV4 });
    expect(placed.subnet.kind).toBe('none');
  });
  it('AZN-53: an internal one lies in the node subnet unless the annotation names another', () => {
    expect(formatAddressSet(front(internal).address.addresses)).toBe('10.42.1.0/24');
    const named = front({ ...internal, [`${PREFIX}load-balancer-internal-subnet`]: 'Ingress' });
    expect(formatAddressSet(named.address.addresses)).toBe('10.42.3.0/28');
    const wrong = front({ ...internal, [`${PREFIX}load-balancer-internal-subnet`]: 'nowhere' });
    expect(wrong.subnet).toMatchObject({ kind: 'dangling', id: 'nowhere' });
  });
  it('AZN-53: a pinned or live address is exact', () => {
    const addressOf = (...args: Parameters<typeof front>) =>
      formatAddressSet(front(...args).address.addresses);
    expect(addressOf({ ...internal, [`${PREFIX}load-balancer-ipv4`]: '10.42.3.9' })).toBe(
      '10.42.3.9',
    );
    expect(addressOf(internal, { loadBalancerIp: '10.42.1.77' })).toBe('10.42.1.77');
    expect(addressOf({}, { ingressAddresses: ['20.1.1.1'] })).toBe('20.1.1.1');
    expect(front({ [`${PREFIX}pip-name`]: 'pip1' }).address).toMatchObject({
      isExact: true,
      symbol: 'public-address:pip1',
    });
  });
  it('selects the pods of its namespace that carry every label', () => {
    const selected = (selector?: Record<string, string>) =>
      front({}, selector === undefined ? {} : { selector }).backends.map(
        (one) => `${one.namespace}/${one.name}`,
      );
    expect(selected({ app: 'web' })).toEqual(['pets/web']);
    expect(selected({ app: 'web', tier: 'back' })).toEqual([]);
    expect(selected({})).toEqual([]);
    expect(selected()).toEqual([]);
  });
});

describe('deriveNetwork', () => {
  it('leaves the perimeter as it was and gives the same network twice', () => {
    const perimeter = deepFreeze(
      perimeterOf({
        vnets: [vnet('v', { space: ['10.0.0.0/16'], subnets: { s: '10.0.0.0/24' } })],
        firewalls: [firewall('fw', 'v/subnets/s', undefined, ['pip'])],
        clusters: [cluster('c', { plugin: 'azure' }, [{ subnet: ref('v/subnets/s') }])],
      }),
    );
    expect(deriveNetwork(perimeter)).toEqual(deriveNetwork(perimeter));
  });
});

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  const inner = value instanceof Map ? value.values() : Object.values(value);
  for (const part of inner) deepFreeze(part);
  return value;
}
