import type { ClusterPlacement, Network } from '../network/index.ts';

/**
 * The cluster that the Kubernetes objects of the input belong to: the only one, or the nameless placement that stands
 * for objects whose cluster is not known.
 */
export function clusterOfObjects(network: Network): ClusterPlacement | undefined {
  const { clusters } = network;
  return clusters.length === 1 ? clusters[0] : clusters.find((one) => one.cluster === undefined);
}
