import { homeOfObjects, type Network } from '../../../network/index.ts';
import type { NodeSeat, NodesContext, NodesPart } from '../node-seat.ts';
import { hostNames } from './host-names.ts';
import { planCluster } from './plan-cluster.ts';

/**
 * Nodes from the inside: pods, Services, masquerading and network policy, each as the kernel of the node does it. Kubernetes objects run
 * on the nodes of the cluster they belong to; nodes of other clusters stand empty.
 */
export function planNodes(
  network: Network,
  seats: readonly NodeSeat[],
  context: NodesContext,
): NodesPart {
  const nameOf = hostNames(context.taken);
  const home = homeOfObjects(network);
  const clusters = [...new Set(seats.map(({ cluster }) => cluster))];
  const parts = clusters.map((cluster) => {
    const own = seats.filter((seat) => seat.cluster === cluster);
    const objects = cluster === home ? network.perimeter.kubernetes : undefined;
    return planCluster({ network, cluster, seats: own, objects, context, nameOf });
  });
  return {
    hosts: parts.flatMap(({ hosts }) => hosts),
    links: parts.flatMap(({ links }) => links),
    ends: parts.flatMap(({ ends }) => ends),
    processes: parts.flatMap(({ processes }) => processes),
    files: parts.flatMap(({ files }) => files),
    gaps: parts.flatMap(({ gaps }) => gaps),
    simplifications: [...new Set(parts.flatMap(({ simplifications }) => simplifications))],
    podRoutes: parts.flatMap(({ podRoutes }) => podRoutes),
    frontendRoutes: parts.flatMap(({ frontendRoutes }) => frontendRoutes),
  };
}
