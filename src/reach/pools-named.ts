import type { ClusterPlacement, Network, PoolPlacement } from '../network/index.ts';
import { nodeEndpoint } from '../trace/index.ts';
import type { Found } from './origins.ts';
import type { Selector } from './selector.ts';

/** A pool that a question names. */
export interface NamedPool {
  readonly cluster: ClusterPlacement;
  readonly pool: PoolPlacement;
  /** `nodes of pool user`; with the cluster where the input holds several. */
  readonly label: string;
  /** As `trace` takes it. */
  readonly spelling: string;
}

/** A name that two clusters use is refused, as `trace` does: which of them is meant decides the answer. */
export function poolsNamed(
  network: Network,
  { cluster: home, pool: wanted, text }: Selector & { kind: 'nodes' },
): Found<NamedPool> {
  const isSame = (a: string, b: string | undefined) =>
    b === undefined || a.toLowerCase() === b.toLowerCase();
  const all = network.clusters.flatMap((cluster) =>
    cluster.pools.map((pool): NamedPool => {
      const of = network.clusters.length > 1 ? ` of ${cluster.name}` : '';
      const label = `nodes of pool ${pool.pool.name}${of}`;
      return { cluster, pool, label, spelling: nodeEndpoint(network, cluster, pool) };
    }),
  );
  const found = all.filter(
    ({ cluster, pool }) => isSame(cluster.name, home) && isSame(pool.pool.name, wanted),
  );
  const spellings = (pools: readonly NamedPool[]) =>
    pools.map(({ spelling }) => spelling).join(', ');
  if (found.length === 0) {
    const message = `no node pool of the input is \`${text}\``;
    return { kind: 'problem', message, hint: spellings(all) || 'add the cluster' };
  }
  const isAmbiguous = new Set(found.map(({ cluster }) => cluster)).size > 1;
  return wanted !== undefined && home === undefined && isAmbiguous
    ? {
        kind: 'problem',
        message: `\`${text}\` is a pool of several clusters`,
        hint: spellings(found),
      }
    : { kind: 'found', found };
}
