import type { ClusterObjects } from '../../../model/index.ts';
import type { Protocol } from '../../../net/index.ts';
import type { PolicyEngine } from '../../../network/index.ts';
import type { ClusterRanges, PolicySet } from '../policy.ts';

/** A cluster as its network policies see it. */
export interface ClusterView {
  readonly policies: PolicySet;
  readonly engine: PolicyEngine;
  /** Absent: those the policies were parsed with. */
  readonly ranges?: ClusterRanges;
  /** Host names the question is about, lower case: `*` inside Cilium's name patterns is told exactly of these. */
  readonly names?: readonly string[];
}

export function rangesOf({ ranges, policies }: ClusterView): ClusterRanges {
  return ranges ?? policies.ranges;
}

const portNames = new WeakMap<ClusterObjects, ReadonlyMap<string, ReadonlySet<number>>>();

/** Do the pods of the cluster give a port name more than one number? */
export function hasSeveralNumbers(
  objects: ClusterObjects,
  name: string,
  protocol: Protocol,
): boolean {
  let numbers = portNames.get(objects);
  if (numbers === undefined) {
    const found = new Map<string, Set<number>>();
    for (const { ports } of objects.pods) {
      for (const port of ports) {
        if (port.name === undefined) continue;
        const key = `${port.protocol} ${port.name}`;
        const set = found.get(key) ?? new Set();
        found.set(key, set.add(port.port));
      }
    }
    numbers = found;
    portNames.set(objects, found);
  }
  return (numbers.get(`${protocol} ${name}`)?.size ?? 0) > 1;
}
