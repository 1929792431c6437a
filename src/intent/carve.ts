import {
  formatPrefix,
  type Ipv4,
  type Prefix,
  prefixesOverlap,
  rangeOfPrefix,
} from '../net/index.ts';

/** An IPv4 range; the page takes no other. */
export type Ipv4Prefix = Extract<Prefix, { readonly family: 4 }>;

/**
 * The lowest aligned block of that length in `space` that overlaps none of `taken`; `undefined` when there is no room.
 * O(taken²) at worst: each taken range moves the candidate at most once.
 */
export function carve(
  space: Ipv4Prefix,
  length: number,
  taken: readonly Ipv4Prefix[],
): Ipv4Prefix | undefined {
  if (length < space.length) return undefined;
  const size = 2 ** (32 - length);
  const last = space.base + 2 ** (32 - space.length) - size;
  let base: number = space.base;
  while (base <= last) {
    const candidate: Ipv4Prefix = { family: 4, base: base as Ipv4, length };
    const hit = taken.find((one) => prefixesOverlap(one, candidate));
    if (hit === undefined) return candidate;
    base = Math.ceil(((rangeOfPrefix(hit).high as number) + 1) / size) * size;
  }
  return undefined;
}

/** Private ranges networks are made of (RFC 1918). */
const PRIVATE: readonly Ipv4Prefix[] = [
  { family: 4, base: (10 * 2 ** 24) as Ipv4, length: 8 },
  { family: 4, base: (172 * 2 ** 24 + 16 * 2 ** 16) as Ipv4, length: 12 },
  { family: 4, base: (192 * 2 ** 24 + 168 * 2 ** 16) as Ipv4, length: 16 },
];

/** A few free private ranges as large as the one asked for, as a hint. */
export function freeRanges(length: number, taken: readonly Ipv4Prefix[]): readonly string[] {
  const found: string[] = [];
  const used = [...taken];
  for (const space of PRIVATE) {
    while (found.length < 3) {
      const next = carve(space, length, used);
      if (next === undefined) break;
      used.push(next);
      found.push(formatPrefix(next));
    }
  }
  return found;
}

/** The length of the smallest block with room for so many addresses beside the five Azure keeps. */
export function lengthFor(addresses: number): number {
  return 32 - Math.max(4, Math.ceil(Math.log2(addresses + 5)));
}
