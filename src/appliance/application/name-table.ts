import type { NamePattern } from './name-pattern.ts';

/** Patterns in the order in which they are tried, each with what it decides. Lower numbers are tried first. */
export interface RankedPattern {
  readonly pattern: NamePattern;
  readonly rank: number;
}

/**
 * A first-match list of patterns, resolved so that the most specific key present decides, whatever the number of rules: what a
 * wider and earlier pattern decides is pushed down into the narrower keys below it (lab-design 4.3). Values are ranks.
 */
export interface NameTable {
  /** Whole names. */
  readonly exact: ReadonlyMap<string, number>;
  /** By parent: everything below it. */
  readonly below: ReadonlyMap<string, number>;
  readonly any?: number;
  /**
   * Ends that are no parent (`*x.com`), the first to be tried first. They stand beside the keys: the earlier of the two
   * decides. `any` is not pushed into them.
   */
  readonly endings: readonly (readonly [end: string, rank: number])[];
}

/** O(patterns × labels). */
export function nameTable(patterns: readonly RankedPattern[]): NameTable {
  const exact = new Map<string, number>();
  const below = new Map<string, number>();
  const endings = new Map<string, number>();
  let any: number | undefined;
  const keep = (map: Map<string, number>, key: string, rank: number) => {
    const known = map.get(key);
    if (known === undefined || rank < known) map.set(key, rank);
  };
  for (const { pattern, rank } of patterns) {
    switch (pattern.kind) {
      case 'any':
        any = any === undefined ? rank : Math.min(any, rank);
        break;
      case 'exact':
        keep(exact, pattern.name, rank);
        break;
      case 'below':
        keep(below, pattern.parent, rank);
        break;
      case 'ending':
        keep(endings, pattern.end, rank);
    }
  }
  const pushed = (key: string, own: number) =>
    Math.min(own, any ?? own, ...parentsOf(key).map((parent) => below.get(parent) ?? own));
  return {
    exact: new Map([...exact].map(([name, rank]) => [name, pushed(name, rank)])),
    below: new Map([...below].map(([parent, rank]) => [parent, pushed(parent, rank)])),
    ...(any === undefined ? {} : { any }),
    endings: [...endings].sort((a, b) => a[1] - b[1]),
  };
}

/** `b.c` and `c` of `a.b.c`. */
export function parentsOf(name: string): readonly string[] {
  const parents: string[] = [];
  for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
    parents.push(name.slice(dot + 1));
  }
  return parents;
}

/** What a table says of every name under a key: of the name itself, or (`*.x.com`) of all below it, or (`*`) of all. */
export function rankAt(table: NameTable, key: string): number | undefined {
  if (key === '*') return table.any;
  const isBelow = key.startsWith('*.');
  const name = isBelow ? key.slice(2) : key;
  const own = isBelow ? table.below.get(name) : table.exact.get(name);
  if (own !== undefined) return own;
  for (const parent of parentsOf(name)) {
    const rank = table.below.get(parent);
    if (rank !== undefined) return rank;
  }
  return table.any;
}

/** The keys of a table: names, `*.parent`, `*`. */
export function* keysOf({ exact, below, any }: NameTable): Generator<string> {
  yield* exact.keys();
  for (const parent of below.keys()) yield `*.${parent}`;
  if (any !== undefined) yield '*';
}
