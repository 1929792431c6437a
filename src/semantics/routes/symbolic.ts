import {
  type Condition,
  distinctConditions,
  type FlowBox,
  type FlowRule,
} from '../../flows/index.ts';
import { addressesOfPrefixes, isEmptyAddressSet, type Prefix } from '../../net/index.ts';
import { type Network, PLATFORM_ADDRESSES, type SubnetPlacement } from '../../network/index.ts';
import type { Decider } from '../verdict.ts';
import type { EffectiveRoute } from './effective-route.ts';
import { type Candidate, STRENGTH, type Strength } from './symbolic-candidate.ts';
import { endpointCandidates } from './symbolic-endpoints.ts';
import { PrefixTable } from './symbolic-prefixes.ts';
import {
  defaultCandidates,
  gatewayCandidates,
  localCandidates,
  peeringCandidates,
  serviceCandidates,
} from './symbolic-system.ts';
import { writtenRoutes } from './symbolic-user.ts';

/** The route a destination takes. `platform`: the host answers itself, and no route is asked (AZN-17). */
export type RouteEffect = EffectiveRoute | 'platform';

export type RouteRule = FlowRule<RouteEffect, Decider>;

/**
 * The effective routes of a subnet as an ordered list, by destination as it stands in the packet: the first that holds it is the one
 * Azure takes. One entry per route and prefix; routes beaten at a prefix have none there. Complete, since every subnet has
 * default routes; a subnet that is not in the input has no entries and decides nothing. O(prefixes · log).
 *
 * A host route to a public address that Azure has yet to give takes the address of that symbol alone: no number anybody wrote is
 * that one.
 * @see AZN-08 precedence, AZN-09 longest prefix, AZN-10 system routes over BGP, AZN-17 platform, AZN-24 default routes
 */
export function routeRules(network: Network, subnetKey: string): readonly RouteRule[] {
  const subnet = network.subnets.get(subnetKey);
  if (subnet === undefined) return [];
  const candidates = candidatesOf(network, subnet);
  const table = new PrefixTable<Candidate>();
  for (const candidate of candidates) {
    if (candidate.isInvalid) continue;
    for (const prefix of candidate.route.prefixes) table.add(prefix, candidate);
  }
  const routes = new Map(
    candidates.map((candidate) => [
      candidate,
      { ...candidate.route, state: stateOf(candidate, table) },
    ]),
  );
  const connected = connectedRoutes(table);
  const ranked: RankedEntry[] = candidates.flatMap(entriesWithoutPrefix);
  for (const { prefix, items } of table.slots()) {
    ranked.push(...entriesAt(prefix, items, connected));
  }
  ranked.sort((a, b) => a.order - b.order || a.strength - b.strength);
  return [
    platformRule,
    ...ranked.map(({ candidate, region }): RouteRule => {
      const effect = routes.get(candidate)!;
      return { region, effect, by: deciderOf(effect) };
    }),
  ];
}

const platformRule: RouteRule = {
  region: [{ destinations: PLATFORM_ADDRESSES }],
  effect: 'platform',
  by: { kind: 'platform', name: 'host service, not subject to routes', fact: 'AZN-17' },
};

/** Every route of the subnet, before anything is chosen. */
function candidatesOf(network: Network, subnet: SubnetPlacement): readonly Candidate[] {
  const written = writtenRoutes(network, subnet);
  const home = network.vnets.get(subnet.vnet.key);
  if (home === undefined) return written.routes;
  return [
    ...localCandidates(network, home, written),
    ...peeringCandidates(home, subnet),
    ...endpointCandidates(network, home, written),
    ...serviceCandidates(network, subnet),
    ...gatewayCandidates(network, home, subnet),
    ...written.routes,
    ...defaultCandidates(home, written),
  ];
}

/** Where a route counts. */
interface RankedEntry {
  readonly candidate: Candidate;
  readonly region: readonly FlowBox[];
  readonly order: number;
  /** Among those of one order, lower first; those listed earlier first in case of a tie. */
  readonly strength: Strength;
}

/** Lower is tried first. */
const ORDER = {
  /** Routes for the one address that has a symbol. */
  own: -3,
  /** User routes for one address: no longer prefix can be hiding anywhere, and none of this length beats them. */
  pinned: -2,
  /** Routes whose prefix is not known: it may be the longest. */
  floating: -1,
  /** The longest prefix first (AZN-09). The families do not meet. */
  ofLength: (length: number) => 128 - length,
} as const;

function entriesWithoutPrefix(candidate: Candidate): RankedEntry[] {
  const { reach, isDefaultOnly, route, symbol, strength } = candidate;
  const entries: RankedEntry[] = [];
  if (symbol !== undefined) {
    // An endpoint is where its symbol says, whichever number that is. A user route may not be there at all.
    const needs = route.source === 'User' ? route.uncertain : [];
    const region = [{ destinationIs: symbol, needs }];
    entries.push({ candidate, region, order: ORDER.own, strength });
  }
  if (reach === undefined || isEmptyAddressSet(reach)) return entries;
  const region = [{ destinations: reach, needs: route.uncertain }];
  // AZN-24: just before the default route of the system, which is the only one it can replace.
  const place = isDefaultOnly
    ? { order: ORDER.ofLength(0), strength: STRENGTH.system }
    : { order: ORDER.floating, strength };
  return [...entries, { candidate, region, ...place }];
}

/** The routes for one prefix, strongest first, down to the first that certainly takes all of it (AZN-08). */
function entriesAt(
  prefix: Prefix,
  candidates: readonly Candidate[],
  connected: PrefixTable<Connected>,
): RankedEntry[] {
  const destinations = addressesOfPrefixes([prefix]);
  const hostLength = prefix.family === 4 ? 32 : 128;
  const entries: RankedEntry[] = [];
  for (const strength of strengthsOf(candidates)) {
    const doubts = strength === STRENGTH.gateway ? doubtsAboutGateway(prefix, connected) : [];
    if (doubts === 'beaten') continue;
    const group = candidates.filter((candidate) => candidate.strength === strength);
    const isCertain = group.some(({ route }) => route.uncertain.length === 0);
    const isPinned = isCertain && strength === STRENGTH.written && prefix.length === hostLength;
    const order = isPinned ? ORDER.pinned : ORDER.ofLength(prefix.length);
    for (const { candidate, needs } of inDoubt(group)) {
      const all = distinctConditions(needs, doubts);
      const box = all.length === 0 ? { destinations } : { destinations, needs: all };
      entries.push({ candidate, region: [box], order, strength });
    }
    if (isCertain && doubts.length === 0) break;
  }
  return entries;
}

function strengthsOf(candidates: readonly Candidate[]): readonly Strength[] {
  return [...new Set(candidates.map(({ strength }) => strength))].sort((a, b) => a - b);
}

/**
 * Routes of one strength for one prefix, each with what it needs. Azure refuses two such routes, so which of them stands is not
 * known; the first one written is the one that needs nothing.
 */
function inDoubt(
  group: readonly Candidate[],
): readonly { readonly candidate: Candidate; readonly needs: readonly Condition[] }[] {
  const doubtful = group.filter(({ route }) => route.uncertain.length > 0);
  const [first, ...others] = group.filter(({ route }) => route.uncertain.length === 0);
  const names = group.map(({ route }) => route.name).join(', ');
  const which = { missing: `which of the routes ${names} stands` };
  return [
    ...doubtful.map((candidate) => ({ candidate, needs: candidate.route.uncertain })),
    ...others.map((candidate) => ({ candidate, needs: [which] })),
    ...(first === undefined ? [] : [{ candidate: first, needs: [] }]),
  ];
}

/** A system route to a connected network, or to a service with an endpoint, at a prefix where no stronger one certainly is. */
interface Connected {
  readonly length: number;
  /** Empty: it is active there. */
  readonly needs: readonly Condition[];
}

function connectedRoutes(table: PrefixTable<Candidate>): PrefixTable<Connected> {
  const connected = new PrefixTable<Connected>();
  for (const { prefix, items } of table.slots()) {
    const stronger = items.filter(({ strength }) => strength < STRENGTH.connected);
    if (stronger.some(({ route }) => route.uncertain.length === 0)) continue;
    const rivalry = stronger.flatMap(({ route }) => route.uncertain);
    for (const { strength, route } of items) {
      if (strength !== STRENGTH.connected) continue;
      connected.add(prefix, { length: prefix.length, needs: [...rivalry, ...route.uncertain] });
    }
  }
  return connected;
}

/**
 * AZN-10: a gateway route is out where one of those is active, however much shorter. Longer ones come first in the list anyway,
 * and who gets past one that may be active knows that it is not.
 */
function doubtsAboutGateway(
  prefix: Prefix,
  connected: PrefixTable<Connected>,
): readonly Condition[] | 'beaten' {
  const around = connected.around(prefix);
  if (around.some(({ needs }) => needs.length === 0)) return 'beaten';
  const shorter = around.filter(({ length }) => length < prefix.length);
  return distinctConditions(shorter.flatMap(({ needs }) => needs));
}

/** As the platform lists it: active where no stronger route has the same prefix, invalid when one has everywhere. */
function stateOf(candidate: Candidate, table: PrefixTable<Candidate>): EffectiveRoute['state'] {
  if (candidate.isInvalid) return 'Invalid';
  const { prefixes } = candidate.route;
  if (candidate.reach !== undefined || prefixes.length === 0) return 'Unknown';
  const beaten = prefixes.map((prefix) => {
    const stronger = table.at(prefix).filter(({ strength }) => strength < candidate.strength);
    if (stronger.length === 0) return 'no';
    return stronger.some(({ route }) => route.uncertain.length === 0) ? 'yes' : 'perhaps';
  });
  if (beaten.includes('no')) return 'Active';
  return beaten.includes('perhaps') ? 'Unknown' : 'Invalid';
}

function deciderOf({ name, prefixText, source, fact, at }: EffectiveRoute): Decider {
  return {
    kind: source === 'Default' ? 'default' : 'route',
    name: `route ${name} ${prefixText}`,
    fact,
    ...(at === undefined ? {} : { at }),
  };
}
