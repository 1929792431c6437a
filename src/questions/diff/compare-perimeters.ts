import type { Network } from '../../network/index.ts';
import { type Budget, withinBudget } from '../../packets/index.ts';
import type { Inconclusive } from '../query/answer.ts';
import { perimeterLists } from '../rules/index.ts';
import { compareLists, type ListChange, type OrderedList } from './compare-lists.ts';
import { compareReach, type ReachChange } from './compare-reach.ts';

/** What a change of the input changes about flows. */
export interface PerimeterDiff {
  /** End to end, between workloads, nodes and the internet. */
  readonly reach: readonly ReachChange[];
  /** Box by box: also where nobody in the input can send or receive. */
  readonly lists: readonly { readonly list: string; readonly changes: readonly ListChange[] }[];
  /** Rule lists that only one version has. */
  readonly onlyBefore: readonly string[];
  readonly onlyAfter: readonly string[];
  readonly inconclusive: readonly Inconclusive[];
  readonly compared: { readonly lists: number; readonly pairs: number };
}

export interface DiffOptions {
  readonly budget?: () => Budget;
  readonly onProgress?: (what: string, done: number, total: number) => void;
}

/**
 * Every flow that one version lets through and the other does not. Lists are matched by name; a list that was renamed is one that
 * went and one that came.
 */
export function comparePerimeters(
  before: Network,
  after: Network,
  { budget, onProgress }: DiffOptions = {},
): PerimeterDiff {
  const given = (): { readonly budget?: Budget } =>
    budget === undefined ? {} : { budget: budget() };
  const [old, now] = [before, after].map(
    (network) => new Map(perimeterLists(network).map(({ list }) => [list.name, list])),
  );
  const inconclusive: Inconclusive[] = [];
  const common = [...now!.keys()].filter((name) => old!.has(name));
  const lists = common.flatMap((name, done) => {
    onProgress?.('rule lists', done, common.length);
    const [from, to] = [old!.get(name)!, now!.get(name)!].map(
      ({ rules, otherwise }): OrderedList => ({ rules, otherwise: otherwise ?? 'goes on' }),
    );
    const asked = withinBudget(name, () => compareLists(from!, to!, given().budget));
    if (asked.kind === 'answered') {
      return asked.value.length === 0 ? [] : [{ list: name, changes: asked.value }];
    }
    const { exhausted, artefact } = asked;
    inconclusive.push({ exhausted, artefact, hint: 'give it more time: --time-limit' });
    return [];
  });
  const reach = compareReach(before, after, {
    ...given(),
    ...(onProgress === undefined
      ? {}
      : { onProgress: (done, total) => onProgress('pairs of ends', done, total) }),
  });
  return {
    reach: reach.changes,
    lists,
    onlyBefore: [...old!.keys()].filter((name) => !now!.has(name)),
    onlyAfter: [...now!.keys()].filter((name) => !old!.has(name)),
    inconclusive: [...inconclusive, ...reach.inconclusive],
    compared: { lists: common.length, pairs: reach.compared },
  };
}
