import type { Place } from '../diagnostics/index.ts';
import type { FactId } from '../facts/index.ts';

/** Who decided: a rule, a route or a default, always named and placed. */
export interface Decider {
  readonly kind: 'rule' | 'route' | 'default' | 'platform';
  /** As the person would find it: `policy/group/collection/rule`, `nsg-aks: AllowInternetOutBound 65001`. */
  readonly name: string;
  /** Absent for a default that nobody wrote. */
  readonly at?: Place;
  readonly fact?: FactId;
}

/** What would settle an undecided verdict. */
export interface MissingFact {
  /** A phrase that fits after "needs: ": `members of service tag AzureCloud.eastus`. */
  readonly missing: string;
  readonly at?: Place;
  /** Set when the fact is whether Microsoft keeps a name in this FQDN tag, which nobody publishes (AFW-54). */
  readonly fqdnTag?: string;
}

/** What one box says of one flow. */
export type Verdict =
  | { readonly kind: 'allow'; readonly by: Decider; readonly also?: readonly Decider[] }
  | { readonly kind: 'deny'; readonly by: Decider; readonly also?: readonly Decider[] }
  /** It may go either way. Never rounded to an answer. */
  | { readonly kind: 'unknown'; readonly by: Decider; readonly why: readonly MissingFact[] };

/** Whether one condition holds for one flow. */
export type Match =
  | { readonly kind: 'yes' }
  | { readonly kind: 'no' }
  | { readonly kind: 'unknown'; readonly why: readonly MissingFact[] };

export const YES: Match = { kind: 'yes' };
export const NO: Match = { kind: 'no' };

/** Three-valued AND: one `no` decides; else unknown when any is. */
export function allOf(matches: Iterable<Match>): Match {
  const why: MissingFact[] = [];
  for (const match of matches) {
    if (match.kind === 'no') return NO;
    if (match.kind === 'unknown') why.push(...match.why);
  }
  return why.length === 0 ? YES : { kind: 'unknown', why };
}

/** Three-valued OR: one `yes` decides; no alternatives at all is `no`. */
export function anyOf(matches: Iterable<Match>): Match {
  const why: MissingFact[] = [];
  for (const match of matches) {
    if (match.kind === 'yes') return YES;
    if (match.kind === 'unknown') why.push(...match.why);
  }
  return why.length === 0 ? NO : { kind: 'unknown', why };
}

export function unknownMatch(missing: string, at?: Place): Match {
  return { kind: 'unknown', why: [at === undefined ? { missing } : { missing, at }] };
}
