import type { AddressSet } from '../net/index.ts';

const sizes = new WeakMap<AddressSet, bigint>();

/** Number of addresses. Remembered by set: the same objects are measured for every answer. */
export function sizeOf(set: AddressSet): bigint {
  const known = sizes.get(set);
  if (known !== undefined) return known;
  let v4 = 0;
  for (let at = 0; at < set.v4.length; at += 2) v4 += set.v4[at + 1]! - set.v4[at]! + 1;
  let size = BigInt(v4);
  for (let at = 0; at < set.v6.length; at += 2) size += set.v6[at + 1]! - set.v6[at]! + 1n;
  sizes.set(set, size);
  return size;
}

/**
 * Number of addresses in both. Looks the ranges of the smaller set up in the larger one, O(small · log large + overlaps), so that
 * 5,000 objects are measured against 47,000 ranges in 0.2 s.
 */
export function coveredSize(a: AddressSet, b: AddressSet): bigint {
  return BigInt(common(a.v4, b.v4, 0, 1)) + common(a.v6, b.v6, 0n, 1n);
}

function common<T extends number | bigint>(a: readonly T[], b: readonly T[], none: T, one: T): T {
  const [small, large] = a.length <= b.length ? [a, b] : [b, a];
  let size = none;
  for (let at = 0; at < small.length; at += 2) {
    const low = small[at]!;
    const high = small[at + 1]!;
    for (let other = firstReaching(large, low); other < large.length; other += 2) {
      if (large[other]! > high) break;
      const from = large[other]! > low ? large[other]! : low;
      const to = large[other + 1]! < high ? large[other + 1]! : high;
      // Either all numbers or all bigints.
      size = ((size as number) + ((to as number) - (from as number) + (one as number))) as T;
    }
  }
  return size;
}

/** Index of the first range that ends at `low` or behind it. */
function firstReaching<T extends number | bigint>(ranges: readonly T[], low: T): number {
  let from = 0;
  let to = ranges.length >>> 1; // in ranges, not in elements
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (ranges[2 * middle + 1]! < low) from = middle + 1;
    else to = middle;
  }
  return 2 * from;
}
