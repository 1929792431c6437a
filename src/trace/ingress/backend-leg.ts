import type { PodClass, Service, ServicePort } from '../../model/index.ts';
import {
  ALL_IPV4,
  isEmptyAddressSet,
  type Port,
  type Protocol,
  unionAddresses,
} from '../../net/index.ts';
import type { ClusterPlacement, Network, SubnetPlacement } from '../../network/index.ts';
import { gatewayInstance } from '../../semantics/application-gateway/concrete.ts';
import { canReachPods } from '../../semantics/application-gateway/ingress.ts';
import type { Flow, FlowAddress } from '../../semantics/flow.ts';
import { podPortOf } from '../../semantics/services/index.ts';
import type { Decider, MissingFact } from '../../semantics/verdict.ts';
import type { Placed } from '../journey.ts';
import { type Origin, podOrigins } from '../origin.ts';
import type { Placement } from '../placement.ts';
import { podFlows } from '../pod-flows.ts';
import { podEndpoint, podName } from '../pod-name.ts';
import { serviceTargets } from '../service-target.ts';
import type { Target } from '../target.ts';
import type { DataPlane } from './data-plane.ts';

/** The second connection of an ingress: from the data plane to the pods behind a Service. */
export interface BackendLeg {
  readonly from: string;
  readonly origin: Origin;
  readonly targets: Placement<Target>;
}

interface Backend {
  readonly service: Service;
  readonly port: ServicePort;
  readonly pods: readonly PodClass[];
}

export function backendLegs(
  network: Network,
  cluster: ClusterPlacement,
  plane: DataPlane,
  backend: Backend,
): readonly BackendLeg[] {
  switch (plane.kind) {
    case 'pods':
      return plane.pods.length === 0
        ? [fromAnyPod(network, cluster, backend, `the pods of ${plane.name} are not in the input`)]
        : plane.pods.flatMap((pod) => fromProxy(network, cluster, pod, backend));
    case 'application-gateway': {
      const source = gatewayInstance(network, plane.gateway);
      const reach = canReachPods(network, plane.gateway, cluster);
      const label = `${plane.gateway.name} (from ${plane.subnet.subnet.name})`;
      return [
        fromSubnet(network, cluster, backend, { label, source, subnet: plane.subnet }, reach),
      ];
    }
    case 'for-containers': {
      const sets = plane.subnets.map(({ addresses }) => addresses);
      const room = unionAddresses(...sets);
      const label = `a frontend of ${plane.name}`;
      const addresses = isEmptyAddressSet(room) ? ALL_IPV4 : room;
      const source: FlowAddress = { kind: 'within', addresses, label };
      const [subnet] = plane.subnets;
      const why =
        subnet === undefined ? [{ missing: `the association subnet of ${plane.name}` }] : [];
      const sender = { label, source, ...(subnet === undefined ? {} : { subnet }) };
      return [fromSubnet(network, cluster, backend, sender, undefined, why)];
    }
    case 'unknown':
      return [
        fromAnyPod(network, cluster, backend, 'its data plane is not known'),
        ...knownGateways(network, cluster, backend),
      ];
  }
}

/** An in-cluster proxy: a pod like any other, that calls the backend's pods. */
function fromProxy(
  network: Network,
  cluster: ClusterPlacement,
  pod: PodClass,
  backend: Backend,
): readonly BackendLeg[] {
  const from = podEndpoint(pod);
  const origins = podOrigins(network, cluster, pod);
  return origins.map((origin) => ({
    from,
    origin,
    targets: targetsFrom(network, origin, backend),
  }));
}

function targetsFrom(
  network: Network,
  origin: Origin,
  { service, port }: Backend,
): Placement<Target> {
  const text = `service:${service.namespace}/${service.name}:${port.port}`;
  const endpoint = {
    kind: 'service',
    namespace: service.namespace,
    name: service.name,
    port: port.port,
    protocol: port.protocol,
    text,
  } as const;
  const to = (destination: FlowAddress, extra: Partial<Flow> = {}): Flow => ({
    source: origin.address,
    destination,
    protocol: port.protocol,
    destinationPort: port.port,
    application: { kind: 'none' },
    ...extra,
  });
  return serviceTargets(network, origin, service, endpoint, to);
}

/**
 * Nobody knows who calls: some pod of the cluster. Policies that select their peers cannot be decided then; those that
 * admit everybody, or nobody, can (kubernetes-policy 11).
 */
function fromAnyPod(
  network: Network,
  cluster: ClusterPlacement,
  backend: Backend,
  why: string,
): BackendLeg {
  const addresses = isEmptyAddressSet(cluster.podAddresses) ? ALL_IPV4 : cluster.podAddresses;
  const source: FlowAddress = { kind: 'within', addresses, label: 'any pod' };
  const origin: Origin = {
    label: 'any pod of the cluster',
    address: source,
    cluster,
    place: (flow, deliverTo) => intoPod(cluster, flow, deliverTo!.pod),
  };
  const note = `any pod of the cluster stands for the controller: ${why}`;
  return {
    from: 'any pod',
    origin,
    targets: podTargets(network, cluster, backend, source, [note]),
  };
}

function intoPod(cluster: ClusterPlacement, flow: Flow, pod: PodClass): Placed {
  return {
    at: {
      kind: 'entering-pod',
      cluster,
      pod,
      from: { kind: 'address', address: flow.source },
      arrival: 'direct',
    },
    flow,
  };
}

/** With an unknown controller a gateway of the input may be the one: told beside the pods. */
function knownGateways(
  network: Network,
  cluster: ClusterPlacement,
  backend: Backend,
): readonly BackendLeg[] {
  return [...network.perimeter.applicationGateways.values()].flatMap((gateway) => {
    const subnet = gateway.subnet;
    const placed = subnet?.kind === 'reference' ? network.subnets.get(subnet.key) : undefined;
    if (placed === undefined) return [];
    const source = gatewayInstance(network, gateway);
    const label = `${gateway.name}, should it be the controller`;
    const reach = canReachPods(network, gateway, cluster);
    return [fromSubnet(network, cluster, backend, { label, source, subnet: placed }, reach)];
  });
}

interface Outsider {
  readonly label: string;
  readonly source: FlowAddress;
  readonly subnet?: SubnetPlacement;
}

/**
 * A gateway outside the cluster calls pod addresses directly, past Service, kube-proxy and load balancer (AZS-72).
 * Pods of an overlay have no address in the network: whether and how they are reached is the gateway's own matter.
 */
function fromSubnet(
  network: Network,
  cluster: ClusterPlacement,
  backend: Backend,
  { label, source, subnet }: Outsider,
  reach?: ReturnType<typeof canReachPods>,
  open: readonly MissingFact[] = [],
): BackendLeg {
  const isFlat = cluster.addressing === 'node-subnet' || cluster.addressing === 'pod-subnet';
  const nodes = cluster.pools.find(({ nodeSubnet }) => nodeSubnet.kind === 'found')?.nodeSubnet;
  const entered = nodes?.kind === 'found' ? nodes.target : undefined;
  const origin: Origin = {
    label,
    address: source,
    ...(subnet === undefined ? {} : { vnetKey: subnet.vnet.key }),
    place: (flow, deliverTo) => {
      const onward = deliverTo === undefined ? {} : { deliverTo };
      if (isFlat && subnet !== undefined) {
        const at = { kind: 'leaving-subnet', subnetKey: subnet.subnet.key, sender: label } as const;
        return { at, flow, ...onward };
      }
      if (entered === undefined) return intoPod(cluster, flow, deliverTo!.pod);
      const at = { kind: 'entering-subnet', subnetKey: entered.subnet.key } as const;
      return { at, flow, ...onward };
    },
  };
  const conditions = [...open, ...(reach?.match.kind === 'unknown' ? reach.match.why : [])];
  const unreachable = reach?.match.kind === 'no' ? reach.by : undefined;
  const targets = podTargets(network, cluster, backend, source, [], conditions, unreachable);
  return { from: label, origin, targets };
}

function podTargets(
  network: Network,
  cluster: ClusterPlacement,
  { service, port, pods }: Backend,
  source: FlowAddress,
  notes: readonly string[],
  conditions: readonly MissingFact[] = [],
  unreachable?: Decider,
): Placement<Target> {
  const protocol: Protocol = port.protocol;
  const found = pods.flatMap((pod): readonly Target[] => {
    const deliverTo = { cluster, pod };
    const translated = podPortOf(port, pod);
    const number: Port = translated.kind === 'port' ? translated.port : port.port;
    const flows = podFlows(network, deliverTo, (destination) => ({
      source,
      destination,
      protocol,
      destinationPort: number,
      application: protocol === 'tcp' ? { kind: 'http' } : { kind: 'none' },
    }));
    const undeclared: Decider | undefined =
      translated.kind === 'port'
        ? undefined
        : {
            kind: 'default',
            name: `${podName(pod)} declares no ${protocol} port \`${port.targetPort}\``,
            at: port.at,
            fact: 'K8P-81',
          };
    const by = undeclared ?? unreachable;
    return flows.map(({ flow, way }) => ({
      label: `${podName(pod)}:${number}`,
      flow,
      deliverTo,
      prelude: [],
      conditions,
      notes,
      ...(by === undefined ? {} : { stillborn: { kind: 'denied' as const, by } }),
      ...(pods.length === 1 && way === undefined
        ? {}
        : { way: [`backend ${podName(pod)}`, way ?? ''].filter(Boolean).join(', ') }),
    }));
  });
  if (found.length > 0) return { kind: 'found', found };
  return {
    kind: 'problem',
    message: `Service ${service.namespace}/${service.name} selects no workload of the input`,
    hint: 'add the workload to the input',
  };
}
