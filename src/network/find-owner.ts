import {
  type AddressSet,
  addressSetHas,
  addressSetsOverlap,
  equalAddressSets,
  firstAddress,
  type Ip,
} from '../net/index.ts';
import { PUBLIC_IPV4 } from './address-space.ts';
import type { AddressOwners, Network, OwnedAddress, Owner } from './network.ts';
import { vnetReaches } from './reach.ts';

/** A `FlowAddress` or a `KnownAddress`: one address, or a set it lies in, and perhaps a symbol. */
export type AddressLike =
  | { readonly kind: 'exact'; readonly ip: Ip; readonly symbol?: string }
  | { readonly kind: 'within'; readonly addresses: AddressSet; readonly symbol?: string }
  | {
      readonly kind?: undefined;
      readonly addresses: AddressSet;
      readonly isExact: boolean;
      readonly symbol?: string;
    };

export interface FoundOwner {
  readonly owner: Owner;
  readonly address: OwnedAddress['address'];
  /** `yes`: same number or same symbol. `maybe`: the sets they lie in overlap. */
  readonly certainty: 'yes' | 'maybe';
  /**
   * True when the owner's address is any public address not allocated yet. Whoever asks where a written outside
   * address leads leaves these out; whoever asks "could this be ours?" keeps them.
   */
  readonly isGuess: boolean;
}

/** From where the question is asked: private addresses of networks that this VNet cannot reach are left out. */
export interface AskedFrom {
  readonly vnetKey?: string;
}

/**
 * Who sits at an address, surest first; empty when nobody known does. When a `yes` is found the maybes are left out:
 * an address has one holder, though several resources may describe it (a public IP and its firewall).
 * O(1) for a number that somebody owns; else O(subnets with unknown addresses + hits).
 */
export function findOwner(
  network: Network,
  address: AddressLike,
  from: AskedFrom = {},
): readonly FoundOwner[] {
  const index = indexOf(network.owners);
  const { symbol } = address;
  const isHere = (entry: OwnedAddress) => isVisible(network, entry, from);
  const bySymbol = symbol === undefined ? [] : (index.bySymbol.get(symbol) ?? []).filter(isHere);
  if (bySymbol.length > 0) return bySymbol.map((entry) => found(entry, 'yes'));

  const ip = ipOf(address);
  if (ip !== undefined) {
    const exact = (index.byNumber.get(ip.value) ?? []).filter(
      (entry) => isHere(entry) && addressSetHas(entry.address.addresses, ip),
    );
    if (exact.length > 0) return exact.map((entry) => found(entry, 'yes'));
    return index.rooms
      .filter((room) => addressSetHas(room.addresses, ip))
      .flatMap((room) => room.entries.filter(isHere))
      .map((entry) => found(entry, 'maybe'));
  }
  if (address.kind === 'exact') return [];
  const set = address.addresses;
  const numbers = numbersWithin(index, set).filter(isHere);
  const rooms = index.rooms
    .filter((room) => addressSetsOverlap(room.addresses, set))
    .flatMap((room) => room.entries.filter(isHere));
  return [...numbers, ...rooms].map((entry) => found(entry, 'maybe'));
}

interface OwnerIndex {
  /** By the number of the address; both families, told apart by number and bigint. */
  readonly byNumber: ReadonlyMap<number | bigint, readonly OwnedAddress[]>;
  /** The IPv4 numbers of `byNumber`, ascending. */
  readonly numbers: readonly number[];
  readonly bySymbol: ReadonlyMap<string, readonly OwnedAddress[]>;
  /** Entries without a number, grouped by the set they lie in: as many groups as subnets, not as entries. */
  readonly rooms: readonly { readonly addresses: AddressSet; readonly entries: OwnedAddress[] }[];
}

const indexes = new WeakMap<AddressOwners, OwnerIndex>();

function indexOf(owners: AddressOwners): OwnerIndex {
  const known = indexes.get(owners);
  if (known !== undefined) return known;
  const byNumber = new Map<number | bigint, OwnedAddress[]>();
  const bySymbol = new Map<string, OwnedAddress[]>();
  const rooms = new Map<string, { addresses: AddressSet; entries: OwnedAddress[] }>();
  for (const entry of owners.entries) {
    const { address } = entry;
    if (address.symbol !== undefined) push(bySymbol, address.symbol, entry);
    const only = address.isExact ? firstAddress(address.addresses) : undefined;
    if (only !== undefined) {
      push(byNumber, only.value, entry);
      continue;
    }
    const key = `${address.addresses.v4.join()}|${address.addresses.v6.join()}`;
    const room = rooms.get(key);
    if (room === undefined) rooms.set(key, { addresses: address.addresses, entries: [entry] });
    else room.entries.push(entry);
  }
  const numbers = [...byNumber.keys()].filter((value) => typeof value === 'number');
  numbers.sort((a, b) => a - b);
  const index = { byNumber, numbers, bySymbol, rooms: [...rooms.values()] };
  indexes.set(owners, index);
  return index;
}

/** Entries whose number lies in the set. O(ranges × log numbers + hits) for IPv4, linear for IPv6. */
function numbersWithin(index: OwnerIndex, set: AddressSet): OwnedAddress[] {
  const hits: OwnedAddress[] = [];
  for (let range = 0; range < set.v4.length; range += 2) {
    for (let at = firstAtLeast(index.numbers, set.v4[range]!); at < index.numbers.length; at += 1) {
      const value = index.numbers[at]!;
      if (value > set.v4[range + 1]!) break;
      hits.push(...index.byNumber.get(value)!);
    }
  }
  if (set.v6.length > 0) {
    for (const [value, entries] of index.byNumber) {
      if (typeof value !== 'bigint') continue;
      hits.push(...entries.filter((entry) => addressSetsOverlap(entry.address.addresses, set)));
    }
  }
  return hits;
}

function firstAtLeast(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** An address inside a cluster means nothing to a VNet, nor does one of a VNet that is not connected. */
function isVisible(network: Network, entry: OwnedAddress, from: AskedFrom): boolean {
  if (from.vnetKey === undefined) return true;
  if (entry.scope.kind === 'cluster') return false;
  if (entry.scope.kind !== 'vnet') return true;
  return vnetReaches(network, from.vnetKey, entry.scope.vnetKey) !== 'no';
}

function ipOf(address: AddressLike): Ip | undefined {
  if (address.kind === 'exact') return address.ip;
  if (address.kind === undefined && address.isExact) return firstAddress(address.addresses);
  return undefined;
}

function found(entry: OwnedAddress, certainty: 'yes' | 'maybe'): FoundOwner {
  const { owner, address } = entry;
  const isGuess = certainty === 'maybe' && equalAddressSets(address.addresses, PUBLIC_IPV4);
  return { owner, address, certainty, isGuess };
}

function push<K>(map: Map<K, OwnedAddress[]>, key: K, entry: OwnedAddress): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [entry]);
  else list.push(entry);
}
