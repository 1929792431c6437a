import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BuiltModule, builtModule } from '../../../tests/support/built-module.ts';
import { type TemporaryFolder, temporaryFolder } from '../../../tests/support/temporary-folder.ts';
import { type LogStore, openStore, storeContents } from '../store/index.ts';
import { type IngestOptions, ingest, localInputs } from './index.ts';

let program: BuiltModule;
let failing: BuiltModule;
let folder: TemporaryFolder;
let store: LogStore;
let logs: string;

beforeAll(async () => {
  program = await builtModule('thread', "import './logs/programs/line-thread.ts';");
  failing = await builtModule(
    'failing',
    `import { parentPort } from 'node:worker_threads';
     parentPort.on('message', () => { throw new Error('out of memory'); });`,
  );
});
afterAll(() => {
  program.remove();
  failing.remove();
});
beforeEach(async () => {
  folder = await temporaryFolder();
  logs = join(folder.path, 'logs');
  await mkdir(logs);
  store = await openStore(join(folder.path, 'logs.duckdb'), { mode: 'write' });
});
afterEach(async () => {
  store.close();
  await folder.remove();
});

async function read(options: IngestOptions) {
  const { value } = await localInputs([logs]);
  return ingest(store, value, options);
}

/** A line of a minute, from the nth client to a name of its own where it is asked for. */
function line(n: number, name: string): string {
  const time = new Date(Date.UTC(2026, 2, 4, 10, 0, 0, n % 60_000)).toISOString();
  const properties = { Protocol: 'HTTPS', SourceIp: '10.0.0.1', SourcePort: n, Fqdn: name };
  return `${JSON.stringify({ category: 'AZFWApplicationRule', time, resourceId: '/a', properties })}\n`;
}

describe('threads of the ingest', () => {
  it('a log whose every name differs fills no list without bound', async () => {
    // More different names than a thread keeps numbered.
    const count = 120_000;
    let text = '';
    for (let n = 0; n < count; n += 1) text += line(n, `n${n}.example`);
    await writeFile(join(logs, 'names.json'), text);
    const threads = { program: program.path, count: 1 };
    const { records, quarantined } = await read({ threads });
    expect([records, quarantined]).toEqual([count, 0]);
    const [[names, wrong]] = (await store.connection
      .runAndReadAll(
        `SELECT count(DISTINCT Fqdn), count(*) FILTER (Fqdn <> 'n' || SourcePort || '.example') FROM "AZFWApplicationRule"`,
      )
      .then((reader) => reader.getRows())) as [[bigint, bigint]];
    expect([names, wrong]).toEqual([BigInt(count), 0n]);
  });

  it('when one ends, the ingest says so, and the same command goes on later', async () => {
    await writeFile(
      join(logs, 'a.json'),
      Array.from({ length: 3_000 }, (_, n) => line(n, 'a')).join(''),
    );
    const stretchBytes = 4_096;
    await expect(
      read({ threads: { program: failing.path, count: 2, stretchBytes } }),
    ).rejects.toMatchObject({
      code: 'logs/thread-ended',
      hint: 'what was ingested so far is kept; run the same command again',
    });
    const { records } = await read({ threads: { program: program.path, count: 2, stretchBytes } });
    expect(records).toBe(3_000);
    expect((await storeContents(store)).byKind.application).toBe(3_000);
  });

  it('when the ingest is ended in between, what was taken in is kept and the rest left for the next time', async () => {
    await writeFile(
      join(logs, 'a.json'),
      Array.from({ length: 6_000 }, (_, n) => line(n, 'a')).join(''),
    );
    const threads = { program: program.path, count: 2, stretchBytes: 4_096 };
    const aborting = new AbortController();
    const first = await read({
      ...{ threads, batchRows: 100, signal: aborting.signal },
      onProgress: () => aborting.abort(),
    });
    expect(first.isAborted).toBe(true);
    expect(first.records).toBeLessThan(6_000);
    const { records, duplicates } = await read({ threads });
    expect(first.records + records).toBe(6_000);
    expect(duplicates).toBe(0);
  });

  it('a line longer than a stretch is decoded, one beyond the limit is kept aside where it stands', async () => {
    const long = line(1, `${'n'.repeat(20_000)}.example`);
    const parts = [
      line(0, 'a').repeat(40),
      long,
      line(2, 'b').repeat(40),
      `${'x'.repeat(70_000)}\n`,
    ];
    await writeFile(join(logs, 'a.json'), [...parts, line(3, 'c')].join(''));
    const threads = { program: program.path, count: 2, stretchBytes: 4_096 };
    const report = await read({ threads, lineBytesMax: 65_536 });
    expect([report.records, report.duplicates, report.quarantined]).toEqual([4, 78, 1]);
    const reader = await store.connection.runAndReadAll('SELECT Line, Code FROM _Quarantine');
    expect(reader.getRows()).toEqual([[82n, 'logs/line-too-long']]);
    const lines = await store.connection.runAndReadAll(
      'SELECT _Line FROM "AZFWApplicationRule" ORDER BY _Line',
    );
    expect(lines.getRows()).toEqual([[1n], [41n], [42n], [83n]]);
  });
});
