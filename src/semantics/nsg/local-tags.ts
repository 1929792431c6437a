import type { Place } from '../../diagnostics/index.ts';
import {
  type AddressSet,
  ALL_ADDRESSES,
  ALL_IPV4,
  addressesOfPrefixes,
  equalAddressSets,
  intersectAddresses,
  NO_ADDRESSES,
  parseIp,
  parsePrefix,
  singleAddress,
  subtractAddresses,
  unionAddresses,
} from '../../net/index.ts';
import {
  type Network,
  type PeerLink,
  PRIVATE_IPV4,
  PUBLIC_IPV4,
  type VnetPlacement,
} from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import { membersOfTag } from '../match.ts';
import type { MissingFact } from '../verdict.ts';

/** A tag whose members depend on where the rule is asked. */
export interface LocalTag {
  /** Certainly in the tag. */
  readonly addresses: AddressSet;
  /** May be in it, and what would tell. */
  readonly possible: readonly PossibleMembers[];
}

export interface PossibleMembers {
  readonly addresses: AddressSet;
  readonly why: MissingFact;
}

export interface VirtualNetworkTag extends LocalTag {
  /** A user route 0.0.0.0/0 on the subnet makes the tag every IPv4 address (AZN-33). */
  readonly includesDefaultRoute: boolean;
  /** `addresses` without that route. */
  readonly withoutDefaultRoute: AddressSet;
  /** The route, for a finding. */
  readonly defaultRouteAt?: Place;
}

/** Where probes come from and DNS answers (AZN-34, AZN-36). */
export const HOST_ADDRESS: AddressSet = singleAddress(parseIp('168.63.129.16')!);
export const METADATA_ADDRESS: AddressSet = singleAddress(parseIp('169.254.169.254')!);

/** What may be a public address: published service tags lie in here. */
export const PUBLIC_ADDRESSES: AddressSet = unionAddresses(
  PUBLIC_IPV4,
  addressesOfPrefixes([parsePrefix('2000::/3')!]),
);

/**
 * The tag `VirtualNetwork` as rules on a subnet see it (AZN-32): its VNet, peers with `allowVirtualNetworkAccess`,
 * prefixes behind gateways, the host, and the prefixes of user routes, the default route included (AZN-33). A subnet
 * that is not in the network has the tag possibly hold everything. O(peers + routes + members of their tags).
 */
export function virtualNetworkTag(network: Network, subnetKey: string): VirtualNetworkTag {
  const subnet = network.subnets.get(subnetKey);
  const vnet = subnet === undefined ? undefined : network.vnets.get(subnet.vnet.key);
  if (subnet === undefined || vnet === undefined) {
    const why = { missing: `the virtual network of subnet ${subnetKey}` };
    return {
      addresses: HOST_ADDRESS,
      possible: [{ addresses: ALL_ADDRESSES, why }],
      includesDefaultRoute: false,
      withoutDefaultRoute: HOST_ADDRESS,
    };
  }
  const space = spaceOf(vnet);
  const routed = routedPrefixes(network, subnetKey);
  const withoutDefaultRoute = unionAddresses(space.addresses, HOST_ADDRESS, routed.addresses);
  const hasDefault = routed.defaultRouteAt !== undefined;
  return {
    addresses: hasDefault ? unionAddresses(withoutDefaultRoute, ALL_IPV4) : withoutDefaultRoute,
    possible: [...space.possible, ...routed.possible],
    includesDefaultRoute: hasDefault,
    withoutDefaultRoute,
    ...(routed.defaultRouteAt === undefined ? {} : { defaultRouteAt: routed.defaultRouteAt }),
  };
}

/**
 * The tag `Internet`: public addresses outside the connected networks (AZN-35). Public addresses of a network that may be
 * connected are possible members.
 */
export function internetTag(network: Network, subnetKey: string): LocalTag {
  const subnet = network.subnets.get(subnetKey);
  const vnet = subnet === undefined ? undefined : network.vnets.get(subnet.vnet.key);
  if (vnet === undefined) return { addresses: PUBLIC_ADDRESSES, possible: [] };
  const outside = subtractAddresses(PUBLIC_ADDRESSES, spaceOf(vnet).addresses);
  const possible = vnet.peers
    .filter((peer) => doubtAboutPeer(peer) !== undefined)
    .map(({ remoteAddresses, peering }) => {
      const missing = `whether the tag Internet holds what is behind peering ${peering.name}`;
      const addresses = intersectAddresses(outside, remoteAddresses);
      return { addresses, why: { missing, at: peering.at } };
    });
  const doubtful = unionAddresses(...possible.map(({ addresses }) => addresses));
  return { addresses: subtractAddresses(outside, doubtful), possible };
}

/** Own space, peers and what gateways lead to. */
function spaceOf(vnet: VnetPlacement): LocalTag {
  const sets: AddressSet[] = [vnet.addresses];
  const possible: PossibleMembers[] = [];
  if (vnet.hasUnknownAddresses) {
    const missing = `the address space of virtual network ${vnet.vnet.name}`;
    possible.push({ addresses: PRIVATE_IPV4, why: { missing, at: vnet.vnet.at } });
  }
  for (const peer of vnet.peers) {
    const access = peer.peering.allowVirtualNetworkAccess;
    if (peer.state === 'broken' || access === false) continue; // AZN-39
    const { at, name } = peer.peering;
    const why = doubtAboutPeer(peer);
    if (why === undefined) sets.push(peer.remoteAddresses);
    else possible.push({ addresses: peer.remoteAddresses, why });
    if (peer.hasUnknownAddresses) {
      const missing = `the address space behind peering ${name}`;
      possible.push({ addresses: PRIVATE_IPV4, why: { missing, at } });
    }
  }
  sets.push(addressesOfPrefixes(vnet.gatewayPrefixes.map((entry) => entry.prefix)));
  if (vnet.learnsUnknownRoutes) {
    const missing = `the routes learned by the gateway: ${vnet.unknownRoutesWhy ?? ''}`;
    possible.push({ addresses: PRIVATE_IPV4, why: { missing } });
  }
  return { addresses: unionAddresses(...sets), possible };
}

/** What would tell whether a peer is part of the network; `undefined`: it is, or certainly not. */
function doubtAboutPeer({ peering, state, why }: PeerLink): MissingFact | undefined {
  const access = peering.allowVirtualNetworkAccess;
  if (state === 'broken' || access === false) return undefined; // AZN-39
  if (access === true && state === 'connected') return undefined;
  const missing =
    state === 'unknown' ? why : `allowVirtualNetworkAccess of peering ${peering.name}`;
  return { missing, at: peering.at };
}

/** Prefixes of the user routes attached to the subnet, the default route apart. */
function routedPrefixes(
  network: Network,
  subnetKey: string,
): LocalTag & { readonly defaultRouteAt?: Place } {
  const { routeTable } = network.subnets.get(subnetKey)!;
  if (routeTable.kind === 'none') return { addresses: NO_ADDRESSES, possible: [] };
  if (routeTable.kind !== 'found') {
    const why =
      routeTable.kind === 'unknown'
        ? { missing: routeTable.unknown.missing, at: routeTable.unknown.at }
        : { missing: `the routes of route table ${routeTable.id}`, at: routeTable.at };
    return { addresses: NO_ADDRESSES, possible: [{ addresses: ALL_ADDRESSES, why }] };
  }
  const table = routeTable.target;
  const sets: AddressSet[] = [];
  const possible: PossibleMembers[] = [];
  let defaultRouteAt: Place | undefined;
  if (table.isReference === true) {
    const why = { missing: `the routes of route table ${table.name}`, at: table.at };
    possible.push({ addresses: ALL_ADDRESSES, why });
  }
  for (const route of table.routes) {
    const { destination } = route;
    if (isUnknown(destination)) {
      const why = { missing: destination.missing, at: destination.at };
      possible.push({ addresses: ALL_ADDRESSES, why });
      continue;
    }
    const set =
      destination.kind === 'prefix'
        ? addressesOfPrefixes([destination.prefix])
        : membersOfTag(network.perimeter.snapshot.datasets.serviceTags, destination.tag);
    if (set === undefined) {
      const missing = `members of service tag ${route.destinationText}`;
      possible.push({ addresses: PUBLIC_ADDRESSES, why: { missing, at: route.at } });
    } else if (table.exists !== undefined) {
      const why = { missing: table.exists.missing, at: table.exists.at };
      possible.push({ addresses: set, why });
    } else if (equalAddressSets(set, ALL_IPV4)) {
      defaultRouteAt = route.at;
    } else {
      sets.push(set);
    }
  }
  return {
    addresses: unionAddresses(...sets),
    possible,
    ...(defaultRouteAt === undefined ? {} : { defaultRouteAt }),
  };
}
