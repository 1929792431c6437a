import { formatIp, IPV4_LAST, IPV6_LAST, type Ip, type Ipv4, type Ipv6 } from './ip.ts';
import { formatPrefix, type IpRange, type Prefix, rangeOfPrefix } from './prefix.ts';

/**
 * A set of addresses of both families, as sorted, disjoint, non-adjacent inclusive pairs
 * `low0, high0, low1, high1, …` per family. The form is canonical: equal sets have equal pairs.
 */
export interface AddressSet {
  readonly v4: readonly number[];
  readonly v6: readonly bigint[];
}

export const NO_ADDRESSES: AddressSet = { v4: [], v6: [] };
export const ALL_IPV4: AddressSet = { v4: [0, IPV4_LAST], v6: [] };
export const ALL_IPV6: AddressSet = { v4: [], v6: [0n, IPV6_LAST] };
export const ALL_ADDRESSES: AddressSet = { v4: ALL_IPV4.v4, v6: ALL_IPV6.v6 };

/** The union of any ranges, in any order. O(n log n). */
export function addressSet(ranges: Iterable<IpRange>): AddressSet {
  const v4: [number, number][] = [];
  const v6: [bigint, bigint][] = [];
  for (const range of ranges) {
    if (range.family === 4) v4.push([range.low, range.high]);
    else v6.push([range.low, range.high]);
  }
  return { v4: merge(v4, 1), v6: merge(v6, 1n) };
}

export function addressesOfPrefixes(prefixes: Iterable<Prefix>): AddressSet {
  const ranges: IpRange[] = [];
  for (const prefix of prefixes) ranges.push(rangeOfPrefix(prefix));
  return addressSet(ranges);
}

export function singleAddress(ip: Ip): AddressSet {
  return ip.family === 4
    ? { v4: [ip.value, ip.value], v6: [] }
    : { v4: [], v6: [ip.value, ip.value] };
}

export function unionAddresses(...sets: readonly AddressSet[]): AddressSet {
  return {
    v4: merge(
      sets.flatMap((set) => pairs(set.v4)),
      1,
    ),
    v6: merge(
      sets.flatMap((set) => pairs(set.v6)),
      1n,
    ),
  };
}

/** O(n + m). */
export function intersectAddresses(a: AddressSet, b: AddressSet): AddressSet {
  return { v4: intersect(a.v4, b.v4), v6: intersect(a.v6, b.v6) };
}

/** O(n + m). */
export function subtractAddresses(a: AddressSet, b: AddressSet): AddressSet {
  return {
    v4: intersect(a.v4, complement(b.v4, 0, IPV4_LAST as number, 1)),
    v6: intersect(a.v6, complement(b.v6, 0n, IPV6_LAST as bigint, 1n)),
  };
}

export function isEmptyAddressSet(set: AddressSet): boolean {
  return set.v4.length === 0 && set.v6.length === 0;
}

export function addressSetsOverlap(a: AddressSet, b: AddressSet): boolean {
  return overlap(a.v4, b.v4) || overlap(a.v6, b.v6);
}

/** Is every address of `inner` in `outer`? True for an empty `inner`. O(n + m), allocates nothing. */
export function addressSetCovers(outer: AddressSet, inner: AddressSet): boolean {
  return covers(outer.v4, inner.v4) && covers(outer.v6, inner.v6);
}

export function equalAddressSets(a: AddressSet, b: AddressSet): boolean {
  return (
    a.v4.length === b.v4.length &&
    a.v6.length === b.v6.length &&
    a.v4.every((value, index) => value === b.v4[index]) &&
    a.v6.every((value, index) => value === b.v6[index])
  );
}

/** O(log n), allocates nothing. */
export function addressSetHas(set: AddressSet, ip: Ip): boolean {
  return ip.family === 4 ? has(set.v4, ip.value) : has(set.v6, ip.value);
}

/** Number of addresses; bigint because of IPv6. */
export function addressSetSize(set: AddressSet): bigint {
  let size = 0n;
  for (const [low, high] of pairs(set.v4)) size += BigInt(high - low + 1);
  for (const [low, high] of pairs(set.v6)) size += high - low + 1n;
  return size;
}

/** The first address, IPv4 before IPv6. `undefined` for the empty set. */
export function firstAddress(set: AddressSet): Ip | undefined {
  if (set.v4.length > 0) return { family: 4, value: set.v4[0] as Ipv4 };
  if (set.v6.length > 0) return { family: 6, value: set.v6[0] as Ipv6 };
  return undefined;
}

export function rangesOfAddressSet(set: AddressSet): IpRange[] {
  return [
    ...pairs(set.v4).map(
      ([low, high]): IpRange => ({ family: 4, low: low as Ipv4, high: high as Ipv4 }),
    ),
    ...pairs(set.v6).map(
      ([low, high]): IpRange => ({ family: 6, low: low as Ipv6, high: high as Ipv6 }),
    ),
  ];
}

/** The smallest list of prefixes whose union is the set, ascending. A range needs at most 62 (IPv4). */
export function prefixesOfAddressSet(set: AddressSet): Prefix[] {
  const prefixes: Prefix[] = [];
  for (const [low, high] of pairs(set.v4)) {
    for (const [base, length] of split(BigInt(low), BigInt(high), 32)) {
      prefixes.push({ family: 4, base: Number(base) as Ipv4, length });
    }
  }
  for (const [low, high] of pairs(set.v6)) {
    for (const [base, length] of split(low, high, 128)) {
      prefixes.push({ family: 6, base: base as Ipv6, length });
    }
  }
  return prefixes;
}

/** For people: `*` for everything, else prefixes or ranges joined by `, `, shortened after `most`. */
export function formatAddressSet(set: AddressSet, most = 6): string {
  if (isEmptyAddressSet(set)) return 'no address';
  if (equalAddressSets(set, ALL_ADDRESSES)) return '*';
  const texts = rangesOfAddressSet(set).map((range) => {
    const prefixes = prefixesOfAddressSet(addressSet([range]));
    const only = prefixes[0];
    if (prefixes.length === 1 && only !== undefined) {
      return only.length === (only.family === 4 ? 32 : 128)
        ? formatPrefix(only).split('/')[0]!
        : formatPrefix(only);
    }
    return range.family === 4
      ? `${formatIp({ family: 4, value: range.low })}-${formatIp({ family: 4, value: range.high })}`
      : `${formatIp({ family: 6, value: range.low })}-${formatIp({ family: 6, value: range.high })}`;
  });
  const shown = texts.slice(0, most).join(', ');
  return texts.length > most ? `${shown} and ${texts.length - most} more` : shown;
}

type Value = number | bigint;

function pairs<T extends Value>(flat: readonly T[]): [T, T][] {
  const result: [T, T][] = [];
  for (let index = 0; index < flat.length; index += 2)
    result.push([flat[index]!, flat[index + 1]!]);
  return result;
}

function merge<T extends Value>(list: [T, T][], one: T): T[] {
  list.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
  const out: T[] = [];
  for (const [low, high] of list) {
    const last = out.length - 1;
    // Adjacent ranges are joined too, or equal sets would have different pairs.
    if (last > 0 && (low as number) <= (((out[last] as number) + (one as number)) as number)) {
      if (high > out[last]!) out[last] = high;
    } else {
      out.push(low, high);
    }
  }
  return out;
}

function intersect<T extends Value>(a: readonly T[], b: readonly T[]): T[] {
  const out: T[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const low = a[i]! > b[j]! ? a[i]! : b[j]!;
    const high = a[i + 1]! < b[j + 1]! ? a[i + 1]! : b[j + 1]!;
    if (low <= high) out.push(low, high);
    if (a[i + 1]! < b[j + 1]!) i += 2;
    else j += 2;
  }
  return out;
}

function complement<T extends Value>(flat: readonly T[], first: T, last: T, one: T): T[] {
  const out: T[] = [];
  let next = first;
  for (const [low, high] of pairs(flat)) {
    if (low > next) out.push(next, ((low as number) - (one as number)) as T);
    if (high === last) return out;
    next = ((high as number) + (one as number)) as T;
  }
  out.push(next, last);
  return out;
}

/** Ranges of a set never touch, so that each range of `inner` must lie in one of `outer`. */
function covers<T extends Value>(outer: readonly T[], inner: readonly T[]): boolean {
  let at = 0;
  for (let pair = 0; pair < inner.length; pair += 2) {
    while (at < outer.length && outer[at + 1]! < inner[pair]!) at += 2;
    if (at >= outer.length || outer[at]! > inner[pair]! || outer[at + 1]! < inner[pair + 1]!) {
      return false;
    }
  }
  return true;
}

function overlap<T extends Value>(a: readonly T[], b: readonly T[]): boolean {
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    if (a[i + 1]! < b[j]!) i += 2;
    else if (b[j + 1]! < a[i]!) j += 2;
    else return true;
  }
  return false;
}

function has<T extends Value>(flat: readonly T[], value: T): boolean {
  let low = 0;
  let high = flat.length >>> 1; // in pairs, not in elements
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (flat[2 * middle + 1]! < value) low = middle + 1;
    else high = middle;
  }
  return low < flat.length >>> 1 && flat[2 * low]! <= value;
}

function* split(low: bigint, high: bigint, width: number): Generator<[bigint, number]> {
  let start = low;
  while (start <= high) {
    let size = 0; // log2 of the block
    while (
      size < width &&
      (start & ((1n << BigInt(size + 1)) - 1n)) === 0n &&
      start + (1n << BigInt(size + 1)) - 1n <= high
    ) {
      size += 1;
    }
    yield [start, width - size];
    start += 1n << BigInt(size);
  }
}
