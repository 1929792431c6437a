import { type FlowBox, rebase } from '../../../flows/index.ts';
import type { Network } from '../../../network/index.ts';
import { type Budget, type Diagram, NOTHING, withinBudget } from '../../../packets/index.ts';
import {
  type Conclusion,
  conclude,
  type Ended,
  type Origin,
  type ReachCell,
  type ReachVerdict,
  startsOf,
  type Target,
  type World,
  walkAll,
  worldOf,
} from '../../../reach/index.ts';

/** A check is one of many: what needs more than this is walked instead, and says so. */
const BUDGET: Budget = { nodesMax: 1 << 22 };

/** Memory, not state: one world per network, so that lists are told once for all checks. */
const worlds = new WeakMap<Network, World>();

export function proofWorld(network: Network): World {
  let world = worlds.get(network);
  if (world === undefined) {
    world = worldOf(network, { budget: BUDGET });
    worlds.set(network, world);
  }
  return world;
}

/** What becomes of all flows from one end to another. */
export interface Concluded extends Conclusion {
  /** All that was asked about. */
  readonly asked: Diagram;
}

/**
 * @param likes when given, of the flows that take, or may take, a way that it likes: those of one rule, whoever else may take them
 * @returns `undefined`: nothing is asked about, or the question is beyond what a check may spend
 */
export function concluded(
  network: Network,
  origin: Origin,
  target: Target,
  likes?: (ended: Ended) => boolean,
): Concluded | undefined {
  const world = proofWorld(network);
  const starts = startsOf(world, origin, target);
  const [first] = starts;
  if (first === undefined) return undefined;
  const result = withinBudget(`${origin.label} to ${target.label}`, () => {
    const walked = walkAll(starts);
    if (walked.kind === 'too-many-ways') return undefined;
    const all = conclude(walked.ended, first.branch.sets);
    const whole = { ...all, asked: everything(all) };
    if (likes === undefined) return whole;
    const { sets } = whole;
    const liked = walked.ended.filter(likes).map(({ branch }) => branch);
    const held = liked.reduce(
      (union, { sets: own, flows }) => sets.table.override(union, rebase(own, sets, flows)),
      NOTHING,
    );
    return held === NOTHING ? undefined : heldIn(whole, held);
  });
  return result.kind === 'inconclusive' ? undefined : result.value;
}

function everything({ sets: { table }, regions }: Conclusion): Diagram {
  return Object.values(regions).reduce((union, one) => table.override(union, one), NOTHING);
}

/** The same, of flows that the box holds. It took part in cutting the universe of the question. O(rows of the regions). */
export function within(whole: Concluded, box: FlowBox): Concluded {
  return heldIn(whole, whole.sets.box(box));
}

function heldIn(whole: Concluded, held: Diagram): Concluded {
  const cells = whole.cells.flatMap((cell): readonly ReachCell[] => {
    const flows = whole.sets.table.mask(cell.flows, held);
    return flows === NOTHING ? [] : [{ ...cell, flows }];
  });
  const { sets, regions, asked } = whole;
  const part = (region: Diagram): Diagram => sets.table.mask(region, held);
  return {
    sets,
    cells,
    asked: part(asked),
    regions: {
      allowed: part(regions.allowed),
      denied: part(regions.denied),
      broken: part(regions.broken),
      open: part(regions.open),
    },
  };
}

/** What flows of these verdicts take as true. */
export function assumptionsOf(
  { cells }: Concluded,
  verdicts: readonly ReachVerdict[],
): readonly string[] {
  const of = cells.filter(({ verdict }) => verdicts.includes(verdict));
  return [...new Set(of.flatMap(({ assumptions }) => assumptions))];
}
