import type { PodClass } from '../../model/index.ts';
import {
  type ClusterPlacement,
  type Link,
  type Network,
  type PoolPlacement,
  type SubnetPlacement,
  subnetOfPod,
} from '../../network/index.ts';
import type { Flow } from '../../semantics/flow.ts';
import { nodeAddressOf, podAddressOf } from '../../semantics/masquerade/own-address.ts';
import { everyLevel } from '../../semantics/nsg/concrete.ts';
import type { Decider, MissingFact, Verdict } from '../../semantics/verdict.ts';
import type { Placed } from '../journey.ts';
import { mayRunOn } from '../origin.ts';
import { podName } from '../pod-name.ts';
import { replyTo } from '../session.ts';
import { stepOf } from '../step-of.ts';
import type { Step } from '../trace.ts';
import { type BetweenNodes, letsItsClusterWork } from './between-nodes.ts';
import { directVerdict } from './direct-verdict.ts';
import { subnetVerdict } from './verdicts.ts';

/** What stands between the node that received a flow and the pod that it hands it to. */
export interface HandedOn extends BetweenNodes {
  /** As the node hands it on: with its own address. */
  readonly flow: Flow;
  /** Set where the answer to the node certainly gets lost: where it sets out. */
  readonly reply?: Placed;
}

/** Pools whose nodes and pods are in the same subnets. */
interface Way {
  readonly pools: readonly [PoolPlacement, ...PoolPlacement[]];
  readonly handed: Flow;
  readonly stage: 'nsg' | 'route';
  readonly there: Verdict;
  readonly back: Verdict;
  readonly mayBeOneNode: boolean;
}

const PASSES: Verdict = {
  kind: 'allow',
  by: { kind: 'platform', name: 'inside the virtual network', fact: 'AZN-42' },
};

/**
 * Under `externalTrafficPolicy: Cluster` the node that receives hands on to a pod of any node, under its own address (AKS-75). A pod with an
 * address of the network, its own or that of its node, is reached as anything else there: the group and the routes of the node's
 * subnet, then the group of the pod's; the answer takes the routes of the pod's. On one node none of them looks (AKS-61).
 * @param pool whose nodes receive
 * @param flow as kube-proxy leaves it
 */
export function handedOn(
  network: Network,
  cluster: ClusterPlacement,
  pool: PoolPlacement,
  pod: PodClass,
  flow: Flow,
  steps: Step[],
): HandedOn {
  const source = nodeAddressOf(network, cluster, pool);
  const assumptions = new Set<string>();
  const ways = groupsOf(cluster.pools.filter((one) => mayRunOn(pod, one))).flatMap(
    (pools): Way[] => {
      const [first] = pools;
      const receivers = subnetOfPod(cluster, first, pod);
      const destination = podAddressOf(network, cluster, first, pod);
      const handed = { ...flow, source, destination };
      const isSame = subnetKey(first.nodeSubnet) === subnetKey(pool.nodeSubnet);
      if (isSame && isOneNode(cluster, pool)) {
        return [{ pools, handed, stage: 'nsg', there: PASSES, back: PASSES, mayBeOneNode: true }];
      }
      if (receivers.kind !== 'found' && receivers.kind !== 'none') {
        assumptions.add(letsItsClusterWork(first));
      }
      const groups = everyLevel([
        PASSES,
        ...verdictOf(network, pool.nodeSubnet, 'Outbound', handed),
        ...verdictOf(network, receivers, 'Inbound', handed),
      ]);
      const routed = directVerdict(network, pool.nodeSubnet, destination) ?? PASSES;
      const there = everyLevel([groups, routed]);
      const stage = there === routed ? 'route' : 'nsg';
      const back = directVerdict(network, receivers, source) ?? PASSES;
      return [{ pools, handed, stage, there, back, mayBeOneNode: isSame }];
    },
  );
  const said = { flow: ways[0]?.handed ?? flow, assumptions: [...assumptions] };
  const [lost] = ways;
  const isLost = ways.every(({ back, mayBeOneNode }) => back.kind === 'deny' && !mayBeOneNode);
  if (lost !== undefined && isLost) {
    const there = concluded(ways, pod, steps);
    const reply = replyOf(cluster, lost, pod);
    return { ...said, ...there, ...(reply === undefined ? {} : { reply }) };
  }
  return { ...said, ...concluded(ways.map(withBack), pod, steps) };
}

/** All ways agree, or what would tell which one it is. */
function concluded(
  ways: readonly Way[],
  pod: PodClass,
  steps: Step[],
): Pick<BetweenNodes, 'denied' | 'open'> {
  const told = ways.find(({ there }) => there.kind !== 'allow');
  if (told === undefined) return { open: [] };
  steps.push(stepOf(told.stage, told.there, ['AKS-75']));
  const isCertain = ways.every(({ there, mayBeOneNode }) => there.kind === 'deny' && !mayBeOneNode);
  if (isCertain) return { denied: told.there.by, open: [] };
  const open: MissingFact[] = [];
  if (ways.some(({ there }) => there.kind !== told.there.kind)) {
    open.push({ missing: `which node pool ${podName(pod)} runs on`, at: pod.at });
  }
  for (const { there, mayBeOneNode } of ways) {
    if (there.kind === 'unknown') open.push(...there.why);
    if (there.kind !== 'deny' || !mayBeOneNode) continue;
    const { name, at } = there.by;
    const missing = `whether both run on one node (between nodes ${name} denies it)`;
    open.push(at === undefined ? { missing } : { missing, at });
  }
  return { open };
}

/** Where the answer may get lost, that counts as if it were denied on the way there. */
function withBack(way: Way): Way {
  const { there, back } = way;
  if (there.kind === 'deny' || back.kind === 'allow') return way;
  const by: Decider = { ...back.by, name: `${back.by.name}, which the answer takes,` };
  const isFirst = there.kind === 'allow' || back.kind === 'deny';
  return isFirst ? { ...way, stage: 'route', there: { ...back, by } } : way;
}

function replyOf(cluster: ClusterPlacement, { pools, handed }: Way, pod: PodClass) {
  const link = subnetOfPod(cluster, pools[0], pod);
  if (link.kind !== 'found') return undefined;
  const { key } = link.target.subnet;
  const at = { kind: 'leaving-subnet', subnetKey: key, sender: podName(pod) } as const;
  return { at, flow: replyTo(handed) };
}

function verdictOf(
  network: Network,
  link: Link<SubnetPlacement>,
  direction: 'Inbound' | 'Outbound',
  flow: Flow,
): readonly Verdict[] {
  const verdict =
    link.kind === 'found' ? subnetVerdict(network, link.target, direction, flow) : undefined;
  return verdict === undefined ? [] : [verdict];
}

/** Whatever receives in the pool's subnet is the one node there. */
function isOneNode({ pools }: ClusterPlacement, pool: PoolPlacement): boolean {
  const own = pools.filter(
    ({ nodeSubnet, pool: { mode } }) =>
      mode !== 'Gateway' && subnetKey(nodeSubnet) === subnetKey(pool.nodeSubnet),
  );
  return (
    own.length === 1 && own.every(({ pool: { count, autoscaling } }) => count === 1 && !autoscaling)
  );
}

function groupsOf(
  pools: readonly PoolPlacement[],
): readonly (readonly [PoolPlacement, ...PoolPlacement[]])[] {
  const groups = new Map<string, [PoolPlacement, ...PoolPlacement[]]>();
  for (const pool of pools) {
    const key = [pool.nodeSubnet, pool.podSubnet].map(subnetKey).join(' ');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [pool]);
    else group.push(pool);
  }
  return [...groups.values()];
}

function subnetKey(link: Link<SubnetPlacement>): string {
  return link.kind === 'found' ? link.target.subnet.key : link.kind;
}
