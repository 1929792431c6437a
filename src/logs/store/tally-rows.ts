import type { StagedKind } from './staging.ts';

/** Rows that say the same within an interval, counted. */
export interface TallyGroups {
  readonly count: number;
  /** A row of each, by its place in the staging. */
  readonly rows: Int32Array;
  readonly records: Int32Array;
  /** Microseconds. */
  readonly starts: Float64Array;
  readonly first: Float64Array;
  readonly last: Float64Array;
  /** Of each column of numbers: what it adds up to, in two parts that are exact for whole numbers, and its greatest; NaN: none was there. */
  readonly sums: readonly Sum[];
}

export interface Sum {
  /** Multiples of `HIGH`, of columns of whole numbers. */
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly most: Float64Array;
}

/** A batch of rows adds up to less than 2^53 in each part. */
export const HIGH = 2 ** 32;

/**
 * Groups rows of a batch by interval and columns: texts are numbers here, which are told apart in a tenth of the time that DuckDB takes.
 * @param columns indexes of columns of the staging
 * @param micros length of the intervals, which begin at 1970
 */
export function tallyRows(
  { columns: staged }: StagedKind,
  rows: Int32Array,
  columns: readonly number[],
  numbers: readonly { readonly column: number; readonly isWhole: boolean }[],
  micros: number,
): TallyGroups {
  const times = staged[0] as Float64Array;
  const starts = new Float64Array(rows.length);
  for (let row = 0; row < rows.length; row += 1) {
    // Floored, also before 1970.
    starts[row] = Math.floor(times[rows[row]!]! / micros) * micros;
  }
  const keys = columns.map((column) => staged[column]!);
  const groups = grouped(rows, starts, keys);
  const { of, count } = groups;
  const first = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  const last = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
  const records = new Int32Array(count);
  for (let row = 0; row < rows.length; row += 1) {
    const group = of[row]!;
    const time = times[rows[row]!]!;
    records[group]! += 1;
    if (time < first[group]!) first[group] = time;
    if (time > last[group]!) last[group] = time;
  }
  return {
    count,
    records,
    first,
    last,
    rows: groups.rows.slice(0, count),
    starts: groups.starts.slice(0, count),
    sums: numbers.map(({ column, isWhole }) =>
      added(rows, of, count, staged[column] as Float64Array, isWhole),
    ),
  };
}

function grouped(
  rows: Int32Array,
  starts: Float64Array,
  keys: readonly (Int32Array | Float64Array)[],
) {
  const hashes = new Int32Array(rows.length);
  for (let row = 0; row < rows.length; row += 1) hashes[row] = starts[row]! / 1e6;
  for (const key of keys) {
    if (key instanceof Int32Array) mixTexts(hashes, rows, key);
    else mixNumbers(hashes, rows, key);
  }
  let size = 1024;
  while (size < rows.length * 2) size *= 2;
  // Open addressing: groups plus one, zero is free.
  const table = new Int32Array(size);
  const of = new Int32Array(rows.length);
  const of_ = { rows: new Int32Array(rows.length), starts: new Float64Array(rows.length) };
  const ofHashes = new Int32Array(rows.length);
  let count = 0;
  for (let row = 0; row < rows.length; row += 1) {
    const hash = hashes[row]! ^ (hashes[row]! >>> 16);
    let slot = hash & (size - 1);
    let group = table[slot]! - 1;
    while (
      group >= 0 &&
      !(
        ofHashes[group] === hash &&
        of_.starts[group] === starts[row] &&
        isAlike(keys, of_.rows[group]!, rows[row]!)
      )
    ) {
      slot = (slot + 1) & (size - 1);
      group = table[slot]! - 1;
    }
    if (group < 0) {
      group = count;
      count += 1;
      table[slot] = count;
      ofHashes[group] = hash;
      of_.rows[group] = rows[row]!;
      of_.starts[group] = starts[row]!;
    }
    of[row] = group;
  }
  return { of, count, ...of_ };
}

function mixTexts(hashes: Int32Array, rows: Int32Array, key: Int32Array): void {
  for (let row = 0; row < rows.length; row += 1) {
    hashes[row] = Math.imul(hashes[row]! ^ key[rows[row]!]!, 0x9e3779b1);
    hashes[row]! ^= hashes[row]! >>> 15;
  }
}

function mixNumbers(hashes: Int32Array, rows: Int32Array, key: Float64Array): void {
  // Nothing, and what is beyond 32 bits, is zero here: alike to the hash alone.
  for (let row = 0; row < rows.length; row += 1) {
    hashes[row] = Math.imul(hashes[row]! ^ (key[rows[row]!]! | 0), 0x85ebca6b);
    hashes[row]! ^= hashes[row]! >>> 13;
  }
}

function isAlike(
  keys: readonly (Int32Array | Float64Array)[],
  left: number,
  right: number,
): boolean {
  for (let key = 0; key < keys.length; key += 1) {
    const values = keys[key]!;
    const [a, b] = [values[left]!, values[right]!];
    if (a !== b && !(Number.isNaN(a) && Number.isNaN(b))) return false;
  }
  return true;
}

function added(
  rows: Int32Array,
  of: Int32Array,
  count: number,
  values: Float64Array,
  isWhole: boolean,
): Sum {
  const high = new Float64Array(count);
  const low = new Float64Array(count);
  const most = new Float64Array(count).fill(Number.NaN);
  for (let row = 0; row < rows.length; row += 1) {
    const value = values[rows[row]!]!;
    if (Number.isNaN(value)) continue;
    const group = of[row]!;
    const part = isWhole ? Math.trunc(value / HIGH) : 0;
    high[group]! += part;
    low[group]! += value - part * HIGH;
    if (!(value <= most[group]!)) most[group] = value;
  }
  return { high, low, most };
}
