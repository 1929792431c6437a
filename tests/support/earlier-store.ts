import type { DuckDBConnection } from '@duckdb/node-api';
import { LOG_KINDS, LOG_TABLES } from '../../src/logs/columns.ts';
import { ALIKE, alikeTable, rowsTable } from '../../src/logs/store/schema.ts';
import { TALLIES } from '../../src/logs/store/tallies.ts';

/** Makes a store what earlier versions wrote: one table for each kind under its name; the first had no tallies. */
export async function asVersion(connection: DuckDBConnection, version: 1 | 2): Promise<void> {
  for (const kind of LOG_KINDS) {
    const { table } = LOG_TABLES[kind];
    await connection.run(`CREATE TABLE Whole AS FROM "${table}"`);
    await connection.run(`DROP VIEW "${table}"`);
    await connection.run(`DROP TABLE "${rowsTable(kind)}"; DROP TABLE "${alikeTable(kind)}"`);
    await connection.run(`ALTER TABLE Whole RENAME TO "${table}"`);
    const columns = await connection.runAndReadAll(`FROM "${table}" LIMIT 0`);
    if (columns.columnNames().includes(ALIKE)) throw new Error('no table of before');
  }
  if (version === 1) {
    for (const { table } of TALLIES) await connection.run(`DROP TABLE "${table}"`);
    await connection.run('DROP TABLE _Tallied');
  }
  await connection.run(`UPDATE _Store SET Version = ${version}`);
}
