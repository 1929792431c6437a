import type { DuckDBConnection } from '@duckdb/node-api';
import { LOG_TABLES, type LogKind } from '../columns.ts';
import { distinctRows } from './distinct-rows.ts';
import { storeColumns } from './schema.ts';
import { HIGH_KEY, LOW_KEY, ROW, SOURCE, type StagedRows, stagedName } from './staged-rows.ts';
import { tallyStaged } from './staged-tallies.ts';
import { RECORD_COLUMNS, type StagedKind, type Staging } from './staging.ts';

/** How many records of a batch were new, of those that were staged. */
export interface Written {
  readonly records: number;
  readonly duplicates: number;
}

/**
 * Writes a batch into the tables of the logs, without the records that are there already. Within a transaction; the staging must stay
 * as it is until this has ended.
 */
export async function writeBatch(
  connection: DuckDBConnection,
  staged: StagedRows,
  staging: Staging,
): Promise<Written> {
  staged.show(staging);
  await connection.run('CREATE OR REPLACE TEMP TABLE Words AS SELECT * FROM staged_words()');
  // One list, so that a number is its place: joining each column with the words takes twice as long.
  await connection.run(
    'CREATE OR REPLACE TEMP TABLE WordList AS SELECT list(Word ORDER BY Code) AS Words FROM Words',
  );
  let records = 0;
  let duplicates = 0;
  for (const each of staging.kinds.values()) {
    if (each.count === 0) continue;
    const { kind } = each;
    staged.rows.set(kind, distinctRows(each));
    await withoutKnown(connection, staged, each);
    const rows = staged.rows.get(kind)!;
    duplicates += each.count - rows.length;
    if (rows.length === 0) continue;
    await tallyStaged(connection, staged, each);
    const values = storeColumns(kind).map(({ name, type, field }, index) => {
      if (name === '_Key') return keySql(kind);
      const column =
        name === '_Source' || field === undefined ? each.sources : each.columns[index]!;
      const only = onlyValue(column, rows);
      if (only !== undefined) return constantSql(only, type);
      if (column === each.sources) return extra(kind, SOURCE);
      return type === 'VARCHAR' ? wordSql(`s.c${index}`) : valueSql(`s.c${index}`, type);
    });
    const result = await connection.run(
      `INSERT INTO "${LOG_TABLES[kind].table}" SELECT ${values.join(', ')} FROM ${stagedName(kind)}() s, WordList l`,
    );
    records += Number(result.rowsChanged);
  }
  return { records, duplicates };
}

/**
 * Takes out what the store has: a record is known by its key and its time. Only rows of the batch's own span are looked at, which row
 * groups of the hours before and after are not read for: no index has to be kept, whatever the size of the store.
 */
async function withoutKnown(
  connection: DuckDBConnection,
  staged: StagedRows,
  { kind, columns }: StagedKind,
): Promise<void> {
  const { table } = LOG_TABLES[kind];
  const rows = staged.rows.get(kind)!;
  const times = columns[0]!;
  const [low, high] = [times[rows[0]!]!, times[rows[rows.length - 1]!]!];
  const span = `t.TimeGenerated >= make_timestamp(${low}) AND t.TimeGenerated <= make_timestamp(${high})`;
  const some = await connection.runAndReadAll(`SELECT 1 FROM "${table}" t WHERE ${span} LIMIT 1`);
  if (some.currentRowCount === 0) return;
  const reader = await connection.runAndReadAll(
    `SELECT DISTINCT ${extra(kind, ROW)} FROM ${stagedName(kind)}() s JOIN "${table}" t
     ON t._Key = ${keySql(kind)} AND t.TimeGenerated = make_timestamp(CAST(s.c0 AS BIGINT)) WHERE ${span}`,
  );
  if (reader.currentRowCount === 0) return;
  const isKnown = new Uint8Array(rows.length);
  for (const [row] of reader.getRows()) isKnown[Number(row)] = 1;
  staged.rows.set(
    kind,
    rows.filter((_, row) => isKnown[row] === 0),
  );
}

function extra(kind: LogKind, which: number): string {
  return `s.c${RECORD_COLUMNS[kind].length + which}`;
}

function keySql(kind: LogKind): string {
  return `((CAST(${extra(kind, HIGH_KEY)} AS UBIGINT) << 32) | ${extra(kind, LOW_KEY)})`;
}

/** What all rows have, as most columns of a batch do; it is then said once. */
function onlyValue(column: Int32Array | Float64Array, rows: Int32Array): number | undefined {
  const first = column[rows[0] ?? 0]!;
  for (const row of rows) if (!Object.is(column[row], first)) return undefined;
  return first;
}

function constantSql(value: number, type: string): string {
  if (Number.isNaN(value) || (type === 'VARCHAR' && value < 0)) return `CAST(NULL AS ${type})`;
  return type === 'VARCHAR' ? wordSql(String(value)) : valueSql(`CAST(${value} AS DOUBLE)`, type);
}

function wordSql(code: string): string {
  return `l.Words[${code} + 1]`;
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
