import type { FlowRule } from '../../flows/index.ts';
import type { PodClass } from '../../model/index.ts';
import type { ClusterPlacement, PoolPlacement } from '../../network/index.ts';
import { podClasses } from '../../semantics/network-policy/symbolic/pod-classes.ts';
import { egressBetween, egressRules } from '../../semantics/network-policy/symbolic/pod-rules.ts';
import type { Decider } from '../../semantics/verdict.ts';
import { goesOn, type Place } from '../branch.ts';
import { policyView, toldOnce, type World } from '../world.ts';
import type { Through } from './entering-pod.ts';
import { filter } from './filter.ts';
import { leavingNode } from './leaving-node.ts';

/** A pod sends to something that is no pod of its cluster: its egress policies look first, then its node. */
export function leavingPod(
  world: World,
  cluster: ClusterPlacement,
  pool: PoolPlacement | undefined,
  pod: PodClass,
): Place {
  const name = `${pod.namespace}/${pod.name}`;
  return {
    key: `pod ${pod.kind} ${name}`,
    visit: (branch) => {
      const { passed, stopped } = filter(branch, egressOf(world, cluster, pod), {
        box: 'pod',
        name,
        stage: 'egress policy',
      });
      const node = leavingNode(world, cluster, pool, pod);
      return [...stopped, ...passed.map((each) => goesOn(each, node))];
    },
  };
}

/** What a pod's own policies say of flows that leave it, whatever stands at the other end. */
export function egressOf(
  world: World,
  cluster: ClusterPlacement,
  pod: PodClass,
): readonly FlowRule<'allow' | 'deny', Decider>[] {
  return toldOnce(world, `egress ${cluster.name} ${pod.kind} ${pod.namespace}/${pod.name}`, () => {
    const view = policyView(world, cluster);
    // Pods that no selector tells apart are told once; a live one may know its own node.
    const id = pod.nodeName === undefined ? podClasses(view).classOf(pod) : -1;
    if (id < 0) return egressRules(view, pod);
    let byClass = classes.get(world);
    byClass ??= new Map();
    classes.set(world, byClass);
    const key = `${cluster.name} ${id} ${pod.hostNetwork}`;
    const known = byClass.get(key) ?? egressRules(view, pod);
    byClass.set(key, known);
    return known;
  });
}

const classes = new WeakMap<World, Map<string, ReturnType<typeof egressRules>>>();

/** A pod sends to a pod by the network: its egress policies look at the receiving pod, then its node. */
export function leavingPodToPod(
  world: World,
  cluster: ClusterPlacement,
  pool: PoolPlacement | undefined,
  from: PodClass,
  to: PodClass,
  through: Through = {},
): Place {
  const name = `${from.namespace}/${from.name}`;
  return {
    key: `pod ${from.kind} ${name}`,
    visit: (branch) => {
      const key = `egress policy ${from.kind} ${name} ${to.kind} ${to.namespace}/${to.name} ${through.throughService === true}`;
      const rules = toldOnce(world, key, () =>
        egressBetween(policyView(world, cluster), from, to, through),
      );
      const { passed, stopped } = filter(branch, rules, {
        box: 'pod',
        name,
        stage: 'egress policy',
      });
      const node = leavingNode(world, cluster, pool, from);
      return [...stopped, ...passed.map((each) => goesOn(each, node))];
    },
  };
}
