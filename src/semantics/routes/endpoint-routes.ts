import type { PrivateEndpoint } from '../../model/index.ts';
import {
  type AddressSet,
  addressesOfPrefixes,
  addressSetHas,
  formatIp,
  type Ip,
  isEmptyAddressSet,
  NO_ADDRESSES,
  type Prefix,
  prefixCovers,
  prefixesOfAddressSet,
  prefixesOverlap,
  prefixOf,
  subtractAddresses,
} from '../../net/index.ts';
import {
  type Network,
  type SubnetPlacement,
  type VnetPlacement,
  vnetReaches,
} from '../../network/index.ts';
import { isUnknown, privateAddressOf } from '../../values/index.ts';
import type { MissingFact } from '../verdict.ts';
import type { DraftRoute } from './draft-route.ts';
import { RANK } from './rank.ts';

/**
 * The /32 routes of private endpoints in a VNet and its direct peers (AZN-13), beaten by user routes where the
 * endpoint's subnet asks for that (AZN-14). An endpoint whose address is unknown may be any address of its subnet.
 */
export function* endpointRoutes(
  network: Network,
  vnet: VnetPlacement,
  user: readonly DraftRoute[],
): Generator<DraftRoute> {
  for (const placed of endpointsNear(network, vnet)) {
    const { endpoint, subnet, uncertain } = placed;
    const values = endpoint.addresses.length === 0 ? [undefined] : endpoint.addresses;
    for (const value of values) {
      if (value !== undefined && !isUnknown(value)) {
        yield numberedRoute(placed, value, user);
        continue;
      }
      if (subnet === undefined) continue;
      const reach = subtractAddresses(subnet.addresses, beatenAddresses(user, subnet));
      if (isEmptyAddressSet(reach)) continue;
      const missing = {
        missing: `the address of private endpoint ${endpoint.name}`,
        at: endpoint.at,
      };
      yield {
        route: {
          ...routeTo(endpoint, [], 'an address not known'),
          uncertain: [...uncertain, missing],
        },
        rank: RANK.systemOther,
        reach,
        ...(uncertain.length > 0 || userRoutesTouch(user, subnet)
          ? {}
          : { symbol: value?.symbol ?? privateAddressOf(endpoint.key) }),
      };
    }
  }
}

function numberedRoute(placed: NearEndpoint, ip: Ip, user: readonly DraftRoute[]): DraftRoute {
  const prefix = prefixOf(ip, ip.family === 4 ? 32 : 128);
  const beating = beatingRoutes(user, prefix, placed);
  const isInvalid = beating.some((uncertain) => uncertain.length === 0);
  const doubts = isInvalid ? [] : beating.flat();
  const route = routeTo(placed.endpoint, [prefix], formatIp(ip));
  return {
    route: { ...route, uncertain: [...placed.uncertain, ...doubts] },
    rank: RANK.systemOther,
    ...(isInvalid ? { isInvalid } : {}),
  };
}

function routeTo(endpoint: PrivateEndpoint, prefixes: readonly Prefix[], prefixText: string) {
  return {
    name: `private endpoint ${endpoint.name}`,
    prefixes,
    prefixText,
    source: 'Default',
    nextHopType: 'InterfaceEndpoint',
    nextHops: [],
    fact: 'AZN-13',
    at: endpoint.at,
    endpoint,
  } as const;
}

/**
 * User routes that the endpoint's subnet lets win, each with what that rests on: they hold the endpoint and are as long as the
 * VNet's prefix around it. Where that prefix or the subnet is not known, they may win.
 */
function beatingRoutes(
  user: readonly DraftRoute[],
  prefix: Prefix,
  { endpoint, subnet }: NearEndpoint,
): (readonly MissingFact[])[] {
  if (subnet !== undefined && !allowsUserRoutes(subnet)) return [];
  const home = homePrefixes(subnet).find((own) => prefixCovers(own, prefix));
  const missing: MissingFact =
    subnet === undefined
      ? { missing: `the subnet of private endpoint ${endpoint.name}`, at: endpoint.at }
      : {
          missing: `the address space of virtual network ${subnet.vnet.name}`,
          at: subnet.vnet.at,
        };
  return user
    .filter((draft) =>
      draft.route.prefixes.some(
        (route) => route.length >= (home?.length ?? 1) && prefixCovers(route, prefix),
      ),
    )
    .map(({ route }) => (home === undefined ? [...route.uncertain, missing] : route.uncertain));
}

/** Where such user routes certainly take any endpoint: decides for one whose number is not known. */
function beatenAddresses(user: readonly DraftRoute[], subnet: SubnetPlacement): AddressSet {
  if (!allowsUserRoutes(subnet)) return NO_ADDRESSES;
  const home = homePrefixes(subnet);
  return addressesOfPrefixes(
    user
      .filter((draft) => draft.route.uncertain.length === 0)
      .flatMap((draft) => draft.route.prefixes)
      .filter((route) => home.some((own) => prefixCovers(own, route))),
  );
}

/** May a user route win for some address of the subnet? */
function userRoutesTouch(user: readonly DraftRoute[], subnet: SubnetPlacement): boolean {
  if (!allowsUserRoutes(subnet)) return false;
  const prefixes = prefixesOfAddressSet(subnet.addresses);
  return user.some((draft) =>
    draft.route.prefixes.some((route) => prefixes.some((own) => prefixesOverlap(route, own))),
  );
}

function homePrefixes(subnet: SubnetPlacement | undefined): Prefix[] {
  const space = subnet?.vnet.addressSpace ?? [];
  return space.flatMap((entry) => (isUnknown(entry) ? [] : [entry.prefix]));
}

function allowsUserRoutes(subnet: SubnetPlacement): boolean {
  const policies = subnet.subnet.privateEndpointNetworkPolicies?.toLowerCase();
  return policies === 'enabled' || policies === 'routetableenabled';
}

interface NearEndpoint {
  readonly endpoint: PrivateEndpoint;
  readonly subnet: SubnetPlacement | undefined;
  readonly uncertain: readonly MissingFact[];
}

const near = new WeakMap<VnetPlacement, readonly NearEndpoint[]>();

/** The endpoints of a VNet and its peers, found once for all its subnets. */
function endpointsNear(network: Network, vnet: VnetPlacement): readonly NearEndpoint[] {
  const known = near.get(vnet);
  if (known !== undefined) return known;
  const found = [...findEndpoints(network, vnet)];
  near.set(vnet, found);
  return found;
}

function* findEndpoints(network: Network, vnet: VnetPlacement): Generator<NearEndpoint> {
  for (const endpoint of network.perimeter.privateEndpoints.values()) {
    const reference = endpoint.subnet;
    const subnet =
      reference === undefined || isUnknown(reference)
        ? undefined
        : network.subnets.get(reference.key);
    const uncertain: MissingFact[] =
      endpoint.exists === undefined
        ? []
        : [{ missing: endpoint.exists.missing, at: endpoint.exists.at }];
    if (subnet === undefined) {
      if (endpoint.addresses.some((value) => !isUnknown(value) && isNear(vnet, value))) {
        yield { endpoint, subnet, uncertain };
      }
      continue;
    }
    const reaches = vnetReaches(network, vnet.vnet.key, subnet.vnet.key);
    if (reaches === 'no') continue;
    if (reaches === 'unknown') {
      uncertain.push({ missing: `whether ${vnet.vnet.name} is peered with ${subnet.vnet.name}` });
    }
    yield { endpoint, subnet, uncertain };
  }
}

function isNear(vnet: VnetPlacement, ip: Ip): boolean {
  return (
    addressSetHas(vnet.addresses, ip) ||
    vnet.peers.some((peer) => peer.state === 'connected' && addressSetHas(peer.remoteAddresses, ip))
  );
}
