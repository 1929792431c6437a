import type { Action, AuditOptions, RuleList } from './rule-list.ts';

/** One rule as somebody wrote it, and the entries of the list it became. */
export interface WrittenRule<By> {
  /** Position among the written rules, in the order they are first met. */
  readonly index: number;
  /** What the list says of the first entry that does what the rule is written to do. */
  readonly by: By;
  /** Indexes of its entries, ascending; never empty. */
  readonly entries: readonly number[];
  /** `undefined`: what it is written to do is not known. */
  readonly action: Action | undefined;
  readonly isFixed: boolean;
}

/** The rules behind a list, and for each entry the index of its rule. O(entries). */
export interface WrittenRules<By> {
  readonly rules: readonly WrittenRule<By>[];
  readonly ruleOfEntry: Int32Array;
}

export function writtenRules<By>(
  list: RuleList<By>,
  { ruleOf, isFixed, actionOf }: AuditOptions<By>,
): WrittenRules<By> {
  const indexes = new Map<object, number>();
  const entries: number[][] = [];
  const ruleOfEntry = new Int32Array(list.rules.length);
  for (const [entry, { by }] of list.rules.entries()) {
    const key = ruleOf(by);
    let index = indexes.get(key);
    if (index === undefined) {
      index = entries.length;
      indexes.set(key, index);
      entries.push([]);
    }
    entries[index]!.push(entry);
    ruleOfEntry[entry] = index;
  }
  const rules = entries.map((own, index): WrittenRule<By> => {
    const first = list.rules[own[0]!]!;
    const isOne = own.every((entry) => list.rules[entry]!.effect === first.effect);
    const action = isOne ? first.effect : actionOf?.(first.by);
    const telling = own.find((entry) => list.rules[entry]!.effect === action) ?? own[0]!;
    return {
      index,
      by: list.rules[telling]!.by,
      entries: own,
      action,
      isFixed: isFixed?.(first.by) ?? false,
    };
  });
  return { rules, ruleOfEntry };
}
