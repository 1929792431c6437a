import type { PodClass } from '../model/index.ts';
import type { ClusterPlacement, PoolPlacement } from '../network/index.ts';
import type { End } from './header.ts';
import { endOfPod } from './hops/leaving-node.ts';
import { poolsFor } from './origins.ts';
import type { World } from './world.ts';

/** Where a workload may be reached: one place per pool it may run on where pods have addresses of the network, else one. */
export function placesOfPod(
  world: World,
  cluster: ClusterPlacement,
  pod: PodClass,
): readonly { readonly end: End; readonly pool?: PoolPlacement; readonly isOnly: boolean }[] {
  const isFlat = cluster.addressing === 'node-subnet' || cluster.addressing === 'pod-subnet';
  const pools = isFlat || pod.hostNetwork ? poolsFor(cluster, pod) : [];
  const isOnly = pools.length < 2 || pod.address !== undefined;
  return (isOnly ? [pools[0]] : pools).map((pool) => ({
    end: endOfPod(world, cluster, pool, pod),
    isOnly,
    ...(pool === undefined ? {} : { pool }),
  }));
}
