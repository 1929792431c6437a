import type { Condition } from '../../../flows/index.ts';
import type { ClusterObjects, PodClass } from '../../../model/index.ts';
import type { CalicoSelector } from '../selectors/calico-selector.ts';
import type { LabelSelector, Requirement } from '../selectors/label-selector.ts';
import { all, HOLDS, type Holding, not, onlyIf, some } from './holding.ts';

/** The value of a label; `undefined`: the label is absent; a condition: nobody wrote it down. */
export type LabelsOf = (key: string) => string | undefined | Condition;

/** @see K8P-11 every requirement; the negative ones are also true of an absent key */
export function selects({ requirements }: LabelSelector, labels: LabelsOf): Holding {
  if (requirements.length === 0) return HOLDS;
  return all(...requirements.map((requirement) => satisfies(requirement, labels)));
}

function satisfies(requirement: Requirement, labels: LabelsOf): Holding {
  if (requirement.kind === 'unreadable') return [requirement.why];
  const value = labels(requirement.key);
  if (typeof value === 'object') return [value];
  const isListed = value !== undefined && requirement.values.includes(value);
  switch (requirement.operator) {
    case 'Exists':
      return onlyIf(value !== undefined);
    case 'DoesNotExist':
      return onlyIf(value === undefined);
    case 'In':
      return onlyIf(isListed);
    case 'NotIn':
      return onlyIf(!isListed);
  }
}

/** @see K8P-33 */
export function selectsCalico(selector: CalicoSelector, labels: LabelsOf): Holding {
  switch (selector.kind) {
    case 'all':
      return HOLDS;
    case 'global':
      return undefined;
    case 'unreadable':
      return [selector.why];
    case 'not':
      return not(selectsCalico(selector.operand, labels));
    case 'and':
      return all(...selector.operands.map((operand) => selectsCalico(operand, labels)));
    case 'or':
      return some(selector.operands.map((operand) => selectsCalico(operand, labels)));
    case 'has':
    case 'in':
    case 'compare': {
      const value = labels(selector.key);
      if (typeof value === 'object') return [value];
      return onlyIf(comparesTo(selector, value));
    }
  }
}

/** `!=` and `not in` are the complements of `==` and `in`: an absent label satisfies them. */
function comparesTo(
  selector: Extract<CalicoSelector, { kind: 'has' | 'in' | 'compare' }>,
  value: string | undefined,
): boolean {
  if (selector.kind === 'in') {
    const isIn = selector.values.some((one) => one === value);
    return selector.isNegated ? !isIn : isIn;
  }
  if (selector.kind === 'compare' && selector.operator === '!=') return value !== selector.value;
  if (value === undefined) return false;
  if (selector.kind === 'has') return true;
  switch (selector.operator) {
    case '==':
      return value === selector.value;
    case 'contains':
      return value.includes(selector.value);
    case 'starts with':
      return value.startsWith(selector.value);
    default:
      return value.endsWith(selector.value);
  }
}

export function labelsOfPod({ labels }: Pick<PodClass, 'labels'>): LabelsOf {
  return (key) => (Object.hasOwn(labels, key) ? labels[key] : undefined);
}

/** @see K8P-10 the name label is always there; other labels of a namespace nobody declared are not known */
export function labelsOfNamespace(objects: ClusterObjects, name: string): LabelsOf {
  const namespace = objects.namespaces.get(name);
  return (key) => {
    if (key === 'kubernetes.io/metadata.name') return name;
    if (namespace !== undefined && Object.hasOwn(namespace.labels, key)) {
      return namespace.labels[key];
    }
    if (namespace?.isDeclared === true) return undefined;
    return { missing: `labels of namespace \`${name}\`, which the input does not declare` };
  };
}

const CILIUM_OF_NAMESPACE = 'io.cilium.k8s.namespace.labels.';

/** A pod's labels as Cilium's endpoint selectors spell them (K8P-42). */
export function ciliumLabelsOf(objects: ClusterObjects, pod: PodClass): LabelsOf {
  const own = labelsOfPod(pod);
  const ofNamespace = labelsOfNamespace(objects, pod.namespace);
  return (key) => {
    switch (key) {
      case 'io.kubernetes.pod.namespace':
        return pod.namespace;
      case 'io.cilium.k8s.policy.serviceaccount':
        return pod.serviceAccount;
      case 'io.cilium.k8s.policy.cluster':
        return { missing: 'the cluster name Cilium uses' };
      default:
        return key.startsWith(CILIUM_OF_NAMESPACE)
          ? ofNamespace(key.slice(CILIUM_OF_NAMESPACE.length))
          : own(key);
    }
  };
}

/** A pod's labels and what Calico adds to them (K8P-33). */
export function calicoLabelsOf(pod: PodClass): LabelsOf {
  const own = labelsOfPod(pod);
  return (key) => {
    if (!key.startsWith('projectcalico.org/')) return own(key);
    switch (key.slice('projectcalico.org/'.length)) {
      case 'namespace':
        return pod.namespace;
      case 'orchestrator':
        return 'k8s';
      case 'serviceaccount':
        return pod.serviceAccount;
      default:
        return own(key);
    }
  };
}

export function calicoLabelsOfNamespace(objects: ClusterObjects, name: string): LabelsOf {
  const labels = labelsOfNamespace(objects, name);
  return (key) => (key === 'projectcalico.org/name' ? name : labels(key));
}

/** Service accounts are not part of the input. */
export function labelsOfServiceAccount(pod: PodClass): LabelsOf {
  const missing = `labels of service account \`${pod.namespace}/${pod.serviceAccount}\``;
  return (key) => (key === 'projectcalico.org/name' ? pod.serviceAccount : { missing });
}
