import type { ObjectValue, Value } from '../../../values/index.ts';
import type { LabelSelector } from '../selectors/label-selector.ts';
import { parseLabelSelector } from './parse-selector.ts';
import { field, type Reading } from './reading.ts';

/**
 * A Cilium endpoint selector. Keys may carry the source of the label (`k8s:app`, `any:app`); pods have no other
 * source, so it is dropped. `reserved:` stays: it names an entity, not a pod.
 */
export function parseCiliumSelector(
  reading: Reading,
  value: Value | undefined,
  what: string,
): LabelSelector {
  return parseLabelSelector(reading, value, what, (key) => key.replace(/^(k8s|any):/, ''));
}

/** The one spelling of a pod's namespace that Cilium writes over; `io.kubernetes.pod.namespace` and `any:` stay beside it. */
const OVERWRITTEN = 'k8s:io.kubernetes.pod.namespace';

/**
 * Whom a namespaced policy is for. Its own namespace is asked elsewhere; another one among the `matchLabels` is written over (K8P-56), so it
 * is as if it were not there. Among the `matchExpressions` it stays and has to hold as well.
 */
export function parseCiliumSubject(
  reading: Reading,
  value: Value | undefined,
  what: string,
): LabelSelector {
  const labels = field(value, 'matchLabels');
  if (value?.kind !== 'object' || labels?.kind !== 'object') {
    return parseCiliumSelector(reading, value, what);
  }
  const kept = [...labels.members].filter(([, { name }]) => name !== OVERWRITTEN);
  const matchLabels: ObjectValue = { ...labels, members: new Map(kept) };
  const members = new Map(
    [...value.members].map(([key, member]) =>
      member.value === labels
        ? ([key, { ...member, value: matchLabels }] as const)
        : ([key, member] as const),
    ),
  );
  return parseCiliumSelector(reading, { ...value, members }, what);
}
