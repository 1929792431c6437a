import {
  type AddressSet,
  addressSet,
  addressSetCovers,
  addressSetSize,
  addressSetsOverlap,
  formatAddressSet,
  intersectAddresses,
  isEmptyAddressSet,
  rangesOfAddressSet,
  subtractAddresses,
} from '../net/index.ts';
import type { NamedObject } from './named-objects.ts';
import { share } from './share.ts';
import { safe } from './style.ts';

/**
 * A set of addresses in a person's own words, exactly: the union of `parts` and `rest`; or, with a base, the base but for
 * `parts` and `rest`.
 */
export interface AddressWords {
  readonly set: AddressSet;
  readonly base?: NamedObject;
  readonly parts: readonly NamedObject[];
  readonly rest: AddressSet;
}

/** What a reader pays for a name, for a range of numbers, and for having to subtract. */
const NAME = 0.4;
const RANGE = 1.5;
const SUBTRACTION = 0.6;
/** Names tried for one set, and bases. */
const PARTS_MAX = 16;
const BASES_MAX = 4;

/**
 * Says a set by the objects it is made of: those that cover most come first, and what no object covers is left as it is. Where
 * it is shorter, an object that holds the set and what of it is not in the set. IPv4 and IPv6 are told one after the other.
 * O(objects · ranges) a name, at most 16 names.
 */
export function describeAddresses(
  set: AddressSet,
  names: readonly NamedObject[],
): readonly AddressWords[] {
  const halves: readonly AddressSet[] = [
    { v4: set.v4, v6: [] },
    { v4: [], v6: set.v6 },
  ];
  return halves.filter((half) => !isEmptyAddressSet(half)).map((half) => shortest(half, names));
}

function shortest(set: AddressSet, names: readonly NamedObject[]): AddressWords {
  const inside = names.filter(
    ({ addresses }) => !isEmptyAddressSet(addresses) && addressSetCovers(set, addresses),
  );
  let best = covered(set, inside);
  const around = names
    .filter(({ addresses }) => addressSetCovers(addresses, set))
    .map((object) => ({ object, size: addressSetSize(object.addresses) }))
    .sort((a, b) => bySize(a.size, b.size) || byRank(a.object, b.object))
    .slice(0, BASES_MAX);
  for (const { object } of around) {
    const missing = subtractAddresses(object.addresses, set);
    if (isEmptyAddressSet(missing)) continue;
    const apart = names.filter(
      ({ addresses }) =>
        addressSetsOverlap(addresses, missing) && !addressSetsOverlap(addresses, set),
    );
    const words = covered(missing, apart);
    const cost = words.cost + NAME + SUBTRACTION;
    if (cost < best.cost) best = { ...words, cost, base: object };
  }
  const { base, parts, rest } = best;
  return { set, parts, rest, ...(base === undefined ? {} : { base }) };
}

interface Covered {
  readonly parts: readonly NamedObject[];
  readonly rest: AddressSet;
  readonly cost: number;
  readonly base?: NamedObject;
}

/** Greedy: the object that covers most of what is left. Of all beginnings of that list the one that reads shortest. */
function covered(set: AddressSet, objects: readonly NamedObject[]): Covered {
  const cost = (parts: number, rest: AddressSet): number => NAME * parts + RANGE * ranges(rest);
  const bounds = objects
    .map((object) => ({
      object,
      most: addressSetSize(intersectAddresses(object.addresses, set)),
    }))
    .sort((a, b) => bySize(b.most, a.most) || byRank(a.object, b.object));
  const parts: NamedObject[] = [];
  let rest = set;
  let best: Covered = { parts: [], rest, cost: cost(0, rest) };
  while (parts.length < PARTS_MAX && !isEmptyAddressSet(rest)) {
    let next: NamedObject | undefined;
    let gained = 0n;
    for (const entry of bounds) {
      // What an object covers only ever shrinks, so that none further down can cover more.
      if (entry.most < gained || entry.most === 0n) break;
      entry.most = addressSetSize(intersectAddresses(entry.object.addresses, rest));
      const wins =
        entry.most > gained ||
        (entry.most === gained && next !== undefined && byRank(entry.object, next) < 0);
      if (entry.most > 0n && wins) {
        next = entry.object;
        gained = entry.most;
      }
    }
    if (next === undefined) break;
    bounds.sort((a, b) => bySize(b.most, a.most) || byRank(a.object, b.object));
    parts.push(next);
    rest = subtractAddresses(rest, next.addresses);
    if (cost(parts.length, rest) < best.cost) {
      best = { parts: [...parts], rest, cost: cost(parts.length, rest) };
    }
  }
  return best;
}

/**
 * For people: `subnet aks-subnet, 10.9.0.0/16`, `the internet but service tag Storage`. Shortened after `most` of each kind, with
 * how many ranges and which share of the addresses is not said.
 */
export function addressWordsText(words: readonly AddressWords[], most: number): string {
  if (words.length === 0) return 'no address';
  return [...new Set(words.map((each) => oneText(each, most)))].join(', ');
}

function oneText({ set, base, parts, rest }: AddressWords, most: number): string {
  const named = parts.slice(0, most).map(({ label }) => safe(label));
  const ranged = rangesOfAddressSet(rest);
  const shown = ranged.slice(0, most);
  const texts = [...named, ...shown.map((range) => formatAddressSet(addressSet([range])))];
  const unnamed = parts.length - named.length;
  if (unnamed > 0) texts.push(`${unnamed} more objects`);
  const left = ranged.length - shown.length;
  if (left > 0) {
    const size = addressSetSize(addressSet(ranged.slice(most)));
    const whole = base === undefined ? set : base.addresses;
    const of = base === undefined ? 'these addresses' : safe(base.label);
    texts.push(`${left} more ranges (${share(size, addressSetSize(whole))} of ${of})`);
  }
  const list = texts.length > 1 && (unnamed > 0 || left > 0) ? lastAnd(texts) : texts.join(', ');
  return base === undefined ? list : `${safe(base.label)} but ${list}`;
}

function lastAnd(texts: readonly string[]): string {
  return `${texts.slice(0, -1).join(', ')} and ${texts.at(-1)}`;
}

function ranges({ v4, v6 }: AddressSet): number {
  return (v4.length + v6.length) / 2;
}

function bySize(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The nearer name of two that cover as much. */
function byRank(a: NamedObject, b: NamedObject): number {
  return a.rank - b.rank || (a.label < b.label ? -1 : a.label > b.label ? 1 : 0);
}
