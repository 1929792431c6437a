import type { FlowPoint } from '../../flows/index.ts';
import { checkBudget, type Diagram, NOTHING } from '../../packets/index.ts';
import { diagramAt, isImplied, type Layer, leftFor, positionsOf } from './layer.ts';
import type { Deciding } from './never-hit.ts';
import type { Action, RuleList } from './rule-list.ts';
import { sampleFlow } from './sample-flow.ts';
import type { WrittenRule, WrittenRules } from './written-rules.ts';

/** Whether the list would do the same without a rule that decides something. */
export type Redundancy<By> =
  | {
      readonly kind: 'redundant';
      /** Later rules that would do the same with its flows, in the order they are tried. */
      readonly takers: readonly WrittenRule<By>[];
      /** Some of its flows no later rule takes, and what becomes of those is the same. */
      readonly fallsThrough: boolean;
    }
  /** A flow that would be treated differently; absent when only single atoms without a name to write are left. */
  | { readonly kind: 'needed'; readonly flow?: FlowPoint };

/**
 * Would removing the rule change any decision, in any world? Exact when nothing has needs; with needs, "redundant" is certain
 * and "needed" means that it cannot be ruled out. O(boxes of later rules that share a flow with it).
 * @param isGone rules taken to be removed already
 */
export function redundancyOf<By>(
  list: RuleList<By>,
  layers: readonly Layer[],
  written: WrittenRules<By>,
  rule: WrittenRule<By>,
  isGone: (rule: number) => boolean = () => false,
): Redundancy<By> {
  const takers = new Set<number>();
  let fallsThrough = false;
  for (const layer of layers) {
    for (const entry of rule.entries) {
      for (const position of positionsOf(layer, entry)) {
        const walked = walkOn(list, layer, written, rule, position, isGone, takers);
        if (walked.differing !== NOTHING) {
          const flow = sampleFlow(layer.sets, walked.differing);
          return flow === undefined ? { kind: 'needed' } : { kind: 'needed', flow };
        }
        fallsThrough ||= walked.fallsThrough;
      }
    }
  }
  const inOrder = [...takers].sort((a, b) => a - b).map((index) => written.rules[index]!);
  return { kind: 'redundant', takers: inOrder, fallsThrough };
}

/** Sends what a box may decide on to the rules behind it, until one does something else with some of it. */
function walkOn<By>(
  list: RuleList<By>,
  layer: Layer,
  written: WrittenRules<By>,
  rule: WrittenRule<By>,
  position: number,
  isGone: (rule: number) => boolean,
  takers: Set<number>,
): { readonly differing: Diagram; readonly fallsThrough: boolean } {
  const { table } = layer.sets;
  const { box, entry, needs: given } = layer.boxes[position]!;
  const action = list.rules[entry]!.effect;
  const from = layer.starts[entry + 1]!;
  let rest = leftFor(layer, position);
  if (rest === NOTHING) return { differing: NOTHING, fallsThrough: false };
  for (const later of layer.classifier().meeting(box)) {
    if (rest === NOTHING) break;
    if (later < from) continue;
    checkBudget(table.budget);
    const { entry: other, needs } = layer.boxes[later]!;
    const index = written.ruleOfEntry[other]!;
    if (index === rule.index || isGone(index)) continue;
    const held = diagramAt(layer, later);
    if (!table.meet(rest, held)) continue;
    if (list.rules[other]!.effect !== action) {
      return { differing: table.mask(rest, held), fallsThrough: false };
    }
    takers.add(index);
    if (isImplied(needs, given)) rest = table.except(rest, held);
  }
  const fallsThrough = rest !== NOTHING;
  return { differing: list.otherwise === action ? NOTHING : rest, fallsThrough };
}

/**
 * Does one flow that the rule decides show that it is needed? Looks at points only, so that most rules never cost a
 * diagram. O(points).
 */
export function isNeededAtAPoint<By>(
  list: RuleList<By>,
  layers: readonly Layer[],
  written: WrittenRules<By>,
  { points }: Deciding,
  rule: WrittenRule<By>,
): boolean {
  return layers.some((layer, at) =>
    rule.entries.some((entry) => {
      const point = points[at]!.get(entry + 1);
      if (point === undefined) return false;
      return nextActionDiffers(list, layer, written, rule, entry, point);
    }),
  );
}

function nextActionDiffers<By>(
  list: RuleList<By>,
  layer: Layer,
  written: WrittenRules<By>,
  rule: WrittenRule<By>,
  entry: number,
  point: readonly number[],
): boolean {
  const classifier = layer.classifier();
  const action: Action = list.rules[entry]!.effect;
  let position = classifier.firstAt(point, layer.starts[entry + 1]!);
  while (position >= 0) {
    const { entry: other, needs } = layer.boxes[position]!;
    if (written.ruleOfEntry[other] !== rule.index) {
      if (list.rules[other]!.effect !== action) return true;
      if (needs.length === 0) return false;
    }
    position = position + 1 < layer.boxes.length ? classifier.firstAt(point, position + 1) : -1;
  }
  return list.otherwise !== action;
}
