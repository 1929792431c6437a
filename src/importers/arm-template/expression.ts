import type { Value } from '../../values/index.ts';

/** The tree of one template expression. `text` is what the person wrote, without the outer brackets. */
export type Expression =
  | TextExpression
  | NumberExpression
  | CallExpression
  | PropertyExpression
  | IndexExpression
  | ValueExpression
  | LoopExpression;

export interface TextExpression {
  readonly kind: 'text';
  readonly value: string;
  readonly text: string;
}

export interface NumberExpression {
  readonly kind: 'number';
  readonly value: number;
  readonly text: string;
}

export interface CallExpression {
  readonly kind: 'call';
  /** Lower case; a user function carries its namespace: `contoso.uniquename`. */
  readonly name: string;
  readonly written: string;
  readonly arguments: readonly Expression[];
  readonly text: string;
}

export interface PropertyExpression {
  readonly kind: 'property';
  readonly of: Expression;
  readonly name: string;
  readonly text: string;
}

export interface IndexExpression {
  readonly kind: 'index';
  readonly of: Expression;
  readonly index: Expression;
  readonly text: string;
}

/** Template JSON in the middle of an expression, its parts placed. Only Bicep writes it (iac-formats 3). */
export interface ValueExpression {
  readonly kind: 'value';
  readonly value: Value;
  readonly text: string;
}

/** `[for item in over: body]` of Bicep: `body` once for each item, under the limits of a property loop. */
export interface LoopExpression {
  readonly kind: 'loop';
  readonly over: Expression;
  readonly item: string;
  readonly index: string | undefined;
  readonly body: Expression;
  readonly text: string;
}

/** ARM-02: `[…]` is an expression, `[[…]` is not. */
export function isExpressionText(text: string): boolean {
  return text.startsWith('[') && text.endsWith(']') && !text.startsWith('[[') && text.length > 1;
}

/** ARM-02: the literal a string stands for when it is no expression. */
export function unescapeLiteral(text: string): string {
  return text.startsWith('[[') && text.endsWith(']') ? text.slice(1) : text;
}
