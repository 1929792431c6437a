import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodePoint, type FlowSets } from '../../src/flows/index.ts';
import { importPaths } from '../../src/importers/index.ts';
import { bundledDatasets, nodeFileSystem } from '../../src/io/index.ts';
import { readPerimeter } from '../../src/model/index.ts';
import { deriveNetwork, type Network } from '../../src/network/index.ts';
import type { Diagram } from '../../src/packets/index.ts';
import {
  conclude,
  originsOf,
  parseSelector,
  type ReachVerdict,
  startsOf,
  targetsOf,
  walkAll,
  worldOf,
} from '../../src/reach/index.ts';
import { answerTrace } from '../../src/trace/index.ts';
import { seededRandom } from '../support/seeded-random.ts';

/** The composition against the oracle: flows of every region, walked one by one by `trace`. */

const root = join(import.meta.dirname, '..', '..');

async function open(folder: string): Promise<Network> {
  const paths = [join(root, folder)];
  return deriveNetwork(
    readPerimeter(await importPaths(nodeFileSystem(), paths, {}, bundledDatasets())),
  );
}

const VERDICTS: readonly ReachVerdict[] = ['allowed', 'denied', 'broken', 'open'];
const POINTS_PER_REGION = 12;

interface Tally {
  compared: number;
  open: number;
  openThoughCertain: number;
  readonly wrong: string[];
}

function compare(network: Network, from: string, to: string, seed: number, tally: Tally): void {
  const random = seededRandom(seed);
  const world = worldOf(network);
  const [sender, receiver] = [parseSelector(from), parseSelector(to)];
  if (sender.kind === 'problem' || receiver.kind === 'problem') throw new Error(`${from} ${to}`);
  const origins = originsOf(world, sender.selector);
  const targets = targetsOf(world, receiver.selector);
  if (origins.kind === 'problem' || targets.kind === 'problem') return;
  for (const origin of origins.found) {
    for (const target of targets.found) {
      const starts = startsOf(world, origin, target);
      const [start] = starts;
      if (start === undefined) continue;
      const walked = walkAll(starts);
      if (walked.kind === 'too-many-ways') throw new Error(walked.at);
      const { sets, regions } = conclude(walked.ended, start.branch.sets);
      for (const verdict of VERDICTS) {
        for (const point of pointsOf(sets, regions[verdict], random)) {
          const question = {
            from: origin.spell(point),
            to: target.spell(point),
            protocol: point.protocol,
          };
          const { traces, diagnostics } = answerTrace(network, question);
          const said = traces.map(({ answer }) => answer);
          tally.compared += 1;
          if (verdict === 'open') {
            tally.open += 1;
            if (!said.includes('unknown')) tally.openThoughCertain += 1;
          } else if (!said.includes(verdict)) {
            tally.wrong.push(
              `${question.from} to ${question.to} ${point.protocol}: ${verdict}, trace ${said.join()} ${diagnostics.map(({ message }) => message).join()}`,
            );
          }
        }
      }
    }
  }
}

/** Random flows of a set: a random box, a random atom of each header. */
function* pointsOf(sets: FlowSets, set: Diagram, random: () => number) {
  const { boxes } = sets.boxes(set, 60);
  if (boxes.length === 0) return;
  const { space } = sets.universe;
  for (let count = 0; count < POINTS_PER_REGION; count += 1) {
    const box = boxes[Math.floor(random() * boxes.length)]!;
    const atoms = space.fields.map((field, index) => {
      const list = box[index];
      if (list === undefined) return Math.floor(random() * field.atoms);
      const pair = 2 * Math.floor((random() * list.length) / 2);
      return list[pair]! + Math.floor(random() * (list[pair + 1]! - list[pair]! + 1));
    });
    const point = decodePoint(sets.universe, atoms);
    if (point !== undefined) yield point;
  }
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

describe('reach against trace', () => {
  it.each(['examples/store', 'examples/store-hardened'])(
    '%s',
    async (folder) => {
      const network = await open(folder);
      const tally: Tally = { compared: 0, open: 0, openThoughCertain: 0, wrong: [] };
      for (const [index, [from, to]] of QUESTIONS.entries()) {
        compare(network, from, to, index + 1, tally);
      }
      if (process.env['SALLYPORT_TALLY']) console.log(folder, { ...tally, wrong: tally.wrong.length });
      expect(tally.wrong).toEqual([]);
      expect(tally.compared).toBeGreaterThan(500);
    },
    120_000,
  );
});
