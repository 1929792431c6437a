// The store of firewall logs: ingest beside what only reads the same file (wc -l, gzip -d, DuckDB's own JSON reader, which decodes nothing
// and looks for no duplicates), and every question over a week of records.
//   npm run bench -- logs           200 MB of each form, questions over 1 and 10 million records
//   node bench/logs.mjs 50          another size, in MB
//   node bench/logs.mjs 200 50      also questions over 50 million records
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { library } from './library.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
mkdirSync(join(root, 'dist', 'bench'), { recursive: true });
const logs = await library(
  'logs',
  [
    "export { LOG_COLUMNS, LOG_KINDS } from './logs/columns.ts';",
    "export { generateLogs, lineBlocks, SAMPLE_PLAN } from './logs/generate/index.ts';",
    "export { ingest, localInputs } from './logs/ingest/index.ts';",
    "export { rowsTable } from './logs/store/schema.ts';",
    "export { openStore, storeContents, storeEngine } from './logs/store/index.ts';",
    "export { LOG_QUESTIONS } from '../tests/support/log-questions.ts';",
  ].join('\n'),
);

const [sizeArgument, moreArgument] = process.argv.slice(2);
if (sizeArgument === 'ingest') {
  await ingestAlone(...process.argv.slice(3));
  process.exit();
}

const size = Number(sizeArgument ?? 200) * 1e6;
const folder = mkdtempSync(join(tmpdir(), 'sallyport-logs-'));
const row = (...cells) =>
  console.log(
    cells
      .map((cell, index) => (index === 0 ? String(cell).padEnd(36) : String(cell).padStart(11)))
      .join(''),
  );
const HOUR = 3_600e6;
const FROM = Date.UTC(2026, 10, 1) * 1000;

try {
  row(
    'ingest of firewall logs',
    'time',
    'processor',
    'MB/s',
    'records/s',
    'of DuckDB',
    'processor',
  );
  for (const form of ['structured', 'legacy']) await compare(form);
  await questions([1, 10, ...(moreArgument === undefined ? [] : [Number(moreArgument)])]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function compare(form) {
  const file = join(folder, `${form}.json`);
  const lines = write(file, form);
  const bytes = statSync(file).size;
  row(`${form}: ${(bytes / 1e6).toFixed(0)} MB, ${lines} lines`);
  const report = (name, { ms, cpu }, reference) =>
    row(
      `  ${name}`,
      `${ms.toFixed(0)} ms`,
      cpu === undefined ? '' : `${cpu.toFixed(0)} ms`,
      (bytes / 1e3 / ms).toFixed(0),
      Math.round((lines / ms) * 1000),
      reference === undefined ? '' : `${(reference.ms / ms).toFixed(2)}x`,
      reference === undefined ? '' : `${(reference.cpu / cpu).toFixed(2)}x`,
    );
  spawnSync('sh', ['-c', `gzip -1 -k -c "${file}" > "${file}.gz"`]);
  report('wc -l', clocked('wc', ['-l', file]));
  report('gzip -d', clocked('sh', ['-c', `gzip -d -c "${file}.gz" > /dev/null`]));
  const duck = await duckdb(file, form);
  report('DuckDB read_json, counted', duck.scan);
  report('DuckDB read_json into a file', duck.table);
  for (const [name, path] of [
    ['ingest', file],
    ['ingest, from gzip', `${file}.gz`],
  ]) {
    const store = join(folder, 'store.duckdb');
    let best;
    for (let round = 0; round < 3; round += 1) {
      rmSync(store, { force: true });
      const { stdout, stderr } = spawnSync(
        process.execPath,
        [fileURLToPath(import.meta.url), 'ingest', store, path],
        { encoding: 'utf8' },
      );
      if (stdout === '') throw new Error(stderr);
      const run = JSON.parse(stdout);
      if (best === undefined || run.ms < best.ms) best = run;
    }
    report(name, best, duck.table);
    row(
      '    peak memory, store',
      `${best.peak.toFixed(0)} MB`,
      `${(statSync(store).size / 1e6).toFixed(0)} MB`,
    );
    rmSync(store, { force: true });
  }
  rmSync(file);
  rmSync(`${file}.gz`);
}

function write(file, form) {
  const records = Math.floor(size / (form === 'structured' ? 570 : 520));
  writeFileSync(file, '');
  let lines = 0;
  for (const text of logs.lineBlocks(generated(records), form)) {
    appendFileSync(file, text);
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1;
  }
  return lines;
}

function generated(records) {
  const options = { seed: 1, from: FROM, to: FROM + 24 * HOUR, records };
  return logs.generateLogs(logs.SAMPLE_PLAN, options).records;
}

/** In a process of its own, for its memory. */
async function ingestAlone(path, file) {
  const store = await logs.openStore(path, { mode: 'write' });
  const { value } = await logs.localInputs([file]);
  const before = process.cpuUsage();
  const began = performance.now();
  const { records, quarantined } = await logs.ingest(store, value);
  store.close();
  const ms = performance.now() - began;
  if (quarantined > 0 || records === 0) throw new Error(`${quarantined} lines were quarantined`);
  const { user, system } = process.cpuUsage(before);
  const peak = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({ ms, cpu: (user + system) / 1000, peak }));
}

/** Two threads; every column of every record is made. The table is written to a file, as ours is. */
async function duckdb(file, form) {
  const path = join(folder, 'raw.duckdb');
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  const names = form === 'legacy' ? new Map([['msg', 'VARCHAR']]) : propertyTypes();
  const struct = [...names].map(([name, type]) => `"${name}" ${type}`).join(', ');
  const head = "category: 'VARCHAR', time: 'TIMESTAMP', resourceId: 'VARCHAR'";
  const source = `read_json('${file}', format = 'newline_delimited', columns = {${head}, properties: 'STRUCT(${struct})'})`;
  const columns = [...names.keys()].map((name) => `count(properties."${name}")`).join(', ');
  const scan = await best(() =>
    connection.runAndReadAll(`select count(time), count(resourceId), ${columns} from ${source}`),
  );
  const table = await best(async () => {
    await connection.run(
      `create or replace table logs as select time, resourceId, category, unnest(properties) from ${source}`,
    );
    await connection.run('checkpoint');
  });
  connection.closeSync();
  instance.closeSync();
  rmSync(path);
  return { scan, table };
}

function propertyTypes() {
  const types = { text: 'VARCHAR', int: 'BIGINT', real: 'DOUBLE', bool: 'BOOLEAN' };
  const kinds = ['network', 'application', 'dnat', 'threat', 'dns', 'fat-flow'];
  const columns = kinds.flatMap((kind) => Object.values(logs.LOG_COLUMNS[kind]));
  return new Map(columns.map(({ name, type }) => [name, types[type]]));
}

/** Of three runs the quickest, with the processor time of all threads. */
async function best(work) {
  const least = { ms: Number.POSITIVE_INFINITY, cpu: Number.POSITIVE_INFINITY };
  for (let round = 0; round < 3; round += 1) {
    const before = process.cpuUsage();
    const began = performance.now();
    await work();
    least.ms = Math.min(least.ms, performance.now() - began);
    const { user, system } = process.cpuUsage(before);
    least.cpu = Math.min(least.cpu, (user + system) / 1000);
  }
  return least;
}

function clocked(command, args) {
  const began = performance.now();
  if (spawnSync(command, args, { stdio: 'ignore' }).status !== 0)
    throw new Error(`${command} failed`);
  return { ms: performance.now() - began };
}

/** A day of 200,000 records, repeated over the week and, for more, within the days. */
async function questions(millions) {
  const file = join(folder, 'day.json');
  writeFileSync(file, '');
  for (const text of logs.lineBlocks(generated(200_000), 'structured')) appendFileSync(file, text);
  const store = await logs.openStore(join(folder, 'questions.duckdb'), { mode: 'write' });
  const { value } = await logs.localInputs([file]);
  await logs.ingest(store, value);
  const { connection } = store;
  // Records are copied below, tallies are not: bench/logs-questions.mjs measures those.
  const engine = logs.storeEngine({ ...store, tallies: [] });
  const tables = logs.LOG_KINDS.map(logs.rowsTable);
  for (const table of tables)
    await connection.run(`CREATE TEMP TABLE "Day_${table}" AS FROM "${table}"`);
  const times = new Map(Object.keys(logs.LOG_QUESTIONS).map((name) => [name, []]));
  const sizes = [];
  for (const million of millions) {
    const copies = million * 5;
    for (const table of tables) {
      await connection.run(`DELETE FROM "${table}"`);
      // A day at a time: hours stay together, as they do when logs are read as they are written.
      for (let day = 0; day < 7; day += 1) {
        const of = Math.floor(copies / 7) + (day < copies % 7 ? 1 : 0);
        await connection.run(
          `INSERT INTO "${table}" SELECT d.* REPLACE (d.TimeGenerated + to_days(${day}) + to_microseconds(7 * r.i) AS TimeGenerated)
           FROM "Day_${table}" d, range(${of}) r(i) ORDER BY TimeGenerated`,
        );
      }
    }
    await connection.run('CHECKPOINT');
    const { byKind } = await logs.storeContents(store);
    sizes.push(Object.values(byKind).reduce((sum, count) => sum + count, 0));
    for (const [name, pipeline] of Object.entries(logs.LOG_QUESTIONS)) {
      const { ms } = await best(() => engine.run(pipeline));
      times.get(name).push(ms);
    }
  }
  row(
    `\nquestions over a week, of records:`,
    ...sizes.map((count) => `${(count / 1e6).toFixed(1)} M`),
  );
  for (const [name, list] of times) row(`  ${name}`, ...list.map((ms) => `${ms.toFixed(0)} ms`));
  row(
    '  the slowest',
    ...sizes.map(
      (_, at) => `${Math.max(...[...times.values()].map((list) => list[at])).toFixed(0)} ms`,
    ),
  );
  row('  store', `${(statSync(store.path).size / 1e6).toFixed(0)} MB`);
  row('  peak memory', `${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`);
  engine.close();
}
