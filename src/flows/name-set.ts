/**
 * A set of names as patterns `name`, `*suffix` and `*`, lower case, literal as in packets' name atoms: `*.x` takes `a.b.x` and not `x`.
 */
export interface NameSet {
  readonly patterns: readonly string[];
  /** Are flows that show no name in it as well? */
  readonly withoutName: boolean;
}

export const NO_NAMES: NameSet = { patterns: [], withoutName: false };
/** Flows to an address nobody looked up. */
export const WITHOUT_NAME: NameSet = { patterns: [], withoutName: true };
export const ANY_NAME: NameSet = { patterns: ['*'], withoutName: false };

export function isEmptyNameSet(set: NameSet): boolean {
  return set.patterns.length === 0 && !set.withoutName;
}

/** Is the name (`undefined`: none is shown) in the set? O(patterns). */
export function nameSetHas(set: NameSet, name: string | undefined): boolean {
  if (name === undefined) return set.withoutName;
  return set.patterns.some((pattern) => patternTakes(pattern, name));
}

/** Names in both. Two patterns are nested or apart, so the smaller one is what they share. O(n · m). */
export function intersectNames(a: NameSet, b: NameSet): NameSet {
  const patterns = new Set<string>();
  for (const left of a.patterns) {
    for (const right of b.patterns) {
      if (patternHolds(left, right)) patterns.add(right);
      else if (patternHolds(right, left)) patterns.add(left);
    }
  }
  return { patterns: [...patterns], withoutName: a.withoutName && b.withoutName };
}

function patternTakes(pattern: string, name: string): boolean {
  return pattern.startsWith('*') ? name.endsWith(pattern.slice(1)) : pattern === name;
}

/** Does `outer` take every name that `inner` takes? A cone is never inside an exact name. */
function patternHolds(outer: string, inner: string): boolean {
  if (!outer.startsWith('*')) return outer === inner;
  return inner.replace(/^\*/, '').endsWith(outer.slice(1));
}
