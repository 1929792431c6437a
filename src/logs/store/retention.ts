import { LOG_KINDS } from '../columns.ts';
import type { LogStore } from './open-store.ts';
import { ALIKE, alikeTable, rowsTable } from './schema.ts';
import { storeError } from './store-error.ts';
import { tallyWithout } from './tallies.ts';

/**
 * Deletes the records before a time (microseconds), and gives the room back to the disk as far as whole row groups went. What was read
 * is still known as read: it does not come back with the next ingest.
 * @returns how many records were deleted
 */
export async function deleteBefore(store: LogStore, time: number): Promise<number> {
  const { connection, path } = store;
  try {
    let deleted = 0;
    await connection.run('BEGIN');
    for (const kind of LOG_KINDS) {
      const result = await connection.run(
        `DELETE FROM "${rowsTable(kind)}" WHERE TimeGenerated < make_timestamp(${Math.trunc(time)})`,
      );
      if (result.rowsChanged === 0) continue;
      deleted += result.rowsChanged;
      // Combinations that no record has any more.
      await connection.run(
        `DELETE FROM "${alikeTable(kind)}" WHERE ${ALIKE} NOT IN (SELECT DISTINCT ${ALIKE} FROM "${rowsTable(kind)}")`,
      );
    }
    if (deleted > 0) await tallyWithout(connection, Math.trunc(time));
    await connection.run('COMMIT');
    if (deleted > 0) await connection.run('CHECKPOINT');
    return deleted;
  } catch (error) {
    try {
      await connection.run('ROLLBACK');
    } catch {
      // Nothing was open.
    }
    throw storeError(path, error);
  }
}
