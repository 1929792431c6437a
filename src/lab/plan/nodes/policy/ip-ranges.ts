import {
  type AddressSet,
  addressesOfPrefixes,
  NO_ADDRESSES,
  type Prefix,
  parsePrefix,
  subtractAddresses,
  unionAddresses,
} from '../../../../net/index.ts';
import { texts, type Written } from './written.ts';

/** Ranges as policies write them. `undefined`: one of them is none. */
export function rangesOf(value: Written): AddressSet | undefined {
  const prefixes = texts(value).map(parsePrefix);
  return prefixes.every((each): each is Prefix => each !== undefined)
    ? addressesOfPrefixes(prefixes)
    : undefined;
}

/** A range without its exceptions (K8P-12, host bits are masked: K8P-13). */
export function rangeWithout(cidr: Written, except: Written): AddressSet | undefined {
  const whole = rangesOf([cidr]);
  const holes = rangesOf(except ?? []);
  return whole === undefined || holes === undefined || typeof cidr !== 'string'
    ? undefined
    : subtractAddresses(whole, holes);
}

export function union(sets: readonly AddressSet[]): AddressSet {
  return sets.length === 0 ? NO_ADDRESSES : unionAddresses(...sets);
}
