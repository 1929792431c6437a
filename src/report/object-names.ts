import {
  type AddressSet,
  addressSet,
  formatAddressSet,
  isEmptyAddressSet,
  rangesOfAddressSet,
  subtractAddresses,
} from '../net/index.ts';
import { coveredSize, sizeOf } from './covered-size.ts';
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

const described = new WeakMap<readonly NamedObject[], Map<string, readonly AddressWords[]>>();

/**
 * Says a set by the objects it is made of: those that cover most come first, and what no object covers is left as it is. Where
 * it is shorter, an object that holds the set and what of it is not in the set. IPv4 and IPv6 are told one after the other.
 * Remembered by the list of objects: rows of one answer share few sets. O(objects · log ranges + ranges), a few times.
 */
export function describeAddresses(
  set: AddressSet,
  names: readonly NamedObject[],
): readonly AddressWords[] {
  const known = described.get(names) ?? new Map<string, readonly AddressWords[]>();
  described.set(names, known);
  const key = `${set.v4.join()} ${set.v6.join()}`;
  const words = known.get(key) ?? halvesOf(set).map((half) => shortest(half, names));
  known.set(key, words);
  return words;
}

function halvesOf({ v4, v6 }: AddressSet): readonly AddressSet[] {
  return [
    { v4, v6: [] },
    { v4: [], v6 },
  ].filter((half) => !isEmptyAddressSet(half));
}

function shortest(set: AddressSet, names: readonly NamedObject[]): AddressWords {
  const whole = sizeOf(set);
  const met = names.flatMap((object) => {
    const size = sizeOf(object.addresses);
    return size === 0n ? [] : [{ object, size, shared: coveredSize(object.addresses, set) }];
  });
  const inside = met.filter(({ size, shared }) => shared === size);
  let best = covered(set, inside);
  const around = met
    .filter(({ size, shared }) => shared === whole && size > whole)
    .sort(byCoverage)
    .reverse()
    .slice(0, BASES_MAX);
  const apart = around.length === 0 ? [] : met.filter(({ shared }) => shared === 0n);
  for (const { object } of around) {
    const words = covered(subtractAddresses(object.addresses, set), apart);
    const cost = words.cost + NAME + SUBTRACTION;
    if (cost < best.cost) best = { ...words, cost, base: object };
  }
  const { base, parts, rest } = best;
  return { set, parts, rest, ...(base === undefined ? {} : { base }) };
}

/** An object, and how much of something it covers at most. */
interface Candidate {
  readonly object: NamedObject;
  readonly size: bigint;
}

interface Covered {
  readonly parts: readonly NamedObject[];
  readonly rest: AddressSet;
  readonly cost: number;
  readonly base?: NamedObject;
}

/**
 * Greedy: the object that covers most of what is left. Of all beginnings of that list the one that reads shortest. What an object
 * covers only ever shrinks, so one that is measured anew and still stands first is the best of all.
 */
function covered(set: AddressSet, objects: readonly Candidate[]): Covered {
  const cost = (parts: number, rest: AddressSet): number => NAME * parts + RANGE * ranges(rest);
  const queue = [...objects].sort(byCoverage);
  const parts: NamedObject[] = [];
  let rest = set;
  let best: Covered = { parts: [], rest, cost: cost(0, rest) };
  while (parts.length < PARTS_MAX && !isEmptyAddressSet(rest)) {
    const next = bestOf(queue, rest);
    if (next === undefined) break;
    parts.push(next);
    rest = subtractAddresses(rest, next.addresses);
    if (cost(parts.length, rest) < best.cost) {
      best = { parts: [...parts], rest, cost: cost(parts.length, rest) };
    }
  }
  return best;
}

/** Takes the object that covers most of `rest` out of the queue. */
function bestOf(queue: Candidate[], rest: AddressSet): NamedObject | undefined {
  for (;;) {
    const first = queue.shift();
    if (first === undefined) return undefined;
    const size = coveredSize(first.object.addresses, rest);
    if (size === 0n) continue;
    const measured: Candidate = { object: first.object, size };
    const [second] = queue;
    if (second === undefined || byCoverage(measured, second) <= 0) return measured.object;
    let at = 1;
    let end = queue.length;
    while (at < end) {
      const middle = (at + end) >>> 1;
      if (byCoverage(queue[middle]!, measured) < 0) at = middle + 1;
      else end = middle;
    }
    queue.splice(at, 0, measured);
  }
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
    const size = sizeOf(addressSet(ranged.slice(most)));
    const whole = base === undefined ? set : base.addresses;
    const of = base === undefined ? 'these addresses' : safe(base.label);
    texts.push(`${left} more ranges (${share(size, sizeOf(whole))} of ${of})`);
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

/**
 * What covers more first; of two that cover as much the nearer name. Two objects of one name are told apart by where they begin,
 * so the order in which the objects came never shows.
 */
function byCoverage(a: Candidate, b: Candidate): number {
  if (a.size !== b.size) return a.size > b.size ? -1 : 1;
  const { rank, label, addresses } = a.object;
  if (rank !== b.object.rank) return rank - b.object.rank;
  if (label !== b.object.label) return label < b.object.label ? -1 : 1;
  return (
    byNumbers(addresses.v4, b.object.addresses.v4) || byNumbers(addresses.v6, b.object.addresses.v6)
  );
}

function byNumbers<T extends number | bigint>(a: readonly T[], b: readonly T[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  if (at < 0) return a.length - b.length;
  const other = b[at];
  return other === undefined || a[at]! > other ? 1 : -1;
}
