import { invariant } from '../diagnostics/index.ts';
import { orderedRangeList, type RangeList } from './range-list.ts';

/** Values a line is made of: numbers for IPv4 addresses and ports, bigints for IPv6. `<` orders both. */
export type LineValue = number | bigint;

/**
 * A line of values cut into *atoms*: the longest intervals that no set in use cuts. Two values of one atom are told apart
 * by nothing, so a diagram over atom ordinals answers for all values, and IPv6 costs what IPv4 costs.
 */
export interface IntervalAtoms<V extends LineValue> {
  /** The first value of each atom, ascending. Atom `i` ends where atom `i + 1` begins. */
  readonly starts: readonly V[];
  readonly last: V;
}

/**
 * The atoms that these sets cut out of `first`…`last`. Sets are inclusive pairs `low, high, …` within the line, in any
 * order between sets. O(n log n) in the number of interval ends.
 */
export function intervalAtoms<V extends LineValue>(
  first: V,
  last: V,
  sets: Iterable<readonly V[]>,
): IntervalAtoms<V> {
  const cuts = new Set<V>([first]);
  for (const pairs of sets) {
    for (let index = 0; index < pairs.length; index += 2) {
      cuts.add(pairs[index]!);
      if (pairs[index + 1]! < last) cuts.add(successor(pairs[index + 1]!));
    }
  }
  const starts = [...cuts].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  invariant(starts[0] === first && starts.at(-1)! <= last, 'every set lies within the line');
  return { starts, last };
}

/** The atom that holds `value`. O(log n). */
export function atomAt<V extends LineValue>(atoms: IntervalAtoms<V>, value: V): number {
  const { starts } = atoms;
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (starts[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  invariant(low > 0 && value <= atoms.last, 'the value lies on the line');
  return low - 1;
}

/**
 * The atoms of a set. The set must have taken part in the cutting: half an atom cannot be said, and rounding it either
 * way would be a lie. O(m log n).
 */
export function atomsOf<V extends LineValue>(
  atoms: IntervalAtoms<V>,
  pairs: readonly V[],
): RangeList {
  const out: number[] = [];
  for (let index = 0; index < pairs.length; index += 2) {
    const low = atomAt(atoms, pairs[index]!);
    const high = atomAt(atoms, pairs[index + 1]!);
    invariant(
      atoms.starts[low] === pairs[index] && lastOfAtom(atoms, high) === pairs[index + 1],
      'the set took part in cutting these atoms',
    );
    out.push(low, high);
  }
  return orderedRangeList(out);
}

/** Back to values: inclusive pairs, canonical. */
export function valuesOf<V extends LineValue>(atoms: IntervalAtoms<V>, list: RangeList): V[] {
  const out: V[] = [];
  for (let index = 0; index < list.length; index += 2) {
    out.push(atoms.starts[list[index]!]!, lastOfAtom(atoms, list[index + 1]!));
  }
  return out;
}

export function lastOfAtom<V extends LineValue>(atoms: IntervalAtoms<V>, atom: number): V {
  const next = atoms.starts[atom + 1];
  return next === undefined ? atoms.last : predecessor(next);
}

/** How many values an atom holds, as a share of the line: the weight of the atom when regions are measured. */
export function atomShares<V extends LineValue>(atoms: IntervalAtoms<V>): Float64Array {
  const whole = Number(atoms.last) - Number(atoms.starts[0]!) + 1;
  return Float64Array.from(atoms.starts, (start, atom) => {
    // In bigints where they are: the difference of two rounded IPv6 addresses would be zero.
    const last = lastOfAtom(atoms, atom);
    const size =
      typeof start === 'bigint' ? Number((last as bigint) - start) + 1 : Number(last) - start + 1;
    return size / whole;
  });
}

function successor<V extends LineValue>(value: V): V {
  return (typeof value === 'bigint' ? value + 1n : (value as number) + 1) as V;
}

function predecessor<V extends LineValue>(value: V): V {
  return (typeof value === 'bigint' ? value - 1n : (value as number) - 1) as V;
}
