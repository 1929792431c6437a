// Which rules never decide, asked of an SMT solver rule by rule, against the diagrams in the same run. Small lists: the solver is the limit.
//   npm run bench -- solver

import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { init, killThreads } from 'z3-solver';
import { library } from './library.mjs';
import { firewallRules } from './workloads/firewall-rules.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { SolverFlows, FlowSets, compileRules } = await library(
  'solver',
  `export { SolverFlows } from '../tests/support/solver.ts';
   export * from './flows/index.ts';`,
);
const row = (...cells) =>
  console.log(
    cells
      .map((cell, index) => (index === 0 ? String(cell).padEnd(44) : String(cell).padStart(14)))
      .join(''),
  );
const SECONDS_MAX = 60;

const z3 = await init();
row('rules that never decide', 'diagrams', 'SMT per rule', 'ratio', 'never');
for (const n of [50, 100, 200]) {
  const rules = firewallRules(n, {
    seed: 1,
    tagFile: join(root, 'data', 'service-tags.sample.json'),
  }).map((rule, index) => ({
    region: [
      {
        sources: { v4: rule.source, v6: [] },
        destinations: { v4: rule.destination, v6: [] },
        destinationPorts: rule.ports,
        ...(rule.protocols.length === 4 ? {} : { protocols: rule.protocols }),
      },
    ],
    effect: rule.isDeny ? 'deny' : 'allow',
    by: index,
  }));
  const began = performance.now();
  const sets = FlowSets.over(
    4,
    rules.flatMap(({ region }) => region),
  );
  const { decides } = compileRules(sets, { rules, ruleIds: rules.map((_, index) => index + 1) });
  const deciding = new Set(sets.table.terminals(decides));
  const ours = performance.now() - began;
  const expected = rules.filter((_, index) => !deciding.has(index + 1)).length;
  const solved = await bySolver(rules);
  if (solved !== undefined && solved.never !== expected)
    throw new Error(`the solver finds ${solved.never}, not ${expected}`);
  row(
    `FW-${n}`,
    `${ours.toFixed(0)} ms`,
    solved === undefined ? `> ${SECONDS_MAX} s` : `${(solved.milliseconds / 1000).toFixed(1)} s`,
    `${((solved?.milliseconds ?? SECONDS_MAX * 1000) / ours).toFixed(0)}x`,
    expected,
  );
  if (solved === undefined) break;
}
killThreads(z3.em);

/** `undefined` when it takes longer than SECONDS_MAX. */
async function bySolver(rules) {
  const solver = new SolverFlows(new z3.Context('flows'), 4);
  const began = performance.now();
  let never = 0;
  for (const rule of rules) {
    if (performance.now() - began > SECONDS_MAX * 1000) return undefined;
    const holds = solver.holds(rule);
    if ((await solver.find(holds)) === undefined) never += 1;
    solver.assume(solver.not(holds));
  }
  return { never, milliseconds: performance.now() - began };
}
