import type { LogRecord } from '../record.ts';
import { legacyRecord } from './write-legacy.ts';
import { structuredRecord } from './write-structured.ts';

/** Text to be appended to a blob. */
export interface StoragePart {
  readonly path: string;
  readonly text: string;
}

/**
 * Records as a storage account holds them: a container for each category, a folder for each hour, one object a line (azure-firewall
 * 8.3). Parts come in the order of time; a blob may get several. Records that have no legacy form are left out of it.
 */
export function* storageParts(
  records: Iterable<LogRecord>,
  form: 'structured' | 'legacy',
): Generator<StoragePart> {
  const open = new Map<string, string[]>();
  let held = 0;
  for (const record of records) {
    const written = form === 'structured' ? structuredRecord(record) : legacyRecord(record);
    if (written === undefined) continue;
    const path = blobPath(String(written['category']), record);
    const line = `${JSON.stringify(written)}\n`;
    const lines = open.get(path);
    if (lines === undefined) open.set(path, [line]);
    else lines.push(line);
    held += line.length;
    if (held < HELD_MAX) continue;
    yield* flushed(open);
    held = 0;
  }
  yield* flushed(open);
}
const HELD_MAX = 4 << 20;

function* flushed(open: Map<string, string[]>): Generator<StoragePart> {
  for (const [path, lines] of open) yield { path, text: lines.join('') };
  open.clear();
}

function blobPath(category: string, { resource, time }: LogRecord): string {
  const [, year, month, day, hour] = /^(\d+)-(\d+)-(\d+)T(\d+)/.exec(
    new Date(Math.floor(time / 1000)).toISOString(),
  )!;
  const container = `insights-logs-${category.toLowerCase()}`;
  return `${container}/resourceId=${resource}/y=${year}/m=${month}/d=${day}/h=${hour}/m=00/PT1H.json`;
}

/** One object a line, all categories in one text, in blocks of about a megabyte. */
export function* lineBlocks(
  records: Iterable<LogRecord>,
  form: 'structured' | 'legacy',
): Generator<string> {
  let lines: string[] = [];
  let held = 0;
  for (const record of records) {
    const written = form === 'structured' ? structuredRecord(record) : legacyRecord(record);
    if (written === undefined) continue;
    const line = JSON.stringify(written);
    lines.push(line);
    held += line.length;
    if (held < 1 << 20) continue;
    yield `${lines.join('\n')}\n`;
    lines = [];
    held = 0;
  }
  if (lines.length > 0) yield `${lines.join('\n')}\n`;
}
