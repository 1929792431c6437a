import type { DuckDBVector } from '@duckdb/node-api';

/** A column that `staged()` gives: how it is called, and how some of its rows are written. */
export interface StagedColumn {
  readonly name: string;
  readonly type: 'INTEGER' | 'BIGINT' | 'UBIGINT' | 'DOUBLE' | 'VARCHAR';
  readonly write: Write;
}

type Write = (vector: DuckDBVector, from: number, count: number) => void;

/*
 * Numbers go into the vector's own array, which its `setItem` writes to after looking at each value, in a tenth of the time; where the
 * vector keeps none, through `setItem`. The loops stand outside the closures: there the compiler makes them quick once, and not for each.
 */

/** Numbers of texts, and other numbers of 32 bits, of these rows of the staging. */
export function codes(name: string, values: Int32Array, rows: Int32Array): StagedColumn {
  return {
    name,
    type: 'INTEGER',
    write: (vector, from, count) => writeCodes(vector, values, rows, from, count),
  };
}

/** Numbers, NaN where there is none. */
export function reals(name: string, values: Float64Array, rows: Int32Array): StagedColumn {
  return {
    name,
    type: 'DOUBLE',
    write: (vector, from, count) => writeReals(vector, values, rows, from, count),
  };
}

/** Numbers that are all there and whole, below 2^53 either side of zero: nothing is left for DuckDB to look at. */
export function wholes(name: string, values: Float64Array, rows: Int32Array): StagedColumn {
  return {
    name,
    type: 'BIGINT',
    write: (vector, from, count) => writeWholes(vector, values, rows, from, count),
  };
}

/** The keys of rows, from their two words. */
export function wideKeys(name: string, keys: Uint32Array, rows: Int32Array): StagedColumn {
  return {
    name,
    type: 'UBIGINT',
    write: (vector, from, count) => writeKeys(vector, keys, rows, from, count),
  };
}

/** Texts as they are, of the rows in their order. */
export function texts(name: string, values: readonly string[]): StagedColumn {
  return {
    name,
    type: 'VARCHAR',
    write(vector, from, count) {
      for (let row = 0; row < count; row += 1) vector.setItem(row, values[from + row]!);
      vector.flush();
    },
  };
}

/** Zero, one, two…: the rows of what is shown in their own order. */
export function places(count: number): Int32Array {
  const rows = new Int32Array(count);
  for (let row = 0; row < count; row += 1) rows[row] = row;
  return rows;
}

function writeCodes(
  vector: DuckDBVector,
  values: Int32Array,
  rows: Int32Array,
  from: number,
  count: number,
): void {
  const items = itemsOf(vector);
  if (items instanceof Int32Array) copyCodes(items, values, rows, from, count);
  else for (let row = 0; row < count; row += 1) vector.setItem(row, values[rows[from + row]!]!);
  vector.flush();
}

function copyCodes(
  into: Int32Array,
  values: Int32Array,
  rows: Int32Array,
  from: number,
  count: number,
): void {
  for (let row = 0; row < count; row += 1) into[row] = values[rows[from + row]!]!;
}

function writeReals(
  vector: DuckDBVector,
  values: Float64Array,
  rows: Int32Array,
  from: number,
  count: number,
): void {
  const items = itemsOf(vector);
  if (items instanceof Float64Array) copyReals(items, values, rows, from, count);
  else for (let row = 0; row < count; row += 1) vector.setItem(row, values[rows[from + row]!]!);
  vector.flush();
}

function copyReals(
  into: Float64Array,
  values: Float64Array,
  rows: Int32Array,
  from: number,
  count: number,
): void {
  for (let row = 0; row < count; row += 1) into[row] = values[rows[from + row]!]!;
}

function writeWholes(
  vector: DuckDBVector,
  values: Float64Array,
  rows: Int32Array,
  from: number,
  count: number,
): void {
  const words = wordsOf(itemsOf(vector));
  if (words !== undefined) copyWholes(words, values, rows, from, count);
  else {
    for (let row = 0; row < count; row += 1) {
      vector.setItem(row, BigInt(values[rows[from + row]!]!));
    }
  }
  vector.flush();
}

function copyWholes(
  into: Int32Array,
  values: Float64Array,
  rows: Int32Array,
  from: number,
  count: number,
): void {
  for (let row = 0; row < count; row += 1) {
    const value = values[rows[from + row]!]!;
    // The lower half of a number is what is left of it in 32 bits, of negative ones too.
    into[2 * row] = value | 0;
    into[2 * row + 1] = Math.floor(value / 0x1_0000_0000);
  }
}

function writeKeys(
  vector: DuckDBVector,
  keys: Uint32Array,
  rows: Int32Array,
  from: number,
  count: number,
): void {
  const words = wordsOf(itemsOf(vector));
  if (words !== undefined) copyKeys(words, keys, rows, from, count);
  else {
    for (let row = 0; row < count; row += 1) {
      const at = 2 * rows[from + row]!;
      vector.setItem(row, (BigInt(keys[at + 1]!) << 32n) | BigInt(keys[at]!));
    }
  }
  vector.flush();
}

function copyKeys(
  into: Int32Array,
  keys: Uint32Array,
  rows: Int32Array,
  from: number,
  count: number,
): void {
  for (let row = 0; row < count; row += 1) {
    const at = 2 * rows[from + row]!;
    into[2 * row] = keys[at]!;
    into[2 * row + 1] = keys[at + 1]!;
  }
}

function itemsOf(vector: DuckDBVector): unknown {
  return Reflect.get(vector, 'items');
}

/** Numbers of 64 bits as halves: DuckDB is built for machines alone that keep the lower one first. */
function wordsOf(items: unknown): Int32Array | undefined {
  if (!(items instanceof BigInt64Array || items instanceof BigUint64Array)) return undefined;
  return new Int32Array(items.buffer, items.byteOffset, 2 * items.length);
}
