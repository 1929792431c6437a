import { type Box, boxDiagram, type Diagram, firstBoxDiagram, NOTHING } from '../packets/index.ts';
import type { FlowRegion } from './flow-box.ts';
import type { FlowSets } from './flow-sets.ts';
import {
  certainBoxes,
  type NumberedRules,
  positionsOf,
  type RuleEdits,
  ruleEdits,
} from './rule-edits.ts';
import {
  boxesMeeting,
  indexRules,
  RECENT_MAX,
  type RuleIndex,
  type Standing,
  withRecentRules,
} from './rule-index.ts';

/** A list whose deciders are known, and what it takes to know them again after an edit. */
export interface CompiledRules<Effect, By> extends NumberedRules<Effect, By>, Standing {
  readonly sets: FlowSets;
  /** Terminal: the number of the rule that decides by a box that is certainly there; 0 where none does. */
  readonly decides: Diagram;
  readonly index: RuleIndex;
}

/** Compiles a whole list. All boxes took part in cutting the universe. */
export function compileRules<Effect, By>(
  sets: FlowSets,
  list: NumberedRules<Effect, By>,
): CompiledRules<Effect, By> {
  return {
    ...list,
    sets,
    decides: decidersByNumber(sets, list),
    ...indexed(sets, list),
  };
}

function indexed<Effect, By>(
  sets: FlowSets,
  list: NumberedRules<Effect, By>,
): Standing & { readonly index: RuleIndex } {
  return {
    positions: positionsOf(list),
    regions: list.rules.map(({ region }) => region),
    index: indexRules(sets.universe, list),
  };
}

/** `certainDeciders` with numbers instead of positions. */
export function decidersByNumber<Effect, By>(
  { table, universe }: FlowSets,
  { rules, ruleIds }: NumberedRules<Effect, By>,
): Diagram {
  const boxes = rules.flatMap((rule, at) =>
    certainBoxes(universe, rule).map((box) => ({ box, terminal: ruleIds[at]! })),
  );
  return firstBoxDiagram(table, universe.space, boxes);
}

/**
 * The same list after an edit, by looking only where somebody else may decide now: flows that a rule which is gone decided go
 * to the rules after it, and a rule that has come takes the flows of its region that a rule behind it decided. The diagram is
 * the one that `compileRules` finds: the same number. Cuts of the new rules must be in the universe already, so make the
 * universe from both versions.
 *
 * Cost: the rules that touch the edited regions, cut down to these. What is left behind in the table is the caller's to collect.
 */
export function patchRules<Effect, By>(
  before: CompiledRules<Effect, By>,
  after: NumberedRules<Effect, By>,
): CompiledRules<Effect, By> {
  const { sets } = before;
  const positions = positionsOf(after);
  const edits = ruleEdits(sets.universe, before, after);
  const come = new Set(edits.come.map((position) => after.ruleIds[position]!));
  let decides = before.decides;
  for (const position of edits.gone) {
    decides = withoutRule(before, after, positions, come, decides, position);
  }
  for (const position of edits.come) {
    decides = withRule(sets, after, positions, decides, position);
  }
  const standing = { positions, regions: regionsAfter(before, after, edits) };
  const index = withRecentRules(sets.universe, before.index, after, standing, edits.come);
  return index.recent.length > RECENT_MAX
    ? { ...after, sets, decides, ...indexed(sets, after) }
    : { ...after, sets, decides, ...standing, index };
}

/** Of a rule that stays, the region as it was indexed; of others the new one. */
function regionsAfter<Effect, By>(
  before: CompiledRules<Effect, By>,
  after: NumberedRules<Effect, By>,
  edits: RuleEdits,
): FlowRegion[] {
  const gone = new Set(edits.gone);
  const come = new Set(edits.come);
  let old = 0;
  return after.rules.map(({ region }, position) => {
    if (come.has(position)) return region;
    while (gone.has(old)) old += 1;
    old += 1;
    return before.regions[old - 1]!;
  });
}

/** The flows that the old rule at `position` decides and that its new self, if there is one, does not hold or no longer comes first for. */
function withoutRule<Effect, By>(
  before: CompiledRules<Effect, By>,
  after: NumberedRules<Effect, By>,
  positions: ReadonlyMap<number, number>,
  come: ReadonlySet<number>,
  current: Diagram,
  position: number,
): Diagram {
  const { sets, index } = before;
  const { table, universe } = sets;
  const id = before.ruleIds[position]!;
  const newPosition = positions.get(id);
  const kept =
    newPosition === undefined
      ? NOTHING
      : regionDiagram(sets, certainBoxes(universe, after.rules[newPosition]!), 1);
  let decides = current;
  for (const box of certainBoxes(universe, before.rules[position]!)) {
    const inside = table.mask(decides, boxDiagram(table, universe.space, box, 1));
    const mine = sets.where(inside, (terminal) => terminal === id);
    if (mine === NOTHING) continue;
    // Rules before it hold none of these flows, and rules that have come take theirs afterwards.
    const successors = boxesMeeting(index, before, box)
      .filter(
        (one) =>
          before.positions.get(one.id)! > position && positions.has(one.id) && !come.has(one.id),
      )
      .map((one) => ({ box: one.box, terminal: one.id, at: positions.get(one.id)! }))
      .sort((a, b) => a.at - b.at);
    const lost = table.except(mine, kept);
    const heirs = firstBoxDiagram(table, universe.space, successors);
    decides = table.override(table.mask(heirs, lost), table.except(decides, lost));
    const overtaking = successors.filter(({ at }) => newPosition !== undefined && at < newPosition);
    if (overtaking.length === 0) continue;
    const first = firstBoxDiagram(table, universe.space, overtaking);
    decides = table.override(table.mask(first, table.mask(mine, kept)), decides);
  }
  return decides;
}

/** The rule at `position` takes the flows of its region that nobody before it decides. */
function withRule<Effect, By>(
  sets: FlowSets,
  after: NumberedRules<Effect, By>,
  positions: ReadonlyMap<number, number>,
  decides: Diagram,
  position: number,
): Diagram {
  const { table, universe } = sets;
  const boxes = certainBoxes(universe, after.rules[position]!);
  const region = regionDiagram(sets, boxes, after.ruleIds[position]!);
  const earlier = sets.where(
    table.mask(decides, region),
    (terminal) => positions.get(terminal)! < position,
  );
  return table.override(table.except(region, earlier), decides);
}

/** The flows of any of the boxes. */
function regionDiagram(
  { table, universe }: FlowSets,
  boxes: readonly Box[],
  terminal: number,
): Diagram {
  return firstBoxDiagram(
    table,
    universe.space,
    boxes.map((box) => ({ box, terminal })),
  );
}
