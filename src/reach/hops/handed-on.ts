import { type FlowRule, needing } from '../../flows/index.ts';
import type { PodClass } from '../../model/index.ts';
import { type AddressSet, ALL_IPV4 } from '../../net/index.ts';
import {
  type ClusterPlacement,
  type Link,
  type PoolPlacement,
  type SubnetPlacement,
  subnetOfPod,
} from '../../network/index.ts';
import { isDirect } from '../../semantics/routes/effective-route.ts';
import { type RouteRule, routeRules } from '../../semantics/routes/symbolic.ts';
import type { Decider } from '../../semantics/verdict.ts';
import { isUnknown } from '../../values/index.ts';
import { type Branch, provided, type Step } from '../branch.ts';
import { fittingPools } from '../fitting-pools.ts';
import type { End } from '../header.ts';
import { toldOnce, type World } from '../world.ts';
import { assuming, concerning, subnetKeyOf, unlessOnOneNode } from './between-nodes.ts';
import { filters } from './filter.ts';
import { endOfNode, endOfPod } from './leaving-node.ts';
import { nsgOf } from './leaving-subnet.ts';

type Rules = readonly FlowRule<'allow' | 'deny', Decider>[];
type Lists = Parameters<typeof filters>[1];

/** What becomes of flows that a node hands on to a pod of any node. */
export interface HandedOn {
  readonly passed: readonly Branch[];
  /** Those that arrive and whose answers a route of the pod's subnet takes away. */
  readonly lost: readonly { readonly branch: Branch; readonly by: Decider }[];
  readonly stopped: readonly Step[];
}

/**
 * Under `externalTrafficPolicy: Cluster` the node that receives hands on to a pod of any node, under its own address (AKS-75). A pod with an
 * address of the network, its own or that of its node, is reached as anything else there: the group and the routes of the node's
 * subnet, then the group of the pod's; the answer takes the routes of the pod's. On one node none of them looks (AKS-61).
 * @param pool of the subnet whose nodes receive
 * @param branch as kube-proxy leaves it, with the client as its source still
 */
export function handedOn(
  world: World,
  cluster: ClusterPlacement,
  pool: PoolPlacement,
  pod: PodClass,
  branch: Branch,
): HandedOn {
  const source = endOfNode(world, cluster, pool);
  const groups = groupsOf(fittingPools(cluster, pod));
  const told = assuming(
    branch,
    groups
      .filter(([first]) => subnetOfPod(cluster, first, pod).kind !== 'found')
      .map(([first]) => first),
  );
  const ways = groups.map(([receiver]) => {
    const destination = endOfPod(world, cluster, receiver, pod);
    return {
      destination,
      ...listsOf(world, cluster, { pool, source }, { receiver, pod, destination }),
    };
  });
  if (ways.every(({ there, back }) => there.length + back.length === 0)) {
    return { passed: [told], lost: [], stopped: [] };
  }
  const which = { missing: `which node pool ${pod.namespace}/${pod.name} runs on`, at: pod.at };
  const part = ways.length > 1 ? provided(told, which) : told;
  const restored = (each: Branch): Branch => ({ ...each, header: branch.header });
  const all = ways.map(({ destination, there, back }) => {
    const { passed, stopped } = filters(headed(part, source, destination), there);
    const answers = passed.map((each) => filters(headed(each, destination, source), back));
    return {
      passed: answers.flatMap((each) => each.passed).map(restored),
      lost: answers
        .flatMap((each) => each.stopped)
        .flatMap(lostBy)
        .map(({ branch: each, by }) => ({
          branch: restored(each),
          by,
        })),
      stopped,
    };
  });
  return {
    passed: all.flatMap(({ passed }) => passed),
    lost: all.flatMap(({ lost }) => lost),
    stopped: all.flatMap(({ stopped }) => stopped),
  };
}

function headed(branch: Branch, source: End, destination: End): Branch {
  return { ...branch, header: { ...branch.header, source, destination } };
}

function lostBy(step: Step): readonly { readonly branch: Branch; readonly by: Decider }[] {
  if (step.kind !== 'ended' || step.ended.ending.kind !== 'denied') return [];
  return [{ branch: step.ended.branch, by: step.ended.ending.by }];
}

/** What groups and routes may keep from the pod, and from the node that waits for the answer. Empty: nothing. */
function listsOf(
  world: World,
  cluster: ClusterPlacement,
  { pool, source }: { readonly pool: PoolPlacement; readonly source: End },
  to: { readonly receiver: PoolPlacement; readonly pod: PodClass; readonly destination: End },
): { readonly there: Lists; readonly back: Lists } {
  const { receiver, pod, destination } = to;
  const isSame = subnetKeyOf(receiver) === subnetKeyOf(pool);
  if (isSame && isOneNode(cluster, pool)) return { there: [], back: [] };
  const key = `handed on in ${cluster.name} ${subnetKeyOf(pool)} ${receiver.pool.key} ${pod.kind} ${pod.namespace}/${pod.name}`;
  const [from, at] = [addressesOf(source), addressesOf(destination)];
  const inbound = subnetOfPod(cluster, receiver, pod);
  const told = (rules: Rules) => (isSame ? unlessOnOneNode(rules) : rules);
  const there = toldOnce(world, key, () => [
    ...listOf(
      pool.nodeSubnet,
      'nsg',
      (one) => concerning(nsgOf(world, one, 'Outbound'), from, at),
      told,
    ),
    ...listOf(pool.nodeSubnet, 'route', (one) => direct(world, one, at), told),
    ...listOf(inbound, 'nsg', (one) => concerning(nsgOf(world, one, 'Inbound'), from, at), told),
  ]);
  const back = toldOnce(world, `${key}, answers`, () =>
    listOf(inbound, 'route', (one) => direct(world, one, from), told),
  );
  return { there, back };
}

function listOf(
  link: Link<SubnetPlacement>,
  stage: 'nsg' | 'route',
  rulesOf: (subnetKey: string) => Rules,
  told: (rules: Rules) => Rules,
): Lists {
  if (link.kind !== 'found') return [];
  const { key, name } = link.target.subnet;
  const rules = rulesOf(key);
  if (rules.every(({ effect }) => effect === 'allow')) return [];
  return [{ rules: told(rules), box: { box: 'subnet', name, stage } }];
}

/**
 * Routes as a filter: what leads straight to a node or a pod passes, what leads nowhere does not, and nothing says that an appliance or
 * a gateway carries what a node hands on.
 */
function direct(world: World, subnetKey: string, to: AddressSet): Rules {
  const rules = toldOnce(world, `routes ${subnetKey}`, () => routeRules(world.network, subnetKey));
  return concerning(rules.flatMap(carrying), ALL_IPV4, to);
}

function carrying({ region, effect, by }: RouteRule): Rules {
  // The address of a host service or a private endpoint is no node's and no pod's.
  if (effect === 'platform' || effect.nextHopType === 'InterfaceEndpoint') return [];
  if (isDirect(effect)) return [{ region, effect: 'allow', by }];
  const { nextHopType, at } = effect;
  if (nextHopType === 'None') return [{ region, effect: 'deny', by }];
  const unsaid = `whether ${by.name} carries what a node hands on to a pod of another node`;
  const fact = isUnknown(nextHopType) ? nextHopType : { missing: unsaid, at };
  const need = { missing: fact.missing, ...(fact.at === undefined ? {} : { at: fact.at }) };
  return [
    { region: needing(region, [need]), effect: 'allow', by },
    { region, effect: 'deny', by },
  ];
}

function addressesOf(end: End): AddressSet {
  return end.kind === 'one-of' ? end.addresses : ALL_IPV4;
}

/** Whatever receives in the pool's subnet is the one node there. */
function isOneNode({ pools }: ClusterPlacement, pool: PoolPlacement): boolean {
  const own = pools.filter(
    (one) => one.pool.mode !== 'Gateway' && subnetKeyOf(one) === subnetKeyOf(pool),
  );
  return (
    own.length === 1 && own.every(({ pool: { count, autoscaling } }) => count === 1 && !autoscaling)
  );
}

/** Pools whose nodes and pods are in the same subnets. */
function groupsOf(
  pools: readonly PoolPlacement[],
): readonly (readonly [PoolPlacement, ...PoolPlacement[]])[] {
  const groups = new Map<string, [PoolPlacement, ...PoolPlacement[]]>();
  for (const pool of pools) {
    const { podSubnet } = pool;
    const own = podSubnet.kind === 'found' ? podSubnet.target.subnet.key : podSubnet.kind;
    const key = `${subnetKeyOf(pool)} ${own}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [pool]);
    else group.push(pool);
  }
  return [...groups.values()];
}
