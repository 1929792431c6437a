import { unknownAt } from '../../../arm-template/unknowns.ts';
import type { Expression, ObjectItem } from '../syntax/syntax-tree.ts';
import { booleanOf, known, numberOf, textOf } from '../values/convert.ts';
import { isEqual } from '../values/equal.ts';
import {
  booleanValue,
  type HclValue,
  mapping,
  numberValue,
  placed,
  sequence,
} from '../values/hcl-value.ts';
import { Refusal, Undecided } from '../values/refusal.ts';
import { attributeOf, itemAt } from './access.ts';
import { admit, descend, spend } from './budget.ts';
import { evaluateCall } from './call.ts';
import { evaluateFor } from './comprehension.ts';
import { resolveName } from './names.ts';
import { applyBinary } from './operators.ts';
import { placeIn, type Scope } from './run.ts';
import { evaluateTemplate } from './template.ts';
import { refused, symbolOfCall, undecided, writtenText } from './unknowns.ts';

/**
 * The value of an expression. Never throws; what cannot be evaluated is an unknown that carries its own text, and a
 * diagnostic says why. The value stands where the expression does; items of a list stand where they were written.
 */
export function evaluate(expression: Expression, scope: Scope): HclValue {
  const { run } = scope;
  const at = placeIn(scope, expression.start);
  if (!spend(run, 1, at)) return beyondLimit(expression, scope, 'fewer evaluation steps');
  if (!descend(run, at)) {
    return beyondLimit(expression, scope, 'values that depend on each other less deeply');
  }
  const { depth, trying } = run;
  try {
    const value = evaluateDeeper(expression, scope);
    return admit(run, value, at) ? value : beyondLimit(expression, scope, 'a smaller value');
  } catch (error) {
    run.trying = trying;
    if (error instanceof Undecided) return undecided(error.cause_, expression, scope);
    if (error instanceof Refusal) return refused(expression, scope, error.message);
    throw error;
  } finally {
    run.depth = depth - 1;
  }
}

function evaluateDeeper(expression: Expression, scope: Scope): HclValue {
  const at = placeIn(scope, expression.start);
  const inner = (one: Expression) => evaluate(one, scope);
  switch (expression.kind) {
    case 'literal':
      return literal(expression.value, at);
    case 'template':
      return evaluateTemplate(expression, scope);
    case 'name':
    case 'attribute':
      return resolveName(expression, scope) ?? attributeStep(expression, scope);
    case 'index':
      return itemAt(inner(expression.of), inner(expression.key), expression, scope);
    case 'splat':
      return evaluateSplat(expression, scope);
    case 'item':
      return scope.item ?? refuse('there is no item here');
    case 'call':
      return evaluateCall(expression, scope);
    case 'unary': {
      const of = known(inner(expression.of));
      return expression.operator === '!'
        ? booleanValue(!booleanOf(of), at)
        : numberValue(0 - numberOf(of), at);
    }
    case 'binary':
      return applyBinary(expression, inner, at);
    case 'conditional':
      return evaluateConditional(expression, scope);
    case 'tuple':
      return sequence('tuple', expression.items.map(inner), at);
    case 'object':
      return evaluateObject(expression.items, scope, at);
    case 'for':
      return evaluateFor(expression, scope);
    case 'group':
      return placed(inner(expression.of), at);
    case 'malformed':
      return unknownAt(at, 'malformed', writtenText(expression, scope), 'text that can be read');
  }
}

function attributeStep(expression: Expression, scope: Scope): HclValue {
  if (expression.kind !== 'attribute') return refuse('the name means nothing here');
  return attributeOf(evaluate(expression.of, scope), expression.name, expression, scope);
}

function literal(
  value: string | number | boolean | null,
  at: ReturnType<typeof placeIn>,
): HclValue {
  if (typeof value === 'string') return { kind: 'string', value, at };
  if (typeof value === 'number') return { kind: 'number', value, at };
  return value === null ? { kind: 'null', at } : { kind: 'boolean', value, at };
}

function evaluateObject(
  items: readonly ObjectItem[],
  scope: Scope,
  at: ReturnType<typeof placeIn>,
): HclValue {
  const members = new Map<string, HclValue>();
  for (const item of items) {
    members.set(textOf(evaluate(item.key, scope), 'a key'), evaluate(item.value, scope));
  }
  return mapping('object', members, at);
}

/** An unknown condition leaves the value open, unless both branches have the same one. */
function evaluateConditional(
  expression: Expression & { kind: 'conditional' },
  scope: Scope,
): HclValue {
  const { condition, whenTrue, whenFalse } = expression;
  const at = placeIn(scope, expression.start);
  const decided = evaluate(condition, scope);
  if (decided.kind !== 'unknown') {
    const [chosen, other] = booleanOf(decided) ? [whenTrue, whenFalse] : [whenFalse, whenTrue];
    const value = evaluate(chosen, scope);
    return placed(isText(other) ? asText(value) : value, at);
  }
  const [first, second] = [evaluate(whenTrue, scope), evaluate(whenFalse, scope)];
  if (isEqual(first, second) === true) return placed(first, at);
  return undecided(decided, expression, scope, symbolOfCall('?', [decided, first, second]));
}

/** Both branches have one type: a text beside a number makes it a text. */
function isText(expression: Expression): boolean {
  if (expression.kind === 'template') return true;
  return expression.kind === 'literal' && typeof expression.value === 'string';
}

function asText(value: HclValue): HclValue {
  if (value.kind !== 'number' && value.kind !== 'boolean') return value;
  return { kind: 'string', value: textOf(value), at: value.at };
}

/** `of[*].name`: of null nothing, of a single value a list of one. */
function evaluateSplat(expression: Expression & { kind: 'splat' }, scope: Scope): HclValue {
  const at = placeIn(scope, expression.start);
  const of = evaluate(expression.of, scope);
  if (of.kind === 'null') return sequence('tuple', [], at);
  if (of.kind === 'unknown') throw new Undecided(of);
  if (of.kind === 'sequence' && of.rest !== undefined) throw new Undecided(of.rest);
  const items = of.kind === 'sequence' ? of.items : [of];
  const type = of.kind === 'sequence' && of.type === 'list' ? 'list' : 'tuple';
  return sequence(
    type,
    items.map((item) => evaluate(expression.each, { ...scope, item })),
    at,
  );
}

function beyondLimit(expression: Expression, scope: Scope, missing: string): HclValue {
  const at = placeIn(scope, expression.start);
  return unknownAt(at, 'unsupported', writtenText(expression, scope), missing);
}

function refuse(why: string): never {
  throw new Refusal(why);
}
