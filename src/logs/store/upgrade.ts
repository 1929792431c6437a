import type { DuckDBConnection } from '@duckdb/node-api';
import { LOG_KINDS, LOG_TABLES, type LogKind } from '../columns.ts';
import {
  ALIKE,
  alikeTable,
  kindStatements,
  rowsTable,
  SCHEMA_VERSION,
  storeColumns,
} from './schema.ts';
import { addTallies } from './tallies.ts';

export const FIRST_WITH_TALLIES = 2;
const FIRST_WITH_COMBINATIONS = 3;

/** Makes a store of an earlier version one of this: whole, or not at all. */
export async function upgrade(connection: DuckDBConnection, from: number): Promise<void> {
  await connection.run('BEGIN');
  try {
    if (from < FIRST_WITH_COMBINATIONS) {
      for (const kind of LOG_KINDS) await takeApart(connection, kind);
    }
    if (from < FIRST_WITH_TALLIES) await addTallies(connection);
    await connection.run(`UPDATE _Store SET Version = ${SCHEMA_VERSION}`);
    await connection.run('COMMIT');
  } catch (error) {
    await connection.run('ROLLBACK');
    throw error;
  }
  // The room of the tables that went.
  await connection.run('CHECKPOINT');
}

/** What was one table of a kind. */
async function takeApart(connection: DuckDBConnection, kind: LogKind): Promise<void> {
  const { table } = LOG_TABLES[kind];
  const columns = storeColumns(kind);
  const names = (isFew: boolean) =>
    columns.filter((each) => each.isFew === isFew).map(({ name }) => `"${name}"`);
  const few = names(true);
  const [rowsMade, alikeMade, view] = kindStatements(kind);
  await connection.run(rowsMade);
  await connection.run(alikeMade);
  await connection.run(
    `INSERT INTO "${alikeTable(kind)}" SELECT row_number() OVER (), * FROM (SELECT DISTINCT ${few.join(', ')} FROM "${table}")`,
  );
  const same = few.map((name) => `a.${name} IS NOT DISTINCT FROM t.${name}`);
  const own = names(false).map((name) => `t.${name}`);
  await connection.run(
    `INSERT INTO "${rowsTable(kind)}" SELECT ${own.join(', ')}, a.${ALIKE}
     FROM "${table}" t JOIN "${alikeTable(kind)}" a ON ${same.join(' AND ')}`,
  );
  await connection.run(`DROP TABLE "${table}"`);
  await connection.run(view);
}
