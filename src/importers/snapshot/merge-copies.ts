import type { Diagnostic, Place } from '../../diagnostics/index.ts';
import { type ComparisonRules, firstDifference } from '../../model/same-words/index.ts';
import type { ObjectValue } from '../../values/index.ts';
import { comparePlaces, placeText } from './order.ts';
import { reconcile } from './reconcile.ts';

/** One of several copies of the same thing. */
export interface Copy<T> {
  readonly thing: T;
  readonly body: ObjectValue;
  readonly at: Place;
  /** Read from what is deployed, rather than from what is to be. */
  readonly isLive: boolean;
  /** Written inside its parent. */
  readonly isInline: boolean;
  /** Only mentioned: a copy that says more always counts. */
  readonly isReference: boolean;
  /** May not be there at all. */
  readonly isConditional: boolean;
}

export interface MergeRules {
  /** Between copies of equal standing. */
  readonly same: ComparisonRules;
  /** Of a declaration (first) with what is deployed (second). */
  readonly declared: ComparisonRules;
}

/**
 * One thing out of its copies, whatever order they came in. What is deployed counts before what is declared, a
 * resource of its own before one inside its parent. Copies of equal standing that differ leave unknowns where they
 * do: no rule says which is right, and the wrong one could allow what the other denies.
 */
export function mergeCopies<T>(
  label: string,
  copies: readonly Copy<T>[],
  rules: MergeRules,
  diagnostics: Diagnostic[],
): { readonly copy: Copy<T>; readonly body: ObjectValue; readonly isConditional: boolean } {
  const sorted = [...copies].sort(
    (a, b) => standingOf(b) - standingOf(a) || comparePlaces(a.at, b.at),
  );
  const first = sorted[0]!;
  let body = first.body;
  let isConditional = first.isConditional;
  for (const other of sorted.slice(1)) {
    if (other.isReference) continue;
    // A resource that may not be there leaves the field to the one that surely is.
    const isEqual = standingOf(other) === standingOf(first);
    if (isEqual || (isConditional && !other.isConditional)) {
      const difference = firstDifference(body, other.body, rules.same);
      if (difference !== undefined) {
        body = reconcile(body, other.body, rules.same) as ObjectValue;
        diagnostics.push(contradiction(label, first, other, difference));
      }
    } else diagnostics.push(...passedOver(label, first, other, rules));
    isConditional &&= other.isConditional;
  }
  return { copy: first, body, isConditional };
}

function standingOf(copy: Copy<unknown>): number {
  if (copy.isReference) return 0;
  return 1 + (copy.isLive ? 2 : 0) + (copy.isInline ? 0 : 1);
}

function contradiction(
  label: string,
  first: Copy<unknown>,
  other: Copy<unknown>,
  difference: string,
): Diagnostic {
  const isConditional = first.isConditional && other.isConditional;
  return {
    code: 'snapshot/defined-twice',
    severity: isConditional ? 'note' : 'warning',
    message: `\`${label}\` is defined at ${placeText(first.at)} and, differently, at ${placeText(other.at)} (\`${difference}\`); where they differ its values are unknown`,
    at: other.at,
    hint: isConditional
      ? 'give the parameters its conditions depend on'
      : 'read one of the two files only',
  };
}

/** A copy of lower standing: said only when it says something else. */
function passedOver(
  label: string,
  first: Copy<unknown>,
  other: Copy<unknown>,
  rules: MergeRules,
): Diagnostic[] {
  const isDeclared = first.isLive && !other.isLive;
  const difference = isDeclared
    ? firstDifference(propertiesOf(other.body), propertiesOf(first.body), rules.declared)
    : firstDifference(propertiesOf(first.body), propertiesOf(other.body), rules.same);
  if (difference === undefined) return [];
  if (isDeclared) {
    return [
      {
        code: 'snapshot/export-kept',
        severity: 'note',
        message: `\`${label}\` is deployed as ${placeText(first.at)} says; ${placeText(other.at)} declares it differently (\`${difference}\`) and is not used`,
        at: other.at,
        hint: 'read only one of the two to ask about it alone',
      },
    ];
  }
  return [
    {
      code: 'snapshot/defined-twice',
      severity: 'warning',
      message: `\`${label}\` is written inside its parent at ${placeText(other.at)} and, differently, on its own at ${placeText(first.at)} (\`${difference}\`); the one on its own counts, as it is deployed after its parent`,
      at: other.at,
      hint: 'write it in one of the two places',
    },
  ];
}

/** Copies of unequal standing have unequal envelopes; what they are is in `properties`, or in `spec` and the like. */
function propertiesOf(body: ObjectValue): ObjectValue {
  const properties = body.members.get('properties')?.value;
  if (properties?.kind !== 'object') return body;
  return {
    ...body,
    members: new Map([
      ['properties', { name: 'properties', value: properties, at: properties.at }],
    ]),
  };
}
