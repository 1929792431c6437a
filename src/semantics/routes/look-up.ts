import { addressSetHas, type Ip } from '../../net/index.ts';
import { PLATFORM_ADDRESSES } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import type { MissingFact } from '../verdict.ts';
import { type EffectiveRoute, type RouteChoice, sameNextHop } from './effective-route.ts';
import { RANK } from './rank.ts';
import { type RankedRoute, type RouteIndex, routesHolding } from './route-index.ts';

/**
 * The route for one address. Routes that may or may not be there are gathered down to the first certain one; when they
 * all do the same the answer is certain too.
 * @param symbol identity of the destination, when it is one that only Azure can number
 */
export function lookUp(index: RouteIndex, ip: Ip, symbol?: string): RouteChoice {
  if (addressSetHas(PLATFORM_ADDRESSES, ip)) return { kind: 'platform', address: ip };
  const holding = withoutBeatenGateways(routesHolding(index, ip));
  const own = index.floating.find((route) => symbol !== undefined && route.symbol === symbol);
  // A user route for it may not be there at all; an endpoint is where its symbol says, whichever number that is.
  const isSure = own?.route.source !== 'User' || own.route.uncertain.length === 0;
  if (own !== undefined && isSure) {
    return { kind: 'route', route: own.route, passedOver: holding.map((entry) => entry.route) };
  }
  const at = holding.findIndex((entry) => entry.isCertain);
  const decider = holding[at];
  const outcomes: EffectiveRoute[] = own === undefined ? [] : [own.route];
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
 * long. Where it only may be active, they only may be in; unless it is tried before them, for then it is not when they are.
 */
function withoutBeatenGateways(holding: readonly RankedRoute[]): Contender[] {
  const isConnected = (entry: RankedRoute) => entry.rank === RANK.systemConnected;
  const areBeaten = holding.some(
    (entry) => isConnected(entry) && entry.route.uncertain.length === 0 && !entry.maybeInactive,
  );
  const lastConnected = holding.findLastIndex(isConnected);
  const contenders: Contender[] = [];
  for (const [index, entry] of holding.entries()) {
    const isGateway = entry.rank === RANK.gateway;
    if (isGateway && areBeaten) continue;
    const mayBeBeaten = areBeaten || index < lastConnected;
    if (entry.isBehindGateway && !mayBeBeaten) continue;
    const isCertain = entry.route.uncertain.length === 0 && !(isGateway && mayBeBeaten);
    contenders.push({ ...entry, isCertain });
  }
  return contenders;
}

function isSystemDefault(entry: Contender | undefined): boolean {
  return entry !== undefined && entry.length === 0 && entry.rank === RANK.systemOther;
}

/** Each missing fact once, in the order met. */
export function distinct(facts: readonly MissingFact[]): MissingFact[] {
  const seen = new Map<string, MissingFact>();
  for (const fact of facts) if (!seen.has(fact.missing)) seen.set(fact.missing, fact);
  return [...seen.values()];
}
