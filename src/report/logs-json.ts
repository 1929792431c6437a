import { type Cell, isoTime, type LogsColumn, type LogsPage, type LogsTable } from './logs-page.ts';

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
  return `${JSON.stringify(json, undefined, 1)}\n`;
}

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
  return kind === 'time' && typeof cell === 'number' ? isoTime(cell) : cell;
}
