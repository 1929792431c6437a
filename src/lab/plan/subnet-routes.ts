import type { Gap } from '../../diagnostics/index.ts';
import type { ServiceTags } from '../../facts/index.ts';
import type { UserRoute } from '../../model/index.ts';
import { formatIp, formatPrefix, type Prefix, parsePrefix, prefixCovers } from '../../net/index.ts';
import {
  type Network,
  PRIVATE_PREFIXES,
  type SubnetPlacement,
  type VnetPlacement,
} from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import { PLATFORM_PREFIXES, prefixesOfVnet, type Seat } from './seat.ts';
import { rankOfTag, tagOfServiceEndpoint, tagPrefixes } from './tag-prefixes.ts';

/** Where the route table of a subnet sends a prefix. The kernel does the longest match among them. */
export interface SubnetRoute {
  readonly prefix: Prefix;
  readonly to: /** To whoever has the address, directly: the VNet, its peers, a private endpoint. */
    | { readonly kind: 'deliver' }
    | { readonly kind: 'internet' }
    | { readonly kind: 'drop' }
    | { readonly kind: 'platform' }
    /** Over the backbone with the private source address (service endpoints, AZN-15). */
    | { readonly kind: 'backbone' }
    | { readonly kind: 'appliance'; readonly addresses: readonly string[] }
    | { readonly kind: 'gateway'; readonly vnetKey: string };
  /** Whose route it is: `route table rt-aks: default`, `system`. */
  readonly why: string;
}

export interface SubnetRoutes {
  readonly routes: readonly SubnetRoute[];
  readonly gaps: readonly Gap[];
}

interface Draft extends SubnetRoute {
  /** Lower wins for the same prefix (AZN-08). */
  readonly rank: number;
}

const RANK = {
  overlay: -1,
  user: 0,
  userTag: 10,
  connected: 100,
  gateway: 200,
  system: 300,
} as const;

/**
 * The routes of a subnet as Azure composes them: system routes, what gateways are told, and the user's table over both. Everything that is
 * not chosen for its prefix is left out, so that a routing table of the kernel can hold the rest as it stands.
 * @param endpoints private endpoints of the fabric, with the VNet each lives in
 * @param direct prefixes that are delivered directly, whatever routes the user has: the pods of the subnet's own cluster (AKS-60)
 */
export function subnetRoutes(
  network: Network,
  subnet: SubnetPlacement,
  endpoints: readonly Seat[],
  direct: readonly Prefix[],
): SubnetRoutes {
  const vnet = network.vnets.get(subnet.vnet.key);
  if (vnet === undefined) return { routes: [], gaps: [] };
  const gaps: Gap[] = [];
  const { serviceTags } = network.perimeter.snapshot.datasets;
  const user = [...userRoutes(subnet, serviceTags, gaps)].filter(
    ({ prefix }) => !direct.some((outer) => prefixCovers(outer, prefix)),
  );
  const local = prefixesOfVnet(network, vnet.vnet.key);
  const peered = hasNoPeerRoutes(subnet) ? [] : [...peerPrefixes(vnet)];
  const connected = [...local, ...peered];
  const drafts: Draft[] = [
    ...user,
    ...connected.map((prefix): Draft => system(prefix, 'deliver', RANK.connected)),
    ...direct.map((prefix): Draft => system(prefix, 'deliver', RANK.overlay)),
    ...gatewayRoutes(subnet, vnet, connected),
    ...serviceEndpointRoutes(subnet, serviceTags, gaps),
    ...privateEndpointRoutes(network, vnet, endpoints, user),
    system(ANYWHERE, 'internet', RANK.system),
    ...noneRoutes(local, user),
    // AZN-17: the host answers on these whatever the tables say.
    ...PLATFORM_PREFIXES.map((prefix): Draft => system(prefix, 'platform', -1)),
  ];
  const best = new Map<string, Draft>();
  for (const draft of drafts) {
    const key = formatPrefix(draft.prefix);
    const rival = best.get(key);
    if (rival === undefined || draft.rank < rival.rank) best.set(key, draft);
  }
  const routes = [...best.values()]
    .sort(
      (a, b) => a.prefix.length - b.prefix.length || Number(a.prefix.base) - Number(b.prefix.base),
    )
    .map(({ prefix, to, why }) => ({ prefix, to, why }));
  return { routes, gaps };
}

const ANYWHERE = parsePrefix('0.0.0.0/0')!;

function system(
  prefix: Prefix,
  kind: 'deliver' | 'internet' | 'drop' | 'platform',
  rank: number,
): Draft {
  return { prefix, to: { kind }, why: 'system', rank };
}

/** AZN-12. */
function hasNoPeerRoutes({ routeTable }: SubnetPlacement): boolean {
  return (
    routeTable.kind === 'found' && routeTable.target.disablePeeringRoute?.toLowerCase() === 'all'
  );
}

/** AZN-02, AZN-03: the neighbours' prefixes and nothing beyond. */
function* peerPrefixes(vnet: VnetPlacement): Generator<Prefix> {
  for (const peer of vnet.peers) {
    if (peer.state !== 'connected') continue;
    for (const prefix of peer.remotePrefixes) if (prefix.family === 4) yield prefix;
  }
}

/** AZN-05, AZN-10, AZN-11: not where propagation is off, and not below what the VNet or a peering routes. */
function* gatewayRoutes(
  { routeTable }: SubnetPlacement,
  vnet: VnetPlacement,
  connected: readonly Prefix[],
): Generator<Draft> {
  if (routeTable.kind === 'found' && routeTable.target.disableBgpRoutePropagation === true) return;
  for (const { prefix, origin } of vnet.gatewayPrefixes) {
    if (prefix.family !== 4 || connected.some((outer) => prefixCovers(outer, prefix))) continue;
    const to = { kind: 'gateway', vnetKey: vnet.vnet.key } as const;
    yield { prefix, to, why: origin, rank: RANK.gateway };
  }
}

/** AZN-07: private space goes nowhere, unless the VNet holds the prefix or a user route takes everything. */
function* noneRoutes(local: readonly Prefix[], user: readonly Draft[]): Generator<Draft> {
  if (user.some(({ prefix }) => prefix.length === 0)) return;
  for (const prefix of PRIVATE_PREFIXES) {
    if (local.some((outer) => prefixCovers(outer, prefix))) continue;
    yield system(prefix, 'drop', RANK.system);
  }
}

/** AZN-13, AZN-14: a /32 to every endpoint of the VNet and its neighbours, unless a user route that may replace it does. */
function* privateEndpointRoutes(
  network: Network,
  vnet: VnetPlacement,
  endpoints: readonly Seat[],
  user: readonly Draft[],
): Generator<Draft> {
  const near = new Set([vnet.vnet.key]);
  for (const peer of vnet.peers) {
    if (peer.state === 'connected' && peer.remote.kind === 'found')
      near.add(peer.remote.target.key);
  }
  for (const { addresses, subnet } of endpoints) {
    const [address] = addresses;
    if (address === undefined || !near.has(subnet.vnet.key)) continue;
    const prefix: Prefix = parsePrefix(formatIp(address))!;
    const mode = subnet.subnet.privateEndpointNetworkPolicies?.toLowerCase();
    const space = prefixesOfVnet(network, subnet.vnet.key).find((outer) =>
      prefixCovers(outer, prefix),
    );
    const isReplaced =
      (mode === 'enabled' || mode === 'routetableenabled') &&
      user.some(
        (route) =>
          prefixCovers(route.prefix, prefix) && route.prefix.length >= (space?.length ?? 33),
      );
    if (!isReplaced) yield system(prefix, 'deliver', RANK.connected);
  }
}

function* serviceEndpointRoutes(
  { subnet }: SubnetPlacement,
  tags: ServiceTags,
  gaps: Gap[],
): Generator<Draft> {
  for (const service of subnet.serviceEndpoints) {
    const tag = tagOfServiceEndpoint(service);
    const prefixes = tag === undefined ? undefined : tagPrefixes(tags, tag);
    if (prefixes === undefined) {
      gaps.push({
        what: `service endpoint ${service} of subnet ${subnet.name}`,
        why: 'its addresses are in no data file, so the lab routes them like any other',
        at: subnet.at,
      });
      continue;
    }
    for (const prefix of prefixes) {
      const why = `service endpoint ${service}`;
      yield { prefix, to: { kind: 'backbone' }, why, rank: RANK.connected };
    }
  }
}

/** The user's table. A route that cannot be read is left out and told; the lab then goes where the others lead. */
function* userRoutes(
  { subnet, routeTable }: SubnetPlacement,
  tags: ServiceTags,
  gaps: Gap[],
): Generator<Draft> {
  if (routeTable.kind === 'none') return;
  if (routeTable.kind !== 'found') {
    const why = 'it is not in the input, so the lab has only system routes there';
    gaps.push({ what: `route table of subnet ${subnet.name}`, why, at: subnet.at });
    return;
  }
  const table = routeTable.target;
  for (const route of table.routes) {
    const why = `route table ${table.name}: ${route.name}`;
    const to = nextHop(route);
    const { destination } = route;
    const prefixes = isUnknown(destination)
      ? undefined
      : destination.kind === 'prefix'
        ? [destination.prefix]
        : tagPrefixes(tags, destination.tag);
    if (prefixes === undefined || to === undefined) {
      const what = prefixes === undefined ? route.destinationText : 'its next hop';
      gaps.push({
        what: why,
        why: `${what} is not known, so the route is not in the lab`,
        at: route.at,
      });
      continue;
    }
    // AZN-16: for one prefix a written CIDR beats a tag, and a narrower tag a wider one.
    const rank =
      !isUnknown(destination) && destination.kind === 'service-tag'
        ? RANK.userTag + rankOfTag(destination.tag)
        : RANK.user;
    for (const prefix of prefixes) if (prefix.family === 4) yield { prefix, to, why, rank };
  }
}

function nextHop(route: UserRoute): SubnetRoute['to'] | undefined {
  if (isUnknown(route.nextHopType)) return undefined;
  switch (route.nextHopType) {
    case 'VirtualAppliance':
    case 'VirtualApplianceEcmp': {
      const addresses = route.nextHopAddresses.flatMap((ip) =>
        isUnknown(ip) || ip.family !== 4 ? [] : [formatIp(ip)],
      );
      return addresses.length === 0 ? undefined : { kind: 'appliance', addresses };
    }
    case 'VirtualNetworkGateway':
      return { kind: 'gateway', vnetKey: '' };
    case 'VnetLocal':
      return { kind: 'deliver' };
    case 'Internet':
      return { kind: 'internet' };
    case 'None':
      return { kind: 'drop' };
  }
}
