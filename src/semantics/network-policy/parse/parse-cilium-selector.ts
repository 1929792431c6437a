import type { Value } from '../../../values/index.ts';
import type { LabelSelector } from '../selectors/label-selector.ts';
import { parseLabelSelector } from './parse-selector.ts';
import type { Reading } from './reading.ts';

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
