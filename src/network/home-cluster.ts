import type { Perimeter } from '../model/index.ts';
import type { ClusterPlacement, Network } from './network.ts';

/**
 * The cluster that the Kubernetes objects belong to: the one whose view this is, else the only one, else the nameless placement that
 * stands for objects whose cluster is not known.
 */
export function homeOfObjects({ clusters, perimeter }: Network): ClusterPlacement | undefined {
  return homeAmong(clusters, perimeter);
}

export function homeAmong(
  clusters: readonly ClusterPlacement[],
  { snapshot }: Perimeter,
): ClusterPlacement | undefined {
  if (snapshot.home !== undefined) {
    return clusters.find(({ cluster }) => cluster?.key === snapshot.home);
  }
  return clusters.length === 1 ? clusters[0] : clusters.find((one) => one.cluster === undefined);
}

/** Another cluster than the one whose view this is: its pods and policies are asked about in its own. */
export function isElsewhere(network: Network, placed: ClusterPlacement): boolean {
  return network.perimeter.snapshot.home !== undefined && placed !== homeOfObjects(network);
}
