import type { Labels } from '../../../../model/index.ts';
import type { SeatedPod } from '../seated-pod.ts';
import { type LabelTest, labelSelector } from './label-selector.ts';
import { ownNetwork, type PolicyWorld } from './policy-rule.ts';
import { field, list, names, text, type Written } from './written.ts';

const NAMESPACE = 'io.kubernetes.pod.namespace';
const NAMESPACE_LABEL = 'io.cilium.k8s.namespace.labels.';

/**
 * Endpoints that a Cilium selector names (K8P-42): limited to `namespace` unless it names a namespace label; `{}` is every endpoint there,
 * in the clusterwide kind (`namespace` empty) of the cluster. `undefined`: it cannot be read.
 */
export function ciliumEndpoints(
  selector: Written,
  namespace: string,
  world: PolicyWorld,
): readonly SeatedPod[] | undefined {
  const plain = withoutSources(selector);
  const test: LabelTest | undefined = plain && labelSelector(plain.selector);
  if (plain === undefined || test === undefined) return undefined;
  const isLimited = namespace !== '' && !plain.keys.some(namesNamespace);
  return world.pods.filter(
    (seated) =>
      ownNetwork(seated) &&
      (!isLimited || seated.pod.namespace === namespace) &&
      test(ciliumLabels(seated, world)),
  );
}

/**
 * Endpoints that a policy is for: those of its own namespace, which Cilium writes over another one that the selector names as `k8s:…`
 * (ParseToCiliumRule); of the cluster in the clusterwide kind.
 */
export function ciliumSubjects(
  selector: Written,
  namespace: string,
  world: PolicyWorld,
): readonly SeatedPod[] | undefined {
  if (namespace === '') return ciliumEndpoints(selector, namespace, world);
  const pairs = field(selector, 'matchLabels');
  const kept = names(pairs).filter((name) => name !== `k8s:${NAMESPACE}`);
  const own = {
    ...(selector as object | undefined),
    matchLabels: Object.fromEntries(kept.map((name) => [name, field(pairs, name)])),
  };
  return ciliumEndpoints(own, namespace, world)?.filter(({ pod }) => pod.namespace === namespace);
}

function namesNamespace(key: string): boolean {
  return key === NAMESPACE || key.startsWith(NAMESPACE_LABEL);
}

/** A pod's labels with those that Cilium adds. */
function ciliumLabels({ pod }: SeatedPod, world: PolicyWorld): Labels {
  const ofNamespace = Object.entries(world.labelsOfNamespace(pod.namespace)).map(
    ([name, value]) => [`${NAMESPACE_LABEL}${name}`, value] as const,
  );
  return {
    ...pod.labels,
    ...Object.fromEntries(ofNamespace),
    [NAMESPACE]: pod.namespace,
    'io.cilium.k8s.policy.serviceaccount': pod.serviceAccount,
    'io.cilium.k8s.policy.cluster': 'default',
  };
}

/** Keys may name where a label comes from: `k8s:app`, `any:app`. A reserved one is no pod's. */
function withoutSources(
  selector: Written,
): { readonly selector: Written; readonly keys: readonly string[] } | undefined {
  const keys: string[] = [];
  const own = (key: string): string => {
    const found = /^(?:k8s|any):(.*)$/.exec(key)?.[1] ?? key;
    keys.push(found);
    return found;
  };
  const pairs = field(selector, 'matchLabels');
  const expressions = list(field(selector, 'matchExpressions'));
  const plain = {
    matchLabels: Object.fromEntries(names(pairs).map((name) => [own(name), field(pairs, name)])),
    matchExpressions: expressions.map((each) => ({
      key: own(text(field(each, 'key')) ?? ''),
      operator: field(each, 'operator'),
      values: field(each, 'values'),
    })),
  };
  const isForeign = names(selector).some(
    (name) => name !== 'matchLabels' && name !== 'matchExpressions',
  );
  const isReserved = keys.some((key) => key.startsWith('reserved:') || key.startsWith('cidr:'));
  return isForeign || isReserved ? undefined : { selector: plain, keys };
}
