import type { Unknown, Value } from '../../values/index.ts';
import { accessProperty, accessValue } from './access.ts';
import { admit, descend, spend } from './budget.ts';
import {
  type Call,
  clip,
  failure,
  type Known,
  type TemplateFunction,
  unknownResult,
} from './call.ts';
import { evaluateValue } from './evaluate-value.ts';
import type { CallExpression, Expression } from './expression.ts';
import { parseCached } from './expression-cache.ts';
import { functionNamed } from './functions/table.ts';
import { evaluateLoop } from './loop-expression.ts';
import { type Context, report } from './run.ts';
import { hasToken, unknownAt, unknownOfToken } from './unknowns.ts';
import { callUserFunction } from './user-function.ts';

/** Levels of the stack one nested call takes, in units of `DEPTH_MAX`. */
const CALL_LEVELS = 3;

/**
 * Evaluates an expression text (the inside of `[…]`). Never throws; what cannot be evaluated is an unknown that
 * carries its own text, and a diagnostic says why.
 */
export function evaluateText(text: string, context: Context): Value {
  const { run } = context.frame;
  const parsed = parseCached(run.expressions, text);
  if (parsed.kind === 'expression') return evaluate(parsed.expression, context);
  const code = parsed.isTooDeep ? 'arm/expression-too-deep' : 'arm/syntax';
  report(run, code, 'error', `\`[${clip(text)}]\`: ${parsed.message}`, context.at);
  return unknownAt(context.at, 'malformed', text, 'an expression that can be read');
}

export function evaluate(expression: Expression, context: Context): Value {
  const { run } = context.frame;
  if (!spend(run, 1, context.at)) return beyondLimit(expression, context, 'fewer evaluation steps');
  if (expression.kind === 'text')
    return { kind: 'string', value: expression.value, at: context.at };
  if (expression.kind === 'number') {
    return { kind: 'number', value: expression.value, at: context.at };
  }
  if (!descend(run, CALL_LEVELS, context.at)) {
    return beyondLimit(expression, context, 'values that depend on each other less deeply');
  }
  const value = evaluateDeeper(expression, context);
  run.depth -= CALL_LEVELS;
  if (admit(run, value, context.at)) return value;
  return beyondLimit(expression, context, 'a smaller value');
}

function evaluateDeeper(
  expression: Exclude<Expression, { kind: 'text' | 'number' }>,
  context: Context,
): Value {
  switch (expression.kind) {
    case 'property':
      return accessProperty(evaluate(expression.of, context), expression.name, expression, context);
    case 'index': {
      const of = evaluate(expression.of, context);
      return accessValue(of, evaluate(expression.index, context), expression, context);
    }
    case 'call':
      return evaluateCall(expression, context);
    case 'value':
      return evaluateValue(expression.value, context);
    case 'loop':
      return evaluateLoop(expression, context, evaluate);
  }
}

function evaluateCall(expression: CallExpression, context: Context): Value {
  const call: Call = {
    expression,
    context,
    evaluate: (inner, innerContext = context) => evaluate(inner, innerContext),
  };
  const known = functionNamed(expression.name);
  if (known !== undefined) return applyFunction(known, call);
  const own = context.frame.functions.get(expression.name);
  if (own !== undefined) return callUserFunction(own, call);
  report(
    context.frame.run,
    'arm/unknown-function',
    'warning',
    `the function \`${clip(expression.written)}\` is not known; its value is taken as unknown`,
    context.at,
  );
  const missing = `the value of \`${clip(expression.text)}\``;
  return unknownAt(context.at, 'unsupported', expression.text, missing);
}

function applyFunction(definition: TemplateFunction, call: Call): Value {
  const count = call.expression.arguments.length;
  const [least, most] = definition.arity;
  if (count < least || count > most) {
    const wanted =
      least === most
        ? `${least}`
        : most === Number.POSITIVE_INFINITY
          ? `at least ${least}`
          : `${least} to ${most}`;
    return failure(call, `\`${call.expression.written}\` takes ${wanted} arguments, not ${count}`);
  }
  if (definition.kind === 'lazy') return definition.apply(call);
  const list = call.expression.arguments.map((argument) => call.evaluate(argument));
  for (const value of list) {
    // Every function walks the texts it is given.
    const steps = value.kind === 'string' ? value.value.length >> 5 : 0;
    if (steps > 0) spend(call.context.frame.run, steps, call.context.at);
  }
  if (definition.kind === 'tolerant') return definition.apply(list, call);
  const unknown = list.find((value): value is Unknown => value.kind === 'unknown');
  if (unknown !== undefined) return unknownResult(call, unknown, list);
  if (definition.takesTokens !== true) {
    const partly = list.find((value) => value.kind === 'string' && hasToken(value.value));
    if (partly?.kind === 'string') {
      return unknownResult(call, unknownOfToken(partly.value, partly.at), list);
    }
  }
  return definition.apply(list as readonly Known[], call);
}

function beyondLimit(expression: Expression, context: Context, missing: string): Unknown {
  return unknownAt(context.at, 'unsupported', expression.text, missing);
}
