import {
  type Cell,
  isoMoment,
  isoTime,
  type LogsColumn,
  type LogsPage,
  type LogsTable,
} from './logs-page.ts';

/** Raised when a field changes its meaning or goes away; docs/logs.md lists it. */
export const LOGS_JSON_VERSION = 1;

/** The page for machines: tables as lists of objects, times in ISO form, values as they were logged. */
export function logsJson(page: LogsPage): string {
  const tables = page.parts.filter((part) => part.kind === 'table');
  const charts = page.parts.filter((part) => part.kind === 'chart');
  const json = {
    schemaVersion: LOGS_JSON_VERSION,
    question: page.question,
    scope: page.scope,
    lead: page.lead,
    tables: Object.fromEntries(tables.map((table) => [table.name, rowsOf(table)])),
    charts: Object.fromEntries(
      charts.map(({ name, starts, seconds, series, gaps }) => [
        name,
        {
          intervalSeconds: seconds,
          starts: starts.map(isoTime),
          series: series.map(({ name, values }) => ({ name, values })),
          gaps: gaps.map(({ from, to }) => ({ from: isoTime(from), to: isoTime(to) })),
        },
      ]),
    ),
    remarks: page.remarks,
  };
  return `${JSON.stringify(json, undefined, 1).replace(STEERING, escaped)}\n`;
}

/** What JSON leaves as it is and a terminal obeys; written so, it is the same value. */
const STEERING = /[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;
const escaped = (sign: string) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;

function rowsOf({ columns, rows }: LogsTable): readonly object[] {
  return rows.map((row) =>
    Object.fromEntries(
      columns.flatMap((column, at) => {
        const value = plainValue(row[at], column);
        return value === undefined ? [] : [[column.name, value]];
      }),
    ),
  );
}

/** A time as people can read it, everything else as it is. */
export function plainValue(cell: Cell, { kind }: LogsColumn): Cell {
  if (typeof cell !== 'number') return cell;
  if (kind === 'time') return isoTime(cell);
  return kind === 'moment' || kind === 'clock' ? isoMoment(cell) : cell;
}
