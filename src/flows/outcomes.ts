import {
  boxDiagram,
  type Diagram,
  EVERYTHING,
  firstBoxDiagram,
  leafOf,
  NOTHING,
  terminalOf,
} from '../packets/index.ts';
import { type Condition, type FlowBox, type FlowRule, isCertain } from './flow-box.ts';
import type { FlowSets } from './flow-sets.ts';
import { encodeBox } from './flow-universe.ts';

/** Flows that one rule may decide. */
export interface Outcome<Rule> {
  /** Absent: no rule of the list decides them. */
  readonly rule?: Rule;
  /** Of the rule in its list; the length of the list when there is none. */
  readonly index: number;
  readonly flows: Diagram;
  /** Empty: the rule decides, unless an outcome of a smaller index and with needs does. */
  readonly needs: readonly Condition[];
}

/**
 * First match with the boxes that are certainly there: terminal `index + 1` of the rule that decides, 0 where none does. Rules
 * masked by `within`, when given, so that a question about a corner does not pay for the whole list.
 */
export function certainDeciders<Effect, By>(
  sets: FlowSets,
  rules: readonly FlowRule<Effect, By>[],
  within: Diagram = EVERYTHING,
): Diagram {
  const { table, universe } = sets;
  const boxes = rules.flatMap(({ region }, index) =>
    region.flatMap((box) => {
      const encoded = isCertain(box) ? encodeBox(universe, box) : undefined;
      if (encoded === undefined) return [];
      if (within !== EVERYTHING) {
        const inside = boxDiagram(table, universe.space, encoded, 1);
        if (!table.meet(inside, within)) return [];
      }
      return [{ box: encoded, terminal: index + 1 }];
    }),
  );
  const all = firstBoxDiagram(table, universe.space, boxes);
  return within === EVERYTHING ? all : table.mask(all, within);
}

/**
 * What may become of the flows in `within`: one outcome per rule that certainly decides some, one per box that decides some if
 * what it needs holds, and one for flows that nobody certainly decides. Outcomes overlap exactly where the answer is open.
 * O(compile of the slice + outcomes · rows).
 */
export function outcomesOf<Effect, By>(
  sets: FlowSets,
  rules: readonly FlowRule<Effect, By>[],
  within: Diagram = EVERYTHING,
): Outcome<FlowRule<Effect, By>>[] {
  if (within === NOTHING) return [];
  const { table } = sets;
  const deciders = certainDeciders(sets, rules, within);
  const outcomes: Outcome<FlowRule<Effect, By>>[] = [];
  for (const terminal of table.terminals(deciders)) {
    if (terminal === 0) continue;
    const flows = sets.where(deciders, (other) => other === terminal);
    outcomes.push({ rule: rules[terminal - 1]!, index: terminal - 1, flows, needs: [] });
  }
  const undecided = table.except(within, deciders);
  if (undecided !== NOTHING) outcomes.push({ index: rules.length, flows: undecided, needs: [] });
  for (const [index, rule] of rules.entries()) {
    for (const box of rule.region) {
      if (isCertain(box)) continue;
      const flows = reachable(sets, deciders, index, box, within);
      if (flows !== NOTHING) outcomes.push({ rule, index, flows, needs: box.needs ?? [] });
    }
  }
  return outcomes.sort((a, b) => a.index - b.index);
}

/** The flows of a box of rule `index` that no certain box of this or an earlier rule takes. */
export function reachable(
  sets: FlowSets,
  deciders: Diagram,
  index: number,
  box: FlowBox,
  within: Diagram = EVERYTHING,
): Diagram {
  const { table } = sets;
  const flows = table.mask(sets.box(box), within);
  if (flows === NOTHING) return NOTHING;
  const earlier = table.mapTerminals(table.mask(deciders, flows), (terminal) =>
    terminal !== 0 && terminal - 1 <= index ? 1 : 0,
  );
  return table.except(flows, earlier);
}

/** The rule that certainly decides at a leaf of `certainDeciders`, when there is one. */
export function deciderAt<Rule>(rules: readonly Rule[], leaf: Diagram): Rule | undefined {
  return leaf === leafOf(0) ? undefined : rules[terminalOf(leaf) - 1];
}
