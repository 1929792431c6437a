import { labelled, type Unit } from './unit.ts';

/** A block, and the labels of what it refers to or is told to wait for. */
export interface Standing {
  readonly unit: Unit;
  readonly refers: ReadonlySet<string>;
  /** Terraform waits for these only because it is told so. */
  readonly waits: readonly string[];
}

export interface Ordered {
  readonly unit: Unit;
  /** Of `waits`, what no reference implies and what closes no circle. Sorted. */
  readonly dependsOn: readonly string[];
}

/** Whatever one needs comes before it; else as given. O(blocks + edges). */
export function orderUnits(standings: readonly Standing[]): readonly Ordered[] {
  const byLabel = new Map(standings.map((one) => [labelled(one.unit), one]));
  const before = reachable(byLabel);
  const ordered: Ordered[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const visit = (label: string): void => {
    const here = byLabel.get(label);
    if (here === undefined || state.has(label)) return;
    state.set(label, 'open');
    for (const other of here.refers) visit(other);
    const dependsOn: string[] = [];
    for (const other of new Set(here.waits)) {
      if (here.refers.has(other) || !byLabel.has(other)) continue;
      if (other === label || before(other, label)) continue;
      visit(other);
      if (state.get(other) === 'done') dependsOn.push(other);
    }
    state.set(label, 'done');
    ordered.push({ unit: here.unit, dependsOn: dependsOn.sort() });
  };
  for (const one of standings) visit(labelled(one.unit));
  return ordered;
}

/** Does `from` need `to`, by references? Told waits are looked at one by one, as they are taken. */
function reachable(byLabel: ReadonlyMap<string, Standing>) {
  return (from: string, to: string): boolean => {
    const seen = new Set<string>();
    const rest = [from];
    for (let here = rest.pop(); here !== undefined; here = rest.pop()) {
      if (here === to) return true;
      if (seen.has(here)) continue;
      seen.add(here);
      rest.push(...(byLabel.get(here)?.refers ?? []));
    }
    return false;
  };
}
