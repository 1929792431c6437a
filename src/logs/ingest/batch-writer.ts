import type { DuckDBConnection } from '@duckdb/node-api';
import type { LogPosition } from '../decode/index.ts';
import type { LogRecord, Quarantined } from '../record.ts';
import { beginSource, type EndedSource, endSource, keepAside } from '../store/source-list.ts';
import { BATCH_ROWS, clearStaging, isFull, newStaging, stage } from '../store/staging.ts';
import { handOver, type Written, writeHanded } from '../store/write-batch.ts';

/** Gathers what is read into batches; each is one transaction, written while the next one is being decoded. */
export interface BatchWriter {
  begin(id: number, name: string, from: LogPosition | undefined): void;
  add(
    id: number,
    records: readonly LogRecord[],
    quarantined: readonly Quarantined[],
  ): Promise<void>;
  end(source: EndedSource): void;
  finish(): Promise<void>;
  /** After a failure: what was not written whole is taken back. */
  abandon(): Promise<void>;
  written(): Written & { readonly expired: number };
}

const QUARANTINED_MAX = 20_000;

export interface BatchOptions {
  /** Microseconds; older records are counted and not kept. */
  readonly oldest?: number;
  /** Default: `BATCH_ROWS`. */
  readonly rows?: number;
}

export function batchWriter(
  connection: DuckDBConnection,
  { oldest = Number.NEGATIVE_INFINITY, rows = BATCH_ROWS }: BatchOptions,
): BatchWriter {
  const staging = newStaging();
  let begun: (readonly [id: number, name: string, from: LogPosition | undefined])[] = [];
  let ended: EndedSource[] = [];
  let aside: (readonly [source: number, line: Quarantined])[] = [];
  let records = 0;
  let duplicates = 0;
  let expired = 0;
  let inFlight: Promise<void> = Promise.resolve();

  const flush = async () => {
    await inFlight;
    await connection.run('BEGIN');
    for (const [id, name, from] of begun) await beginSource(connection, { id, name }, from);
    await keepAside(connection, aside);
    const handed = await handOver(connection, staging);
    const finished = ended;
    begun = [];
    ended = [];
    aside = [];
    clearStaging(staging);
    inFlight = (async () => {
      const written = await writeHanded(connection, handed);
      for (const source of finished) await endSource(connection, source);
      await connection.run('COMMIT');
      records += written.records;
      duplicates += written.duplicates;
    })();
    // Its failure is met where it is awaited: by the next batch or at the end.
    inFlight.catch(() => undefined);
  };

  return {
    begin: (id, name, from) => {
      begun.push([id, name, from]);
    },
    async add(id, some, quarantined) {
      const kept = some.every(({ time }) => time >= oldest)
        ? some
        : some.filter(({ time }) => time >= oldest);
      expired += some.length - kept.length;
      stage(staging, kept, id);
      for (const line of quarantined) aside.push([id, line]);
      if (isFull(staging, rows) || aside.length >= QUARANTINED_MAX) await flush();
    },
    end: (source) => {
      ended.push(source);
    },
    async finish() {
      await flush();
      await inFlight;
    },
    async abandon() {
      await inFlight.catch(() => undefined);
      try {
        await connection.run('ROLLBACK');
      } catch {
        // Nothing was open.
      }
    },
    written: () => ({ records, duplicates, expired }),
  };
}
