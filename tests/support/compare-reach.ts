import { decodePoint, type FlowPoint, type FlowSets, rebase } from '../../src/flows/index.ts';
import type { Network } from '../../src/network/index.ts';
import { type Diagram, NOTHING } from '../../src/packets/index.ts';
import {
  type Conclusion,
  conclude,
  type Origin,
  originsOf,
  parseSelector,
  type ReachVerdict,
  startsOf,
  type Target,
  targetsOf,
  type World,
  walkAll,
  worldOf,
} from '../../src/reach/index.ts';
import { answerTrace } from '../../src/trace/index.ts';

/** The composition of sets against the walk of single flows: every region of a question is sampled and walked. */

export const VERDICTS: readonly ReachVerdict[] = ['allowed', 'denied', 'broken', 'open'];

export interface Tally {
  compared: number;
  open: number;
  /** Of the open ones: the walk is certain. Right, and less than could be said. */
  openThoughCertain: number;
  /** Questions that split into more ways than are followed. */
  givenUp: number;
  readonly wrong: string[];
  /** Why the open ones that are certain were left open, with how often. */
  readonly coarse: Map<string, number>;
}

export function newTally(): Tally {
  return {
    compared: 0,
    open: 0,
    openThoughCertain: 0,
    givenUp: 0,
    wrong: [],
    coarse: new Map(),
  };
}

export interface Sampling {
  readonly from: string;
  readonly to: string;
  readonly pointsPerRegion: number;
  readonly random: () => number;
  /** At most so many pairs of one question, taken at random. Default: all. */
  readonly pairsMost?: number;
  /** Goes before every disagreement: the seed that makes it again. */
  readonly title?: string;
}

/** Samples flows of every region of one question and walks them; says also whether every flow lies in exactly one region. */
export function compareReach(network: Network, sampling: Sampling, tally: Tally): void {
  const { from, to, random } = sampling;
  const world = worldOf(network);
  const [sender, receiver] = [parseSelector(from), parseSelector(to)];
  if (sender.kind === 'problem' || receiver.kind === 'problem') throw new Error(`${from} ${to}`);
  const origins = originsOf(world, sender.selector);
  const targets = targetsOf(world, receiver.selector);
  if (origins.kind === 'problem' || targets.kind === 'problem') return;
  const pairs = origins.found.flatMap((origin) =>
    targets.found.map((target) => ({ origin, target })),
  );
  for (const pair of taken(pairs, sampling.pairsMost ?? pairs.length, random)) {
    const isOneOfSeveral =
      alike(origins.found, pair.origin) > 1 || alike(targets.found, pair.target) > 1;
    comparePair(network, world, { ...pair, isOneOfSeveral }, sampling, tally);
  }
}

function taken<T>(all: readonly T[], most: number, random: () => number): readonly T[] {
  if (all.length <= most) return all;
  const left = [...all];
  return Array.from(
    { length: most },
    () => left.splice(Math.floor(random() * left.length), 1)[0] as T,
  );
}

/** Places of one workload: a walk from or to it tells of all of them. */
function alike(all: readonly (Origin | Target)[], one: Origin | Target): number {
  return one.pod === undefined ? 1 : all.filter(({ pod }) => pod === one.pod).length;
}

interface Pair {
  readonly origin: Origin;
  readonly target: Target;
  readonly isOneOfSeveral: boolean;
}

function comparePair(
  network: Network,
  world: World,
  { origin, target, isOneOfSeveral }: Pair,
  { pointsPerRegion, random, title = '' }: Sampling,
  tally: Tally,
): void {
  const starts = startsOf(world, origin, target);
  const [start] = starts;
  if (start === undefined) return;
  const walked = walkAll(starts);
  if (walked.kind === 'too-many-ways') {
    tally.givenUp += 1;
    return;
  }
  const conclusion = conclude(walked.ended, start.branch.sets);
  const { sets, regions } = conclusion;
  const asked = starts.reduce(
    (all, { branch }) => sets.table.override(all, rebase(branch.sets, sets, branch.flows)),
    NOTHING,
  );
  const name = `${title} ${origin.label} to ${target.label}`;
  const partition = isPartition(conclusion, asked);
  if (partition !== undefined) tally.wrong.push(`${name}: ${partition}`);
  for (const verdict of VERDICTS) {
    for (const point of pointsOf(sets, regions[verdict], pointsPerRegion, random)) {
      const [sender, receiver] = [origin.spell(point), target.spell(point)];
      const question = { from: sender, to: receiver, protocol: point.protocol };
      const { traces, diagnostics } = answerTrace(network, question);
      const said = [...new Set(traces.map(({ answer }) => answer))];
      tally.compared += 1;
      if (verdict === 'open') {
        tally.open += 1;
        if (said.length === 1 && said[0] !== 'unknown') {
          tally.openThoughCertain += 1;
          for (const why of reasonsAt(conclusion, point)) {
            tally.coarse.set(why, (tally.coarse.get(why) ?? 0) + 1);
          }
        }
        continue;
      }
      const agrees = isOneOfSeveral
        ? said.includes(verdict)
        : said.length === 1 && said[0] === verdict;
      if (agrees) continue;
      const told = traces.map(({ summary }) => summary).join(' | ');
      const problems = diagnostics.map(({ message }) => message).join();
      const chain = conclusion.cells
        .filter((cell) => cell.verdict === verdict && sets.has(cell.flows, point))
        .map((cell) => `${cell.by?.name ?? ''} ${cell.to ?? ''}`)
        .slice(0, 2)
        .join(' / ');
      tally.wrong.push(
        `${title} ${sender} to ${receiver} ${point.protocol}: ${verdict} (${chain}), trace ${said.join()} ${problems}${told}`,
      );
    }
  }
}

/** `undefined`: every flow asked about lies in exactly one region, and nothing else does. */
function isPartition({ sets, regions }: Conclusion, asked: Diagram): string | undefined {
  const { table } = sets;
  let union: Diagram = NOTHING;
  for (const verdict of VERDICTS) {
    if (table.meet(union, regions[verdict])) return `flows of ${verdict} lie in two regions`;
    union = table.override(union, regions[verdict]);
  }
  if (table.except(asked, union) !== NOTHING) return 'flows lie in no region';
  return table.except(union, asked) === NOTHING ? undefined : 'flows nobody asked about';
}

function reasonsAt({ sets, cells }: Conclusion, point: FlowPoint): readonly string[] {
  const open = cells.filter((cell) => cell.verdict === 'open' && sets.has(cell.flows, point));
  return [...new Set(open.flatMap(({ needs }) => needs.map(({ missing }) => missing)))];
}

/** Random flows of a set: a random box, a random atom of each header. */
export function* pointsOf(
  sets: FlowSets,
  set: Diagram,
  count: number,
  random: () => number,
): Generator<FlowPoint> {
  const { boxes } = sets.boxes(set, 60);
  if (boxes.length === 0) return;
  const { space } = sets.universe;
  for (let done = 0; done < count; done += 1) {
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
