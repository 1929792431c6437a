import { invariant } from '../diagnostics/index.ts';
import type { Box } from '../packets/index.ts';
import { type FlowRule, isCertain } from './flow-box.ts';
import { encodeBox, type FlowUniverse } from './flow-universe.ts';

/** An ordered list whose rules keep a number of their own, 1 or more, wherever they stand: a diagram ends in these numbers. */
export interface NumberedRules<Effect, By> {
  readonly rules: readonly FlowRule<Effect, By>[];
  /** One per rule, all different. */
  readonly ruleIds: readonly number[];
}

/** What is between two lists, as far as it matters to who decides: regions and order. Effects do not. */
export interface RuleEdits {
  /** Positions in the old list: rules that are gone, changed or moved. */
  readonly gone: readonly number[];
  /** Positions in the new list: rules that are new, changed or moved. */
  readonly come: readonly number[];
}

/**
 * The rules that stay keep their region and their order among each other, and there are as many of them as can be: of two
 * neighbours that changed places one has moved. O(n log n); O(n) comparisons of numbers where little changed.
 */
export function ruleEdits<Effect, By>(
  universe: FlowUniverse,
  before: NumberedRules<Effect, By>,
  after: NumberedRules<Effect, By>,
): RuleEdits {
  const isSame = (old: number, now: number): boolean =>
    before.ruleIds[old] === after.ruleIds[now] &&
    sameBoxes(universe, before.rules[old]!, after.rules[now]!);
  const [length, newLength] = [before.rules.length, after.rules.length];
  let start = 0;
  while (start < length && start < newLength && isSame(start, start)) start += 1;
  let tail = 0;
  while (
    tail < length - start &&
    tail < newLength - start &&
    isSame(length - 1 - tail, newLength - 1 - tail)
  ) {
    tail += 1;
  }
  const oldPositions = new Map<number, number>();
  for (let at = start; at < length - tail; at += 1) oldPositions.set(before.ruleIds[at]!, at);
  const kept: { old: number; now: number }[] = [];
  for (let now = start; now < newLength - tail; now += 1) {
    const old = oldPositions.get(after.ruleIds[now]!);
    if (old !== undefined && isSame(old, now)) kept.push({ old, now });
  }
  const staying = longestRising(kept.map(({ old }) => old)).map((at) => kept[at]!);
  const oldStaying = new Set(staying.map(({ old }) => old));
  const newStaying = new Set(staying.map(({ now }) => now));
  return {
    gone: between(start, length - tail).filter((at) => !oldStaying.has(at)),
    come: between(start, newLength - tail).filter((at) => !newStaying.has(at)),
  };
}

/** The boxes of a rule that are certainly there and hold any flow of this family, in ordinals. */
export function certainBoxes<Effect, By>(
  universe: FlowUniverse,
  { region }: FlowRule<Effect, By>,
): Box[] {
  return region.flatMap((box) => {
    const encoded = isCertain(box) ? encodeBox(universe, box) : undefined;
    return encoded === undefined ? [] : [encoded];
  });
}

/** The position of each rule by its number. */
export function positionsOf<Effect, By>({
  rules,
  ruleIds,
}: NumberedRules<Effect, By>): ReadonlyMap<number, number> {
  const positions = new Map(ruleIds.map((id, position) => [id, position]));
  invariant(
    positions.size === rules.length && ruleIds.length === rules.length && !positions.has(0),
    'every rule has a number of its own, and none is 0',
  );
  return positions;
}

function sameBoxes<Effect, By>(
  universe: FlowUniverse,
  a: FlowRule<Effect, By>,
  b: FlowRule<Effect, By>,
): boolean {
  if (a.region === b.region) return true;
  const [left, right] = [certainBoxes(universe, a), certainBoxes(universe, b)];
  return (
    left.length === right.length &&
    left.every((box, index) =>
      box.every((list, field) => {
        const other = right[index]![field];
        if (list === other) return true;
        return (
          list !== undefined &&
          other !== undefined &&
          list.length === other.length &&
          list.every((value, at) => value === other[at])
        );
      }),
    )
  );
}

/** Indexes of a longest ascending subsequence, ascending. O(n log n). */
function longestRising(values: readonly number[]): number[] {
  const tails: number[] = []; // by length - 1: the index whose value ends such a subsequence lowest
  const previous: number[] = [];
  for (const [index, value] of values.entries()) {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (values[tails[middle]!]! < value) low = middle + 1;
      else high = middle;
    }
    previous.push(low === 0 ? -1 : tails[low - 1]!);
    tails[low] = index;
  }
  const found: number[] = [];
  for (let at = tails.at(-1) ?? -1; at >= 0; at = previous[at]!) found.push(at);
  return found.reverse();
}

function between(from: number, end: number): number[] {
  return Array.from({ length: end - from }, (_, index) => from + index);
}
