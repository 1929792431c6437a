import type {
  GatewayConnection,
  LocalNetworkGateway,
  Perimeter,
  VirtualNetworkGateway,
} from '../model/index.ts';
import { isUnknown, path, stringOf } from '../values/index.ts';
import type { GatewayPrefix, PeerLink } from './network.ts';

/** What one VNet learns through gateways (AZN-05). */
export interface LearnedRoutes {
  readonly prefixes: readonly GatewayPrefix[];
  /** Why there may be prefixes that no file holds; absent when there are none. */
  readonly unknownWhy?: string;
  /** Why a default route may be among them; absent when it cannot. */
  readonly defaultWhy?: string;
}

/**
 * Routes of every VNet's own gateways, keyed by VNet: static prefixes of the local network gateways its connections
 * name, and whether BGP, ExpressRoute or a Virtual WAN hub adds prefixes nobody wrote down. O(gateways + connections).
 */
export function learnFromOwnGateways(perimeter: Perimeter): ReadonlyMap<string, LearnedRoutes> {
  const connections = connectionsByGateway(perimeter);
  const learned = new Map<string, LearnedRoutes>();
  for (const gateway of perimeter.virtualNetworkGateways.values()) {
    const routes = routesOfGateway(gateway, connections, perimeter.localNetworkGateways);
    for (const vnetKey of vnetsOfGateway(gateway, perimeter)) {
      learned.set(vnetKey, merge(learned.get(vnetKey), routes));
    }
  }
  for (const [vnetKey, hub] of vnetsOfHubs(perimeter)) {
    const why = `what virtual hub ${hub} injects into its connected networks`;
    learned.set(
      vnetKey,
      merge(learned.get(vnetKey), { prefixes: [], unknownWhy: why, defaultWhy: why }),
    );
  }
  return learned;
}

/** Adds what connected peers share: `useRemoteGateways` on this half, `allowGatewayTransit` on theirs. */
export function learnThroughPeers(
  own: LearnedRoutes | undefined,
  peers: readonly PeerLink[],
  byVnet: ReadonlyMap<string, LearnedRoutes>,
): LearnedRoutes {
  let learned: LearnedRoutes = own ?? { prefixes: [] };
  for (const peer of peers) {
    const uses = peer.peering.useRemoteGateways;
    if (peer.state === 'broken' || uses === undefined || uses === false) continue;
    if (peer.remote.kind !== 'found') {
      const why = `the gateways of a peer that is not in the input (peering ${peer.peering.name})`;
      learned = merge(learned, { prefixes: [], unknownWhy: why });
      continue;
    }
    const shared = byVnet.get(peer.remote.target.key);
    const allows = peer.reverse?.allowGatewayTransit;
    if (peer.reverse !== undefined && (allows === undefined || allows === false)) continue;
    if (shared !== undefined && uses === true && allows === true && peer.state === 'connected') {
      learned = merge(learned, shared);
    } else {
      // A peering uses remote gateways only where there is one, so a gateway we do not see is somewhere else.
      const why = `whether peering ${peer.peering.name} shares the gateways of ${peer.remote.target.name}`;
      learned = merge(learned, { prefixes: [], unknownWhy: why });
    }
  }
  return learned;
}

function routesOfGateway(
  gateway: VirtualNetworkGateway,
  connections: ReadonlyMap<string, readonly GatewayConnection[]>,
  localGateways: ReadonlyMap<string, LocalNetworkGateway>,
): LearnedRoutes {
  const prefixes: GatewayPrefix[] = [];
  let unknownWhy: string | undefined;
  const type = gateway.gatewayType?.toLowerCase();
  if (type === 'expressroute') {
    unknownWhy = `what ExpressRoute gateway ${gateway.name} learns from its circuit`;
  } else if (type !== 'vpn') {
    unknownWhy = `the type of gateway ${gateway.name}`;
  } else if (gateway.enableBgp !== undefined && gateway.enableBgp !== false) {
    unknownWhy = `what VPN gateway ${gateway.name} learns over BGP`;
  }
  const mine = connections.get(gateway.key) ?? [];
  const unplaced = connections.get('') ?? [];
  if (mine.length === 0) unknownWhy ??= `the connections of gateway ${gateway.name}`;
  if (unplaced.length > 0) unknownWhy ??= `the gateway of connection ${unplaced[0]!.name}`;
  for (const connection of mine) {
    const local = connection.localGateway;
    const target =
      local === undefined || isUnknown(local) ? undefined : localGateways.get(local.key);
    if (target === undefined) {
      unknownWhy ??= `the far end of connection ${connection.name}`;
      continue;
    }
    for (const entry of target.prefixes) {
      if (isUnknown(entry)) unknownWhy ??= entry.missing;
      else {
        const origin = `local network gateway ${target.name}`;
        prefixes.push({ prefix: entry.prefix, origin, at: entry.at });
      }
    }
    if (target.prefixes.length === 0) {
      unknownWhy ??= `the address space of local network gateway ${target.name}`;
    }
  }
  return { prefixes, ...(unknownWhy === undefined ? {} : { unknownWhy }) };
}

/** Keyed by gateway; connections whose gateway could not be read are under the empty key. */
function connectionsByGateway(perimeter: Perimeter): Map<string, GatewayConnection[]> {
  const byGateway = new Map<string, GatewayConnection[]>();
  for (const connection of perimeter.gatewayConnections.values()) {
    const reference = connection.gateway;
    const key = reference === undefined || isUnknown(reference) ? '' : reference.key;
    const list = byGateway.get(key);
    if (list === undefined) byGateway.set(key, [connection]);
    else list.push(connection);
  }
  return byGateway;
}

/** The VNet a gateway sits in; when its subnet is not known, every VNet that has a `GatewaySubnet` may be it. */
function vnetsOfGateway(gateway: VirtualNetworkGateway, perimeter: Perimeter): string[] {
  const subnet = gateway.subnet;
  if (subnet !== undefined && !isUnknown(subnet)) return [vnetKeyOfSubnet(subnet.key)];
  return [...perimeter.virtualNetworks.values()]
    .filter((vnet) => vnet.subnets.some((entry) => entry.name.toLowerCase() === 'gatewaysubnet'))
    .map((vnet) => vnet.key);
}

function vnetKeyOfSubnet(subnetKey: string): string {
  const end = subnetKey.lastIndexOf('/subnets/');
  return end < 0 ? subnetKey : subnetKey.slice(0, end);
}

/** VNets connected to a Virtual WAN hub, with the hub's name. The hub itself is not modelled. */
function* vnetsOfHubs(perimeter: Perimeter): Generator<[string, string]> {
  for (const resource of perimeter.snapshot.resources.values()) {
    if (resource.type !== 'microsoft.network/virtualhubs/hubvirtualnetworkconnections') continue;
    const id = stringOf(path(resource.body, 'properties', 'remoteVirtualNetwork', 'id'));
    const hub = resource.id.split('/').at(-3) ?? resource.name;
    if (id !== undefined) yield [id.toLowerCase(), hub];
    else for (const vnetKey of perimeter.virtualNetworks.keys()) yield [vnetKey, hub];
  }
}

function merge(a: LearnedRoutes | undefined, b: LearnedRoutes): LearnedRoutes {
  if (a === undefined) return b;
  const unknownWhy = a.unknownWhy ?? b.unknownWhy;
  const defaultWhy = a.defaultWhy ?? b.defaultWhy;
  return {
    prefixes: [...a.prefixes, ...b.prefixes],
    ...(unknownWhy === undefined ? {} : { unknownWhy }),
    ...(defaultWhy === undefined ? {} : { defaultWhy }),
  };
}
