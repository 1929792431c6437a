import type { AddressSet } from '../net/index.ts';

/** IPv4 addresses that none of some sets tells apart are one class. */
export interface AddressClasses {
  /** The number of the class; `undefined` for what is no IPv4 address. O(log ranges). */
  classOf(address: string): number | undefined;
  /** Does a set, by its place in the list, hold the addresses of a class? */
  holds(set: number, ofClass: number): boolean;
}

/**
 * Cuts IPv4 where any of the sets begins or ends; pieces that lie in the same sets are one class, however far apart. O(r log r + r · s)
 * for r ranges of s sets.
 */
export function addressClasses(sets: readonly AddressSet[]): AddressClasses {
  const turns = turnsOf(sets);
  const starts: number[] = [];
  const classes: number[] = [];
  const members: Uint32Array[] = [];
  const known = new Map<string, number>();
  const inside = new Uint32Array(Math.max(1, Math.ceil(sets.length / 32)));
  const close = (start: number) => {
    const key = inside.join();
    let found = known.get(key);
    if (found === undefined) {
      found = members.length;
      known.set(key, found);
      members.push(inside.slice());
    }
    starts.push(start);
    classes.push(found);
  };
  if (turns[0]?.at !== 0) close(0);
  for (let index = 0; index < turns.length; index += 1) {
    const { at, set } = turns[index]!;
    inside[set >>> 5]! ^= 1 << (set & 31);
    if (turns[index + 1]?.at !== at) close(at);
  }
  const bounds = Uint32Array.from(starts);
  const classAt = Uint32Array.from(classes);
  return {
    classOf(address) {
      const value = ipv4In(address);
      return value < 0 ? undefined : classAt[lastAtMost(bounds, value)]!;
    },
    holds: (set, ofClass) => ((members[ofClass]![set >>> 5]! >>> (set & 31)) & 1) === 1,
  };
}

interface Turn {
  readonly at: number;
  readonly set: number;
}

/** Where a set begins, or ends just before, in order. */
function turnsOf(sets: readonly AddressSet[]): readonly Turn[] {
  const turns = sets.flatMap(({ v4 }, set) =>
    v4.flatMap((bound, at): readonly Turn[] => {
      if (at % 2 === 0) return [{ at: bound, set }];
      return bound === 0xffff_ffff ? [] : [{ at: bound + 1, set }];
    }),
  );
  return turns.sort((a, b) => a.at - b.at);
}

/** Index of the last bound that is at most `value`; the first one is 0. */
function lastAtMost(bounds: Uint32Array, value: number): number {
  let low = 0;
  let high = bounds.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (bounds[middle]! <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * As `parseIpv4` reads it, -1 for anything else. Logs hold any number of addresses: reading one anew takes 40 ns, a map of a million
 * of them three times that and the memory.
 */
function ipv4In(text: string): number {
  let value = 0;
  let octet = -1;
  let digits = 0;
  let dots = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === 46) {
      if (digits === 0 || dots === 3) return -1;
      value = value * 256 + octet;
      [octet, digits] = [-1, 0];
      dots += 1;
      continue;
    }
    const digit = code - 48;
    // `010` is refused: some read it as octal.
    if (digit < 0 || digit > 9 || octet === 0) return -1;
    octet = digits === 0 ? digit : octet * 10 + digit;
    digits += 1;
    if (octet > 255) return -1;
  }
  return dots === 3 && digits > 0 ? value * 256 + octet : -1;
}
