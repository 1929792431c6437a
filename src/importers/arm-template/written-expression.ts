import type { Place } from '../../diagnostics/index.ts';
import type { Member, StringValue, Value } from '../../values/index.ts';
import type { Expression } from './expression.ts';

/**
 * The door for languages with expressions of their own (Bicep): a value, or the name of a member, that is an
 * expression already parsed. It stands in template JSON wherever `[…]` may stand. Printing it as `[…]` and parsing
 * that again would lose the places of its parts.
 */
interface WrittenValue extends StringValue {
  readonly expression: Expression;
}
interface WrittenMember extends Member {
  readonly nameExpression: Expression;
}

export function expressionValue(expression: Expression, at: Place): Value {
  const value: WrittenValue = { kind: 'string', value: expression.text, at, expression };
  return value;
}

/** A member whose name is worked out. Its key is its place: two of them are never one. */
export function expressionMember(
  nameExpression: Expression,
  value: Value,
  at: Place,
): readonly [string, Member] {
  const entry: WrittenMember = { name: nameExpression.text, value, at, nameExpression };
  return [`${nameExpression.text}@${at.offset}`, entry];
}

/** The expression a text stands for; `undefined` for a plain one. */
export function writtenExpression(value: StringValue): Expression | undefined {
  return (value as Partial<WrittenValue>).expression;
}

export function writtenName(entry: Member): Expression | undefined {
  return (entry as Partial<WrittenMember>).nameExpression;
}
