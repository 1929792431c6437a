import type { AgentPool } from '../../model/index.ts';
import type { ClusterPlacement } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import type { MissingFact } from '../verdict.ts';

/** Azure keeps the first four addresses and the last one of every subnet (AZS-11). */
export const RESERVED_ADDRESSES = 5;

/** Addresses one can use in an IPv4 subnet: `2^(32-p) - 5`; 0 for subnets smaller than the smallest legal one, /29. */
export function usableAddresses(prefixLength: number): number {
  return prefixLength > 29 ? 0 : 2 ** (32 - prefixLength) - RESERVED_ADDRESSES;
}

/** The longest prefix whose usable addresses hold `addresses`; at most /29, at least /8. `undefined`: none does. */
export function smallestSubnet(addresses: number): number | undefined {
  for (let length = 29; length >= 8; length -= 1) {
    if (usableAddresses(length) >= addresses) return length;
  }
  return undefined;
}

/** Where node and pod addresses come from, as far as counting goes (AKS-11…AKS-15). */
export type AddressMode =
  | 'node-subnet'
  | 'overlay'
  | 'kubenet'
  | 'pod-subnet-dynamic'
  | 'pod-subnet-static';

export interface PoolSize {
  /** Most nodes at once, the autoscaler's maximum: 1 or more. */
  readonly nodes: number;
  /** Extra nodes during an upgrade. */
  readonly surge: number;
  /** `maxPods`: 10…250. */
  readonly maxPods: number;
  /** Pods really running on each of `nodes`; for dynamic allocation only. Absent: the upper bound is counted. */
  readonly podsPerNode?: number;
  /** Internal load balancer frontends that live in the node subnet. */
  readonly frontends?: number;
}

export interface AddressDemand {
  /** Addresses wanted from the node subnet, without Azure's own five. */
  readonly nodeSubnet: number;
  /** Addresses wanted from the pod subnet, without Azure's own five; 0 when the mode has none. */
  readonly podSubnet: number;
  /** Blocks of /24 wanted inside `podCidr`; 0 when the mode has none. */
  readonly podBlocks: number;
}

/**
 * Addresses that one pool takes at its largest, in the middle of an upgrade. Several pools in one subnet add up.
 * @see AKS-11 node subnet, AKS-12 overlay, AKS-13 kubenet, AKS-14 pod subnet dynamic, AKS-15 pod subnet static
 */
export function addressDemand(mode: AddressMode, size: PoolSize): AddressDemand {
  const nodes = size.nodes + size.surge;
  const frontends = size.frontends ?? 0;
  const nodesAlone = nodes + frontends;
  switch (mode) {
    case 'node-subnet':
      return { nodeSubnet: nodes + nodes * size.maxPods + frontends, podSubnet: 0, podBlocks: 0 };
    case 'overlay':
    case 'kubenet':
      return { nodeSubnet: nodesAlone, podSubnet: 0, podBlocks: nodes };
    case 'pod-subnet-dynamic': {
      const podSubnet =
        size.podsPerNode === undefined
          ? nodes * dynamicPodAddresses(size.maxPods)
          : size.nodes * dynamicPodAddresses(size.podsPerNode) +
            size.surge * dynamicPodAddresses(0);
      return { nodeSubnet: nodesAlone, podSubnet, podBlocks: 0 };
    }
    case 'pod-subnet-static':
      return {
        nodeSubnet: nodesAlone,
        podSubnet: nodes * staticPodAddresses(size.maxPods),
        podBlocks: 0,
      };
  }
}

/** Addresses a node holds at `pods` running pods: batches of 16, a new one when fewer than 8 are free (AKS-14). */
export function dynamicPodAddresses(pods: number): number {
  return 16 * Math.ceil((pods + 8) / 16);
}

/** Addresses a node holds with static blocks of /28 (AKS-15). Nothing is wasted when `maxPods` is 16k - 1. */
export function staticPodAddresses(maxPods: number): number {
  return 16 * Math.ceil((maxPods + 1) / 16);
}

/** Nodes that a node subnet of that length can hold when every node reserves its pods' addresses (AKS-11). */
export function nodesInNodeSubnet(prefixLength: number, maxPods: number): number {
  return Math.floor(usableAddresses(prefixLength) / (1 + maxPods));
}

/** The shortest podCidr that holds that many blocks of /24. */
export function podCidrFor(podBlocks: number): number {
  return 24 - Math.ceil(Math.log2(Math.max(1, podBlocks)));
}

/**
 * Extra nodes of an upgrade: a number, or a percentage of the pool rounded up. Absent: 1.
 * `undefined` for text that is neither.
 * @see AKS-16
 */
export function surgeNodes(maxSurge: string | undefined, nodes: number): number | undefined {
  if (maxSurge === undefined || maxSurge.trim() === '') return 1;
  const match = /^(\d+)(%?)$/.exec(maxSurge.trim());
  if (match === null) return undefined;
  const value = Number(match[1]);
  return match[2] === '%' ? Math.ceil((nodes * value) / 100) : value;
}

/**
 * Can the pool be upgraded with what is free? Simultaneous upgrades of several pools need the sum of their surges.
 * @param free usable addresses of the subnet not in use now
 * @see AKS-17
 */
export function hasRoomForUpgrade(
  mode: AddressMode,
  free: { readonly nodeSubnet: number; readonly podSubnet?: number },
  surge: number,
  maxPods: number,
): boolean {
  if (mode === 'node-subnet') return free.nodeSubnet >= surge * (1 + maxPods);
  if (free.nodeSubnet < surge) return false;
  if (mode === 'pod-subnet-dynamic') return (free.podSubnet ?? 0) >= surge * dynamicPodAddresses(0);
  if (mode === 'pod-subnet-static') {
    return (free.podSubnet ?? 0) >= surge * staticPodAddresses(maxPods);
  }
  return true;
}

/** `maxPods` when the pool does not say. Pod subnet pages disagree (110 or 250), so there it stays unknown (AKS-18). */
export const DEFAULT_MAX_PODS: Readonly<Record<AddressMode, number | undefined>> = {
  overlay: 250,
  'node-subnet': 30,
  kubenet: 110,
  'pod-subnet-dynamic': undefined,
  'pod-subnet-static': undefined,
};

export type PoolDemand =
  | {
      readonly kind: 'known';
      readonly mode: AddressMode;
      readonly size: PoolSize;
      readonly demand: AddressDemand;
    }
  | { readonly kind: 'unknown'; readonly why: readonly MissingFact[] };

/** What one pool of a cluster takes, from what is written of it. `unknown` names what is not written. */
export function poolDemand(cluster: ClusterPlacement, pool: AgentPool, frontends = 0): PoolDemand {
  const mode = addressModeOf(cluster, pool);
  if (mode === undefined) {
    return unknown(`how pods of \`${pool.name}\` get their addresses`, pool);
  }
  const nodes = pool.autoscaling ? pool.maxCount : (pool.count ?? pool.maxCount);
  if (nodes === undefined) return unknown(`the number of nodes of pool \`${pool.name}\``, pool);
  const surge = surgeNodes(pool.maxSurge, nodes);
  if (surge === undefined) return unknown(`a readable \`maxSurge\` of pool \`${pool.name}\``, pool);
  const maxPods = pool.maxPods ?? DEFAULT_MAX_PODS[mode];
  if (maxPods === undefined) return unknown(`\`maxPods\` of pool \`${pool.name}\``, pool);
  const size: PoolSize = { nodes, surge, maxPods, frontends };
  return { kind: 'known', mode, size, demand: addressDemand(mode, size) };
}

function addressModeOf(cluster: ClusterPlacement, pool: AgentPool): AddressMode | undefined {
  switch (cluster.addressing) {
    case 'overlay':
    case 'kubenet':
    case 'node-subnet':
      return cluster.addressing;
    case 'pod-subnet':
      if (pool.podSubnet === undefined || isUnknown(pool.podSubnet)) return undefined;
      return pool.podIpAllocationMode?.toLowerCase() === 'staticblock'
        ? 'pod-subnet-static'
        : 'pod-subnet-dynamic';
    case 'byo':
    case 'unknown':
      return undefined;
  }
}

function unknown(missing: string, pool: AgentPool): PoolDemand {
  return { kind: 'unknown', why: [{ missing, at: pool.at }] };
}
