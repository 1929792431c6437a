import { addressSetHas, type Ip, type Port, type Protocol, portSetHas } from '../net/index.ts';
import {
  type ApplicationKind,
  type Condition,
  distinctConditions,
  type FlowBox,
  type FlowRule,
  isCertain,
} from './flow-box.ts';
import { nameSetHas } from './name-set.ts';

/** One flow, every header known. */
export interface FlowPoint {
  readonly source: Ip;
  /** Same family as `source`. */
  readonly destination: Ip;
  readonly protocol: Protocol;
  /** Of no meaning for protocols without ports. */
  readonly sourcePort: Port;
  readonly destinationPort: Port;
  readonly application: ApplicationKind;
  /** Lower case, without trailing dot; absent when the client shows no name. */
  readonly name?: string;
}

/** Does the box hold the flow, whatever it needs? O(log of the address sets + the rest). */
export function boxHas(box: FlowBox, point: FlowPoint): boolean {
  return (
    box.sourceIs === undefined &&
    box.destinationIs === undefined &&
    (box.protocols === undefined || box.protocols.includes(point.protocol)) &&
    (box.destinationPorts === undefined ||
      portSetHas(box.destinationPorts, point.destinationPort)) &&
    (box.destinations === undefined || addressSetHas(box.destinations, point.destination)) &&
    (box.sources === undefined || addressSetHas(box.sources, point.source)) &&
    (box.sourcePorts === undefined || portSetHas(box.sourcePorts, point.sourcePort)) &&
    (box.applications === undefined || box.applications.includes(point.application)) &&
    (box.names === undefined || nameSetHas(box.names, point.name))
  );
}

/** A rule that decides the flow in some world. */
export interface Decider<Rule> {
  readonly rule: Rule;
  /** Index of the rule in the list. */
  readonly index: number;
  /** Empty: it decides unless one of those before it does. */
  readonly needs: readonly Condition[];
}

/**
 * Every rule that may decide one flow, in order, by looking at one rule after the other: the linear scan that diagrams are compared
 * with. The last one is certain when its `needs` are empty; otherwise the list may leave the flow undecided. O(boxes).
 */
export function decidersAt<Effect, By>(
  rules: readonly FlowRule<Effect, By>[],
  point: FlowPoint,
): readonly Decider<FlowRule<Effect, By>>[] {
  const deciders: Decider<FlowRule<Effect, By>>[] = [];
  for (const [index, rule] of rules.entries()) {
    const holding = rule.region.filter((box) => boxHas(box, point));
    if (holding.length === 0) continue;
    if (holding.some(isCertain)) {
      deciders.push({ rule, index, needs: [] });
      return deciders;
    }
    const needs = distinctConditions(...holding.map((box) => box.needs ?? []));
    deciders.push({ rule, index, needs });
  }
  return deciders;
}
