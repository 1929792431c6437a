import { LOG_COLUMNS, LOG_KINDS, type LogKind } from '../columns.ts';
import type { RowHead } from '../decode/column-sink.ts';
import { ABSENT, roomFor, type Staging, startKey } from './staging.ts';
import { codeOf } from './word-list.ts';

/**
 * Rows of a kind on their way into the staging, one behind the other. They are taken apart into columns some hundred at a time: a loop
 * over one column takes a third of the time that a loop over the columns of one row does.
 */
export interface RowBlock {
  readonly kind: LogKind;
  readonly cells: Float64Array;
  count: number;
}

const ROWS = 256;
/** Before the columns of the kind. */
const TIME = 0;
const RESOURCE = 1;
const CATEGORY = 2;
const FORM = 3;
const LINE = 4;
const OWN = 5;

/** Of each kind, which columns are texts. */
const IS_TEXT: Readonly<Record<LogKind, readonly boolean[]>> = Object.fromEntries(
  LOG_KINDS.map((kind) => [
    kind,
    Object.values(LOG_COLUMNS[kind]).map(({ type }) => type === 'text'),
  ]),
) as unknown as Record<LogKind, readonly boolean[]>;

export function newRowBlock(kind: LogKind): RowBlock {
  const cells = new Float64Array(ROWS * (OWN + IS_TEXT[kind].length));
  return { kind, cells, count: 0 };
}

/** @returns whether it is full now */
export function addRow(block: RowBlock, from: Float64Array, head: RowHead): boolean {
  const { cells, kind } = block;
  const width = IS_TEXT[kind].length;
  let at = block.count * (OWN + width);
  cells[at + TIME] = head.time;
  cells[at + RESOURCE] = head.resource;
  cells[at + CATEGORY] = head.category;
  cells[at + FORM] = head.isLegacy ? 1 : 0;
  cells[at + LINE] = head.line;
  at += OWN;
  for (let column = 0; column < width; column += 1) cells[at + column] = from[column]!;
  block.count += 1;
  return block.count === ROWS;
}

/**
 * The keys of the rows of a block as they come to be. Loops take them, and what else stands outside, into names of their own: what a
 * bundle keeps at its top may change as far as the compiler knows, and is looked at again for each row.
 */
const MIXED = mixed();

function mixed() {
  const float = new Float64Array(1);
  return {
    lows: new Int32Array(ROWS),
    highs: new Int32Array(ROWS),
    start: new Uint32Array(2),
    float,
    halves: new Uint32Array(float.buffer),
  };
}

/** Hands the rows over; they are those that `stage` makes of the same records. */
export function settle(block: RowBlock, staging: Staging, source: number): void {
  const { kind, cells, count } = block;
  if (count === 0) return;
  const isText = IS_TEXT[kind];
  const width = isText.length;
  const step = OWN + width;
  const into = roomFor(staging, kind, count);
  const { columns, keys, count: at } = into;
  const { words } = staging;
  const { lows, highs, start } = MIXED;
  let resource = -1;
  for (let row = 0; row < count; row += 1) {
    const code = cells[row * step + RESOURCE]!;
    if (code !== resource) startKey(start, 0, words.words[code]!);
    resource = code;
    lows[row] = start[0]!;
    highs[row] = start[1]!;
  }
  numbers(cells, step, TIME, count, columns[0] as Float64Array, at);
  for (let column = 0; column < width; column += 1) {
    const own = columns[column + 1]!;
    if (isText[column] === true)
      texts(cells, step, OWN + column, count, own as Int32Array, at, words.hashes);
    else numbers(cells, step, OWN + column, count, own as Float64Array, at);
  }
  const forms = [codeOf(words, 'structured'), codeOf(words, 'legacy')];
  copy(cells, step, RESOURCE, count, columns[width + 1] as Int32Array, at);
  copy(cells, step, CATEGORY, count, columns[width + 2] as Int32Array, at);
  const form = columns[width + 3]!;
  for (let row = 0; row < count; row += 1) form[at + row] = forms[cells[row * step + FORM]!]!;
  columns[width + 4]!.fill(-1, at, at + count);
  const line = columns[width + 5]!;
  for (let row = 0; row < count; row += 1) line[at + row] = cells[row * step + LINE]!;
  columns[width + 6]!.fill(0, at, at + count);
  into.sources.fill(source, at, at + count);
  for (let row = 0; row < count; row += 1) {
    keys[2 * (at + row)] = lows[row]!;
    keys[2 * (at + row) + 1] = highs[row]!;
  }
  into.count = at + count;
  block.count = 0;
}

function copy(
  cells: Float64Array,
  step: number,
  from: number,
  count: number,
  into: Int32Array,
  at: number,
): void {
  for (let row = 0; row < count; row += 1) into[at + row] = cells[row * step + from]!;
}

function texts(
  cells: Float64Array,
  step: number,
  from: number,
  count: number,
  into: Int32Array,
  at: number,
  hashes: Uint32Array,
): void {
  const { lows, highs } = MIXED;
  const absent = ABSENT | 0;
  for (let row = 0; row < count; row += 1) {
    const code = cells[row * step + from]! | 0;
    into[at + row] = code;
    mix(
      lows,
      highs,
      row,
      code < 0 ? absent : hashes[2 * code]!,
      code < 0 ? absent : hashes[2 * code + 1]!,
    );
  }
}

function numbers(
  cells: Float64Array,
  step: number,
  from: number,
  count: number,
  into: Float64Array,
  at: number,
): void {
  const { lows, highs, float, halves } = MIXED;
  const absent = ABSENT | 0;
  for (let row = 0; row < count; row += 1) {
    const value = cells[row * step + from]!;
    into[at + row] = value;
    // Minus zero is zero.
    float[0] = value + 0;
    const isAbsent = Number.isNaN(value);
    mix(lows, highs, row, isAbsent ? absent : halves[0]!, isAbsent ? absent : halves[1]!);
  }
}

/** `mixKey` of the staging. */
function mix(
  lows: Int32Array,
  highs: Int32Array,
  row: number,
  first: number,
  second: number,
): void {
  let low = lows[row]! ^ Math.imul(first, 0xcc9e2d51);
  low = (Math.imul((low << 13) | (low >>> 19), 5) + 0xe6546b64) | 0;
  let high = highs[row]! ^ Math.imul(second, 0x1b873593) ^ low;
  high = Math.imul((high << 15) | (high >>> 17), 0x85ebca6b);
  lows[row] = low ^ (high >>> 11);
  highs[row] = high;
}
