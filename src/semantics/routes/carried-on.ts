import {
  addressesOfPrefixes,
  addressSetCovers,
  addressSetsOverlap,
  type Prefix,
} from '../../net/index.ts';
import { type Network, PUBLIC_IPV4 } from '../../network/index.ts';
import type { EffectiveRoute } from './effective-route.ts';

/**
 * Does a route to a gateway ask the network behind it to send flows on to somebody else? A default route does, and a user route for public
 * addresses (a service tag) that no gateway is known to lead to.
 */
export function isCarriedOn(
  network: Network,
  vnetKey: string | undefined,
  { prefixes, source }: EffectiveRoute,
): boolean {
  if (prefixes.some(({ length }) => length === 0)) return true;
  if (source !== 'User') return false;
  // The first prefix of a tag tells already.
  const isPublic = (prefix: Prefix) =>
    addressSetsOverlap(addressesOfPrefixes([prefix]), PUBLIC_IPV4);
  if (!prefixes.some(isPublic)) return false;
  const known = (vnetKey === undefined ? undefined : network.vnets.get(vnetKey))?.gatewayPrefixes;
  if (known === undefined || known.length === 0) return true;
  const behind = addressesOfPrefixes(known.map(({ prefix }) => prefix));
  return !addressSetCovers(behind, addressesOfPrefixes(prefixes));
}
