import type { ServiceTags } from '../../../facts/index.ts';
import { type Condition, type FlowBox, type FlowRegion, needing } from '../../../flows/index.ts';
import type { AddressTerm, IpGroup, Reference, RuleSources } from '../../../model/index.ts';
import {
  type AddressSet,
  addressSet,
  type IpRange,
  isEmptyAddressSet,
  NO_ADDRESSES,
  type PortSet,
  unionAddresses,
} from '../../../net/index.ts';
import { isUnknown } from '../../../values/index.ts';
import { membersOfTag } from '../../match.ts';
import type { FirewallContext } from '../context.ts';
import { conditionOf } from './firewall-decider.ts';

/** What a list of addresses says. */
export interface ListedAddresses {
  /** `*` is among them: every address, whatever else is written. */
  readonly isAll: boolean;
  /** The addresses that are listed for certain. One object for equal lists. */
  readonly addresses: AddressSet;
  /** Entries nobody can resolve. Each may hold any address. */
  readonly open: readonly Condition[];
  /** Which of those name an address that only Azure knows: the end that has it is in the list for certain. */
  readonly symbols: readonly string[];
}

export type AddressSide = 'sources' | 'destinations';

/**
 * The addresses that firewalls of one context write, each set made once: later stages remember what they compute by the identity of
 * a set, and thousands of rules share a few lists.
 */
export interface AddressLists {
  readonly read: (terms: readonly AddressTerm[]) => ListedAddresses;
  /** @see AFW-34 any of several alternatives. AFW-06 no source at all: no flow. */
  readonly sources: (sources: RuleSources) => FlowRegion;
  /** Addresses and IP groups of one side of a rule, and `others` as further alternatives. */
  readonly side: (
    side: AddressSide,
    terms: readonly AddressTerm[],
    groups: readonly Reference[],
    others?: () => FlowRegion,
  ) => FlowRegion;
  /** The same object for equal ports. */
  readonly ports: (ports: PortSet) => PortSet;
}

const everyList = new WeakMap<ServiceTags, WeakMap<object, AddressLists>>();

/** Remembered by the data that gives tags and IP groups their members. */
export function addressListsOf({ datasets, ipGroups }: FirewallContext): AddressLists {
  const { serviceTags } = datasets;
  const byGroups = once(everyList, serviceTags, () => new WeakMap<object, AddressLists>());
  return once(byGroups, ipGroups, () => makeLists(serviceTags, ipGroups));
}

function makeLists(serviceTags: ServiceTags, ipGroups: ReadonlyMap<string, IpGroup>): AddressLists {
  const known = new WeakMap<readonly AddressTerm[], ListedAddresses>();
  const sets = new Map<string, AddressSet>();
  const numbers = new Map<AddressSet, number>();
  const portSets = new Map<string, PortSet>();

  const numberOf = (set: AddressSet): number => once(numbers, set, () => numbers.size);
  const union = (parts: readonly AddressSet[]): AddressSet => {
    const [only] = parts;
    if (parts.length === 1 && only !== undefined) return only;
    const distinct = [...new Set(parts)].filter((set) => !isEmptyAddressSet(set));
    const [first = NO_ADDRESSES] = distinct;
    if (distinct.length < 2) return first;
    const key = distinct
      .map(numberOf)
      .sort((a, b) => a - b)
      .join(' ');
    return once(sets, `union ${key}`, () => unionAddresses(...distinct));
  };

  const read = (terms: readonly AddressTerm[]): ListedAddresses =>
    once(known, terms, () => readTerms(terms));
  const readTerms = (terms: readonly AddressTerm[]): ListedAddresses => {
    const ranges: IpRange[] = [];
    const tags: AddressSet[] = [];
    const open: Condition[] = [];
    const symbols: string[] = [];
    let key = '';
    let isAll = false;
    for (const term of terms) {
      if (term.kind === 'any') isAll = true;
      else if (term.kind === 'unknown') {
        open.push(conditionOf(term.unknown));
        if (term.unknown.symbol !== undefined) symbols.push(term.unknown.symbol);
      } else if (term.kind === 'range') {
        ranges.push(term.range);
        key += ` ${term.range.low}-${term.range.high}`;
      } else {
        // AFW-37: a tag without data has members that nobody knows, not none.
        const members = membersOfTag(serviceTags, term.tag);
        if (members !== undefined) tags.push(members);
        else open.push({ missing: `members of service tag ${term.tag}`, at: term.at });
      }
    }
    const written =
      ranges.length === 0 ? NO_ADDRESSES : once(sets, `ranges${key}`, () => addressSet(ranges));
    return { isAll, addresses: union([written, ...tags]), open, symbols };
  };

  const side: AddressLists['side'] = (header, terms, groups, others) => {
    const parts: AddressSet[] = [];
    const open: Condition[] = [];
    const symbols: string[] = [];
    let isAll = false;
    let isDoubted: Condition | undefined;
    const add = (listed: ListedAddresses): void => {
      isAll ||= listed.isAll;
      parts.push(listed.addresses);
      open.push(...listed.open);
      symbols.push(...listed.symbols);
    };
    add(read(terms));
    for (const reference of groups) {
      const group = groupBehind(reference, ipGroups);
      if ('missing' in group) open.push(group);
      else if (group.addresses.length > 0) add(read(group.addresses));
      else isDoubted = skippedWhenEmpty(group);
    }
    const alternatives: FlowBox[] = [];
    if (isAll) alternatives.push({});
    else {
      const addresses = union(parts);
      if (!isEmptyAddressSet(addresses)) alternatives.push({ [header]: addresses });
      const same = header === 'sources' ? 'sourceIs' : 'destinationIs';
      for (const symbol of symbols) alternatives.push({ [same]: symbol });
      for (const condition of open) alternatives.push({ needs: [condition] });
      if (others !== undefined) alternatives.push(...others());
    }
    return isDoubted === undefined ? alternatives : needing(alternatives, [isDoubted]);
  };

  return {
    read,
    side,
    sources: ({ addresses, ipGroups: groups, kubeSelectorGroups }) => {
      const [selector] = kubeSelectorGroups;
      if (selector === undefined) return side('sources', addresses, groups);
      // What a selector adds to the other sources is unpublished: with it, any source may match or not.
      return [{ needs: [selectedBy(selector)] }];
    },
    ports: (ports) => once(portSets, ports.join(), () => ports),
  };
}

interface Memory<Key, T> {
  readonly get: (key: Key) => T | undefined;
  readonly set: (key: Key, value: T) => unknown;
}

function once<Key, T>(memory: Memory<Key, T>, key: Key, make: () => T): T {
  const known = memory.get(key);
  if (known !== undefined) return known;
  const made = make();
  memory.set(key, made);
  return made;
}

function groupBehind(
  reference: Reference,
  ipGroups: ReadonlyMap<string, IpGroup>,
): IpGroup | Condition {
  if (isUnknown(reference)) return conditionOf(reference);
  const group = ipGroups.get(reference.key);
  const isReadable = group?.isReference !== true && group?.exists === undefined;
  if (group !== undefined && isReadable) return group;
  return { missing: `addresses of IP group \`${lastSegment(reference.id)}\``, at: reference.at };
}

/** AFW-35: an empty group makes its rule skip. Whether it does so beside other alternatives is not documented. */
function skippedWhenEmpty({ name, at }: IpGroup): Condition {
  const missing = `whether a rule is skipped when \`${name}\` is empty and other addresses remain`;
  return { missing, at };
}

function selectedBy(selector: Reference): Condition {
  const name = isUnknown(selector) ? selector.text : lastSegment(selector.id);
  return {
    missing: `which pods Kubernetes selector group \`${name}\` selects`,
    at: selector.at,
  };
}

function lastSegment(id: string): string {
  return id.slice(id.lastIndexOf('/') + 1);
}
