import {
  addressesOfPrefixes,
  formatPrefix,
  type Prefix,
  prefixCovers,
  prefixesOfAddressSet,
  subtractAddresses,
} from '../../net/index.ts';
import type { Network, SubnetPlacement } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import type { Fabric } from './fabrics.ts';
import { prefixesOfSubnet } from './seat.ts';
import { tagOfServiceEndpoint, tagPrefixes } from './tag-prefixes.ts';

/** Subnets that reach public prefixes under their private addresses. CIDR texts. */
export interface Backbone {
  readonly sources: readonly string[];
  readonly to: readonly string[];
}

/**
 * AZN-15: subnets with service endpoints, and the public prefixes they reach without translation. Less those that a route of the user
 * takes: as long as the endpoint's it wins over it, longer it wins for its part (azure-networking 3.4).
 */
export function backboneOf(network: Network, { vnetKeys }: Fabric): readonly Backbone[] {
  const { serviceTags } = network.perimeter.snapshot.datasets;
  return [...network.subnets.values()].flatMap((placement) => {
    const { subnet, vnet } = placement;
    if (!vnetKeys.includes(vnet.key) || subnet.serviceEndpoints.length === 0) return [];
    const reached = subnet.serviceEndpoints.flatMap((service) => {
      const tag = tagOfServiceEndpoint(service);
      return tag === undefined ? [] : (tagPrefixes(serviceTags, tag) ?? []);
    });
    const taken = userPrefixes(network, placement).filter((prefix) =>
      reached.some((one) => prefixCovers(one, prefix)),
    );
    const left = subtractAddresses(addressesOfPrefixes(reached), addressesOfPrefixes(taken));
    const to = prefixesOfAddressSet(left).map(formatPrefix);
    const sources = prefixesOfSubnet(placement).map(formatPrefix);
    return to.length === 0 || sources.length === 0 ? [] : [{ sources, to }];
  });
}

function userPrefixes(network: Network, { routeTable }: SubnetPlacement): readonly Prefix[] {
  if (routeTable.kind !== 'found') return [];
  const { serviceTags } = network.perimeter.snapshot.datasets;
  return routeTable.target.routes.flatMap(({ destination }) => {
    if (isUnknown(destination)) return [];
    return destination.kind === 'prefix'
      ? [destination.prefix]
      : (tagPrefixes(serviceTags, destination.tag) ?? []);
  });
}
