import type { Reference } from '../../model/index.ts';
import {
  type AddressSet,
  addressSet,
  type IpRange,
  rangesOfAddressSet,
  singleAddress,
  subtractAddresses,
  unionAddresses,
} from '../../net/index.ts';
import type { Network } from '../../network/index.ts';
import { isUnknown, privateAddressOf } from '../../values/index.ts';
import type { Meaning } from './symbolic-tags.ts';

/**
 * The members of an application security group (AZN-41): addresses of the interfaces that name it, and perhaps every address of
 * a known network that no interface with other groups holds, since interfaces of node pools are in no file. The
 * interfaces are read once per network.
 */
export function meaningOfGroup(network: Network, group: Reference): Meaning {
  const { networks, unsettled, members, symbols } = interfacesOf(network);
  if (isUnknown(group)) {
    const needs = [{ missing: group.missing, at: group.at }];
    return { certain: addressSet([]), possible: [{ addresses: networks, needs }] };
  }
  const certain = addressSet(members.get(group.key) ?? []);
  const name = group.key.slice(group.key.lastIndexOf('/') + 1);
  const missing = `the members of application security group ${name}`;
  const possible = [{ addresses: unsettled, needs: [{ missing, at: group.at }] }];
  return { certain, possible, symbols: symbols.get(group.key) ?? [] };
}

interface Interfaces {
  /** Every address of a known network. */
  readonly networks: AddressSet;
  /** Those whose groups nobody wrote down in full. */
  readonly unsettled: AddressSet;
  /** Addresses by the group that their interface names. */
  readonly members: ReadonlyMap<string, readonly IpRange[]>;
  /** Symbols of addresses that only Azure knows, by the same. */
  readonly symbols: ReadonlyMap<string, readonly string[]>;
}

const read = new WeakMap<Network, Interfaces>();

function interfacesOf(network: Network): Interfaces {
  const known = read.get(network);
  if (known !== undefined) return known;
  const members = new Map<string, IpRange[]>();
  const symbols = new Map<string, string[]>();
  const settled: IpRange[] = [];
  for (const { key, ipConfigurations } of network.perimeter.networkInterfaces.values()) {
    for (const { privateAddress, applicationSecurityGroups: groups } of ipConfigurations) {
      const written = groups.filter((group) => !isUnknown(group));
      if (privateAddress === undefined || isUnknown(privateAddress)) {
        const symbol = privateAddress === undefined ? privateAddressOf(key) : privateAddress.symbol;
        if (symbol === undefined) continue;
        for (const group of written) listUnder(symbols, group.key, [symbol]);
        continue;
      }
      const here = rangesOfAddressSet(singleAddress(privateAddress));
      for (const group of written) listUnder(members, group.key, here);
      if (written.length === groups.length) settled.push(...here);
    }
  }
  const networks = unionAddresses(...[...network.vnets.values()].map((vnet) => vnet.addresses));
  const unsettled = subtractAddresses(networks, addressSet(settled));
  const made = { networks, unsettled, members, symbols };
  read.set(network, made);
  return made;
}

function listUnder<T>(lists: Map<string, T[]>, key: string, items: readonly T[]): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [...items]);
  else list.push(...items);
}
