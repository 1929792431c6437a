import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ColumnSink } from '../../src/logs/decode/column-sink.ts';
import { decodeLog, type LogPosition } from '../../src/logs/decode/index.ts';
import {
  generateLogs,
  legacyMessage,
  lineBlocks,
  SAMPLE_PLAN,
  structuredRecord,
} from '../../src/logs/generate/index.ts';
import type { LogRecord, Quarantined } from '../../src/logs/record.ts';
import { type RowWriter, rowWriter } from '../../src/logs/store/row-writer.ts';
import { newStaging, type Staging, stage } from '../../src/logs/store/staging.ts';

/** Lines read from their bytes stand in the staging as records would that were decoded from strings, which is the specification. */

const FROM = 1_772_618_400e6;
const RECORDS = [
  ...generateLogs(SAMPLE_PLAN, { seed: 5, from: FROM, to: FROM + 60e6, records: 400 }).records,
];
const vectors: readonly { readonly msg: string; readonly category?: string }[] = JSON.parse(
  readFileSync('tests/samples/firewall-logs/legacy-msg-vectors.json', 'utf8'),
).vectors;
const CATEGORIES = [
  'AzureFirewallNetworkRule',
  'AzureFirewallApplicationRule',
  'AzureFirewallDnsProxy',
];

/** Lines as they are written, each of them a way that the next may be written too. */
const LINES: readonly string[] = [
  ...RECORDS.map((record) => JSON.stringify(structuredRecord(record))),
  ...RECORDS.flatMap((record) => {
    const written = legacyMessage(record);
    return written === undefined
      ? []
      : [legacyLine(`AzureFirewall${written.category}`, written.msg)];
  }),
  ...vectors.flatMap(({ msg }) => CATEGORIES.map((category) => legacyLine(category, msg))),
  ...readFileSync('tests/samples/firewall-logs/storage-PT1H.jsonl', 'utf8').trimEnd().split('\n'),
];

function legacyLine(category: string, msg: string): string {
  const time = '2026-03-04T10:00:01.1234560Z';
  const properties = { msg };
  return JSON.stringify({ category, time, resourceId: '/SUBSCRIPTIONS/S/FW', properties });
}

const edit = fc.record({
  at: fc.nat(600),
  take: fc.nat(4),
  put: fc.constantFrom(
    ...['', ' ', '.', '. ', ':', '"', '\\', '\\"', '\r', '0', '1e3', '-', 'null', 'é', '日', '\t'],
    ...['. Action: Deny', '. Rule: x', 'Policy: p', "was DNAT'ed to ", 'Z', '9', '  ', '{', '},'],
  ),
});
const someLine = fc
  .tuple(fc.constantFrom(...LINES), fc.array(edit, { maxLength: 2 }), fc.nat(3))
  .map(([line, edits, kind]) => (kind > 0 ? line : edits.reduce(edited, line)));

function edited(line: string, { at, take, put }: { at: number; take: number; put: string }) {
  return line.slice(0, at) + put + line.slice(at + take);
}

interface Read {
  readonly staging: Staging;
  readonly quarantined: readonly Quarantined[];
  readonly report: unknown;
  /** Records that were made, rather than rows written. */
  readonly records: number;
}

async function* cut(bytes: Buffer, at: readonly number[]) {
  // One buffer for all chunks, as the reader of files does.
  const shared = Buffer.alloc(bytes.length);
  const ends = [...new Set(at.map((each) => each % (bytes.length + 1)))].sort((a, b) => a - b);
  let from = 0;
  for (const end of [...ends, bytes.length]) {
    bytes.copy(shared, 0, from, end);
    yield shared.subarray(0, end - from);
    from = end;
  }
}

async function read(bytes: Buffer, cuts: readonly number[], isByBytes: boolean): Promise<Read> {
  const staging = newStaging();
  const writer = rowWriter(Number.NEGATIVE_INFINITY);
  writer.begin(staging, 1);
  const quarantined: Quarantined[] = [];
  let records = 0;
  const sink: RowWriter = {
    ...writer,
    record(record: LogRecord) {
      records += 1;
      writer.record(record);
    },
  };
  const decoding = decodeLog('a.json', cut(bytes, cuts), isByBytes ? { sink } : {});
  for (;;) {
    const next = await decoding.next();
    if (next.done === true) {
      writer.settle();
      return { staging, quarantined, report: next.value, records };
    }
    stage(staging, next.value.records, 1);
    quarantined.push(...next.value.quarantined);
  }
}

/** Every row of every kind in the order it was staged, with texts for numbers. */
function rowsOf({ kinds, words }: Staging): Readonly<Record<string, readonly unknown[]>> {
  return Object.fromEntries(
    [...kinds.values()]
      .sort((a, b) => (a.kind < b.kind ? -1 : 1))
      .map(({ kind, columns, keys, sources, count }) => [
        kind,
        Array.from({ length: count }, (_, row) => [
          ...columns.map((column) =>
            column instanceof Int32Array ? words.words[column[row]!] : column[row],
          ),
          ...[keys[2 * row], keys[2 * row + 1], sources[row]],
        ]),
      ]),
  );
}

describe('lines read from their bytes', () => {
  it('are what they are when read as strings, whatever the lines and where the chunks are cut', async () => {
    let rows = 0;
    let records = 0;
    await fc.assert(
      fc.asyncProperty(
        // Each line several times, so that its template is learned and then used.
        fc.array(fc.tuple(someLine, fc.integer({ min: 1, max: 4 })), {
          minLength: 1,
          maxLength: 12,
        }),
        fc.constantFrom('\n', '\r\n'),
        fc.array(fc.nat(60_000), { maxLength: 4 }),
        fc.boolean(),
        async (lines, end, cuts, hasEnd) => {
          const repeated = lines.flatMap(([line, times]) => new Array<string>(times).fill(line));
          const bytes = Buffer.from(repeated.join(end) + (hasEnd ? end : ''));
          const byStrings = await read(bytes, cuts, false);
          const byBytes = await read(bytes, cuts, true);
          expect(rowsOf(byBytes.staging)).toEqual(rowsOf(byStrings.staging));
          expect(byBytes.quarantined).toEqual(byStrings.quarantined);
          expect(byBytes.report).toEqual(byStrings.report);
          rows += byBytes.staging.rows;
          records += byBytes.records;
        },
      ),
      { numRuns: 250 },
    );
    // Two thirds of them did without records, though hardly two lines in a row are written alike.
    expect(records).toBeLessThan(0.5 * rows);
  });

  it('are most of a log that is written as firewalls do', async () => {
    for (const form of ['structured', 'legacy'] as const) {
      const bytes = Buffer.from([...lineBlocks(RECORDS, form)].join('').repeat(3));
      const byStrings = await read(bytes, [], false);
      const byBytes = await read(bytes, [], true);
      expect(rowsOf(byBytes.staging)).toEqual(rowsOf(byStrings.staging));
      expect(byBytes.report).toEqual(byStrings.report);
      expect(byBytes.records).toBeLessThan(0.05 * byBytes.staging.rows);
    }
  });

  it('of another charset, or with a byte that is none of UTF-8, are read as strings are', async () => {
    const text = `\uFEFF${LINES.slice(0, 40).join('\n').replace('TCP', 'TÜP')}\n`;
    const utf8 = Buffer.from(text);
    const broken = Buffer.concat([utf8, Buffer.from(LINES[3]!.replace('TCP', 'T\xdcP'), 'latin1')]);
    for (const bytes of [utf8, broken, Buffer.from(text, 'utf16le')]) {
      const byStrings = await read(bytes, [900], false);
      const byBytes = await read(bytes, [900], true);
      expect(rowsOf(byBytes.staging)).toEqual(rowsOf(byStrings.staging));
      expect(byBytes.report).toEqual(byStrings.report);
      expect(byBytes.staging.rows).toBeGreaterThan(39);
    }
  });

  it('keep the place that one can go on from behind what the sink was given', async () => {
    const text = [...lineBlocks(RECORDS, 'legacy')].join('').repeat(20);
    const writer = rowWriter(Number.NEGATIVE_INFINITY);
    const staging = newStaging();
    writer.begin(staging, 1);
    const sink: ColumnSink = writer;
    const bytes = Buffer.from(text);
    let places = 0;
    let last: LogPosition = { bytes: 0, line: 0 };
    for await (const { reached } of decodeLog('a.json', cut(bytes, [100_000, 300_000]), { sink })) {
      const { position, records } = reached!();
      expect(position.line).toBe(staging.rows);
      expect(records).toBe(staging.rows);
      expect(bytes.subarray(0, position.bytes).toString().split('\n').length - 1).toBe(
        position.line,
      );
      places += 1;
      last = position;
    }
    expect(places).toBeGreaterThan(3);
    expect(last.bytes).toBe(bytes.length);
  });
});
