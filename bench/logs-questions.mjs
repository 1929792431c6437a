// The questions about logs, on a store of generated records (goal: each below a second at 10 million on two cores).
//   npm run bench -- logs-questions             1 and 10 million records
//   node bench/logs-questions.mjs 50            another size, in millions
//   node bench/logs-questions.mjs 10 --various  flows of 600 pods to 400 names and 200 addresses, which repeat themselves less
// A million records are generated and ingested; more are copies of them, each half a day later. Each question is asked as the command asks
// it, of the tallies the store keeps, and once more of the records alone. Times are the best of three, after one that warms up.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { library } from './library.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
mkdirSync(join(root, 'dist', 'bench'), { recursive: true });
const lib = await library(
  'logs-questions',
  [
    "export * from './logs/questions/index.ts';",
    "export { LOG_KINDS } from './logs/columns.ts';",
    "export { locator } from './logs/places/index.ts';",
    "export { openStore, storeEngine } from './logs/store/index.ts';",
    "export { rowsTable } from './logs/store/schema.ts';",
    "export { TALLIES } from './logs/store/tallies.ts';",
    "export { ingest, localInputs } from './logs/ingest/index.ts';",
    "export { generateLogs, lineBlocks, SAMPLE_PLAN } from './logs/generate/index.ts';",
    "export { bundledDatasets } from './io/index.ts';",
  ].join('\n'),
);

const BATCH = 1e6;
const HALF_DAY = 43_200;
const asked = process.argv
  .slice(2)
  .map(Number)
  .filter((size) => size > 0);
const sizes = asked.length > 0 ? asked : [1, 10];
const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
try {
  const file = join(folder, 'logs.json');
  const from = Date.parse('2026-11-01T00:00:00Z') * 1000;
  const plan = process.argv.includes('--various') ? various(lib.SAMPLE_PLAN) : lib.SAMPLE_PLAN;
  const { records } = lib.generateLogs(plan, {
    ...{ seed: 1, from, to: from + HALF_DAY * 1e6, records: BATCH },
  });
  for (const block of lib.lineBlocks(records, 'structured')) {
    writeFileSync(file, block, { flag: 'a' });
  }
  const store = await lib.openStore(join(folder, 'logs.duckdb'), { mode: 'write' });
  const began = performance.now();
  const report = await lib.ingest(store, (await lib.localInputs([file])).value);
  console.log(`ingest: ${report.records} records in ${seconds(began)} s`);
  await store.connection.run('SET threads = 2');
  let copies = 1;
  for (const size of [...sizes].sort((a, b) => a - b)) {
    copies = await grow(store, copies, size);
    await measure(store);
  }
  store.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function grow(store, copies, size) {
  for (; copies < size; copies += 1) {
    for (const kind of lib.LOG_KINDS) {
      const table = lib.rowsTable(kind);
      await store.connection.run(
        `INSERT INTO "${table}" SELECT * REPLACE (TimeGenerated + INTERVAL ${HALF_DAY * copies} SECONDS AS TimeGenerated)
         FROM "${table}" WHERE TimeGenerated < TIMESTAMP '2026-11-01 12:00:00'`,
      );
    }
    // Half a day is a multiple of every interval.
    const later = `+ INTERVAL ${HALF_DAY * copies} SECONDS`;
    for (const { table } of lib.TALLIES) {
      await store.connection.run(
        `INSERT INTO "${table}" SELECT * REPLACE (_Start ${later} AS _Start, _First ${later} AS _First, _Last ${later} AS _Last)
         FROM "${table}" WHERE _Start < TIMESTAMP '2026-11-01 12:00:00'`,
      );
    }
  }
  await store.connection.run('CHECKPOINT');
  return copies;
}

/** The plan with many more senders and destinations. */
function various(plan) {
  const senders = Array.from({ length: 60 }, (_, at) => ({
    name: `team${at}/app`,
    addresses: Array.from({ length: 10 }, (_, pod) => `10.${60 + (at >> 3)}.${at}.${4 + pod}`),
  }));
  const [address, name] = ['address', 'fqdn'].map(
    (kind) => plan.streams.find(({ to, rule }) => kind in to && rule !== undefined).rule,
  );
  const streams = senders.flatMap((sender, at) =>
    Array.from({ length: 20 }, (_, each) => {
      const common = { sender: sender.name, action: 'Allow', weight: 1 + (each % 5) };
      const fqdn = `svc${(at * 7 + each * 13) % 400}.api.example`;
      if (each === 19)
        return { ...common, protocol: 'HTTPS', to: { fqdn }, port: 443, action: 'Deny' };
      return each % 2 === 1
        ? { ...common, protocol: 'HTTPS', to: { fqdn }, port: 443, rule: name }
        : {
            ...{ ...common, protocol: 'TCP', port: 5432 + each, rule: address },
            to: { address: `20.${(at * 3 + each) % 10}.${each}.${1 + ((at * 11) % 200)}` },
          };
    }),
  );
  return {
    ...plan,
    senders: [...plan.senders, ...senders],
    streams: [...plan.streams, ...streams],
  };
}

async function measure(store) {
  const counted = questionsOf(await askingOf(store));
  const read = questionsOf(await askingOf({ ...store, tallies: [] }));
  const { logs } = await lib.askCompleteness(lib.storeEngine(store), {});
  const total = logs.reduce((sum, { records }) => sum + records, 0);
  const size = (await store.connection.runAndReadAll('PRAGMA database_size')).getRowObjects()[0];
  console.log(`\n${(total / 1e6).toFixed(1)} million records, store ${size?.database_size}`);
  const head = ['time', 'processor', 'of records', 'processor'].map((each) => each.padStart(12));
  console.log(`${'question'.padEnd(22)}${head.join('')}`);
  const sums = [0, 0, 0, 0];
  for (const name of Object.keys(counted)) {
    const times = [...(await best(counted[name])), ...(await best(read[name]))];
    for (const [at, each] of times.entries()) sums[at] = Math.max(sums[at], each);
    console.log(`${name.padEnd(22)}${times.map(told).join('')}`);
  }
  console.log(`${'the slowest'.padEnd(22)}${sums.map(told).join('')}`);
}

function told(time) {
  return `${time.toFixed(2)} s`.padStart(12);
}

/** Elapsed and processor time, each the best of three. */
async function best(ask) {
  await ask();
  let [elapsed, used] = [Infinity, Infinity];
  for (let turn = 0; turn < 3; turn += 1) {
    const cpu = process.cpuUsage();
    const began = performance.now();
    await ask();
    elapsed = Math.min(elapsed, (performance.now() - began) / 1000);
    const { user, system } = process.cpuUsage(cpu);
    used = Math.min(used, (user + system) / 1e6);
  }
  return [elapsed, used];
}

async function askingOf(store) {
  const engine = lib.storeEngine(store);
  const { span } = await lib.askCompleteness(engine, {});
  const asking = {
    engine,
    window: {},
    datasets: lib.bundledDatasets(),
    locate: lib.locator({}),
    said: [],
  };
  return { asking, engine, span };
}

function questionsOf({ asking, engine, span }) {
  const search = (term) => () =>
    lib.askRows(engine, lib.search({}, [{ ...term, isNot: false }], 50));
  return {
    completeness: () => lib.askCompleteness(engine, {}),
    summary: () => lib.askSummary(asking, 8),
    'top talkers': () => lib.askRows(engine, lib.top('talkers', {}, 20)),
    'top names': () => lib.askRows(engine, lib.top('names', {}, 20)),
    'top addresses': () => lib.askRows(engine, lib.top('addresses', {}, 20)),
    'top ports': () => lib.askRows(engine, lib.top('ports', {}, 20)),
    'top rules': () => lib.askRows(engine, lib.ruleHits({}, 20)),
    denied: () => lib.askDenied(asking),
    'timeline by action': () => lib.askTimeline(asking, span, 'action', 8),
    'timeline by rule': () => lib.askTimeline(asking, span, 'rule', 8),
    'timeline, 5 minutes': () => lib.askRows(engine, lib.timeline({}, 300)),
    threats: () => lib.askThreats(asking, 20),
    'dns names': () => lib.askRows(engine, lib.dnsNames({}, 20)),
    'dns answers': () => lib.askRows(engine, lib.dnsAnswers({})),
    snat: () => lib.askSnat(asking, span, 20),
    cost: () => lib.askCost(asking, span),
    'search a name': search({ field: 'name', value: '*.vendor.example' }),
    'search a word': search({ value: 'maliciousdomain' }),
  };
}

function seconds(began) {
  return ((performance.now() - began) / 1000).toFixed(2);
}
