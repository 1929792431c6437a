import { parseTimestamp } from '../decode/index.ts';
import type { LogRow, LogValue } from '../engine.ts';

/** A table of an answer, as both services write it. */
export interface AnswerTable {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly unknown[];
}

/** Rows as the store gives them: times in microseconds, absent texts empty, absent numbers `null`. What is no row is passed over. */
export function rowsOf({ columns, rows }: AnswerTable): readonly LogRow[] {
  const kinds = columns.map(({ type }) => kindOf(type));
  const found: LogRow[] = [];
  for (const row of rows) {
    if (!Array.isArray(row) || row.length !== columns.length) continue;
    found.push(
      Object.fromEntries(columns.map(({ name }, at) => [name, cellValue(row[at], kinds[at]!)])),
    );
  }
  return found;
}

/** Why rows of a table are missing from the above: a row with other columns says nothing that could be told. */
export function rowsAmiss({ columns, rows }: AnswerTable): string | undefined {
  const amiss = rows.filter((row) => Array.isArray(row) && row.length !== columns.length).length;
  return amiss === 0 ? undefined : `${amiss} of its rows have other columns than it says`;
}

type CellKind = 'text' | 'number' | 'time' | 'truth';

function kindOf(type: string): CellKind {
  switch (type.toLowerCase()) {
    case 'datetime':
      return 'time';
    case 'int':
    case 'long':
    case 'real':
    case 'decimal':
      return 'number';
    case 'bool':
      return 'truth';
    default:
      return 'text';
  }
}

function cellValue(cell: unknown, kind: CellKind): LogValue {
  switch (kind) {
    case 'time':
      return typeof cell === 'string' ? (parseTimestamp(cell)?.micros ?? null) : null;
    case 'number': {
      // `NaN`, `Infinity` and decimals are written as texts.
      const value = typeof cell === 'string' && cell !== '' ? Number(cell) : cell;
      return typeof value === 'number' && Number.isFinite(value) ? value : null;
    }
    case 'truth':
      return typeof cell === 'boolean' ? cell : typeof cell === 'number' ? cell !== 0 : null;
    case 'text':
      if (cell === null || cell === undefined) return '';
      return typeof cell === 'string' ? cell : JSON.stringify(cell);
  }
}
