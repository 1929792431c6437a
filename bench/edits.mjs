// Edits of a list of 10,000 rules: patching who decides what, against compiling all of it again.
//   npm run bench -- edits
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { loadTypeScript } from '../scripts/load-typescript.mjs';
import { seeded } from './seeded.mjs';
import { firewallRules } from './workloads/firewall-rules.mjs';
import { flowRules, randomEdit } from './workloads/rule-edits.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { compileRules, decidersByNumber, FlowSets, patchRules } =
  await loadTypeScript('src/flows/index.ts');
const ROWS_KEPT = 1 << 22;
const row = (...cells) =>
  console.log(
    cells
      .map((cell, index) => (index === 0 ? String(cell).padEnd(30) : String(cell).padStart(12)))
      .join(''),
  );
const ms = (value) => `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
const timed = (work) => {
  const began = performance.now();
  const value = work();
  return { value, time: performance.now() - began };
};
const at = (sorted, share) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

/** Patches `count` times with `size` edits each, then compares with a recompilation in the same table. */
function session({ n, broad, size, count, seed }) {
  const tagFile = join(root, 'data', 'service-tags.sample.json');
  const random = seeded(seed);
  const spare = flowRules(firewallRules(1000, { seed: seed + 1, broad, tagFile }), n + 1);
  const list = flowRules(firewallRules(n, { seed, broad, tagFile }), 1);
  const versions = [];
  let latest = list;
  for (let edit = 0; edit < count; edit += 1) {
    for (let one = 0; one < size; one += 1) latest = randomEdit(latest, spare, random);
    versions.push(latest);
  }
  const { value: sets, time: universe } = timed(() =>
    // Edits mix sets of these two and make none.
    FlowSets.over(
      4,
      [list, spare].flatMap(({ rules }) => rules.flatMap(({ region }) => region)),
    ),
  );
  const { value: compiled, time: compile } = timed(() => compileRules(sets, list));
  let current = compiled;
  const times = [];
  for (const version of versions) {
    const { value, time } = timed(() => patchRules(current, version));
    times.push(time);
    current = value;
    if (sets.table.counters.rows > ROWS_KEPT) {
      const [decides] = sets.table.collect(0, [current.decides]);
      current = { ...current, decides };
    }
  }
  const again = timed(() => decidersByNumber(sets, versions.at(-1)));
  times.sort((a, b) => a - b);
  row(
    `FW-${n}${broad ? ` broad ${broad}` : ''}, ${size} at once`,
    ms(at(times, 0.5)),
    ms(at(times, 0.95)),
    ms(times.at(-1)),
    ms(again.time),
    `${(again.time / at(times, 0.5)).toFixed(0)}x`,
    again.value === current.decides ? 'same' : 'DIFFERENT',
  );
  if (again.value !== current.decides) process.exitCode = 1;
  return { universe, compile };
}

row('edits, each patched', 'p50', 'p95', 'max', 'recompile', 'ratio', 'diagram');
const first = session({ n: 10_000, broad: 0, size: 1, count: 200, seed: 1 });
session({ n: 10_000, broad: 0, size: 20, count: 20, seed: 2 });
session({ n: 10_000, broad: 0.15, size: 1, count: 100, seed: 3 });
row('goal, 1 at once', '8 ms', '80 ms');
row('goal, 20 at once', '250 ms');
row('once: universe, compile', ms(first.universe), ms(first.compile));
