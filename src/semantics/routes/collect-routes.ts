import type { UserRoute } from '../../model/index.ts';
import {
  type AddressSet,
  ALL_ADDRESSES,
  formatPrefix,
  type Prefix,
  parsePrefix,
  prefixCovers,
  subtractAddresses,
  unionAddresses,
} from '../../net/index.ts';
import {
  type Network,
  PRIVATE_IPV4,
  PRIVATE_PREFIXES,
  PUBLIC_IPV4,
  type SubnetPlacement,
  type VnetPlacement,
} from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import type { MissingFact } from '../verdict.ts';
import type { EffectiveNextHopType, EffectiveRoute } from './effective-route.ts';
import { endpointRoutes } from './endpoint-routes.ts';
import { RANK } from './rank.ts';
import { prefixesOfTag, tagOfServiceEndpoint, tagPrecedence } from './tag-prefixes.ts';

/** A route before it is known which of those for one prefix is active. */
export interface DraftRoute {
  readonly route: Omit<EffectiveRoute, 'state'>;
  readonly rank: number;
  /**
   * Set when the prefixes are unknown: the addresses the route may take. Such a route may be the longest match for
   * any of them.
   */
  readonly reach?: AddressSet;
  /** Of a private endpoint without a number: a destination with this symbol is certainly its own. */
  readonly symbol?: string;
  /** It can only replace the system default route (AZN-24). */
  readonly onlyOverDefault?: boolean;
  /** Already beaten, whatever else applies (AZN-14). */
  readonly isInvalid?: boolean;
}

const DEFAULT_V4 = parsePrefix('0.0.0.0/0')!;
const DEFAULT_V6 = parsePrefix('::/0')!;

/**
 * All routes of a subnet before selection (AZN-01 to AZN-24). O(routes + peers + private endpoints of connected VNets
 * + prefixes of the tags in use).
 */
export function collectRoutes(network: Network, subnet: SubnetPlacement): DraftRoute[] {
  const vnet = network.vnets.get(subnet.vnet.key);
  const user = userRoutes(network, subnet);
  if (vnet === undefined) return user;
  return [
    ...localRoutes(vnet),
    ...peeringRoutes(vnet, subnet),
    ...endpointRoutes(network, vnet, user),
    ...serviceEndpointRoutes(network, subnet),
    ...gatewayRoutes(network, vnet, subnet),
    ...user,
    ...defaultRoutes(vnet, user),
  ];
}

function* localRoutes(vnet: VnetPlacement): Generator<DraftRoute> {
  for (const entry of vnet.vnet.addressSpace) {
    if (isUnknown(entry)) continue;
    yield { route: system('VnetLocal', entry.prefix, 'AZN-01'), rank: RANK.systemConnected };
  }
  if (!vnet.hasUnknownAddresses) return;
  const missing = {
    missing: `the address space of virtual network ${vnet.vnet.name}`,
    at: vnet.vnet.at,
  };
  yield {
    route: { ...system('VnetLocal', undefined, 'AZN-01'), uncertain: [missing] },
    rank: RANK.systemConnected,
    reach: privateElsewhere(vnet),
  };
}

function* peeringRoutes(vnet: VnetPlacement, subnet: SubnetPlacement): Generator<DraftRoute> {
  const { routeTable } = subnet;
  if (
    routeTable.kind === 'found' &&
    routeTable.target.disablePeeringRoute?.toLowerCase() === 'all'
  ) {
    return;
  }
  for (const peer of vnet.peers) {
    if (peer.state === 'broken') continue;
    const uncertain: MissingFact[] =
      peer.state === 'connected' ? [] : [{ missing: peer.why, at: peer.peering.at }];
    const remote = peer.remote.kind === 'found' ? peer.remote.target : undefined;
    const isGlobal =
      remote?.location !== undefined &&
      vnet.vnet.location !== undefined &&
      remote.location !== vnet.vnet.location;
    const type = isGlobal ? 'VNetGlobalPeering' : 'VNetPeering';
    const rank = RANK.systemConnected;
    for (const prefix of peer.remotePrefixes) {
      yield { route: { ...system(type, prefix, 'AZN-02'), uncertain, peer }, rank };
    }
    if (!peer.hasUnknownAddresses) continue;
    const missing = {
      missing: `the address space behind peering ${peer.peering.name}`,
      at: peer.peering.at,
    };
    const route = {
      ...system(type, undefined, 'AZN-02'),
      uncertain: [...uncertain, missing],
      peer,
    };
    yield { route, rank, reach: privateElsewhere(vnet) };
  }
}

function* serviceEndpointRoutes(network: Network, subnet: SubnetPlacement): Generator<DraftRoute> {
  const { serviceTags } = network.perimeter.snapshot.datasets;
  const seen = new Set<string>();
  for (const service of subnet.subnet.serviceEndpoints) {
    const tag = tagOfServiceEndpoint(service);
    if (tag !== undefined && seen.has(tag)) continue;
    if (tag !== undefined) seen.add(tag);
    const prefixes = tag === undefined ? undefined : prefixesOfTag(serviceTags, tag);
    const route = {
      ...system('VirtualNetworkServiceEndpoint', undefined, 'AZN-15'),
      name: `service endpoint ${service}`,
      prefixText: tag ?? service,
      at: subnet.subnet.at,
    };
    const rank = RANK.systemConnected;
    if (prefixes !== undefined) yield { route: { ...route, prefixes }, rank };
    else {
      const missing = {
        missing: `the addresses of service endpoint ${service}`,
        at: subnet.subnet.at,
      };
      yield { route: { ...route, uncertain: [missing] }, rank, reach: PUBLIC_IPV4 };
    }
  }
}

function* gatewayRoutes(
  network: Network,
  vnet: VnetPlacement,
  subnet: SubnetPlacement,
): Generator<DraftRoute> {
  const uncertain: MissingFact[] = [];
  if (subnet.routeTable.kind === 'found') {
    const disabled = subnet.routeTable.target.disableBgpRoutePropagation;
    if (disabled === true) return; // AZN-11
    if (isUnknown(disabled)) uncertain.push({ missing: disabled.missing, at: disabled.at });
  }
  const base = {
    source: 'VirtualNetworkGateway',
    nextHopType: 'VirtualNetworkGateway',
    nextHops: [],
  } as const;
  const rank = RANK.gateway;
  for (const { prefix, origin, at } of vnet.gatewayPrefixes) {
    const name = `gateway route of ${origin}`;
    const prefixText = formatPrefix(prefix);
    const route = {
      ...base,
      name,
      prefixes: [prefix],
      prefixText,
      uncertain,
      fact: 'AZN-05',
      at,
    } as const;
    yield { route, rank };
  }
  const learned = { ...base, name: 'gateway route', prefixes: [], prefixText: 'learned prefixes' };
  if (vnet.learnsUnknownRoutes) {
    const missing = {
      missing: `the routes learned by the gateway: ${vnet.unknownRoutesWhy ?? ''}`,
    };
    const route = { ...learned, uncertain: [...uncertain, missing], fact: 'AZN-23' } as const;
    yield { route, rank, reach: privateOutside(network) };
  }
  if (vnet.mayLearnDefaultRoute !== undefined) {
    const missing = { missing: vnet.mayLearnDefaultRoute };
    const route = { ...learned, uncertain: [...uncertain, missing], fact: 'AZN-24' } as const;
    yield { route, rank, reach: ALL_ADDRESSES, onlyOverDefault: true };
  }
}

function userRoutes(network: Network, subnet: SubnetPlacement): DraftRoute[] {
  const { routeTable } = subnet;
  if (routeTable.kind === 'none') return [];
  if (routeTable.kind !== 'found') {
    const unknown =
      routeTable.kind === 'unknown'
        ? routeTable.unknown
        : ({
            kind: 'unknown',
            reason: 'external-link',
            text: routeTable.id,
            missing: `the routes of route table ${routeTable.id}, which is not in the input`,
            at: routeTable.at,
          } as const);
    const route = {
      name: 'of a table that is not known',
      prefixes: [],
      prefixText: unknown.text,
      source: 'User',
      nextHopType: unknown,
      nextHops: [],
      uncertain: [{ missing: unknown.missing, at: unknown.at }],
      fact: 'AZN-08',
      at: unknown.at,
    } as const;
    return [{ route, rank: RANK.userCidr, reach: ALL_ADDRESSES }];
  }
  const table = routeTable.target;
  const uncertain: MissingFact[] =
    table.exists === undefined ? [] : [{ missing: table.exists.missing, at: table.exists.at }];
  if (table.isReference === true) {
    uncertain.push({ missing: `the routes of route table ${table.name}`, at: table.at });
  }
  const drafts = table.routes.map((route) => userRoute(network, route, { table, uncertain }));
  if (table.isReference !== true) return drafts;
  const [missing] = uncertain.slice(-1);
  const unseen = {
    kind: 'unknown',
    reason: 'external-link',
    text: table.name,
    missing: missing!.missing,
    at: table.at,
  } as const;
  const more = {
    name: `of table ${table.name}`,
    prefixes: [],
    prefixText: table.name,
    source: 'User',
    nextHopType: unseen,
    nextHops: [],
    uncertain,
    fact: 'AZN-08',
    at: table.at,
    table,
  } as const;
  return [...drafts, { route: more, rank: RANK.userCidr, reach: ALL_ADDRESSES }];
}

function userRoute(
  network: Network,
  route: UserRoute,
  from: Pick<EffectiveRoute, 'uncertain'> & {
    readonly table: NonNullable<EffectiveRoute['table']>;
  },
): DraftRoute {
  const base = {
    name: route.name,
    prefixText: route.destinationText,
    source: 'User',
    nextHopType: route.nextHopType,
    nextHops: route.nextHopAddresses,
    at: route.at,
    table: from.table,
    uncertain: from.uncertain,
  } as const;
  const { destination } = route;
  if (isUnknown(destination)) {
    const uncertain = [...from.uncertain, { missing: destination.missing, at: destination.at }];
    return {
      route: { ...base, prefixes: [], uncertain, fact: 'AZN-09' },
      rank: RANK.userCidr,
      reach: ALL_ADDRESSES,
    };
  }
  if (destination.kind === 'prefix') {
    return {
      route: { ...base, prefixes: [destination.prefix], fact: 'AZN-08' },
      rank: RANK.userCidr,
    };
  }
  const { tag } = destination;
  const rank = RANK.userTag + tagPrecedence(tag);
  const prefixes = prefixesOfTag(network.perimeter.snapshot.datasets.serviceTags, tag);
  if (prefixes !== undefined) return { route: { ...base, prefixes, fact: 'AZN-16' }, rank };
  const uncertain = [...from.uncertain, { missing: `members of service tag ${tag}`, at: route.at }];
  return { route: { ...base, prefixes: [], uncertain, fact: 'AZN-16' }, rank, reach: PUBLIC_IPV4 };
}

/** System routes to the internet and nowhere. A user route 0.0.0.0/0 removes the latter (AZN-07). */
function* defaultRoutes(vnet: VnetPlacement, user: readonly DraftRoute[]): Generator<DraftRoute> {
  const rank = RANK.systemOther;
  yield { route: system('Internet', DEFAULT_V4, 'AZN-06'), rank };
  const hasIpv6 = vnet.addresses.v6.length > 0;
  yield { route: system(hasIpv6 ? 'Internet' : 'None', DEFAULT_V6, 'AZN-06'), rank };

  const uncertain: MissingFact[] = [];
  for (const draft of user) {
    const takesAll =
      draft.reach !== undefined
        ? draft.reach === ALL_ADDRESSES
        : draft.route.prefixes.some((prefix) => prefix.family === 4 && prefix.length === 0);
    if (!takesAll) continue;
    if (draft.route.uncertain.length === 0) return;
    uncertain.push(...draft.route.uncertain);
  }
  const space = vnet.vnet.addressSpace.filter((entry) => !isUnknown(entry));
  for (const prefix of PRIVATE_PREFIXES) {
    if (space.some((entry) => prefixCovers(entry.prefix, prefix))) continue;
    yield { route: { ...system('None', prefix, 'AZN-07'), uncertain }, rank };
  }
}

function system(
  nextHopType: EffectiveNextHopType,
  prefix: Prefix | undefined,
  fact: EffectiveRoute['fact'],
): Omit<EffectiveRoute, 'state'> {
  return {
    name: 'system route',
    prefixes: prefix === undefined ? [] : [prefix],
    prefixText: prefix === undefined ? 'prefixes that are not known' : formatPrefix(prefix),
    source: 'Default',
    nextHopType,
    nextHops: [],
    uncertain: [],
    fact,
  };
}

/** Where a prefix we could not read may lie: connected networks do not overlap, and public space is not assumed. */
function privateElsewhere(vnet: VnetPlacement): AddressSet {
  const connected = vnet.peers
    .filter((peer) => peer.state === 'connected')
    .map((peer) => peer.remoteAddresses);
  return subtractAddresses(PRIVATE_IPV4, unionAddresses(vnet.addresses, ...connected));
}

const outside = new WeakMap<Network, AddressSet>();

/** Private addresses of no known VNet: where routes learned from elsewhere may lead. */
function privateOutside(network: Network): AddressSet {
  const known = outside.get(network);
  if (known !== undefined) return known;
  const spaces = [...network.vnets.values()].map((vnet) => vnet.addresses);
  const set = subtractAddresses(PRIVATE_IPV4, unionAddresses(...spaces));
  outside.set(network, set);
  return set;
}
