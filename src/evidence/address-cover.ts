import { formatPrefix, type Ipv4, type Prefix } from '../net/index.ts';

/** How far a cover may widen what was seen. */
export interface CoverLimits {
  /** Prefixes at most, as long as none has to be wider than `widest`. */
  readonly most: number;
  /** The shortest prefix that may stand for several addresses: 24 is a network of 256. */
  readonly widest: number;
}

/**
 * The prefixes that hold these IPv4 addresses and the fewest others: `most` of them, or as many more as it takes for none to be wider
 * than the limit. Exact: each node of the tree of prefixes knows the least it needs for every number of prefixes.
 * O(addresses × 32 × most²).
 */
export function coverAddresses(
  addresses: readonly number[],
  { most, widest }: CoverLimits,
): readonly Prefix[] {
  const sorted = [...new Set(addresses)].sort((a, b) => a - b);
  if (sorted.length === 0) return [];
  // Those in different networks of the widest kind never share a prefix.
  const groups = new Map<number, number[]>();
  for (const address of sorted) {
    const key = widest === 0 ? 0 : Math.floor(address / 2 ** (32 - widest));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [address]);
    else group.push(address);
  }
  const budget = Math.max(most, groups.size);
  // A knapsack over the groups, each of which needs one prefix at least.
  let best: readonly (Choice | undefined)[] = [{ size: 0, prefixes: [] }];
  let left = groups.size;
  for (const group of groups.values()) {
    left -= 1;
    best = joined(best, choices(group, widest, budget), budget - left);
  }
  return cheapest(best)?.prefixes ?? [];
}

interface Choice {
  /** Addresses held. */
  readonly size: number;
  readonly prefixes: readonly Prefix[];
}

/** By the number of prefixes: the choice that holds the fewest addresses; index 0 is no prefix. */
function choices(
  addresses: readonly number[],
  length: number,
  most: number,
): readonly (Choice | undefined)[] {
  const first = addresses[0]!;
  const last = addresses.at(-1)!;
  // The narrowest prefix that holds all of them: what lies between is no choice.
  const common = first === last ? 32 : Math.max(length, Math.clz32((first ^ last) >>> 0));
  const size = 2 ** (32 - common);
  const base = (first - (first % size)) as Ipv4;
  const one: Choice = { size, prefixes: [{ family: 4, base, length: common }] };
  if (common === 32 || most === 1) return [undefined, one];
  const middle = base + size / 2;
  const at = addresses.findIndex((address) => address >= middle);
  const split = joined(
    choices(addresses.slice(0, at), common + 1, most - 1),
    choices(addresses.slice(at), common + 1, most - 1),
    most,
  );
  return [undefined, one, ...split.slice(2)];
}

function joined(
  a: readonly (Choice | undefined)[],
  b: readonly (Choice | undefined)[],
  most: number,
): readonly (Choice | undefined)[] {
  const best: (Choice | undefined)[] = [];
  for (const [i, left] of a.entries()) {
    if (left === undefined) continue;
    for (const [j, right] of b.entries()) {
      if (right === undefined || i + j > most) continue;
      const size = left.size + right.size;
      if ((best[i + j]?.size ?? Number.POSITIVE_INFINITY) <= size) continue;
      best[i + j] = { size, prefixes: [...left.prefixes, ...right.prefixes] };
    }
  }
  return best;
}

/** The fewest addresses; of equals the fewest prefixes. */
function cheapest(list: readonly (Choice | undefined)[]): Choice | undefined {
  return list.reduce<Choice | undefined>(
    (best, one) => (one !== undefined && (best === undefined || one.size < best.size) ? one : best),
    undefined,
  );
}

/** A single address without its `/32`, as people write rules. */
export function writtenPrefix(prefix: Prefix): string {
  const text = formatPrefix(prefix);
  return prefix.family === 4 && prefix.length === 32 ? text.slice(0, -3) : text;
}
