// The packet-set engine on generated policies (bench/workloads), against a linear scan in the same run.
//   npm run bench -- packets
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { peakKilobytes } from './peak.mjs';
import { seeded } from './seeded.mjs';
import { firewallRules } from './workloads/firewall-rules.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
spawnSync(process.execPath, [join(root, 'scripts', 'build.mjs'), '--library'], { cwd: root });
const packets = await import(join(root, 'dist', 'lib', 'packets', 'index.js'));
const {
  atomAt,
  atomShares,
  atomsOf,
  coversOf,
  DiagramTable,
  intervalAtoms,
  orderRegions,
  space,
  undeciding,
  rangeList,
  weights,
} = packets;

const PROTOCOLS = ['tcp', 'udp', 'icmp', 'other'];

/** Atoms per field and one box per rule. Equal sets become one list, per field: ordinals differ between fields. */
function boxesOf(rules) {
  const sets = (key) => [...new Set(rules.map((rule) => rule[key]))];
  const destination = intervalAtoms(0, 0xffff_ffff, sets('destination'));
  const source = intervalAtoms(0, 0xffff_ffff, sets('source'));
  const port = intervalAtoms(0, 65535, sets('ports'));
  const layout = space([
    { name: 'destination', atoms: destination.starts.length },
    { name: 'protocol', atoms: PROTOCOLS.length },
    { name: 'port', atoms: port.starts.length },
    { name: 'source', atoms: source.starts.length },
  ]);
  const memo = (make) => {
    const known = new Map();
    return (key) => {
      if (!known.has(key)) known.set(key, make(key));
      return known.get(key);
    };
  };
  const isWhole = (list, atoms) => list[0] === 0 && list[1] === atoms - 1;
  const listOf = (atoms) =>
    memo((set) => {
      const list = atomsOf(atoms, set);
      return isWhole(list, atoms.starts.length) ? undefined : list;
    });
  const destinations = listOf(destination);
  const ports = listOf(port);
  const sources = listOf(source);
  const protocols = memo((text) =>
    rangeList(text.split(' ').map((name) => [PROTOCOLS.indexOf(name), PROTOCOLS.indexOf(name)])),
  );
  const boxes = rules.map((rule) => [
    destinations(rule.destination),
    rule.protocols.length === PROTOCOLS.length ? undefined : protocols(rule.protocols.join(' ')),
    ports(rule.ports),
    sources(rule.source),
  ]);
  const sums = weights(layout, [
    atomShares(destination),
    undefined,
    atomShares(port),
    atomShares(source),
  ]);
  return { layout, boxes, sums, atoms: { destination, port, source } };
}

const row = (...cells) =>
  console.log(
    cells
      .map((cell, index) => (index === 0 ? String(cell).padEnd(26) : String(cell).padStart(15)))
      .join(''),
  );
const seconds = (from) => `${((performance.now() - from) / 1000).toFixed(2)} s`;
const megabytes = (bytes) => `${(bytes / 2 ** 20).toFixed(0)} MB`;

row(
  'policy audit',
  'atoms',
  'compile',
  'rows / peak',
  'never hit',
  'covers',
  'table',
  'process peak',
);
const POLICIES = [
  [1000, 0],
  [2000, 0],
  [5000, 0],
  [10000, 0],
  [10000, 0.15],
  [20000, 0],
];

for (const [n, broad] of POLICIES) {
  const rules = firewallRules(n, {
    seed: 1,
    broad,
    tagFile: join(root, 'data', 'service-tags.sample.json'),
  });
  const began = performance.now();
  const { layout, boxes, sums, atoms } = boxesOf(rules);
  const atomsTime = seconds(began);
  const table = new DiagramTable();
  const from = performance.now();
  const ordered = orderRegions(
    table,
    layout,
    boxes.map((box) => [box]),
  );
  const compile = seconds(from);
  const { rows, peak } = table.counters;
  const asked = performance.now();
  const never = undeciding(ordered);
  const covers = coversOf(ordered, never, sums);
  const planted = rules.filter((rule) => rule.isPlanted).length;
  row(
    `FW-${n}${broad ? ` broad ${broad}` : ''}`,
    atomsTime,
    compile,
    `${(rows / 1e6).toFixed(2)}/${(peak / 1e6).toFixed(2)} M`,
    `${never.length} (${planted})`,
    `${seconds(asked)} <=${Math.max(...covers.map((c) => c.length))}`,
    megabytes(table.bytes),
    megabytes(peakKilobytes() * 1024),
  );
  const random = seeded(9);
  const points = Array.from({ length: 20_000 }, () => {
    const rule = rules[Math.floor(random() * rules.length)];
    return [rule.destination[0], Math.floor(random() * 4), rule.ports[0], rule.source[0]];
  });
  const t0 = performance.now();
  let sum = 0;
  for (const [d, p, port, s] of points)
    sum += ordered.classifier.firstAt([
      atomAt(atoms.destination, d),
      p,
      atomAt(atoms.port, port),
      atomAt(atoms.source, s),
    ]);
  const fast = performance.now() - t0;
  const inside = (set, value) => {
    for (let i = 0; i < set.length; i += 2) if (set[i] <= value && value <= set[i + 1]) return true;
    return false;
  };
  const t1 = performance.now();
  let slow = 0;
  for (const [d, p, port, s] of points)
    slow += rules.findIndex(
      (rule) =>
        inside(rule.source, s) &&
        inside(rule.ports, port) &&
        rule.protocols.includes(PROTOCOLS[p]) &&
        inside(rule.destination, d),
    );
  const linear = performance.now() - t1;
  if (sum !== slow) throw new Error('classifier and linear scan disagree');
  row(
    '  points per second',
    `${Math.round((points.length / fast) * 1000)}`,
    `linear ${Math.round((points.length / linear) * 1000)}`,
    `${(linear / fast).toFixed(0)}x`,
  );
}
