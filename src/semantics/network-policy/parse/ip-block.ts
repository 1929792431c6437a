import {
  type AddressSet,
  addressesOfPrefixes,
  addressSetCovers,
  parsePrefix,
  subtractAddresses,
} from '../../../net/index.ts';

/**
 * The addresses of a CIDR without its exceptions; host bits are masked (K8P-13). Both texts must be CIDRs.
 * `outside` is the first exception that does not lie in the CIDR.
 */
export function ipBlockAddresses(
  cidr: string,
  excepts: readonly string[],
): { readonly addresses: AddressSet; readonly outside?: string } {
  const block = addressesOf(cidr);
  let addresses = block;
  let outside: string | undefined;
  for (const except of excepts) {
    const removed = addressesOf(except);
    if (!addressSetCovers(block, removed)) outside ??= except;
    addresses = subtractAddresses(addresses, removed);
  }
  return outside === undefined ? { addresses } : { addresses, outside };
}

function addressesOf(cidr: string): AddressSet {
  const prefix = parsePrefix(cidr);
  return addressesOfPrefixes(prefix === undefined ? [] : [prefix]);
}
