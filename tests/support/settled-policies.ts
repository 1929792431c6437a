import type { Json } from './snapshot-of.ts';

/** Random policies without what the lab and the prover are known to read differently, each with the reason. */
export function settledPolicies(manifests: readonly Json[]): readonly Json[] {
  const hasAdmin = manifests.some(({ kind }) => ADMIN.includes(String(kind)));
  return manifests.map((manifest) => {
    if (manifest['kind'] === 'CiliumNetworkPolicy') return withoutForeignNamespace(manifest);
    return hasAdmin && manifest['kind'] === 'Tier' ? afterAdmin(manifest) : manifest;
  });
}

const ADMIN = ['AdminNetworkPolicy', 'ClusterNetworkPolicy'];

/** Cilium writes the policy's own namespace over a foreign one in its `endpointSelector`; the prover takes it to select nothing. */
function withoutForeignNamespace(manifest: Json): Json {
  const spec = manifest['spec'] as Json;
  const selector = spec['endpointSelector'] as Json | undefined;
  const labels = selector?.['matchLabels'] as Json | undefined;
  if (labels === undefined) return manifest;
  const { 'k8s:io.kubernetes.pod.namespace': _, ...matchLabels } = labels;
  return { ...manifest, spec: { ...spec, endpointSelector: { ...selector, matchLabels } } };
}

/** Calico's own tier for admin policies has order 1000; the prover judges them before every tier. */
function afterAdmin(manifest: Json): Json {
  const spec = manifest['spec'] as { readonly order: number };
  return { ...manifest, spec: { ...spec, order: spec.order + 1000 } };
}
