import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asVersion } from '../../../tests/support/earlier-store.ts';
import { type TemporaryFolder, temporaryFolder } from '../../../tests/support/temporary-folder.ts';
import { generateLogs, lineBlocks, makeRecord, SAMPLE_PLAN } from '../generate/index.ts';
import { ingest, localInputs } from '../ingest/index.ts';
import { TALLIED } from '../query/index.ts';
import type { LogRecord } from '../record.ts';
import { deleteBefore, type LogStore, openStore } from './index.ts';
import { TALLIES } from './tallies.ts';

/** What the store counts as it writes is what its records say, counted anew: whatever happened to them. */

const FROM = Date.parse('2026-11-01T00:00:00Z') * 1000;
const HOUR = 3600e6;
let folder: TemporaryFolder;
let store: LogStore;
const path = () => join(folder.path, 'logs.duckdb');
beforeEach(async () => {
  folder = temporaryFolder();
  store = await openStore(path(), { mode: 'write' });
});
afterEach(() => {
  store.close();
  folder.remove();
});

function write(name: string, records: Iterable<LogRecord>): void {
  folder.write(`logs/${name}`, [...lineBlocks(records, 'structured')].join(''));
}

function written(name: string, seed: number, records: number, hours = 6): void {
  const options = { seed, from: FROM, to: FROM + hours * HOUR, records, duplicateEvery: 20 };
  write(name, generateLogs(SAMPLE_PLAN, options).records);
}

async function read(batchRows = 500): Promise<void> {
  const { value } = await localInputs([join(folder.path, 'logs')]);
  await ingest(store, value, { batchRows });
}

async function rows(sql: string) {
  return (await store.connection.runAndReadAll(sql)).getRowsJson();
}

/** Of every tally, where it and its records differ, and how many groups there are. Intervals are counted otherwise than the store does. */
async function differences() {
  const wrong: unknown[] = [];
  let groups = 0;
  const filled = await rows(
    TALLIES.map(
      ({ of, table }, at) => `SELECT ${at} WHERE EXISTS (FROM "${of}") OR EXISTS (FROM "${table}")`,
    ).join(' UNION ALL '),
  );
  for (const [at] of filled) {
    const { of, table, seconds, columns, numbers } = TALLIES[Number(at)]!;
    const keys = columns.map((name) => `"${name}"`).join(', ');
    // Which of two seconds is added first shows in the last digit.
    const total = (name: string) =>
      name.endsWith('Secs') ? `round(sum("${name}"), 6)` : `sum("${name}")`;
    const both = (sum: (name: string) => string, most: (name: string) => string) =>
      numbers.map((name) => `, ${total(sum(name))}, max("${most(name)}")`).join('');
    const own = (name: string) => name;
    const counted = `SELECT make_timestamp(CAST(floor(date_part('epoch', TimeGenerated) / ${seconds}) * ${seconds}e6 AS BIGINT)) AS s,
      ${keys}, CAST(count(*) AS HUGEINT), min(TimeGenerated), max(TimeGenerated) ${both(own, own)} FROM "${of}" GROUP BY ALL`;
    const kept = `SELECT "${TALLIED.start}" AS s, ${keys}, sum("${TALLIED.records}"), min("${TALLIED.first}"),
      max("${TALLIED.last}") ${both(TALLIED.sum, TALLIED.most)} FROM "${table}" GROUP BY ALL`;
    const found = await rows(
      `WITH counted AS (${counted}), kept AS (${kept}) SELECT count(*), NULL FROM counted UNION ALL
       SELECT 0, '${table} counted ' || to_json(t) FROM (FROM counted EXCEPT ALL FROM kept) t UNION ALL
       SELECT 0, '${table} kept ' || to_json(t) FROM (FROM kept EXCEPT ALL FROM counted) t`,
    );
    for (const [count, text] of found) {
      groups += Number(count);
      if (text !== null && wrong.length < 5) wrong.push(text);
    }
  }
  return { wrong, groups };
}

describe('the tallies of a store are what its records say', () => {
  it('of many kinds, with records that came several times, over and over', async () => {
    written('a.json', 1, 1500);
    await read();
    const first = await differences();
    expect(first.wrong).toEqual([]);
    expect(first.groups).toBeGreaterThan(300);
    // The same once more, and another file that holds the half of it again.
    written('b.json', 1, 1500);
    written('c.json', 2, 400);
    await read(400);
    const then = await differences();
    expect(then.wrong).toEqual([]);
    expect(then.groups).toBeGreaterThan(first.groups);
  });

  it('with absent texts and numbers, at the edge of an hour, and in sums that outgrow a double', async () => {
    const at = FROM - 1;
    const asked = (time: number, requestSize?: number) =>
      makeRecord('dns', time, '/S', {
        queryName: 'a.example.',
        ...(requestSize === undefined ? {} : { requestSize }),
      });
    write('old.json', [
      makeRecord('network', at, '/S', { sourceIp: '10.0.0.1' }),
      makeRecord('network', at + 1, '/S', { sourceIp: '10.0.0.1', destinationPort: 0 }),
      makeRecord('network', at + 2, '/S', { sourceIp: '10.0.0.1', protocol: '', rule: "it's" }),
      asked(FROM),
      ...[Number.MAX_SAFE_INTEGER, 1, 2, 5].map((size, index) => asked(FROM + 1 + index, size)),
    ]);
    await read();
    const { wrong, groups } = await differences();
    // One before the hour and two in it, by the hour and by four minutes; the questions.
    expect(groups).toBe(7);
    expect(wrong).toEqual([]);
    expect(await rows('SELECT sum("_Sum_RequestSize") FROM "_Hourly_AZFWDnsQuery"')).toEqual([
      // 2^53 − 1 and eight.
      ['9007199254740999'],
    ]);
    // The comparison sees what is not counted.
    await store.connection.run(
      `INSERT INTO "_Rows_AZFWDnsQuery" (TimeGenerated, _Alike) SELECT TIMESTAMP '2026-01-01', min(_Alike) FROM "_Alike_AZFWDnsQuery"`,
    );
    expect((await differences()).wrong).toHaveLength(1);
  });

  it('after records were deleted in the middle of an interval', async () => {
    written('a.json', 3, 1500);
    await read();
    const cut = FROM + 2 * HOUR + 1234e6 + 567;
    expect(await deleteBefore(store, cut)).toBeGreaterThan(100);
    expect((await differences()).wrong).toEqual([]);
    await deleteBefore(store, FROM + 4 * HOUR);
    const { wrong, groups } = await differences();
    expect(wrong).toEqual([]);
    expect(groups).toBeGreaterThan(100);
    // What was deleted does not come back, what is new is counted.
    written('b.json', 4, 200);
    await read();
    expect((await differences()).wrong).toEqual([]);
  });

  it('put together, where many batches added to the same hours', async () => {
    const count = async () =>
      Number((await rows('SELECT count(*) FROM "_Hourly_AZFWApplicationRule"'))[0]?.[0]);
    const distinct = async () => {
      const { columns } = TALLIES.find(({ table }) => table === '_Hourly_AZFWApplicationRule')!;
      const keys = ['_Start', ...columns].map((name) => `"${name}"`).join(', ');
      return Number(
        (
          await rows(
            `SELECT count(*) FROM (SELECT DISTINCT ${keys} FROM "_Hourly_AZFWApplicationRule")`,
          )
        )[0]?.[0],
      );
    };
    for (let round = 0; round < 5; round += 1) {
      written(`${round}.json`, 10 + round, 300, 1);
      await read();
    }
    expect((await differences()).wrong).toEqual([]);
    expect(await count()).toBeLessThan(4 * (await distinct()));
    expect(
      await rows(
        'SELECT max(n) < 4 FROM (SELECT count(*) AS n FROM _Tallied GROUP BY Tally, Start)',
      ),
    ).toEqual([[true]]);
  });

  it('of a store that was made before there were any', async () => {
    written('a.json', 5, 800);
    await read();
    await asVersion(store.connection, 1);
    store.close();
    // Who only reads it, asks the records.
    const reading = await openStore(path(), { mode: 'read' });
    expect(reading.tallies).toEqual([]);
    reading.close();
    store = await openStore(path(), { mode: 'write' });
    expect(store.tallies.length).toBe(TALLIES.length);
    expect((await differences()).wrong).toEqual([]);
    written('b.json', 6, 200);
    await read();
    expect((await differences()).wrong).toEqual([]);
    expect(await rows('SELECT * FROM _Store')).toEqual([[3]]);
  });
});
