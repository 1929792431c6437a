import { describe, expect, it } from 'vitest';
import { formatAddressSet } from '../../src/net/index.ts';
import type { Network } from '../../src/network/index.ts';
import type { Flow, FlowAddress } from '../../src/semantics/flow.ts';
import {
  deliverToLoadBalancer,
  deliverToService,
  PROBE_SOURCE,
  type ServiceDelivery,
} from '../../src/semantics/load-balancer/concrete.ts';
import {
  address,
  cluster,
  flow,
  id,
  keyOf,
  networkOf,
  ref,
  resource,
  routeTable,
  vnet,
} from './aks-fixture.ts';

type Json = Record<string, unknown>;

const PREFIX = 'service.beta.kubernetes.io/';
const CLIENT = '198.51.100.7';
const INSIDE = '10.240.9.9';

const pod = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        containers: [{ name: 'web', image: 'web', ports: [{ name: 'http', containerPort: 8080 }] }],
      },
    },
  },
};

function service(spec: Json = {}, annotations: Record<string, string> = {}): Json {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop', annotations },
    spec: {
      type: 'LoadBalancer',
      selector: { app: 'web' },
      ports: [{ port: 80, targetPort: 'http', nodePort: 31234 }],
      ...spec,
    },
    status: { loadBalancer: { ingress: [{ ip: '20.1.1.1' }] } },
  };
}

const table = { routeTable: ref('Microsoft.Network/routeTables', 'rt') };

function perimeter(
  object: Json,
  profile: Json = {},
  subnet: Json = {},
  workload: Json = pod,
): Network {
  return networkOf(
    [
      vnet('spoke', '10.240.0.0/16', { nodes: { addressPrefix: '10.240.0.0/22', ...subnet } }),
      routeTable('rt', { '0.0.0.0/0': '10.240.8.4' }),
      cluster('aks', {
        networkProfile: { networkPlugin: 'azure', networkPluginMode: 'overlay', ...profile },
      }),
    ],
    [workload, object],
  );
}

function deliver(network: Network, arriving: Flow): ServiceDelivery {
  const placement = network.clusters[0]!;
  return deliverToService(network, placement, placement.loadBalancerServices[0]!, arriving);
}

/** What becomes of one TCP flow to port 80 of the frontend 20.1.1.1. */
function arrive(object: Json, from = CLIENT, profile: Json = {}, subnet: Json = {}) {
  const delivery = deliver(perimeter(object, profile, subnet), flow(from, '20.1.1.1', 80));
  if (delivery.kind !== 'listening') throw new Error(`expected a listener, got ${delivery.kind}`);
  return delivery;
}

const inNodes = (end: FlowAddress) =>
  end.kind === 'within' && formatAddressSet(end.addresses) === '10.240.0.0/22';

describe('a LoadBalancer Service', () => {
  it('AKS-70: is public unless annotated internal', () => {
    const internalOf = (object: Json) =>
      perimeter(object).clusters[0]?.loadBalancerServices[0]?.isInternal;
    expect(internalOf(service())).toBe(false);
    expect(internalOf(service({}, { [`${PREFIX}azure-load-balancer-internal`]: 'true' }))).toBe(
      true,
    );
  });

  it('AKS-78: forwards its own ports and protocols only', () => {
    const network = perimeter(service());
    expect(deliver(network, flow(CLIENT, '20.1.1.1', 8080)).kind).toBe('no-listener');
    expect(deliver(network, flow(CLIENT, '20.1.1.1', 80, { protocol: 'udp' })).kind).toBe(
      'no-listener',
    );
    expect(deliver(network, flow(CLIENT, '20.1.1.1', 31234)).kind).toBe('no-listener');
    expect(deliver(network, flow(CLIENT, '20.1.1.1', 80)).kind).toBe('listening');
  });

  it('AKS-78: a port kept off the load balancer by annotation is not forwarded', () => {
    const network = perimeter(service({}, { [`${PREFIX}port_80_no_lb_rule`]: 'true' }));
    expect(deliver(network, flow(CLIENT, '20.1.1.1', 80)).kind).toBe('no-listener');
  });

  it('AKS-71: NSGs see the frontend address, the service port and the client', () => {
    const { nsgView } = arrive(service());
    expect(nsgView.kind).toBe('known');
    if (nsgView.kind !== 'known') return;
    expect(nsgView.flow.destination).toMatchObject(address('20.1.1.1'));
    expect(nsgView.flow.destinationPort).toBe(80);
    expect(nsgView.flow.source).toMatchObject(address(CLIENT));
  });

  it('AKS-71: without floating IP they see a node and the node port', () => {
    const off = { [`${PREFIX}azure-disable-load-balancer-floating-ip`]: 'true' };
    const { nsgView } = arrive(service({}, off));
    expect(nsgView.kind === 'known' && nsgView.flow.destinationPort).toBe(31234);
    expect(nsgView.kind === 'known' && inNodes(nsgView.flow.destination)).toBe(true);
    const unknownPort = service({ ports: [{ port: 80, targetPort: 8080 }] }, off);
    expect(arrive(unknownPort).nsgView.kind).toBe('unknown');
  });

  it('AKS-75: with externalTrafficPolicy Cluster the pod sees a node', () => {
    const delivery = arrive(service());
    expect(delivery.keepsClient.kind).toBe('no');
    expect(inNodes(delivery.backends[0]!.flow.source)).toBe(true);
  });

  it('AKS-75: with the Cilium dataplane a pod on the receiving node may see the client', () => {
    const delivery = arrive(service(), CLIENT, { networkDataplane: 'cilium' });
    expect(delivery.keepsClient.kind).toBe('unknown');
    const { source } = delivery.backends[0]!.flow;
    expect(source.kind === 'within' && formatAddressSet(source.addresses)).toBe(
      '10.240.0.0/22, 198.51.100.7',
    );
  });

  it('AKS-75: a host-network pod on the receiving node sees the client: nothing leaves the node to be translated', () => {
    const { template } = pod.spec;
    const onHost = {
      ...pod,
      spec: {
        ...pod.spec,
        template: { ...template, spec: { ...template.spec, hostNetwork: true } },
      },
    };
    const arriving = flow(CLIENT, '20.1.1.1', 80);
    const delivery = deliver(perimeter(service(), {}, {}, onHost), arriving);
    if (delivery.kind !== 'listening') throw new Error(delivery.kind);
    const { source } = delivery.backends[0]!.flow;
    expect(source.kind === 'within' && formatAddressSet(source.addresses)).toBe(
      '10.240.0.0/22, 198.51.100.7',
    );
  });

  it('AKS-76: with externalTrafficPolicy Local the pod sees the client', () => {
    const delivery = arrive(service({ externalTrafficPolicy: 'Local' }));
    expect(delivery.keepsClient.kind).toBe('yes');
    expect(delivery.backends[0]!.flow.source).toMatchObject(address(CLIENT));
  });

  it('sends to the container port that the target port names', () => {
    expect(arrive(service()).backends[0]).toMatchObject({
      port: 8080,
      flow: { destinationPort: 8080 },
    });
    const wrong = arrive(service({ ports: [{ port: 80, targetPort: 'https' }] }));
    expect(wrong.backends[0]!.port).toBeUndefined();
    expect(wrong.backends[0]!.problem).toContain('declares no tcp port `https`');
  });

  it('AKS-77: is probed on the node port, or on /healthz with Local, and not at all for UDP', () => {
    expect(arrive(service()).probe).toEqual({ kind: 'tcp', port: 31234 });
    expect(arrive(service({ externalTrafficPolicy: 'Local' })).probe).toMatchObject({
      kind: 'http',
      path: '/healthz',
    });
    const udp = service({ ports: [{ port: 53, protocol: 'UDP', targetPort: 53 }] });
    const delivery = deliver(perimeter(udp), flow(CLIENT, '20.1.1.1', 53, { protocol: 'udp' }));
    expect(delivery.kind === 'listening' && delivery.probe.kind).toBe('none');
  });
});

describe('health probes', () => {
  it('AZS-43: come from 168.63.129.16', () => {
    expect(PROBE_SOURCE).toMatchObject(address('168.63.129.16'));
  });
});

describe('who may come in', () => {
  const filterOf = (object: Json, from = CLIENT, subnet: Json = {}) =>
    arrive(object, from, {}, subnet).filter.kind;

  it('AKS-72: everybody, when nothing is written', () => {
    expect(filterOf(service())).toBe('allow');
  });

  it('AKS-72: the ranges and the virtual network, nobody else', () => {
    const ranged = service({ loadBalancerSourceRanges: ['198.51.100.0/24'] });
    expect(filterOf(ranged)).toBe('allow');
    expect(filterOf(ranged, '203.0.113.9')).toBe('deny');
    expect(filterOf(ranged, INSIDE)).toBe('allow');
    const annotated = service(
      {},
      { [`${PREFIX}azure-allowed-ip-ranges`]: '198.51.100.0/24, 20.0.0.0/8' },
    );
    expect(filterOf(annotated)).toBe('allow');
    expect(filterOf(annotated, '20.2.2.2')).toBe('allow');
    expect(filterOf(annotated, '203.0.113.9')).toBe('deny');
  });

  it('AKS-72: members of an allowed service tag; a tag without data is undecided', () => {
    const tagged = service(
      {},
      { [`${PREFIX}azure-allowed-service-tags`]: 'AzureFrontDoor.Backend' },
    );
    expect(filterOf(tagged)).toBe('unknown');
  });

  it('a default route on the node subnet may make every address virtual network', () => {
    const ranged = service({ loadBalancerSourceRanges: ['198.51.100.0/24'] });
    expect(filterOf(ranged, '203.0.113.9', table)).toBe('unknown');
    expect(filterOf(ranged, CLIENT, table)).toBe('allow');
  });

  it('AKS-73: the deny-all annotation limits the virtual network too', () => {
    const strict = service(
      { loadBalancerSourceRanges: ['198.51.100.0/24'] },
      { [`${PREFIX}azure-deny-all-except-load-balancer-source-ranges`]: 'true' },
    );
    expect(filterOf(strict)).toBe('allow');
    expect(filterOf(strict, INSIDE)).toBe('deny');
    expect(filterOf(strict, '203.0.113.9', table)).toBe('deny');
  });

  it('AKS-73: a range that cannot be read denies the rest as well', () => {
    const broken = service({ loadBalancerSourceRanges: ['198.51.100.0/24', '10.0.0.1/8'] });
    expect(filterOf(broken)).toBe('allow');
    expect(filterOf(broken, INSIDE)).toBe('deny');
  });

  it('AKS-74: ranges written twice are refused, so nothing is known', () => {
    const both = service(
      { loadBalancerSourceRanges: ['198.51.100.0/24'] },
      { [`${PREFIX}azure-allowed-ip-ranges`]: '198.51.100.0/24' },
    );
    expect(filterOf(both)).toBe('unknown');
  });

  it('an internal frontend admits the virtual network and not the Internet', () => {
    const internal = service({}, { [`${PREFIX}azure-load-balancer-internal`]: 'true' });
    expect(filterOf(internal, INSIDE)).toBe('allow');
    expect(filterOf(internal, '203.0.113.9')).toBe('deny');
  });
});

describe('a load balancer of one’s own', () => {
  const FRONTEND = `${keyOf('Microsoft.Network/loadBalancers', 'lb')}/frontendipconfigurations/fe`;

  function balanced(rule: Json, arriving: Flow) {
    const base = id('Microsoft.Network/loadBalancers', 'lb');
    const network = networkOf([
      resource(
        'Microsoft.Network/loadBalancers',
        'lb',
        {
          frontendIPConfigurations: [
            {
              id: `${base}/frontendIPConfigurations/fe`,
              name: 'fe',
              properties: { privateIPAddress: '10.240.1.4' },
            },
          ],
          backendAddressPools: [
            {
              id: `${base}/backendAddressPools/be`,
              name: 'be',
              properties: {
                loadBalancerBackendAddresses: [
                  { name: 'a', properties: { ipAddress: '10.240.2.10' } },
                ],
              },
            },
          ],
          loadBalancingRules: [
            {
              id: `${base}/loadBalancingRules/r`,
              name: 'r',
              properties: {
                frontendIPConfiguration: { id: `${base}/frontendIPConfigurations/fe` },
                backendAddressPool: { id: `${base}/backendAddressPools/be` },
                protocol: 'Tcp',
                frontendPort: 443,
                backendPort: 8443,
                ...rule,
              },
            },
          ],
        },
        { sku: { name: 'Standard' } },
      ),
    ]);
    const loadBalancer = network.perimeter.loadBalancers.get(
      keyOf('Microsoft.Network/loadBalancers', 'lb'),
    )!;
    return deliverToLoadBalancer(loadBalancer, FRONTEND, arriving);
  }

  it('AZS-42: forwards what a rule names and nothing else', () => {
    expect(balanced({}, flow(INSIDE, '10.240.1.4', 443)).kind).toBe('forwarded');
    expect(balanced({}, flow(INSIDE, '10.240.1.4', 80)).kind).toBe('no-listener');
  });

  it('AZS-41: rewrites destination and port to the backend’s', () => {
    const delivery = balanced({}, flow(INSIDE, '10.240.1.4', 443));
    expect(delivery.kind === 'forwarded' && delivery.flows[0]).toMatchObject({
      destination: address('10.240.2.10'),
      destinationPort: 8443,
    });
  });

  it('AZS-41: with floating IP the backend sees the frontend', () => {
    const rule = { enableFloatingIP: true, backendPort: 443 };
    const delivery = balanced(rule, flow(INSIDE, '10.240.1.4', 443));
    expect(delivery.kind === 'forwarded' && delivery.flows[0]).toMatchObject({
      destination: address('10.240.1.4'),
      destinationPort: 443,
    });
  });

  it('AZS-40: keeps the source address', () => {
    const delivery = balanced({}, flow(INSIDE, '10.240.1.4', 443));
    expect(delivery.kind === 'forwarded' && delivery.flows[0]?.source).toMatchObject(
      address(INSIDE),
    );
  });

  it('AZS-42: HA ports forward every port as it is', () => {
    const rule = { protocol: 'All', frontendPort: 0, backendPort: 0 };
    const delivery = balanced(rule, flow(INSIDE, '10.240.1.4', 9999));
    expect(delivery.kind === 'forwarded' && delivery.flows[0]).toMatchObject({
      destination: address('10.240.2.10'),
      destinationPort: 9999,
    });
  });
});
