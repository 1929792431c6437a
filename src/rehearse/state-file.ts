import { mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type * as Sqlite from 'node-sqlite3-wasm';
import { OperationalError } from '../diagnostics/index.ts';
import type { JournalEntry } from './journal.ts';
import type { Row } from './store.ts';

/** What one request changes. */
export interface Changes {
  readonly written: readonly Row[];
  readonly removed: readonly Row[];
  /** Rows that a deleted resource group took with it: a script that cleans up is judged by what it had built. */
  readonly buried: readonly Buried[];
  readonly addresses: ReadonlyMap<string, string>;
  readonly journal: readonly JournalEntry[];
}

export interface Buried {
  /** Number of the request that deleted it. */
  readonly by: number;
  readonly row: Row;
}

export interface LoadedState {
  readonly rows: readonly Row[];
  readonly buried: readonly Buried[];
  readonly addresses: ReadonlyMap<string, string>;
  readonly journal: readonly JournalEntry[];
}

/** Where the state lives between two starts. */
export interface StateFile {
  readonly load: () => LoadedState;
  /** All of it or nothing; when it returns, a kill does not lose it. */
  readonly commit: (changes: Changes) => void;
  readonly clear: () => void;
  readonly close: () => void;
}

const FORM = '1';
const JOURNAL_KEPT = 100_000;

/** Rows by the order made: neighbours in time are neighbours in the file. Who is where is known in memory. */
const TABLES = `
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS resources (position INTEGER PRIMARY KEY, resource BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS buried (seq INTEGER NOT NULL, resource BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS addresses (key TEXT PRIMARY KEY, address TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS journal (seq INTEGER PRIMARY KEY, entries BLOB NOT NULL);`;

/**
 * The state in one SQLite file. Who opens it has made sure that nobody else does (`owner-lock.ts`).
 * A write-ahead log in exclusive mode needs no shared memory, which the WebAssembly build has not.
 * @throws OperationalError `rehearse/state` when the file cannot be opened or is not ours
 */
export function openStateFile(file: string): StateFile {
  const { Database } = createRequire(import.meta.url)('node-sqlite3-wasm') as typeof Sqlite;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  // A lock that a killed process left behind: the package locks by making a folder.
  rmSync(`${file}.lock`, { recursive: true, force: true });
  let db: Sqlite.Database | undefined;
  try {
    db = new Database(file);
    return stateIn(db, file);
  } catch (error) {
    db?.close();
    if (error instanceof OperationalError) throw error;
    throw new OperationalError(
      'rehearse/state',
      `\`${file}\` cannot be opened: ${messageOf(error)}`,
      {
        cause: error,
        hint: 'sallyport rehearse reset starts anew',
      },
    );
  }
}

function stateIn(db: Sqlite.Database, file: string): StateFile {
  db.exec('PRAGMA locking_mode=EXCLUSIVE');
  db.get('PRAGMA journal_mode=WAL');
  // What is handed to the system survives the death of this process; waiting for the disk would guard against a power cut.
  db.exec('PRAGMA synchronous=OFF; PRAGMA wal_autocheckpoint=4000');
  db.exec(TABLES);
  const form = db.get("SELECT value FROM meta WHERE name = 'form'")?.['value'];
  if (form === undefined) db.run("INSERT INTO meta VALUES ('form', ?)", [FORM]);
  else if (form !== FORM) {
    throw new OperationalError('rehearse/state', `\`${file}\` was written by another version`, {
      hint: 'sallyport rehearse reset starts anew',
    });
  }
  const statements = {
    begin: db.prepare('BEGIN'),
    commit: db.prepare('COMMIT'),
    write: db.prepare('INSERT OR REPLACE INTO resources VALUES (?, ?)'),
    remove: db.prepare('DELETE FROM resources WHERE position = ?'),
    bury: db.prepare('INSERT INTO buried VALUES (?, ?)'),
    address: db.prepare('INSERT OR REPLACE INTO addresses VALUES (?, ?)'),
    note: db.prepare('INSERT OR REPLACE INTO journal VALUES (?, ?)'),
    forget: db.prepare('DELETE FROM journal WHERE seq <= ?'),
  };
  let forgotten = 0;

  const write = ({ written, removed, buried, addresses, journal }: Changes) => {
    for (const { position } of removed) statements.remove.run([position]);
    for (const row of written) statements.write.run([row.position, packed(row)]);
    for (const { by, row } of buried) statements.bury.run([by, packed(row)]);
    for (const [key, address] of addresses) statements.address.run([key, address]);
    const last = journal.at(-1)?.seq ?? 0;
    // What is written together stands together: binding a row each would cost more than all the rest.
    if (journal.length > 0) statements.note.run([last, packed(journal)]);
    const oldest = last - JOURNAL_KEPT;
    if (oldest > forgotten + 1000) {
      statements.forget.run([oldest]);
      forgotten = oldest;
    }
  };

  return {
    load: () => ({
      rows: db
        .all('SELECT resource FROM resources ORDER BY position')
        .map((row) => unpacked(row['resource']) as Row),
      buried: db.all('SELECT seq, resource FROM buried ORDER BY rowid').map((row) => ({
        by: Number(row['seq']),
        row: unpacked(row['resource']) as Row,
      })),
      addresses: new Map(
        db
          .all('SELECT key, address FROM addresses')
          .map((row) => [String(row['key']), String(row['address'])]),
      ),
      journal: db
        .all('SELECT entries FROM journal ORDER BY seq')
        .flatMap((row) => unpacked(row['entries']) as JournalEntry[]),
    }),
    commit: (changes) => {
      statements.begin.run();
      try {
        write(changes);
        statements.commit.run();
      } catch (error) {
        if (db.inTransaction) db.exec('ROLLBACK');
        throw error;
      }
    },
    clear: () => {
      db.exec(
        'BEGIN; DELETE FROM resources; DELETE FROM buried; DELETE FROM addresses; DELETE FROM journal; COMMIT',
      );
    },
    close: () => {
      for (const statement of Object.values(statements)) statement.finalize();
      db.close();
    },
  };
}

/** Bytes: the package copies them as they are, and walks texts character by character. */
function packed(value: object): Uint8Array {
  return Buffer.from(JSON.stringify(value), 'utf8');
}

function unpacked(bytes: unknown): unknown {
  return JSON.parse(Buffer.from(bytes as Uint8Array).toString('utf8'));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
