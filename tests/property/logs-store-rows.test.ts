import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOG_COLUMNS, LOG_KINDS, LOG_TABLES, type LogKind } from '../../src/logs/columns.ts';
import { makeRecord } from '../../src/logs/generate/index.ts';
import type { LogRecord } from '../../src/logs/record.ts';
import { recordKey } from '../../src/logs/record-key.ts';
import { deleteBefore, type LogStore, openStore } from '../../src/logs/store/index.ts';
import { alikeTable, rowsTable } from '../../src/logs/store/schema.ts';
import { stagedRows } from '../../src/logs/store/staged-rows.ts';
import { newStaging, stage } from '../../src/logs/store/staging.ts';
import { writeBatch } from '../../src/logs/store/write-batch.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/temporary-folder.ts';

/** What a store shows under the names of Log Analytics is what was staged, to the last column, however much of it is kept once for many. */

const FROM = 1_772_618_400e6;

const HOSTILE = [
  '',
  ' ',
  `'; DROP VIEW "AZFWNetworkRule"; --`,
  'nul\0inside',
  '"\r\n,',
  '日本 😀',
  'NULL',
];
const text = fc.oneof(
  fc.constantFrom(undefined, 'Allow', 'Deny', 'allow', ...HOSTILE),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
);
const whole = fc.oneof(
  fc.constantFrom(undefined, 0, 1, 443, 2 ** 31, -1, -(2 ** 40) - 3, Number.MAX_SAFE_INTEGER),
  fc.integer({ min: 0, max: 65_535 }),
);
const VALUES = {
  text,
  int: whole,
  real: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }), { nil: undefined }),
  bool: fc.constantFrom(undefined, true, false),
};

const record: fc.Arbitrary<LogRecord> = fc.constantFrom(...LOG_KINDS).chain((kind) =>
  fc
    .record({
      columns: fc.record(
        Object.fromEntries(
          Object.entries(LOG_COLUMNS[kind]).map(([field, { type }]) => [
            field,
            VALUES[type as keyof typeof VALUES] as fc.Arbitrary<unknown>,
          ]),
        ),
      ),
      time: fc.integer({ min: 0, max: 20 }),
      resource: fc.constantFrom('/A', '/a', `/'b"`),
      category: fc.constantFrom('C', ...HOSTILE),
      form: fc.constantFrom('structured', 'legacy'),
      extra: fc.option(fc.dictionary(fc.string(), fc.string(), { maxKeys: 2 }), { nil: undefined }),
      line: fc.nat(1000),
      item: fc.nat(3),
    })
    .map(
      ({ columns, time, ...head }) =>
        ({ ...makeRecord(kind, FROM + time, '', columns), ...head }) as LogRecord,
    ),
);
/** Records that say the same but for when and where are the rule. */
const batch = fc
  .array(record, { minLength: 1, maxLength: 25 })
  .chain((records) =>
    fc.tuple(
      fc.constant(records),
      fc.array(fc.tuple(fc.nat(records.length - 1), fc.nat(30), fc.nat(9)), { maxLength: 40 }),
    ),
  )
  .map(([records, repeated]) => [
    ...records,
    ...repeated.map(([at, later, line]) => ({
      ...records[at]!,
      ...{ time: FROM + later, line, item: 0 },
    })),
  ]);

/** As the table shows it. */
function shown(kind: LogKind, each: LogRecord, source: number): readonly unknown[] {
  const cells = each as unknown as Readonly<Record<string, unknown>>;
  // Minus zero is zero.
  const cell = (value: unknown) => (typeof value === 'number' ? value + 0 : (value ?? null));
  return [
    each.time,
    ...Object.keys(LOG_COLUMNS[kind]).map((field) => cell(cells[field])),
    ...[each.resource, each.category, each.form],
    each.extra === undefined ? null : JSON.stringify(each.extra),
    ...[each.line, each.item, source],
  ];
}

async function rowsOf({ connection }: LogStore, kind: LogKind) {
  const reader = await connection.runAndReadAll(
    `SELECT epoch_us(TimeGenerated), * EXCLUDE (TimeGenerated, _Key) FROM "${LOG_TABLES[kind].table}"`,
  );
  return reader
    .getRows()
    .map((row) =>
      row.map((cell) =>
        typeof cell === 'bigint' || typeof cell === 'number' ? Number(cell) + 0 : cell,
      ),
    );
}

const sorted = (rows: readonly (readonly unknown[])[]) =>
  rows.map((row) => JSON.stringify(row)).toSorted();

/** Nothing is shown twice or lost by what rows have in common, and nothing is kept for no row. */
async function loose({ connection }: LogStore) {
  const parts = LOG_KINDS.map(
    (
      kind,
    ) => `SELECT count(*) FROM "${alikeTable(kind)}" a ANTI JOIN "${rowsTable(kind)}" USING (_Alike)
      UNION ALL SELECT count(*) FROM "${rowsTable(kind)}" r ANTI JOIN "${alikeTable(kind)}" USING (_Alike)
      UNION ALL SELECT count(*) - count(DISTINCT _Alike) FROM "${alikeTable(kind)}"`,
  );
  const reader = await connection.runAndReadAll(
    `SELECT CAST(sum(n) AS INTEGER) FROM (${parts.join(' UNION ALL ')}) t(n)`,
  );
  return reader.getRows()[0]?.[0];
}

describe('the tables of a store', () => {
  let folder: TemporaryFolder;
  let runs = 0;
  beforeAll(() => {
    folder = temporaryFolder();
  });
  afterAll(() => folder.remove());

  it('show what was staged: each event once, from several batches, given again and deleted', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(batch, { minLength: 1, maxLength: 3 }),
        fc.nat(30),
        async (batches, cut) => {
          runs += 1;
          const store = await openStore(join(folder.path, `${runs}.duckdb`), { mode: 'write' });
          const staged = await stagedRows(store.connection);
          const expected = new Map<
            string,
            { kind: LogKind; time: number; row: readonly unknown[] }
          >();
          let written = 0;
          // The first once more at the end.
          for (const [at, records] of [...batches, batches[0]!].entries()) {
            const staging = newStaging();
            stage(staging, records, at + 1);
            await store.connection.run('BEGIN');
            written += (await writeBatch(store.connection, staged, staging)).records;
            await store.connection.run('COMMIT');
            for (const each of records) {
              const key = recordKey(each);
              if (expected.has(key)) continue;
              const { kind, time } = each;
              expected.set(key, { kind, time, row: shown(kind, each, at + 1) });
            }
          }
          expect(written).toBe(expected.size);
          for (const from of [0, FROM + cut]) {
            if (from > 0) await deleteBefore(store, from);
            const kept = [...expected.values()].filter(({ time }) => time >= from);
            for (const kind of new Set([...expected.values()].map((each) => each.kind))) {
              const rows = kept.filter((each) => each.kind === kind).map(({ row }) => row);
              expect(sorted(await rowsOf(store, kind))).toEqual(sorted(rows));
            }
            expect(await loose(store)).toBe(0);
          }
          store.close();
        },
      ),
      { numRuns: 10 },
    );
  }, 60_000);
});
