import { mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { OperationalError } from '../../diagnostics/index.ts';
import type { Tally } from '../query/index.ts';
import { SCHEMA_VERSION, schemaStatements } from './schema.ts';
import { storeError } from './store-error.ts';
import { TALLIES, tallyStatements } from './tallies.ts';
import { FIRST_WITH_TALLIES, upgrade } from './upgrade.ts';

/** Where logs are kept when nothing else is said, in the folder a command runs in. */
export const DEFAULT_STORE = join('.sallyport', 'logs.duckdb');

export interface StoreOptions {
  /** `read`: must exist; any number of commands may read at once. `write`: made when it is not there; one at a time. */
  readonly mode: 'read' | 'write';
  /** Of DuckDB alone, in megabytes; what does not fit goes to a file beside the store. Default: 512. */
  readonly memoryMegabytes?: number;
  /** A store of an earlier version is about to be brought to this one: half a microsecond a record. */
  readonly onUpgrade?: () => void;
}

/** An open DuckDB file; owns its connection. */
export interface LogStore {
  readonly path: string;
  readonly connection: DuckDBConnection;
  /** None in a store of an earlier version that is only read. */
  readonly tallies: readonly Tally[];
  close(): void;
}

/** The first that writes texts so; older stores stay as they are. */
const STORAGE_VERSION = 'v1.5.0';

/** Together with the decoder's blocks and a batch of records this stays below a gigabyte, whatever is ingested (bench/logs.mjs). */
const MEMORY_MEGABYTES = 512;

/**
 * Opens the store of logs.
 * @throws OperationalError `logs/store-…` when it is locked, not there, not writable, damaged, or of a later version
 */
export async function openStore(
  path: string,
  { mode, memoryMegabytes = MEMORY_MEGABYTES, onUpgrade }: StoreOptions,
): Promise<LogStore> {
  const isThere = await exists(path);
  if (mode === 'read' && !isThere) {
    throw new OperationalError('logs/store-not-found', `there is no store \`${path}\``, {
      hint: 'make one with `sallyport logs ingest`',
    });
  }
  const { DuckDBInstance } = await duckdb();
  let instance: DuckDBInstance | undefined;
  let connection: DuckDBConnection | undefined;
  let tallies: readonly Tally[] = [];
  try {
    if (!isThere) await mkdir(dirname(path), { recursive: true });
    instance = await DuckDBInstance.create(path, {
      access_mode: mode === 'read' ? 'READ_ONLY' : 'READ_WRITE',
      memory_limit: `${memoryMegabytes}MB`,
      // Nothing is fetched, and no file is read that was not named.
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      errors_as_json: 'false',
      // Of a store that is made now: texts as dictionaries of this version take half the time to write, and a quarter of the room less.
      storage_compatibility_version: STORAGE_VERSION,
    });
    connection = await instance.connect();
    tallies = await prepare(connection, path, { mode, onUpgrade });
  } catch (error) {
    connection?.closeSync();
    instance?.closeSync();
    throw storeError(path, error);
  }
  const [opened, owner] = [connection, instance];
  return {
    path,
    connection: opened,
    tallies,
    close() {
      opened.closeSync();
      owner.closeSync();
    },
  };
}

async function prepare(
  connection: DuckDBConnection,
  path: string,
  { mode, onUpgrade }: Pick<StoreOptions, 'mode'> & { onUpgrade: StoreOptions['onUpgrade'] },
): Promise<readonly Tally[]> {
  await connection.run("SET TimeZone = 'UTC'");
  const version = await versionOf(connection);
  if (version === 'other') {
    throw new OperationalError(
      'logs/store-unreadable',
      `\`${path}\` is a database, but no store of logs`,
      { hint: 'name another file' },
    );
  }
  if (version === 'empty') {
    if (mode === 'read') {
      throw new OperationalError('logs/store-not-found', `\`${path}\` is empty`, {
        hint: 'fill it with `sallyport logs ingest`',
      });
    }
    await connection.run('BEGIN');
    for (const statement of [...schemaStatements(), ...tallyStatements()]) {
      await connection.run(statement);
    }
    await connection.run('COMMIT');
    return TALLIES;
  }
  if (version > SCHEMA_VERSION) {
    throw new OperationalError(
      'logs/store-newer',
      `\`${path}\` was written by a later version of sallyport (store version ${version}, this one knows ${SCHEMA_VERSION})`,
      { hint: 'use that version, or ingest into a new store' },
    );
  }
  if (mode === 'write' && version < SCHEMA_VERSION) {
    onUpgrade?.();
    await upgrade(connection, version);
  }
  // Whoever only reads a store of before, finds its tables under the names that views have now.
  return mode === 'write' || version >= FIRST_WITH_TALLIES ? TALLIES : [];
}

async function versionOf(connection: DuckDBConnection): Promise<number | 'empty' | 'other'> {
  const tables = await connection.runAndReadAll(
    "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main' AND NOT temporary",
  );
  const names = tables.getRows().map(([name]) => name);
  if (names.length === 0) return 'empty';
  if (!names.includes('_Store')) return 'other';
  const rows = await connection.runAndReadAll('SELECT max(Version) FROM _Store');
  return Number(rows.getRows()[0]?.[0] ?? 0);
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code === 'ENOENT') return false;
    throw new OperationalError('logs/store-not-found', `\`${path}\` cannot be opened`, {
      cause: error,
    });
  }
}

/** An optional dependency: there are machines it is not built for. */
async function duckdb() {
  try {
    return await import('@duckdb/node-api');
  } catch (cause) {
    throw new OperationalError('logs/no-duckdb', 'the package `@duckdb/node-api` is missing', {
      cause,
      hint: 'npm install @duckdb/node-api',
    });
  }
}
