/**
 * What both engines can say of one row: the typed language of questions about logs. Text is compared case-sensitively, an absent text
 * is the empty one, times are UTC with microseconds. Values travel as data: each printer quotes them in its own way.
 */
export type Kind = 'text' | 'number' | 'time' | 'truth';

export type Expression<K extends Kind = Kind> = { readonly kind: K } & (
  | { readonly is: 'column'; readonly name: string }
  /** Times as ISO text in UTC. */
  | { readonly is: 'literal'; readonly value: string | number | boolean }
  | {
      readonly is: 'compare';
      readonly operator: '==' | '!=' | '<' | '<=' | '>' | '>=';
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly is: 'all' | 'any'; readonly of: readonly Expression<'truth'>[] }
  | { readonly is: 'not'; readonly of: Expression<'truth'> }
  | {
      readonly is: 'one-of';
      readonly value: Expression;
      /** Empty: never. */
      readonly values: readonly (string | number)[];
    }
  | {
      readonly is: 'text-match';
      readonly how: 'starts' | 'ends' | 'contains';
      readonly value: Expression<'text'>;
      readonly part: string;
    }
  | { readonly is: 'lower'; readonly of: Expression<'text'> }
  /** The empty text where there is none. */
  | { readonly is: 'filled'; readonly of: Expression<'text'> }
  | { readonly is: 'text-of'; readonly of: Expression<'number'> }
  /** What the first group of an RE2 pattern of ours matches, else the empty text. Both engines read RE2. */
  | { readonly is: 'extracted'; readonly of: Expression<'text'>; readonly pattern: string }
  | { readonly is: 'joined'; readonly of: readonly Expression<'text'>[] }
  /** Start of the interval a time lies in; intervals start at 1970-01-01T00:00Z. */
  | { readonly is: 'interval'; readonly of: Expression<'time'>; readonly seconds: number }
  | {
      readonly is: 'choose';
      readonly when: readonly (readonly [Expression<'truth'>, Expression])[];
      readonly otherwise: Expression;
    }
  /** An IPv4 address as text lies in one of the ranges, both ends included. No address: no. */
  | {
      readonly is: 'address-in';
      readonly of: Expression<'text'>;
      readonly ranges: readonly (readonly [low: number, high: number])[];
    }
  | {
      readonly is: 'arithmetic';
      readonly operator: '+' | '-' | '*' | '/';
      readonly left: Expression<'number'>;
      readonly right: Expression<'number'>;
    }
);

export type Aggregate =
  | { readonly is: 'count' }
  | { readonly is: 'count-if'; readonly of: Expression<'truth'> }
  /** Exact, however many there are. */
  | { readonly is: 'distinct'; readonly of: Expression }
  | { readonly is: 'sum' | 'min' | 'max'; readonly of: Expression };

export const text = (value: string): Expression<'text'> => ({ kind: 'text', is: 'literal', value });
export const number = (value: number): Expression<'number'> => ({
  kind: 'number',
  is: 'literal',
  value,
});
/** @param iso UTC, as `Date.toISOString` writes it */
export const time = (iso: string): Expression<'time'> => ({
  kind: 'time',
  is: 'literal',
  value: iso,
});

type Operator = Extract<Expression, { is: 'compare' }>['operator'];
function compare(operator: Operator) {
  return <K extends Kind>(left: Expression<K>, right: Expression<K>): Expression<'truth'> => ({
    kind: 'truth',
    is: 'compare',
    operator,
    left,
    right,
  });
}
export const equal = compare('==');
export const differs = compare('!=');
export const below = compare('<');
export const atMost = compare('<=');
export const above = compare('>');
export const atLeast = compare('>=');

export const all = (...of: readonly Expression<'truth'>[]): Expression<'truth'> => ({
  kind: 'truth',
  is: 'all',
  of,
});
export const any = (...of: readonly Expression<'truth'>[]): Expression<'truth'> => ({
  kind: 'truth',
  is: 'any',
  of,
});
export const not = (of: Expression<'truth'>): Expression<'truth'> => ({
  kind: 'truth',
  is: 'not',
  of,
});
export function oneOf<K extends 'text' | 'number'>(
  value: Expression<K>,
  values: readonly (K extends 'text' ? string : number)[],
): Expression<'truth'> {
  return { kind: 'truth', is: 'one-of', value, values };
}
function match(how: 'starts' | 'ends' | 'contains') {
  return (value: Expression<'text'>, part: string): Expression<'truth'> => ({
    kind: 'truth',
    is: 'text-match',
    how,
    value,
    part,
  });
}
export const starts = match('starts');
export const ends = match('ends');
export const contains = match('contains');
export const lower = (of: Expression<'text'>): Expression<'text'> => ({
  kind: 'text',
  is: 'lower',
  of,
});
export const textOf = (of: Expression<'number'>): Expression<'text'> => ({
  kind: 'text',
  is: 'text-of',
  of,
});
export const extracted = (of: Expression<'text'>, pattern: string): Expression<'text'> => ({
  kind: 'text',
  is: 'extracted',
  of,
  pattern,
});
export const joined = (...of: readonly Expression<'text'>[]): Expression<'text'> => ({
  kind: 'text',
  is: 'joined',
  of,
});
export const interval = (of: Expression<'time'>, seconds: number): Expression<'time'> => ({
  kind: 'time',
  is: 'interval',
  of,
  seconds,
});
export function choose<K extends Kind>(
  when: readonly (readonly [Expression<'truth'>, Expression<K>])[],
  otherwise: Expression<K>,
): Expression<K> {
  return { kind: otherwise.kind, is: 'choose', when, otherwise } as Expression<K>;
}
export const addressIn = (
  of: Expression<'text'>,
  ranges: readonly (readonly [low: number, high: number])[],
): Expression<'truth'> => ({ kind: 'truth', is: 'address-in', of, ranges });
function calculate(operator: '+' | '-' | '*' | '/') {
  return (left: Expression<'number'>, right: Expression<'number'>): Expression<'number'> => ({
    kind: 'number',
    is: 'arithmetic',
    operator,
    left,
    right,
  });
}
export const plus = calculate('+');
export const minus = calculate('-');
export const times = calculate('*');
/** Real division; by zero: absent. */
export const over = calculate('/');

export const rows: Aggregate = { is: 'count' };
export const rowsWhere = (of: Expression<'truth'>): Aggregate => ({ is: 'count-if', of });
export const distinct = (of: Expression): Aggregate => ({ is: 'distinct', of });
export const sum = (of: Expression<'number'>): Aggregate => ({ is: 'sum', of });
export const least = (of: Expression): Aggregate => ({ is: 'min', of });
export const most = (of: Expression): Aggregate => ({ is: 'max', of });
