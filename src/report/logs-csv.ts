import { csvLines } from './csv-field.ts';
import { plainValue } from './logs-json.ts';
import { type Cell, isoTime, type LogsChart, type LogsPage, type LogsTable } from './logs-page.ts';

/**
 * The page for spreadsheets. One table, as nearly every question has: that table. Several: one below the other, each after a line with
 * its name. A chart has a row per interval.
 */
export function logsCsv(page: LogsPage): string {
  const parts = page.parts.filter((part) => part.kind === 'chart' || part.columns.length > 0);
  if (parts.length === 1) return partCsv(parts[0]!);
  return parts.map((part) => `${csvLines([[`# ${part.name}`]])}${partCsv(part)}`).join('\r\n');
}

/** It may be printed to a terminal, which signs of control would steer; ends of lines stay within quotes. */
function tame(cell: Cell): Cell {
  if (typeof cell !== 'string') return cell;
  return cell.replace(STEERING, '\ufffd');
}
const STEERING = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

function partCsv(part: LogsTable | LogsChart): string {
  if (part.kind === 'table') {
    return csvLines([
      part.columns.map(({ name }) => name),
      ...part.rows.map((row) =>
        part.columns.map((column, at) => tame(plainValue(row[at], column))),
      ),
    ]);
  }
  return csvLines([
    ['start', ...part.series.map(({ name }) => tame(name))],
    ...part.starts.map((start, at) => [
      isoTime(start),
      ...part.series.map(({ values }) => values[at] ?? 0),
    ]),
  ]);
}
