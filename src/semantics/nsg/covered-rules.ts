import type { NetworkSecurityGroup, SecurityRule } from '../../model/index.ts';
import { isUnknown } from '../../values/index.ts';
import { type Shape, shapeOf, subtractShape } from './flow-shape.ts';

/** A rule that can never decide: earlier rules of its direction match everything it matches. */
export interface CoveredRule {
  readonly rule: SecurityRule;
  /** The earlier rules that take its flows, in order. Their union is the proof. */
  readonly by: readonly SecurityRule[];
  /** All of them do what it would have done: it is redundant. Else it contradicts them. */
  readonly isRedundant: boolean;
}

/**
 * Rules that are never reached (check NET-14). Sound: what is reported is certain, on any subnet. Tags and application
 * security groups are compared by name only, so a range inside a tag is not found; rules with unknown parts
 * cover nothing and are covered only by rules for everything. Gives up on a rule that falls apart in more than
 * 200 pieces. O(rules² × pieces) at worst, with most pairs dismissed by their ports or addresses.
 */
export function coveredRules(nsg: NetworkSecurityGroup): readonly CoveredRule[] {
  if (nsg.isReference === true) return [];
  const covered: CoveredRule[] = [];
  for (const direction of ['Inbound', 'Outbound'] as const) {
    const earlier: { readonly rule: SecurityRule; readonly shape: Shape }[] = [];
    for (const rule of inOrder(nsg.rules, direction)) {
      const by = coveringRules(shapeOf(rule, 'most'), earlier);
      if (by !== undefined) {
        const isRedundant = by.every(
          (other) => !isUnknown(rule.access) && other.access === rule.access,
        );
        covered.push({ rule, by, isRedundant });
      }
      earlier.push({ rule, shape: shapeOf(rule, 'least') });
    }
  }
  return covered;
}

/** Rules whose place in the order is known. The others neither cover nor are covered. */
function inOrder(rules: readonly SecurityRule[], direction: 'Inbound' | 'Outbound') {
  const placed = rules.filter((rule) => rule.direction === direction && !isUnknown(rule.priority));
  return placed.sort((a, b) => (a.priority as number) - (b.priority as number));
}

/** The earlier rules whose union holds the shape; `undefined` when something may be left. */
function coveringRules(
  shape: Shape,
  earlier: readonly { readonly rule: SecurityRule; readonly shape: Shape }[],
): SecurityRule[] | undefined {
  let left = shape;
  const by: SecurityRule[] = [];
  for (const other of earlier) {
    const next = subtractShape(left, other.shape);
    if (next === undefined) return undefined;
    if (next !== left) by.push(other.rule);
    left = next;
    if (left.length === 0) return by;
  }
  // A rule that matches nothing is not covered: nobody takes anything from it.
  return undefined;
}
