import type { Place } from '../../../../diagnostics/index.ts';
import type { BinaryExpression, BinaryOperator } from '../syntax/syntax-tree.ts';
import { booleanOf, numberOf, unknownIn } from '../values/convert.ts';
import { isEqual } from '../values/equal.ts';
import { booleanValue, type HclValue, numberValue } from '../values/hcl-value.ts';
import { Refusal, Undecided } from '../values/refusal.ts';

type Arithmetic = Exclude<BinaryOperator, '||' | '&&' | '==' | '!='>;

/**
 * `a && b` and the like, in three values: what one side settles does not wait for the other.
 * @throws Refusal, Undecided
 */
export function applyBinary(
  { operator, left, right }: BinaryExpression,
  evaluate: (expression: BinaryExpression['left']) => HclValue,
  at: Place,
): HclValue {
  const a = evaluate(left);
  if (operator === '&&' || operator === '||') {
    const decisive = operator === '||';
    if (a.kind !== 'unknown' && booleanOf(a) === decisive) return booleanValue(decisive, at);
    const b = evaluate(right);
    if (b.kind !== 'unknown' && booleanOf(b) === decisive) return booleanValue(decisive, at);
    if (a.kind === 'unknown') throw new Undecided(a);
    return booleanValue(booleanOf(b), at);
  }
  const b = evaluate(right);
  if (operator === '==' || operator === '!=') {
    const same = isEqual(a, b);
    if (same === undefined) throw new Undecided(unknownIn(a) ?? unknownIn(b)!);
    return booleanValue(same === (operator === '=='), at);
  }
  const result = calculate(operator, numberOf(a), numberOf(b));
  return typeof result === 'number' ? numberValue(result, at) : booleanValue(result, at);
}

function calculate(operator: Arithmetic, a: number, b: number): number | boolean {
  switch (operator) {
    case '+':
      return finite(a + b);
    case '-':
      return finite(a - b);
    case '*':
      return finite(a * b);
    case '/':
      if (b === 0) throw new Refusal('it divides by zero');
      return finite(a / b);
    case '%':
      // The sign of the dividend, as in Go; by zero it is the dividend.
      return b === 0 ? a : finite(a % b);
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
  }
}

function finite(value: number): number {
  if (Number.isFinite(value)) return value + 0;
  throw new Refusal('the number is too large');
}
