import {
  type AddressSet,
  firstAddress,
  NO_ADDRESSES,
  singleAddress,
  subtractAddresses,
  unionAddresses,
} from '../net/index.ts';
import { type Network, PUBLIC_IPV4 } from '../network/index.ts';

const outsides = new WeakMap<Network, AddressSet>();

/** Public addresses that are not ours: where a host on the internet can be. */
export function elsewhere(network: Network): AddressSet {
  const known = outsides.get(network);
  if (known !== undefined) return known;
  const ours = network.owners.entries.flatMap(({ address, scope }) => {
    const only =
      address.isExact && scope.kind === 'public' ? firstAddress(address.addresses) : undefined;
    return only === undefined ? [] : [singleAddress(only)];
  });
  const set = subtractAddresses(PUBLIC_IPV4, unionAddresses(NO_ADDRESSES, ...ours));
  outsides.set(network, set);
  return set;
}
