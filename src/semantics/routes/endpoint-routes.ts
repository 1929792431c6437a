import type { PrivateEndpoint } from '../../model/index.ts';
import {
  type AddressSet,
  addressSetHas,
  formatIp,
  type Ip,
  isEmptyAddressSet,
  type Prefix,
  prefixCovers,
  prefixesOfAddressSet,
  prefixHas,
  prefixOf,
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
      const reach = subnet?.addresses;
      if (reach === undefined || isEmptyAddressSet(reach)) continue;
      if (userRoutesOver(user, reach, subnet) === 'all') continue;
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
        ...(uncertain.length > 0 || userRoutesOver(user, reach, subnet) === 'some'
          ? {}
          : { symbol: value?.symbol ?? privateAddressOf(endpoint.key) }),
      };
    }
  }
}

function numberedRoute(placed: NearEndpoint, ip: Ip, user: readonly DraftRoute[]): DraftRoute {
  const prefix = prefixOf(ip, ip.family === 4 ? 32 : 128);
  const beating = beatingRoutes(user, prefix, placed.subnet);
  const isInvalid = beating.some((draft) => draft.route.uncertain.length === 0);
  const doubts = isInvalid ? [] : beating.flatMap((draft) => draft.route.uncertain);
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

/** User routes that the endpoint's subnet lets win: they hold it and are as long as the VNet's prefix around it. */
function beatingRoutes(
  user: readonly DraftRoute[],
  prefix: Prefix,
  subnet: SubnetPlacement | undefined,
): DraftRoute[] {
  if (subnet === undefined || !allowsUserRoutes(subnet)) return [];
  const home = subnet.vnet.addressSpace.find(
    (entry) => !isUnknown(entry) && prefixCovers(entry.prefix, prefix),
  );
  if (home === undefined || isUnknown(home)) return [];
  return user.filter((draft) =>
    draft.route.prefixes.some(
      (route) => route.length >= home.prefix.length && prefixCovers(route, prefix),
    ),
  );
}

/** How much of the subnet such user routes take: decides for an endpoint whose number is not known. */
function userRoutesOver(
  user: readonly DraftRoute[],
  reach: AddressSet,
  subnet: SubnetPlacement | undefined,
): 'none' | 'some' | 'all' {
  const prefixes = prefixesOfAddressSet(reach);
  const covering = prefixes.map((prefix) =>
    beatingRoutes(user, prefix, subnet).some((draft) => draft.route.uncertain.length === 0),
  );
  if (covering.every((isCovered) => isCovered)) return 'all';
  const touches = user.some((draft) =>
    draft.route.prefixes.some((prefix) =>
      prefixes.some((part) => prefixHas(part, baseOf(prefix)) || prefixCovers(prefix, part)),
    ),
  );
  return touches && subnet !== undefined && allowsUserRoutes(subnet) ? 'some' : 'none';
}

function allowsUserRoutes(subnet: SubnetPlacement): boolean {
  const policies = subnet.subnet.privateEndpointNetworkPolicies?.toLowerCase();
  return policies === 'enabled' || policies === 'routetableenabled';
}

function baseOf(prefix: Prefix): Ip {
  return prefix.family === 4
    ? { family: 4, value: prefix.base }
    : { family: 6, value: prefix.base };
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
