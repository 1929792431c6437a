import { invariant } from '../diagnostics/index.ts';
import { orderedRangeList, type RangeList, rangeList } from './range-list.ts';

/**
 * Names cut into atoms by patterns `name`, `*suffix` and `*`. Read from the right, a wildcard is a cone of a tree and two
 * cones are nested or apart, so the patterns form a forest; numbered in pre-order, *each pattern is one interval of
 * ordinals*. Ordinal 0 is every name that no pattern takes; ordinal `i` is "taken by pattern `i` and by none inside it".
 * What a `*` may stand for (`*.x` takes `a.b.x` and not `x`) is the literal reading of the characters: the box that
 * owns the pattern translates its own rules into this form.
 */
export interface NameAtoms {
  /** Patterns in pre-order: `patterns[i]` is ordinal `i + 1`. Lower case, no duplicates. */
  readonly patterns: readonly string[];
  /** The last ordinal inside the pattern with ordinal `i + 1`. */
  readonly ends: Int32Array;
  /** The ordinal of the closest pattern around the pattern with ordinal `i + 1`, or 0. */
  readonly parents: Int32Array;
  readonly ordinals: ReadonlyMap<string, number>;
  /** Every cone is `*.suffix` or `*`: a name need only be cut at its dots to find the one around it. */
  readonly isCutAtDots: boolean;
}

/** O(total length · log n). A `*` anywhere but in front is a broken promise of the caller. */
export function nameAtoms(patterns: Iterable<string>): NameAtoms {
  const unique = new Set<string>();
  for (const pattern of patterns) {
    invariant(pattern.lastIndexOf('*') <= 0, 'a wildcard stands in front, or nowhere');
    unique.add(pattern);
  }
  const sorted = [...unique]
    .map((pattern) => ({ pattern, key: reversed(pattern) }))
    // A cone sorts before everything inside it: its key is a prefix, and `*` was cut off it.
    .sort((a, b) => compare(a.key, b.key) || Number(isWildcard(b)) - Number(isWildcard(a)));
  const names = sorted.map(({ pattern }) => pattern);
  const ends = new Int32Array(names.length);
  const parents = new Int32Array(names.length);
  const open: number[] = []; // cones around the current pattern, outermost first
  for (const [index, { key }] of sorted.entries()) {
    while (open.length > 0 && !key.startsWith(sorted[open.at(-1)!]!.key)) {
      ends[open.pop()!] = index; // the ordinal before this one
    }
    parents[index] = open.length === 0 ? 0 : open.at(-1)! + 1;
    if (isWildcard(sorted[index]!)) open.push(index);
    else ends[index] = index + 1;
  }
  for (const index of open) ends[index] = names.length;
  const ordinals = new Map(names.map((pattern, index) => [pattern, index + 1]));
  const isCutAtDots = names.every((name) => name === '*' || !/^\*[^.]/.test(name));
  return { patterns: names, ends, parents, ordinals, isCutAtDots };
}

export function countNameAtoms(atoms: NameAtoms): number {
  return atoms.patterns.length + 1;
}

/** The ordinals of the names a pattern takes: one interval. */
export function atomsOfPattern(atoms: NameAtoms, pattern: string): RangeList {
  const ordinal = atoms.ordinals.get(pattern);
  invariant(ordinal !== undefined, 'the pattern took part in cutting these atoms');
  return orderedRangeList([ordinal, atoms.ends[ordinal - 1]!]);
}

export function atomsOfPatterns(atoms: NameAtoms, patterns: Iterable<string>): RangeList {
  const pairs: [number, number][] = [];
  for (const pattern of patterns) {
    const [low, high] = atomsOfPattern(atoms, pattern);
    pairs.push([low!, high!]);
  }
  return rangeList(pairs);
}

const DOT = 46;

/** The atom of a lower-case name: the exact pattern, or the longest cone around it. O(length). */
export function atomOfName(atoms: NameAtoms, name: string): number {
  const exact = atoms.ordinals.get(name);
  if (exact !== undefined) return exact;
  for (let start = 0; start <= name.length; start += 1) {
    if (atoms.isCutAtDots && start < name.length && name.charCodeAt(start) !== DOT) continue;
    const cone = atoms.ordinals.get(`*${name.slice(start)}`);
    if (cone !== undefined) return cone;
  }
  return 0;
}

/**
 * A name of this atom that a resolver would accept, or undefined when there is none: every name of the cone belongs to
 * patterns inside it, or the suffix is no name's end.
 */
export function nameOfAtom(atoms: NameAtoms, atom: number): string | undefined {
  const pattern = atom === 0 ? '*' : atoms.patterns[atom - 1]!;
  if (!pattern.startsWith('*')) return pattern;
  const suffix = pattern.slice(1);
  for (const front of FRONTS) {
    const name = suffix === '' ? `${front}.example` : `${front}${suffix}`;
    if (isHostName(name) && atomOfName(atoms, name) === atom) return name;
  }
  return undefined;
}

/** Fresh first labels. As many as it takes in practice: a cone whose every `wN` is a pattern of its own is contrived. */
const FRONTS = Array.from({ length: 64 }, (_, index) => (index === 0 ? 'host' : `w${index}`));

function isHostName(name: string): boolean {
  return (
    name.length <= 253 &&
    name.split('.').every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label))
  );
}

function isWildcard({ pattern }: { readonly pattern: string }): boolean {
  return pattern.startsWith('*');
}

/** The key of the forest: the pattern from its end, without the wildcard. */
function reversed(pattern: string): string {
  const from = pattern.startsWith('*') ? 1 : 0;
  let key = '';
  for (let index = pattern.length - 1; index >= from; index -= 1) key += pattern[index];
  return key;
}

/** By code units: a locale would not keep a prefix before what it is a prefix of. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
