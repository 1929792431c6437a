import type { Condition } from '../../flows/index.ts';
import type { RouteTable, UserRoute } from '../../model/index.ts';
import {
  type AddressSet,
  ALL_ADDRESSES,
  ALL_IPV4,
  addressesOfPrefixes,
  equalAddressSets,
  intersectAddresses,
  isEmptyAddressSet,
  NO_ADDRESSES,
  parsePrefix,
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

/** Addresses a word stands for: those it certainly does, and those it does if something is so. */
export interface Meaning {
  readonly certain: AddressSet;
  readonly possible: readonly PossibleAddresses[];
  /** Certainly addresses with these symbols as well, which have no number yet. */
  readonly symbols?: readonly string[];
  /** The word also stands for all of IPv4, because the subnet has a user route 0.0.0.0/0 (AZN-33). */
  readonly byDefaultRoute?: true;
}

export interface PossibleAddresses {
  readonly addresses: AddressSet;
  readonly needs: readonly Condition[];
}

/** What the words with a local meaning stand for in rules on one subnet. */
export interface LocalWords {
  readonly virtualNetwork: Meaning;
  readonly internet: Meaning;
}

/** Where DNS answers, and probes come from (AZN-34). */
export const AZURE_HOST = addressesOf('168.63.129.16/32');
export const INSTANCE_METADATA = addressesOf('169.254.169.254/32');

/** Where the members of a tag without data may lie. */
export const PUBLIC = unionAddresses(PUBLIC_IPV4, addressesOf('2000::/3'));

/**
 * `VirtualNetwork` and `Internet` as seen from a subnet. O(peers + routes + members of their tags).
 * @see AZN-32 VirtualNetwork, AZN-33 default route, AZN-35 Internet, AZN-39 peers that may not access
 */
export function localWords(network: Network, subnetKey: string): LocalWords {
  const subnet = network.subnets.get(subnetKey);
  const home = subnet === undefined ? undefined : network.vnets.get(subnet.vnet.key);
  if (subnet === undefined || home === undefined) {
    const needs = [{ missing: `the virtual network of subnet ${subnetKey}` }];
    return {
      virtualNetwork: { certain: AZURE_HOST, possible: [{ addresses: ALL_ADDRESSES, needs }] },
      internet: { certain: PUBLIC, possible: [] },
    };
  }
  const own = ownSpace(home);
  const peers = home.peers.map(spaceOfPeer);
  const connected = joined([own, ...peers]);
  const routed = routedSpace(network, subnetKey);
  const all = joined([{ certain: AZURE_HOST, possible: [] }, connected, routed]);
  return {
    virtualNetwork: routed.byDefaultRoute ? { ...all, byDefaultRoute: true } : all,
    internet: internet(connected.certain, home.peers),
  };
}

/** The union of several meanings. */
function joined(meanings: readonly Meaning[]): Meaning {
  return {
    certain: unionAddresses(...meanings.map(({ certain }) => certain)),
    possible: meanings.flatMap(({ possible }) => possible),
  };
}

/** The network's own prefixes and what its gateways lead to. */
function ownSpace(home: VnetPlacement): Meaning {
  const possible: PossibleAddresses[] = [];
  if (home.hasUnknownAddresses) {
    const missing = `the address space of virtual network ${home.vnet.name}`;
    possible.push({ addresses: PRIVATE_IPV4, needs: [{ missing, at: home.vnet.at }] });
  }
  if (home.learnsUnknownRoutes) {
    const missing = `the routes learned by the gateway: ${home.unknownRoutesWhy ?? ''}`;
    possible.push({ addresses: PRIVATE_IPV4, needs: [{ missing }] });
  }
  const behindGateways = addressesOfPrefixes(home.gatewayPrefixes.map(({ prefix }) => prefix));
  return { certain: unionAddresses(home.addresses, behindGateways), possible };
}

/** A peer is in the tag unless the peering is broken or says that it has no access (AZN-39). */
function spaceOfPeer(peer: PeerLink): Meaning {
  const openly = membership(peer);
  if (openly === 'out') return { certain: NO_ADDRESSES, possible: [] };
  const { name, at } = peer.peering;
  const needs = openly === 'in' ? [] : [openly];
  const possible: PossibleAddresses[] = [];
  if (needs.length > 0) possible.push({ addresses: peer.remoteAddresses, needs });
  if (peer.hasUnknownAddresses) {
    const space = { missing: `the address space behind peering ${name}`, at };
    possible.push({ addresses: PRIVATE_IPV4, needs: [...needs, space] });
  }
  return { certain: openly === 'in' ? peer.remoteAddresses : NO_ADDRESSES, possible };
}

/** Is a peer part of the network? A condition: that depends. */
function membership({ peering, state, why }: PeerLink): 'in' | 'out' | Condition {
  const access = peering.allowVirtualNetworkAccess;
  if (state === 'broken' || access === false) return 'out';
  if (state === 'unknown') return { missing: why, at: peering.at };
  if (access === true) return 'in';
  return { missing: `allowVirtualNetworkAccess of peering ${peering.name}`, at: peering.at };
}

/**
 * Public addresses outside the connected networks (AZN-35). Public addresses of a network that may be connected are in it
 * in the other case.
 */
function internet(connected: AddressSet, peers: readonly PeerLink[]): Meaning {
  let certain = subtractAddresses(PUBLIC, connected);
  const possible: PossibleAddresses[] = [];
  for (const peer of peers) {
    const openly = membership(peer);
    if (openly === 'in' || openly === 'out') continue;
    const addresses = subtractAddresses(
      intersectAddresses(peer.remoteAddresses, PUBLIC),
      connected,
    );
    if (isEmptyAddressSet(addresses)) continue;
    const missing = `whether the tag Internet holds what is behind peering ${peer.peering.name}`;
    possible.push({ addresses, needs: [{ missing, at: peer.peering.at }] });
    certain = subtractAddresses(certain, addresses);
  }
  return { certain, possible };
}

/** The prefixes of the user routes on the subnet (AZN-32). A table we cannot read may hold any. */
function routedSpace(network: Network, subnetKey: string): Meaning {
  const link = network.subnets.get(subnetKey)?.routeTable ?? { kind: 'none' };
  const anything = (need: Condition): Meaning => ({
    certain: NO_ADDRESSES,
    possible: [{ addresses: ALL_ADDRESSES, needs: [need] }],
  });
  switch (link.kind) {
    case 'none':
      return joined([]);
    case 'unknown':
      return anything({ missing: link.unknown.missing, at: link.unknown.at });
    case 'dangling':
      return anything({ missing: `the routes of route table ${link.id}`, at: link.at });
    default: {
      const table = link.target;
      const parts = table.routes.map((route) => spaceOfRoute(network, table, route));
      if (table.isReference === true) {
        parts.push(anything({ missing: `the routes of route table ${table.name}`, at: table.at }));
      }
      const isDefault = parts.some((part) => part.byDefaultRoute);
      return isDefault ? { ...joined(parts), byDefaultRoute: true } : joined(parts);
    }
  }
}

function spaceOfRoute(network: Network, table: RouteTable, route: UserRoute): Meaning {
  const { destination } = route;
  const needs: Condition[] = [];
  if (table.exists !== undefined) {
    needs.push({ missing: table.exists.missing, at: table.exists.at });
  }
  const perhaps = (addresses: AddressSet, ...more: Condition[]): Meaning => ({
    certain: NO_ADDRESSES,
    possible: [{ addresses, needs: [...needs, ...more] }],
  });
  if (isUnknown(destination)) {
    return perhaps(ALL_ADDRESSES, { missing: destination.missing, at: destination.at });
  }
  const addresses =
    destination.kind === 'prefix'
      ? addressesOfPrefixes([destination.prefix])
      : membersOfTag(network.perimeter.snapshot.datasets.serviceTags, destination.tag);
  if (addresses === undefined) {
    const missing = `members of service tag ${route.destinationText}`;
    return perhaps(PUBLIC, { missing, at: route.at });
  }
  if (needs.length > 0) return perhaps(addresses);
  if (equalAddressSets(addresses, ALL_IPV4)) {
    return { certain: NO_ADDRESSES, possible: [], byDefaultRoute: true };
  }
  return { certain: addresses, possible: [] };
}

function addressesOf(...texts: readonly string[]): AddressSet {
  return addressesOfPrefixes(texts.flatMap((text) => parsePrefix(text) ?? []));
}
