import {
  type ArrayValue,
  fromJson,
  type Member,
  type ObjectValue,
  type Unknown,
  type Value,
} from '../../values/index.ts';
import { TEXT_LENGTH_MAX } from './budget.ts';
import type { CallExpression, Expression } from './expression.ts';
import { type Context, report } from './run.ts';
import { callSymbol, derivedUnknown, unknownAt } from './unknowns.ts';

/** A value that is known, though parts of it may not be. */
export type Known = Exclude<Value, Unknown>;

/** One function call being evaluated: who calls, from where, and how to evaluate more. */
export interface Call {
  readonly expression: CallExpression;
  readonly context: Context;
  readonly evaluate: (expression: Expression, context?: Context) => Value;
}

/** A function of the template language. Names are looked up in lower case (ARM-01). */
export type TemplateFunction =
  /**
   * Gets known arguments; an unknown argument makes the result unknown, and so does a text that holds the token of
   * an unknown, unless `takesTokens`.
   */
  | {
      readonly kind: 'plain';
      readonly arity: Arity;
      readonly takesTokens?: boolean;
      readonly apply: (list: readonly Known[], call: Call) => Value;
    }
  /** Decides itself what an unknown argument means. */
  | {
      readonly kind: 'tolerant';
      readonly arity: Arity;
      readonly apply: (list: readonly Value[], call: Call) => Value;
    }
  /** Decides itself which arguments are evaluated. */
  | { readonly kind: 'lazy'; readonly arity: Arity; readonly apply: (call: Call) => Value };

export type FunctionTable = Readonly<Record<string, TemplateFunction>>;

/** Fewest and most arguments. */
export type Arity = readonly [number, number];
export const ANY_NUMBER = Number.POSITIVE_INFINITY;

export function plain(
  least: number,
  most: number,
  apply: (list: readonly Known[], call: Call) => Value,
): TemplateFunction {
  return { kind: 'plain', arity: [least, most], apply };
}

/** For functions that keep tokens whole: an id with an unknown name in it still splits into segments. */
export function takingTokens(definition: TemplateFunction): TemplateFunction {
  return definition.kind === 'plain' ? { ...definition, takesTokens: true } : definition;
}

export function tolerant(
  least: number,
  most: number,
  apply: (list: readonly Value[], call: Call) => Value,
): TemplateFunction {
  return { kind: 'tolerant', arity: [least, most], apply };
}

export function lazy(least: number, most: number, apply: (call: Call) => Value): TemplateFunction {
  return { kind: 'lazy', arity: [least, most], apply };
}

export function textResult(call: Call, value: string): Value {
  if (value.length > TEXT_LENGTH_MAX) return tooLong(call);
  return { kind: 'string', value, at: call.context.at };
}

export function numberResult(call: Call, value: number): Value {
  return { kind: 'number', value, at: call.context.at };
}

export function booleanResult(call: Call, value: boolean): Value {
  return { kind: 'boolean', value, at: call.context.at };
}

export function nullResult(call: Call): Value {
  return { kind: 'null', at: call.context.at };
}

export function arrayResult(call: Call, items: readonly Value[]): ArrayValue {
  return { kind: 'array', items, at: call.context.at };
}

/** Pairs of name and value; a later pair of one name wins. */
export function objectResult(call: Call, pairs: Iterable<readonly [string, Value]>): ObjectValue {
  const members = new Map<string, Member>();
  for (const [name, value] of pairs) {
    members.set(name.toLowerCase(), { name, value, at: value.at });
  }
  return { kind: 'object', members, at: call.context.at };
}

export function jsonResult(call: Call, json: unknown): Value {
  return fromJson(json, call.context.at);
}

/** The expression cannot be evaluated and Azure would refuse it: says why, and gives an unknown. */
export function refused(expression: Expression, context: Context, why: string): Unknown {
  const text = `\`${clip(expression.text)}\` cannot be evaluated: ${why}`;
  report(context.frame.run, 'arm/evaluation-failed', 'warning', text, context.at);
  const missing = `an expression Azure accepts (${why})`;
  return unknownAt(context.at, 'malformed', expression.text, missing);
}

/** The same for a call. */
export function failure({ context, expression }: Call, why: string): Unknown {
  return refused(expression, context, why);
}

/** The call depends on something unknown. Equal calls of equal unknowns stay equal. */
export function unknownResult(call: Call, cause: Unknown, list: readonly Value[]): Unknown {
  const symbol = callSymbol(call.expression.name, list);
  return derivedUnknown(cause, call.expression.text, call.context.at, symbol);
}

export function tooLong(call: Call): Unknown {
  return failure(call, `the text would be longer than ${TEXT_LENGTH_MAX} characters`);
}

export function clip(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 120 ? `${line.slice(0, 120)}…` : line;
}

/** How messages name the kind of a value. */
export function kindOf(value: Value): string {
  return value.kind === 'string' ? 'text' : value.kind;
}
