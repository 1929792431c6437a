import type { Place } from '../diagnostics/index.ts';
import type { AddressValue, PublicIpAddress, PublicIpPrefix, Reference } from '../model/index.ts';
import { type AddressSet, addressesOfPrefixes, type Ip, singleAddress } from '../net/index.ts';
import { isUnknown, publicAddressOf } from '../values/index.ts';
import { PUBLIC_IPV4 } from './address-space.ts';
import type { KnownAddress } from './network.ts';

export function exactAddress(ip: Ip, label: string, at?: Place, symbol?: string): KnownAddress {
  return {
    addresses: singleAddress(ip),
    isExact: true,
    label,
    ...(symbol === undefined ? {} : { symbol }),
    ...(at === undefined ? {} : { at }),
  };
}

/** @param addresses where it must lie; never empty */
export function addressWithin(
  addresses: AddressSet,
  symbol: string | undefined,
  label: string,
  at?: Place,
): KnownAddress {
  return {
    addresses,
    isExact: false,
    label,
    ...(symbol === undefined ? {} : { symbol }),
    ...(at === undefined ? {} : { at }),
  };
}

/**
 * The written number, or the symbol within `room`. The symbol of the value itself wins over `symbol`: other places
 * may name the same attribute by it.
 */
export function knownAddress(
  value: AddressValue | undefined,
  room: AddressSet,
  symbol: string,
  label: string,
  at: Place,
): KnownAddress {
  if (value === undefined) return addressWithin(room, symbol, label, at);
  if (isUnknown(value)) return addressWithin(room, value.symbol ?? symbol, label, value.at);
  return exactAddress(value, label, at, symbol);
}

/**
 * The address behind a reference to a public IP: its number; else its symbol, within its prefix when that is known,
 * within all public IPv4 otherwise.
 */
export function publicAddress(
  reference: Reference,
  publicIps: ReadonlyMap<string, PublicIpAddress>,
  prefixes: ReadonlyMap<string, PublicIpPrefix>,
  label: string,
): { readonly address: KnownAddress; readonly publicIp?: PublicIpAddress } {
  if (isUnknown(reference)) {
    return { address: addressWithin(PUBLIC_IPV4, reference.symbol, label, reference.at) };
  }
  const publicIp = publicIps.get(reference.key);
  if (publicIp === undefined) {
    const symbol = publicAddressOf(reference.key);
    return { address: addressWithin(PUBLIC_IPV4, symbol, label, reference.at) };
  }
  return { address: addressOfPublicIp(publicIp, prefixes, label), publicIp };
}

export function addressOfPublicIp(
  publicIp: PublicIpAddress,
  prefixes: ReadonlyMap<string, PublicIpPrefix>,
  label: string,
): KnownAddress {
  const prefix =
    publicIp.prefix === undefined || isUnknown(publicIp.prefix)
      ? undefined
      : prefixes.get(publicIp.prefix.key)?.prefix;
  const room = prefix === undefined ? PUBLIC_IPV4 : addressesOfPrefixes([prefix]);
  return knownAddress(publicIp.address, room, publicAddressOf(publicIp.key), label, publicIp.at);
}
