import type { DuckDBConnection } from '@duckdb/node-api';
import type { LogPosition } from '../decode/index.ts';
import type { LogRecord, Quarantined } from '../record.ts';
import { type RowWriter, rowWriter } from '../store/row-writer.ts';
import { beginSource, keepAside, noteRead, type ReadSource } from '../store/source-list.ts';
import { stagedRows } from '../store/staged-rows.ts';
import { BATCH_ROWS, clearStaging, isFull, newStaging } from '../store/staging.ts';
import { type Written, writeBatch } from '../store/write-batch.ts';

/** Gathers what is read into batches; each is one transaction, written while the next one is being decoded. */
export interface BatchWriter {
  begin(id: number, name: string, from: LogPosition | undefined): void;
  /** Takes the records of the source that was begun last. */
  readonly sink: RowWriter;
  /** What the sink was not given: writes a batch when there is one. */
  add(
    id: number,
    records: readonly LogRecord[],
    quarantined: readonly Quarantined[],
    reached: Place | undefined,
  ): Promise<void>;
  /** The source that was begun last was read to its end. */
  end(source: ReadSource): void;
  /** It failed: where it is, one cannot go on. */
  fail(): void;
  finish(): Promise<void>;
  /** After a failure: what was not written whole is taken back. */
  abandon(): Promise<void>;
  written(): Written & { readonly expired: number };
}

/** Where a source that was not read to its end is, asked for when a batch is written. */
export type Place = () => Promise<ReadSource | undefined>;

const QUARANTINED_MAX = 20_000;

export interface BatchOptions {
  /** Microseconds; older records are counted and not kept. */
  readonly oldest?: number;
  /** Default: `BATCH_ROWS`. */
  readonly rows?: number;
}

export async function batchWriter(
  connection: DuckDBConnection,
  { oldest = Number.NEGATIVE_INFINITY, rows = BATCH_ROWS }: BatchOptions,
): Promise<BatchWriter> {
  const staged = await stagedRows(connection);
  const sink = rowWriter(oldest);
  // One is filled while the other is written.
  let staging = newStaging();
  let other = newStaging();
  let source = 0;
  let begun: (readonly [id: number, name: string, from: LogPosition | undefined])[] = [];
  let read: ReadSource[] = [];
  let place: Place | undefined;
  let aside: (readonly [source: number, line: Quarantined])[] = [];
  let records = 0;
  let duplicates = 0;
  let isWriting = false;
  let inFlight: Promise<void> = Promise.resolve();

  const flush = async () => {
    await inFlight;
    sink.settle();
    const reached = await place?.();
    if (reached !== undefined) read.push(reached);
    const batch = { staging, begun, read, aside };
    [staging, other] = [other, staging];
    begun = [];
    read = [];
    aside = [];
    sink.begin(staging, source);
    isWriting = true;
    inFlight = write(batch).finally(() => {
      isWriting = false;
    });
    // Its failure is met where it is awaited: by the next batch or at the end.
    inFlight.catch(() => undefined);
  };

  const write = async (batch: {
    readonly staging: typeof staging;
    readonly begun: typeof begun;
    readonly read: typeof read;
    readonly aside: typeof aside;
  }) => {
    await connection.run('BEGIN');
    for (const [id, name, from] of batch.begun) await beginSource(connection, { id, name }, from);
    await keepAside(connection, batch.aside);
    const written = await writeBatch(connection, staged, batch.staging);
    for (const each of batch.read) await noteRead(connection, each);
    await connection.run('COMMIT');
    records += written.records;
    duplicates += written.duplicates;
    staged.forget();
    clearStaging(batch.staging);
  };

  return {
    sink,
    begin(id, name, from) {
      begun.push([id, name, from]);
      source = id;
      place = undefined;
      sink.begin(staging, id);
    },
    async add(id, some, quarantined, reached) {
      place = reached;
      for (const record of some) sink.record(record);
      for (const line of quarantined) aside.push([id, line]);
      if (isFull(staging, rows) || aside.length >= QUARANTINED_MAX) await flush();
      // The batch that is being written fetches its rows from this thread.
      else if (isWriting) await new Promise(setImmediate);
    },
    end(each) {
      place = undefined;
      read.push(each);
    },
    fail() {
      place = undefined;
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
    written: () => ({ records, duplicates, expired: sink.expired() }),
  };
}
