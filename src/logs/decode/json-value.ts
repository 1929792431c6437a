import { type Decoding, passOver, quarantine, type Shown } from './decoding.ts';
import { decodeHubble, isHubble } from './hubble-flow.ts';
import { decodeStreamRecord, isObject, type JsonObject } from './stream-record.ts';
import { decodeRow, planTable, type TablePlan } from './table-rows.ts';

/** Envelopes within envelopes; nobody writes more than two. */
const DEPTH_MAX = 4;

/** A text that should be one JSON value: a line, an element, an object between others. */
export function decodeJsonText(decoding: Decoding, text: string): void {
  // Files of something else have millions of such lines, and an error that is thrown takes longer than a record.
  if (!looksLikeJson(text)) {
    quarantine(decoding, 'logs/broken-line', whyNotJson(text, undefined), text);
    return;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    quarantine(decoding, 'logs/broken-line', whyNotJson(text, error), text);
    return;
  }
  decodeValue(decoding, value, text, 0);
}

/** A value of any layout: a record, an envelope of records, the answer to a query, a row given as an object. */
export function decodeValue(decoding: Decoding, value: unknown, text: Shown, depth: number): void {
  if (depth > DEPTH_MAX) {
    quarantine(decoding, 'logs/broken-line', 'lists are nested too deep for a log', text);
    return;
  }
  if (Array.isArray(value)) {
    decodeList(decoding, value, depth);
    return;
  }
  if (!isObject(value)) {
    quarantine(decoding, 'logs/broken-line', 'the value is no JSON object', text);
    return;
  }
  // Event Hub bodies are `records`, pages of a REST list `value`.
  const records = value['records'] ?? (Array.isArray(value['value']) ? value['value'] : undefined);
  if (Array.isArray(records)) {
    decodeList(decoding, records, depth);
    return;
  }
  const tables = value['tables'] ?? value['Tables'];
  if (Array.isArray(tables)) {
    noteIncomplete(decoding, value);
    for (const table of tables) decodeTable(decoding, table);
    return;
  }
  if (typeof value['FrameType'] === 'string') {
    decodeTable(decoding, value);
    return;
  }
  if (isHubble(value)) {
    decodeHubble(decoding, value, text);
    return;
  }
  if (isStreamRecord(value)) {
    decodeStreamRecord(decoding, value, text);
    return;
  }
  decodeObjectRow(decoding, value, text);
}

function decodeList(decoding: Decoding, values: readonly unknown[], depth: number): void {
  for (const value of values) {
    if (!isEnvelope(value)) decoding.item += 1;
    decodeValue(decoding, value, { value }, depth + 1);
  }
}

function isEnvelope(value: unknown): boolean {
  return (
    Array.isArray(value) ||
    (isObject(value) && ('records' in value || 'tables' in value || 'FrameType' in value))
  );
}

function isStreamRecord(value: JsonObject): boolean {
  return (
    'properties' in value ||
    'Properties' in value ||
    'flowRecords' in value ||
    // A category of something else is passed over by name.
    (typeof value['category'] === 'string' && !('Type' in value))
  );
}

/** `az monitor log-analytics query` prints rows as objects. */
function decodeObjectRow(decoding: Decoding, row: JsonObject, text: Shown): void {
  const names = Object.keys(row);
  const plan = planTable(names);
  if (plan === undefined) {
    passOver(decoding, '(no category)');
    return;
  }
  decodeRow(decoding, plan, Object.values(row), text);
}

/** What stands before the rows of a table, in the spellings of Log Analytics and of Data Explorer (v1, v2). */
export interface TableHead {
  readonly name: string;
  readonly plan: TablePlan | undefined;
  /** Properties of the query, its status, its statistics: no rows of data. */
  readonly isHousekeeping: boolean;
}

export function tableHeadOf(table: JsonObject): TableHead {
  const columns = table['columns'] ?? table['Columns'];
  const names = Array.isArray(columns) ? columns.map(columnName) : [];
  const name = String(table['name'] ?? table['TableName'] ?? 'table');
  const kind = table['TableKind'];
  const plan = planTable(names);
  // v1 answers carry three more tables, Table_1 to Table_3, that describe the first.
  const isHousekeeping =
    kind === undefined ? plan === undefined && /^Table_\d+$/.test(name) : kind !== 'PrimaryResult';
  return { name, plan, isHousekeeping };
}

function columnName(column: unknown): string {
  if (!isObject(column)) return '';
  return String(column['name'] ?? column['ColumnName'] ?? '');
}

function decodeTable(decoding: Decoding, table: unknown): void {
  if (!isObject(table)) {
    quarantine(decoding, 'logs/broken-line', 'a table is no object', { value: table });
    return;
  }
  noteIncomplete(decoding, table);
  const rows = table['rows'] ?? table['Rows'];
  if (!Array.isArray(rows)) return;
  const head = tableHeadOf(table);
  for (const row of rows) {
    decodeTableRow(decoding, head, row, { value: row });
  }
}

export function decodeTableRow(
  decoding: Decoding,
  head: TableHead,
  row: unknown,
  text: Shown,
): void {
  if (head.isHousekeeping) return;
  decoding.item += 1;
  if (!Array.isArray(row)) {
    quarantine(decoding, 'logs/broken-line', 'a row is no list of cells', text);
    return;
  }
  if (head.plan === undefined) {
    passOver(decoding, `table ${head.name}`);
    return;
  }
  decodeRow(decoding, head.plan, row, text);
}

/** An answer can arrive with status 200 and say inside that it is not all (Query V2 HTTP response; Log Analytics `error`). */
export function noteIncomplete(decoding: Decoding, part: JsonObject): void {
  const isIncomplete =
    part['HasErrors'] === true ||
    part['Cancelled'] === true ||
    isObject(part['error']) ||
    Array.isArray(part['OneApiErrors']);
  if (!isIncomplete || decoding.diagnostics.some(({ code }) => code === 'logs/partial-result')) {
    return;
  }
  decoding.diagnostics.push({
    code: 'logs/partial-result',
    severity: 'warning',
    message: `\`${decoding.source.name}\` is the answer to a query that was not finished; rows are missing`,
    hint: 'ask for a shorter time span, or for fewer columns',
  });
}

/** From bracket to bracket. */
function looksLikeJson(text: string): boolean {
  const first = text.charCodeAt(0);
  const last = text.charCodeAt(text.length - 1);
  return (first === 123 && last === 125) || (first === 91 && last === 93);
}

function whyNotJson(text: string, error: unknown): string {
  const trimmed = text.trimEnd();
  const start = text.trimStart();
  if (text.includes('\0')) return 'the line holds NUL bytes';
  if (!start.startsWith('{') && !start.startsWith('[')) return 'the line is not JSON';
  if (!trimmed.endsWith('}') && !trimmed.endsWith(']')) return 'the line is cut off';
  return error instanceof RangeError ? 'the value is nested too deep' : 'the line is not JSON';
}
