import type { NetworkSecurityGroup, SecurityRule } from '../../../model/index.ts';
import type { Network } from '../../../network/index.ts';
import { isUnknown } from '../../../values/index.ts';
import { auditRules, type PerimeterList } from '../../rules/index.ts';
import { nsgLists } from '../../rules/nsg-lists.ts';

/** A rule that decides no flow wherever its group is attached, and the rules that take its flows. */
export interface NeverHit {
  readonly rule: SecurityRule;
  /** In their order. */
  readonly by: readonly SecurityRule[];
}

/** Larger groups are compared rule by rule: an audit asks more than this check needs to know. */
const RULES_MAX = 200;

/** Memory, not state: the lists of a network are told once for all its groups. */
const listsOf = new WeakMap<Network, readonly PerimeterList[]>();

/**
 * Exact, over every flow, with what the tags mean at each place the group is attached to. `undefined`: not decided here.
 * O(compile of each list).
 */
export function neverHit(
  network: Network,
  nsg: NetworkSecurityGroup,
): readonly NeverHit[] | undefined {
  if (nsg.rules.length > RULES_MAX) return undefined;
  let all = listsOf.get(network);
  if (all === undefined) {
    all = nsgLists(network).lists;
    listsOf.set(network, all);
  }
  const own = new Set<unknown>(nsg.rules);
  const found = new Map<SecurityRule, Set<SecurityRule>>();
  const alive = new Set<SecurityRule>();
  const isOwn = ({ list, writtenAs }: PerimeterList): boolean =>
    list.rules.some(({ by }) => own.has(writtenAs(by)));
  for (const { list, writtenAs, actionOf } of all.filter(isOwn)) {
    const { rules, inconclusive } = auditRules(
      // What arrives is another question: a rule for flows that never come is not hidden by others.
      { name: list.name, rules: list.rules },
      {
        ruleOf: (by) => writtenAs(by) ?? by,
        isFixed: (by) => writtenAs(by) === undefined,
        actionOf,
      },
    );
    if (inconclusive.length > 0) return undefined;
    for (const { rule, verdict } of rules) {
      const written = writtenAs(rule.by) as SecurityRule;
      if (verdict.kind !== 'never-hit') {
        alive.add(written);
        continue;
      }
      const covers = found.get(written) ?? new Set();
      for (const { by } of verdict.covers) covers.add(writtenAs(by) as SecurityRule);
      found.set(written, covers);
    }
  }
  return [...found].flatMap(([rule, by]) =>
    alive.has(rule) ? [] : [{ rule, by: nsg.rules.filter((one) => by.has(one)).sort(inOrder) }],
  );
}

function inOrder(a: SecurityRule, b: SecurityRule): number {
  return isUnknown(a.priority) || isUnknown(b.priority) ? 0 : a.priority - b.priority;
}
