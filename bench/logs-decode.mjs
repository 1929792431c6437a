// Decoding of generated firewall logs, beside what only reads them: gzip -d, wc -l, JSON.parse of each line, and DuckDB's JSON reader.
//   npm run bench -- logs-decode        300 MB of each form (goal: half of DuckDB's own reader)
//   node bench/logs-decode.mjs 50       another size, in MB
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  createReadStream,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { library } from './library.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
mkdirSync(join(root, 'dist', 'bench'), { recursive: true });
const { decodeLog, generateLogs, lineBlocks, LOG_COLUMNS, recordKey, SAMPLE_PLAN } = await library(
  'logs-decode',
  [
    "export { decodeLog } from './logs/decode/index.ts';",
    "export { LOG_COLUMNS } from './logs/columns.ts';",
    "export { generateLogs, lineBlocks, SAMPLE_PLAN } from './logs/generate/index.ts';",
    "export { recordKey } from './logs/record-key.ts';",
  ].join('\n'),
);
const size = Number(process.argv[2] ?? 300) * 1e6;
const folder = mkdtempSync(join(tmpdir(), 'sallyport-logs-'));
const row = (...cells) =>
  console.log(
    cells
      .map((cell, index) => (index === 0 ? String(cell).padEnd(34) : String(cell).padStart(11)))
      .join(''),
  );

try {
  row('firewall logs', 'time', 'processor', 'MB/s', 'records/s', 'of DuckDB', 'processor');
  for (const form of ['structured', 'legacy']) await compare(form);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function compare(form) {
  const file = join(folder, `${form}.json`);
  const { lines, seconds } = write(file, form);
  const bytes = statSync(file).size;
  row(`${form}: ${(bytes / 1e6).toFixed(0)} MB, ${lines} lines`);
  const report = (name, { ms, cpu }, records, reference) =>
    row(
      `  ${name}`,
      `${ms.toFixed(0)} ms`,
      cpu === undefined ? '' : `${cpu.toFixed(0)} ms`,
      (bytes / 1e3 / ms).toFixed(0),
      records === undefined ? '' : Math.round((records / ms) * 1000),
      reference === undefined ? '' : `${(reference.ms / ms).toFixed(2)}x`,
      reference === undefined ? '' : `${(reference.cpu / cpu).toFixed(2)}x`,
    );
  report('generated', { ms: seconds * 1000 }, lines);
  const packed = `${file}.gz`;
  run('sh', ['-c', `gzip -1 -k -c "${file}" > "${packed}"`]);
  report('wc -l', run('wc', ['-l', file]));
  report('gzip -d', run('sh', ['-c', `gzip -d -c "${packed}" > /dev/null`]));
  const counted = await duckdb(file, form);
  if (counted !== undefined) {
    report('DuckDB read_json, all columns', counted.scan, lines);
    report('DuckDB read_json into a table', counted.table, lines);
  }
  const duck = counted?.scan;
  report('JSON.parse of each line', await best(() => parse(file)), lines, duck);
  report('decode', await best(() => decode(file)), lines, duck);
  report('decode, with keys', await best(() => decode(file, recordKey)), lines, duck);
  report('decode, from gzip', await best(() => decode(packed)), lines, duck);
}

function write(file, form) {
  const began = performance.now();
  const from = 1_741_046_400e6;
  const bytesEach = form === 'structured' ? 520 : 480;
  const records = Math.floor(size / bytesEach);
  const options = { seed: 1, from, to: from + 86_400e6, records };
  writeFileSync(file, '');
  let lines = 0;
  for (const text of lineBlocks(generateLogs(SAMPLE_PLAN, options).records, form)) {
    appendFileSync(file, text);
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1;
  }
  return { lines, seconds: (performance.now() - began) / 1000 };
}

/** DuckDB's reader with two threads: every column of every record is made, and nothing else done with it. */
async function duckdb(file, form) {
  let api;
  try {
    api = await import('@duckdb/node-api');
  } catch {
    return undefined;
  }
  const connection = await (await api.DuckDBInstance.create(':memory:')).connect();
  const names = form === 'legacy' ? new Map([['msg', 'VARCHAR']]) : propertyTypes();
  const struct = [...names].map(([name, type]) => `"${name}" ${type}`).join(', ');
  const head = "category: 'VARCHAR', time: 'TIMESTAMP', resourceId: 'VARCHAR'";
  // Told the columns, it need not look for them twice.
  const source = `read_json('${file}', format = 'newline_delimited', columns = {${head}, properties: 'STRUCT(${struct})'})`;
  const columns = [...names.keys()].map((name) => `count(properties."${name}")`).join(', ');
  const query = `select count(time), count(resourceId), count(category), ${columns} from ${source}`;
  const scan = await best(() => connection.runAndReadAll(query));
  const table = await best(() =>
    connection.run(`create or replace table logs as select * from ${source}`),
  );
  connection.closeSync();
  return { scan, table };
}

function propertyTypes() {
  const types = { text: 'VARCHAR', int: 'BIGINT', real: 'DOUBLE', bool: 'BOOLEAN' };
  const kinds = ['network', 'application', 'dnat', 'threat', 'dns', 'fat-flow'];
  const columns = kinds.flatMap((kind) => Object.values(LOG_COLUMNS[kind]));
  return new Map(columns.map(({ name, type }) => [name, types[type]]));
}

/** Of three runs the quickest, with the processor time it took: of all threads, and whatever else the machine did. */
async function best(work) {
  let least = { ms: Number.POSITIVE_INFINITY, cpu: Number.POSITIVE_INFINITY };
  for (let round = 0; round < 3; round += 1) {
    const began = performance.now();
    const before = process.cpuUsage();
    await work();
    const ms = performance.now() - began;
    const { user, system } = process.cpuUsage(before);
    least = { ms: Math.min(least.ms, ms), cpu: Math.min(least.cpu, (user + system) / 1000) };
  }
  return least;
}

async function decode(file, key) {
  const chunks = createReadStream(file, { highWaterMark: 1 << 20 });
  let kept = 0;
  const decoding = decodeLog(file, chunks);
  for (;;) {
    const next = await decoding.next();
    if (next.done) {
      if (next.value.quarantined > 0) throw new Error('lines were quarantined');
      return kept;
    }
    if (key === undefined) kept += next.value.records.length;
    else for (const record of next.value.records) kept += key(record).length;
  }
}

async function parse(file) {
  let rest = '';
  let kept = 0;
  for await (const chunk of createReadStream(file, {
    encoding: 'latin1',
    highWaterMark: 1 << 20,
  })) {
    const text = rest + chunk;
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      if (JSON.parse(text.slice(start, end)).properties !== undefined) kept += 1;
      start = end + 1;
    }
    rest = text.slice(start);
  }
  return kept;
}

function run(command, args) {
  const began = performance.now();
  const { status } = spawnSync(command, args, { stdio: 'ignore' });
  if (status !== 0) throw new Error(`${command} failed`);
  return { ms: performance.now() - began };
}
