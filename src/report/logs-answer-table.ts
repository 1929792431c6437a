import type { AnswerRow } from '../logs/questions/index.ts';
import type { LogsColumn, LogsTable } from './logs-page.ts';

/** A column, and how a row of an answer is read into it. */
export type ReadCell = readonly [
  column: LogsColumn,
  read: (row: AnswerRow) => string | number | undefined,
];

export const textOf = (name: string, title: string, from: string): ReadCell => [
  { name, title, kind: 'text' },
  (row) => row.text(from),
];
export const countOf = (name: string, title: string, from: string): ReadCell => [
  { name, title, kind: 'count' },
  (row) => row.number(from),
];
export const timeOf = (name: string, title: string, from: string): ReadCell => [
  { name, title, kind: 'time' },
  (row) => row.number(from),
];

/** Rows of an answer as a table of a page. */
export function tableOf(
  name: string,
  title: string,
  rows: readonly AnswerRow[],
  ...cells: readonly ReadCell[]
): LogsTable {
  return {
    kind: 'table',
    ...{ name, title },
    columns: cells.map(([column]) => column),
    rows: rows.map((row) => cells.map(([, read]) => read(row))),
  };
}
