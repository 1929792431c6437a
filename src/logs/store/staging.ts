import { LOG_KINDS, type LogKind } from '../columns.ts';
import type { LogRecord, Scalar } from '../record.ts';
import { type StoreColumn, storeColumns } from './schema.ts';
import { clearWords, codeOf, hashText, newWordList, type WordList } from './word-list.ts';

/**
 * Four row groups of DuckDB. It appends what is less than one of a table row by row behind its last, which it writes anew: with half as
 * many rows over five tables a record takes a sixth longer.
 */
export const BATCH_ROWS = 491_520;
/** Characters of different texts; a batch of monsters is written sooner. */
const BATCH_CHARACTERS = 8 << 20;
/** Different texts, each of which takes a hundred bytes besides its own: seven new ones in every record had a batch take 700 MB. */
const BATCH_TEXTS = 1 << 19;

/** Rows of one kind by column, in the order of `storeColumns` up to `_Item`; sources and keys apart. */
export interface StagedKind {
  readonly kind: LogKind;
  count: number;
  capacity: number;
  /** Texts as numbers of the word list, -1 where there is none; numbers, times (microseconds) and truths as they are, NaN where there is none. */
  readonly columns: (Int32Array | Float64Array)[];
  sources: Int32Array;
  /** Two words a row. */
  keys: Uint32Array;
}

/** Records on their way into the store: a batch, column by column. Mutable, owned by the ingest. */
export interface Staging {
  readonly kinds: Map<LogKind, StagedKind>;
  readonly words: WordList;
  rows: number;
}

export function newStaging(): Staging {
  return { kinds: new Map(), words: newWordList(), rows: 0 };
}

export function isFull({ rows, words }: Staging, rowsMax: number): boolean {
  return rows >= rowsMax || words.length >= BATCH_CHARACTERS || words.words.length >= BATCH_TEXTS;
}

export function clearStaging(staging: Staging): void {
  staging.rows = 0;
  clearWords(staging.words);
  for (const each of staging.kinds.values()) each.count = 0;
}

/** The columns a record fills, without `_Source` and `_Key`. */
export const RECORD_COLUMNS: Readonly<Record<LogKind, readonly StoreColumn[]>> = Object.fromEntries(
  LOG_KINDS.map((kind) => [kind, storeColumns(kind).filter(({ field }) => field !== undefined)]),
) as unknown as Record<LogKind, readonly StoreColumn[]>;

/** Form, category and place differ from way to way of delivery, and unknown fields too: they make no other record. */
const NOT_IN_KEY: ReadonlySet<string> = new Set([
  'category',
  'form',
  'extra',
  'line',
  'item',
  'resource',
]);

/** Adds records of one source. */
export function stage(staging: Staging, records: readonly LogRecord[], source: number): void {
  const byKind = new Map<LogKind, LogRecord[]>();
  for (const record of records) {
    const some = byKind.get(record.kind);
    if (some === undefined) byKind.set(record.kind, [record]);
    else some.push(record);
  }
  for (const [kind, some] of byKind) {
    const into = roomFor(staging, kind, some.length);
    const at = into.count;
    for (let row = 0; row < some.length; row += 1)
      startKey(into.keys, at + row, some[row]!.resource);
    // Column by column: in the inner loop the name of the field does not change.
    for (const [index, { field, type }] of RECORD_COLUMNS[kind].entries()) {
      const column = into.columns[index]!;
      const keys = NOT_IN_KEY.has(field!) ? undefined : into.keys;
      if (type === 'VARCHAR') texts(staging.words, some, field!, column, at, keys);
      else numbers(some, field!, column, at, keys);
    }
    into.sources.fill(source, at, at + some.length);
    if (kind === 'gateway-access' || kind === 'waf') tellApart(some, into.keys, at);
    into.count += some.length;
    staging.rows += some.length;
  }
}

type Cells = Readonly<
  Record<string, string | number | boolean | Readonly<Record<string, Scalar>> | undefined>
>;

function texts(
  words: WordList,
  records: readonly LogRecord[],
  field: string,
  column: Int32Array | Float64Array,
  at: number,
  keys: Uint32Array | undefined,
): void {
  let last: string | undefined;
  let code = -1;
  for (let row = 0; row < records.length; row += 1) {
    const value = (records[row] as unknown as Cells)[field];
    const text = typeof value === 'object' ? JSON.stringify(value) : (value as string | undefined);
    if (text !== last) {
      last = text;
      code = text === undefined ? -1 : codeOf(words, text);
    }
    column[at + row] = code;
    if (keys === undefined) continue;
    if (code < 0) mixKey(keys, at + row, ABSENT, ABSENT);
    else mixKey(keys, at + row, words.hashes[2 * code]!, words.hashes[2 * code + 1]!);
  }
}

function numbers(
  records: readonly LogRecord[],
  field: string,
  column: Int32Array | Float64Array,
  at: number,
  keys: Uint32Array | undefined,
): void {
  for (let row = 0; row < records.length; row += 1) {
    const value = (records[row] as unknown as Cells)[field];
    const number = value === undefined ? Number.NaN : Number(value);
    column[at + row] = number;
    if (keys === undefined) continue;
    // Minus zero is zero.
    float[0] = number + 0;
    if (value === undefined) mixKey(keys, at + row, ABSENT, ABSENT);
    else mixKey(keys, at + row, halves[0]!, halves[1]!);
  }
}

export const ABSENT = 0x5bd1e995;
const float = new Float64Array(1);
const halves = new Uint32Array(float.buffer);

function mixKey(keys: Uint32Array, row: number, first: number, second: number): void {
  let low = keys[2 * row]! ^ Math.imul(first, 0xcc9e2d51);
  low = Math.imul((low << 13) | (low >>> 19), 5) + 0xe6546b64;
  let high = keys[2 * row + 1]! ^ Math.imul(second, 0x1b873593) ^ low;
  high = Math.imul((high << 15) | (high >>> 17), 0x85ebca6b);
  keys[2 * row] = low ^ (high >>> 11);
  keys[2 * row + 1] = high;
}

/** Resource ids are compared without case (ARM-74); few and long, so what they hash to is kept. */
export function startKey(keys: Uint32Array, row: number, resource: string): void {
  let start = starts.get(resource);
  if (start === undefined) {
    start = new Uint32Array(2);
    hashText(resource.toLowerCase(), start, 0);
    if (starts.size >= STARTS_MAX) starts.clear();
    starts.set(resource, start);
  }
  keys[2 * row] = start[0]!;
  keys[2 * row + 1] = start[1]!;
}
const starts = new Map<string, Uint32Array>();
const STARTS_MAX = 1_000;

/** Gateways log whole seconds: requests alike in one second are told apart by their transaction, or else by where they stand. */
function tellApart(records: readonly LogRecord[], keys: Uint32Array, at: number): void {
  const hash = new Uint32Array(2);
  for (const [row, record] of records.entries()) {
    if ('transactionId' in record && (record.transactionId ?? '') !== '') continue;
    hashText(`${record.source.name}\n${record.line}\n${record.item}`, hash, 0);
    mixKey(keys, at + row, hash[0]!, hash[1]!);
  }
}

export function roomFor(staging: Staging, kind: LogKind, more: number): StagedKind {
  let found = staging.kinds.get(kind);
  if (found === undefined) {
    const columns = RECORD_COLUMNS[kind].map(({ type }) =>
      type === 'VARCHAR' ? new Int32Array() : new Float64Array(),
    );
    found = {
      kind,
      count: 0,
      capacity: 0,
      columns,
      sources: new Int32Array(),
      keys: new Uint32Array(),
    };
    staging.kinds.set(kind, found);
  }
  const needed = found.count + more;
  if (needed > found.capacity) widen(found, Math.max(needed, found.capacity * 8, 4_096));
  return found;
}

/**
 * One block of memory for all columns, of which what is not written to takes none: the machine gives a page when it is touched. Each
 * column begins somewhere else within a page: else the same row of all of them would share a few lines of the processor's cache.
 */
function widen(staged: StagedKind, capacity: number): void {
  const { columns, sources, keys } = staged;
  const column = (bytes: number) => 8 * Math.ceil((capacity * bytes) / 8) + APART;
  const size = (from: Int32Array | Float64Array | Uint32Array) => column(from.BYTES_PER_ELEMENT);
  const total = columns.reduce((sum, each) => sum + size(each), size(sources) + 2 * size(keys));
  const buffer = new ArrayBuffer(total);
  let at = 0;
  const placed = <T extends Int32Array | Float64Array | Uint32Array>(
    from: T,
    make: (offset: number) => T,
    factor = 1,
  ): T => {
    const to = make(at);
    to.set(from);
    at += factor * size(from);
    return to;
  };
  for (const [index, from] of columns.entries()) {
    columns[index] =
      from instanceof Int32Array
        ? placed(from, (offset) => new Int32Array(buffer, offset, capacity))
        : placed(from, (offset) => new Float64Array(buffer, offset, capacity));
  }
  staged.sources = placed(sources, (offset) => new Int32Array(buffer, offset, capacity));
  staged.keys = placed(keys, (offset) => new Uint32Array(buffer, offset, 2 * capacity), 2);
  staged.capacity = capacity;
}

/** Bytes between columns: three lines of the cache. */
const APART = 192;
