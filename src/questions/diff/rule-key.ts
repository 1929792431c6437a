import type { FlowBox, FlowRule } from '../../flows/index.ts';
import type { AddressSet } from '../../net/index.ts';

/**
 * What a rule says, as text that is equal for equal rules of two readings of the input: its name, what it does and every box.
 * Address sets are spelled once each, for many rules share them.
 */
export class RuleKeys {
  readonly #sets = new WeakMap<AddressSet, string>();
  readonly #numbers = new Map<string, number>();

  of<Action, By extends { readonly name: string }>({
    region,
    effect,
    by,
  }: FlowRule<Action, By>): string {
    return `${by.name}\n${JSON.stringify(effect)}\n${region.map((box) => this.#box(box)).join('\n')}`;
  }

  #box(box: FlowBox): string {
    const { sources, destinations, needs, ...rest } = box;
    return [
      this.#addresses(sources),
      this.#addresses(destinations),
      JSON.stringify(rest),
      (needs ?? []).map(({ missing }) => missing).join(),
    ].join('|');
  }

  /** A number per different set. */
  #addresses(set: AddressSet | undefined): string {
    if (set === undefined) return '';
    const known = this.#sets.get(set);
    if (known !== undefined) return known;
    const text = `${set.v4.join()} ${set.v6.join()}`;
    const number = this.#numbers.get(text) ?? this.#numbers.size;
    this.#numbers.set(text, number);
    const key = `#${number}`;
    this.#sets.set(set, key);
    return key;
  }
}

/** Positions of rules that the other list does not have in that order: those that are gone from `before`, and new in `after`. */
export function editedRules(
  before: readonly string[],
  after: readonly string[],
): { readonly gone: readonly number[]; readonly come: readonly number[] } {
  let start = 0;
  while (start < before.length && before[start] === after[start] && start < after.length)
    start += 1;
  let tail = 0;
  while (
    tail < before.length - start &&
    tail < after.length - start &&
    before[before.length - 1 - tail] === after[after.length - 1 - tail]
  ) {
    tail += 1;
  }
  const positions = new Map<string, number[]>();
  for (let at = after.length - tail - 1; at >= start; at -= 1) {
    const list = positions.get(after[at]!);
    if (list === undefined) positions.set(after[at]!, [at]);
    else list.push(at); // the first one is taken first: the list ends with it
  }
  const pairs: (readonly [number, number])[] = [];
  for (let at = start; at < before.length - tail; at += 1) {
    const partner = positions.get(before[at]!)?.pop();
    if (partner !== undefined) pairs.push([at, partner]);
  }
  const kept = longestRising(pairs.map(([, partner]) => partner));
  const keptBefore = new Set(kept.map((index) => pairs[index]![0]));
  const keptAfter = new Set(kept.map((index) => pairs[index]![1]));
  const between = (from: number, to: number, without: ReadonlySet<number>): number[] =>
    Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index).filter(
      (at) => !without.has(at),
    );
  return {
    gone: between(start, before.length - tail, keptBefore),
    come: between(start, after.length - tail, keptAfter),
  };
}

/** Indexes of a longest rising subsequence. O(n log n). */
function longestRising(values: readonly number[]): number[] {
  const tails: number[] = [];
  const previous: number[] = [];
  for (const [index, value] of values.entries()) {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (values[tails[middle]!]! < value) low = middle + 1;
      else high = middle;
    }
    previous[index] = low === 0 ? -1 : tails[low - 1]!;
    tails[low] = index;
  }
  const chain: number[] = [];
  for (let at = tails.at(-1) ?? -1; at >= 0; at = previous[at]!) chain.push(at);
  return chain.reverse();
}
