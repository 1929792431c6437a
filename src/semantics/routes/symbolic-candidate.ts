import type { Condition } from '../../flows/index.ts';
import { type AddressSet, formatPrefix, type Prefix } from '../../net/index.ts';
import type { EffectiveNextHopType, EffectiveRoute } from './effective-route.ts';

/**
 * Which of the routes for one prefix counts; lower does. User routes before gateway routes before system routes, but system
 * routes to connected networks and services stand above the gateway (AZN-08); a written prefix before tags, by how much a
 * tag narrows down (AZN-16).
 */
export const STRENGTH = {
  written: 0,
  regionalTag: 1,
  globalTag: 2,
  regionTag: 3,
  cloudTag: 4,
  connected: 5,
  gateway: 6,
  system: 7,
} as const;

export type Strength = (typeof STRENGTH)[keyof typeof STRENGTH];

/** A route of a subnet before anything is chosen. */
export interface Candidate {
  readonly route: Omit<EffectiveRoute, 'state'>;
  readonly strength: Strength;
  /** Set when the prefix is not known: where it may lie. It may then be the longest for any address in here. */
  readonly reach?: AddressSet;
  /** The destination with this symbol, which only Azure can number, is the very one it is for. */
  readonly symbol?: string;
  /** A user route took its place (AZN-14). */
  readonly isInvalid?: true;
  /** Can replace only the system's default route (AZN-24). */
  readonly isDefaultOnly?: true;
}

/** A route that nobody wrote, for a prefix or for one that is not known. */
export function systemRoute(
  nextHopType: EffectiveNextHopType,
  prefix: Prefix | undefined,
  fact: EffectiveRoute['fact'],
  uncertain: readonly Condition[] = [],
): Candidate['route'] {
  return {
    name: 'system route',
    prefixes: prefix === undefined ? [] : [prefix],
    prefixText: prefix === undefined ? 'prefixes that are not known' : formatPrefix(prefix),
    source: 'Default',
    nextHopType,
    nextHops: [],
    uncertain,
    fact,
  };
}
