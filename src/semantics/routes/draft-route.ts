import { type AddressSet, formatPrefix, type Prefix } from '../../net/index.ts';
import type { EffectiveNextHopType, EffectiveRoute } from './effective-route.ts';

/** A route before it is known which of those for one prefix is active. */
export interface DraftRoute {
  readonly route: Omit<EffectiveRoute, 'state'>;
  readonly rank: number;
  /**
   * Set when the prefixes are unknown: the addresses the route may take. Such a route may be the longest match for
   * any of them.
   */
  readonly reach?: AddressSet;
  /** Of a private endpoint without a number: a destination with this symbol is certainly its own. */
  readonly symbol?: string;
  /** It can only replace the system default route (AZN-24). */
  readonly onlyOverDefault?: boolean;
  /** Already beaten, whatever else applies (AZN-14). */
  readonly isInvalid?: boolean;
}

/** A route the platform adds by itself; without a prefix when nobody can tell which. */
export function system(
  nextHopType: EffectiveNextHopType,
  prefix: Prefix | undefined,
  fact: EffectiveRoute['fact'],
): Omit<EffectiveRoute, 'state'> {
  return {
    name: 'system route',
    prefixes: prefix === undefined ? [] : [prefix],
    prefixText: prefix === undefined ? 'prefixes that are not known' : formatPrefix(prefix),
    source: 'Default',
    nextHopType,
    nextHops: [],
    uncertain: [],
    fact,
  };
}
