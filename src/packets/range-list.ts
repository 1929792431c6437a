import { invariant } from '../diagnostics/index.ts';
import type { Brand } from '../net/index.ts';

/**
 * A set of ordinals as inclusive pairs `low0, high0, low1, high1, …`: sorted, disjoint and not adjacent. Canonical: equal
 * sets have equal pairs. The brand is the promise; only this file makes one, because a list out of order sends the
 * construction of a diagram into unbounded depth.
 */
export type RangeList = Brand<readonly number[], 'RangeList'>;

export const NO_RANGE = [] as readonly number[] as RangeList;

/** Any pairs, in any order, overlapping or not. A pair whose low is above its high is empty. O(n log n). */
export function rangeList(pairs: Iterable<readonly [number, number]>): RangeList {
  const sorted = [...pairs].filter(([low, high]) => low <= high).sort((a, b) => a[0] - b[0]);
  const out: number[] = [];
  for (const [low, high] of sorted) {
    const last = out.length - 1;
    if (last >= 0 && low <= out[last]! + 1) {
      if (high > out[last]!) out[last] = high;
    } else out.push(low, high);
  }
  return out as readonly number[] as RangeList;
}

/** Takes pairs that are in order already; O(n), and joins neighbours that touch. */
export function orderedRangeList(pairs: readonly number[]): RangeList {
  const out: number[] = [];
  for (let index = 0; index < pairs.length; index += 2) {
    const low = pairs[index]!;
    const high = pairs[index + 1]!;
    const last = out.length - 1;
    invariant(low <= high && (last < 0 || low > out[last]!), 'ranges in order and disjoint');
    if (last >= 0 && low === out[last]! + 1) out[last] = high;
    else out.push(low, high);
  }
  return out as readonly number[] as RangeList;
}

/** O(n + m). */
export function unionRanges(a: RangeList, b: RangeList): RangeList {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const out: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const fromA = j >= b.length || (i < a.length && a[i]! <= b[j]!);
    const low = fromA ? a[i]! : b[j]!;
    const high = fromA ? a[i + 1]! : b[j + 1]!;
    if (fromA) i += 2;
    else j += 2;
    const last = out.length - 1;
    if (last >= 0 && low <= out[last]! + 1) {
      if (high > out[last]!) out[last] = high;
    } else out.push(low, high);
  }
  return out as readonly number[] as RangeList;
}

/** O(n + m). */
export function intersectRanges(a: RangeList, b: RangeList): RangeList {
  const out: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const low = Math.max(a[i]!, b[j]!);
    const high = Math.min(a[i + 1]!, b[j + 1]!);
    if (low <= high) out.push(low, high);
    if (a[i + 1]! < b[j + 1]!) i += 2;
    else j += 2;
  }
  return out as readonly number[] as RangeList;
}

/** The ordinals of 0…`last` that `list` leaves out. O(n). */
export function complementRanges(list: RangeList, last: number): RangeList {
  const out: number[] = [];
  let next = 0;
  for (let index = 0; index < list.length; index += 2) {
    if (list[index]! > next) out.push(next, list[index]! - 1);
    next = list[index + 1]! + 1;
  }
  if (next <= last) out.push(next, last);
  return out as readonly number[] as RangeList;
}

/** O(log n), allocates nothing. */
export function rangesHave(list: RangeList, ordinal: number): boolean {
  let low = 0;
  let high = list.length >>> 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (list[2 * middle + 1]! < ordinal) low = middle + 1;
    else high = middle;
  }
  return low < list.length >>> 1 && list[2 * low]! <= ordinal;
}

/** O(n + m), stops at the first common ordinal. */
export function rangesMeet(a: RangeList, b: RangeList): boolean {
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    if (a[i + 1]! < b[j]!) i += 2;
    else if (b[j + 1]! < a[i]!) j += 2;
    else return true;
  }
  return false;
}

/** How many ordinals. */
export function countRanges(list: RangeList): number {
  let count = 0;
  for (let index = 0; index < list.length; index += 2) count += list[index + 1]! - list[index]! + 1;
  return count;
}
