import { allOf, anyOf, type Match, type MissingFact, NO, YES } from '../../verdict.ts';
import type { LabelLookup } from './label-selector.ts';

/** A Calico selector expression (K8P-33). */
export type CalicoSelector =
  | { readonly kind: 'all' }
  /** Only in a rule's `namespaceSelector`: things without a namespace. */
  | { readonly kind: 'global' }
  | { readonly kind: 'has'; readonly key: string }
  | {
      readonly kind: 'compare';
      readonly key: string;
      readonly operator: '==' | '!=' | 'contains' | 'starts with' | 'ends with';
      readonly value: string;
    }
  | {
      readonly kind: 'in';
      readonly key: string;
      readonly values: readonly string[];
      readonly isNegated: boolean;
    }
  | { readonly kind: 'not'; readonly operand: CalicoSelector }
  | { readonly kind: 'and'; readonly operands: readonly CalicoSelector[] }
  | { readonly kind: 'or'; readonly operands: readonly CalicoSelector[] }
  /** Could not be read: whether it matches is unknown. */
  | { readonly kind: 'unreadable'; readonly why: MissingFact };

export const CALICO_ALL: CalicoSelector = { kind: 'all' };

/** @see K8P-33 `!=` and `not in` are also true when the label is missing */
export function matchCalicoSelector(selector: CalicoSelector, lookup: LabelLookup): Match {
  switch (selector.kind) {
    case 'all':
      return YES;
    case 'global':
      return NO;
    case 'unreadable':
      return { kind: 'unknown', why: [selector.why] };
    case 'not':
      return notMatch(matchCalicoSelector(selector.operand, lookup));
    case 'and':
      return allOf(selector.operands.map((operand) => matchCalicoSelector(operand, lookup)));
    case 'or':
      return anyOf(selector.operands.map((operand) => matchCalicoSelector(operand, lookup)));
    default: {
      const value = lookup(selector.key);
      if (typeof value === 'object') return { kind: 'unknown', why: [value] };
      return holds(selector, value) ? YES : NO;
    }
  }
}

export function notMatch(match: Match): Match {
  if (match.kind === 'unknown') return match;
  return match.kind === 'yes' ? NO : YES;
}

function holds(
  selector: Extract<CalicoSelector, { kind: 'has' | 'compare' | 'in' }>,
  value: string | undefined,
): boolean {
  if (selector.kind === 'has') return value !== undefined;
  if (selector.kind === 'in') {
    return (value !== undefined && selector.values.includes(value)) !== selector.isNegated;
  }
  switch (selector.operator) {
    case '==':
      return value === selector.value;
    case '!=':
      return value !== selector.value;
    case 'contains':
      return value?.includes(selector.value) ?? false;
    case 'starts with':
      return value?.startsWith(selector.value) ?? false;
    case 'ends with':
      return value?.endsWith(selector.value) ?? false;
  }
}
