import type { Value } from '../../values/index.ts';
import { clip, kindOf, refused } from './call.ts';
import type { Expression } from './expression.ts';
import { liveStep } from './live-reference.ts';
import type { Context } from './run.ts';
import { callSymbol, derivedUnknown } from './unknowns.ts';

/** `value.name`. ARM-01: names of properties are compared without case. */
export function accessProperty(
  value: Value,
  name: string,
  expression: Expression,
  context: Context,
): Value {
  const found = tryAccess(value, name, expression, context);
  if (found !== undefined) return found;
  const why =
    value.kind === 'object'
      ? `there is no property \`${clip(name)}\``
      : `\`${clip(name)}\` is asked of a value of kind ${kindOf(value)}`;
  return refused(expression, context, why);
}

/** `value[index]`: a position in an array or a text, or the name of a member. */
export function accessValue(
  value: Value,
  index: Value,
  expression: Expression,
  context: Context,
): Value {
  if (index.kind === 'unknown') {
    return derivedUnknown(index, expression.text, context.at, callSymbol('[]', [value, index]));
  }
  if (index.kind === 'string') return accessProperty(value, index.value, expression, context);
  if (index.kind !== 'number') {
    return refused(expression, context, `a value of kind ${kindOf(index)} is no index`);
  }
  const found = tryAccess(value, index.value, expression, context);
  if (found !== undefined) return found;
  const why =
    value.kind === 'array'
      ? `there is no item ${index.value} in an array of ${value.items.length}`
      : `an item is asked of a value of kind ${kindOf(value)}`;
  return refused(expression, context, why);
}

/**
 * The member or item; `undefined` when the value is known not to have it. What Azure alone knows about a resource
 * has every attribute, as an unknown.
 */
export function tryAccess(
  value: Value,
  step: string | number,
  expression: Expression,
  context: Context,
): Value | undefined {
  const live = context.frame.run.live.get(value);
  if (live !== undefined) return liveStep(live, value, step, expression.text, context);
  if (value.kind === 'unknown') {
    const symbol = value.symbol === undefined ? undefined : `${value.symbol}.${step}`;
    return derivedUnknown(value, expression.text, context.at, symbol);
  }
  if (typeof step === 'string') {
    return value.kind === 'object' ? value.members.get(step.toLowerCase())?.value : undefined;
  }
  if (value.kind === 'array') return value.items[step];
  if (value.kind === 'string' && value.value[step] !== undefined) {
    return { kind: 'string', value: value.value[step], at: context.at };
  }
  return undefined;
}
