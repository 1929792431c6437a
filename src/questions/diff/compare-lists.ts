import {
  type Condition,
  certainDeciders,
  distinctConditions,
  type FlowBox,
  type FlowPoint,
  type FlowRegion,
  type FlowRule,
  FlowSets,
  intersectPorts,
  outcomesOf,
} from '../../flows/index.ts';
import { type AddressSet, addressSetsOverlap } from '../../net/index.ts';
import { type Budget, type Diagram, NOTHING } from '../../packets/index.ts';
import type { Decider } from '../../semantics/verdict.ts';
import { preferredIn, wishesFor } from '../query/wishes.ts';
import { editedRegion } from './edited-region.ts';
import { editedRules, RuleKeys } from './rule-key.ts';

type Action = string;

/** What one version says of some flows. */
export interface Side {
  readonly action: Action;
  /** Absent: no rule decides, `action` is what happens then. */
  readonly by?: Decider;
  /** What would tell whether it is so; empty: it is. */
  readonly needs: readonly Condition[];
}

/** Flows that the two versions treat differently. */
export interface ListChange {
  readonly before: Side;
  readonly after: Side;
  readonly sets: FlowSets;
  readonly flows: Diagram;
  /** One flow of them; absent only where no host name can be written. */
  readonly example?: FlowPoint;
}

export interface OrderedList {
  readonly rules: readonly FlowRule<Action, Decider>[];
  /** What becomes of flows that no rule decides. */
  readonly otherwise: Action;
}

/** Rules with needs split the answer, so what a flow meets is a set of actions: one that is not alone is open. */
const OPEN = 'open';

/**
 * The flows that two versions of a list decide differently, by the pair of rules that decide. Outside the regions of rules that
 * were added, removed, changed or moved both agree by construction, so only what touches these is compiled: the cost is that of
 * the edit, not of the list. Exact.
 */
export function compareLists(
  before: OrderedList,
  after: OrderedList,
  budget?: Budget,
): readonly ListChange[] {
  const keys = new RuleKeys();
  const [oldKeys, newKeys] = [before, after].map(({ rules }) => rules.map((rule) => keys.of(rule)));
  const { gone, come } = editedRules(oldKeys!, newKeys!);
  const isOtherwiseNew = before.otherwise !== after.otherwise;
  const edited: FlowRegion = isOtherwiseNew
    ? [{}]
    : editedRegion(
        gone.map((at) => ({ at, rule: before.rules[at]! })),
        come.map((at) => ({ at, rule: after.rules[at]! })),
      );
  if (edited.length === 0) return [];
  const slices = [sliceOf(before.rules, edited), sliceOf(after.rules, edited)] as const;
  return ([4, 6] as const).flatMap((family) => {
    const boxes = [...edited, ...slices.flat().flatMap(({ region }) => region)];
    const sets = FlowSets.over(family, boxes, budget);
    const within = sets.region(edited);
    if (within === NOTHING) return [];
    const [old, now] = [
      judged(sets, slices[0], before.otherwise, within),
      judged(sets, slices[1], after.otherwise, within),
    ];
    return changesBetween(sets, old, now);
  });
}

/** Rules that share a flow with the edited regions, their other boxes left out. */
function sliceOf(
  rules: readonly FlowRule<Action, Decider>[],
  edited: FlowRegion,
): readonly FlowRule<Action, Decider>[] {
  const overlaps = new Map<AddressSet, Map<AddressSet, boolean>>();
  const meet = (a: AddressSet | undefined, b: AddressSet | undefined): boolean => {
    if (a === undefined || b === undefined || a === b) return true;
    let known = overlaps.get(a);
    if (known === undefined) {
      known = new Map();
      overlaps.set(a, known);
    }
    let answer = known.get(b);
    if (answer === undefined) {
      answer = addressSetsOverlap(a, b);
      known.set(b, answer);
    }
    return answer;
  };
  const mayMeet = (box: FlowBox, other: FlowBox): boolean =>
    (box.protocols === undefined ||
      other.protocols === undefined ||
      box.protocols.some((each) => other.protocols!.includes(each))) &&
    (box.destinationPorts === undefined ||
      other.destinationPorts === undefined ||
      intersectPorts(box.destinationPorts, other.destinationPorts).length > 0) &&
    meet(box.destinations, other.destinations) &&
    meet(box.sources, other.sources);
  return rules.flatMap((rule) => {
    const region = rule.region.filter((box) => edited.some((other) => mayMeet(box, other)));
    return region.length === 0 ? [] : [{ ...rule, region }];
  });
}

interface Judged {
  readonly slice: readonly FlowRule<Action, Decider>[];
  readonly otherwise: Action;
  /** Terminal: index in `actions` plus one. */
  readonly verdicts: Diagram;
  readonly actions: readonly Action[];
  readonly deciders: Diagram;
  readonly outcomes: ReturnType<typeof outcomesOf<Action, Decider>>;
}

function judged(
  sets: FlowSets,
  slice: readonly FlowRule<Action, Decider>[],
  otherwise: Action,
  within: Diagram,
): Judged {
  const { table } = sets;
  const outcomes = outcomesOf(sets, slice, within);
  const byAction = new Map<Action, Diagram>();
  for (const { rule, flows } of outcomes) {
    const action = rule?.effect ?? otherwise;
    byAction.set(action, table.override(byAction.get(action) ?? NOTHING, flows));
  }
  const actions = [...byAction.keys(), OPEN];
  let verdicts = NOTHING;
  let twice = NOTHING;
  for (const [index, action] of [...byAction.keys()].entries()) {
    const flows = byAction.get(action)!;
    twice = table.override(twice, table.mask(flows, verdicts));
    const named = table.mapTerminals(flows, (terminal) => (terminal === 0 ? 0 : index + 1));
    verdicts = table.override(verdicts, named);
  }
  const open = table.mapTerminals(twice, (terminal) => (terminal === 0 ? 0 : actions.length));
  return {
    slice,
    otherwise,
    verdicts: table.override(open, verdicts),
    actions,
    deciders: certainDeciders(sets, slice, within),
    outcomes,
  };
}

function changesBetween(sets: FlowSets, old: Judged, now: Judged): ListChange[] {
  const { table } = sets;
  const common = [...new Set([...old.actions, ...now.actions])];
  const numbered = ({ verdicts, actions }: Judged): Diagram =>
    table.mapTerminals(verdicts, (terminal) =>
      terminal === 0 ? 0 : common.indexOf(actions[terminal - 1]!) + 1,
    );
  const [from, to] = [numbered(old), numbered(now)];
  const changed = table.differ(from, to);
  const changes: ListChange[] = [];
  for (const { flows: old1, side: before } of sidesOf(sets, old, from, changed, common)) {
    for (const { flows, side: after } of sidesOf(sets, now, to, old1, common)) {
      const example = sets.witness(flows, wishesFor(sets.universe), preferredIn(sets.universe));
      changes.push({
        before,
        after,
        sets,
        flows,
        ...(example === undefined ? {} : { example }),
      });
    }
  }
  return changes;
}

/** The flows of `within` by verdict and by who decides for certain. */
function sidesOf(
  sets: FlowSets,
  judgedList: Judged,
  verdicts: Diagram,
  within: Diagram,
  common: readonly Action[],
): { readonly flows: Diagram; readonly side: Side }[] {
  const { table } = sets;
  const { slice, deciders, outcomes } = judgedList;
  if (within === NOTHING) return [];
  const sides: { flows: Diagram; side: Side }[] = [];
  const here = table.mask(verdicts, within);
  for (const verdict of table.terminals(here)) {
    if (verdict === 0) continue;
    const action = common[verdict - 1]!;
    const flows = sets.where(here, (terminal) => terminal === verdict);
    const by = table.mask(deciders, flows);
    const groups = [...table.terminals(by).filter((terminal) => terminal !== 0)];
    const nobody = table.except(flows, by);
    const add = (part: Diagram, rule: FlowRule<Action, Decider> | undefined): void => {
      if (part === NOTHING) return;
      const needs =
        action === OPEN
          ? distinctConditions(
              ...outcomes
                .filter((outcome) => outcome.needs.length > 0 && table.meet(outcome.flows, part))
                .map((outcome) => outcome.needs),
            )
          : [];
      const decider = rule?.by;
      sides.push({
        flows: part,
        side: { action, needs, ...(decider === undefined ? {} : { by: decider }) },
      });
    };
    for (const terminal of groups) {
      add(
        sets.where(by, (other) => other === terminal),
        slice[terminal - 1],
      );
    }
    add(nobody, undefined);
  }
  return sides;
}
