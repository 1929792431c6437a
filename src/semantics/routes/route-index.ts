import { type AddressSet, type Ip, type Prefix, prefixOf, rangeOfPrefix } from '../../net/index.ts';
import type { DraftRoute } from './draft-route.ts';
import type { EffectiveRoute } from './effective-route.ts';
import { RANK } from './rank.ts';

/** A route at one of its prefixes, among the routes for that prefix. */
export interface RankedRoute {
  readonly route: EffectiveRoute;
  readonly rank: number;
  readonly length: number;
  /** Another route for this prefix may beat it, so it may be inactive. */
  readonly maybeInactive: boolean;
  /** Beaten by a gateway route alone: it counts where that one is out (AZN-10). */
  readonly isBehindGateway: boolean;
}

/** A route whose prefixes are unknown: it may be the longest match anywhere in `reach`. */
export interface FloatingRoute {
  readonly route: EffectiveRoute;
  readonly reach: AddressSet;
  readonly symbol?: string;
  readonly onlyOverDefault: boolean;
}

/** The routes of one subnet, ready for look-ups. */
export interface RouteIndex {
  /** In the order they were collected: local, peerings, endpoints, gateway, user, defaults. */
  readonly routes: readonly EffectiveRoute[];
  /** Per prefix the routes that may be active there, best first. Beaten ones are left out. */
  readonly byPrefix: ReadonlyMap<number | string, readonly RankedRoute[]>;
  /** Prefix lengths in use, longest first. */
  readonly lengths: { readonly v4: readonly number[]; readonly v6: readonly number[] };
  readonly floating: readonly FloatingRoute[];
  /** Addresses at which the choice may change, ascending. */
  readonly cuts: { readonly v4: readonly number[]; readonly v6: readonly bigint[] };
}

/** O(prefixes × log). */
export function indexRoutes(drafts: readonly DraftRoute[]): RouteIndex {
  const buckets = bucketsOf(drafts);
  const routes = new Map<DraftRoute, EffectiveRoute>();
  for (const draft of drafts) {
    routes.set(draft, { ...draft.route, state: stateOf(draft, buckets) });
  }
  const byPrefix = new Map<number | string, RankedRoute[]>();
  const lengths4 = new Set<number>();
  const lengths6 = new Set<number>();
  const cuts4 = new Set<number>();
  const cuts6 = new Set<bigint>();
  for (const [key, bucket] of buckets) {
    const { prefix } = bucket[0]!;
    (prefix.family === 4 ? lengths4 : lengths6).add(prefix.length);
    const range = rangeOfPrefix(prefix);
    if (range.family === 4) cuts4.add(range.low).add(range.high + 1);
    else cuts6.add(range.low).add(range.high + 1n);
    byPrefix.set(key, contenders(bucket, routes, prefix.length));
  }
  const floating: FloatingRoute[] = [];
  for (const draft of drafts) {
    if (draft.reach === undefined) continue;
    cut(draft.reach, cuts4, cuts6);
    floating.push({
      route: routes.get(draft)!,
      reach: draft.reach,
      onlyOverDefault: draft.onlyOverDefault === true,
      ...(draft.symbol === undefined ? {} : { symbol: draft.symbol }),
    });
  }
  return {
    routes: [...routes.values()],
    byPrefix,
    lengths: { v4: descending(lengths4), v6: descending(lengths6) },
    floating,
    cuts: {
      v4: [...cuts4].sort((a, b) => a - b),
      v6: [...cuts6].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)),
    },
  };
}

/** Routes whose prefix holds `ip`, longest prefix first, best rank first. One map look-up per prefix length in use. */
export function routesHolding(index: RouteIndex, ip: Ip): RankedRoute[] {
  const found: RankedRoute[] = [];
  for (const length of ip.family === 4 ? index.lengths.v4 : index.lengths.v6) {
    const bucket = index.byPrefix.get(keyOf(prefixOf(ip, length)));
    if (bucket !== undefined) found.push(...bucket);
  }
  return found;
}

interface Bucketed {
  readonly draft: DraftRoute;
  readonly prefix: Prefix;
}

/** Routes by prefix, best rank first. Routes beaten beforehand are left out. */
function bucketsOf(drafts: readonly DraftRoute[]): Map<number | string, Bucketed[]> {
  const buckets = new Map<number | string, Bucketed[]>();
  for (const draft of drafts) {
    if (draft.isInvalid === true) continue;
    for (const prefix of draft.route.prefixes) {
      const key = keyOf(prefix);
      const bucket = buckets.get(key);
      if (bucket === undefined) buckets.set(key, [{ draft, prefix }]);
      else bucket.push({ draft, prefix });
    }
  }
  for (const bucket of buckets.values()) bucket.sort((a, b) => a.draft.rank - b.draft.rank);
  return buckets;
}

/** Active in one place is active; beaten for certain everywhere is invalid (AZN-08). */
function stateOf(
  draft: DraftRoute,
  buckets: ReadonlyMap<number | string, readonly Bucketed[]>,
): EffectiveRoute['state'] {
  if (draft.isInvalid === true) return 'Invalid';
  if (draft.reach !== undefined) return 'Unknown';
  let mayBeActive = draft.route.prefixes.length === 0;
  for (const prefix of draft.route.prefixes) {
    const better = buckets.get(keyOf(prefix))!.filter((other) => other.draft.rank < draft.rank);
    if (better.some((other) => other.draft.route.uncertain.length === 0)) continue;
    if (better.length === 0) return 'Active';
    mayBeActive = true;
  }
  return mayBeActive ? 'Unknown' : 'Invalid';
}

function contenders(
  bucket: readonly Bucketed[],
  routes: ReadonlyMap<DraftRoute, EffectiveRoute>,
  length: number,
): RankedRoute[] {
  const kept: RankedRoute[] = [];
  let decidedAt: number | undefined;
  for (const { draft } of bucket) {
    // Two certain routes of one rank cannot both be there in Azure; kept, so that the answer is unknown.
    const isBeaten = decidedAt !== undefined && draft.rank > decidedAt;
    if (isBeaten && decidedAt !== RANK.gateway) break;
    kept.push({
      route: routes.get(draft)!,
      rank: draft.rank,
      length,
      maybeInactive: kept.some((other) => other.rank < draft.rank),
      isBehindGateway: isBeaten,
    });
    if (draft.route.uncertain.length === 0) decidedAt ??= draft.rank;
  }
  return kept;
}

function cut(set: AddressSet, cuts4: Set<number>, cuts6: Set<bigint>): void {
  for (const [index, value] of set.v4.entries()) cuts4.add(index % 2 === 0 ? value : value + 1);
  for (const [index, value] of set.v6.entries()) cuts6.add(index % 2 === 0 ? value : value + 1n);
}

/** IPv4 prefixes as one safe integer: the length above 32 bits of base. */
function keyOf(prefix: Prefix): number | string {
  return prefix.family === 4
    ? prefix.length * 0x1_0000_0000 + prefix.base
    : `${prefix.base}/${prefix.length}`;
}

function descending(lengths: ReadonlySet<number>): number[] {
  return [...lengths].sort((a, b) => b - a);
}
