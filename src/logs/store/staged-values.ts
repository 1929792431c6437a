import { onlyValue } from './alike-rows.ts';
import type { StoreColumn } from './schema.ts';
import { codes, reals, type StagedColumn, wholes } from './staged-columns.ts';

/** A column of a statement that writes rows of the staging: what is shown, and as what DuckDB reads it (`s`: what is shown, `l`: the words). */
export interface StagedValue {
  /** None where all rows have the same. */
  readonly shown?: StagedColumn;
  readonly sql: string;
}

/** A column of a batch, for a column of a table. */
export function stagedValue(
  { name, type }: Pick<StoreColumn, 'name' | 'type'>,
  values: Int32Array | Float64Array,
  rows: Int32Array,
): StagedValue {
  const column = `s."${name}"`;
  // What all rows have, as in many columns of a batch, is said once.
  const only = onlyValue(values, rows, rows.length);
  if (only !== undefined) return { sql: constantSql(only, type) };
  if (type === 'VARCHAR') {
    return { shown: codes(name, values as Int32Array, rows), sql: wordSql(column) };
  }
  // Sources have numbers of 32 bits, as texts.
  if (values instanceof Int32Array) return { shown: codes(name, values, rows), sql: column };
  if ((type === 'BIGINT' || type === 'TIMESTAMP') && areWhole(values, rows)) {
    const sql = type === 'TIMESTAMP' ? `make_timestamp(${column})` : column;
    return { shown: wholes(name, values, rows), sql };
  }
  return { shown: reals(name, values, rows), sql: numberSql(column, type) };
}

/** A text by its number; less than zero is nothing. */
export function wordSql(code: string): string {
  return `l.Words[${code} + 1]`;
}

/** A number of the staging, NaN where there is none. */
export function numberSql(column: string, type: StoreColumn['type']): string {
  switch (type) {
    case 'TIMESTAMP':
      return `make_timestamp(CAST(${column} AS BIGINT))`;
    case 'BOOLEAN':
      return `CASE WHEN isnan(${column}) THEN NULL ELSE ${column} <> 0 END`;
    default:
      return `CASE WHEN isnan(${column}) THEN NULL ELSE CAST(${column} AS ${type}) END`;
  }
}

function constantSql(value: number, type: StoreColumn['type']): string {
  if (Number.isNaN(value) || (type === 'VARCHAR' && value < 0)) return `CAST(NULL AS ${type})`;
  return type === 'VARCHAR' ? wordSql(String(value)) : numberSql(`CAST(${value} AS DOUBLE)`, type);
}

function areWhole(values: Float64Array, rows: Int32Array): boolean {
  for (let place = 0; place < rows.length; place += 1) {
    if (!Number.isSafeInteger(values[rows[place]!]!)) return false;
  }
  return true;
}
