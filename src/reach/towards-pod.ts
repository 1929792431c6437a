import type { PodClass } from '../model/index.ts';
import type { ClusterPlacement, PoolPlacement } from '../network/index.ts';
import { type Branch, goesOn, type Place } from './branch.ts';
import { betweenNodes, hasOverlay } from './hops/between-nodes.ts';
import { enteringPod, fromPodToPod } from './hops/entering-pod.ts';
import { leavingPodToPod } from './hops/leaving-pod.ts';
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
    const isBetweenPods = pool === undefined || (!to.hostNetwork && !from.hostNetwork);
    if (from === to || (!isFlat && isBetweenPods)) {
      return { branch: sent, place: fromPodToPod(world, cluster, from, to, through, pool) };
    }
    const branch = { ...sent, deliverTo: { cluster, pod: to, ...through } };
    return { branch, place: leavingPodToPod(world, cluster, pool, from, to, through) };
  }
  if (own === cluster && hasOverlay(cluster) && !to.hostNetwork) {
    const inside = enteringPod(world, cluster, to, 'direct', 'some-node', 'no box on its way');
    return {
      branch: sent,
      place: pool === undefined ? inside : fromNode(world, cluster, pool, to, inside),
    };
  }
  const node = own === cluster ? { fromNode: true as const } : {};
  return { branch: { ...sent, deliverTo: { cluster, pod: to, ...node, ...through } }, place };
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
