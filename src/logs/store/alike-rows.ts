/** A column as it is compared: by row of the staging, or by place among the rows that are looked at. */
export interface Compared {
  readonly values: Int32Array | Float64Array;
  readonly isByPlace: boolean;
}

/** Rows that are alike in some columns, in groups numbered from zero in the order of the first of each. */
export interface AlikeRows {
  readonly count: number;
  /** The group of each row, by place. */
  readonly of: Int32Array;
  /** The first row of each group, by place. */
  readonly firsts: Int32Array;
}

/** Groups rows of a batch: texts are numbers here, which are told apart in a tenth of the time that DuckDB takes. */
export function alikeRows(rows: Int32Array, columns: readonly Compared[]): AlikeRows {
  const compared = columns.filter((column) => !isOne(column, rows));
  const hashes = new Int32Array(rows.length);
  for (const column of compared) mix(hashes, rows, column);
  return numbered(compared, rows, hashes);
}

/** Of each of the places the value. */
export function taken(values: Int32Array, places: Int32Array): Int32Array {
  const found = new Int32Array(places.length);
  for (let at = 0; at < places.length; at += 1) found[at] = values[places[at]!]!;
  return found;
}

function numbered(compared: readonly Compared[], rows: Int32Array, hashes: Int32Array): AlikeRows {
  let size = 1024;
  while (size < rows.length * 2) size *= 2;
  // Open addressing: groups plus one, zero is free.
  const table = new Int32Array(size);
  const of = new Int32Array(rows.length);
  const firsts = new Int32Array(rows.length);
  const hashesOf = new Int32Array(rows.length);
  let count = 0;
  for (let place = 0; place < rows.length; place += 1) {
    const hash = hashes[place]! ^ (hashes[place]! >>> 16);
    let slot = hash & (size - 1);
    let group = table[slot]! - 1;
    while (
      group >= 0 &&
      !(hashesOf[group] === hash && isAlike(compared, rows, firsts[group]!, place))
    ) {
      slot = (slot + 1) & (size - 1);
      group = table[slot]! - 1;
    }
    if (group < 0) {
      group = count;
      count += 1;
      table[slot] = count;
      hashesOf[group] = hash;
      firsts[group] = place;
    }
    of[place] = group;
  }
  return { count, of, firsts: firsts.slice(0, count) };
}

/** Most columns of a batch say one thing throughout: they tell nothing apart. */
function isOne({ values, isByPlace }: Compared, rows: Int32Array): boolean {
  if (isByPlace) return onlyValue(values, undefined, rows.length) !== undefined;
  return rows.length === 0 || onlyValue(values, rows, rows.length) !== undefined;
}

/** What the first `count` rows have in common; NaN is one value. */
export function onlyValue(
  values: Int32Array | Float64Array,
  rows: Int32Array | undefined,
  count: number,
): number | undefined {
  const first = values[rows === undefined ? 0 : rows[0]!]!;
  const isNothing = Number.isNaN(first);
  for (let place = 0; place < count; place += 1) {
    const value = values[rows === undefined ? place : rows[place]!]!;
    if (value !== first && !(isNothing && Number.isNaN(value))) return undefined;
  }
  return first;
}

function mix(hashes: Int32Array, rows: Int32Array, { values, isByPlace }: Compared): void {
  if (values instanceof Float64Array) mixNumbers(hashes, rows, values, isByPlace);
  else if (isByPlace) mixPlaces(hashes, values);
  else mixTexts(hashes, rows, values);
}

function mixTexts(hashes: Int32Array, rows: Int32Array, values: Int32Array): void {
  for (let place = 0; place < rows.length; place += 1) {
    const hash = Math.imul(hashes[place]! ^ values[rows[place]!]!, 0x9e3779b1);
    hashes[place] = hash ^ (hash >>> 15);
  }
}

function mixPlaces(hashes: Int32Array, values: Int32Array): void {
  for (let place = 0; place < hashes.length; place += 1) {
    const hash = Math.imul(hashes[place]! ^ values[place]!, 0x9e3779b1);
    hashes[place] = hash ^ (hash >>> 15);
  }
}

function mixNumbers(
  hashes: Int32Array,
  rows: Int32Array,
  values: Float64Array,
  isByPlace: boolean,
): void {
  for (let place = 0; place < rows.length; place += 1) {
    // Nothing, and what is beyond 32 bits, is zero here: alike to the hash alone.
    const value = values[isByPlace ? place : rows[place]!]! | 0;
    const hash = Math.imul(hashes[place]! ^ value, 0x85ebca6b);
    hashes[place] = hash ^ (hash >>> 13);
  }
}

function isAlike(
  columns: readonly Compared[],
  rows: Int32Array,
  left: number,
  right: number,
): boolean {
  const [leftRow, rightRow] = [rows[left]!, rows[right]!];
  for (let at = 0; at < columns.length; at += 1) {
    const { values, isByPlace } = columns[at]!;
    const a = values[isByPlace ? left : leftRow]!;
    const b = values[isByPlace ? right : rightRow]!;
    if (a !== b && !(Number.isNaN(a) && Number.isNaN(b))) return false;
  }
  return true;
}
