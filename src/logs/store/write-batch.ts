import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import { LOG_TABLES, type LogKind } from '../columns.ts';
import { distinctRows } from './distinct-rows.ts';
import { storeColumns } from './schema.ts';
import { RECORD_COLUMNS, type StagedKind, type Staging } from './staging.ts';

/** DuckDB's own vector size. */
const CHUNK_ROWS = 2_048;

/** How many records of a batch were new, of those that were staged. */
export interface Written {
  readonly records: number;
  readonly duplicates: number;
}

/** Handed to DuckDB, and to be finished by it while the next batch is being decoded. */
export type Handed = readonly { readonly kind: LogKind; readonly staged: number }[];

/**
 * Hands a batch to DuckDB: numbers into temporary tables, and the words they stand for. Within a transaction; the staging is free
 * for the next batch when this returns.
 */
export async function handOver(connection: DuckDBConnection, staging: Staging): Promise<Handed> {
  const api = await import('@duckdb/node-api');
  await connection.run('CREATE OR REPLACE TEMP TABLE Words (Code INTEGER, Word VARCHAR)');
  const words = await connection.createAppender('Words', undefined, 'temp');
  const list = staging.words.words;
  inChunks(list.length, (from, count) => {
    const chunk = api.DuckDBDataChunk.create([api.INTEGER, api.VARCHAR], count);
    fill(chunk, 0, count, (row) => from + row);
    fill(chunk, 1, count, (row) => list[from + row]!);
    words.appendDataChunk(chunk);
  });
  words.closeSync();
  const handed: { kind: LogKind; staged: number }[] = [];
  for (const staged of staging.kinds.values()) {
    if (staged.count === 0) continue;
    const { kind, columns, sources, keys } = staged;
    const types = [
      ...columns.map((column) => (column instanceof Int32Array ? api.INTEGER : api.DOUBLE)),
      ...[api.INTEGER, api.UINTEGER, api.UINTEGER],
    ];
    const definition = types.map((type, index) => `c${index} ${type}`).join(', ');
    await connection.run(`CREATE OR REPLACE TEMP TABLE "${stagedName(kind)}" (${definition})`);
    const appender = await connection.createAppender(stagedName(kind), undefined, 'temp');
    const rows = distinctRows(staged);
    inChunks(rows.length, (from, count) => {
      const chunk = api.DuckDBDataChunk.create(types, count);
      for (const [index, column] of columns.entries()) {
        fill(chunk, index, count, (row) => column[rows[from + row]!]!);
      }
      fill(chunk, columns.length, count, (row) => sources[rows[from + row]!]!);
      fill(chunk, columns.length + 1, count, (row) => keys[2 * rows[from + row]!]!);
      fill(chunk, columns.length + 2, count, (row) => keys[2 * rows[from + row]! + 1]!);
      appender.appendDataChunk(chunk);
    });
    appender.closeSync();
    handed.push({ kind, staged: staged.count });
  }
  return handed;
}

/**
 * Writes what was handed over into the tables of the logs, without the records that are there already: a record is known by its key
 * and its time. Only rows of the batch's own span are looked at, which row groups of the hours before and after are not read for:
 * no index has to be kept, whatever the size of the store.
 */
export async function writeHanded(connection: DuckDBConnection, handed: Handed): Promise<Written> {
  let records = 0;
  let duplicates = 0;
  for (const { kind, staged } of handed) {
    const { table } = LOG_TABLES[kind];
    const name = stagedName(kind);
    const span = await connection.runAndReadAll(
      `SELECT CAST(min(c0) AS BIGINT), CAST(max(c0) AS BIGINT) FROM "${name}"`,
    );
    const [low, high] = span.getRows()[0] as [bigint, bigint];
    const width = RECORD_COLUMNS[kind].length;
    const key = `((CAST(s.c${width + 2} AS UBIGINT) << 32) | s.c${width + 1})`;
    await connection.run(
      `DELETE FROM "${name}" s USING "${table}" t
       WHERE t.TimeGenerated >= make_timestamp(${low}) AND t.TimeGenerated <= make_timestamp(${high})
         AND t._Key = ${key} AND t.TimeGenerated = make_timestamp(CAST(s.c0 AS BIGINT))`,
    );
    const joins: string[] = [];
    const values = storeColumns(kind).map(({ name: column, type, field }, index) => {
      if (column === '_Source') return `s.c${width}`;
      if (column === '_Key' || field === undefined) return key;
      if (type !== 'VARCHAR') return valueSql(`s.c${index}`, type);
      joins.push(`LEFT JOIN Words w${index} ON w${index}.Code = s.c${index}`);
      return `w${index}.Word`;
    });
    const result = await connection.run(
      `INSERT INTO "${table}" SELECT ${values.join(', ')} FROM "${name}" s ${joins.join(' ')}`,
    );
    records += Number(result.rowsChanged);
    duplicates += staged - Number(result.rowsChanged);
  }
  return { records, duplicates };
}

function valueSql(column: string, type: string): string {
  switch (type) {
    case 'TIMESTAMP':
      return `make_timestamp(CAST(${column} AS BIGINT))`;
    case 'BOOLEAN':
      return `CASE WHEN isnan(${column}) THEN NULL ELSE ${column} <> 0 END`;
    default:
      return `CASE WHEN isnan(${column}) THEN NULL ELSE CAST(${column} AS ${type}) END`;
  }
}

function stagedName(kind: StagedKind['kind']): string {
  return `Staged_${kind}`;
}

function inChunks(rows: number, write: (from: number, count: number) => void): void {
  for (let from = 0; from < rows; from += CHUNK_ROWS)
    write(from, Math.min(CHUNK_ROWS, rows - from));
}

function fill(
  chunk: DuckDBDataChunk,
  column: number,
  count: number,
  value: (row: number) => number | string,
): void {
  const vector = chunk.getColumnVector(column);
  for (let row = 0; row < count; row += 1) vector.setItem(row, value(row));
  vector.flush();
}
