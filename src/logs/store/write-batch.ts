import type { DuckDBConnection } from '@duckdb/node-api';
import { alikeRows } from './alike-rows.ts';
import { distinctRows } from './distinct-rows.ts';
import { ALIKE, rowsTable, storeColumns } from './schema.ts';
import { codes, places, type StagedColumn, texts, wholes, wideKeys } from './staged-columns.ts';
import type { StagedRows } from './staged-rows.ts';
import { type Noted, noteTallied, tallyStaged } from './staged-tallies.ts';
import { type StagedValue, stagedValue } from './staged-values.ts';
import type { StagedKind, Staging } from './staging.ts';
import { fewColumns, writeAlike } from './write-alike.ts';

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
  const { words } = staging.words;
  const all = places(words.length);
  staged.show([codes('Code', all, all), texts('Word', words)], words.length);
  await connection.run('CREATE OR REPLACE TEMP TABLE Words AS SELECT * FROM staged()');
  // One list, so that a number is its place: joining each column with the words takes twice as long.
  await connection.run(
    'CREATE OR REPLACE TEMP TABLE WordList AS SELECT list(Word ORDER BY Code) AS Words FROM Words',
  );
  let records = 0;
  let duplicates = 0;
  const noted: Noted[] = [];
  for (const each of staging.kinds.values()) {
    if (each.count === 0) continue;
    const rows = await unknownRows(connection, staged, each, distinctRows(each));
    duplicates += each.count - rows.length;
    if (rows.length === 0) continue;
    const few = fewColumns(each.kind);
    const alike = alikeRows(
      rows,
      few.map((column) => ({ values: each.columns[column]!, isByPlace: false })),
    );
    const known = { columns: new Set(few), alike };
    noted.push(...(await tallyStaged(connection, staged, each, rows, known)));
    const ids = await writeAlike(connection, staged, each, rows, alike);
    await writeRows(connection, staged, each, rows, wholes(ALIKE, ids, alike.of));
    records += rows.length;
  }
  if (noted.length > 0) await noteTallied(connection, staged, noted);
  return { records, duplicates };
}

async function writeRows(
  connection: DuckDBConnection,
  staged: StagedRows,
  { kind, columns, sources, keys }: StagedKind,
  rows: Int32Array,
  alike: StagedColumn,
): Promise<void> {
  const values = storeColumns(kind).flatMap((column, index): StagedValue[] => {
    if (column.isFew) return [];
    if (column.name === '_Key') {
      return [{ shown: wideKeys('_Key', keys, rows), sql: 's."_Key"' }];
    }
    return [stagedValue(column, column.name === '_Source' ? sources : columns[index]!, rows)];
  });
  const shown = values.flatMap(({ shown: column }) => (column === undefined ? [] : [column]));
  staged.show([...shown, alike], rows.length);
  const list = [...values.map(({ sql }) => sql), `s."${ALIKE}"`];
  await connection.run(
    `INSERT INTO "${rowsTable(kind)}" SELECT ${list.join(', ')} FROM staged() s, WordList l`,
  );
}

/**
 * Takes out what the store has: a record is known by its key and its time. Only rows of the time that batch and store have in common are
 * looked at, which row groups of the hours before and after are not read for: no index has to be kept, whatever the size of the store.
 */
async function unknownRows(
  connection: DuckDBConnection,
  staged: StagedRows,
  { kind, columns, keys }: StagedKind,
  rows: Int32Array,
): Promise<Int32Array> {
  const table = rowsTable(kind);
  const times = columns[0] as Float64Array;
  const within = (low: number, high: number) =>
    `t.TimeGenerated >= make_timestamp(${low}) AND t.TimeGenerated <= make_timestamp(${high})`;
  const span = within(times[rows[0]!]!, times[rows[rows.length - 1]!]!);
  const common = await connection.runAndReadAll(
    `SELECT epoch_us(min(t.TimeGenerated)), epoch_us(max(t.TimeGenerated)) FROM "${table}" t WHERE ${span}`,
  );
  const [least, most] = common.getRows()[0] ?? [];
  if (typeof least !== 'bigint' || typeof most !== 'bigint') return rows;
  const [low, high] = [Number(least), Number(most)];
  const from = firstAt(times, rows, low - 1);
  const some = rows.subarray(from, firstAt(times, rows, high + 1));
  if (some.length === 0) return rows;
  const time = stagedValue({ name: 'Time', type: 'TIMESTAMP' }, times, some);
  const all = places(some.length);
  staged.show(
    [
      codes('Place', all, all),
      ...(time.shown === undefined ? [] : [time.shown]),
      wideKeys('Key', keys, some),
    ],
    some.length,
  );
  const reader = await connection.runAndReadAll(
    `SELECT DISTINCT s.Place FROM staged() s JOIN "${table}" t
     ON t._Key = s.Key AND t.TimeGenerated = ${time.sql} WHERE ${within(low, high)}`,
  );
  if (reader.currentRowCount === 0) return rows;
  const isKnown = new Uint8Array(rows.length);
  for (const [place] of reader.getRows()) isKnown[from + Number(place)] = 1;
  return rows.filter((_, place) => isKnown[place] === 0);
}

/** Of rows in the order of time, the first that is not before one. */
function firstAt(times: Float64Array, rows: Int32Array, time: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[rows[middle]!]! < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
