// The questions about logs, on a store of generated records (goal: each below a second at 10 million on two cores).
//   npm run bench -- logs-questions        1 and 10 million records
//   node bench/logs-questions.mjs 50       another size, in millions
// A million records are generated and ingested; more are copies of them, each half a day later.
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
    "export { LOG_KINDS, LOG_TABLES } from './logs/columns.ts';",
    "export { locator } from './logs/places/index.ts';",
    "export { openStore, storeEngine } from './logs/store/index.ts';",
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
  const { records } = lib.generateLogs(lib.SAMPLE_PLAN, {
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
    await measure(lib.storeEngine(store), store);
  }
  store.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function grow(store, copies, size) {
  for (; copies < size; copies += 1) {
    for (const kind of lib.LOG_KINDS) {
      const table = lib.LOG_TABLES[kind].table;
      await store.connection.run(
        `INSERT INTO "${table}" SELECT * REPLACE (TimeGenerated + INTERVAL ${HALF_DAY * copies} SECONDS AS TimeGenerated)
         FROM "${table}" WHERE TimeGenerated < TIMESTAMP '2026-11-01 12:00:00'`,
      );
    }
  }
  await store.connection.run('CHECKPOINT');
  return copies;
}

async function measure(engine, store) {
  const asking = {
    ...{ engine, window: {}, datasets: lib.bundledDatasets(), locate: lib.locator({}), said: [] },
  };
  const { logs, span } = await lib.askCompleteness(engine, {});
  const total = logs.reduce((sum, { records }) => sum + records, 0);
  const size = (await store.connection.runAndReadAll('PRAGMA database_size')).getRowObjects()[0];
  console.log(`\n${(total / 1e6).toFixed(1)} million records, store ${size?.database_size}`);
  console.log(`${'question'.padEnd(22)}${'time'.padStart(9)}${'processor'.padStart(12)}`);
  const questions = {
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
    threats: () => lib.askThreats(asking, 20),
    'dns names': () => lib.askRows(engine, lib.dnsNames({}, 20)),
    'dns answers': () => lib.askRows(engine, lib.dnsAnswers({})),
    snat: () => lib.askSnat(asking, span, 20),
    cost: () => lib.askCost(asking, span),
    'search a name': () =>
      lib.askRows(
        engine,
        lib.search({}, [{ field: 'name', value: '*.vendor.example', isNot: false }], 50),
      ),
    'search a word': () =>
      lib.askRows(engine, lib.search({}, [{ value: 'maliciousdomain', isNot: false }], 50)),
  };
  for (const [name, ask] of Object.entries(questions)) {
    await ask();
    const cpu = process.cpuUsage();
    const began = performance.now();
    await ask();
    const { user, system } = process.cpuUsage(cpu);
    const used = ((user + system) / 1e6).toFixed(2);
    console.log(
      `${name.padEnd(22)}${`${seconds(began)} s`.padStart(9)}${`${used} s`.padStart(12)}`,
    );
  }
}

function seconds(began) {
  return ((performance.now() - began) / 1000).toFixed(2);
}
