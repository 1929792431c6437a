import type { Place } from '../../../../diagnostics/index.ts';
import type { CallExpression, Expression } from '../syntax/syntax-tree.ts';
import type { HclValue, Known } from '../values/hcl-value.ts';
import type { Scope } from './run.ts';

/** One function call being evaluated. */
export interface Call {
  readonly name: string;
  readonly at: Place;
  readonly scope: Scope;
  readonly expression: CallExpression;
  readonly evaluate: (expression: Expression) => HclValue;
}

/** A function of the language. They throw `Refusal` and `Undecided`. */
export type HclFunction =
  /** Gets known arguments; an unknown argument makes the result unknown. */
  | {
      readonly kind: 'plain';
      readonly arity: Arity;
      readonly apply: (list: readonly Known[], call: Call) => HclValue;
    }
  /** Decides itself what an unknown argument means. */
  | {
      readonly kind: 'tolerant';
      readonly arity: Arity;
      readonly apply: (list: readonly HclValue[], call: Call) => HclValue;
    }
  /** Decides itself which arguments are evaluated. */
  | {
      readonly kind: 'lazy';
      readonly arity: Arity;
      readonly apply: (list: readonly Expression[], call: Call) => HclValue;
    };

export type FunctionTable = Readonly<Record<string, HclFunction>>;

/** Fewest and most arguments. */
export type Arity = readonly [number, number];
export const ANY_NUMBER = Number.POSITIVE_INFINITY;

export function plain(
  least: number,
  most: number,
  apply: (list: readonly Known[], call: Call) => HclValue,
): HclFunction {
  return { kind: 'plain', arity: [least, most], apply };
}

export function tolerant(
  least: number,
  most: number,
  apply: (list: readonly HclValue[], call: Call) => HclValue,
): HclFunction {
  return { kind: 'tolerant', arity: [least, most], apply };
}

export function lazy(
  least: number,
  most: number,
  apply: (list: readonly Expression[], call: Call) => HclValue,
): HclFunction {
  return { kind: 'lazy', arity: [least, most], apply };
}
