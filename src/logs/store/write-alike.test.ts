import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TemporaryFolder, temporaryFolder } from '../../../tests/support/temporary-folder.ts';
import { makeRecord } from '../generate/index.ts';
import type { LogRecord } from '../record.ts';
import { type LogStore, openStore } from './index.ts';
import { stagedRows } from './staged-rows.ts';
import { newStaging, stage } from './staging.ts';
import { writeBatch } from './write-batch.ts';

const FROM = 1_772_618_400e6;
let folder: TemporaryFolder;
let store: LogStore;
beforeEach(async () => {
  folder = temporaryFolder();
  store = await openStore(join(folder.path, 'logs.duckdb'), { mode: 'write' });
});
afterEach(() => {
  store.close();
  folder.remove();
});

async function write(records: readonly LogRecord[]): Promise<void> {
  const staging = newStaging();
  stage(staging, records, 1);
  await store.connection.run('BEGIN');
  await writeBatch(store.connection, await stagedRows(store.connection), staging);
  await store.connection.run('COMMIT');
}

const flow = (at: number, columns: object) => makeRecord('network', FROM + at, '/S', columns);
const rows = async (sql: string) => (await store.connection.runAndReadAll(sql)).getRowsJson();
const combinations = () =>
  rows('SELECT _Alike, Protocol, Rule, IcmpType FROM "_Alike_AZFWNetworkRule" ORDER BY ALL');

describe('what records have in common', () => {
  it('is kept once, in batch after batch, absent and empty apart', async () => {
    const said = [
      { protocol: 'TCP', rule: '' },
      { protocol: 'TCP' },
      { protocol: 'ICMP', rule: 'ping', icmpType: 0 },
    ];
    for (let batch = 0; batch < 4; batch += 1) {
      await write(
        Array.from({ length: 30 }, (_, at) => flow(100 * batch + at, said[at % 3] ?? {})),
      );
    }
    expect(await combinations()).toEqual([
      ['1', 'TCP', '', null],
      ['2', 'TCP', null, null],
      ['3', 'ICMP', 'ping', '0'],
    ]);
    await write([flow(900, { protocol: 'ICMP', rule: 'ping', icmpType: 8 })]);
    expect((await combinations()).at(-1)).toEqual(['4', 'ICMP', 'ping', '8']);
    expect(await rows('SELECT count(*) FROM "AZFWNetworkRule"')).toEqual([['121']]);
  });

  it('is not looked for beyond the last 65,536, and shown all the same', async () => {
    await write([flow(0, { rule: 'first' })]);
    await store.connection.run(
      `INSERT INTO "_Alike_AZFWNetworkRule" BY NAME SELECT 1 + range AS _Alike FROM range(1, 65537)`,
    );
    await write([flow(1, { rule: 'first' }), flow(2, { rule: 'second' })]);
    expect(await rows(`SELECT _Alike FROM "_Rows_AZFWNetworkRule" ORDER BY TimeGenerated`)).toEqual(
      [['1'], ['65538'], ['65539']],
    );
    expect(await rows('SELECT Rule FROM "AZFWNetworkRule" ORDER BY TimeGenerated')).toEqual([
      ['first'],
      ['first'],
      ['second'],
    ]);
  });
});
