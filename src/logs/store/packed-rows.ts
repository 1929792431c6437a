import { LOG_KINDS, type LogKind } from '../columns.ts';
import type { Trail } from '../decode/decoding.ts';
import { RECORD_COLUMNS, roomFor, type Staging } from './staging.ts';
import { codeOf, type WordList } from './word-list.ts';

/**
 * Rows of a staging in one block of memory, for another thread: the trail of their times, the columns of each kind one behind the other, and
 * its keys.
 */
export interface PackedRows {
  readonly records: number;
  readonly kinds: readonly (readonly [kind: LogKind, count: number])[];
  readonly cells: SharedArrayBuffer;
}

export function trailOf({ records, cells }: PackedRows): Trail {
  const times = new Float64Array(cells, 0, records);
  return { times, lines: new Float64Array(cells, 8 * records, records), count: records };
}

/** The texts behind the numbers of packed rows, as the thread that made them has numbered them. */
export interface ForeignWords {
  readonly words: string[];
  /** Their numbers in the list they were last brought into; -1: not yet. */
  codes: Int32Array;
  generation: number;
}

export function newForeignWords(): ForeignWords {
  return { words: [], codes: new Int32Array(0), generation: -1 };
}

/**
 * Takes all rows out of the staging; its words stay.
 * @param room is used when it is large enough; memory that is made anew for each stretch costs as much as a third of decoding it
 */
export function packRows(staging: Staging, trail: Trail, room: SharedArrayBuffer): PackedRows {
  const kinds: (readonly [LogKind, number])[] = [];
  let size = 16 * trail.count;
  for (const kind of LOG_KINDS) {
    const staged = staging.kinds.get(kind);
    if (staged === undefined || staged.count === 0) continue;
    kinds.push([kind, staged.count]);
    for (const column of staged.columns) size += aligned(staged.count, column.BYTES_PER_ELEMENT);
    size += 8 * staged.count;
  }
  const cells = room.byteLength >= size ? room : new SharedArrayBuffer(2 * size);
  const packed = { records: trail.count, kinds, cells };
  const own = trailOf(packed);
  own.times.set(trail.times.subarray(0, trail.count));
  own.lines.set(trail.lines.subarray(0, trail.count));
  let at = 16 * trail.count;
  for (const [kind, count] of kinds) {
    const staged = staging.kinds.get(kind)!;
    for (const column of staged.columns) {
      const into =
        column instanceof Int32Array
          ? new Int32Array(cells, at, count)
          : new Float64Array(cells, at, count);
      into.set(column.subarray(0, count));
      at += aligned(count, column.BYTES_PER_ELEMENT);
    }
    new Uint32Array(cells, at, 2 * count).set(staged.keys.subarray(0, 2 * count));
    at += 8 * count;
    staged.count = 0;
  }
  staging.rows = 0;
  return packed;
}

/** Adds packed rows to a staging: 60 ns a row. */
export function addPacked(
  staging: Staging,
  { records, kinds, cells }: PackedRows,
  foreign: ForeignWords,
  source: number,
): void {
  const codes = codesOf(foreign, staging.words);
  let at = 16 * records;
  for (const [kind, count] of kinds) {
    const into = roomFor(staging, kind, count);
    const row = into.count;
    for (const [index, { type }] of RECORD_COLUMNS[kind].entries()) {
      const column = into.columns[index]!;
      if (type === 'VARCHAR') {
        const from = new Int32Array(cells, at, count);
        translate(from, column as Int32Array, row, foreign, codes, staging.words);
      } else column.set(new Float64Array(cells, at, count), row);
      at += aligned(count, column.BYTES_PER_ELEMENT);
    }
    into.keys.set(new Uint32Array(cells, at, 2 * count), 2 * row);
    at += 8 * count;
    into.sources.fill(source, row, row + count);
    into.count = row + count;
    staging.rows += count;
  }
}

function aligned(count: number, bytes: number): number {
  return 8 * Math.ceil((count * bytes) / 8);
}

function codesOf(foreign: ForeignWords, words: WordList): Int32Array {
  const { length } = foreign.words;
  if (foreign.generation !== words.generation) foreign.codes.fill(-1);
  foreign.generation = words.generation;
  if (foreign.codes.length < length) {
    const wider = new Int32Array(2 * length + 1024).fill(-1);
    wider.set(foreign.codes);
    foreign.codes = wider;
  }
  return foreign.codes;
}

function translate(
  from: Int32Array,
  into: Int32Array,
  at: number,
  foreign: ForeignWords,
  codes: Int32Array,
  words: WordList,
): void {
  for (let row = 0; row < from.length; row += 1) {
    const code = from[row]!;
    let own = code < 0 ? -1 : codes[code]!;
    if (own < 0 && code >= 0) {
      own = codeOf(words, foreign.words[code]!);
      codes[code] = own;
    }
    into[at + row] = own;
  }
}
