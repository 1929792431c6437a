import type { ClusterPlacement, PoolPlacement, SubnetPlacement } from '../../../network/index.ts';
import type { CheckContext, Profile } from '../finding.ts';

/** Is the profile none of these? What a check asks may make no sense for them (aks.md X1). */
export const notFor =
  (...profiles: readonly Profile[]) =>
  (context: CheckContext): boolean =>
    !profiles.includes(context.profile);

export const production = notFor('dev', 'ephemeral');

export type PoolOfCluster = PoolPlacement & { readonly of: ClusterPlacement };

/** Placements of real cluster resources. */
export function managed(context: CheckContext): readonly ClusterPlacement[] {
  return context.network.clusters.filter(
    ({ cluster }) => cluster !== undefined && cluster.isReference !== true,
  );
}

export function poolsOf(context: CheckContext): readonly PoolOfCluster[] {
  return managed(context).flatMap((of) => of.pools.map((pool) => ({ ...pool, of })));
}

/** Node and pod subnets of managed clusters that are in the input, each once. */
export function clusterSubnets(context: CheckContext): readonly SubnetPlacement[] {
  const subnets = new Map<string, SubnetPlacement>();
  for (const { nodeSubnet, podSubnet } of poolsOf(context)) {
    for (const link of [nodeSubnet, podSubnet]) {
      if (link.kind === 'found') subnets.set(link.target.subnet.key, link.target);
    }
  }
  return [...subnets.values()];
}
