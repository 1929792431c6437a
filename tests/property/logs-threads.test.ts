import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOG_KINDS, LOG_TABLES } from '../../src/logs/columns.ts';
import { generateLogs, lineBlocks, SAMPLE_PLAN } from '../../src/logs/generate/index.ts';
import { type IngestOptions, ingest, localInputs } from '../../src/logs/ingest/index.ts';
import { openStore, quarantined, storeContents } from '../../src/logs/store/index.ts';
import { type BuiltModule, builtModule } from '../support/built-module.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** What threads decode is what one thread decodes: records, lines, remarks and what was kept aside. */

let program: BuiltModule;
beforeAll(async () => {
  program = await builtModule('line-thread', "import './logs/programs/line-thread.ts';");
});
afterAll(() => program.remove());

const FROM = Date.UTC(2026, 10, 1) * 1000;
const HOUR = 3_600_000_000;

function generated(form: 'structured' | 'legacy', seed: number): string {
  const options = { seed, from: FROM, to: FROM + 5 * HOUR, records: 1_500 };
  return [...lineBlocks(generateLogs(SAMPLE_PLAN, options).records, form)].join('');
}

/** Lines that are written otherwise, broken, foreign or of the wrong time, put among the others. */
const STRAY: readonly string[] = [
  '{"category":"AZFWNetworkRule","time":"2026-11-01T00:00:00Z","properties":{"Protocol":"TCP"',
  'no JSON at all \u001b[31m',
  '{"category":"SomethingElse","time":"2026-11-01T00:00:00Z","properties":{}}',
  '{"category":"AZFWNetworkRule","time":"2026-11-01T01:00:00","resourceId":"/a","properties":{"Protocol":"UDP","NewColumn":7}}',
  '{"time":"2026-10-31T00:00:00Z","category":"AZFWDnsQuery","resourceId":"/A","properties":{"QueryName":"ä\\u2028\\"x","SourceIp":"10.0.0.1"}}',
  '{"category":"AzureFirewallNetworkRule","time":"2026-11-01T00:00:00Z","resourceId":"/a","properties":{"msg":"a text of a new kind"}}',
  '{"category":"ApplicationGatewayFirewallLog","time":"2026-11-01T00:00:00Z","resourceId":"/g","properties":{"clientIp":"203.0.113.9","ruleId":"942100","action":"Blocked"}}',
  '',
  '\r',
];

function strewn(text: string, places: readonly (readonly [number, number])[]): Buffer {
  const lines = text.split('\n');
  for (const [place, which] of places) {
    lines.splice(Math.floor(place * (lines.length - 1)), 0, STRAY[which % STRAY.length]!);
  }
  return Buffer.from(lines.join('\n'), 'utf8');
}

async function told(folder: string, name: string, options: IngestOptions) {
  const store = await openStore(join(folder, `${name}.duckdb`), { mode: 'write' });
  try {
    const { value } = await localInputs([join(folder, 'logs')]);
    const { seconds: _, ...report } = await ingest(store, value, options);
    const tables: unknown[] = [];
    for (const kind of LOG_KINDS) {
      const sql = `SELECT * FROM "${LOG_TABLES[kind].table}" ORDER BY TimeGenerated, _Source, _Line, _Item`;
      tables.push((await store.connection.runAndReadAll(sql)).getRowsJson());
    }
    const { byKind, sources } = await storeContents(store);
    return { report, tables, byKind, sources, aside: await quarantined(store, 1_000) };
  } finally {
    store.close();
  }
}

describe('threads', () => {
  it('decode what one thread decodes, in the same order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(1000),
        fc.constantFrom('structured', 'legacy'),
        fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(99)), {
          maxLength: 40,
        }),
        fc.constantFrom('plain', 'marked', 'gzip', 'latin-1', 'cut off'),
        fc.boolean(),
        async (seed, form, places, how, keepsAll) => {
          const folder = await temporaryFolder();
          try {
            await mkdir(join(folder.path, 'logs'));
            const text = strewn(generated(form, seed), places);
            const bytes = {
              plain: () => text,
              marked: () => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), text]),
              gzip: () => gzipSync(text, { level: 1 }),
              'latin-1': () => {
                const at = text.indexOf('api.payments');
                if (at > 0) text[at] = 0xe4;
                return text;
              },
              'cut off': () => text.subarray(0, text.length - 100),
            }[how]();
            const path = join(folder.path, 'logs', 'PT1H.json');
            await writeFile(path, bytes);
            const options = keepsAll
              ? {}
              : { keepDays: 1, clock: { now: () => Date.UTC(2026, 10, 2, 2) } };
            const one = await told(folder.path, 'one', options as IngestOptions);
            const threads = { program: program.path, count: 2, stretchBytes: 8_192 };
            const many = await told(folder.path, 'many', { ...options, threads } as IngestOptions);
            expect(many).toEqual(one);
          } finally {
            await folder.remove();
          }
        },
      ),
      { numRuns: 15 },
    );
  });
});
