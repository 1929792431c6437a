import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importPaths } from '../../src/importers/index.ts';
import { bundledDatasets, nodeFileSystem } from '../../src/io/index.ts';
import { readPerimeter } from '../../src/model/index.ts';
import { deriveNetwork, type Network } from '../../src/network/index.ts';
import { compareReach, newTally, type Tally } from '../support/compare-reach.ts';
import { QUESTIONS_ASKED, randomPerimeter } from '../support/random-perimeter.ts';
import { seededRandom } from '../support/seeded-random.ts';

/** The composition against the oracle: flows of every region, walked one by one by `trace`. */

const root = join(import.meta.dirname, '..', '..');

async function open(folder: string): Promise<Network> {
  const paths = [join(root, folder)];
  return deriveNetwork(
    readPerimeter(await importPaths(nodeFileSystem(), paths, {}, bundledDatasets())),
  );
}

const QUESTIONS: readonly (readonly [string, string])[] = [
  ['pods', 'internet'],
  ['pods', 'internet:443'],
  ['nodes', 'internet'],
  ['pods', 'pods'],
  ['nodes', 'pods'],
  ['pods', 'nodes'],
  ['internet', '0.0.0.0/0:443'],
  ['pods', '10.0.0.0/8'],
  ['10.0.0.0/8', '10.0.0.0/8'],
  ['10.0.0.0/8', 'internet'],
  ['onprem:192.168.0.0/16', '10.0.0.0/8'],
  ['pods', '*.microsoft.com:443'],
  ['nodes', 'mcr.microsoft.com'],
];

/** `SALLYPORT_REACH_SEEDS=400` or `=17-17`: more random perimeters, or one of them again. */
const SEEDS = seedsOf(process.env['SALLYPORT_REACH_SEEDS'] ?? '20');

describe('reach against trace', () => {
  it.each(['examples/store', 'examples/store-hardened'])(
    '%s',
    async (folder) => {
      const network = await open(folder);
      const tally = newTally();
      for (const [index, [from, to]] of QUESTIONS.entries()) {
        const random = seededRandom(index + 1);
        compareReach(network, { from, to, pointsPerRegion: 12, random }, tally);
      }
      say(folder, tally);
      expect(tally.wrong).toEqual([]);
      expect(tally.compared).toBeGreaterThan(500);
    },
    120_000,
  );

  it('random perimeters', () => {
    const tally = newTally();
    const [first, last] = SEEDS;
    for (let seed = first; seed <= last; seed += 1) compareRandom(seed, tally);
    say('random perimeters', tally);
    expect(tally.wrong.slice(0, 20)).toEqual([]);
    // Where the sets are open the walk is mostly so too: what they could say and do not is kept small.
    expect(tally.openThoughCertain / tally.compared).toBeLessThan(0.05);
  }, 600_000);

  it.each([
    [63, 'where nobody answers for DNS, a name may be that of an API server'],
    [127, 'a pod with an address outside the subnets of its cluster may share a node'],
    [206, 'the same, across two pools'],
  ])('random perimeter %i, which once disagreed: %s', (seed) => {
    const tally = newTally();
    compareRandom(seed, tally);
    expect(tally.wrong).toEqual([]);
    expect(tally.compared).toBeGreaterThan(500);
  });
});

function seedsOf(text: string): readonly [number, number] {
  const [a, b] = text.split('-').map(Number);
  return b === undefined ? [1, a!] : [a!, b];
}

function say(title: string, tally: Tally): void {
  if (process.env['SALLYPORT_TALLY'] === undefined) return;
  const coarse = [...tally.coarse].sort((a, b) => b[1] - a[1]).slice(0, 25);
  console.log(title, { ...tally, wrong: tally.wrong.length, coarse });
}

function compareRandom(seed: number, tally: Tally): void {
  const { network } = randomPerimeter(seed);
  const random = seededRandom(seed);
  for (const [from, to] of QUESTIONS_ASKED) {
    const title = `seed ${seed}:`;
    const sampling = { from, to, pointsPerRegion: 16, pairsMost: 2, random, title };
    compareReach(network, sampling, tally);
  }
}
