import {
  type Condition,
  type FlowBox,
  type FlowRegion,
  type FlowRule,
  intersectBoxes,
  intersectRegions,
  isCertain,
  needing,
} from '../../../flows/index.ts';
import type { Decider } from '../../verdict.ts';
import { TidyList } from './tidy-list.ts';

/** What policies do with flows, first match decides. A *complete* list decides every flow. */
export type PolicyRule = FlowRule<'allow' | 'deny', Decider>;

export const EVERYWHERE: FlowRegion = [{}];

export function allow(by: Decider, region: FlowRegion = EVERYWHERE): PolicyRule {
  return { region, effect: 'allow', by };
}

export function deny(by: Decider, region: FlowRegion = EVERYWHERE): PolicyRule {
  return { region, effect: 'deny', by };
}

/** The rules as far as they speak of these flows. The boxes may need something, and then the rules do. */
export function within(list: readonly PolicyRule[], region: FlowRegion): PolicyRule[] {
  if (isEverything(region)) return [...list];
  return list.flatMap((rule) => {
    const inside = common(rule.region, region);
    return inside.length === 0 ? [] : [{ ...rule, region: inside }];
  });
}

/**
 * One list that leaves open which of several complete lists applies: a flow they treat alike is decided, any other may go the way of
 * each. Exact, unlike putting the lists one after the other with a need: there, rules behind the first match of a list would show.
 * @param needs what tells which list applies
 */
export function anyOfLists(
  lists: readonly (readonly PolicyRule[])[],
  needs: readonly Condition[],
): readonly PolicyRule[] {
  return lists.reduce((a, b) => eitherList(a, b, needs));
}

function eitherList(
  a: readonly PolicyRule[],
  b: readonly PolicyRule[],
  needs: readonly Condition[],
): readonly PolicyRule[] {
  if (a === b) return a;
  const { shared, left, right } = withoutShared(a, b);
  if (left.length === 0 && right.length === 0) return shared;
  const rules = new TidyList();
  for (const rule of shared) rules.add(rule);
  const others = right.map((rule) => ({ rule, ...byCertainty(rule.region) }));
  for (const one of left) {
    // What holds only perhaps adds a way and takes none: it stands in front of what follows it in its own list.
    const { certain, uncertain } = byCertainty(one.region);
    rules.add({ ...one, region: needing(uncertain, needs) });
    if (certain.length === 0) continue;
    for (const other of others) {
      rules.add({ ...other.rule, region: needing(common(certain, other.uncertain), needs) });
      // Pairs in lexicographic order: the first that holds a flow is made of the first of each list that does.
      const region = common(certain, other.certain);
      if (one.effect === other.rule.effect) rules.add({ ...one, region });
      else {
        rules.add({ ...one, region: needing(region, needs) });
        rules.add({ ...other.rule, region });
      }
      if (isEverything(other.certain)) break;
    }
    if (isEverything(certain)) break;
  }
  return rules.list();
}

function common(a: FlowRegion, b: FlowRegion): FlowRegion {
  if (isEverything(b)) return a;
  return isEverything(a) ? b : intersectRegions(a, b);
}

/** Rules that open both lists with one effect add up, so that those in both can stand in front, once. */
function withoutShared(a: readonly PolicyRule[], b: readonly PolicyRule[]) {
  const effect = a[0]?.effect;
  const openingOf = (list: readonly PolicyRule[]): number => {
    const end = list.findIndex((rule) => rule.effect !== effect);
    return end < 0 ? list.length : end;
  };
  const opening = b.slice(0, openingOf(b));
  const used = new Set<PolicyRule>();
  const shared: PolicyRule[] = [];
  const left: PolicyRule[] = [];
  for (const [index, rule] of a.entries()) {
    const twin =
      index < openingOf(a)
        ? opening.find((other) => !used.has(other) && sameRegion(rule.region, other.region))
        : undefined;
    if (twin === undefined) left.push(rule);
    else {
      used.add(twin);
      shared.push(rule);
    }
  }
  const right = b.filter((rule) => !used.has(rule));
  const isSameRest =
    left.length === right.length &&
    left.every(
      (rule, index) =>
        rule.effect === right[index]!.effect && sameRegion(rule.region, right[index]!.region),
    );
  return isSameRest
    ? { shared: [...shared, ...left], left: [], right: [] }
    : { shared, left, right };
}

/** The boxes that are certainly there, and the others. */
export function byCertainty(region: FlowRegion): {
  readonly certain: FlowRegion;
  readonly uncertain: FlowRegion;
} {
  return {
    certain: region.filter(isCertain),
    uncertain: region.filter((box) => !isCertain(box)),
  };
}

/** The box without its needs. */
export function bare(box: FlowBox): FlowBox {
  const { needs: _, ...rest } = box;
  return rest;
}

/** Boxes of both, up to so many; `undefined` beyond. */
export function intersectUpTo(a: FlowRegion, b: FlowRegion, most: number): FlowRegion | undefined {
  const boxes: FlowBox[] = [];
  for (const left of a) {
    for (const right of b) {
      const both = intersectBoxes(left, right);
      if (both === undefined) continue;
      if (boxes.length >= most) return undefined;
      boxes.push(both);
    }
  }
  return boxes;
}

function isEverything(region: FlowRegion): boolean {
  if (region === EVERYWHERE) return true;
  return region.some((box) => {
    for (const key in box) {
      if (box[key as keyof FlowBox] !== undefined) return false;
    }
    return true;
  });
}

function sameRegion(a: FlowRegion, b: FlowRegion): boolean {
  if (a === b) return true;
  return a.length === b.length && a.every((box, index) => sameBox(box, b[index]!));
}

function sameBox(a: FlowBox, b: FlowBox): boolean {
  return (
    sameAddresses(a.sources, b.sources) &&
    sameAddresses(a.destinations, b.destinations) &&
    sameList(a.protocols, b.protocols) &&
    sameList(a.sourcePorts, b.sourcePorts) &&
    sameList(a.destinationPorts, b.destinationPorts) &&
    sameList(a.applications, b.applications) &&
    (a.names === b.names ||
      (a.names !== undefined &&
        a.names.withoutName === b.names?.withoutName &&
        sameList(a.names.patterns, b.names.patterns))) &&
    sameList(
      (a.needs ?? []).map(({ missing }) => missing),
      (b.needs ?? []).map(({ missing }) => missing),
    )
  );
}

function sameAddresses(a: FlowBox['sources'], b: FlowBox['sources']): boolean {
  return a === b || (a !== undefined && sameList(a.v4, b?.v4) && sameList(a.v6, b?.v6));
}

function sameList<T>(a: readonly T[] | undefined, b: readonly T[] | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined || a.length !== b.length) return false;
  return a.every((value, index) => value === b[index]);
}
