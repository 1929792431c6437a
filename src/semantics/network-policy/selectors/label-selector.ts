import type { Place } from '../../../diagnostics/index.ts';
import { allOf, type Match, type MissingFact, NO, YES } from '../../verdict.ts';

/** A Kubernetes label selector: every requirement must hold; without requirements it matches everything. */
export interface LabelSelector {
  readonly requirements: readonly Requirement[];
}

export type Requirement =
  | {
      readonly kind: 'label';
      readonly key: string;
      readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
      /** Empty for `Exists` and `DoesNotExist`. */
      readonly values: readonly string[];
      readonly at: Place;
    }
  /** Written in a way we cannot evaluate: whether it holds is unknown. */
  | { readonly kind: 'unreadable'; readonly why: MissingFact };

/** A label's value; `undefined` when absent; the missing fact when nobody wrote it down. */
export type LabelValue = string | undefined | MissingFact;
export type LabelLookup = (key: string) => LabelValue;

export const EVERYTHING: LabelSelector = { requirements: [] };

/** @see K8P-11 all requirements must hold; NotIn and DoesNotExist also match when the key is absent */
export function matchLabels(selector: LabelSelector, lookup: LabelLookup): Match {
  if (selector.requirements.length === 0) return YES;
  return allOf(selector.requirements.map((requirement) => matchRequirement(requirement, lookup)));
}

/** True for a selector made of negative requirements alone (K8P-65, K8P-68). False for the empty selector. */
export function isOnlyNegative(selector: LabelSelector): boolean {
  return (
    selector.requirements.length > 0 &&
    selector.requirements.every(
      (requirement) =>
        requirement.kind === 'label' &&
        (requirement.operator === 'NotIn' || requirement.operator === 'DoesNotExist'),
    )
  );
}

/** `app=a,team notin (b,c)`, as kubectl prints selectors; `everything` when empty. */
export function formatLabelSelector(selector: LabelSelector): string {
  if (selector.requirements.length === 0) return 'everything';
  return selector.requirements.map(formatRequirement).join(',');
}

function matchRequirement(requirement: Requirement, lookup: LabelLookup): Match {
  if (requirement.kind === 'unreadable') return { kind: 'unknown', why: [requirement.why] };
  const value = lookup(requirement.key);
  if (typeof value === 'object') return { kind: 'unknown', why: [value] };
  switch (requirement.operator) {
    case 'In':
      return value !== undefined && requirement.values.includes(value) ? YES : NO;
    case 'NotIn':
      return value === undefined || !requirement.values.includes(value) ? YES : NO;
    case 'Exists':
      return value === undefined ? NO : YES;
    case 'DoesNotExist':
      return value === undefined ? YES : NO;
  }
}

function formatRequirement(requirement: Requirement): string {
  if (requirement.kind === 'unreadable') return `(${requirement.why.missing})`;
  const { key, operator, values } = requirement;
  switch (operator) {
    case 'In':
      return values.length === 1 ? `${key}=${values[0]}` : `${key} in (${values.join(',')})`;
    case 'NotIn':
      return `${key} notin (${values.join(',')})`;
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
  }
}
