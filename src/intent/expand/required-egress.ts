import type { RequiredEgress } from '../../facts/index.ts';
import type { ClusterPlan, Plan } from '../plan.ts';
import type { AddOn } from '../schema/cluster.ts';

/**
 * What this cluster must reach beyond the names behind the FQDN tag `AzureKubernetesService`. Rules are the tag and the names
 * of add-ons, written out (aks 5.2): the tag follows Microsoft, names that are not in it, or disputed, stand beside it.
 */
export function requiredBesideTag(
  plan: Plan,
  cluster: ClusterPlan,
  entries: readonly RequiredEgress[],
): readonly RequiredEgress[] {
  const tokens = tokensOf(cluster);
  return entries.flatMap((entry): readonly RequiredEgress[] => {
    if (!entry.scope.some((token) => tokens.has(token))) return [];
    if (entry.exclude.some((token) => tokens.has(token))) return [];
    if (entry.layer !== 'application' || entry.direction !== 'outbound') return [];
    // `observed`: images came from there although no page says so.
    const isWanted =
      entry.required || entry.status === 'recommended' || entry.status === 'observed';
    if (!isWanted || entry.inFqdnTag === 'documented' || entry.fqdn === undefined) return [];
    const fqdn = entry.fqdn.replaceAll('{location}', plan.location);
    return fqdn.includes('{') ? [] : [{ ...entry, fqdn }];
  });
}

const TOKENS_OF_ADD_ONS: Readonly<Record<AddOn, readonly string[]>> = {
  'azure-policy': ['addon-azure-policy'],
  'container-insights': ['addon-azure-monitor'],
  'cost-analysis': ['addon-cost-analysis'],
  defender: ['addon-defender'],
  flux: ['extension', 'extension-flux'],
  'key-vault': ['addon-keyvault-csi'],
  'managed-prometheus': ['addon-azure-monitor'],
  'workload-identity': ['addon-workload-identity'],
};

/** Scope tokens as aks 5 computes them, from the plan. */
function tokensOf(cluster: ClusterPlan): ReadonlySet<string> {
  const has = (os: string): boolean => cluster.pools.some((pool) => pool.os.startsWith(os));
  return new Set([
    'all',
    'konnectivity',
    cluster.isPrivate ? 'private-cluster' : 'public-api-server',
    ...(cluster.vnetIntegration ? ['apiserver-vnet-integration'] : []),
    ...(cluster.outbound === 'none' ? ['network-isolated'] : []),
    ...(has('Ubuntu') ? ['linux-ubuntu'] : []),
    ...(has('Windows') ? ['windows-nodepool'] : []),
    ...(cluster.pools.some(({ size }) => /^Standard_N/i.test(size)) ? ['gpu-nodepool'] : []),
    ...[...cluster.addOns].flatMap((addOn) => TOKENS_OF_ADD_ONS[addOn]),
  ]);
}
