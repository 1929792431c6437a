import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LOG_COLUMNS, LOG_KINDS } from '../../src/logs/columns.ts';
import { newDecoding } from '../../src/logs/decode/decoding.ts';
import { buildOf } from '../../src/logs/decode/hot-records.ts';
import { parseLegacyMessage } from '../../src/logs/decode/legacy-message.ts';
import { legacyFields } from '../../src/logs/decode/legacy-parts.ts';
import { readCommonMessage } from '../../src/logs/decode/legacy-shapes.ts';
import { legacyMessage } from '../../src/logs/generate/index.ts';
import { makeRecord } from '../../src/logs/generate/make-record.ts';
import { structuredRecord } from '../../src/logs/generate/write-structured.ts';
import type { LogRecord } from '../../src/logs/record.ts';
import { recordKey } from '../../src/logs/record-key.ts';
import { decodeChunks } from '../support/decode-all.ts';

const folder = 'tests/samples/firewall-logs';
const SAMPLES = [
  'storage-PT1H.jsonl',
  'eventhub-structured.json',
  'eventhub-legacy.json',
  'loganalytics-query-result.json',
  'loganalytics-azurediagnostics-result.json',
].map((name) => readFileSync(`${folder}/${name}`));
const csv = Buffer.from(
  'TimeGenerated [UTC],SourceIp,DestinationIp,Action,Rule\r\n"3/4/2025, 10:15:01.123 AM",10.0.0.4,10.0.1.4,Deny,"a ""b"",\r\nc"\r\n"3/4/2025, 10:15:02.000 AM",10.0.0.5,10.0.1.4,Allow,Bürö\r\n',
);

/** Pieces of a file, cut wherever. */
function pieces(bytes: Uint8Array, cuts: readonly number[]): readonly Uint8Array[] {
  const at = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...at, bytes.length].map((end, index) =>
    bytes.subarray(index === 0 ? 0 : at[index - 1], end),
  );
}

/** A structured record of any kind with any values, as its stream would hold it. */
const anyRecord: fc.Arbitrary<LogRecord> = fc
  .constantFrom(...LOG_KINDS.filter((kind) => kind !== 'vnet-flow' && kind !== 'hubble'))
  .chain((kind) => {
    const columns = Object.entries(LOG_COLUMNS[kind]).map(([field, { type }]) => {
      const value: fc.Arbitrary<unknown> =
        type === 'text'
          ? fc.oneof(
              fc.string({ unit: 'binary', maxLength: 12 }),
              fc.constantFrom('TCP', '10.0.0.4', '', 'a"b\\', '\u2028', 'é'),
            )
          : type === 'int'
            ? fc.nat(65_535)
            : type === 'real'
              ? fc
                  .double({ noNaN: true, noDefaultInfinity: true, min: 0, max: 1e6 })
                  .map((number) => number + 0)
              : fc.boolean();
      return [field, fc.option(value, { nil: undefined, freq: 8 })] as const;
    });
    return fc
      .record({
        time: fc.integer({ min: 1e15, max: 2e15 }),
        columns: fc.record(Object.fromEntries(columns)),
      })
      .map(({ time, columns: values }) => makeRecord(kind, time, '/SUBSCRIPTIONS/S/FW', values));
  })
  // `ICMP Type=8` is two columns; the type stands in no other protocol.
  .map((record) => (record.kind === 'network' ? { ...record, icmpType: undefined } : record));

const content = (one: LogRecord) => ({ ...one, source: 0, line: 0, item: 0 });

describe('decoding logs', () => {
  it('does not depend on where the chunks are cut', async () => {
    const files = [...SAMPLES, ...SAMPLES.map((each) => gzipSync(each)), csv];
    files.push(Buffer.from(`\uFEFF${SAMPLES[1]}`, 'utf16le'));
    const whole = await Promise.all(files.map((bytes) => decodeChunks([bytes])));
    await fc.assert(
      fc.asyncProperty(
        fc.nat(files.length - 1),
        fc.array(fc.nat(20_000), { maxLength: 30 }),
        async (index, cuts) => {
          const cut = await decodeChunks(pieces(files[index]!, cuts));
          expect(cut.records).toEqual(whole[index]!.records);
          expect(cut.quarantined).toEqual(whole[index]!.quarantined);
          expect(cut.reports).toEqual(whole[index]!.reports);
        },
      ),
      { numRuns: 150 },
    );
    expect(whole.map(({ records }) => records.length)).toEqual([
      12, 14, 19, 2, 6, 12, 14, 19, 2, 6, 2, 14,
    ]);
  });

  it('byte by byte gives the same', async () => {
    for (const bytes of [...SAMPLES, csv]) {
      const whole = await decodeChunks([bytes]);
      const single = await decodeChunks(Array.from(bytes, (byte) => Uint8Array.of(byte)));
      expect(single.records).toEqual(whole.records);
    }
  });

  it('undoes encoding, by template, by JSON.parse, and with fields in any order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyRecord, { minLength: 1, maxLength: 6 }),
        fc.integer(),
        async (some, seed) => {
          const streamed = some.map((record) => structuredRecord(record));
          const shuffled = streamed.map((record, index) => rotated(record, seed + index));
          const texts = [
            // Each line twice: the second is read by the template learned from the first.
            streamed
              .flatMap((record) => [JSON.stringify(record), JSON.stringify(record)])
              .join('\n'),
            shuffled
              .flatMap((record) => [JSON.stringify(record), JSON.stringify(record)])
              .join('\r\n'),
            JSON.stringify(streamed.flatMap((record) => [record, record])),
          ];
          const wanted = some.flatMap((record) => [content(record), content(record)]);
          for (const text of texts) {
            const read = await decodeChunks([Buffer.from(text)]);
            expect(read.records.map(content)).toEqual(wanted);
            expect(read.quarantined).toEqual([]);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('undoes the legacy texts', () => {
    const name = fc.stringMatching(/^[a-z][a-zA-Z0-9_.-]{0,20}[a-z0-9]$/);
    const address = fc.ipV4();
    const port = fc.nat(65_535);
    const rule = fc.oneof(
      fc.record({ policy: name, ruleCollectionGroup: name, ruleCollection: name, rule: name }),
      fc.constant({
        actionReason: 'Default Action',
        policy: '',
        ruleCollectionGroup: '',
        ruleCollection: '',
        rule: '',
      }),
    );
    const named = fc.record({
      policy: name,
      ruleCollectionGroup: name,
      ruleCollection: name,
      rule: name,
    });
    const action = fc.constantFrom('Allow', 'Deny');
    const ends = { sourceIp: address, sourcePort: port, destinationPort: port };
    const records = fc.oneof(
      fc.tuple(
        fc.constant('network' as const),
        fc.record({
          protocol: fc.constantFrom('TCP', 'UDP'),
          ...ends,
          destinationIp: address,
          action,
        }),
        rule,
      ),
      fc.tuple(
        fc.constant('network' as const),
        fc.record({
          protocol: fc.constant('ICMP'),
          icmpType: fc.nat(255),
          ...ends,
          destinationIp: address,
          action,
        }),
        rule,
      ),
      fc.tuple(
        fc.constant('application' as const),
        fc.record({
          protocol: fc.constantFrom('HTTP', 'HTTPS', 'MSSQL'),
          ...ends,
          fqdn: fc.domain(),
          action,
        }),
        rule,
      ),
      fc.tuple(
        fc.constant('application' as const),
        fc.record({
          protocol: fc.constant('HTTP'),
          ...ends,
          fqdn: fc.domain(),
          targetUrl: fc.webUrl({ withQueryParameters: true }),
          action,
        }),
        rule,
      ),
      fc.tuple(
        fc.constant('dnat' as const),
        fc.record({
          protocol: fc.constantFrom('TCP', 'UDP'),
          ...ends,
          destinationIp: address,
          translatedIp: address,
          translatedPort: port,
        }),
        named,
      ),
      fc.tuple(
        fc.constant('threat' as const),
        fc.record({
          protocol: fc.constant('HTTPS'),
          ...ends,
          fqdn: fc.domain(),
          action: fc.constantFrom('Alert', 'Deny'),
          threatDescription: fc.constantFrom('Bot Networks', 'C2. Other'),
        }),
        fc.constant({}),
      ),
      fc.tuple(
        fc.constant('idps' as const),
        fc.record({
          protocol: fc.constant('TCP'),
          ...ends,
          destinationIp: address,
          action: fc.constant('Alert'),
          signatureId: fc.constant('2008983'),
          description: fc.constantFrom('USER_AGENTS sample', 'ET POLICY a. b: c'),
          severity: fc.integer({ min: 1, max: 4 }),
          signatureCategory: fc.constant('A Network Trojan was detected'),
        }),
        fc.constant({}),
      ),
    );
    fc.assert(
      fc.property(records, ([kind, columns, more]) => {
        const fields: Readonly<Record<string, unknown>> = { ...columns, ...more };
        const { msg, category } = legacyMessage(makeRecord(kind, 0, '', fields))!;
        const read = parseLegacyMessage(msg, category === 'ApplicationRule');
        expect({ kind: read?.kind, fields: read?.fields }).toEqual({ kind, fields });
        const common = readCommonMessage(msg, category === 'ApplicationRule');
        if (common === undefined) return;
        expect({ kind: common.kind, fields: legacyFields(common) }).toEqual({ kind, fields });
      }),
      { numRuns: 1500 },
    );
  });

  it('reads common texts, and texts nearly so, as their labels say', () => {
    const messages = [
      ...JSON.parse(readFileSync(`${folder}/legacy-msg-vectors.json`, 'utf8')).vectors,
    ].map(({ msg }: { readonly msg: string }) => msg);
    const edit = fc.record({
      at: fc.nat(250),
      take: fc.nat(3),
      put: fc.constantFrom(
        '',
        '.',
        '. ',
        ' ',
        ':',
        '. Action: Deny',
        '. Rule: x',
        'Policy: p',
        '0',
      ),
    });
    let common = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...messages),
        fc.array(edit, { maxLength: 2 }),
        fc.boolean(),
        (message, edits, isApplication) => {
          const text = edits.reduce(
            (old, { at, take, put }) => old.slice(0, at) + put + old.slice(at + take),
            message,
          );
          const quick = readCommonMessage(text, isApplication);
          if (quick === undefined) return;
          common += 1;
          const { kind, fields } = parseLegacyMessage(text, isApplication) ?? {};
          expect([text, quick.kind, legacyFields(quick)]).toEqual([text, kind, fields]);
        },
      ),
      { numRuns: 6000 },
    );
    expect(common).toBeGreaterThan(300);
  });

  it('accounts for every line of random bytes and never fails', async () => {
    const bit = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.constantFrom(
        ...[
          '{',
          '}',
          '[',
          ']',
          '"',
          '\\',
          ',',
          ':',
          '\n',
          '\r\n',
          '\0',
          '{"records":[',
          '{"tables":[{"columns":[{"name":"TimeGenerated"}],"rows":[[',
        ].map((text) => Buffer.from(text)),
        ...SAMPLES[0]!
          .toString()
          .split('\n')
          .filter((line) => line !== '')
          .slice(0, 3)
          .map((line) => Buffer.from(`${line}\n`)),
        Buffer.from([0x1f, 0x8b]),
        Buffer.from([0xff, 0xfe]),
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(bit, { maxLength: 12 }), async (bits) => {
        const bytes = Buffer.concat(bits);
        const { records, quarantined, reports } = await decodeChunks([bytes]);
        const { units, passedOver, layout, isGzip } = reports[0]!;
        expect(records.length + quarantined.length + passedOver).toBe(units);
        const isPlain =
          layout === 'lines' &&
          !isGzip &&
          bytes[0] !== 0xff &&
          bytes[0] !== 0xfe &&
          !bytes.includes(0);
        if (!isPlain || reports[0]!.diagnostics.some(({ severity }) => severity === 'error'))
          return;
        const lines = bytes.toString('latin1').split('\n');
        // An envelope may hold none; everything else that is not blank is one unit or more.
        const wanted = lines.filter(
          (line) => line.trim() !== '' && !/records|tables|^\s*\[/.test(line),
        ).length;
        expect(units).toBeGreaterThanOrEqual(wanted);
      }),
      { numRuns: 600 },
    );
  });

  it('a damaged line costs itself alone', async () => {
    const lines = SAMPLES[0]!.toString().trimEnd().split('\n');
    const wanted = (await decodeChunks([SAMPLES[0]!])).records.map(content);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(lines.length - 1),
        fc.nat(500),
        fc.uint8Array({ minLength: 1, maxLength: 4 }).filter((bytes) => !bytes.includes(10)),
        async (index, at, damage) => {
          const whole = lines.map((line) => Buffer.from(`${line}\n`));
          const line = whole[index]!;
          const cut = at % (line.length - 1);
          whole[index] = Buffer.concat([
            line.subarray(0, cut),
            damage,
            line.subarray(
              cut + damage.length < line.length ? cut + damage.length : line.length - 1,
            ),
          ]);
          // The head of the file is how it is recognised; a damaged first line is followed by whole ones.
          const { records } = await decodeChunks([Buffer.concat(whole)]);
          const others = records.filter((record) => record.line !== index + 1).map(content);
          expect(others).toEqual(wanted.filter((_, each) => each !== index));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('records with their columns written out have the columns of their kind', () => {
    const decoding = newDecoding({ name: 'x' }, undefined);
    for (const kind of LOG_KINDS) {
      const fields = Object.keys(LOG_COLUMNS[kind]);
      const draft = buildOf(kind)({ decoding, time: 1, category: 'c', resource: 'r' }, fields);
      expect(Object.entries(draft).slice(-fields.length)).toEqual(
        fields.map((field) => [field, field]),
      );
      expect(draft.kind).toBe(kind);
    }
  });

  it('the key of a record does not depend on the way it came', async () => {
    await fc.assert(
      fc.asyncProperty(anyRecord, async (record) => {
        const text = JSON.stringify(rotated(structuredRecord(record), 3));
        const read = await decodeChunks([Buffer.from(text)]);
        if (record.kind === 'gateway-access' || record.kind === 'waf') return;
        expect(recordKey(read.records[0]!)).toBe(recordKey(record));
      }),
      { numRuns: 200 },
    );
  });
});

/** The same object with its members, and those of `properties`, in another order. */
function rotated(record: Readonly<Record<string, unknown>>, by: number): Record<string, unknown> {
  const entries = Object.entries(record).map(([name, value]) =>
    name === 'properties'
      ? [name, rotated(value as Record<string, unknown>, by + 1)]
      : [name, value],
  );
  const cut = Math.abs(by) % Math.max(1, entries.length);
  return Object.fromEntries([...entries.slice(cut), ...entries.slice(0, cut)]);
}
