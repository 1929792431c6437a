import type { Condition } from '../../flows/index.ts';
import {
  type AddressSet,
  ALL_ADDRESSES,
  equalPrefix,
  formatPrefix,
  type Prefix,
  parsePrefix,
  prefixCovers,
  subtractAddresses,
  unionAddresses,
} from '../../net/index.ts';
import {
  type Network,
  type PeerLink,
  PRIVATE_IPV4,
  PRIVATE_PREFIXES,
  PUBLIC_IPV4,
  type SubnetPlacement,
  type VnetPlacement,
} from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import { type Candidate, STRENGTH, systemRoute } from './symbolic-candidate.ts';
import { publishedPrefixes } from './symbolic-prefixes.ts';
import { doubtsAboutTable, type Written } from './symbolic-user.ts';

/**
 * The prefixes of the subnet's own network (AZN-01). A network whose space is not known in full has its subnets at least, unless
 * a user route lies around one: it may be longer than the prefix of the network there.
 */
export function localCandidates(
  network: Network,
  home: VnetPlacement,
  written: Written,
): Candidate[] {
  const known = knownPrefixes(home);
  const local = (prefix: Prefix, needs: readonly Condition[] = []): Candidate => ({
    route: systemRoute('VnetLocal', prefix, 'AZN-01', needs),
    strength: STRENGTH.connected,
  });
  const candidates = known.map((prefix) => local(prefix));
  if (!home.hasUnknownAddresses) return candidates;
  const space = spaceOf(home);
  for (const key of home.subnetKeys) {
    for (const entry of network.subnets.get(key)?.subnet.prefixes ?? []) {
      if (isUnknown(entry)) continue;
      const { prefix } = entry;
      if (known.some((outer) => prefixCovers(outer, prefix))) continue;
      const hasRival = written.byPrefix.around(prefix).some((other) => other.prefix.length > 0);
      candidates.push(local(prefix, hasRival ? [space] : []));
    }
  }
  const route = systemRoute('VnetLocal', undefined, 'AZN-01', [space]);
  return [...candidates, { route, strength: STRENGTH.connected, reach: elsewhere(home) }];
}

/** One route per prefix of every peer (AZN-02, AZN-04), unless the table of the subnet takes them away (AZN-12). */
export function peeringCandidates(home: VnetPlacement, subnet: SubnetPlacement): Candidate[] {
  const { routeTable } = subnet;
  const table = routeTable.kind === 'found' ? routeTable.target : undefined;
  const isRemoved = table?.disablePeeringRoute?.toLowerCase() === 'all';
  const doubts = isRemoved && table !== undefined ? doubtsAboutTable(table) : [];
  if (isRemoved && doubts.length === 0) return [];
  return home.peers
    .filter((peer) => peer.state !== 'broken')
    .flatMap((peer) => candidatesOfPeer(home, peer, doubts));
}

function candidatesOfPeer(
  home: VnetPlacement,
  peer: PeerLink,
  doubts: readonly Condition[],
): Candidate[] {
  const { name, at } = peer.peering;
  const there = peer.remote.kind === 'found' ? peer.remote.target.location : undefined;
  const here = home.vnet.location;
  const isGlobal = here !== undefined && there !== undefined && here !== there;
  const type = isGlobal ? 'VNetGlobalPeering' : 'VNetPeering';
  const needs = [...doubts, ...(peer.state === 'unknown' ? [{ missing: peer.why, at }] : [])];
  const candidates = peer.remotePrefixes.map(
    (prefix): Candidate => ({
      route: { ...systemRoute(type, prefix, 'AZN-02', needs), peer },
      strength: STRENGTH.connected,
    }),
  );
  if (!peer.hasUnknownAddresses) return candidates;
  const space = { missing: `the address space behind peering ${name}`, at };
  const route = { ...systemRoute(type, undefined, 'AZN-02', [...needs, space]), peer };
  return [...candidates, { route, strength: STRENGTH.connected, reach: elsewhere(home) }];
}

/** Where a prefix that could not be read may lie: networks that are connected do not overlap, and are private. */
function elsewhere(home: VnetPlacement): AddressSet {
  const peers = home.peers.filter(({ state }) => state === 'connected');
  return subtractAddresses(
    PRIVATE_IPV4,
    unionAddresses(home.addresses, ...peers.map(({ remoteAddresses }) => remoteAddresses)),
  );
}

const TAGS_OF_SERVICES: ReadonlyMap<string, string> = new Map([
  ['microsoft.storage', 'Storage'],
  ['microsoft.storage.global', 'Storage'],
  ['microsoft.sql', 'Sql'],
  ['microsoft.keyvault', 'AzureKeyVault'],
  ['microsoft.containerregistry', 'AzureContainerRegistry'],
  ['microsoft.eventhub', 'EventHub'],
  ['microsoft.servicebus', 'ServiceBus'],
  ['microsoft.azurecosmosdb', 'AzureCosmosDB'],
  ['microsoft.web', 'AppService'],
  ['microsoft.azureactivedirectory', 'AzureActiveDirectory'],
]);

/** The public addresses of services that the subnet has endpoints for (AZN-15); one route per tag, though two services share it. */
export function serviceCandidates(
  network: Network,
  { subnet: { serviceEndpoints, at } }: SubnetPlacement,
): Candidate[] {
  const { serviceTags } = network.perimeter.snapshot.datasets;
  const told = new Set<string>();
  return serviceEndpoints.flatMap((service): Candidate[] => {
    const tag = TAGS_OF_SERVICES.get(service.toLowerCase());
    if (tag !== undefined && told.has(tag)) return [];
    if (tag !== undefined) told.add(tag);
    const route = {
      ...systemRoute('VirtualNetworkServiceEndpoint', undefined, 'AZN-15'),
      name: `service endpoint ${service}`,
      prefixText: tag ?? service,
      at,
    };
    const strength = STRENGTH.connected;
    const prefixes = tag === undefined ? undefined : publishedPrefixes(serviceTags, tag);
    if (prefixes !== undefined) return [{ route: { ...route, prefixes }, strength }];
    const uncertain = [{ missing: `the addresses of service endpoint ${service}`, at }];
    return [{ route: { ...route, uncertain }, strength, reach: PUBLIC_IPV4 }];
  });
}

/**
 * What gateways lead to (AZN-05), unless the table of the subnet takes it away (AZN-11). What BGP or ExpressRoute adds is in no
 * file and may be longer than any route to a private address outside the known networks (AZN-23); a Virtual WAN hub may
 * also send a default route (AZN-24).
 */
export function gatewayCandidates(
  network: Network,
  home: VnetPlacement,
  { routeTable }: SubnetPlacement,
): Candidate[] {
  const doubts: Condition[] = [];
  if (routeTable.kind === 'found') {
    const { disableBgpRoutePropagation: isOff } = routeTable.target;
    const existence = doubtsAboutTable(routeTable.target);
    if (isOff === true && existence.length === 0) return [];
    if (isOff === true) doubts.push(...existence);
    if (isUnknown(isOff)) doubts.push({ missing: isOff.missing, at: isOff.at });
  }
  const strength = STRENGTH.gateway;
  const base = {
    source: 'VirtualNetworkGateway',
    nextHopType: 'VirtualNetworkGateway',
    nextHops: [],
  } as const;
  const candidates = home.gatewayPrefixes.map(({ prefix, origin, at }): Candidate => {
    const name = `gateway route of ${origin}`;
    const prefixText = formatPrefix(prefix);
    const route = { ...base, name, prefixes: [prefix], prefixText, uncertain: doubts } as const;
    return { route: { ...route, fact: 'AZN-05', at }, strength };
  });
  const learned = (missing: string) => ({
    ...base,
    name: 'gateway route',
    prefixes: [],
    prefixText: 'learned prefixes',
    uncertain: [...doubts, { missing }],
  });
  if (home.learnsUnknownRoutes) {
    const why = `the routes learned by the gateway: ${home.unknownRoutesWhy ?? ''}`;
    const networks = [...network.vnets.values()].map(({ addresses }) => addresses);
    const reach = subtractAddresses(PRIVATE_IPV4, unionAddresses(...networks));
    candidates.push({ route: { ...learned(why), fact: 'AZN-23' }, strength, reach });
  }
  if (home.mayLearnDefaultRoute !== undefined) {
    const route = { ...learned(home.mayLearnDefaultRoute), fact: 'AZN-24' } as const;
    candidates.push({ route, strength, reach: ALL_ADDRESSES, isDefaultOnly: true });
  }
  return candidates;
}

const DEFAULT_IPV4 = parsePrefix('0.0.0.0/0')!;
const DEFAULT_IPV6 = parsePrefix('::/0')!;

/**
 * To the internet, and nowhere for private addresses (AZN-06, AZN-07): the latter are gone when a user route takes all of IPv4,
 * and where the network's own space holds them.
 */
export function defaultCandidates(home: VnetPlacement, written: Written): Candidate[] {
  const strength = STRENGTH.system;
  const hasIpv6 = home.addresses.v6.length > 0;
  const candidates: Candidate[] = [
    { route: systemRoute('Internet', DEFAULT_IPV4, 'AZN-06'), strength },
    { route: systemRoute(hasIpv6 ? 'Internet' : 'None', DEFAULT_IPV6, 'AZN-06'), strength },
  ];
  const takers = written.routes
    .filter(({ reach, route }) =>
      // One whose prefix is not known may be as short as that.
      reach === undefined
        ? route.prefixes.some((prefix) => equalPrefix(prefix, DEFAULT_IPV4))
        : reach === ALL_ADDRESSES,
    )
    .map(({ route }) => route.uncertain);
  if (takers.some((needs) => needs.length === 0)) return candidates;
  const space = knownPrefixes(home);
  for (const prefix of PRIVATE_PREFIXES) {
    if (space.some((own) => prefixCovers(own, prefix))) continue;
    candidates.push({ route: systemRoute('None', prefix, 'AZN-07', takers.flat()), strength });
  }
  return candidates;
}

function knownPrefixes({ vnet }: VnetPlacement): Prefix[] {
  return vnet.addressSpace.flatMap((entry) => (isUnknown(entry) ? [] : [entry.prefix]));
}

function spaceOf({ vnet }: VnetPlacement): Condition {
  return { missing: `the address space of virtual network ${vnet.name}`, at: vnet.at };
}
