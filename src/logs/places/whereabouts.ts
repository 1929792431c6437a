import { type AddressSet, addressSetHas, parseIp } from '../../net/index.ts';
import {
  type ClusterPlacement,
  findOwner,
  type Network,
  PRIVATE_IPV4,
  subnetOf,
} from '../../network/index.ts';
import type { PodHistory } from './pod-history.ts';

/** Who sits behind an address of a log. */
export interface Whereabouts {
  /** For people and to group by: `orders/api`, `pool user of aks-store`, `10.9.0.4`. */
  readonly label: string;
  readonly kind:
    | 'workload'
    | 'pool'
    | 'cluster'
    | 'node'
    | 'service'
    | 'firewall'
    | 'subnet'
    | 'private'
    | 'public'
    | 'unknown';
  readonly cluster?: string;
  readonly pools?: readonly string[];
  /** Why nothing finer can be said: the plugin hides the pod behind its node. */
  readonly hidden?: string;
}

/** Finds who an address is at a time (microseconds). Remembers its answers. */
export type Locate = (address: string, time: number) => Whereabouts;

export interface KnownPlaces {
  readonly network?: Network;
  readonly history?: PodHistory;
}

/**
 * Addresses as logs show them, by what is known: pods by the history of their addresses first, then live pods and nodes of the
 * snapshot, then subnets. Of an address that nobody knows only its family is said.
 */
export function locator({ network, history }: KnownPlaces): Locate {
  const live = network === undefined ? undefined : liveAddresses(network);
  const known = new Map<string, Whereabouts>();
  return (address, time) => {
    const pod = history?.at(address, time);
    if (pod !== undefined) return { label: pod.workload, kind: 'workload', ...clusterOf(pod) };
    const remembered = known.get(address);
    if (remembered !== undefined) return remembered;
    const found = live?.get(address) ?? placed(network, address);
    if (known.size < REMEMBERED_MAX) known.set(address, found);
    return found;
  };
}

/** Logs hold any number of addresses. */
const REMEMBERED_MAX = 200_000;

function clusterOf({ cluster }: { readonly cluster?: string }) {
  return cluster === undefined ? {} : { cluster };
}

function liveAddresses(network: Network): ReadonlyMap<string, Whereabouts> {
  const found = new Map<string, Whereabouts>();
  const { pods, nodes } = network.perimeter.kubernetes;
  const [only] = network.clusters.length === 1 ? network.clusters : [];
  const cluster = only === undefined ? {} : { cluster: only.name };
  for (const pod of pods) {
    // A pod of the host network has its node's address.
    if (pod.address === undefined || pod.hostNetwork) continue;
    const label = `${pod.namespace}/${pod.name}`;
    found.set(pod.address, { label, kind: 'workload', ...cluster });
  }
  for (const node of nodes) {
    for (const address of node.addresses) {
      const pool = node.labels['kubernetes.azure.com/agentpool'] ?? node.labels['agentpool'];
      const hidden = only === undefined ? undefined : hiding(only);
      found.set(address, {
        label: `node ${node.name}`,
        kind: 'node',
        ...cluster,
        ...(pool === undefined ? {} : { pools: [pool] }),
        ...(hidden === undefined ? {} : { hidden }),
      });
    }
  }
  return found;
}

function placed(network: Network | undefined, address: string): Whereabouts {
  const ip = parseIp(address);
  if (ip === undefined) return { label: address === '' ? 'no address' : address, kind: 'unknown' };
  const family = addressSetHas(PRIVATE_IPV4, ip) ? 'private' : 'public';
  if (network === undefined) return { label: address, kind: family };
  const [owner] = findOwner(network, { kind: 'exact', ip });
  if (owner?.certainty === 'yes') {
    switch (owner.owner.kind) {
      case 'firewall-private':
      case 'firewall-public':
        return { label: `firewall ${owner.owner.firewall.firewall.name}`, kind: 'firewall' };
      case 'service-frontend':
        return {
          label: `service ${owner.owner.frontend.service.namespace}/${owner.owner.frontend.service.name}`,
          kind: 'service',
        };
      case 'private-endpoint':
        return { label: `private endpoint ${owner.owner.endpoint.name}`, kind: 'service' };
      default:
        break;
    }
  }
  for (const cluster of network.clusters) {
    const found = inCluster(cluster, (set) => addressSetHas(set, ip));
    if (found !== undefined) return found;
  }
  const [found] = subnetOf(network, { kind: 'exact', ip });
  if (found?.certainty === 'yes') {
    return { label: `${address} in ${found.subnet.subnet.name}`, kind: 'subnet' };
  }
  return { label: address, kind: family };
}

function inCluster(
  cluster: ClusterPlacement,
  has: (set: AddressSet) => boolean,
): Whereabouts | undefined {
  const { name } = cluster;
  const poolsBy = (of: 'nodeSubnet' | 'podSubnet') =>
    cluster.pools.flatMap((pool) => {
      const link = pool[of];
      return link.kind === 'found' && has(link.target.addresses) ? [pool.pool.name] : [];
    });
  const ofPods = poolsBy('podSubnet');
  if (ofPods.length > 0) {
    return {
      label: `a pod of ${poolWords(ofPods, name)}`,
      kind: 'pool',
      cluster: name,
      pools: ofPods,
    };
  }
  const ofNodes = poolsBy('nodeSubnet');
  if (ofNodes.length > 0 || has(cluster.nodeAddresses)) {
    const hidden = hiding(cluster);
    const what = ofNodes.length > 0 ? poolWords(ofNodes, name) : name;
    return {
      label: `${hidden === undefined && has(cluster.podAddresses) ? 'a node or pod' : 'nodes'} of ${what}`,
      kind: ofNodes.length > 0 ? 'pool' : 'cluster',
      cluster: name,
      ...(ofNodes.length > 0 ? { pools: ofNodes } : {}),
      ...(hidden === undefined ? {} : { hidden }),
    };
  }
  if (!has(cluster.podAddresses)) return undefined;
  return { label: `a pod of ${name}`, kind: 'cluster', cluster: name };
}

function poolWords(pools: readonly string[], cluster: string): string {
  return `${pools.length === 1 ? 'pool' : 'pools'} ${pools.join(', ')} of ${cluster}`;
}

/** AKS-01, AKS-06: what leaves an overlay or kubenet cluster has the node's address. */
function hiding({ addressing, name }: ClusterPlacement): string | undefined {
  if (addressing !== 'overlay' && addressing !== 'kubenet') return undefined;
  return `${name} is ${addressing === 'overlay' ? 'an overlay' : 'a kubenet'} cluster: the firewall sees the node of a pod, never the pod`;
}
