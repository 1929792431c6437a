import type { Place } from '../../diagnostics/index.ts';
import type { FactId } from '../../facts/index.ts';
import type { AddressValue, NextHopType, PrivateEndpoint, RouteTable } from '../../model/index.ts';
import { equalIp, type Ip, type Prefix } from '../../net/index.ts';
import type { PeerLink } from '../../network/index.ts';
import { isUnknown, type Uncertain } from '../../values/index.ts';
import type { Decider, MissingFact } from '../verdict.ts';

/** Next hop types as effective routes show them: what a person may write, and what only the platform adds. */
export type EffectiveNextHopType =
  | NextHopType
  | 'VNetPeering'
  | 'VNetGlobalPeering'
  | 'InterfaceEndpoint'
  | 'VirtualNetworkServiceEndpoint';

/** One line of a subnet's effective routes. A tag or a service endpoint is one line with many prefixes. */
export interface EffectiveRoute {
  /** As its author named it; `system route`, `gateway route` for those nobody wrote. */
  readonly name: string;
  /** Empty when unknown: `uncertain` then says what would tell. */
  readonly prefixes: readonly Prefix[];
  /** As written: a CIDR, a service tag, an expression that could not be evaluated. */
  readonly prefixText: string;
  readonly source: 'Default' | 'User' | 'VirtualNetworkGateway';
  /** `Unknown`: another route for the same prefix may beat it. */
  readonly state: 'Active' | 'Invalid' | 'Unknown';
  readonly nextHopType: Uncertain<EffectiveNextHopType>;
  /** For appliances: a number, or an unknown whose symbol names the thing it belongs to. */
  readonly nextHops: readonly AddressValue[];
  /** Not empty when the route may not be there, or not for every address it seems to cover. */
  readonly uncertain: readonly MissingFact[];
  readonly fact: FactId;
  readonly at?: Place;
  readonly table?: RouteTable;
  readonly peer?: PeerLink;
  readonly endpoint?: PrivateEndpoint;
}

/** What a route look-up says. */
export type RouteChoice =
  | {
      readonly kind: 'route';
      readonly route: EffectiveRoute;
      /** The other routes that hold the destination, next best first. */
      readonly passedOver: readonly EffectiveRoute[];
    }
  | {
      readonly kind: 'unknown';
      readonly candidates: readonly EffectiveRoute[];
      readonly why: readonly MissingFact[];
    }
  /** The host answers; no route is asked (AZN-17). */
  | { readonly kind: 'platform'; readonly address: Ip };

export function routeDecider(route: EffectiveRoute): Decider {
  const name = `route ${route.name} ${route.prefixText}`;
  return {
    kind: route.source === 'Default' ? 'default' : 'route',
    name,
    fact: route.fact,
    ...(route.at === undefined ? {} : { at: route.at }),
  };
}

const DIRECT: ReadonlySet<string> = new Set<EffectiveNextHopType>([
  'VnetLocal',
  'VNetPeering',
  'VNetGlobalPeering',
  'InterfaceEndpoint',
]);

/** Delivered to the holder of the address inside the VNet and its peers, without another hop. */
export function isDirect(route: EffectiveRoute): boolean {
  return !isUnknown(route.nextHopType) && DIRECT.has(route.nextHopType);
}

/** Do both routes do the same with a packet? Unknown next hops are the same only by symbol. */
export function sameNextHop(a: EffectiveRoute, b: EffectiveRoute): boolean {
  if (a === b) return true;
  if (isUnknown(a.nextHopType) || isUnknown(b.nextHopType)) return false;
  if (isDirect(a) && isDirect(b)) return true;
  if (a.nextHopType !== b.nextHopType || a.nextHops.length !== b.nextHops.length) return false;
  return a.nextHops.every((hop, index) => sameAddress(hop, b.nextHops[index]!));
}

function sameAddress(a: AddressValue, b: AddressValue): boolean {
  if (isUnknown(a)) return isUnknown(b) && a.symbol !== undefined && a.symbol === b.symbol;
  return !isUnknown(b) && equalIp(a, b);
}
