import type { Place } from '../../../diagnostics/index.ts';
import type { UserRoute } from '../../../model/index.ts';
import {
  type AddressSet,
  addressesOfPrefixes,
  intersectAddresses,
  isEmptyAddressSet,
  NO_ADDRESSES,
  type Prefix,
  subtractAddresses,
  unionAddresses,
} from '../../../net/index.ts';
import { PUBLIC_IPV4, type SubnetPlacement } from '../../../network/index.ts';
import { ownHost } from '../../../semantics/routes/user-routes.ts';
import { isUnknown } from '../../../values/index.ts';
import type { CheckContext } from '../finding.ts';

/** Something that would have to be known. */
export interface Gap {
  readonly missing: string;
  readonly at: Place;
}

export interface InternetRoute {
  readonly route: UserRoute;
  /** Absent for a service tag, and where only Azure knows the address. */
  readonly addresses?: AddressSet;
  /** The public address that Azure has yet to give and that the route is for alone. */
  readonly host?: string;
}

/** What the user routes of a subnet do with the addresses of the internet: the longest prefix has each (AZN-09). */
export interface RouteShares {
  /** What an appliance takes. */
  readonly appliance: AddressSet;
  /** What a virtual network gateway takes. */
  readonly gateway: AddressSet;
  /** Routes that lead to the internet, each with what it takes; a service tag's share is not counted. */
  readonly internet: readonly InternetRoute[];
  /** What no user route takes: the system default route has it (AZN-06). */
  readonly rest: AddressSet;
  /** A route, or a table, that cannot be read. */
  readonly gap?: Gap;
}

export function routeShares({ subnet, routeTable }: SubnetPlacement): RouteShares {
  const nothing = { appliance: NO_ADDRESSES, gateway: NO_ADDRESSES, internet: [] };
  if (routeTable.kind === 'none') return { ...nothing, rest: PUBLIC_IPV4 };
  if (routeTable.kind !== 'found')
    return {
      ...nothing,
      rest: PUBLIC_IPV4,
      gap: { missing: `the route table of ${subnet.name}`, at: subnet.at },
    };
  const table = routeTable.target;
  const odd = table.routes.find(
    (route) =>
      isUnknown(route.nextHopType) ||
      (isUnknown(route.destination) && ownHost(route.destination) === undefined),
  );
  const gap: Gap | undefined =
    odd !== undefined
      ? { missing: `what route ${odd.name} does`, at: odd.at }
      : table.isReference === true
        ? { missing: `the routes of ${table.name}`, at: table.at }
        : undefined;
  const internet: InternetRoute[] = table.routes.flatMap((route) => {
    const host = isUnknown(route.destination) ? ownHost(route.destination) : undefined;
    return host === undefined || route.nextHopType !== 'Internet' ? [] : [{ route, host }];
  });
  let appliance = NO_ADDRESSES;
  let gateway = NO_ADDRESSES;
  let rest = PUBLIC_IPV4;
  for (const { route, prefix } of longestFirst(table.routes)) {
    if (prefix === undefined) {
      if (route.nextHopType === 'Internet') internet.push({ route });
      continue;
    }
    const share = intersectAddresses(rest, addressesOfPrefixes([prefix]));
    if (isEmptyAddressSet(share)) continue;
    rest = subtractAddresses(rest, share);
    if (route.nextHopType === 'Internet') internet.push({ route, addresses: share });
    if (isAppliance(route)) appliance = unionAddresses(appliance, share);
    if (route.nextHopType === 'VirtualNetworkGateway') gateway = unionAddresses(gateway, share);
  }
  return { appliance, gateway, internet, rest, ...(gap === undefined ? {} : { gap }) };
}

/** Where most of a subnet's internet traffic goes by its routes. */
export type WayOut =
  | { readonly kind: 'appliance' }
  | { readonly kind: 'gateway' }
  | { readonly kind: 'dropped' }
  | { readonly kind: 'internet'; readonly why: string }
  | ({ readonly kind: 'unknown' } & Gap);

export function wayOut(context: CheckContext, placement: SubnetPlacement): WayOut {
  const { routeTable, vnet, subnet } = placement;
  const shares = routeShares(placement);
  if (!isEmptyAddressSet(shares.rest)) {
    if (shares.gap !== undefined) return { kind: 'unknown', ...shares.gap };
    const learned = context.network.vnets.get(vnet.key)?.mayLearnDefaultRoute;
    const refuses =
      routeTable.kind === 'found' && routeTable.target.disableBgpRoutePropagation === true;
    if (learned !== undefined && !refuses)
      return {
        kind: 'unknown',
        missing: `whether ${vnet.name} learns a default route (${learned})`,
        at: subnet.at,
      };
    return {
      kind: 'internet',
      why:
        routeTable.kind === 'found'
          ? `route table ${routeTable.target.name} has no default route`
          : 'no route table',
    };
  }
  if (!isEmptyAddressSet(shares.appliance)) return { kind: 'appliance' };
  const open = shares.internet.find(({ addresses }) => addresses !== undefined);
  if (open !== undefined)
    return {
      kind: 'internet',
      why: `route ${open.route.name} ${open.route.destinationText} → Internet`,
    };
  return { kind: isEmptyAddressSet(shares.gateway) ? 'dropped' : 'gateway' };
}

/**
 * Can a subnet without a route of its own reach the internet at all? Not when it is private and nothing in it
 * translates addresses (AZS-05…AZS-07).
 */
export function isCutOff({ subnet, natGateway }: SubnetPlacement): boolean | Gap {
  if (natGateway.kind === 'found' || natGateway.kind === 'dangling') return false;
  if (natGateway.kind === 'unknown')
    return { missing: natGateway.unknown.missing, at: natGateway.unknown.at };
  const access = subnet.defaultOutboundAccess;
  if (isUnknown(access)) return { missing: access.missing, at: access.at };
  if (access !== undefined) return !access;
  // Newer API versions make subnets of new networks private, and nothing says how old the network is (AZS-06).
  return (subnet.apiVersion ?? '') > '2026-03-31'
    ? { missing: `whether ${subnet.name} is private (defaultOutboundAccess)`, at: subnet.at }
    : false;
}

function isAppliance({ nextHopType }: UserRoute): boolean {
  return nextHopType === 'VirtualAppliance' || nextHopType === 'VirtualApplianceEcmp';
}

interface ReadRoute {
  readonly route: UserRoute;
  /** Absent for a service tag. */
  readonly prefix: Prefix | undefined;
}

/** IPv4 prefixes, longest first; service tags last. What cannot be read is left out. */
function longestFirst(routes: readonly UserRoute[]): readonly ReadRoute[] {
  return routes
    .flatMap((route): ReadRoute[] => {
      const { destination } = route;
      if (isUnknown(destination) || isUnknown(route.nextHopType)) return [];
      if (destination.kind !== 'prefix') return [{ route, prefix: undefined }];
      return destination.prefix.family === 4 ? [{ route, prefix: destination.prefix }] : [];
    })
    .sort((a, b) => (b.prefix?.length ?? -1) - (a.prefix?.length ?? -1));
}
