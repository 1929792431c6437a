// The audit of rules (sallyport rules) on generated firewalls: time, peak memory and counters, against taking boxes apart by hand.
//   npm run bench -- rules
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { firewallRules } from './workloads/firewall-rules.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const self = fileURLToPath(import.meta.url);
const row = (...cells) =>
  console.log(
    cells
      .map((cell, index) => (index === 0 ? String(cell).padEnd(22) : String(cell).padStart(13)))
      .join(''),
  );
const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(2)} s`;

if (process.argv[2] === 'one') await one(JSON.parse(process.argv[3]));
else {
  spawnSync(process.execPath, [join(root, 'scripts', 'build.mjs'), '--library'], { cwd: root });
  row(
    'rules of a firewall',
    'verdicts',
    'all',
    'peak',
    'never hit',
    'contradicted',
    'redundant',
    'go together',
    'rows peak',
  );
  // A process each: peak memory is of the process.
  for (const workload of [
    { n: 1000 },
    { n: 2000 },
    { n: 5000 },
    { n: 10000 },
    { n: 10000, broad: 0.15 },
  ]) {
    spawnSync(process.execPath, [self, 'one', JSON.stringify(workload)], { stdio: 'inherit' });
  }
}

async function one({ n, broad = 0, seed = 1 }) {
  const library = (path) => import(pathToFileURL(join(root, 'dist', 'lib', path)).href);
  const { auditRules, compileList } = await library('questions/rules/index.js');
  const { DEFAULT_BUDGET } = await library('packets/index.js');
  const list = { name: `FW-${n}`, rules: rulesOf(n, { seed, broad }) };
  const options = { ruleOf: (by) => by, budget: { ...DEFAULT_BUDGET } };
  let verdicts;
  const began = performance.now();
  const audit = auditRules(list, {
    ...options,
    onProgress: (done) => {
      if (done === n) verdicts = performance.now() - began;
    },
  });
  const all = performance.now() - began;
  const of = (test) => audit.rules.filter(test).length;
  row(
    `FW-${n}${broad ? ` broad ${broad}` : ''}`,
    seconds(verdicts ?? Number.NaN),
    seconds(all),
    `${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`,
    of(({ verdict }) => verdict.kind === 'never-hit'),
    of(({ contradiction }) => contradiction !== undefined),
    of(({ redundancy }) => redundancy !== undefined),
    audit.removable.length,
    audit.inconclusive.map(({ artefact }) => artefact).join() || '-',
  );
  void compileList;
}

function rulesOf(n, { seed, broad }) {
  const words = new Map();
  const set = (pairs) => {
    if (!words.has(pairs)) words.set(pairs, { v4: pairs, v6: [] });
    return words.get(pairs);
  };
  const protocols = new Map();
  return firewallRules(n, {
    seed,
    broad,
    tagFile: join(root, 'data', 'service-tags.sample.json'),
  }).map((rule, index) => {
    const names = rule.protocols.join(' ');
    if (!protocols.has(names)) protocols.set(names, rule.protocols);
    return {
      region: [
        {
          sources: set(rule.source),
          destinations: set(rule.destination),
          destinationPorts: rule.ports,
          ...(rule.protocols.length === 4 ? {} : { protocols: protocols.get(names) }),
        },
      ],
      effect: rule.isDeny ? 'deny' : 'allow',
      by: { name: `rule ${index}` },
    };
  });
}
