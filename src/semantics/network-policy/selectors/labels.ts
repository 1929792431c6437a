import type { ClusterObjects, Labels, Namespace, PodClass } from '../../../model/index.ts';
import type { LabelLookup, LabelValue } from './label-selector.ts';

/** The label every namespace carries (K8P-10). */
export const NAMESPACE_NAME_LABEL = 'kubernetes.io/metadata.name';

const CILIUM_NAMESPACE = 'io.kubernetes.pod.namespace';
const CILIUM_NAMESPACE_LABELS = 'io.cilium.k8s.namespace.labels.';

export function podLabels(pod: PodClass): LabelLookup {
  return (key) => labelOf(pod.labels, key);
}

/**
 * Labels of a namespace by name. Of a namespace that nobody declared only the name label is known (K8P-10);
 * every other key is a missing fact, not an absent label.
 */
export function namespaceLabels(objects: ClusterObjects, name: string): LabelLookup {
  const namespace = objects.namespaces.get(name);
  return (key) => namespaceLabel(namespace, name, key);
}

/** Labels of a pod as Cilium's identities spell them: its own, and those of its namespace behind a prefix. */
export function ciliumLabels(objects: ClusterObjects, pod: PodClass): LabelLookup {
  const ofNamespace = namespaceLabels(objects, pod.namespace);
  return (key) => {
    if (key === CILIUM_NAMESPACE) return pod.namespace;
    if (key.startsWith(CILIUM_NAMESPACE_LABELS)) {
      return ofNamespace(key.slice(CILIUM_NAMESPACE_LABELS.length));
    }
    if (key === 'io.cilium.k8s.policy.serviceaccount') return pod.serviceAccount;
    if (key === 'io.cilium.k8s.policy.cluster') return { missing: 'the cluster name Cilium uses' };
    return labelOf(pod.labels, key);
  };
}

/** Labels of a pod as Calico's selectors see them. */
export function calicoPodLabels(pod: PodClass): LabelLookup {
  return (key) => {
    if (key === 'projectcalico.org/namespace') return pod.namespace;
    if (key === 'projectcalico.org/orchestrator') return 'k8s';
    if (key === 'projectcalico.org/serviceaccount') return pod.serviceAccount;
    return labelOf(pod.labels, key);
  };
}

/** Labels of a namespace as Calico's selectors see them. */
export function calicoNamespaceLabels(objects: ClusterObjects, name: string): LabelLookup {
  const lookup = namespaceLabels(objects, name);
  return (key) => (key === 'projectcalico.org/name' ? name : lookup(key));
}

/** Service accounts are not in the input: only their name is known. */
export function serviceAccountLabels(pod: PodClass): LabelLookup {
  return (key) =>
    key === 'projectcalico.org/name'
      ? pod.serviceAccount
      : { missing: `labels of service account \`${pod.namespace}/${pod.serviceAccount}\`` };
}

/** Does a Cilium selector name a namespace, so that it may leave the policy's own (K8P-42)? */
export function isCiliumNamespaceKey(key: string): boolean {
  return key === CILIUM_NAMESPACE || key.startsWith(CILIUM_NAMESPACE_LABELS);
}

function namespaceLabel(namespace: Namespace | undefined, name: string, key: string): LabelValue {
  if (key === NAMESPACE_NAME_LABEL) return name;
  const value = namespace === undefined ? undefined : labelOf(namespace.labels, key);
  if (value !== undefined || namespace?.isDeclared === true) return value;
  return { missing: `labels of namespace \`${name}\`, which the input does not declare` };
}

/** Own properties only: a label may be called `constructor`. */
function labelOf(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}
