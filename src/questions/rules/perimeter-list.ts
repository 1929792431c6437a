import type { Decider } from '../../semantics/verdict.ts';
import type { RuleList } from './rule-list.ts';

/** A list of the perimeter, and how to tell the rules behind its entries. */
export interface PerimeterList {
  readonly list: RuleList<Decider>;
  /** What people may ask for by name: `firewall hub-fw`, `network security group nsg-aks`. */
  readonly box: string;
  /** The rule somebody wrote; `undefined`: nobody did, so nobody can remove it. */
  readonly writtenAs: (by: Decider) => object | undefined;
  /** Its rules have no order: they allow what any of them allows. */
  readonly isAdditive?: boolean;
  readonly actionOf: (by: Decider) => string | undefined;
}

/** Rules that could not be asked about. */
export interface NotAsked {
  readonly what: string;
  readonly why: string;
}
