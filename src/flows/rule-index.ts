import { type Box, Classifier, intersectRanges } from '../packets/index.ts';
import type { FlowRegion } from './flow-box.ts';
import type { FlowUniverse } from './flow-universe.ts';
import { certainBoxes, type NumberedRules } from './rule-edits.ts';

/** A box of a rule. */
export interface OwnedBox {
  readonly box: Box;
  readonly id: number;
  /** Whose box it was when it was indexed: the same rule with another region no longer owns it. */
  readonly region: FlowRegion;
}

/**
 * Which rules of a list touch a box. The index proper is made once, in the time of a whole list; rules that came later are looked at
 * one by one, those that went are passed over, and when too many have come it is made again.
 */
export interface RuleIndex {
  readonly classifier: Classifier;
  readonly indexed: readonly OwnedBox[];
  readonly regions: ReadonlyMap<number, FlowRegion>;
  readonly recent: readonly OwnedBox[];
}

export function indexRules<Effect, By>(
  universe: FlowUniverse,
  { rules, ruleIds }: NumberedRules<Effect, By>,
): RuleIndex {
  const indexed = rules.flatMap((rule, at) => owned(universe, rule, ruleIds[at]!));
  return {
    classifier: new Classifier(
      universe.space,
      indexed.map(({ box }) => box),
    ),
    indexed,
    regions: new Map(ruleIds.map((id, at) => [id, rules[at]!.region])),
    recent: [],
  };
}

/** With more recent boxes than this an index is worth making again: looking at so many costs less than a millisecond. */
export const RECENT_MAX = 1024;

/** Where the rules of a list stand, and whose boxes count. */
export interface Standing {
  /** By number. */
  readonly positions: ReadonlyMap<number, number>;
  /** By position: the region of the rule, as the object that was indexed even where an equal one has replaced it. */
  readonly regions: readonly FlowRegion[];
}

/** The index of an edited list. @param come positions of the rules that are new, changed or moved */
export function withRecentRules<Effect, By>(
  universe: FlowUniverse,
  index: RuleIndex,
  after: NumberedRules<Effect, By>,
  standing: Standing,
  come: readonly number[],
): RuleIndex {
  const recent = index.recent.filter((one) => isOwned(one, standing));
  for (const position of come) {
    const id = after.ruleIds[position]!;
    const rule = after.rules[position]!;
    const isKnown =
      index.regions.get(id) === rule.region ||
      recent.some((one) => one.id === id && one.region === rule.region);
    if (!isKnown) recent.push(...owned(universe, rule, id));
  }
  return { ...index, recent };
}

/** The boxes of rules of the list that share a flow with `box`, cut down to it, in no order. */
export function boxesMeeting(
  { classifier, indexed, recent }: RuleIndex,
  standing: Standing,
  box: Box,
): { readonly box: Box; readonly id: number }[] {
  const found: { box: Box; id: number }[] = [];
  const look = (one: OwnedBox): void => {
    if (!isOwned(one, standing)) return;
    const inside = intersectOrdinals(one.box, box);
    if (inside !== undefined) found.push({ box: inside, id: one.id });
  };
  for (const at of classifier.meeting(box)) look(indexed[at]!);
  for (const one of recent) look(one);
  return found;
}

function isOwned({ id, region }: OwnedBox, { positions, regions }: Standing): boolean {
  const position = positions.get(id);
  return position !== undefined && regions[position] === region;
}

function owned<Effect, By>(
  universe: FlowUniverse,
  rule: NumberedRules<Effect, By>['rules'][number],
  id: number,
): OwnedBox[] {
  return certainBoxes(universe, rule).map((box) => ({ box, id, region: rule.region }));
}

/** The flows of both boxes, as a box; `undefined` when there are none. */
function intersectOrdinals(a: Box, b: Box): Box | undefined {
  const both = a.map((list, field) => {
    const other = b[field];
    if (list === undefined || list === other) return other;
    return other === undefined ? list : intersectRanges(list, other);
  });
  return both.some((list) => list?.length === 0) ? undefined : both;
}
