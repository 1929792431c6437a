import type { SourceText } from '../../../../diagnostics/index.ts';

/** A text of Terraform's language. The text is kept while it is evaluated: an unknown quotes its expression. */
export interface HclText {
  readonly source: SourceText;
  readonly text: string;
}

/** UTF-16 code units from the start of the text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Body extends Span {
  readonly attributes: readonly Attribute[];
  readonly blocks: readonly Block[];
  /** The closing brace was not found, or text in between could not be read: more may be meant than is here. */
  readonly isBroken: boolean;
}

export interface Attribute extends Span {
  readonly name: string;
  readonly value: Expression;
}

export interface Block extends Span {
  readonly type: string;
  readonly labels: readonly string[];
  readonly body: Body;
}

export type Expression =
  | (Span & {
      readonly kind: 'literal';
      readonly value: string | number | boolean | null;
    })
  | TemplateExpression
  /** The start of a traversal: `var`, `each`, the type of a resource, the variable of a `for`. */
  | (Span & { readonly kind: 'name'; readonly name: string })
  | (Span & { readonly kind: 'attribute'; readonly of: Expression; readonly name: string })
  | (Span & { readonly kind: 'index'; readonly of: Expression; readonly key: Expression })
  /** `of[*]` or `of.*`; `each` is what follows, told of `item`. */
  | (Span & { readonly kind: 'splat'; readonly of: Expression; readonly each: Expression })
  /** The item a splat is at. */
  | (Span & { readonly kind: 'item' })
  | CallExpression
  | (Span & { readonly kind: 'unary'; readonly operator: '!' | '-'; readonly of: Expression })
  | BinaryExpression
  | ConditionalExpression
  | (Span & { readonly kind: 'tuple'; readonly items: readonly Expression[] })
  | (Span & { readonly kind: 'object'; readonly items: readonly ObjectItem[] })
  | ForExpression
  | (Span & { readonly kind: 'group'; readonly of: Expression })
  /** Could not be read; reported where that was found. */
  | (Span & { readonly kind: 'malformed'; readonly why: string });

export interface TemplateExpression extends Span {
  readonly kind: 'template';
  readonly parts: readonly TemplatePart[];
}

export interface CallExpression extends Span {
  readonly kind: 'call';
  readonly name: string;
  readonly arguments: readonly Expression[];
  /** `f(list...)`: the last argument is a list of arguments. */
  readonly isExpanded: boolean;
}

export interface BinaryExpression extends Span {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
}

export type BinaryOperator =
  | '||'
  | '&&'
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | '+'
  | '-'
  | '*'
  | '/'
  | '%';

export interface ConditionalExpression extends Span {
  readonly kind: 'conditional';
  readonly condition: Expression;
  readonly whenTrue: Expression;
  readonly whenFalse: Expression;
}

export interface ObjectItem {
  readonly key: Expression;
  readonly value: Expression;
}

export interface ForExpression extends Span {
  readonly kind: 'for';
  readonly keyName: string | undefined;
  readonly valueName: string;
  readonly of: Expression;
  /** Set when the result is an object. */
  readonly key: Expression | undefined;
  readonly value: Expression;
  readonly condition: Expression | undefined;
  /** `...` after the value: equal keys make a list. */
  readonly isGrouped: boolean;
}

export type TemplatePart =
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'value'; readonly of: Expression }
  | {
      readonly kind: 'if';
      readonly condition: Expression;
      readonly whenTrue: readonly TemplatePart[];
      readonly whenFalse: readonly TemplatePart[];
    }
  | {
      readonly kind: 'for';
      readonly keyName: string | undefined;
      readonly valueName: string;
      readonly of: Expression;
      readonly each: readonly TemplatePart[];
    };
