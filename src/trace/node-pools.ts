import type { ClusterPlacement, Network, PoolPlacement } from '../network/index.ts';
import type { Endpoint } from './endpoint.ts';
import { type Placement, problem } from './placement.ts';

/** A pool and the cluster it is of. */
export interface FoundPool {
  readonly cluster: ClusterPlacement;
  readonly pool: PoolPlacement;
  /** `node of pool user`; with its cluster where the input holds several. */
  readonly label: string;
}

/**
 * The pools that `node:POOL`, `node:CLUSTER/POOL` or `node` names. A name that two clusters use is refused: which of
 * them is meant decides the answer.
 */
export function findPools(
  network: Network,
  endpoint: Endpoint & { kind: 'node' },
): Placement<FoundPool> {
  const { pool: wanted, cluster: home } = endpoint;
  const all = network.clusters.flatMap((cluster) =>
    cluster.pools.map((pool): FoundPool => {
      const of = network.clusters.length > 1 ? ` of ${cluster.name}` : '';
      return { cluster, pool, label: `node of pool ${pool.pool.name}${of}` };
    }),
  );
  const found = all.filter(
    ({ cluster, pool }) =>
      (wanted === undefined || pool.pool.name.toLowerCase() === wanted.toLowerCase()) &&
      (home === undefined || cluster.name.toLowerCase() === home.toLowerCase()),
  );
  const clusters = new Set(found.map(({ cluster }) => cluster));
  if (wanted !== undefined && home === undefined && clusters.size > 1) {
    return problem(`\`node:${wanted}\` is a pool of several clusters`, found.map(longSpelling));
  }
  if (found.length > 0) return { kind: 'found', found };
  const names = all.map(({ cluster, pool }) => nodeEndpoint(network, cluster, pool));
  if (wanted === undefined) return problem('no cluster in the input has a node pool', names);
  const asked = home === undefined ? wanted : `${home}/${wanted}`;
  return problem(`no node pool is named \`${asked}\``, names);
}

/** How a question names the nodes of a pool: `node:POOL`, with the cluster where another one has such a pool. */
export function nodeEndpoint(
  network: Network,
  cluster: ClusterPlacement,
  pool: PoolPlacement,
): string {
  const isShared = network.clusters.some(
    (other) => other !== cluster && other.pools.some((one) => one.pool.name === pool.pool.name),
  );
  return isShared ? longSpelling({ cluster, pool }) : `node:${pool.pool.name}`;
}

function longSpelling({ cluster, pool }: Pick<FoundPool, 'cluster' | 'pool'>): string {
  return `node:${cluster.name}/${pool.pool.name}`;
}
