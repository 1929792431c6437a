import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  compileRules,
  decidersByNumber,
  FlowSets,
  type NumberedRules,
  patchRules,
} from '../../src/flows/index.ts';
import type { Diagram } from '../../src/packets/index.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { projectRoot } from '../support/source-tree.ts';

/** Edits of lists as large customers write them, as `npm run bench -- edits` measures them. */

describe('edits of generated rules', async () => {
  const bench = async (name: string) =>
    await import(pathToFileURL(join(projectRoot, 'bench', 'workloads', name)).href);
  const { firewallRules } = await bench('firewall-rules.mjs');
  const { flowRules, randomEdit } = await bench('rule-edits.mjs');
  const tagFile = join(projectRoot, 'data', 'service-tags.sample.json');
  type List = NumberedRules<string, string>;
  const workload = (n: number, seed: number, broad: number, first: number): List =>
    flowRules(firewallRules(n, { seed, broad, tagFile }), first);

  for (const { n, broad, size, count, every } of [
    { n: 400, broad: 0.05, size: 1, count: 200, every: 1 },
    { n: 2000, broad: 0, size: 1, count: 150, every: 10 },
    { n: 2000, broad: 0.15, size: 1, count: 50, every: 10 },
    { n: 2000, broad: 0.05, size: 20, count: 10, every: 5 },
  ]) {
    it(`${n} rules, broad ${broad}: ${count} times ${size} edits find the diagram of a full compilation`, () => {
      const random = seededRandom(count);
      const spare = workload(500, 2, broad, n + 1);
      let list = workload(n, 1, broad, 1);
      const sets = FlowSets.over(
        4,
        [...list.rules, ...spare.rules].flatMap(({ region }) => region),
      );
      let current = compileRules(sets, list);
      for (let edit = 1; edit <= count; edit += 1) {
        for (let one = 0; one < size; one += 1) list = randomEdit(list, spare, random);
        current = patchRules(current, list);
        // A full compilation takes long: of many rules not after each edit.
        if (edit % every === 0) expect(current.decides).toBe(decidersByNumber(sets, list));
        if (sets.table.counters.rows > 1 << 21) {
          const [decides] = sets.table.collect(0, [current.decides]) as [Diagram];
          current = { ...current, decides };
        }
      }
      expect(current.decides).toBe(decidersByNumber(sets, list));
    });
  }
});
