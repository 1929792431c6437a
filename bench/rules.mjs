// The audit of rules (sallyport rules) on generated firewalls: time, peak memory and counters, against taking boxes apart by hand.
//   npm run bench -- rules
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { peakKilobytes } from './peak.mjs';
import { firewallRules } from './workloads/firewall-rules.mjs';
import { firewallTemplate } from './workloads/firewall-template.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const self = fileURLToPath(import.meta.url);
const row = (...cells) =>
  console.log(
    cells
      .map((cell, index) => (index === 0 ? String(cell).padEnd(22) : String(cell).padStart(13)))
      .join(''),
  );
const PROTOCOLS = ['tcp', 'udp', 'icmp', 'other'];
const tagFile = join(root, 'data', 'service-tags.sample.json');
const megabytes = (number) => `${number.toFixed(0)} MB`;
const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(2)} s`;

if (process.argv[2] === 'one') await one(JSON.parse(process.argv[3]));
else {
  spawnSync(process.execPath, [join(root, 'scripts', 'build.mjs'), '--library'], { cwd: root });
  row(
    'audit of rules',
    'never hit in',
    'peak then',
    'all in',
    'peak',
    'never hit',
    'contradicted',
    'redundant',
    'go together',
    'taking apart',
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
  wholeCommand(10000);
}

async function one({ n, broad = 0, seed = 1 }) {
  const library = (path) => import(pathToFileURL(join(root, 'dist', 'lib', path)).href);
  const { auditRules } = await library('questions/rules/audit-rules.js');
  const rules = rulesOf(n, { seed, broad });
  const verdicts = {};
  const began = performance.now();
  const audit = auditRules(
    { name: `FW-${n}`, rules },
    {
      ruleOf: (by) => by,
      onProgress: (done) => {
        if (done !== n) return;
        verdicts.time = performance.now() - began;
        verdicts.peak = peakKilobytes() / 1024;
      },
    },
  );
  const all = performance.now() - began;
  const peak = peakKilobytes() / 1024;
  if (audit.inconclusive.length > 0) console.log(audit.inconclusive);
  const of = (test) => audit.rules.filter(test).length;
  const never = of(({ verdict }) => verdict.kind === 'never-hit');
  row(
    `FW-${n}${broad ? ` broad ${broad}` : ''}`,
    seconds(verdicts.time),
    megabytes(verdicts.peak),
    seconds(all),
    megabytes(peak),
    never,
    of(({ contradiction }) => contradiction !== undefined),
    of(({ redundancy }) => redundancy !== undefined),
    audit.removable.length,
    takenApart(rules, never, verdicts.time),
  );
}

/** The peer: each rule's box minus all earlier ones, piece by piece, up to a limit of pieces. Finds the same or gives up. */
function takenApart(rules, expected, ours) {
  const boxes = rules.map(({ region: [box] }) => [
    box.sources.v4,
    box.destinations.v4,
    box.destinationPorts,
    (box.protocols ?? PROTOCOLS).flatMap((name) => [
      PROTOCOLS.indexOf(name),
      PROTOCOLS.indexOf(name),
    ]),
  ]);
  const began = performance.now();
  let never = 0;
  let gaveUp = 0;
  for (const [index, box] of boxes.entries()) {
    let pieces = [box];
    for (let earlier = 0; earlier < index && pieces.length > 0; earlier += 1) {
      pieces = pieces.flatMap((piece) => minus(piece, boxes[earlier]));
      if (pieces.length > 300) break;
    }
    if (pieces.length === 0) never += 1;
    if (pieces.length > 300) gaveUp += 1;
    if (performance.now() - began > 60_000)
      return `> ${seconds(60_000)} (${(60_000 / ours).toFixed(0)}x)`;
  }
  const time = performance.now() - began;
  if (never > expected || never + gaveUp < expected)
    throw new Error(`taking apart finds ${never}, not ${expected}`);
  return `${(time / ours).toFixed(1)}x, ${gaveUp} open`;
}

function minus(piece, other) {
  const common = piece.map((set, field) => both(set, other[field]));
  if (common.some((set) => set.length === 0)) return [piece];
  const left = [];
  const rest = [...piece];
  for (const [field, set] of piece.entries()) {
    const outside = without(set, common[field]);
    if (outside.length > 0) left.push(rest.with(field, outside));
    rest[field] = common[field];
  }
  return left;
}

function both(a, b) {
  const out = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const low = Math.max(a[i], b[j]);
    const high = Math.min(a[i + 1], b[j + 1]);
    if (low <= high) out.push(low, high);
    if (a[i + 1] < b[j + 1]) i += 2;
    else j += 2;
  }
  return out;
}

function without(a, inside) {
  const out = [];
  let j = 0;
  for (let i = 0; i < a.length; i += 2) {
    let low = a[i];
    for (; j < inside.length && inside[j] <= a[i + 1]; j += 2) {
      if (inside[j] > low) out.push(low, inside[j] - 1);
      low = inside[j + 1] + 1;
    }
    if (low <= a[i + 1]) out.push(low, a[i + 1]);
  }
  return out;
}

/** From a template on disk to the printed answer: reading, typed views, the telling, the audit. */
function wholeCommand(n) {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
  try {
    const rules = firewallRules(n, { seed: 1, tagFile });
    writeFileSync(join(folder, 'main.json'), JSON.stringify(firewallTemplate(rules)));
    const peak = pathToFileURL(join(root, 'bench', 'peak-memory.mjs')).href;
    const bin = join(root, 'bench', 'published.mjs');
    const began = performance.now();
    const ran = spawnSync(
      process.execPath,
      ['--import', peak, bin, 'rules', folder, '--fail-on', 'none', '--format', 'json'],
      {
        cwd: root,
        stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
        maxBuffer: 2 ** 28,
        encoding: 'utf8',
      },
    );
    const { findings, removable } = JSON.parse(ran.stdout);
    console.log(
      `sallyport rules, ${n} rules in a template: ${seconds(performance.now() - began)}, ${megabytes(Number(ran.output[3]) / 1024)}, ${findings.length} findings, ${removable.length} go together`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
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
    tagFile,
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
