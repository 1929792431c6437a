import { csvLines } from './csv-field.ts';
import { plainValue } from './logs-json.ts';
import { isoTime, type LogsChart, type LogsPage, type LogsTable } from './logs-page.ts';

/**
 * The page for spreadsheets. One table, as nearly every question has: that table. Several: one below the other, each after a line with
 * its name. A chart has a row per interval.
 */
export function logsCsv(page: LogsPage): string {
  const parts = page.parts.filter((part) => part.kind === 'chart' || part.columns.length > 0);
  if (parts.length === 1) return partCsv(parts[0]!);
  return parts.map((part) => `${csvLines([[`# ${part.name}`]])}${partCsv(part)}`).join('\r\n');
}

function partCsv(part: LogsTable | LogsChart): string {
  if (part.kind === 'table') {
    return csvLines([
      part.columns.map(({ name }) => name),
      ...part.rows.map((row) => part.columns.map((column, at) => plainValue(row[at], column))),
    ]);
  }
  return csvLines([
    ['start', ...part.series.map(({ name }) => name)],
    ...part.starts.map((start, at) => [
      isoTime(start),
      ...part.series.map(({ values }) => values[at] ?? 0),
    ]),
  ]);
}
