import type { Condition, FlowRegion, FlowRule } from '../../flows/index.ts';
import type { Budget } from '../../packets/index.ts';

/**
 * What a rule does with a flow, in words that are compared: `allow`, `deny`, `to 10.0.0.4:8080`. Actions that differ after a slash
 * only (`allow/inspected`) do not contradict each other, and yet one does not make up for the other.
 */
export type Action = string;

/** The action without what stands after the slash. */
export function directionOf(action: Action): string {
  return action.split('/', 1)[0]!;
}

/**
 * An ordered list as one box of the perimeter tries it: the first rule that holds a flow decides it. Several entries may stem from one
 * rule as it is written (`AuditOptions.ruleOf`).
 */
export interface RuleList<By> {
  /** As people would say it: `network rules of firewall hub-fw`. */
  readonly name: string;
  readonly rules: readonly FlowRule<Action, By>[];
  /** What becomes of flows that no rule decides. Absent: somebody else judges them, which is the action of no rule. */
  readonly otherwise?: Action;
  /** Absent: not known, so anything may arrive. */
  readonly arriving?: Arriving;
}

/** An upper bound of the flows that get to a list. */
export interface Arriving {
  readonly region: FlowRegion;
  /** Why nothing else arrives, as a phrase: `only aks-subnet sends there`. */
  readonly why: string;
  /** The bound holds only if all of these come out so. */
  readonly needs?: readonly Condition[];
}

export interface AuditOptions<By> {
  /** The rule somebody wrote: entries with the same one are judged together. */
  readonly ruleOf: (by: By) => object;
  /**
   * What a rule is written to do, where its entries may do something else as well. Absent, or `undefined`: what all its entries do.
   */
  readonly actionOf?: (by: By) => Action | undefined;
  /** Rules nobody can remove (Azure's defaults): they take flows, and are not judged. */
  readonly isFixed?: (by: By) => boolean;
  readonly budget?: Budget;
  /** Rules that may be proposed for removal; absent: all. */
  readonly mayGo?: (by: By) => boolean;
  /** Called between rules, often: steps done and steps in all. */
  readonly onProgress?: (done: number, total: number) => void;
}
