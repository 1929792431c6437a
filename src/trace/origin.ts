import type { PodClass } from '../model/index.ts';
import { addressesOfPrefixes, addressSetHas, formatIp, formatPrefix } from '../net/index.ts';
import {
  type ClusterPlacement,
  findOwner,
  type Network,
  type PoolPlacement,
  PUBLIC_IPV4,
  type SubnetPlacement,
  subnetOf,
} from '../network/index.ts';
import type { Flow, FlowAddress } from '../semantics/flow.ts';
import { nodeAddressOf, podAddressOf } from '../semantics/masquerade/own-address.ts';
import { clusterOfObjects } from './cluster-of-objects.ts';
import { deliverToOf } from './deliver-to.ts';
import type { Endpoint } from './endpoint.ts';
import type { DeliverTo, Placed } from './journey.ts';
import { type FoundPool, findPools } from './node-pools.ts';
import { type Placement, problem } from './placement.ts';
import { podEndpoint, podName } from './pod-name.ts';

/** Where a traced flow starts. */
export interface Origin {
  /** For people: `pets/order-service on pool nodepool1`. */
  readonly label: string;
  readonly address: FlowAddress;
  /** The network whose DNS servers answer the sender; absent for the internet and for on-premises. */
  readonly vnetKey?: string;
  /** The cluster it is a pod or a node of. */
  readonly cluster?: ClusterPlacement;
  readonly pod?: PodClass;
  readonly isNode?: true;
  readonly isOnInternet?: true;
  readonly place: (flow: Flow, deliverTo?: DeliverTo) => Placed;
}

/** The places an endpoint may start from: one per pool whose subnet differs, for a workload. */
export function placeOrigin(network: Network, endpoint: Endpoint): Placement<Origin> {
  switch (endpoint.kind) {
    case 'workload': {
      const pods = findPods(network, endpoint);
      if (pods.kind === 'problem') return pods;
      return {
        kind: 'found',
        found: pods.found.flatMap((pod) => podOrigins(network, pod.cluster, pod.pod)),
      };
    }
    case 'node': {
      const pools = findPools(network, endpoint);
      return pools.kind === 'problem'
        ? pools
        : { kind: 'found', found: pools.found.map((one) => nodeOrigin(network, one)) };
    }
    case 'internet':
      return {
        kind: 'found',
        found: [
          internetOrigin(
            {
              kind: 'within',
              addresses: PUBLIC_IPV4,
              label: 'a client on the internet',
              symbol: 'internet-client',
            },
            'internet',
          ),
        ],
      };
    case 'address':
      return { kind: 'found', found: [addressOrigin(network, endpoint)] };
    case 'on-premises': {
      const address: FlowAddress = {
        kind: 'within',
        addresses: addressesOfPrefixes([endpoint.prefix]),
        label: `on-premises ${formatPrefix(endpoint.prefix)}`,
        symbol: `onprem:${formatPrefix(endpoint.prefix)}`,
      };
      return {
        kind: 'found',
        found: [
          {
            label: endpoint.text,
            address,
            place: fromOnPremises,
          },
        ],
      };
    }
    default:
      return {
        kind: 'problem',
        message: `\`${endpoint.text}\` cannot send: it only receives`,
        hint: 'start from deploy:…, pod:…, node:POOL, internet, onprem:CIDR or an address',
      };
  }
}

/** The workloads an endpoint names; without a namespace the name must be unique. */
export function findPods(
  network: Network,
  endpoint: Endpoint & { kind: 'workload' },
): Placement<DeliverTo> {
  const all = network.perimeter.kubernetes.pods;
  const found = all.filter(
    (pod) =>
      pod.kind === endpoint.workload &&
      pod.name === endpoint.name &&
      (endpoint.namespace === undefined || pod.namespace === endpoint.namespace),
  );
  const cluster = clusterOfObjects(network);
  if (found.length === 1 && cluster !== undefined) {
    return { kind: 'found', found: [{ cluster, pod: found[0]! }] };
  }
  if (found.length > 1) {
    return problem(`\`${endpoint.text}\` is in several namespaces`, found.map(podEndpoint));
  }
  const similar = all.filter((pod) => pod.name === endpoint.name || pod.kind === endpoint.workload);
  return problem(
    `no ${endpoint.workload} \`${endpoint.text.replace(/^[^:]*:/, '')}\` in the input`,
    similar.map(podEndpoint),
  );
}

/** A workload's places: one per pool whose subnets differ; one without a pool when none is known. */
export function podOrigins(network: Network, cluster: ClusterPlacement, pod: PodClass): Origin[] {
  const pools = poolsOf(cluster, pod);
  const places: readonly (PoolPlacement | undefined)[] = pools.length === 0 ? [undefined] : pools;
  return places.map((pool) => {
    const subnet = pool?.nodeSubnet.kind === 'found' ? pool.nodeSubnet.target : undefined;
    const where = places.length > 1 && pool !== undefined ? ` on pool ${pool.pool.name}` : '';
    return {
      label: `${podName(pod)}${where}`,
      address: podAddressOf(network, cluster, pool, pod),
      ...(subnet === undefined ? {} : { vnetKey: subnet.vnet.key }),
      cluster,
      pod,
      place: (flow, deliverTo) => ({
        at: { kind: 'leaving-pod', cluster, pod, ...(pool === undefined ? {} : { pool }) },
        flow,
        ...(deliverTo === undefined ? {} : { deliverTo }),
      }),
    };
  });
}

function nodeOrigin(network: Network, { cluster, pool, label }: FoundPool): Origin {
  const subnet = pool.nodeSubnet.kind === 'found' ? pool.nodeSubnet.target : undefined;
  return {
    label,
    address: nodeAddressOf(network, cluster, pool),
    ...(subnet === undefined ? {} : { vnetKey: subnet.vnet.key }),
    cluster,
    isNode: true,
    place: (flow, deliverTo) => ({
      at: { kind: 'leaving-node', cluster, pool },
      flow,
      ...(deliverTo === undefined ? {} : { deliverTo }),
    }),
  };
}

function internetOrigin(address: FlowAddress, label: string): Origin {
  const place = (flow: Flow): Placed => ({ at: { kind: 'internet' }, flow });
  return { label, address, isOnInternet: true, place };
}

function addressOrigin(network: Network, endpoint: Endpoint & { kind: 'address' }): Origin {
  const address: FlowAddress = { kind: 'exact', ip: endpoint.ip };
  const text = formatIp(endpoint.ip);
  const subnet = subnetOf(network, address)[0]?.subnet;
  // A public range may be the address space of a network: routed inside it only (azure-networking 1.1).
  if (subnet === undefined && addressSetHas(PUBLIC_IPV4, endpoint.ip)) {
    return internetOrigin(address, text);
  }
  const live = deliverToOf(network, address);
  if (live !== undefined) return podOrigins(network, live.cluster, live.pod)[0]!;
  if (subnet !== undefined) return subnetOrigin(network, address, text, subnet);
  return {
    label: text,
    address,
    place: fromOnPremises,
  };
}

function fromOnPremises(flow: Flow, deliverTo?: DeliverTo): Placed {
  const onward = deliverTo === undefined ? {} : { deliverTo };
  return { at: { kind: 'on-premises', way: 'in' }, flow, ...onward };
}

/** Whatever has an address in a subnet: an interface the input holds, a node of a pool, or a machine it does not. */
function subnetOrigin(
  network: Network,
  address: FlowAddress,
  text: string,
  subnet: SubnetPlacement,
): Origin {
  const owner = findOwner(network, address, { vnetKey: subnet.vnet.key }).find(
    (found) => found.certainty === 'yes' && found.owner.kind === 'network-interface',
  )?.owner;
  const interfaceKey = owner?.kind === 'network-interface' ? owner.interfaceKey : undefined;
  const home = interfaceKey === undefined ? poolOfNodes(network, subnet) : undefined;
  return {
    label: `${text} in ${subnet.subnet.name}`,
    address,
    vnetKey: subnet.vnet.key,
    ...(home === undefined ? {} : { cluster: home.cluster }),
    place: (flow, deliverTo) => ({
      at: {
        kind: 'leaving-subnet',
        subnetKey: subnet.subnet.key,
        sender: text,
        ...(home === undefined ? {} : { pool: home }),
        ...(interfaceKey === undefined ? {} : { interfaceKey }),
      },
      flow,
      ...(deliverTo === undefined ? {} : { deliverTo }),
    }),
  };
}

/** The pool whose nodes live in the subnet: an address there is taken for that of a node. */
function poolOfNodes(
  network: Network,
  subnet: SubnetPlacement,
): { readonly cluster: ClusterPlacement; readonly placement: PoolPlacement } | undefined {
  for (const cluster of network.clusters) {
    for (const placement of cluster.pools) {
      const link = placement.nodeSubnet;
      if (link.kind === 'found' && link.target === subnet) return { cluster, placement };
    }
  }
  return undefined;
}

/** The pools a pod may run on, one of each that differ in their subnets. */
export function poolsOf(cluster: ClusterPlacement, pod: PodClass): readonly PoolPlacement[] {
  return distinctPools(cluster.pools.filter((pool) => mayRunOn(pod, pool)));
}

/** Pools a pod may be scheduled to, by operating system and the labels AKS itself sets. */
export function mayRunOn(pod: PodClass, pool: PoolPlacement): boolean {
  const { labels, name, mode, osType } = pool.pool;
  const known: Readonly<Record<string, string | undefined>> = {
    ...labels,
    agentpool: name,
    'kubernetes.azure.com/agentpool': name,
    'kubernetes.azure.com/mode': mode?.toLowerCase(),
    'kubernetes.io/os': osType.toLowerCase(),
  };
  if (mode === 'Gateway') return false;
  if (pod.os !== undefined && pod.os !== osType.toLowerCase()) return false;
  // A label nobody here wrote may still be on the nodes: only a contradiction excludes a pool.
  return Object.entries(pod.nodeSelector).every(
    ([key, value]) => known[key] === undefined || known[key] === value,
  );
}

/** Pools in the same subnets give the same trace: one of each. */
function distinctPools(pools: readonly PoolPlacement[]): PoolPlacement[] {
  const seen = new Map<string, PoolPlacement>();
  for (const pool of pools) {
    const key = [pool.nodeSubnet, pool.podSubnet]
      .map((link) => (link.kind === 'found' ? link.target.subnet.key : link.kind))
      .join('|');
    if (!seen.has(key)) seen.set(key, pool);
  }
  return [...seen.values()];
}
