import type { Place } from '../../diagnostics/index.ts';
import type { FactId } from '../../facts/index.ts';
import type { NatGateway, UserRoute } from '../../model/index.ts';
import {
  type ClusterPlacement,
  type Network,
  type SubnetPlacement,
  targetOf,
} from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import { type Holder, holdersOf } from './holders.ts';
import { addressText, nameOfId } from './words.ts';

/**
 * Where a subnet sends what no longer prefix takes: read from its route table and what is attached to it, and not a
 * verdict about any flow (`sallyport query` gives those). What cannot be told is `unknown` and never the Internet.
 */
export type WayOut = (
  | {
      /** A route to an appliance; `holders` is empty when nobody in the input holds the address. */
      readonly kind: 'appliance';
      readonly route: UserRoute;
      readonly hop: string;
      readonly holders: readonly Holder[];
    }
  | { readonly kind: 'network-gateway'; readonly route: UserRoute }
  | { readonly kind: 'dropped'; readonly route: UserRoute }
  | { readonly kind: 'nat-gateway'; readonly gateway: NatGateway }
  /** What AKS makes for its own nodes. */
  | {
      readonly kind: 'cluster-outbound';
      readonly cluster: ClusterPlacement;
      readonly how: 'load balancer' | 'managed NAT gateway';
    }
  /** Straight to the Internet by an address that Azure lends, or not said otherwise. */
  | { readonly kind: 'direct' }
  /** Private subnet without an explicit method: nothing leaves. */
  | { readonly kind: 'private' }
  | { readonly kind: 'unknown'; readonly why: string }
) & {
  /** The route that says so; absent for what the platform does by itself. */
  readonly at?: Place;
  readonly fact: FactId;
};

/** O(routes of the table + owners at the next hop). */
export function wayOutOf(network: Network, subnet: SubnetPlacement): WayOut {
  const link = subnet.routeTable;
  if (link.kind === 'unknown') {
    return { kind: 'unknown', why: link.unknown.missing, fact: 'AZN-08' };
  }
  if (link.kind === 'dangling') {
    const why = `route table ${nameOfId(link.id)}, which is not in the input`;
    return { kind: 'unknown', why, at: link.at, fact: 'AZN-08' };
  }
  const table = targetOf(link);
  if (table?.isReference === true) {
    const why = `the routes of ${table.name}, which is only referred to`;
    return { kind: 'unknown', why, at: table.at, fact: 'AZN-08' };
  }
  const route = table?.routes.find(isDefault);
  if (route !== undefined) return byRoute(network, subnet, route);
  const unread = table?.routes.find(({ destination }) => isUnknown(destination));
  if (unread !== undefined && isUnknown(unread.destination)) {
    return { kind: 'unknown', why: unread.destination.missing, at: unread.at, fact: 'AZN-08' };
  }
  return byPlatform(network, subnet, table?.disableBgpRoutePropagation === true);
}

/** The routes beside the default one. */
export function furtherRoutes(subnet: SubnetPlacement): readonly UserRoute[] {
  return (targetOf(subnet.routeTable)?.routes ?? []).filter((route) => !isDefault(route));
}

function isDefault({ destination }: UserRoute): boolean {
  return (
    !isUnknown(destination) &&
    destination.kind === 'prefix' &&
    destination.prefix.family === 4 &&
    destination.prefix.length === 0
  );
}

function byRoute(network: Network, subnet: SubnetPlacement, route: UserRoute): WayOut {
  const { nextHopType, at } = route;
  if (isUnknown(nextHopType)) {
    return { kind: 'unknown', why: nextHopType.missing, at, fact: 'AZN-08' };
  }
  switch (nextHopType) {
    case 'VirtualAppliance':
    case 'VirtualApplianceEcmp': {
      const hops = route.nextHopAddresses;
      if (hops.length === 0) {
        const why = `the next hop of route ${route.name}`;
        return { kind: 'unknown', why, at, fact: 'AZN-18' };
      }
      const holders = hops.flatMap((hop) => holdersOf(network, hop, subnet.vnet.key));
      const hop = hops.map(addressText).join(', ');
      return { kind: 'appliance', route, hop, holders, at, fact: 'AZN-18' };
    }
    case 'VirtualNetworkGateway':
      return { kind: 'network-gateway', route, at, fact: 'AZN-08' };
    case 'None':
      return { kind: 'dropped', route, at, fact: 'AZN-08' };
    case 'Internet':
    case 'VnetLocal':
      return { ...byAttachment(network, subnet), at };
  }
}

function byPlatform(network: Network, subnet: SubnetPlacement, ignoresGateways: boolean): WayOut {
  const vnet = network.vnets.get(subnet.vnet.key);
  const learned = vnet?.mayLearnDefaultRoute ?? vnet?.unknownRoutesWhy;
  if (!ignoresGateways && learned !== undefined) {
    return { kind: 'unknown', why: learned, fact: 'AZN-05' };
  }
  const given = vnet?.gatewayPrefixes.find(({ prefix }) => prefix.length === 0);
  if (!ignoresGateways && given !== undefined) {
    const why = `whether ${given.origin} takes the default route`;
    return { kind: 'unknown', why, at: given.at, fact: 'AZN-08' };
  }
  return byAttachment(network, subnet);
}

/** The order of the outbound methods (AZS-02 … AZS-07), as far as a subnet decides it. */
function byAttachment(network: Network, subnet: SubnetPlacement): WayOut {
  const nat = subnet.natGateway;
  if (nat.kind === 'found') return { kind: 'nat-gateway', gateway: nat.target, fact: 'AZS-02' };
  if (nat.kind === 'unknown') return { kind: 'unknown', why: nat.unknown.missing, fact: 'AZS-02' };
  if (nat.kind === 'dangling') {
    const why = `NAT gateway ${nameOfId(nat.id)}, which is not in the input`;
    return { kind: 'unknown', why, at: nat.at, fact: 'AZS-02' };
  }
  for (const placed of clustersIn(network, subnet)) {
    const type = placed.cluster?.network.outboundType;
    if (isUnknown(type)) return { kind: 'unknown', why: type.missing, fact: 'AKS-20' };
    const how = OUTBOUND[placed.cluster === undefined ? '' : (type ?? 'loadbalancer')];
    if (how !== undefined)
      return { kind: 'cluster-outbound', cluster: placed, how, fact: 'AKS-20' };
  }
  const isOpen = subnet.subnet.defaultOutboundAccess;
  if (isUnknown(isOpen)) return { kind: 'unknown', why: isOpen.missing, fact: 'AZS-05' };
  // AZS-06: what an absent setting means then depends on the age of the network.
  if (isOpen === undefined && (subnet.subnet.apiVersion ?? '').slice(0, 10) > '2026-03-31') {
    const why = `whether subnet ${subnet.subnet.name} is private (defaultOutboundAccess is not written)`;
    return { kind: 'unknown', why, at: subnet.subnet.at, fact: 'AZS-06' };
  }
  return isOpen === false
    ? { kind: 'private', fact: 'AZS-07' }
    : { kind: 'direct', fact: 'AZS-05' };
}

const OUTBOUND: Readonly<Record<string, 'load balancer' | 'managed NAT gateway'>> = {
  loadbalancer: 'load balancer',
  managednatgateway: 'managed NAT gateway',
  managednatgatewayv2: 'managed NAT gateway',
};

export function clustersIn(network: Network, subnet: SubnetPlacement): readonly ClusterPlacement[] {
  return network.clusters.filter(({ pools }) =>
    pools.some(({ nodeSubnet }) => targetOf(nodeSubnet)?.subnet.key === subnet.subnet.key),
  );
}
