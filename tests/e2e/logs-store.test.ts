import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LOG_KINDS, LOG_TABLES } from '../../src/logs/columns.ts';
import { generateLogs, lineBlocks, SAMPLE_PLAN } from '../../src/logs/generate/index.ts';
import { ingest, localInputs } from '../../src/logs/ingest/index.ts';
import { type LogStore, openStore } from '../../src/logs/store/index.ts';
import { type BuiltModule, builtModule } from '../support/built-module.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/temporary-folder.ts';

/** What happens to a store when the world around it fails: processes are killed, disks are full, files are not what they should be. */

const PROGRAM = `
import { ingest, localInputs } from './logs/ingest/index.ts';
import { openStore } from './logs/store/index.ts';
const [path, logs, batchRows] = process.argv.slice(2);
try {
  const store = await openStore(path!, { mode: 'write' });
  if (logs === 'hold') { console.log('held'); await new Promise((done) => setTimeout(done, 60_000)); }
  const { value } = await localInputs([logs!]);
  console.log('begun');
  const report = await ingest(store, value, { batchRows: Number(batchRows) });
  store.close();
  const { records, duplicates, bytes } = report;
  console.log(JSON.stringify({ records, duplicates, bytes }));
} catch (error) {
  const { code, message, hint } = error as { code?: string; message: string; hint?: string };
  console.log(JSON.stringify({ code, message, hint }));
  process.exitCode = 3;
}`;

const FROM = 1_772_618_400e6;
let program: BuiltModule;
let folder: TemporaryFolder;
let children: ChildProcess[] = [];

beforeAll(async () => {
  program = await builtModule('logs-store', PROGRAM);
});
afterAll(() => program.remove());
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
  folder.remove();
});

function writeLogs(name: string, seed: number, records: number): string {
  const options = { seed, from: FROM, to: FROM + 7_200e6, records, duplicateEvery: 50 };
  const text = [...lineBlocks(generateLogs(SAMPLE_PLAN, options).records, 'structured')].join('');
  return folder.write(name, text.replace(/\n/, '\nnot a record\n'));
}

function start(...args: readonly string[]) {
  const child = spawn(process.execPath, [program.path, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  return { child, ended: once(child, 'exit').then(() => said) };
}

/** Everything of a store that must not depend on how it came to be, as a number of rows and a sum of what is in them. */
async function contentOf(store: LogStore) {
  const sums = LOG_KINDS.map(
    (kind) =>
      `SELECT '${kind}' AS k, count(*) AS n, sum(hash(t)) AS h FROM (SELECT * EXCLUDE (_Source, _Line) FROM "${LOG_TABLES[kind].table}") t`,
  );
  const reader = await store.connection.runAndReadAll(
    `${sums.join(' UNION ALL ')} UNION ALL SELECT 'aside', count(*), sum(hash(q)) FROM (SELECT * EXCLUDE (Source) FROM _Quarantine) q
     UNION ALL SELECT 'sources', count(*), sum(hash(s)) FROM (SELECT Name, IsWhole, Bytes, Line, Records, PassedOver, Quarantined, Earliest, Latest FROM _Sources) s
     ORDER BY k`,
  );
  return reader.getRowObjectsJS();
}

describe('a store whose writer was killed', () => {
  it('is whole after the same command again, whenever that was', async () => {
    const logs = join(folder.path, 'logs');
    writeLogs('logs/a.json', 1, 4_000);
    writeLogs('logs/b.json', 2, 4_000);
    const clean = await openStore(join(folder.path, 'clean.duckdb'), { mode: 'write' });
    const { value } = await localInputs([logs]);
    await ingest(clean, value);
    const expected = await contentOf(clean);
    clean.close();
    const path = join(folder.path, 'killed.duckdb');
    let killed = 0;
    // The first waits are shorter than an ingest takes, however quick the machine.
    for (const wait of [0, 30, 90, 200, 400]) {
      const { child, ended } = start(path, logs, '300');
      await once(child.stdout!, 'data');
      await new Promise((done) => setTimeout(done, wait));
      child.kill('SIGKILL');
      await ended;
      if (child.signalCode === 'SIGKILL') killed += 1;
    }
    expect(killed).toBeGreaterThan(1);
    await start(path, logs, '300').ended;
    const store = await openStore(path, { mode: 'read' });
    expect(await contentOf(store)).toEqual(expected);
    store.close();
  }, 60_000);
});

describe('an ingest that was killed in the middle of a file', () => {
  it('goes on behind the last batch that was written', async () => {
    const file = writeLogs('large.json', 3, 30_000);
    const path = join(folder.path, 'killed.duckdb');
    const expected = await openStore(join(folder.path, 'clean.duckdb'), { mode: 'write' });
    const { value } = await localInputs([file]);
    const whole = await ingest(expected, value);
    const content = await contentOf(expected);
    expected.close();
    let read = 0;
    // Killed until a batch was written and the last was not.
    for (let wait = 150; read === 0 && wait < 20_000; wait *= 1.6) {
      rmSync(path, { force: true });
      rmSync(`${path}.wal`, { force: true });
      const { child, ended } = start(path, file, '1000');
      await once(child.stdout!, 'data');
      await new Promise((done) => setTimeout(done, wait));
      child.kill('SIGKILL');
      await ended;
      const killed = await openStore(path, { mode: 'read' });
      const rows = await killed.connection.runAndReadAll('SELECT IsWhole, Bytes FROM _Sources');
      killed.close();
      const [source] = rows.getRows();
      expect(source?.[0], 'the ingest must not end before it is killed').not.toBe(true);
      read = Number(source?.[1] ?? 0);
    }
    expect(read).toBeGreaterThan(0);
    const said = JSON.parse((await start(path, file, '1000').ended).split('\n')[1]!);
    expect(said.bytes).toBe(statSync(file).size - read);
    expect(said.records).toBeLessThan(whole.records);
    const store = await openStore(path, { mode: 'read' });
    expect(await contentOf(store)).toEqual(content);
    store.close();
  }, 90_000);
});

describe('a store that cannot be used says why', () => {
  const failing = async (path: string, mode: 'read' | 'write') => {
    try {
      (await openStore(path, { mode })).close();
    } catch (error) {
      const { code, message } = error as { code: unknown; message: string };
      return { code, message };
    }
    return undefined;
  };

  it('another command writes it', async () => {
    const path = join(folder.path, 'a.duckdb');
    const { child, ended } = start(path, 'hold');
    await once(child.stdout!, 'data');
    expect(await failing(path, 'write')).toEqual({
      code: 'logs/store-locked',
      message: `\`${path}\` is being written by another command`,
    });
    expect(await failing(path, 'read')).toMatchObject({ code: 'logs/store-locked' });
    child.kill('SIGKILL');
    await ended;
    expect(await failing(path, 'write')).toBeUndefined();
  }, 30_000);

  it('a later version wrote it', async () => {
    const path = join(folder.path, 'a.duckdb');
    const store = await openStore(path, { mode: 'write' });
    await store.connection.run('UPDATE _Store SET Version = 99');
    store.close();
    expect(await failing(path, 'write')).toEqual({
      code: 'logs/store-newer',
      message: `\`${path}\` was written by a later version of sallyport (store version 99, this one knows 3)`,
    });
    expect(await failing(path, 'read')).toMatchObject({ code: 'logs/store-newer' });
  });

  it('it is another database, no database, a folder, or not there', async () => {
    const other = join(folder.path, 'other.duckdb');
    const instance = await DuckDBInstance.create(other);
    const connection = await instance.connect();
    await connection.run('CREATE TABLE mine (a INTEGER)');
    connection.closeSync();
    instance.closeSync();
    expect(await failing(other, 'write')).toMatchObject({ code: 'logs/store-unreadable' });
    const text = folder.write('text.duckdb', 'no database at all\n'.repeat(1_000));
    expect(await failing(text, 'write')).toMatchObject({ code: 'logs/store-unreadable' });
    mkdirSync(join(folder.path, 'folder'));
    expect(await failing(join(folder.path, 'folder'), 'read')).toMatchObject({
      code: 'logs/store-not-found',
    });
    expect(await failing(join(folder.path, 'no.duckdb'), 'read')).toMatchObject({
      code: 'logs/store-not-found',
    });
    expect(existsSync(join(folder.path, 'no.duckdb'))).toBe(false);
  });

  it('it is cut off', async () => {
    const path = join(folder.path, 'a.duckdb');
    const store = await openStore(path, { mode: 'write' });
    const { value } = await localInputs([writeLogs('a.json', 1, 5_000)]);
    await ingest(store, value);
    store.close();
    const { readFile } = await import('node:fs/promises');
    const bytes = await readFile(path);
    await writeFile(path, bytes.subarray(0, 5_000));
    expect(await failing(path, 'write')).toMatchObject({ code: 'logs/store-unreadable' });
  });

  const isRoot = process.getuid?.() === 0;
  it.runIf(isRoot && process.platform === 'linux')(
    'the disk is full, or read-only: what was there before stays',
    async () => {
      const disk = join(folder.path, 'disk');
      mkdirSync(disk);
      const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', disk]);
      expect(mounted.status).toBe(0);
      try {
        const path = join(disk, 'a.duckdb');
        const small = writeLogs('small.json', 1, 200);
        const before = JSON.parse((await start(path, small, '100000').ended).split('\n')[1]!);
        expect(before.records).toBeGreaterThan(199);
        const large = writeLogs('large.json', 2, 60_000);
        const said = (await start(path, large, '20000').ended).split('\n')[1]!;
        expect(JSON.parse(said)).toMatchObject({
          code: 'logs/disk-full',
          hint: 'what was ingested so far is kept; make room and run the same command again',
        });
        expect(statSync(path).size).toBeGreaterThan(0);
        const again = spawnSync('mount', ['-o', 'remount,size=64m', disk]);
        expect(again.status).toBe(0);
        const after = JSON.parse((await start(path, large, '20000').ended).split('\n')[1]!);
        expect(after.records).toBeGreaterThan(0);
        spawnSync('mount', ['-o', 'remount,ro', disk]);
        expect(await failing(path, 'write')).toMatchObject({ code: 'logs/store-read-only' });
        expect(await failing(path, 'read')).toBeUndefined();
      } finally {
        spawnSync('umount', ['-l', disk]);
        rmSync(disk, { recursive: true, force: true });
      }
    },
    60_000,
  );
});
