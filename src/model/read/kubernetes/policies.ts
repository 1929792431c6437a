import type { KubernetesObject } from '../../snapshot.ts';

const CALICO: ReadonlySet<string> = new Set([
  'NetworkPolicy',
  'GlobalNetworkPolicy',
  'NetworkSet',
  'GlobalNetworkSet',
  'Tier',
  'StagedNetworkPolicy',
  'StagedGlobalNetworkPolicy',
  'StagedKubernetesNetworkPolicy',
  'HostEndpoint',
]);

/** What Cilium writes itself about what runs: it decides nothing. */
const CILIUM_STATUS: ReadonlySet<string> = new Set([
  'CiliumEndpoint',
  'CiliumEndpointSlice',
  'CiliumIdentity',
  'CiliumNode',
]);

/** Objects that `semantics/network-policy` reads: they say which flows of which pods pass. */
export function isPolicy({ apiVersion, kind }: KubernetesObject): boolean {
  const slash = apiVersion.indexOf('/');
  switch (slash < 0 ? '' : apiVersion.slice(0, slash)) {
    case 'networking.k8s.io':
    case 'extensions':
      return kind === 'NetworkPolicy';
    case 'policy.networking.k8s.io':
      return true;
    case 'projectcalico.org':
    case 'crd.projectcalico.org':
      return CALICO.has(kind);
    case 'cilium.io':
      return !CILIUM_STATUS.has(kind);
    default:
      return false;
  }
}
