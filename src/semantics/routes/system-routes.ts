import {
  type AddressSet,
  ALL_ADDRESSES,
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
import { type DraftRoute, system } from './draft-route.ts';
import { RANK } from './rank.ts';
import { prefixesOfTag, tagOfServiceEndpoint } from './tag-prefixes.ts';

/**
 * One route per prefix of the VNet (AZN-01). Where the address space could not be read, it holds at least the subnets we
 * know: their addresses are local unless a user route as long as a prefix around them may take them.
 */
export function* localRoutes(
  network: Network,
  vnet: VnetPlacement,
  user: readonly DraftRoute[],
): Generator<DraftRoute> {
  for (const entry of vnet.vnet.addressSpace) {
    if (isUnknown(entry)) continue;
    yield { route: system('VnetLocal', entry.prefix, 'AZN-01'), rank: RANK.systemConnected };
  }
  if (!vnet.hasUnknownAddresses) return;
  const missing = {
    missing: `the address space of virtual network ${vnet.vnet.name}`,
    at: vnet.vnet.at,
  };
  const rank = RANK.systemConnected;
  for (const key of vnet.subnetKeys) {
    for (const entry of network.subnets.get(key)?.subnet.prefixes ?? []) {
      if (isUnknown(entry) || isInSpace(vnet, entry.prefix)) continue;
      const rival = user.some((draft) =>
        draft.route.prefixes.some(
          (prefix) => prefix.length > 0 && prefixCovers(prefix, entry.prefix),
        ),
      );
      const uncertain = rival ? [missing] : [];
      yield { route: { ...system('VnetLocal', entry.prefix, 'AZN-01'), uncertain }, rank };
    }
  }
  yield {
    route: { ...system('VnetLocal', undefined, 'AZN-01'), uncertain: [missing] },
    rank,
    reach: privateElsewhere(vnet),
  };
}

/** One route per prefix of each connected peer (AZN-02, AZN-04), unless the table removes them (AZN-12). */
export function* peeringRoutes(
  vnet: VnetPlacement,
  subnet: SubnetPlacement,
): Generator<DraftRoute> {
  const table = subnet.routeTable.kind === 'found' ? subnet.routeTable.target : undefined;
  const doubts: MissingFact[] = [];
  if (table?.disablePeeringRoute?.toLowerCase() === 'all') {
    if (table.exists === undefined) return; // AZN-12
    doubts.push({ missing: table.exists.missing, at: table.exists.at });
  }
  for (const peer of vnet.peers) {
    if (peer.state === 'broken') continue;
    const uncertain = [...doubts];
    if (peer.state !== 'connected') uncertain.push({ missing: peer.why, at: peer.peering.at });
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

/** The addresses of the services a subnet has endpoints for (AZN-15). */
export function* serviceEndpointRoutes(
  network: Network,
  subnet: SubnetPlacement,
): Generator<DraftRoute> {
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

/** System routes to the internet and nowhere. A user route 0.0.0.0/0 removes the latter (AZN-07). */
export function* defaultRoutes(
  vnet: VnetPlacement,
  user: readonly DraftRoute[],
): Generator<DraftRoute> {
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

/** Where a prefix we could not read may lie: connected networks do not overlap, and public space is not assumed. */
function privateElsewhere(vnet: VnetPlacement): AddressSet {
  const connected = vnet.peers
    .filter((peer) => peer.state === 'connected')
    .map((peer) => peer.remoteAddresses);
  return subtractAddresses(PRIVATE_IPV4, unionAddresses(vnet.addresses, ...connected));
}

function isInSpace(vnet: VnetPlacement, prefix: Prefix): boolean {
  return vnet.vnet.addressSpace.some(
    (entry) => !isUnknown(entry) && prefixCovers(entry.prefix, prefix),
  );
}

const DEFAULT_V4 = parsePrefix('0.0.0.0/0')!;
const DEFAULT_V6 = parsePrefix('::/0')!;
