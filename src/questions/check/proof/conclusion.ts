import type { FlowBox } from '../../../flows/index.ts';
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
 * @param likes when given, of the ways that it likes alone: what becomes of flows that one rule takes, whoever else may take them
 * @returns `undefined`: nothing is asked about, or the question is beyond what a check may spend
 */
export function concluded(
  network: Network,
  origin: Origin,
  target: Target,
  likes: (ended: Ended) => boolean = () => true,
): Concluded | undefined {
  const world = proofWorld(network);
  const starts = startsOf(world, origin, target);
  const [first] = starts;
  if (first === undefined) return undefined;
  const result = withinBudget(`${origin.label} to ${target.label}`, () => {
    const walked = walkAll(starts);
    if (walked.kind === 'too-many-ways') return undefined;
    const ended = walked.ended.filter(likes);
    return ended.length === 0 ? undefined : conclude(ended, first.branch.sets);
  });
  if (result.kind === 'inconclusive' || result.value === undefined) return undefined;
  return { ...result.value, asked: everything(result.value) };
}

function everything({ sets: { table }, regions }: Conclusion): Diagram {
  return Object.values(regions).reduce((union, one) => table.override(union, one), NOTHING);
}

/** The same, of flows that the box holds. It took part in cutting the universe of the question. O(rows of the regions). */
export function within(whole: Concluded, box: FlowBox): Concluded {
  const held = whole.sets.box(box);
  const cells = whole.cells.flatMap((cell): readonly ReachCell[] => {
    const flows = whole.sets.table.mask(cell.flows, held);
    return flows === NOTHING ? [] : [{ ...cell, flows }];
  });
  return masked(whole, held, cells);
}

function masked(whole: Concluded, held: Diagram, cells: readonly ReachCell[]): Concluded {
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
