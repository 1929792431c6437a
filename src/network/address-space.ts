import type { PrefixAt } from '../model/index.ts';
import {
  type AddressSet,
  ALL_IPV4,
  addressesOfPrefixes,
  type Ip,
  NO_ADDRESSES,
  type Prefix,
  parsePrefix,
  prefixesOfAddressSet,
  subtractAddresses,
  unionAddresses,
} from '../net/index.ts';
import { isUnknown, type Uncertain } from '../values/index.ts';

/** The ranges of the four system `None` routes (AZN-07): private by convention, dropped unless somebody routes them. */
export const PRIVATE_PREFIXES: readonly Prefix[] = prefixes(
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
);

export const PRIVATE_IPV4: AddressSet = addressesOfPrefixes(PRIVATE_PREFIXES);

/** IPv4 that can be a public address: neither private nor special (loopback, link-local, multicast, reserved, the host). */
export const PUBLIC_IPV4: AddressSet = subtractAddresses(
  ALL_IPV4,
  unionAddresses(
    PRIVATE_IPV4,
    addressesOfPrefixes(
      prefixes(
        '0.0.0.0/8',
        '127.0.0.0/8',
        '169.254.0.0/16',
        '168.63.129.16/32',
        '224.0.0.0/4',
        '240.0.0.0/4',
      ),
    ),
  ),
);

/** The host answers on these whatever routes and tables say (AZN-17): DNS, probes and wire server; metadata. */
export const PLATFORM_ADDRESSES: AddressSet = addressesOfPrefixes(
  prefixes('168.63.129.16/32', '169.254.169.254/32'),
);

/** Union of the prefixes that could be read. `hasUnknown`: the set is a lower bound. Empty input is the empty set. */
export function addressesOf(list: readonly Uncertain<PrefixAt>[]): {
  readonly addresses: AddressSet;
  readonly hasUnknown: boolean;
} {
  const known: Prefix[] = [];
  for (const entry of list) if (!isUnknown(entry)) known.push(entry.prefix);
  return {
    addresses: known.length === 0 ? NO_ADDRESSES : addressesOfPrefixes(known),
    hasUnknown: known.length < list.length,
  };
}

/**
 * The first address Azure hands out in a subnet: `.4`, after the network address, the gateway and two for DNS.
 * Azure Firewall usually gets it, which is an inference and not a promise (AZN-21). IPv4 only.
 */
export function firstUsableAddress(subnet: AddressSet): Ip | undefined {
  const prefix = prefixesOfAddressSet(subnet)[0];
  if (prefix === undefined || prefix.family !== 4 || prefix.length > 29) return undefined;
  return { family: 4, value: (prefix.base + 4) as typeof prefix.base };
}

function prefixes(...texts: readonly string[]): Prefix[] {
  return texts.map((text) => parsePrefix(text)!);
}
