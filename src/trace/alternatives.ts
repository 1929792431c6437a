import { nameOfNodes } from './hops/one-node.ts';
import type { Choose } from './journey.ts';
import type { Trace } from './trace.ts';

/** More ways than this are not told apart: what is beyond them stays unknown. */
export const WAYS_MAX = 48;

/** One trace of several that one question has, and which way it took where there was a choice. */
export interface Alternative {
  readonly trace: Trace;
  /** `backend shop/canary`; empty when there was no choice. */
  readonly ways: readonly string[];
}

/** What one run chose: which way of how many, in the order asked. */
interface Chosen {
  readonly at: number;
  readonly of: number;
}

/**
 * Runs a walk once per combination of the ways it may take: which backend a load balancer picks, which pool its node
 * is of. Depth first, the last choice turns fastest.
 * @returns at most `WAYS_MAX` results; `isCut` when there were more
 */
export function everyWay<T>(run: (choose: Choose, ways: readonly string[]) => T): {
  readonly results: readonly T[];
  readonly isCut: boolean;
} {
  const results: T[] = [];
  let prefix: readonly number[] = [];
  while (results.length < WAYS_MAX) {
    const chosen: Chosen[] = [];
    const ways: string[] = [];
    const fixed = prefix;
    const choose: Choose = (options, nameOf) => {
      const at = fixed[chosen.length] ?? 0;
      chosen.push({ at, of: options.length });
      const way = options[at]!;
      if (options.length > 1) ways.push(nameOf(way));
      return way;
    };
    results.push(run(choose, ways));
    const next = nextPrefix(chosen);
    if (next === undefined) return { results, isCut: false };
    prefix = next;
  }
  return { results, isCut: true };
}

function nextPrefix(chosen: readonly Chosen[]): readonly number[] | undefined {
  for (let last = chosen.length - 1; last >= 0; last -= 1) {
    const { at, of } = chosen[last]!;
    if (at + 1 < of) return [...chosen.slice(0, last).map((one) => one.at), at + 1];
  }
  return undefined;
}

const WORST_FIRST: readonly Trace['answer'][] = ['broken', 'denied', 'unknown', 'allowed'];

/**
 * Alternatives that say the same become one trace, which says of how many it speaks; others stay apart, the worst
 * first, each saying which way it took.
 */
export function told(alternatives: readonly Alternative[]): readonly Trace[] {
  const groups = new Map<string, Alternative[]>();
  for (const one of alternatives) {
    const key = `${one.trace.answer} ${one.trace.summary} ${receiverOf(one.trace)}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  const isAlike = groups.size === 1;
  const traces = [...groups.values()].map((group): Trace => {
    const [first] = group;
    const names = [...new Set(group.map(({ ways }) => nameOf(ways, isAlike)))].filter(
      (name) => name !== '',
    );
    const more = names.length === 0 ? '' : isAlike ? alike(names) : ` (${listed(names)})`;
    return { ...first!.trace, summary: withWays(first!.trace.summary, more) };
  });
  return traces.sort((a, b) => WORST_FIRST.indexOf(a.answer) - WORST_FIRST.indexOf(b.answer));
}

/** Where all ways end alike nobody asks which nodes they met. */
function nameOf(ways: readonly string[], isAlike: boolean): string {
  return ways.filter((way) => !isAlike || !WAYS_OF_NODES.has(way)).join(', ');
}

const WAYS_OF_NODES: ReadonlySet<string> = new Set((['one', 'two'] as const).map(nameOfNodes));

/** A node that its own pod called sees another sender than one across the network (AKS-99): the two are told apart. */
function receiverOf({ answer, forward }: Trace): string {
  return answer === 'allowed' && forward.hops.at(-1)?.kind === 'node' ? 'own node' : '';
}

function alike(names: readonly string[]): string {
  return names.length === 1 ? '' : ` (alike for ${listed(names)})`;
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 3).join('; ');
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}

function withWays(summary: string, more: string): string {
  return more === '' ? summary : `${summary.replace(/\.$/, '')}${more}.`;
}
