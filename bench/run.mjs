// Benchmarks, each against a peer or a limit measured in the same run. Prints ratios; nothing here is a test.
//   npm run bench             everything (a few minutes)
//   npm run bench -- start    only start-up
//   npm run bench -- estate   only the generated estate at 1x, 2x, 4x, and warm traces
//   npm run bench -- packets  only the packet-set engine
//   npm run bench -- pods     only the matrix of pods
//   npm run bench -- rules    only the audit of rules
//   npm run bench -- edits    only edits of a large list, patched
//   npm run bench -- application  only the application rules of a firewall
//   npm run bench -- egress   only all flows of all pods, end to end
//   npm run bench -- diff     only two versions of a large list
//   npm run bench -- emit     only a page of intent in every format
//   npm run bench -- terraform only the import of a large plan
//   npm run bench -- endpoint only the local Azure Resource Manager
//   npm run bench -- appliance only the compiled firewall on the wire
//   npm run bench -- dns      only the DNS proxy, in network namespaces
//   npm run bench -- lab-logs only what the appliance's logs cost
//   npm run bench -- lab-pods only pods brought up in the lab
//   npm run bench -- waf      only the web application firewall of the lab
//   npm run bench -- logs-verify only the replay of logged decisions
//   npm run bench -- logs-decode only the decoding of firewall logs
//   npm run bench -- logs     only the store of firewall logs: ingest and questions
//   npm run bench -- logs-questions only the answers that `sallyport logs` prints
//   npm run bench -- relation only the naive relational product that egress is compared with
//   npm run bench -- solver   only the audit of rules by an SMT solver
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { buildCommandLine } from '../scripts/build.mjs';
import { writeEstate } from './estate.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const only = process.argv[2];
await buildCommandLine();
const bin = join(root, 'bench', 'published.mjs');
const peak = pathToFileURL(join(root, 'bench', 'peak-memory.mjs')).href;

/** Wall time in ms of one whole process; with `memory` also its peak in MB (measuring it costs a few milliseconds). */
function once(args, memory = false) {
  const started = process.hrtime.bigint();
  const result = spawnSync(process.execPath, memory ? ['--import', peak, ...args] : args, {
    cwd: root,
    stdio: ['ignore', 'ignore', 'ignore', memory ? 'pipe' : 'ignore'],
  });
  const milliseconds = Number(process.hrtime.bigint() - started) / 1e6;
  return { milliseconds, megabytes: memory ? Number(result.output[3]) / 1024 : 0 };
}

/** A, B, A, B …: the machine's drift hits both. Medians, and the median of the pairwise ratios. */
function paired(a, b, runs) {
  once(a);
  once(b);
  const rows = Array.from({ length: runs }, () => ({ a: once(a), b: once(b) }));
  return {
    a: median(rows.map((row) => row.a.milliseconds)),
    b: median(rows.map((row) => row.b.milliseconds)),
    ratio: median(rows.map((row) => row.b.milliseconds / row.a.milliseconds)),
  };
}

function median(values) {
  const sorted = [...values].sort((x, y) => x - y);
  return sorted[Math.floor(sorted.length / 2)];
}

const row = (...cells) =>
  console.log(
    cells
      .map((cell, index) => (index === 0 ? String(cell).padEnd(44) : String(cell).padStart(14)))
      .join(''),
  );
const ms = (value) => `${value.toFixed(0)} ms`;

if (only === undefined || only === 'start') {
  row('start-up, whole process', 'median', 'node -e 0', 'ratio', 'goal');
  const version = paired(['-e', '0'], [bin, '--version'], 15);
  row('sallyport --version', ms(version.b), ms(version.a), `${version.ratio.toFixed(2)}x`, '<= 3x');
  const check = paired(['-e', '0'], [bin, 'check', 'examples/store'], 11);
  row(
    'sallyport check examples/store',
    ms(check.b),
    ms(check.a),
    `${check.ratio.toFixed(2)}x`,
    '<= 12x',
  );
  console.log();
}

if (only === undefined || only === 'estate') {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
  try {
    row('whole check of a generated estate', 'time', 'peak memory', 'time/size', 'goal at 1x');
    let base;
    for (const scale of [1, 2, 4]) {
      const directory = join(folder, `estate-${scale}`);
      const { firewallRules, pods, policies } = writeEstate(directory, scale);
      const runs = Array.from({ length: scale === 4 ? 1 : 3 }, () =>
        once(
          [bin, 'check', directory, '--format', 'json', '--output', join(folder, 'out.json')],
          true,
        ),
      );
      const time = median(runs.map((run) => run.milliseconds));
      base ??= time;
      row(
        `${scale}x: ${firewallRules} rules, ${pods} pods, ${policies} policies`,
        `${(time / 1000).toFixed(2)} s`,
        `${median(runs.map((run) => run.megabytes)).toFixed(0)} MB`,
        `${(time / base / scale).toFixed(2)}x`,
        scale === 1 ? '10 s, 600 MB' : '',
      );
    }
    console.log();
    await phases(join(folder, 'estate-1'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Where the time goes inside one process, and warm traces per second. */
async function phases(directory) {
  // Inside the package, where the library finds its data.
  const folder = join(root, 'dist', 'bench');
  const outfile = join(folder, 'library.mjs');
  try {
    await build({
      entryPoints: [join(root, 'src', 'index.ts')],
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      logLevel: 'error',
      banner: {
        js: "import { createRequire as __r } from 'node:module'; const require = __r(import.meta.url);",
      },
    });
    const library = await import(pathToFileURL(outfile).href);
    const timed = async (name, work) => {
      const started = performance.now();
      const value = await work();
      row(name, ms(performance.now() - started));
      return value;
    };
    row('one process, phase by phase (1x)', 'time');
    const datasets = (await library.loadDatasets({})).value;
    const snapshot = await timed('import', () =>
      library.importPaths(library.nodeFileSystem(), [directory], {}, datasets),
    );
    const perimeter = await timed('typed views', () => library.readPerimeter(snapshot));
    const network = await timed('network', () => library.deriveNetwork(perimeter));
    const context = { perimeter, network, asOf: '2026-11-21', profile: 'production' };
    await timed('all checks', () => library.runChecks(library.CATALOGUE, context));
    const slow = library.CATALOGUE.map((check) => {
      const started = performance.now();
      check.run(context);
      return { id: check.id, time: performance.now() - started };
    }).sort((a, b) => b.time - a.time);
    for (const { id, time } of slow.slice(0, 5)) row(`  ${id}`, ms(time));
    const questions = Array.from({ length: 50 }, (_, index) => ({
      from: `deploy:ns-${index % 30}/app-${index}`,
      to:
        index % 2 === 0
          ? `svc${index}.example1.com:443`
          : `service:ns-${(index + 1) % 30}/app-${index + 1}:80`,
    }));
    for (const question of questions) library.answerTrace(network, question);
    const started = performance.now();
    let count = 0;
    while (performance.now() - started < 2000) {
      library.answerTrace(network, questions[count % questions.length]);
      count += 1;
    }
    row('warm traces per second', (count / ((performance.now() - started) / 1000)).toFixed(0));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (only === undefined || only === 'packets') await import('./packet-sets.mjs');
if (only === undefined || only === 'pods') await import('./pod-matrix.mjs');
if (only === undefined || only === 'edits') await import('./edits.mjs');
if (only === undefined || only === 'rules') await import('./rules.mjs');
if (only === undefined || only === 'diff') await import('./diff.mjs');
if (only === undefined || only === 'application') await import('./application-rules.mjs');
if (only === undefined || only === 'egress') await import('./egress.mjs');
if (only === undefined || only === 'relation') await import('./relation.mjs');
if (only === undefined || only === 'solver') await import('./solver.mjs');
if (only === undefined || only === 'emit') await import('./emit.mjs');
if (only === undefined || only === 'terraform')
  spawnSync(process.execPath, [join(root, 'bench', 'terraform.mjs')], { stdio: 'inherit' });
if (only === undefined || only === 'endpoint') await import('./endpoint.mjs');
if (only === undefined || only === 'appliance') await import('./appliance.mjs');
if (only === undefined || only === 'dns')
  spawnSync(process.execPath, [join(root, 'bench', 'dns.mjs')], { stdio: 'inherit' });
if (only === undefined || only === 'lab-logs')
  spawnSync(process.execPath, [join(root, 'bench', 'lab-logs.mjs')], { stdio: 'inherit' });
for (const name of ['lab-pods', 'waf', 'logs-decode', 'logs', 'logs-questions', 'logs-verify']) {
  if (only === undefined || only === name)
    spawnSync(process.execPath, [join(root, 'bench', `${name}.mjs`)], { stdio: 'inherit' });
}
