import type { ApplicationRule, DnatRule, NetworkRule, RuleCollection } from '../model/index.ts';
import type { FirewallPlacement } from '../network/index.ts';
import { collectionsInOrder, type RuleType } from '../semantics/firewall/processing-order.ts';
import type { LoggedRule } from './logged-flows.ts';

/** A rule of the input under the names that logs give it. */
export interface NamedRule {
  /** `policy/group/collection/rule`, or `collection/rule` for classic rules. */
  readonly name: string;
  readonly parts: LoggedRule;
  readonly type: RuleType;
  readonly rule: NetworkRule | ApplicationRule | DnatRule;
  readonly collection: RuleCollection;
  /** Classic rules stand in the firewall itself and write their protocols otherwise. */
  readonly isClassic: boolean;
}

/** Every rule of a firewall, in the order it tries them. */
export function namedRules(placement: FirewallPlacement): readonly NamedRule[] {
  return (['dnat', 'network', 'application'] as const).flatMap((type) =>
    collectionsInOrder(placement, type).flatMap((entry): readonly NamedRule[] => {
      if (entry.kind !== 'known' || entry.collection.kind !== type) return [];
      const { collection, policy, group, name } = entry;
      return collection.rules.map((rule) => ({
        name: `${name}/${rule.name}`,
        parts: {
          policy: policy?.name ?? '',
          group: group?.name ?? '',
          collection: collection.name,
          rule: rule.name,
        },
        type,
        rule,
        collection,
        isClassic: policy === undefined,
      }));
    }),
  );
}

/** Finds the rule that a log names; older forms do not say policy and group. More than one: none. */
export type FindRule = (logged: LoggedRule, type: RuleType) => NamedRule | undefined;

export function ruleFinder(rules: readonly NamedRule[]): FindRule {
  const byName = new Map<string, NamedRule[]>();
  for (const rule of rules) {
    const key = keyOf(rule.parts, rule.type);
    const known = byName.get(key);
    if (known === undefined) byName.set(key, [rule]);
    else known.push(rule);
  }
  return (logged, type) => {
    const fitting = (byName.get(keyOf(logged, type)) ?? []).filter(({ parts }) =>
      fits(logged, parts),
    );
    return fitting.length === 1 ? fitting[0] : undefined;
  };
}

/** The length keeps apart what a log may write into a name. */
function keyOf({ collection, rule }: LoggedRule, type: RuleType): string {
  return `${type} ${collection.length} ${collection} ${rule}`.toLowerCase();
}

function fits(logged: LoggedRule, written: LoggedRule): boolean {
  return (['policy', 'group'] as const).every(
    (part) =>
      logged[part] === '' ||
      written[part] === '' ||
      logged[part].toLowerCase() === written[part].toLowerCase(),
  );
}
