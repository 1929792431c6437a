import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogEngine, LogValue } from '../../src/logs/engine.ts';
import { generateLogs, lineBlocks, SAMPLE_PLAN } from '../../src/logs/generate/index.ts';
import { ingest, localInputs } from '../../src/logs/ingest/index.ts';
import { fromTallies, type Pipeline } from '../../src/logs/query/index.ts';
import * as questions from '../../src/logs/questions/index.ts';
import { type LogStore, openStore, storeEngine } from '../../src/logs/store/index.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/temporary-folder.ts';

/** Whatever is asked of whatever window: counted from the tallies of a store or record by record, the answer is the same. */

const FROM = Date.parse('2026-11-01T00:00:00Z');
const HOUR = 3_600_000;
let folder: TemporaryFolder;
let store: LogStore;
let counted: LogEngine;
let read: LogEngine;
beforeAll(async () => {
  folder = temporaryFolder();
  store = await openStore(join(folder.path, 'logs.duckdb'), { mode: 'write' });
  const options = { seed: 3, from: FROM * 1000, to: (FROM + 5 * HOUR) * 1000, records: 6000 };
  const { records } = generateLogs(SAMPLE_PLAN, options);
  folder.write('logs/a.json', [...lineBlocks(records, 'structured')].join(''));
  await ingest(store, (await localInputs([join(folder.path, 'logs')])).value, { batchRows: 1000 });
  counted = storeEngine(store);
  read = storeEngine({ ...store, tallies: [] });
});
afterAll(() => {
  store.close();
  folder.remove();
});

/** At and beside the limits of intervals, in the middle of one, before and after all records, or open. */
const moment = fc.oneof(
  fc.constant(undefined),
  fc.integer({ min: -1, max: 6 }).map((hours) => FROM + hours * HOUR),
  fc.integer({ min: 0, max: 75 }).map((four) => FROM + four * 240_000),
  fc.integer({ min: 0, max: 5 * HOUR }).map((milliseconds) => FROM + milliseconds),
  fc
    .tuple(fc.integer({ min: 0, max: 5 }), fc.constantFrom(-1, 1))
    .map(([hours, by]) => FROM + hours * HOUR + by),
);
const window = fc.tuple(moment, moment).map(([from, to]): questions.Window => {
  const iso = (time: number) => new Date(time).toISOString();
  return {
    ...(from === undefined ? {} : { from: iso(from) }),
    ...(to === undefined ? {} : { to: iso(to) }),
  };
});

type Ask = (window: questions.Window) => Pipeline;
const since = new Date(FROM + 4 * HOUR).toISOString();
const COUNTING: Readonly<Record<string, Ask>> = {
  kinds: (at) => questions.recordsByKind(['network', 'application', 'dns', 'fat-flow', 'waf'], at),
  hours: (at) => questions.recordsOverTime(['network', 'dns', 'threat'], at, 3600),
  actions: questions.actions,
  talkers: (at) => questions.top('talkers', at, 10),
  names: (at) => questions.top('names', at, 10),
  addresses: (at) => questions.top('addresses', at, 10),
  ports: (at) => questions.top('ports', at, 10),
  rules: (at) => questions.ruleHits(at),
  denied: (at) => questions.denied(at, 500, [{ source: '10.42.1.9', networks: ['10.60.0'] }]),
  spread: (at) => questions.deniedSpread(at, 50),
  networks: (at) => questions.deniedNetworks(at, ['10.42.1.9', '10.42.3.4'], 50),
  timeline: (at) => questions.timeline(at, 3 * 3600),
  'timeline of rules': (at) => questions.timelineOfRules(at, 3600, ['api-tcp', 'search']),
  newcomers: (at) => questions.newNames(at, since, 10),
  threats: (at) => questions.threats(at, 10),
  'long names': (at) => questions.longNames(at, 10),
  'dns names': (at) => questions.dnsNames(at, 40),
  'dns answers': questions.dnsAnswers,
  busiest: (at) => questions.busiestDestinations(at, questions.INSIDE, 240, 10),
  connections: (at) =>
    questions.connectionsOverTime(at, 240, ['20.62.130.10', 'mcr.microsoft.com']),
};

/** Which of two fractions is added first shows in the last digit. */
const rounded = (value: LogValue) => (typeof value === 'number' ? Number(value.toFixed(9)) : value);

async function answer(engine: LogEngine, pipeline: Pipeline) {
  const { rows } = await engine.run(pipeline);
  return rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name, rounded(value)])),
  );
}

describe('questions answered from tallies', () => {
  it.each(Object.entries(COUNTING))('%s', async (_, ask) => {
    await fc.assert(
      fc.asyncProperty(window, async (at) => {
        const pipeline = ask(at);
        expect(await answer(counted, pipeline)).toEqual(await answer(read, pipeline));
      }),
      { numRuns: 12, examples: [[{}]] },
    );
    // And the tallies were what was read.
    const tables = fromTallies(ask({}), store.tallies).sources.map(({ table }) => table);
    expect(tables.every((table) => table.startsWith('_'))).toBe(true);
  });
});
