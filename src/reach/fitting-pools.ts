import type { PodClass } from '../model/index.ts';
import type { ClusterPlacement, PoolPlacement } from '../network/index.ts';

/** Every pool a pod may be scheduled to, by operating system and the labels AKS itself sets. */
export function fittingPools(cluster: ClusterPlacement, pod: PodClass): readonly PoolPlacement[] {
  return cluster.pools.filter(({ pool }) => {
    const { name, mode, osType, labels } = pool;
    if (mode === 'Gateway' || (pod.os !== undefined && pod.os !== osType.toLowerCase())) {
      return false;
    }
    const known: Readonly<Record<string, string | undefined>> = {
      ...labels,
      agentpool: name,
      'kubernetes.azure.com/agentpool': name,
      'kubernetes.azure.com/mode': mode?.toLowerCase(),
      'kubernetes.io/os': osType.toLowerCase(),
    };
    // A label nobody wrote may still be on the nodes: only a contradiction excludes a pool.
    return Object.entries(pod.nodeSelector).every(
      ([key, value]) => known[key] === undefined || known[key] === value,
    );
  });
}
