import { through } from '../../diagnostics/index.ts';
import { member, type ObjectValue, stringOf, type Value } from '../../values/index.ts';
import { accessValue } from './access.ts';
import { ROUND_STEPS, spend } from './budget.ts';
import { clip, kindOf, refused } from './call.ts';
import { COPY_COUNT_MAX } from './copy-loop.ts';
import { evaluateValue } from './evaluate-value.ts';
import type { Expression, LoopExpression } from './expression.ts';
import { type Context, type LambdaVariable, report } from './run.ts';
import { unknownAt } from './unknowns.ts';

/** The array a loop makes. An unknown list makes an unknown array: one element would be a guess about the others. */
export function evaluateLoop(
  loop: LoopExpression,
  context: Context,
  evaluate: (expression: Expression, context: Context) => Value,
): Value {
  const { run } = context.frame;
  const { at } = context;
  const over = evaluate(loop.over, context);
  if (over.kind === 'unknown') {
    const missing = `how many items the loop over \`${clip(loop.over.text)}\` makes: ${over.missing}`;
    return unknownAt(at, over.reason, loop.text, missing);
  }
  if (over.kind !== 'array') {
    return refused(loop, context, `a loop goes over an array, not over ${kindOf(over)}`);
  }
  const items: Value[] = [];
  for (const [index, item] of over.items.slice(0, COPY_COUNT_MAX).entries()) {
    if (!spend(run, ROUND_STEPS, at)) break;
    let lambda: LambdaVariable = {
      name: loop.item.toLowerCase(),
      value: item,
      outer: context.lambda,
    };
    if (loop.index !== undefined) {
      const value: Value = { kind: 'number', value: index, at };
      lambda = { name: loop.index.toLowerCase(), value, outer: lambda };
    }
    const via = through(context.via, `copy index ${index}`);
    items.push(evaluate(loop.body, { ...context, via, lambda }));
  }
  if (over.items.length > COPY_COUNT_MAX) {
    const message = `a loop runs ${over.items.length} times; Azure allows ${COPY_COUNT_MAX}, and only those were read`;
    report(run, 'arm/copy-limit', 'error', message, at);
  }
  if (items.length < over.items.length) {
    const missing = `the items of the loop beyond ${items.length}`;
    items.push(unknownAt(at, 'unsupported', loop.text, missing));
  }
  return { kind: 'array', items, at };
}

/**
 * A resource loop of Bicep names what it goes over, its item and its index (`over`, `item`, `index` beside `count`). The
 * list is worked out once; each round then finds its item as a variable. Loops of templates have none of these.
 */
export function loopVariables(copy: ObjectValue, context: Context): (round: Context) => Context {
  const written = member(copy, 'over');
  const itemName = stringOf(member(copy, 'item'));
  const indexName = stringOf(member(copy, 'index'));
  if (written === undefined || itemName === undefined) return (round) => round;
  const over = evaluateValue(written, context);
  const text = `${stringOf(written) ?? ''}[…]`;
  const expression: Expression = { kind: 'text', value: text, text };
  return (round) => {
    const index = round.copy!.index;
    const value = accessValue(over, index, expression, round);
    let lambda: LambdaVariable = { name: itemName.toLowerCase(), value, outer: round.lambda };
    if (indexName !== undefined) {
      lambda = { name: indexName.toLowerCase(), value: index, outer: lambda };
    }
    return { ...round, lambda };
  };
}
