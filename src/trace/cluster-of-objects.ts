import { type ClusterPlacement, homeOfObjects, type Network } from '../network/index.ts';

/**
 * The cluster that the Kubernetes objects of the input belong to: the only one, the one whose view this is, or the nameless
 * placement that stands for objects whose cluster is not known.
 */
export function clusterOfObjects(network: Network): ClusterPlacement | undefined {
  return homeOfObjects(network);
}
