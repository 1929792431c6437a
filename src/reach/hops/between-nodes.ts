import {
  type Condition,
  type FlowBox,
  type FlowRule,
  isCertain,
  needing,
} from '../../flows/index.ts';
import type { PodClass } from '../../model/index.ts';
import {
  type AddressSet,
  ALL_IPV4,
  addressSetCovers,
  addressSetsOverlap,
  isEmptyAddressSet,
} from '../../net/index.ts';
import type { ClusterPlacement, PoolPlacement } from '../../network/index.ts';
import { subnetNsgRules } from '../../semantics/nsg/symbolic.ts';
import type { Decider } from '../../semantics/verdict.ts';
import { type Branch, provided, type Step } from '../branch.ts';
import { fittingPools } from '../fitting-pools.ts';
import { toldOnce, type World } from '../world.ts';
import { filters } from './filter.ts';

type Rules = readonly FlowRule<'allow' | 'deny', Decider>[];

/** Who sends to a pod inside its cluster. */
export interface InsideSender {
  /** The place it is asked from: it may be on any pool with this one's subnet, when it is a pod. */
  readonly pool: PoolPlacement;
  /** Absent: a node. */
  readonly pod?: PodClass;
  /** A node of any pool with that subnet, and not only of the one. */
  readonly isAnyNode?: true;
}

/**
 * The security groups between two nodes of a cluster: outbound of the sender's subnet, inbound of the receiver's, both on the packet as
 * it is (AKS-59, AKS-61). None looks when both are on one node, so what a group denies hangs on that where they may be. Groups that
 * let everything of the kind pass are not asked: what is left is told once per pair of subnets.
 */
export function betweenNodes(
  world: World,
  cluster: ClusterPlacement,
  sender: InsideSender,
  to: PodClass,
  branch: Branch,
): { readonly passed: readonly Branch[]; readonly stopped: readonly Step[] } {
  const { pool, pod } = sender;
  const unasked = { passed: [branch], stopped: [] };
  if (pod !== undefined && runOnOneNode(pod, to)) return unasked;
  const home = subnetKeyOf(pool);
  const mine = pod === undefined ? [pool] : fittingPools(cluster, pod);
  const senders = (sender.isAnyNode ? cluster.pools : mine).filter(
    (one) => subnetKeyOf(one) === home,
  );
  const bySubnet = new Map<string, PoolPlacement[]>();
  for (const one of fittingPools(cluster, to)) {
    bySubnet.set(subnetKeyOf(one), [...(bySubnet.get(subnetKeyOf(one)) ?? []), one]);
  }
  const told = assuming(branch, [pool, ...[...bySubnet.values()].map(([first]) => first)]);
  const ways = [...bySubnet.values()].map((receivers) => {
    const mayBeOne = receivers.some((one) => senders.includes(one)) && !areOnTwoNodes(pod, to);
    const kind = pod === undefined || pod.hostNetwork ? 'node' : 'pod';
    return listsBetween(world, cluster, { kind, pool }, receivers[0] ?? pool, mayBeOne);
  });
  if (ways.every((lists) => lists.length === 0)) return { passed: [told], stopped: [] };
  const which = { missing: `which node pool ${to.namespace}/${to.name} runs on`, at: to.at };
  const filtered = ways.map((lists) =>
    filters(ways.length > 1 ? provided(told, which) : told, lists),
  );
  return {
    passed: filtered.flatMap(({ passed }) => passed),
    stopped: filtered.flatMap(({ stopped }) => stopped),
  };
}

/** Clusters whose pods have addresses that are of no network, and travel with them. */
export function hasOverlay({ addressing }: ClusterPlacement): boolean {
  return addressing === 'overlay' || addressing === 'kubenet';
}

/**
 * Does the cluster itself carry what a pool sends to its pods? In an overlay; and where pods have addresses of a network of which the input
 * holds no subnet, so that what stands there can only be assumed (AKS-59).
 */
export function isCarried(cluster: ClusterPlacement, pool: PoolPlacement | undefined): boolean {
  return hasOverlay(cluster) || isUnplaced(cluster, pool);
}

/** Pods with addresses of a network that is not in the input. */
export function isUnplaced(
  { addressing }: ClusterPlacement,
  pool: PoolPlacement | undefined,
): boolean {
  const isFlat = addressing === 'node-subnet' || addressing === 'pod-subnet';
  return isFlat && pool !== undefined && pool.nodeSubnet.kind !== 'found';
}

/** May a security group cut pods of this cluster from one another? Where none may, what policies say is all there is. O(pairs of subnets). */
export function mayCutPods(world: World, cluster: ClusterPlacement): boolean {
  if (!hasOverlay(cluster)) return false;
  const pools = [...new Map(cluster.pools.map((pool) => [subnetKeyOf(pool), pool])).values()];
  return pools.some((pool) =>
    pools.some((to) => listsBetween(world, cluster, { kind: 'pod', pool }, to, true).length > 0),
  );
}

/** What the two groups may deny. Empty: they let everything from such a sender to such a pod pass. */
function listsBetween(
  world: World,
  cluster: ClusterPlacement,
  { kind, pool }: { readonly kind: 'node' | 'pod'; readonly pool: PoolPlacement },
  receiver: PoolPlacement,
  mayBeOneNode: boolean,
) {
  const ends = [pool, receiver].map(subnetKeyOf).join(' ');
  return toldOnce(world, `between ${kind}s of ${cluster.name} ${ends} ${mayBeOneNode}`, () =>
    (['Outbound', 'Inbound'] as const).flatMap((direction) => {
      const link = (direction === 'Outbound' ? pool : receiver).nodeSubnet;
      if (link.kind !== 'found') return [];
      const { name, key } = link.target.subnet;
      const inside = { cluster: cluster.name, pods: orAny(cluster.podAddresses) };
      const all = subnetNsgRules(world.network, key, direction, { insideOverlay: inside });
      const sources = kind === 'node' ? sourcesOfNode(pool) : inside.pods;
      const rules = concerning(all, sources, inside.pods);
      if (rules.every(({ effect }) => effect === 'allow')) return [];
      const box = { box: 'subnet', name, stage: 'nsg' };
      return [{ rules: mayBeOneNode ? unlessOnOneNode(rules) : rules, box }];
    }),
  );
}

/** The rules that may decide packets between these ends, up to the first that decides all the rest. */
export function concerning(rules: Rules, sources: AddressSet, destinations: AddressSet): Rules {
  const kept: Rules[number][] = [];
  const may = (set: AddressSet | undefined, end: AddressSet) =>
    set === undefined || addressSetsOverlap(set, end);
  const holdsAll = (box: FlowBox): boolean => {
    const { sources: from, destinations: to, needs: _, ...others } = box;
    const covers = (set: AddressSet | undefined, end: AddressSet) =>
      set === undefined || addressSetCovers(set, end);
    const isFree = Object.values(others).every((limit) => limit === undefined);
    return isFree && isCertain(box) && covers(from, sources) && covers(to, destinations);
  };
  for (const rule of rules) {
    const region = rule.region.filter(
      (box) => may(box.sources, sources) && may(box.destinations, destinations),
    );
    if (region.length === 0) continue;
    kept.push({ ...rule, region });
    if (region.some(holdsAll)) break;
  }
  return kept;
}

/** On one node no group sees a packet: a denial holds only if there are two. */
export function unlessOnOneNode(rules: Rules): Rules {
  return rules.flatMap((rule): Rules => {
    if (rule.effect === 'allow') return [rule];
    const { name, at } = rule.by;
    const missing = `whether both run on one node (between nodes ${name} denies it)`;
    const need: Condition = at === undefined ? { missing } : { missing, at };
    const by: Decider = { kind: 'platform', name: 'both on one node', fact: 'AKS-61' };
    return [{ region: needing(rule.region, [need]), effect: 'allow', by }, rule];
  });
}

/** A subnet that is not in the input is taken to let its own cluster work (AKS-59), and that is said. */
export function assuming(branch: Branch, pools: readonly (PoolPlacement | undefined)[]): Branch {
  const said = pools.flatMap((pool) =>
    pool === undefined || pool.nodeSubnet.kind === 'found' || pool.nodeSubnet.kind === 'none'
      ? []
      : [
          `the security group on the subnet of pool ${pool.pool.name}, which is not in the input, lets traffic inside its cluster pass`,
        ],
  );
  if (said.length === 0) return branch;
  return { ...branch, assumptions: [...new Set([...branch.assumptions, ...said])] };
}

/** A pod that calls itself, and pods that were seen on one node. */
export function runOnOneNode(from: PodClass, to: PodClass): boolean {
  if (from === to) return from.hostNetwork || from.kind === 'Pod' || from.replicas === 1;
  return from.nodeName !== undefined && from.nodeName === to.nodeName;
}

export function areOnTwoNodes(from: PodClass | undefined, to: PodClass): boolean {
  if (from?.nodeName === undefined || to.nodeName === undefined) return false;
  return from.nodeName !== to.nodeName;
}

export function subnetKeyOf({ nodeSubnet }: PoolPlacement): string {
  return nodeSubnet.kind === 'found' ? nodeSubnet.target.subnet.key : nodeSubnet.kind;
}

function sourcesOfNode({ nodeSubnet }: PoolPlacement): AddressSet {
  return orAny(nodeSubnet.kind === 'found' ? nodeSubnet.target.addresses : { v4: [], v6: [] });
}

function orAny(set: AddressSet): AddressSet {
  return isEmptyAddressSet(set) ? ALL_IPV4 : set;
}
