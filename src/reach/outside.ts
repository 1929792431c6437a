import {
  type AddressSet,
  firstAddress,
  NO_ADDRESSES,
  singleAddress,
  subtractAddresses,
  unionAddresses,
} from '../net/index.ts';
import { PUBLIC_IPV4 } from '../network/index.ts';
import { publicOwners } from './hops/internet.ts';
import { toldOnce, type World } from './world.ts';

/** Public addresses that are not the perimeter's own: where a host on the internet can be. */
export function outside(world: World): AddressSet {
  const [set] = toldOnce(world, 'outside', () => {
    const own = publicOwners(world).map(({ address }) => {
      const only = firstAddress(address.addresses);
      return only === undefined ? NO_ADDRESSES : singleAddress(only);
    });
    return [subtractAddresses(PUBLIC_IPV4, unionAddresses(NO_ADDRESSES, ...own))];
  });
  return set!;
}
