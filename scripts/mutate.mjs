// Plants small faults into the sources, one at a time in a copy of the tree, and counts how many the tests notice.
//   npm run mutate                                     150 faults in src/packets and src/flows
//   npm run mutate -- src/semantics/nsg/concrete.ts    in these files or folders
//   npm run mutate -- --sample 1000 --seed 2 --jobs 2 --least 85
// What survives is either a test that is missing or a fault that changes no answer; the latter are listed, each with its reason,
// in tests/support/equivalent-mutations.json.
import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { seeded } from '../bench/seeded.mjs';
import { mutationsOf } from './mutations.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: 'string', default: '150' },
    seed: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '1' },
    least: { type: 'string' },
    tests: { type: 'string' },
  },
});
/** Tests of a folder, as beginnings of paths. Folders below `src/semantics` have theirs by name. */
const TESTS = {
  'src/packets': [
    'src/packets/',
    'tests/property/packet-',
    'tests/property/metamorphic.',
    'tests/property/flows.',
    'tests/property/patch.',
  ],
  'src/flows': [
    'src/flows/',
    'tests/property/packet-laws.',
    'tests/property/metamorphic.',
    'tests/property/flows.',
    'tests/property/patch.',
  ],
};
/** Boxes whose conformance tests go by another name. */
const CONFORMANCE = {
  'address-plan': 'aks-address-plan',
  'api-server': 'aks-',
  masquerade: 'aks-masquerade',
  'network-policy': 'netpol-',
  'private-endpoint': 'dns-private-endpoint',
};
const COPIED = [
  'src',
  'tests',
  'bench',
  'data',
  'package.json',
  'vitest.config.ts',
  'tsconfig.json',
  'ARCHITECTURE.md',
];
/** Test files that together take so long are run in one go. */
const STAGE_MS = 3000;
const OUT_OF_TIME = 124;

const files = (positionals.length === 0 ? Object.keys(TESTS) : positionals)
  .flatMap((path) => filesBelow(path))
  .sort();
const equivalent = JSON.parse(
  readFileSync(join(root, 'tests/support/equivalent-mutations.json'), 'utf8'),
);
const all = files.flatMap((file) => {
  const source = readFileSync(join(root, file), 'utf8');
  return mutationsOf(source, file).map((mutation) => ({
    file,
    ...mutation,
    ...shown(source, mutation),
  }));
});
const faults = sampled(all, Number(values.sample), seeded(Number(values.seed)));
console.log(
  `mutate: ${faults.length} of ${all.length} faults in ${files.length} files, seed ${values.seed}`,
);

const began = performance.now();
const stages = new Map();
const outcomes = { killed: [], 'out of time': [], survived: [], equivalent: [] };
const running = new Set();
const folders = Array.from({ length: Number(values.jobs) }, copyOfTree);
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    summed();
    process.exit(130);
  });
}
for (const tests of new Set(faults.map(({ file }) => testsOf(file).join(' ')))) {
  stages.set(tests, await stagesOf(tests.split(' ')));
}
const queue = [...faults];
await Promise.all(
  folders.map(async (folder) => {
    for (let fault = queue.shift(); fault !== undefined; fault = queue.shift()) {
      const outcome = await judge(folder, fault);
      outcomes[outcome].push(fault);
      if (outcome === 'survived') console.log(`  survived ${told(fault)}`);
      const done = faults.length - queue.length;
      if (done % 25 === 0) console.log(`  ${done} of ${faults.length} in ${seconds()} s`);
    }
  }),
);

process.exit(summed());

/** Says what is known so far. @returns the exit code */
function summed() {
  for (const entry of equivalent) {
    const isTouched = all.some(({ file, line }) => file === entry.file && line === entry.line);
    if (!isTouched && files.includes(entry.file)) {
      console.log(`  no longer found, take it off the list: ${entry.file}: ${entry.line}`);
    }
  }
  const noticed = outcomes.killed.length + outcomes['out of time'].length;
  const counted = noticed + outcomes.survived.length;
  const score = counted === 0 ? 100 : (100 * noticed) / counted;
  for (const folder of new Set(faults.map(({ file }) => dirname(file)))) {
    const of = (name) => outcomes[name].filter(({ file }) => dirname(file) === folder).length;
    console.log(
      `  ${folder}: ${of('killed') + of('out of time')} noticed, ${of('survived')} survived, ${of('equivalent')} equivalent`,
    );
  }
  console.log(
    `mutate: score ${score.toFixed(1)} %: ${outcomes.killed.length} killed, ${outcomes['out of time'].length} out of time, ${outcomes.survived.length} survived, ${outcomes.equivalent.length} equivalent, in ${seconds()} s`,
  );
  return values.least !== undefined && score < Number(values.least) ? 1 : 0;
}

async function judge(folder, fault) {
  const known = equivalent.find(({ file, line }) => file === fault.file && line === fault.line);
  if (known !== undefined) return 'equivalent';
  const path = join(folder, fault.file);
  const source = readFileSync(path, 'utf8');
  writeFileSync(path, source.slice(0, fault.start) + fault.text + source.slice(fault.end));
  try {
    for (const { tests, milliseconds } of stages.get(testsOf(fault.file).join(' '))) {
      const result = await run(folder, tests, 2 * milliseconds + 6000);
      if (result !== 'passed') return result === 'failed' ? 'killed' : result;
    }
    return 'survived';
  } finally {
    writeFileSync(path, source);
  }
}

/** The tests as they are, quick ones first, in stages: most faults die in the first. They must pass. */
async function stagesOf(prefixes) {
  const tests = ['src', 'tests']
    .flatMap((folder) => filesBelow(folder, (name) => name.endsWith('.test.ts')))
    .filter((file) => prefixes.some((prefix) => file.startsWith(prefix)));
  const which = prefixes.join(' or ');
  if (tests.length === 0) fail(`no test file begins with ${which}; say which with --tests`);
  const results = join(folders[0], 'results.json');
  const status = await run(folders[0], tests, 600_000, [
    '--reporter=json',
    `--outputFile=${results}`,
  ]);
  if (status !== 'passed') fail(`tests that begin with ${which} do not pass as they are`);
  const stages = [];
  const times = JSON.parse(readFileSync(results, 'utf8')).testResults.map(
    ({ name, startTime, endTime }) => ({
      test: relative(folders[0], name),
      time: endTime - startTime,
    }),
  );
  for (const { test, time } of times.sort((a, b) => a.time - b.time)) {
    const last = stages.at(-1);
    if (last === undefined || last.milliseconds + time > STAGE_MS) {
      stages.push({ tests: [test], milliseconds: time });
    } else {
      last.tests.push(test);
      last.milliseconds += time;
    }
  }
  return stages;
}

/** Time is what the processor spent, so that a busy machine makes no fault look slow. */
function run(folder, tests, milliseconds, more = ['--reporter=dot']) {
  return new Promise((resolve) => {
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    const flags = ['--bail=1', '--maxWorkers=1', '--no-isolate', '--config', 'mutate.config.ts'];
    const child = spawn(
      process.execPath,
      ['--import', './mutate.limit.mjs', vitest, 'run', ...flags, ...more, ...tests],
      {
        cwd: folder,
        stdio: 'ignore',
        env: { ...process.env, MUTATE_MS: String(milliseconds) },
      },
    );
    running.add(child);
    child.on('exit', (status) => {
      running.delete(child);
      resolve(status === 0 ? 'passed' : status === OUT_OF_TIME ? 'out of time' : 'failed');
    });
  });
}

function copyOfTree() {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-mutate-'));
  for (const name of COPIED) cpSync(join(root, name), join(folder, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  // One counterexample says enough: it need not be the smallest.
  writeFileSync(
    join(folder, 'mutate.setup.ts'),
    "import fc from 'fast-check';\nfc.configureGlobal({ endOnFailure: true });\n",
  );
  writeFileSync(
    join(folder, 'mutate.limit.mjs'),
    `import { isMainThread } from 'node:worker_threads';
const look = () => {
  const { user, system } = process.cpuUsage();
  if ((user + system) / 1000 > Number(process.env.MUTATE_MS)) process.exit(${OUT_OF_TIME});
};
if (isMainThread) setInterval(look, 200).unref();
`,
  );
  writeFileSync(
    join(folder, 'mutate.config.ts'),
    `import { mergeConfig } from 'vitest/config';
import config from './vitest.config.ts';
export default mergeConfig(config, { test: { setupFiles: ['mutate.setup.ts'] } });
`,
  );
  return folder;
}

function testsOf(file) {
  if (values.tests !== undefined) return values.tests.split(',');
  const own = Object.entries(TESTS).find(([folder]) => file.startsWith(`${folder}/`))?.[1];
  if (own !== undefined) return own;
  const beside = `${dirname(file)}/`;
  const box = /^src\/semantics\/([^/]+)\//.exec(file)?.[1];
  if (box === undefined) return [beside];
  const conformance = CONFORMANCE[box] ?? box;
  return [beside, `tests/conformance/${conformance}`, `tests/property/${box}`];
}

function filesBelow(path, isWanted = (name) => /(?<!\.test)\.ts$/.test(name)) {
  const full = join(root, path);
  if (!existsSync(full)) fail(`there is no ${path}`);
  if (statSync(full).isFile()) return [relative(root, full)];
  return readdirSync(full, { recursive: true })
    .map((name) => relative(root, join(full, name)).replaceAll('\\', '/'))
    .filter(isWanted);
}

function sampled(list, count, random) {
  return list
    .map((fault) => ({ fault, key: random() }))
    .sort((a, b) => a.key - b.key)
    .slice(0, count)
    .map(({ fault }) => fault);
}

/** Where the fault is, and the line as it becomes. */
function shown(source, { start, end, text }) {
  const from = source.lastIndexOf('\n', start - 1) + 1;
  const to = (at, whole) => (whole.indexOf('\n', at) < 0 ? whole.length : whole.indexOf('\n', at));
  const after = source.slice(0, start) + text + source.slice(end);
  return {
    number: source.slice(0, start).split('\n').length,
    before: source.slice(from, to(start, source)).trim(),
    line: after
      .slice(from, to(start + text.length, after))
      .replace(/\s+/g, ' ')
      .trim(),
  };
}

function told({ file, number, kind, before, line }) {
  return `${file}:${number}  ${kind}\n      - ${before}\n      + ${line}`;
}

function seconds() {
  return ((performance.now() - began) / 1000).toFixed(0);
}

function fail(why) {
  console.error(`mutate: ${why}`);
  process.exit(2);
}
