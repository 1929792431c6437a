import type { DuckDBConnection } from '@duckdb/node-api';
import type { StagedColumn } from './staged-columns.ts';

/**
 * What DuckDB reads of a batch: `staged()` gives the columns that are shown, one statement at a time. Rows are fetched from the staging
 * while they are written, without a table between (which took 1 µs a row).
 */
export interface StagedRows {
  /** What the function gives from now on. */
  show(columns: readonly StagedColumn[], count: number): void;
  /** It gives nothing any more, and keeps nothing. */
  forget(): void;
}

/** DuckDB's own vector size. */
const CHUNK_ROWS = 2_048;

/** Functions cannot be taken back: a connection has them once. */
const known = new WeakMap<DuckDBConnection, StagedRows>();

interface Shape {
  readonly columns: readonly StagedColumn[];
  readonly count: number;
}

interface Scan {
  at: number;
  /** Those that the statement reads. */
  readonly columns: readonly number[];
  readonly shape: Shape;
}

export async function stagedRows(connection: DuckDBConnection): Promise<StagedRows> {
  const before = known.get(connection);
  if (before !== undefined) return before;
  const api = await import('@duckdb/node-api');
  const nothing: Shape = { columns: [], count: 0 };
  let shape = nothing;
  connection.registerTableFunction(
    api.DuckDBTableFunction.create({
      name: 'staged',
      supportsProjectionPushdown: true,
      bindFunction(info) {
        for (const { name, type } of shape.columns) info.addResultColumn(name, api[type]);
        info.setCardinality(shape.count, true);
      },
      initFunction(info) {
        info.setMaxThreads(1);
        info.setInitData({ at: 0, columns: info.getColumnIndexes(), shape });
      },
      mainFunction(info, chunk) {
        const scan = info.getInitData() as Scan;
        const { columns, count } = scan.shape;
        const rows = Math.min(CHUNK_ROWS, count - scan.at);
        chunk.rowCount = rows;
        if (rows === 0) return;
        for (const [into, column] of scan.columns.entries()) {
          // A question for the number of rows alone asks for a column that is none.
          columns[column]?.write(chunk.getColumnVector(into), scan.at, rows);
        }
        scan.at += rows;
      },
    }),
  );
  const staged: StagedRows = {
    show(columns, count) {
      shape = { columns, count };
    },
    forget() {
      shape = nothing;
    },
  };
  known.set(connection, staged);
  return staged;
}
