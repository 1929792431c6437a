import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOG_COLUMNS, LOG_TABLES } from '../../src/logs/columns.ts';
import { generateLogs, SAMPLE_PLAN, structuredRecord } from '../../src/logs/generate/index.ts';
import { ingest } from '../../src/logs/ingest/index.ts';
import type { LogRecord } from '../../src/logs/record.ts';
import { recordKey } from '../../src/logs/record-key.ts';
import { distinctRows } from '../../src/logs/store/distinct-rows.ts';
import { openStore } from '../../src/logs/store/index.ts';
import { newStaging, stage } from '../../src/logs/store/staging.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/temporary-folder.ts';

const FROM = 1_772_618_400e6;
const RECORDS = [
  ...generateLogs(SAMPLE_PLAN, { seed: 7, from: FROM, to: FROM + 60e6, records: 300 }).records,
];

/** A record, and others that differ from it in one field, in its resource or in what does not make it another one. */
const likeness: fc.Arbitrary<LogRecord> = fc
  .tuple(
    fc.constantFrom(...RECORDS.slice(0, 40)),
    fc.nat(20),
    fc.constantFrom(undefined, '', '0', 'x'),
  )
  .map(([record, which, value]) => {
    const fields = Object.keys(LOG_COLUMNS[record.kind]);
    const names = [...fields, 'resource', 'time', 'line', 'category', 'form'];
    const name = names[which % names.length]!;
    const old = (record as unknown as Readonly<Record<string, unknown>>)[name];
    if (name === 'resource') return { ...record, resource: record.resource.toLowerCase() };
    if (name === 'time') return { ...record, time: record.time + which };
    if (name === 'line') return { ...record, line: 1 + which };
    if (name === 'category' || name === 'form') return { ...record, category: 'other' };
    const columns: Readonly<Record<string, { readonly type: string }>> = LOG_COLUMNS[record.kind];
    const type = columns[name]?.type;
    const changed = type === 'int' || type === 'real' ? which : type === 'bool' ? !old : value;
    return { ...record, [name]: changed } as LogRecord;
  });

describe('records that are the same', () => {
  it('are those that have the same key, in a batch of any kinds', () => {
    fc.assert(
      fc.property(fc.array(likeness, { maxLength: 200 }), (records) => {
        const staging = newStaging();
        stage(staging, records, 1);
        let kept = 0;
        for (const kind of staging.kinds.values()) {
          const times = kind.columns[0]!;
          const rows = distinctRows(kind);
          kept += rows.length;
          const inOrder = [...rows].map((row) => times[row]!);
          expect(inOrder).toEqual(inOrder.toSorted((a, b) => a - b));
        }
        expect(kept).toBe(new Set(records.map(recordKey)).size);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a store', () => {
  let folder: TemporaryFolder;
  let runs = 0;
  beforeAll(() => {
    folder = temporaryFolder();
  });
  afterAll(() => folder.remove());

  const inputOf = (name: string, records: readonly LogRecord[]) => {
    const lines = records.map((record) => `${JSON.stringify(structuredRecord(record))}\n`);
    const bytes = Buffer.from(lines.join(''));
    return {
      name,
      size: bytes.length,
      version: '1',
      async *open(from: number, to: number) {
        yield bytes.subarray(from, to);
      },
    };
  };

  it('holds each event once, whatever the files, their order and the batches', async () => {
    const some = fc.array(fc.constantFrom(...RECORDS), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(some, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 80 }),
        async (files, batchRows) => {
          runs += 1;
          const store = await openStore(join(folder.path, `${runs}.duckdb`), { mode: 'write' });
          const inputs = files.map((records, at) => inputOf(`file ${at}`, records));
          const report = await ingest(store, inputs, { batchRows });
          const events = new Map(files.flat().map((record) => [recordKey(record), record]));
          const counts = await store.connection.runAndReadAll(
            Object.values(LOG_TABLES)
              .map(({ table }) => `SELECT epoch_us(TimeGenerated) FROM "${table}"`)
              .join(' UNION ALL '),
          );
          store.close();
          const times = counts.getRows().map(([time]) => Number(time));
          expect(times.sort((a, b) => a - b)).toEqual(
            [...events.values()].map(({ time }) => time).sort((a, b) => a - b),
          );
          expect(report.records).toBe(events.size);
          expect(report.records + report.duplicates).toBe(files.flat().length);
        },
      ),
      { numRuns: 8 },
    );
  }, 60_000);
});
