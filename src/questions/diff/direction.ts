import type { Side } from './compare-lists.ts';
import type { PerimeterDiff } from './compare-perimeters.ts';
import type { ReachSide } from './compare-reach.ts';

/**
 * What a change does to flows. `may-open` and `may-close`: the later version hangs on something nobody knows. `changes`: allowed or
 * denied as before, and somewhere else or by somebody else.
 */
export type Direction = 'opens' | 'may-open' | 'closes' | 'may-close' | 'changes';

/** In the order a reader wants them. */
export const DIRECTIONS: readonly Direction[] = [
  'opens',
  'may-open',
  'closes',
  'may-close',
  'changes',
];

const PASSES = 2;
const OPEN = 1;
const STOPS = 0;

export function directionOfReach(before: ReachSide, after: ReachSide): Direction {
  return between(rankOfReach(before), rankOfReach(after));
}

export function directionOfList(before: Side, after: Side): Direction {
  return between(rankOfAction(before.action), rankOfAction(after.action));
}

/** Of every change of a comparison, end to end and list by list. */
export function directionsOf({ reach, lists }: PerimeterDiff): readonly Direction[] {
  return [
    ...reach.map(({ before, after }) => directionOfReach(before, after)),
    ...lists.flatMap(({ changes }) =>
      changes.map(({ before, after }) => directionOfList(before, after)),
    ),
  ];
}

function between(before: number, after: number): Direction {
  if (after > before) return after === OPEN ? 'may-open' : 'opens';
  if (after < before) return after === OPEN ? 'may-close' : 'closes';
  return 'changes';
}

function rankOfReach({ verdict }: ReachSide): number {
  return verdict === 'allowed' ? PASSES : verdict === 'open' ? OPEN : STOPS;
}

/** DNAT lets through what it translates; a list that says nothing leaves the flow to another that denies by default. */
function rankOfAction(action: string): number {
  if (action === 'open') return OPEN;
  return action.startsWith('allow') || action.startsWith('to ') ? PASSES : STOPS;
}
