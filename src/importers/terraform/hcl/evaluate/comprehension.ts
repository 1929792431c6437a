import { unknownAt } from '../../../arm-template/unknowns.ts';
import type { ForExpression } from '../syntax/syntax-tree.ts';
import { booleanOf, entriesOf, textOf } from '../values/convert.ts';
import { type HclValue, mapping, sequence } from '../values/hcl-value.ts';
import { Refusal, Undecided } from '../values/refusal.ts';
import { spend } from './budget.ts';
import { evaluate } from './evaluate.ts';
import { placeIn, type Scope, withLocal } from './run.ts';

/** A round of a loop keeps a scope of its own besides its values. */
export const ROUND_STEPS = 8;

/** `[for …]` and `{for …}`. Whether an item is kept must be known, or the whole is not. @throws Refusal, Undecided */
export function evaluateFor(expression: ForExpression, scope: Scope): HclValue {
  const at = placeIn(scope, expression.start);
  const items: HclValue[] = [];
  const members = new Map<string, HclValue>();
  const groups = new Map<string, HclValue[]>();
  for (const round of roundsOf(expression, expression.of, scope)) {
    const { condition, key, value } = expression;
    if (condition !== undefined && !booleanOf(evaluate(condition, round))) continue;
    if (key === undefined) {
      items.push(evaluate(value, round));
      continue;
    }
    const name = textOf(evaluate(key, round), 'a key');
    const item = evaluate(value, round);
    if (expression.isGrouped) {
      const group = groups.get(name);
      if (group === undefined) groups.set(name, [item]);
      else group.push(item);
    } else if (members.has(name)) {
      throw new Refusal('two items have one key; `...` after the value would group them');
    } else members.set(name, item);
  }
  if (expression.key === undefined) return sequence('tuple', items, at);
  for (const [name, group] of groups) members.set(name, sequence('tuple', group, at));
  return mapping('object', members, at);
}

/** The scope of each round of a loop, in Terraform's order. @throws Refusal, Undecided */
export function* roundsOf(
  names: { readonly keyName: string | undefined; readonly valueName: string },
  of: ForExpression['of'],
  scope: Scope,
): Generator<Scope> {
  for (const [key, value] of entriesOf(evaluate(of, scope))) {
    const at = placeIn(scope, of.start);
    if (!spend(scope.run, ROUND_STEPS, at)) {
      throw new Undecided(unknownAt(at, 'unsupported', 'for', 'fewer evaluation steps'));
    }
    const { keyName, valueName } = names;
    const outer = keyName === undefined ? scope : withLocal(scope, keyName, key);
    yield withLocal(outer, valueName, value);
  }
}
