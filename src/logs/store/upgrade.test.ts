import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asVersion } from '../../../tests/support/earlier-store.ts';
import { type TemporaryFolder, temporaryFolder } from '../../../tests/support/temporary-folder.ts';
import { LOG_KINDS, LOG_TABLES } from '../columns.ts';
import { generateLogs, lineBlocks, SAMPLE_PLAN } from '../generate/index.ts';
import { ingest, localInputs } from '../ingest/index.ts';
import { deleteBefore, type LogStore, openStore, storeContents } from './index.ts';
import { alikeTable, rowsTable } from './schema.ts';

/** Stores of earlier versions kept each kind in one table: they are read as they are, and made anew by the first command that writes. */

const FROM = Date.parse('2026-11-01T00:00:00Z') * 1000;
const HOUR = 3600e6;
let folder: TemporaryFolder;
let store: LogStore;
const path = () => join(folder.path, 'logs.duckdb');
beforeEach(async () => {
  folder = temporaryFolder();
  for (const form of ['structured', 'legacy'] as const) {
    const options = {
      seed: 11,
      from: FROM,
      to: FROM + 6 * HOUR,
      records: 500,
      duplicateEvery: 20,
    };
    const text = [...lineBlocks(generateLogs(SAMPLE_PLAN, options).records, form)].join('');
    folder.write(`logs/${form}.json`, text);
  }
  store = await openStore(path(), { mode: 'write' });
  await read();
});
afterEach(() => {
  store.close();
  folder.remove();
});

async function read() {
  const { value } = await localInputs([join(folder.path, 'logs')]);
  return ingest(store, value, { batchRows: 800 });
}

const rows = async (sql: string) => (await store.connection.runAndReadAll(sql)).getRowsJson();

/** Everything of every kind, in the order in which it stands. */
async function content() {
  const found: Record<string, unknown> = {};
  for (const kind of LOG_KINDS) found[kind] = await rows(`FROM "${LOG_TABLES[kind].table}"`);
  return found;
}

async function reopened(mode: 'read' | 'write') {
  store.close();
  store = await openStore(path(), { mode });
}

describe.each([1, 2] as const)('a store of version %i', (version) => {
  it('says so before it is made anew, once', async () => {
    await asVersion(store.connection, version);
    const told: string[] = [];
    for (const _ of [1, 2]) {
      store.close();
      store = await openStore(path(), { mode: 'write', onUpgrade: () => told.push('upgrade') });
    }
    expect(told).toEqual(['upgrade']);
  });

  it('holds after its upgrade what it held, in the same order, and knows it again', async () => {
    const before = await content();
    const { byKind } = await storeContents(store);
    expect(byKind.network).toBeGreaterThan(200);
    await asVersion(store.connection, version);
    await reopened('read');
    expect(await content()).toEqual(before);
    expect((await storeContents(store)).byKind).toEqual(byKind);
    expect(await rows('FROM _Store')).toEqual([[version]]);
    await reopened('write');
    expect(await rows('FROM _Store')).toEqual([[3]]);
    expect(await content()).toEqual(before);
    expect((await storeContents(store)).byKind).toEqual(byKind);
    // Combinations are fewer, and each once.
    const network = await rows(
      `SELECT count(*) < (SELECT count(*) FROM "${rowsTable('network')}"), count(*) = count(DISTINCT hash(a)) FROM (SELECT * EXCLUDE (_Alike) FROM "${alikeTable('network')}") a`,
    );
    expect(network).toEqual([[true, true]]);
    // The same logs under other names.
    for (const form of ['structured', 'legacy'] as const) {
      const options = { seed: 11, from: FROM, to: FROM + 6 * HOUR, records: 500 };
      const text = [...lineBlocks(generateLogs(SAMPLE_PLAN, options).records, form)].join('');
      folder.write(`logs/again-${form}.json`, text);
    }
    expect(await read()).toMatchObject({ records: 0 });
    expect(await content()).toEqual(before);
    expect(await deleteBefore(store, FROM + 3 * HOUR)).toBeGreaterThan(200);
    await reopened('read');
    expect((await rows(`SELECT count(*) FROM "${rowsTable('network')}"`))[0]).toEqual([
      String((await storeContents(store)).byKind.network),
    ]);
  });
});

describe('an upgrade that fails', () => {
  it('leaves the store as it was', async () => {
    await asVersion(store.connection, 2);
    const before = await content();
    // Nothing of ours has this name.
    await store.connection.run('CREATE TABLE "_Alike_Hubble" (a INTEGER)');
    store.close();
    await expect(openStore(path(), { mode: 'write' })).rejects.toThrow('already exists');
    store = await openStore(path(), { mode: 'read' });
    expect(await rows('FROM _Store')).toEqual([[2]]);
    expect(await content()).toEqual(before);
  });
});
