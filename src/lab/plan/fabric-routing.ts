import type { Gap } from '../../diagnostics/index.ts';
import { formatIp, formatPrefix } from '../../net/index.ts';
import { cable } from './cables.ts';
import {
  ANY_MARK,
  ENDPOINT_MARK,
  type FabricInput,
  formatMark,
  OUTSIDE_MARK,
  subnetMarks,
} from './fabric-input.ts';
import { reachedVnets } from './fabrics.ts';
import { prefixesOfSubnet, prefixesOfVnet, type Seat } from './seat.ts';
import { type SubnetRoute, subnetRoutes } from './subnet-routes.ts';

/** Looked up for ARP requests alone: packets always carry a mark. */
const NEIGHBOUR_TABLE = 900;

export interface FabricRouting {
  /** Lines for `ip -batch`, after the cables are up. */
  readonly ip: readonly string[];
  readonly gaps: readonly Gap[];
}

/**
 * The routes of a fabric. The main table knows where every interface is; in front of it stands one table per subnet, chosen by the mark of
 * the cable a packet came in by, which says what Azure's effective routes of that subnet say. `throw` gives a packet to the main
 * table, so that a subnet reaches what its VNet and its peerings route, and nothing else of the fabric (AZN-03).
 */
export function fabricRouting(input: FabricInput): FabricRouting {
  const { fabric } = input;
  const gaps: Gap[] = [];
  const marks = [...subnetMarks(input)];
  const edge = cable('edge', fabric.index);
  return {
    ip: [
      ...interfaceRoutes(input),
      'route replace blackhole default',
      // Azure answers ARP for every address of a subnet: so does the fabric, whatever is there.
      `route replace default dev ${fabric.edge} table ${NEIGHBOUR_TABLE}`,
      ...outsideRoutes(input),
      ...marks.flatMap(([subnetKey, mark]) => [...tableOf(input, subnetKey, mark, edge.far, gaps)]),
      ...ownPodRoutes(input),
      ...overlayRules(input),
      ...endpointRoutes(input),
      ...[OUTSIDE_MARK, ...marks.map(([, mark]) => mark)].map(
        (mark) =>
          `rule add fwmark ${formatMark(mark)} lookup ${tableNumber(mark)} pref ${tableNumber(mark)}`,
      ),
      `rule add fwmark ${ANY_MARK} lookup main pref 20000`,
      `rule add lookup ${NEIGHBOUR_TABLE} pref 20001`,
    ],
    gaps,
  };
}

/** Before the tables of the subnets. */
const OVERLAY_PREFERENCE = 900;

/** AKS-60: what a pod of an overlay answers to a node or a gateway of its network goes straight there; no route of the user is asked. */
function* overlayRules({ network, podRanges }: FabricInput): Generator<string> {
  for (const [subnetKey, ranges] of podRanges) {
    const subnet = network.subnets.get(subnetKey);
    for (const prefix of subnet === undefined ? [] : prefixesOfSubnet(subnet)) {
      for (const range of ranges) {
        yield `rule add from ${formatPrefix(range)} to ${formatPrefix(prefix)} lookup main pref ${OVERLAY_PREFERENCE}`;
      }
    }
  }
}

/** Before the overlay's rules; the first number of their tables too. */
const POD_TABLE = 800;

/**
 * Overlays of two clusters may have the same pod range, as they do by default, and neither is known beyond its own nodes: what a node sends
 * to a pod goes to the nodes of its own cluster.
 */
function* ownPodRoutes(input: FabricInput): Generator<string> {
  const routes = input.podRoutes.filter(({ inSubnet }) => !inSubnet);
  const clusters = [...new Set(routes.map(({ cluster }) => cluster))];
  if (clusters.length < 2) return;
  const byHost = new Map(input.seats.map((seat) => [seat.host, seat]));
  const marks = subnetMarks(input);
  for (const [index, cluster] of clusters.entries()) {
    const table = POD_TABLE + index;
    const subnets = new Set<string>();
    for (const { prefix, node } of routes.filter((route) => route.cluster === cluster)) {
      const seat = byHost.get(node);
      if (seat === undefined) continue;
      subnets.add(seat.subnet.subnet.key);
      yield `route replace ${prefix} ${hop(seat)} table ${table}`;
    }
    for (const subnetKey of [...subnets].sort()) {
      const mark = marks.get(subnetKey);
      for (const range of mark === undefined ? [] : (input.podRanges.get(subnetKey) ?? [])) {
        yield `route replace blackhole ${formatPrefix(range)} table ${table}`;
        yield `rule add fwmark ${formatMark(mark ?? 0)} to ${formatPrefix(range)} lookup ${table} pref ${POD_TABLE}`;
      }
    }
  }
}

/** Like `OVERLAY_PREFERENCE`; the number of the table too. */
const ENDPOINT_TABLE = 950;

/** What a private endpoint answers goes to whoever asked: to the interface, or back through the gateway they came by. */
function* endpointRoutes({ seats }: FabricInput): Generator<string> {
  if (!seats.some(isEndpoint)) return;
  const known = new Set<string>();
  for (const seat of seats.filter(({ kind }) => kind === 'on-premises')) {
    for (const prefix of seat.furtherAddresses) {
      if (known.has(prefix)) continue;
      known.add(prefix);
      yield `route replace ${prefix} ${hop(seat)} table ${ENDPOINT_TABLE}`;
    }
  }
  const mark = formatMark(ENDPOINT_MARK);
  if (known.size > 0)
    yield `rule add fwmark ${mark} lookup ${ENDPOINT_TABLE} pref ${ENDPOINT_TABLE}`;
}

function tableNumber(mark: number): number {
  return 1000 + mark - OUTSIDE_MARK;
}

/** Where every address of the fabric is. */
function* interfaceRoutes({ seats, podRoutes, frontends }: FabricInput): Generator<string> {
  const byHost = new Map(seats.map((seat) => [seat.host, seat]));
  for (const seat of seats) {
    for (const ip of seat.addresses) yield `route replace ${formatIp(ip)}/32 dev ${seat.host}`;
  }
  for (const { prefix, node } of podRoutes) {
    const seat = byHost.get(node);
    if (seat !== undefined) yield `route replace ${prefix} ${hop(seat)}`;
  }
  for (const frontend of frontends) {
    if (frontend.isInternal) yield* spread(`${frontend.address}/32`, frontend.nodes, byHost);
  }
}

/** What comes from the edge or the platform: public addresses of the perimeter, and whatever lies in its VNets. */
function* outsideRoutes(input: FabricInput): Generator<string> {
  const { network, fabric, seats, frontends } = input;
  const table = ` table ${tableNumber(OUTSIDE_MARK)}`;
  const byHost = new Map(seats.map((seat) => [seat.host, seat]));
  for (const seat of seats) {
    if (seat.kind === 'on-premises') continue;
    for (const address of seat.furtherAddresses)
      yield `route replace ${address}/32 ${hop(seat)}${table}`;
  }
  for (const frontend of frontends) {
    if (!frontend.isInternal)
      yield* spread(`${frontend.address}/32`, frontend.nodes, byHost, table);
  }
  const spaces = fabric.vnetKeys.flatMap((key) => prefixesOfVnet(network, key).map(formatPrefix));
  for (const prefix of [...new Set(spaces)].sort()) yield `route replace throw ${prefix}${table}`;
  yield `route replace blackhole default${table}`;
}

function* tableOf(
  input: FabricInput,
  subnetKey: string,
  mark: number,
  edgeAddress: string,
  gaps: Gap[],
): Generator<string> {
  const { network, fabric, seats } = input;
  const subnet = network.subnets.get(subnetKey);
  if (subnet === undefined) return;
  const endpoints = seats.filter((seat) => isEndpoint(seat));
  const composed = subnetRoutes(network, subnet, endpoints, input.podRanges.get(subnetKey) ?? []);
  gaps.push(...composed.gaps);
  const table = `table ${tableNumber(mark)}`;
  const edge = `via ${edgeAddress} dev ${fabric.edge}`;
  const platform = `via ${cable('platform', fabric.index).far} dev ${fabric.platform}`;
  for (const route of composed.routes) {
    const prefix = formatPrefix(route.prefix);
    switch (route.to.kind) {
      case 'deliver':
        yield `route replace throw ${prefix} ${table}`;
        break;
      case 'drop':
        yield `route replace blackhole ${prefix} ${table}`;
        break;
      case 'internet':
      case 'backbone':
        yield `route replace ${prefix} ${edge} ${table}`;
        break;
      case 'platform':
        yield `route replace ${prefix} ${platform} ${table}`;
        break;
      case 'appliance':
      case 'gateway': {
        const hops = hopsOf(route, input, subnet.vnet.key);
        if (hops.length === 0) gaps.push(deadEnd(route, prefix));
        yield hops.length === 0
          ? `route replace blackhole ${prefix} ${table}`
          : `route replace ${prefix} ${table} ${nexthops(hops)}`;
      }
    }
  }
}

/** A private endpoint, or what is one in all but name: the API server of a private cluster. */
export function isEndpoint(seat: Seat): boolean {
  return seat.kind === 'private-endpoint' || (seat.kind === 'api-server' && !seat.isGuarded);
}

/** `via ADDRESS dev CABLE onlink` for everybody who may take the packets of the route. */
function hopsOf(route: SubnetRoute, input: FabricInput, vnetKey: string): readonly string[] {
  const { network, seats, frontends } = input;
  const reached = reachedVnets(network, vnetKey);
  const near = seats.filter((seat) => reached.has(seat.subnet.vnet.key));
  if (route.to.kind === 'gateway') {
    const own = near.filter((seat) => seat.kind === 'on-premises');
    const nearest = own.find((seat) => seat.subnet.vnet.key === vnetKey) ?? own[0];
    return nearest === undefined ? [] : [hop(nearest)];
  }
  if (route.to.kind !== 'appliance') return [];
  return route.to.addresses.flatMap((address) => {
    const seat = near.find((one) => one.addresses.some((ip) => formatIp(ip) === address));
    if (seat !== undefined) return [`via ${address} dev ${seat.host} onlink`];
    const frontend = frontends.find((one) => one.isInternal && one.address === address);
    return (frontend?.nodes ?? []).flatMap((host) => {
      const backend = near.find((one) => one.host === host);
      return backend === undefined ? [] : [hop(backend)];
    });
  });
}

function deadEnd(route: SubnetRoute, prefix: string): Gap {
  const next = route.to.kind === 'appliance' ? route.to.addresses.join(', ') : 'the gateway';
  return {
    what: `${route.why} (${prefix})`,
    why: `nothing in reach has its next hop ${next}: the lab drops what the route takes`,
  };
}

function hop(seat: Seat): string {
  const [address] = seat.addresses;
  return address === undefined
    ? `dev ${seat.host}`
    : `via ${formatIp(address)} dev ${seat.host} onlink`;
}

function nexthops(hops: readonly string[]): string {
  const [only] = hops;
  return hops.length === 1 && only !== undefined
    ? only
    : hops.map((one) => `nexthop ${one}`).join(' ');
}

/** A front end over its hosts, by the hash of the flow (`fib_multipath_hash_policy=1`): what a load balancer does. */
function* spread(
  prefix: string,
  hosts: readonly string[],
  byHost: ReadonlyMap<string, Seat>,
  table = '',
): Generator<string> {
  const hops = hosts.flatMap((host) => {
    const seat = byHost.get(host);
    return seat === undefined ? [] : [hop(seat)];
  });
  yield hops.length === 0
    ? `route replace blackhole ${prefix}${table}`
    : `route replace ${prefix}${table} ${nexthops(hops)}`;
}
