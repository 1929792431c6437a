import {
  appendFile,
  copyFile,
  mkdir,
  readFile,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { projectRoot } from '../../../tests/support/source-tree.ts';
import { type TemporaryFolder, temporaryFolder } from '../../../tests/support/temporary-folder.ts';
import { fixedClock } from '../../io/index.ts';
import { LOG_KINDS, LOG_TABLES } from '../columns.ts';
import {
  deleteBefore,
  type LogStore,
  openStore,
  quarantined,
  storeContents,
} from '../store/index.ts';
import { type IngestOptions, type IngestProgress, ingest, localInputs } from './index.ts';

const SAMPLES = join(projectRoot, 'tests', 'samples', 'firewall-logs');
let folder: TemporaryFolder;
let store: LogStore;
let logs: string;

beforeEach(async () => {
  folder = await temporaryFolder();
  logs = join(folder.path, 'logs');
  await mkdir(logs);
  store = await openStore(join(folder.path, 'store', 'logs.duckdb'), { mode: 'write' });
});
afterEach(async () => {
  store.close();
  await folder.remove();
});

async function read(options: IngestOptions = {}) {
  const { value } = await localInputs([logs]);
  return ingest(store, value, options);
}

async function rows(sql: string) {
  return (await store.connection.runAndReadAll(sql)).getRowObjectsJS();
}

/** A line as a firewall writes it, at a second of an hour. */
function line(second: number, more: Readonly<Record<string, unknown>> = {}): string {
  const time = new Date(Date.UTC(2026, 2, 4, 10, 0, second)).toISOString();
  const properties = {
    ...{ Protocol: 'TCP', SourceIp: '10.42.1.7', SourcePort: 40_000, DestinationIp: '192.0.2.1' },
    ...{ DestinationPort: 443, Action: 'Deny', Policy: '', Rule: '', ...more },
  };
  return `${JSON.stringify({ category: 'AZFWNetworkRule', time, resourceId: '/subscriptions/a', properties })}\n`;
}

describe('what is in the store', () => {
  it('the tables and columns are those of Log Analytics', async () => {
    const schema = JSON.parse(await readFile(join(SAMPLES, 'azfw-log-schema.json'), 'utf8'));
    const columns = await rows('SELECT table_name AS t, column_name AS c FROM duckdb_columns()');
    const ours = new Set(columns.map(({ t, c }) => `${t}.${c}`));
    const theirs = Object.entries<{ columns: Record<string, string> }>(schema.tables).flatMap(
      ([table, of]) => Object.keys(of.columns).map((column) => `${table}.${column}`),
    );
    const known = new Set(LOG_KINDS.map((kind) => LOG_TABLES[kind].table));
    const missing = theirs.filter((each) => known.has(each.split('.')[0]!) && !ours.has(each));
    expect(missing).toEqual([]);
    expect(theirs.length).toBeGreaterThan(80);
  });

  it('a record of a storage account stands in its columns, absent and empty apart', async () => {
    await copyFile(join(SAMPLES, 'storage-PT1H.jsonl'), join(logs, 'PT1H.json'));
    const report = await read();
    expect(report).toMatchObject({ files: 1, records: 12, duplicates: 0, quarantined: 0 });
    const found = await rows(
      `SELECT epoch_us(TimeGenerated) AS time, Protocol, SourceIp, SourcePort, DestinationIp, DestinationPort, Action,
         ActionReason, RuleCollectionGroup, Rule, IcmpType, _Line, _Item, _Category, _Form, _Extra
       FROM AZFWNetworkRule WHERE _Line = 1`,
    );
    expect(found).toEqual([
      {
        time: 1_741_083_301_123_456n,
        ...{ Protocol: 'UDP', SourceIp: '10.42.1.7', SourcePort: 41_612n },
        ...{ DestinationIp: '20.62.130.10', DestinationPort: 1194n, Action: 'Allow' },
        ...{ ActionReason: '', RuleCollectionGroup: 'DefaultNetworkRuleCollectionGroup' },
        ...{ Rule: 'apiudp', IcmpType: null, _Line: 1n, _Item: 0n },
        ...{ _Category: 'AZFWNetworkRule', _Form: 'structured', _Extra: null },
      },
    ]);
    const legacy = await rows("SELECT count(*) AS n FROM AZFWNetworkRule WHERE _Form = 'legacy'");
    expect(legacy).toEqual([{ n: 4n }]);
    const truths = await rows('SELECT IsTlsInspected FROM AZFWApplicationRule LIMIT 1');
    expect(truths).toEqual([{ IsTlsInspected: false }]);
  });

  it('every kind of record of an Event Hub body is in a table of its own', async () => {
    await copyFile(join(SAMPLES, 'eventhub-structured.json'), join(logs, 'body.json'));
    const report = await read();
    expect(report.records).toBe(14);
    const { byKind } = await storeContents(store);
    expect(Object.entries(byKind).filter(([, count]) => count > 0)).toHaveLength(12);
    expect(report.byKind).toEqual(byKind);
  });

  it('numbers beyond 32 bits and hostile texts come out as they went in', async () => {
    const texts = [
      `'; DROP TABLE AZFWNetworkRule; --`,
      'nul\0inside',
      '"quoted"\r\n,',
      '日本 ✓ 😀',
      '\u001b[31m',
    ];
    await writeFile(
      join(logs, 'a.json'),
      texts.map((Rule, at) => line(at, { Rule, SourcePort: 4_503_599_627_370_497 })).join(''),
    );
    await read();
    const found = await rows('SELECT Rule, SourcePort FROM AZFWNetworkRule ORDER BY TimeGenerated');
    expect(found.map(({ Rule }) => Rule)).toEqual(texts);
    expect(found.every(({ SourcePort }) => SourcePort === 4_503_599_627_370_497n)).toBe(true);
  });

  it('fields and categories we do not know are counted, and fields kept', async () => {
    await writeFile(
      join(logs, 'a.json'),
      line(1, { NewColumn: 'x', Level: 3 }) + line(2).replace('AZFWNetworkRule', 'AZFWNewTable'),
    );
    const report = await read();
    expect(report).toMatchObject({ records: 1, passedOver: 1 });
    expect(await rows('SELECT _Extra FROM AZFWNetworkRule')).toEqual([
      { _Extra: '{"NewColumn":"x","Level":3}' },
    ]);
    expect((await storeContents(store)).unknown).toEqual([
      { what: 'field', name: 'AZFWNetworkRule.Level', count: 1 },
      { what: 'field', name: 'AZFWNetworkRule.NewColumn', count: 1 },
      { what: 'category', name: 'AZFWNewTable', count: 1 },
    ]);
  });

  it('lines that cannot be read are kept aside with their place', async () => {
    const file = join(logs, 'a.json');
    await writeFile(file, `${line(1)}not json\n${line(2)}{"half": \n`);
    const report = await read();
    expect(report).toMatchObject({ records: 2, quarantined: 2 });
    expect(report.diagnostics).toMatchObject([{ code: 'logs/broken-line', severity: 'warning' }]);
    expect(await quarantined(store, 10)).toMatchObject([
      { source: file, line: 2, item: 0, code: 'logs/broken-line', text: 'not json' },
      { source: file, line: 4, text: '{"half":' },
    ]);
  });
});

describe('the second time', () => {
  it('files that did not change are passed by', async () => {
    await writeFile(join(logs, 'a.json'), line(1));
    await read();
    expect(await read()).toMatchObject({ filesUnchanged: 1, bytes: 0, records: 0, duplicates: 0 });
  });

  it('a file that has only grown is read from where it ended', async () => {
    const file = join(logs, 'PT1H.json');
    await writeFile(file, line(1) + line(2));
    await read();
    await appendFile(file, line(3));
    const report = await read();
    expect(report).toMatchObject({ records: 1, duplicates: 0, bytes: line(3).length });
    expect(await rows('SELECT _Line FROM AZFWNetworkRule ORDER BY _Line')).toEqual([
      { _Line: 1n },
      { _Line: 2n },
      { _Line: 3n },
    ]);
    expect((await storeContents(store)).sources).toMatchObject([{ records: 3, isWhole: true }]);
  });

  it('a last line that was half written is kept aside until it is whole, then it is a record', async () => {
    const file = join(logs, 'PT1H.json');
    await writeFile(file, line(1) + line(2).slice(0, 80));
    expect(await read()).toMatchObject({ records: 1, quarantined: 1 });
    await appendFile(file, line(2).slice(80));
    expect(await read()).toMatchObject({ records: 1, duplicates: 0, quarantined: 0 });
    expect(await quarantined(store, 10)).toEqual([]);
  });

  it('a last line without its end is a record, and no second one when its end arrives', async () => {
    const file = join(logs, 'PT1H.json');
    await writeFile(file, line(1) + line(2).trimEnd());
    expect(await read()).toMatchObject({ records: 2, quarantined: 0 });
    await appendFile(file, `\n${line(3)}`);
    expect(await read()).toMatchObject({ records: 1, duplicates: 1 });
  });

  it('a file written anew is read from its beginning, however long it is', async () => {
    const file = join(logs, 'PT1H.json');
    await writeFile(file, line(1) + line(2));
    await read();
    await writeFile(file, [11, 12, 13, 14].map((second) => line(second)).join(''));
    expect(await read()).toMatchObject({ records: 4, duplicates: 0 });
    await truncate(file, line(11).length);
    expect(await read()).toMatchObject({ records: 0, duplicates: 1 });
  });

  it('a file of the same content with a later time adds nothing', async () => {
    const file = join(logs, 'body.json');
    await copyFile(join(SAMPLES, 'eventhub-structured.json'), file);
    await read();
    await utimes(file, 2_000_000_000, 2_000_000_000);
    expect(await read()).toMatchObject({ filesUnchanged: 0, records: 0, duplicates: 14 });
  });
});

describe('the same event', () => {
  it('is one record, delivered twice in a file, in another file, in another layout and compressed', async () => {
    await writeFile(join(logs, 'a.json'), line(1) + line(1) + line(2));
    const records = [line(2), line(3)].map((each) => JSON.parse(each));
    await writeFile(join(logs, 'b.json'), JSON.stringify({ records }));
    await writeFile(join(logs, 'c.json.gz'), gzipSync(line(3) + line(4)));
    expect(await read()).toMatchObject({ records: 4, duplicates: 3 });
  });

  it('is found again in a batch of its own, before, between and after others', async () => {
    await writeFile(join(logs, 'a.json'), [5, 1, 3, 1, 9, 5, 3].map((at) => line(at)).join(''));
    await writeFile(join(logs, 'b.json'), [9, 1, 7].map((at) => line(at)).join(''));
    expect(await read({ batchRows: 1 })).toMatchObject({ records: 5, duplicates: 5 });
  });

  it('requests to a gateway within one second stay apart', async () => {
    const access = JSON.stringify({
      timeStamp: '2026-03-04T10:00:00Z',
      resourceId: '/subscriptions/a/gw',
      category: 'ApplicationGatewayAccessLog',
      properties: { clientIP: '203.0.113.9', httpMethod: 'GET', httpStatus: 200 },
    });
    await writeFile(join(logs, 'a.json'), `${access}\n${access}\n`);
    expect(await read()).toMatchObject({ records: 2, duplicates: 0 });
    // The same two again, of a file that looks new, are known by where they stand.
    await writeFile(join(logs, 'a.json'), `${access}\n${access}\n${line(1)}`);
    await store.connection.run('UPDATE _Sources SET Mark = NULL');
    expect(await read()).toMatchObject({ records: 1, duplicates: 2 });
  });
});

describe('how long records are kept', () => {
  const now = fixedClock(Date.UTC(2026, 2, 11, 10, 0, 30));

  it('older ones are counted and not written', async () => {
    await writeFile(join(logs, 'a.json'), line(10) + line(20) + line(40) + line(50));
    expect(await read({ keepDays: 7, clock: now })).toMatchObject({ records: 2, expired: 2 });
  });

  it('those of an earlier ingest go as well', async () => {
    await writeFile(join(logs, 'a.json'), line(10) + line(20) + line(40));
    await read();
    expect(await read({ keepDays: 7, clock: now })).toMatchObject({ records: 0, expired: 2 });
    expect((await storeContents(store)).byKind.network).toBe(1);
  });

  it('those of before are deleted, to the microsecond', async () => {
    await writeFile(join(logs, 'a.json'), line(10) + line(20) + line(40));
    await read();
    expect(await deleteBefore(store, Date.UTC(2026, 2, 4, 10, 0, 20) * 1000)).toBe(1);
    expect((await storeContents(store)).byKind.network).toBe(2);
    expect(await read()).toMatchObject({ filesUnchanged: 1 });
  });
});

describe('inputs', () => {
  it('a folder is read with all below it, without hidden files and stores', async () => {
    await mkdir(join(logs, 'y=2026', 'm=03'), { recursive: true });
    await writeFile(join(logs, 'y=2026', 'm=03', 'PT1H.json'), line(1));
    await writeFile(join(logs, '.hidden.json'), line(2));
    await writeFile(join(logs, 'old.duckdb'), 'x');
    const { value } = await localInputs([logs]);
    expect(value.map(({ name }) => name)).toEqual([join(logs, 'y=2026', 'm=03', 'PT1H.json')]);
  });

  it('a folder full of the same fault does not fill the page', async () => {
    const input = (at: number) => ({
      ...{ name: `${at}`, size: 9, version: '1' },
      async *open() {
        yield Buffer.from('not json\n');
      },
    });
    const inputs = Array.from({ length: 230 }, (_, at) => input(at));
    const { diagnostics, quarantined: aside } = await ingest(store, inputs);
    expect(aside).toBe(230);
    expect(diagnostics).toHaveLength(201);
    expect(diagnostics.at(-1)).toEqual({
      ...{ code: 'logs/not-a-log', severity: 'note' },
      message: '30 more remarks are not shown',
    });
  });

  it('a path that is not there is said', async () => {
    await expect(localInputs([join(logs, 'nowhere')])).rejects.toMatchObject({
      code: 'file/not-found',
    });
  });

  it('an input that fails half way costs itself alone, and is read again', async () => {
    await writeFile(join(logs, 'b.json'), line(3));
    const { value } = await localInputs([logs]);
    const bytes = Buffer.from(line(1) + line(2));
    let isBroken = true;
    const flaky = {
      name: 'flaky',
      size: bytes.length,
      version: '1',
      async *open() {
        yield bytes.subarray(0, line(1).length + 10);
        if (isBroken) throw Object.assign(new Error('gone'), { code: 'EIO' });
        yield bytes.subarray(line(1).length + 10);
      },
    };
    const report = await ingest(store, [flaky, ...value]);
    expect(report).toMatchObject({ filesFailed: 1, records: 2, quarantined: 0 });
    expect(report.diagnostics).toMatchObject([{ code: 'logs/not-read', severity: 'error' }]);
    isBroken = false;
    expect(await ingest(store, [flaky])).toMatchObject({
      filesFailed: 0,
      records: 1,
      duplicates: 1,
    });
  });

  it('progress ends at all bytes and says how long it will take', async () => {
    for (const at of [1, 2, 3]) await writeFile(join(logs, `${at}.json`), line(at).repeat(50));
    const told: IngestProgress[] = [];
    let now = 0;
    const clock = { now: () => (now += 1000) };
    await read({ onProgress: (progress) => told.push(progress), clock });
    const bytes = 3 * 50 * line(1).length;
    expect(told.at(-1)).toMatchObject({ bytes, bytesDone: bytes, files: 3, secondsLeft: 0 });
    // One call a second: after the first third, two thirds of the bytes are left.
    const [first] = told;
    expect(first!.bytesPerSecond).toBeCloseTo(bytes / 3 / first!.seconds);
    expect(first!.secondsLeft).toBeCloseTo(2 * first!.seconds);
  });

  it('stops when it is told to, with what was read in the store', async () => {
    for (const at of [1, 2, 3]) await writeFile(join(logs, `${at}.json`), line(at));
    const stop = new AbortController();
    const onProgress = () => stop.abort();
    const report = await read({ onProgress, signal: stop.signal });
    expect(report).toMatchObject({ isAborted: true, records: 1 });
    expect(await read()).toMatchObject({ isAborted: false, records: 2, duplicates: 0 });
  });

  it('goes on where it was stopped, in the middle of a file, and counts nothing twice', async () => {
    const file = join(logs, 'a.json');
    const other = line(1).replace('AZFWNetworkRule', 'AZFWNewTable');
    const lines = Array.from({ length: 3000 }, (_, at) =>
      at % 1000 === 7 ? 'not a record\n' : at % 500 === 9 ? other : line(at % 50, { Extra: at }),
    );
    await writeFile(file, lines.join(''));
    const stop = new AbortController();
    const first = await read({ onProgress: () => stop.abort(), signal: stop.signal });
    expect(first.isAborted).toBe(true);
    const [half] = await rows('SELECT Bytes, Line, IsWhole, Records, PassedOver FROM _Sources');
    expect(half).toMatchObject({ IsWhole: false });
    const before = lines.slice(0, Number(half!['Line'])).join('');
    expect(Number(half!['Bytes'])).toBe(before.length);
    expect(before.length).toBeGreaterThan(100_000);
    const second = await read();
    expect(second.bytes).toBe(lines.join('').length - before.length);
    expect(first.records + second.records + first.duplicates + second.duplicates).toBe(2991);
    const { sources, unknown, quarantined: aside } = await storeContents(store);
    expect(sources).toMatchObject([{ isWhole: true, records: 2991, passedOver: 6 }]);
    expect(aside).toBe(3);
    expect(unknown).toEqual([
      { what: 'field', name: 'AZFWNetworkRule.Extra', count: 2991 },
      { what: 'category', name: 'AZFWNewTable', count: 6 },
    ]);
    const places = await rows('SELECT DISTINCT _Line FROM AZFWNetworkRule');
    expect(places).toHaveLength(Number(first.records) + Number(second.records));
  });

  it('is read from its beginning when what was read of it is no longer there', async () => {
    const file = join(logs, 'a.json');
    const lines = Array.from({ length: 3000 }, (_, at) => line(at % 50, { SourcePort: at }));
    await writeFile(file, lines.join(''));
    const stop = new AbortController();
    const { records } = await read({ onProgress: () => stop.abort(), signal: stop.signal });
    await writeFile(file, lines.map((each) => each.replace('"Deny"', '"Drop"')).join(''));
    const again = await read();
    expect(again).toMatchObject({ records: 3000, duplicates: 0, bytes: lines.join('').length });
    const count = await rows('SELECT count(*) AS n FROM AZFWNetworkRule');
    expect(count).toEqual([{ n: BigInt(3000 + records) }]);
  });
});
