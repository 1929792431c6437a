import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { FlowSets, rebase, refined } from '../../src/flows/index.ts';
import { importPaths } from '../../src/importers/index.ts';
import { bundledDatasets, nodeFileSystem } from '../../src/io/index.ts';
import { readPerimeter } from '../../src/model/index.ts';
import { deriveNetwork, type Network } from '../../src/network/index.ts';
import { type Diagram, DiagramTable, NOTHING } from '../../src/packets/index.ts';
import type { Place, Step } from '../../src/reach/branch.ts';
import {
  conclude,
  fatesOf,
  type Origin,
  originsOf,
  parseSelector,
  type ReachCell,
  startsOf,
  type Target,
  targetsOf,
  type World,
  walkAll,
  worldOf,
} from '../../src/reach/index.ts';

/** Pods that stand alike, walked once and on merged ways, against every pod walked for itself and every way for itself. */

const root = join(import.meta.dirname, '..', '..');
const generated = mkdtempSync(join(tmpdir(), 'sallyport-fates-'));
afterAll(() => rmSync(generated, { recursive: true, force: true }));

async function open(path: string): Promise<Network> {
  const snapshot = await importPaths(nodeFileSystem(), [path], {}, bundledDatasets());
  return deriveNetwork(readPerimeter(snapshot));
}

/** Ways that never meet: no place is the same as another. */
function lonely(place: Place): Place {
  return {
    key: place.key,
    visit: (branch) =>
      place
        .visit(branch)
        .map(
          (step): Step => (step.kind === 'ended' ? step : { ...step, place: lonely(step.place) }),
        ),
  };
}

/**
 * What a cell says, but for the names of what the pods of one fate do not share, and of the rules that may decide an open one: it names
 * the first of them.
 */
function saying({ verdict, to, by, chain }: ReachCell): string {
  // Of several doubts about flows that go together one is named, and the first of the rules that may decide.
  if (verdict === 'open') return JSON.stringify([verdict, to, by !== undefined]);
  const told = chain.filter(({ box }) => box !== 'pod' && verdict !== 'denied');
  return JSON.stringify([
    verdict,
    to,
    by?.name,
    told.map(({ name, stage, by: who }) => [name, stage, who.name]),
  ]);
}

type Said = { readonly sets: FlowSets; readonly cells: readonly ReachCell[] };

function regions({ sets, cells }: Said, into: FlowSets): ReadonlyMap<string, Diagram> {
  const said = new Map<string, Diagram>();
  for (const cell of cells) {
    const key = saying(cell);
    const flows = rebase(sets, into, cell.flows);
    said.set(key, into.table.override(said.get(key) ?? NOTHING, flows));
  }
  return said;
}

function alone(world: World, origin: Origin, target: Target): Said | undefined {
  const starts = startsOf(world, origin, target);
  const [first] = starts;
  if (first === undefined) return undefined;
  const walked = walkAll(starts.map(({ branch, place }) => ({ branch, place: lonely(place) })));
  if (walked.kind === 'too-many-ways') throw new Error(walked.at);
  return conclude(walked.ended, first.branch.sets);
}

function compare(network: Network, from: string, to: string): { grouped: number; cells: number } {
  const world = worldOf(network);
  const [sender, receiver] = [parseSelector(from), parseSelector(to)];
  if (sender.kind === 'problem' || receiver.kind === 'problem') throw new Error(`${from} ${to}`);
  const origins = originsOf(world, sender.selector);
  const targets = targetsOf(world, receiver.selector);
  if (origins.kind === 'problem' || targets.kind === 'problem') throw new Error(`${from} ${to}`);
  let grouped = 0;
  let cells = 0;
  for (const target of targets.found) {
    const found = fatesOf(world, origins.found, target);
    if (found === undefined) continue;
    for (const origin of origins.found) {
      const own = found.fates.filter((fate) => fate.origins.includes(origin));
      const together = { sets: found.sets, cells: own.flatMap((fate) => fate.cells) };
      if (own.some((fate) => fate.origins.length > 1)) grouped += 1;
      const single = alone(world, origin, target);
      if (single === undefined) continue;
      const universe = refined([found.sets.universe, single.sets.universe]);
      const into = new FlowSets(universe, new DiagramTable());
      const said = regions(together, into);
      const expected = regions(single, into);
      cells += expected.size;
      expect([...said.keys()].sort(), `${origin.label} to ${target.label}`).toEqual(
        [...expected.keys()].sort(),
      );
      for (const [key, flows] of expected) expect(said.get(key) === flows, key).toBe(true);
    }
  }
  return { grouped, cells };
}

const QUESTIONS: readonly (readonly [string, string])[] = [
  ['pods', 'internet'],
  ['pods', 'internet:443'],
  ['pods', '*.microsoft.com:443'],
  ['pods', 'tag:Storage:443'],
  ['pods', '10.0.0.0/8'],
  ['pods', 'nodes'],
  ['nodes', 'internet'],
];

describe('fates against walking everybody alone', () => {
  it.each(['examples/store', 'examples/store-hardened'])(
    '%s',
    async (folder) => {
      const network = await open(join(root, folder));
      for (const [from, to] of QUESTIONS) compare(network, from, to);
    },
    120_000,
  );

  it('a generated perimeter, where pods stand alike', async () => {
    const workload = join(root, 'bench', 'workloads', 'perimeter.mjs');
    const { writePerimeter } = await import(pathToFileURL(workload).href);
    const tagFile = join(root, 'data', 'service-tags.sample.json');
    writePerimeter(generated, { rules: 60, classes: 24, services: 6, applications: 20, tagFile });
    const network = await open(generated);
    for (const [from, to] of QUESTIONS.slice(0, 5)) {
      const { grouped, cells } = compare(network, from, to);
      if (to !== '10.0.0.0/8') expect(grouped).toBeGreaterThan(8);
      expect(cells).toBeGreaterThan(20);
    }
  }, 120_000);
});
