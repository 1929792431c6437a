import {
  type AddressSet,
  addressSet,
  addressSetCovers,
  addressSetHas,
  addressSetSize,
  firstAddress,
  type Ip,
  type IpRange,
  type Ipv4,
  type Ipv6,
  rangesOfAddressSet,
} from '../../net/index.ts';
import { type Network, PLATFORM_ADDRESSES } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import type { FlowAddress } from '../flow.ts';
import type { MissingFact } from '../verdict.ts';
import { collectRoutes } from './collect-routes.ts';
import { type EffectiveRoute, type RouteChoice, sameNextHop } from './effective-route.ts';
import { RANK } from './rank.ts';
import { indexRoutes, type RankedRoute, type RouteIndex, routesHolding } from './route-index.ts';

export * from './effective-route.ts';

/**
 * The routes of a subnet as the platform would list them, and with the ones we cannot be sure of. Built once per
 * network and subnet. Empty for a subnet that is not in the network.
 * @see AZN-01 … AZN-16
 */
export function effectiveRoutes(network: Network, subnetKey: string): readonly EffectiveRoute[] {
  return tableOf(network, subnetKey)?.index.routes ?? [];
}

/**
 * The route that wins in a subnet for a destination as it stands in the packet (after any translation made before).
 * A destination that is one unknown member of a set has a route when every member goes the same way; the host's own
 * addresses are then left aside. O(prefix lengths in use) for one address; see `splitByRoute` for a set.
 * @see AZN-08 precedence, AZN-09 longest prefix, AZN-10 system routes over BGP, AZN-17 platform
 */
export function selectRoute(
  network: Network,
  subnetKey: string,
  destination: FlowAddress,
): RouteChoice {
  const table = tableOf(network, subnetKey);
  if (table === undefined) {
    return {
      kind: 'unknown',
      candidates: [],
      why: [{ missing: `the subnet ${subnetKey}, which is not in the input` }],
    };
  }
  if (destination.kind === 'exact') {
    return selectForIp(table.index, destination.ip, destination.symbol);
  }
  const { symbol, addresses } = destination;
  if (symbol !== undefined && table.index.floating.some((route) => route.symbol === symbol)) {
    return selectForIp(table.index, firstAddress(addresses)!, symbol);
  }
  return oneFor(split(table, addresses), destination.label);
}

/** A share of an address set and what a route look-up says for every address in it. */
export interface RouteShare {
  readonly choice: RouteChoice;
  readonly addresses: AddressSet;
}

/**
 * Cuts a set by the route its members take. Shares are disjoint and add up to `addresses`; an empty set has none.
 * O(prefixes inside the set × prefix lengths in use); remembered per set object.
 */
export function splitByRoute(
  network: Network,
  subnetKey: string,
  addresses: AddressSet,
): readonly RouteShare[] {
  const table = tableOf(network, subnetKey);
  if (table !== undefined) return split(table, addresses);
  const missing = `the subnet ${subnetKey}, which is not in the input`;
  return [{ choice: { kind: 'unknown', candidates: [], why: [{ missing }] }, addresses }];
}

interface Table {
  readonly index: RouteIndex;
  readonly splits: WeakMap<AddressSet, readonly RouteShare[]>;
}

const tables = new WeakMap<Network, Map<string, Table>>();

/** Memory, not state: a network is immutable, so its tables never change. */
function tableOf(network: Network, subnetKey: string): Table | undefined {
  let known = tables.get(network);
  if (known === undefined) {
    known = new Map();
    tables.set(network, known);
  }
  const table = known.get(subnetKey);
  if (table !== undefined) return table;
  const subnet = network.subnets.get(subnetKey);
  if (subnet === undefined) return undefined;
  const made = { index: indexRoutes(collectRoutes(network, subnet)), splits: new WeakMap() };
  known.set(subnetKey, made);
  return made;
}

function selectForIp(index: RouteIndex, ip: Ip, symbol?: string): RouteChoice {
  if (addressSetHas(PLATFORM_ADDRESSES, ip)) return { kind: 'platform', address: ip };
  const holding = withoutBeatenGateways(routesHolding(index, ip));
  const own = index.floating.find((route) => symbol !== undefined && route.symbol === symbol);
  if (own !== undefined) {
    return { kind: 'route', route: own.route, passedOver: holding.map((entry) => entry.route) };
  }
  const at = holding.findIndex((entry) => entry.isCertain);
  const decider = holding[at];
  const outcomes: EffectiveRoute[] = [];
  // A user route for this one address cannot be beaten by any route whose prefix we do not know.
  const isPinned = holding[0]?.length === (ip.family === 4 ? 32 : 128) && holding[0].rank === 0;
  if (!isPinned || holding[0]?.isCertain !== true) {
    for (const floating of index.floating) {
      if (!addressSetHas(floating.reach, ip)) continue;
      if (floating.onlyOverDefault && !isSystemDefault(decider)) continue;
      outcomes.push(floating.route);
    }
  }
  const end = at < 0 ? holding.length : at + 1;
  for (const entry of holding.slice(0, end)) outcomes.push(entry.route);
  for (const entry of holding.slice(end)) {
    // The same prefix and rank twice: Azure refuses such a table, so which one stands is not known.
    if (entry.length !== decider?.length || entry.rank !== decider.rank) break;
    outcomes.push(entry.route);
  }
  const rest = holding.slice(end).map((entry) => entry.route);
  return judge(outcomes, decider?.route, rest);
}

/** All outcomes alike: the certain route. Otherwise unknown, with what would tell them apart. */
function judge(
  outcomes: readonly EffectiveRoute[],
  decider: EffectiveRoute | undefined,
  rest: readonly EffectiveRoute[],
): RouteChoice {
  if (decider !== undefined && !isUnknown(decider.nextHopType)) {
    if (outcomes.every((route) => sameNextHop(route, decider))) {
      return { kind: 'route', route: decider, passedOver: rest };
    }
  }
  const why: MissingFact[] = outcomes.flatMap((route) => [
    ...route.uncertain,
    ...(isUnknown(route.nextHopType)
      ? [{ missing: route.nextHopType.missing, at: route.nextHopType.at }]
      : []),
  ]);
  if (why.length === 0) {
    why.push({
      missing: `which of the routes ${outcomes.map((route) => route.name).join(', ')} stands`,
    });
  }
  return { kind: 'unknown', candidates: outcomes, why: distinct(why) };
}

interface Contender extends RankedRoute {
  readonly isCertain: boolean;
}

/**
 * AZN-10: where a system route to a connected network or service endpoint is active, gateway routes are out, however
 * long. Where it only may be active, they only may be in.
 */
function withoutBeatenGateways(holding: readonly RankedRoute[]): Contender[] {
  let beaten: 'no' | 'maybe' | 'yes' = 'no';
  for (const entry of holding) {
    if (entry.rank !== RANK.systemConnected) continue;
    if (entry.route.uncertain.length === 0 && !entry.maybeInactive) beaten = 'yes';
    else if (beaten === 'no') beaten = 'maybe';
  }
  const contenders: Contender[] = [];
  for (const entry of holding) {
    const isGateway = entry.rank === RANK.gateway;
    if (isGateway && beaten === 'yes') continue;
    const isCertain = entry.route.uncertain.length === 0 && !(isGateway && beaten === 'maybe');
    contenders.push({ ...entry, isCertain });
  }
  return contenders;
}

function isSystemDefault(entry: Contender | undefined): boolean {
  return entry !== undefined && entry.length === 0 && entry.rank === RANK.systemOther;
}

function split(table: Table, addresses: AddressSet): readonly RouteShare[] {
  const known = table.splits.get(addresses);
  if (known !== undefined) return known;
  const groups = new Map<string, { choice: RouteChoice; ranges: IpRange[] }>();
  const numbers = new Map<EffectiveRoute, number>();
  for (const range of rangesOfAddressSet(addresses)) {
    for (const piece of piecesOf(range, table.index)) {
      const ip: Ip =
        piece.family === 4 ? { family: 4, value: piece.low } : { family: 6, value: piece.low };
      const choice = selectForIp(table.index, ip);
      const key = keyOfChoice(choice, numbers);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { choice, ranges: [piece] });
      else group.ranges.push(piece);
    }
  }
  const shares = [...groups.values()].map(({ choice, ranges }) => ({
    choice,
    addresses: addressSet(ranges),
  }));
  table.splits.set(addresses, shares);
  return shares;
}

const PLATFORM_V4 = PLATFORM_ADDRESSES.v4.map((value, index) => value + (index % 2));

/** The range cut where the choice may change. */
function piecesOf(range: IpRange, index: RouteIndex): IpRange[] {
  if (range.family === 4) {
    const inside = [...index.cuts.v4, ...PLATFORM_V4].filter(
      (value) => value > range.low && value <= range.high,
    );
    const starts = [range.low as number, ...new Set(inside)].sort((a, b) => a - b);
    return starts.map((low, at) => ({
      family: 4,
      low: low as Ipv4,
      high: ((starts[at + 1] ?? range.high + 1) - 1) as Ipv4,
    }));
  }
  const inside = index.cuts.v6.filter((value) => value > range.low && value <= range.high);
  const starts = [range.low as bigint, ...inside];
  return starts.map((low, at) => ({
    family: 6,
    low: low as Ipv6,
    high: ((starts[at + 1] ?? range.high + 1n) - 1n) as Ipv6,
  }));
}

function keyOfChoice(choice: RouteChoice, numbers: Map<EffectiveRoute, number>): string {
  const numberOf = (route: EffectiveRoute) => {
    const known = numbers.get(route) ?? numbers.size;
    numbers.set(route, known);
    return known;
  };
  switch (choice.kind) {
    case 'route':
      return `route ${numberOf(choice.route)}`;
    case 'unknown':
      return `unknown ${choice.candidates.map(numberOf).join()}`;
    default:
      return 'platform';
  }
}

/** One answer for a set: the route of the largest share when all shares go the same way. */
function oneFor(shares: readonly RouteShare[], label: string): RouteChoice {
  const asked = shares.filter((share) => share.choice.kind !== 'platform');
  const largest = asked.reduce<RouteShare | undefined>(
    (best, share) =>
      best === undefined || addressSetSize(share.addresses) > addressSetSize(best.addresses)
        ? share
        : best,
    undefined,
  );
  if (largest === undefined || asked.length === 1) return (largest ?? shares[0]!).choice;
  const routes = asked.flatMap((share) =>
    share.choice.kind === 'route' ? [share.choice.route] : [],
  );
  const first = largest.choice;
  if (
    first.kind === 'route' &&
    routes.length === asked.length &&
    routes.every((route) => sameNextHop(route, first.route))
  ) {
    return { ...first, passedOver: routes.filter((route) => route !== first.route) };
  }
  const candidates = asked.flatMap((share) => {
    if (share.choice.kind === 'route') return [share.choice.route];
    return share.choice.kind === 'unknown' ? share.choice.candidates : [];
  });
  const why = asked.flatMap((share) => (share.choice.kind === 'unknown' ? share.choice.why : []));
  const which = { missing: `the address of ${label}` };
  return { kind: 'unknown', candidates: [...new Set(candidates)], why: distinct([which, ...why]) };
}

function distinct(facts: readonly MissingFact[]): MissingFact[] {
  const seen = new Map<string, MissingFact>();
  for (const fact of facts) if (!seen.has(fact.missing)) seen.set(fact.missing, fact);
  return [...seen.values()];
}

/** Does the set lie wholly on the host's own addresses? */
export function isPlatform(addresses: AddressSet): boolean {
  return addressSetCovers(PLATFORM_ADDRESSES, addresses);
}
