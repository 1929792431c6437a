import type { PodClass } from '../model/index.ts';
import type { ClusterPlacement } from '../network/index.ts';
import type { Branch } from './branch.ts';
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
      return { branch: sent, place: fromPodToPod(world, cluster, from, to, through) };
    }
    const branch = { ...sent, deliverTo: { cluster, pod: to, ...through } };
    return { branch, place: leavingPodToPod(world, cluster, pool, from, to, through) };
  }
  const isOverlay = cluster.addressing === 'overlay' || cluster.addressing === 'kubenet';
  if (own === cluster && isOverlay && !to.hostNetwork) {
    const inside = enteringPod(world, cluster, to, 'direct', 'some-node', 'no box on its way');
    return { branch: sent, place: inside };
  }
  const node = own === cluster ? { fromNode: true as const } : {};
  return { branch: { ...sent, deliverTo: { cluster, pod: to, ...node, ...through } }, place };
}
