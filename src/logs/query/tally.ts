import type { Expression } from './expression.ts';

/**
 * How often the records of a table said the same within an interval. A store keeps it beside the records, so that what only counts need
 * not read them all. A row holds for its interval, its columns and no others; several rows may say the same and add up.
 */
export interface Tally {
  /** The table of the records. */
  readonly of: string;
  readonly table: string;
  /** Length of the intervals; they start at 1970-01-01T00:00Z. */
  readonly seconds: number;
  /** Columns of the records that it tells apart, under their names. */
  readonly columns: readonly string[];
  /** Columns of numbers that it adds up, and of which it keeps the greatest. */
  readonly numbers: readonly string[];
}

/** What a tally says beside the columns of the records. */
export const TALLIED = {
  start: '_Start',
  records: '_Records',
  /** Of the times of its records, exactly. */
  first: '_First',
  last: '_Last',
  sum: (column: string): string => `_Sum_${column}`,
  most: (column: string): string => `_Most_${column}`,
} as const;

/** What an expression is made of, one level down. */
export function partsOf(of: Expression): readonly Expression[] {
  switch (of.is) {
    case 'column':
    case 'literal':
      return [];
    case 'compare':
    case 'arithmetic':
      return [of.left, of.right];
    case 'all':
    case 'any':
    case 'joined':
      return of.of;
    case 'one-of':
    case 'text-match':
      return [of.value];
    case 'choose':
      return [...of.when.flat(), of.otherwise];
    case 'not':
    case 'lower':
    case 'filled':
    case 'text-of':
    case 'extracted':
    case 'interval':
    case 'address-in':
      return [of.of];
  }
}

/** Names of the columns that an expression reads. */
export function columnsOf(of: Expression): readonly string[] {
  return of.is === 'column' ? [of.name] : partsOf(of).flatMap(columnsOf);
}
