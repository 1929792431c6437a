import type { PodClass } from '../../model/index.ts';
import { ALL_IPV4, isEmptyAddressSet } from '../../net/index.ts';
import type {
  ClusterPlacement,
  Network,
  PoolPlacement,
  SubnetPlacement,
} from '../../network/index.ts';
import type { Flow } from '../../semantics/flow.ts';
import { evaluateSubnetNsg, everyLevel, type OverlayPods } from '../../semantics/nsg/concrete.ts';
import type { Decider, MissingFact, Verdict } from '../../semantics/verdict.ts';
import { mayRunOn } from '../origin.ts';
import { stepOf } from '../step-of.ts';
import type { Step } from '../trace.ts';

/** Who sends inside a cluster: a pod or a node of these pools, all in the same subnets. */
export interface SenderInside {
  readonly cluster: ClusterPlacement;
  readonly pool: PoolPlacement;
  /** Absent: a node of the pool itself. */
  readonly pod?: PodClass;
  /** Any node of the pool's subnet, and not only of the pool. */
  readonly isAnyNode?: true;
}

/** What the security groups between two nodes make of a flow. */
export interface BetweenNodes {
  readonly denied?: Decider;
  readonly open: readonly MissingFact[];
  readonly assumptions: readonly string[];
}

const NOTHING_BETWEEN: BetweenNodes = { open: [], assumptions: [] };

/**
 * Traffic among nodes and pods of a cluster leaves a node as it is: the security group of the sender's subnet sees it, then that of
 * the receiver's (AKS-59, AKS-61). On one node no group does. Routes of the user are not asked (AKS-60). An answer is not looked at: that
 * is the caller's to mind.
 * @param to a pod with an address of its own
 */
export function betweenNodes(
  network: Network,
  sender: SenderInside,
  to: PodClass,
  flow: Flow,
  steps: Step[],
): BetweenNodes {
  const { cluster } = sender;
  if (sender.pod !== undefined && isCertainlyOneNode(sender.pod, to)) return NOTHING_BETWEEN;
  const senders = poolsOfSender(sender);
  const receivers = cluster.pools.filter((pool) => mayRunOn(to, pool));
  const assumptions: string[] = [];
  const ways: Way[] = [];
  for (const pool of oneOfEachSubnet(receivers)) {
    const verdict = everyLevel([
      groupVerdict(network, cluster, sender.pool, 'Outbound', flow, assumptions),
      groupVerdict(network, cluster, pool, 'Inbound', flow, assumptions),
    ]);
    const share = senders.some((one) => receivers.includes(one) && sameSubnet(one, pool));
    ways.push({ verdict, mayBeOneNode: share && !areCertainlyTwo(sender.pod, to) });
  }
  return { ...concluded(ways, to, steps), assumptions: [...new Set(assumptions)] };
}

interface Way {
  readonly verdict: Verdict;
  readonly mayBeOneNode: boolean;
}

/** All ways agree, or what would tell which one it is. */
function concluded(
  ways: readonly Way[],
  to: PodClass,
  steps: Step[],
): Omit<BetweenNodes, 'assumptions'> {
  const [first] = ways;
  if (first === undefined) return { open: [] };
  const told = ways.find(({ verdict }) => verdict.kind !== 'allow') ?? first;
  const isGuarded = ways.some(({ verdict }) => verdict.by.kind !== 'platform');
  if (told.verdict.kind === 'allow') {
    if (isGuarded) steps.push(stepOf('nsg', told.verdict, ['AKS-61']));
    return { open: [] };
  }
  steps.push(stepOf('nsg', told.verdict, ['AKS-61']));
  const isCertain = ways.every(
    ({ verdict, mayBeOneNode }) => verdict.kind === 'deny' && !mayBeOneNode,
  );
  if (isCertain) return { denied: told.verdict.by, open: [] };
  const open: MissingFact[] = [];
  const agree = ways.every(({ verdict }) => verdict.kind === told.verdict.kind);
  if (!agree) {
    open.push({ missing: `which node pool ${to.namespace}/${to.name} runs on`, at: to.at });
  }
  for (const { verdict, mayBeOneNode } of ways) {
    if (verdict.kind === 'unknown') open.push(...verdict.why);
    if (verdict.kind !== 'deny' || !mayBeOneNode) continue;
    const { name, at } = verdict.by;
    const missing = `whether both run on one node (between nodes ${name} denies it)`;
    open.push(at === undefined ? { missing } : { missing, at });
  }
  return { open };
}

/** No group lets it pass. A subnet that is not in the input is taken to let its own cluster work, and that is said. */
function groupVerdict(
  network: Network,
  cluster: ClusterPlacement,
  pool: PoolPlacement,
  direction: 'Inbound' | 'Outbound',
  flow: Flow,
  assumptions: string[],
): Verdict {
  const link = pool.nodeSubnet;
  if (link.kind === 'found') {
    const { key } = link.target.subnet;
    const overlayPods = podsOf(cluster);
    return evaluateSubnetNsg(network, key, direction, flow, { overlayPods });
  }
  if (link.kind !== 'none') assumptions.push(letsItsClusterWork(pool));
  const by = {
    kind: 'platform',
    name: `subnet of pool ${pool.pool.name}`,
    fact: 'AZN-42',
  } as const;
  return { kind: 'allow', by };
}

/** Said where a subnet is not in the input (AKS-59). */
export function letsItsClusterWork({ pool }: PoolPlacement): string {
  return `the security group on the subnet of pool ${pool.name}, which is not in the input, lets traffic inside its cluster pass`;
}

/** Are pods carried by their own addresses in ranges that are no network's? */
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

function podsOf({ name, podAddresses }: ClusterPlacement): OverlayPods {
  return { cluster: name, addresses: isEmptyAddressSet(podAddresses) ? ALL_IPV4 : podAddresses };
}

/** The pools a sender may be on: those whose subnet is that of the place it is asked from. */
export function poolsOfSender({
  cluster,
  pool,
  pod,
  isAnyNode,
}: SenderInside): readonly PoolPlacement[] {
  if (pod === undefined && isAnyNode !== true) return [pool];
  return cluster.pools.filter(
    (one) => sameSubnet(one, pool) && (pod === undefined || mayRunOn(pod, one)),
  );
}

/** A pod calls itself, or both were seen running on one node. Host-network pods get here only when they call themselves. */
export function isCertainlyOneNode(from: PodClass, to: PodClass): boolean {
  if (from === to) return from.kind === 'Pod' || from.replicas === 1 || from.hostNetwork;
  return from.nodeName !== undefined && from.nodeName === to.nodeName;
}

export function areCertainlyTwo(from: PodClass | undefined, to: PodClass): boolean {
  const { nodeName } = to;
  return nodeName !== undefined && from?.nodeName !== undefined && from.nodeName !== nodeName;
}

function oneOfEachSubnet(pools: readonly PoolPlacement[]): readonly PoolPlacement[] {
  const distinct: PoolPlacement[] = [];
  for (const pool of pools) {
    if (!distinct.some((one) => sameSubnet(one, pool))) distinct.push(pool);
  }
  return distinct;
}

function sameSubnet(a: PoolPlacement, b: PoolPlacement): boolean {
  const [one, other]: readonly (SubnetPlacement | string)[] = [a, b].map(({ nodeSubnet }) =>
    nodeSubnet.kind === 'found' ? nodeSubnet.target : nodeSubnet.kind,
  );
  return one === other;
}
