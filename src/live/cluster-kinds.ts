/** A kind as `kubectl api-resources -o name` lists it: `networkpolicies.networking.k8s.io`; without a group the name alone. */
export interface ClusterKind {
  readonly resource: string;
  /** A perimeter cannot be told without it; others are extensions that a cluster may not have. */
  readonly isBuiltIn: boolean;
}

/** Of Kubernetes itself. Secrets are not among them, and ConfigMaps are asked for by name. */
const BUILT_IN: readonly string[] = [
  'namespaces',
  'nodes',
  'pods',
  'services',
  'endpoints',
  'replicationcontrollers',
  'deployments.apps',
  'statefulsets.apps',
  'daemonsets.apps',
  'replicasets.apps',
  'jobs.batch',
  'cronjobs.batch',
  'endpointslices.discovery.k8s.io',
  'ingresses.networking.k8s.io',
  'ingressclasses.networking.k8s.io',
  'networkpolicies.networking.k8s.io',
  'rolebindings.rbac.authorization.k8s.io',
  'clusterrolebindings.rbac.authorization.k8s.io',
];

/** Policies, gateways, and what changes answers without being modelled: asked for where the cluster has them. */
const EXTENSIONS: readonly RegExp[] = [
  /^(?:gatewayclasses|gateways|httproutes|grpcroutes|tlsroutes|tcproutes|udproutes|referencegrants)\.gateway\.networking\.k8s\.io$/,
  /^(?:adminnetworkpolicies|baselineadminnetworkpolicies|clusternetworkpolicies)\.policy\.networking\.k8s\.io$/,
  /^(?:networkpolicies|globalnetworkpolicies|networksets|globalnetworksets|tiers|stagednetworkpolicies|stagedglobalnetworkpolicies|stagedkubernetesnetworkpolicies|hostendpoints)\.(?:crd\.)?projectcalico\.org$/,
  /^cilium(?!endpoint|identit|node)[a-z]+\.cilium\.io$/,
  /^[a-z]+\.(?:security|networking)\.istio\.io$/,
  /^[a-z]+\.policy\.linkerd\.io$/,
  /^[a-z]+\.egressgateway\.kubernetes\.azure\.com$/,
  /^(?:nodepools\.karpenter\.sh|aksnodeclasses\.karpenter\.azure\.com)$/,
  /^[a-z]+\.alb\.networking\.azure\.io$/,
];

/** In `kube-system`, by name: others may hold anything (aks 2, 9). */
export const CONFIG_MAPS: readonly string[] = [
  'coredns-custom',
  'azure-ip-masq-agent-config',
  'azure-ip-masq-agent-config-reconciled',
];

/**
 * What to ask a cluster for that offers these; all that is built in when it does not say what it offers. Calico offers its policies twice where its
 * own API server runs: then only there, since both are the same objects.
 */
export function wantedKinds(offered: readonly string[] | undefined): readonly ClusterKind[] {
  const builtIn = BUILT_IN.map((resource) => ({ resource, isBuiltIn: true }));
  if (offered === undefined) return builtIn;
  const all = new Set(offered);
  const isTwice = (resource: string) =>
    all.has(resource.replace('.crd.projectcalico.org', '.projectcalico.org'));
  const extensions = [...all]
    .filter((resource) => EXTENSIONS.some((pattern) => pattern.test(resource)))
    .filter((resource) => !resource.endsWith('.crd.projectcalico.org') || !isTwice(resource))
    .sort()
    .map((resource) => ({ resource, isBuiltIn: false }));
  return [...builtIn, ...extensions];
}
