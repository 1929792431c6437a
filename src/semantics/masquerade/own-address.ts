import type { PodClass } from '../../model/index.ts';
import {
  type AddressSet,
  ALL_IPV4,
  isEmptyAddressSet,
  parseIp,
  unionAddresses,
} from '../../net/index.ts';
import type { ClusterPlacement, Network, PoolPlacement } from '../../network/index.ts';
import type { FlowAddress } from '../flow.ts';
import { addressesOfFlowAddress } from '../match.ts';

/**
 * The address of the node a pod runs on. Exact only when the input holds the live node; else a node of the pool's
 * subnet, and with nothing known any address.
 */
export function nodeAddressOf(
  network: Network,
  cluster: ClusterPlacement,
  pool: PoolPlacement | undefined,
  pod?: PodClass,
): FlowAddress {
  const live =
    pod?.nodeName === undefined
      ? undefined
      : network.perimeter.kubernetes.nodes.find((node) => node.name === pod.nodeName);
  const ip = live?.addresses.map(parseIp).find((address) => address !== undefined);
  if (live !== undefined && ip !== undefined) {
    return { kind: 'exact', ip, label: `node ${live.name}` };
  }
  const subnet = pool?.nodeSubnet;
  if (subnet?.kind === 'found' && !isEmptyAddressSet(subnet.target.addresses)) {
    return {
      kind: 'within',
      addresses: subnet.target.addresses,
      label: `a node of ${subnet.target.subnet.name}`,
    };
  }
  return {
    kind: 'within',
    addresses: orAny(pool === undefined ? cluster.nodeAddresses : { v4: [], v6: [] }),
    label: `a node of ${cluster.name}`,
  };
}

/** The pod's own address, before any masquerade: that of its node for host-network pods. */
export function podAddressOf(
  network: Network,
  cluster: ClusterPlacement,
  pool: PoolPlacement | undefined,
  pod: PodClass,
): FlowAddress {
  if (pod.hostNetwork) return nodeAddressOf(network, cluster, pool, pod);
  const ip = pod.address === undefined ? undefined : parseIp(pod.address);
  const name = `${pod.namespace}/${pod.name}`;
  if (ip !== undefined) return { kind: 'exact', ip, label: `pod ${name}` };
  return {
    kind: 'within',
    addresses: orAny(podRange(cluster, pool)),
    label: `a pod of ${name}`,
  };
}

/** Where pods of one pool get addresses from. */
function podRange(cluster: ClusterPlacement, pool: PoolPlacement | undefined): AddressSet {
  if (cluster.addressing === 'pod-subnet' && pool?.podSubnet.kind === 'found') {
    return pool.podSubnet.target.addresses;
  }
  if (cluster.addressing === 'node-subnet' && pool?.nodeSubnet.kind === 'found') {
    return pool.nodeSubnet.target.addresses;
  }
  return cluster.podAddresses;
}

/** Either of two ends, for people and for rules: a rule must cover both to match for sure. */
export function eitherOf(a: FlowAddress, b: FlowAddress, label: string): FlowAddress {
  return {
    kind: 'within',
    addresses: unionAddresses(addressesOfFlowAddress(a), addressesOfFlowAddress(b)),
    label,
  };
}

/** Nothing known is any address: a flow's end is never an empty set. */
function orAny(set: AddressSet): AddressSet {
  return isEmptyAddressSet(set) ? ALL_IPV4 : set;
}
