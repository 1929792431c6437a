// Two versions of a list of 10,000 rules: comparing where they were edited, against compiling both of them whole.
//   npm run bench -- diff
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { loadTypeScript } from '../scripts/load-typescript.mjs';
import { seeded } from './seeded.mjs';
import { firewallRules } from './workloads/firewall-rules.mjs';
import { flowRules, randomEdit } from './workloads/rule-edits.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { compareLists } = await loadTypeScript('src/questions/diff/index.ts');
const { certainDeciders, FlowSets } = await loadTypeScript('src/flows/index.ts');
const tagFile = join(root, 'data', 'service-tags.sample.json');
const N = 10_000;

const row = (...cells) =>
  console.log(
    cells
      .map((cell, index) => (index === 0 ? String(cell).padEnd(34) : String(cell).padStart(14)))
      .join(''),
  );
const timed = (work) => {
  const began = performance.now();
  const value = work();
  return { value, time: performance.now() - began };
};
const median = (values) => [...values].sort((a, b) => a - b)[values.length >>> 1];
const ms = (value) => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
const named = ({ rules, ruleIds }) => ({
  rules: rules.map((rule, index) => ({
    ...rule,
    by: { kind: 'rule', name: `rule ${ruleIds[index]}` },
  })),
  otherwise: 'deny',
});

const before = flowRules(firewallRules(N, { seed: 1, tagFile }), 1);
const spare = flowRules(firewallRules(1000, { seed: 2, tagFile }), N + 1);
const whole = timed(() => {
  const boxes = before.rules.flatMap(({ region }) => region);
  return certainDeciders(FlowSets.over(4, boxes), before.rules);
}).time;

row(`FW-${N}, two versions`, 'compare', 'changes', 'compile both', 'ratio', 'goal');
for (const edits of [1, 20, 200]) {
  const random = seeded(edits);
  const runs = Array.from({ length: edits > 20 ? 1 : 7 }, () => {
    let after = before;
    for (let one = 0; one < edits; one += 1) after = randomEdit(after, spare, random);
    return timed(() => compareLists(named(before), named(after)));
  });
  const time = median(runs.map((run) => run.time));
  const changes = median(runs.map((run) => run.value.length));
  row(
    `${edits} edits`,
    ms(time),
    changes,
    ms(2 * whole),
    `${((2 * whole) / time).toFixed(0)}x`,
    edits === 20 ? '250 ms' : '',
  );
}

// A release: the sets that the most rules use lose a hundredth of their ranges.
const uses = new Map();
for (const { region } of before.rules) {
  const { destinations } = region[0];
  uses.set(destinations, (uses.get(destinations) ?? 0) + 1);
}
const released = new Map(
  [...uses]
    .filter(([set]) => set.v4.length > 100)
    .sort((a, b) => b[1] - a[1])
    .slice(0, 38)
    .map(([set]) => [
      set,
      { v4: set.v4.filter((_, index) => Math.floor(index / 2) % 100 !== 7), v6: [] },
    ]),
);
const after = {
  ...before,
  rules: before.rules.map((rule) => {
    const next = released.get(rule.region[0].destinations);
    return next === undefined
      ? rule
      : { ...rule, region: [{ ...rule.region[0], destinations: next }] };
  }),
};
const touched = before.rules.filter(({ region }) => released.has(region[0].destinations)).length;
const release = timed(() => compareLists(named(before), named(after)));
row(
  `a release, ${released.size} tags, ${touched} rules`,
  ms(release.time),
  release.value.length,
  ms(2 * whole),
  `${((2 * whole) / release.time).toFixed(1)}x`,
);
