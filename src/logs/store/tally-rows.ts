import { type AlikeRows, alikeRows, type Compared, taken } from './alike-rows.ts';
import type { StagedKind } from './staging.ts';

/** Rows that say the same within an interval, counted. */
export interface TallyGroups {
  readonly count: number;
  /** A row of each, by its place in the staging. */
  readonly rows: Int32Array;
  readonly records: Int32Array;
  /** Microseconds. */
  readonly starts: Float64Array;
  /** Each once. */
  readonly intervals: readonly number[];
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

/** What is told apart and added up: indexes of columns of the staging. */
export interface Tallied {
  readonly columns: readonly number[];
  readonly numbers: readonly { readonly column: number; readonly isWhole: boolean }[];
  /** Length of the intervals, which begin at 1970. */
  readonly micros: number;
}

/** Groups rows of a batch by interval and columns. */
export function tallyRows(
  { columns: staged }: StagedKind,
  rows: Int32Array,
  known: Known,
  { columns, numbers, micros }: Tallied,
): TallyGroups {
  const times = staged[0] as Float64Array;
  const { of: intervals, starts } = intervalsOf(times, rows, micros);
  const own = columns.filter((column) => !known.columns.has(column));
  const { count, of, firsts } = alikeRows(rows, [
    { values: intervals, isByPlace: true },
    { values: coarser(staged, rows, known, columns), isByPlace: true },
    ...own.map((column): Compared => ({ values: staged[column]!, isByPlace: false })),
  ]);
  return {
    count,
    intervals: starts,
    ...counted(times, rows, of, count),
    rows: taken(rows, firsts),
    starts: Float64Array.from(taken(intervals, firsts), (interval) => starts[interval]!),
    sums: numbers.map(({ column, isWhole }) =>
      added(rows, of, count, staged[column] as Float64Array, isWhole),
    ),
  };
}

function counted(times: Float64Array, rows: Int32Array, of: Int32Array, count: number) {
  const first = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  const last = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
  const records = new Int32Array(count);
  for (let place = 0; place < rows.length; place += 1) {
    const group = of[place]!;
    const time = times[rows[place]!]!;
    records[group]! += 1;
    if (time < first[group]!) first[group] = time;
    if (time > last[group]!) last[group] = time;
  }
  return { first, last, records };
}

/** Rows that were grouped by more columns before: what they say is compared once for each group, and not for each row. */
export interface Known {
  readonly columns: ReadonlySet<number>;
  readonly alike: AlikeRows;
}

/** By place, in which group a row is by those of the known columns that are asked for. */
function coarser(
  staged: StagedKind['columns'],
  rows: Int32Array,
  { columns: known, alike }: Known,
  columns: readonly number[],
): Int32Array {
  const asked = columns.filter((column) => known.has(column));
  const { of } = alikeRows(
    taken(rows, alike.firsts),
    asked.map((column) => ({ values: staged[column]!, isByPlace: false })),
  );
  return taken(of, alike.of);
}

/** By place, the number of the interval a row is in; and when each begins. Rows come in the order of time, more or less. */
function intervalsOf(times: Float64Array, rows: Int32Array, micros: number) {
  const of = new Int32Array(rows.length);
  const starts: number[] = [];
  const numbers = new Map<number, number>();
  let [start, end, number] = [0, 0, 0];
  for (let place = 0; place < rows.length; place += 1) {
    const time = times[rows[place]!]!;
    if (!(time >= start && time < end)) {
      // Floored, also before 1970.
      start = Math.floor(time / micros) * micros;
      end = start + micros;
      number = numbers.get(start) ?? starts.push(start) - 1;
      numbers.set(start, number);
    }
    of[place] = number;
  }
  return { of, starts };
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
  for (let place = 0; place < rows.length; place += 1) {
    const value = values[rows[place]!]!;
    if (Number.isNaN(value)) continue;
    const group = of[place]!;
    const part = isWhole ? Math.trunc(value / HIGH) : 0;
    high[group]! += part;
    low[group]! += value - part * HIGH;
    if (!(value <= most[group]!)) most[group] = value;
  }
  return { high, low, most };
}
