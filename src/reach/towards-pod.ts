import type { PodClass } from '../model/index.ts';
import type { ClusterPlacement, PoolPlacement } from '../network/index.ts';
import { type Branch, goesOn, type Place } from './branch.ts';
import { betweenNodes, hasOverlay, isUnplaced } from './hops/between-nodes.ts';
import { enteringPod, fromPodToPod } from './hops/entering-pod.ts';
import { leavingPodToPod } from './hops/leaving-pod.ts';
import { onOneNodeOrTwo } from './hops/one-node.ts';
import type { Origin } from './origins.ts';
import type { Start } from './run.ts';
import type { World } from './world.ts';

/**
 * Flows to a pod set out. Pods of overlay clusters reach each other, and are reached by their nodes, inside the cluster network.
 * @param throughService the sender called a Service, so the pod may be the sender itself (K8P-15)
 */
export function towardsPod(
  world: World,
  { pod: from, pool, cluster: own, place }: Pick<Origin, 'pod' | 'pool' | 'cluster' | 'place'>,
  sent: Branch,
  cluster: ClusterPlacement,
  to: PodClass,
  throughService = false,
): Start {
  const isFlat = cluster.addressing === 'node-subnet' || cluster.addressing === 'pod-subnet';
  const through = throughService ? ({ throughService: true } as const) : {};
  if (own === cluster && from !== undefined) {
    // A host-network pod that sends is a node, which the overlay carries as well (AKS-60).
    const mayStay = !to.hostNetwork && (!from.hostNetwork || hasOverlay(cluster));
    const isBetweenPods = pool === undefined || mayStay;
    if (from === to || isUnplaced(cluster, pool) || (!isFlat && isBetweenPods)) {
      return { branch: sent, place: fromPodToPod(world, cluster, from, to, through, pool) };
    }
    const branch = { ...sent, deliverTo: { cluster, pod: to, ...through } };
    const across = { branch, place: leavingPodToPod(world, cluster, pool, from, to, through) };
    const inside = fromPodToPod(world, cluster, from, to, through);
    return onOneNodeOrTwo(world, cluster, { pool, pod: from }, to, sent, { inside, across });
  }
  const isInside = isUnplaced(cluster, pool) || (hasOverlay(cluster) && !to.hostNetwork);
  if (own === cluster && isInside) {
    const inside = enteringPod(world, cluster, to, 'direct', 'some-node', 'no box on its way');
    return {
      branch: sent,
      place: pool === undefined ? inside : fromNode(world, cluster, pool, to, inside),
    };
  }
  const node = own === cluster ? { fromNode: true as const } : {};
  const branch = { ...sent, deliverTo: { cluster, pod: to, ...node, ...through } };
  const across = { branch, place };
  if (own !== cluster) return across;
  const inside = enteringPod(world, cluster, to, 'direct', 'own-node', 'no box on its way');
  return onOneNodeOrTwo(world, cluster, { pool, pod: undefined }, to, sent, { inside, across });
}

/** A node of a pool sends to a pod: security groups, should the pod be on another node. */
function fromNode(
  world: World,
  cluster: ClusterPlacement,
  pool: PoolPlacement,
  to: PodClass,
  inside: Place,
): Place {
  return {
    key: `node to pod ${pool.pool.key} ${to.kind} ${to.namespace}/${to.name}`,
    visit: (branch) => {
      const { passed, stopped } = betweenNodes(world, cluster, { pool }, to, branch);
      return [...stopped, ...passed.map((each) => goesOn(each, inside))];
    },
  };
}
