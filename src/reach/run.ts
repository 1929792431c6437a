import { checkBudget } from '../packets/index.ts';
import { type Branch, type Ended, ends, open, type Place } from './branch.ts';
import type { End } from './header.ts';
import { type Behind, merged, Unmerging } from './merging.ts';

/** More boxes than any perimeter puts in a row; a way that gets here is a loop nobody recognised. */
const DEPTH_MAX = 32;
/** Ways of one question before it is given up: beyond, the answer could not be read anyway. */
const WAYS_MAX = 50_000;

export interface Start {
  readonly branch: Branch;
  readonly place: Place;
}

/** Everything that may become of the flows, or that they split into more ways than can be followed. */
export type Walked =
  | { readonly kind: 'walked'; readonly ended: readonly Ended[] }
  /** `at` split most. */
  | { readonly kind: 'too-many-ways'; readonly at: string };

/**
 * Follows every branch to its end. A box that sees the same headers a second time is a loop. O(ways · slices).
 * @param onWay is told how many ways have been followed, for progress
 */
export function walkAll(starts: readonly Start[], onWay?: (ways: number) => void): Walked {
  const ended: Ended[] = [];
  const unmerging = new Unmerging();
  const stack = starts.map((start) => ({
    ...start,
    path: [] as readonly string[],
    behind: undefined as Behind | undefined,
  }));
  const splits = new Map<string, number>();
  let ways = 0;
  while (stack.length > 0) {
    const { branch, place, path, behind } = stack.pop()!;
    // Tables are small here and look at the clock rarely.
    checkBudget(branch.sets.table.budget);
    const visit = `${place.key} ${keyOf(branch.header.source)} ${keyOf(branch.header.destination)} ${branch.header.destinationPort ?? ''}`;
    if (path.includes(visit)) {
      const by = { kind: 'platform', name: `the flow comes back to ${place.key}` } as const;
      const step = ends(branch, { kind: 'loop', by });
      if (step.kind === 'ended')
        for (const each of unmerging.apart(step.ended, behind)) ended.push(each);
      continue;
    }
    if (path.length === DEPTH_MAX) {
      const step = open(branch, { missing: `where the flow goes after ${place.key}` });
      if (step.kind === 'ended')
        for (const each of unmerging.apart(step.ended, behind)) ended.push(each);
      continue;
    }
    const steps = place.visit(branch);
    splits.set(place.key, (splits.get(place.key) ?? 0) + steps.length);
    for (const step of steps) {
      if (step.kind === 'ended')
        for (const each of unmerging.apart(step.ended, behind)) ended.push(each);
    }
    for (const { members, ...next } of merged(steps)) {
      const own = members === undefined ? behind : { members, before: behind };
      stack.push({ ...next, path: [...path, visit], behind: own });
    }
    ways += 1;
    onWay?.(ways);
    if (stack.length + ended.length > WAYS_MAX) {
      const [at] = [...splits].sort((a, b) => b[1] - a[1])[0]!;
      return { kind: 'too-many-ways', at };
    }
  }
  return { kind: 'walked', ended };
}

function keyOf(end: End): string {
  return end.kind === 'as-sent' ? '' : (end.symbol ?? end.label);
}
