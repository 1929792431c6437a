import type { DuckDBConnection, DuckDBVector } from '@duckdb/node-api';
import { LOG_KINDS, type LogKind } from '../columns.ts';
import { RECORD_COLUMNS, type StagedKind, type Staging } from './staging.ts';
import type { TallyGroups } from './tally-rows.ts';

/**
 * A batch as DuckDB reads it: `staged_network()` and its like give the rows of a kind, columns `c0`, `c1`… in the order of `RECORD_COLUMNS`
 * and behind them the source, both halves of the key and the row's number; `staged_words()` gives the texts behind the numbers. Rows are
 * fetched from the staging while they are written, without a table between (which took 1 µs a row).
 */
export interface StagedRows {
  /** What the functions give from now on. */
  show(staging: Staging): void;
  /** They give nothing any more, and keep nothing. */
  forget(): void;
  /** What `staged_tally()` gives from now on: `Start`, `k0`… of the columns, `Records`, `First`, `Last`, and `h0`, `l0`, `m0`… of the sums. */
  showTally(staged: StagedKind, columns: readonly number[], groups: TallyGroups): void;
  /** The rows of a kind that are to be written, by their place in the staging. */
  readonly rows: Map<LogKind, Int32Array>;
}

/** Behind the columns of a record. */
export const SOURCE = 0;
export const LOW_KEY = 1;
export const HIGH_KEY = 2;
export const ROW = 3;

export function stagedName(kind: LogKind): string {
  return `staged_${kind.replaceAll('-', '_')}`;
}

/** DuckDB's own vector size. */
const CHUNK_ROWS = 2_048;

/** Functions cannot be taken back: a connection has them once. */
const known = new WeakMap<DuckDBConnection, StagedRows>();

export async function stagedRows(connection: DuckDBConnection): Promise<StagedRows> {
  const before = known.get(connection);
  if (before !== undefined) return before;
  const api = await import('@duckdb/node-api');
  let words: readonly string[] = [];
  let kinds: ReadonlyMap<LogKind, StagedKind> = new Map();
  let tally = NO_TALLY;
  const rows = new Map<LogKind, Int32Array>();

  const register = (name: string, shape: () => Shape) => {
    connection.registerTableFunction(
      api.DuckDBTableFunction.create({
        name,
        supportsProjectionPushdown: true,
        bindFunction(info) {
          const { columns, count } = shape();
          for (const { name: column, type } of columns) info.addResultColumn(column, api[type]);
          info.setCardinality(count, true);
        },
        initFunction(info) {
          info.setMaxThreads(1);
          info.setInitData({ at: 0, columns: info.getColumnIndexes(), shape: shape() });
        },
        mainFunction(info, chunk) {
          const scan = info.getInitData() as Scan;
          const { columns, count } = scan.shape;
          const rowsNow = Math.min(CHUNK_ROWS, count - scan.at);
          chunk.rowCount = rowsNow;
          if (rowsNow === 0) return;
          for (const [into, column] of scan.columns.entries()) {
            // A question for the number of rows alone asks for a column that is none.
            columns[column]?.write(chunk.getColumnVector(into), scan.at, rowsNow);
          }
          scan.at += rowsNow;
        },
      }),
    );
  };

  register('staged_words', () => ({
    count: words.length,
    columns: [
      { name: 'Code', type: 'INTEGER', write: each((row) => row) },
      { name: 'Word', type: 'VARCHAR', write: each((row) => words[row]!) },
    ],
  }));
  register('staged_tally', () => tally);
  for (const kind of LOG_KINDS) {
    register(stagedName(kind), () => shapeOf(kind, kinds.get(kind), rows.get(kind)));
  }
  const staged: StagedRows = {
    rows,
    show(staging) {
      words = staging.words.words;
      kinds = staging.kinds;
      rows.clear();
    },
    forget() {
      words = [];
      kinds = new Map();
      rows.clear();
      tally = NO_TALLY;
    },
    showTally(kind, columns, groups) {
      tally = shapeOfTally(kind, columns, groups);
    },
  };
  known.set(connection, staged);
  return staged;
}

/** What a function gives: how many rows, and how each column is written. */
interface Shape {
  readonly count: number;
  readonly columns: readonly {
    readonly name: string;
    readonly type: 'INTEGER' | 'UINTEGER' | 'DOUBLE' | 'VARCHAR';
    readonly write: Write;
  }[];
}

const NO_TALLY: Shape = {
  count: 0,
  columns: [{ name: 'Start', type: 'DOUBLE', write: each(() => 0) }],
};

type Write = (vector: DuckDBVector, from: number, count: number) => void;

interface Scan {
  at: number;
  readonly columns: readonly number[];
  readonly shape: Shape;
}

function shapeOf(
  kind: LogKind,
  staged: StagedKind | undefined,
  order: Int32Array = new Int32Array(),
): Shape {
  const { keys = new Uint32Array(), sources = new Int32Array() } = staged ?? {};
  const columns: Shape['columns'] = [
    ...RECORD_COLUMNS[kind].map(({ type }, index) =>
      gathered(type === 'VARCHAR', staged?.columns[index] ?? sources, order),
    ),
    gathered(true, sources, order),
    { name: '', type: 'UINTEGER', write: half(keys, order, 0) },
    { name: '', type: 'UINTEGER', write: half(keys, order, 1) },
    { name: '', type: 'INTEGER', write: each((row) => row) },
  ];
  return {
    count: order.length,
    columns: columns.map((column, index) => ({ ...column, name: `c${index}` })),
  };
}

function shapeOfTally(kind: StagedKind, columns: readonly number[], groups: TallyGroups): Shape {
  const { count, rows, starts, first, last, records, sums } = groups;
  const own = (name: string, values: Float64Array): Shape['columns'][number] => ({
    name,
    type: 'DOUBLE',
    write: each((row) => values[row]!),
  });
  return {
    count,
    columns: [
      own('Start', starts),
      ...columns.map((column, at) => {
        const values = kind.columns[column]!;
        return { ...gathered(values instanceof Int32Array, values, rows), name: `k${at}` };
      }),
      { name: 'Records', type: 'INTEGER', write: each((row) => records[row]!) },
      ...[own('First', first), own('Last', last)],
      ...sums.flatMap(({ high, low, most }, at) => [
        ...[own(`h${at}`, high), own(`l${at}`, low), own(`m${at}`, most)],
      ]),
    ],
  };
}

/** A column of the staging, in another order. */
function gathered(
  isWhole: boolean,
  values: Int32Array | Float64Array,
  order: Int32Array,
): Shape['columns'][number] {
  return {
    name: '',
    type: isWhole ? 'INTEGER' : 'DOUBLE',
    /**
     * Numbers go into the vector's own array, which its `setItem` writes to after looking at each value, in a tenth of the time; where the
     * vector keeps none, through `setItem`.
     */
    write(vector, from, count) {
      const items: unknown = Reflect.get(vector, 'items');
      if (items instanceof Int32Array) copyWhole(items, values as Int32Array, order, from, count);
      else if (items instanceof Float64Array)
        copyReal(items, values as Float64Array, order, from, count);
      else {
        for (let row = 0; row < count; row += 1) vector.setItem(row, values[order[from + row]!]!);
      }
      vector.flush();
    },
  };
}

function copyWhole(
  into: Int32Array,
  values: Int32Array,
  order: Int32Array,
  from: number,
  count: number,
): void {
  for (let row = 0; row < count; row += 1) into[row] = values[order[from + row]!]!;
}

function copyReal(
  into: Float64Array,
  values: Float64Array,
  order: Int32Array,
  from: number,
  count: number,
): void {
  for (let row = 0; row < count; row += 1) into[row] = values[order[from + row]!]!;
}

/** One of two words a row. */
function half(words: Uint32Array, order: Int32Array, which: 0 | 1): Write {
  return (vector, from, count) => {
    const items: unknown = Reflect.get(vector, 'items');
    for (let row = 0; row < count; row += 1) {
      const word = words[2 * order[from + row]! + which]!;
      if (items instanceof Uint32Array) items[row] = word;
      else vector.setItem(row, word);
    }
    vector.flush();
  };
}

function each(value: (row: number) => number | string): Write {
  return (vector, from, count) => {
    for (let row = 0; row < count; row += 1) vector.setItem(row, value(from + row));
    vector.flush();
  };
}
