import { InvariantError } from '../../../diagnostics/index.ts';
import {
  type Condition,
  decodeBox,
  distinctConditions,
  type FlowBox,
  type FlowPoint,
  FlowSets,
  intersectRegions,
  outcomesOf,
} from '../../../flows/index.ts';
import { formatAddressSet, formatPortSet } from '../../../net/index.ts';
import type { Network } from '../../../network/index.ts';
import { type Diagram, NOTHING, withinBudget } from '../../../packets/index.ts';
import type { Flow } from '../../../semantics/flow.ts';
import { type Direction, evaluateSubnetNsg } from '../../../semantics/nsg/concrete.ts';
import { subnetNsgRules } from '../../../semantics/nsg/symbolic.ts';
import type { Decider } from '../../../semantics/verdict.ts';

/** What the security group of a subnet does with every flow of a box. */
export interface NsgShare {
  readonly sets: FlowSets;
  readonly asked: Diagram;
  /** In every world that fits the input, with the rules that decide, first to last. */
  readonly allowed: Decided;
  readonly denied: Decided;
  /** The places of all rules that decide any of the flows, or may. */
  readonly deciders: ReadonlySet<Decider['at']>;
  /** Flows that may be denied: what would tell. */
  readonly mayDeny: readonly Condition[];
}

export interface Decided {
  readonly flows: Diagram;
  readonly by: readonly { readonly by: Decider; readonly flows: Diagram }[];
}

/** `undefined`: more than a check may spend, or not to be confirmed. One flow of either verdict is told by the concrete rules as well. */
export function nsgShare(
  network: Network,
  subnetKey: string,
  direction: Direction,
  box: FlowBox,
): NsgShare | undefined {
  const result = withinBudget(`security group of ${subnetKey}`, () =>
    shareOf(network, subnetKey, direction, box),
  );
  return result.kind === 'answered' ? result.value : undefined;
}

function shareOf(
  network: Network,
  subnetKey: string,
  direction: Direction,
  box: FlowBox,
): NsgShare | undefined {
  const rules = subnetNsgRules(network, subnetKey, direction).map((rule) => ({
    ...rule,
    region: intersectRegions(rule.region, [box]),
  }));
  const sets = FlowSets.over(4, [box, ...rules.flatMap(({ region }) => region)]);
  const { table } = sets;
  const asked = sets.box(box);
  const outcomes = outcomesOf(sets, rules, asked);
  const of = (effect: 'allow' | 'deny', isSure: boolean) =>
    outcomes.filter(
      ({ rule, needs }) => rule?.effect === effect && (needs.length === 0) === isSure,
    );
  const all = (list: typeof outcomes): Diagram =>
    list.reduce((union, { flows }) => table.override(union, flows), NOTHING);
  const sure = (effect: 'allow' | 'deny', other: 'allow' | 'deny'): Decided => {
    const doubtful = all(of(other, false));
    const by = of(effect, true).flatMap(({ rule, flows }) => {
      const own = table.except(flows, doubtful);
      return rule === undefined || own === NOTHING ? [] : [{ by: rule.by, flows: own }];
    });
    return { by, flows: by.reduce((union, { flows }) => table.override(union, flows), NOTHING) };
  };
  const deniedFirst = all(of('deny', true));
  const needs = [
    ...of('deny', false).map((one) => one.needs),
    ...of('allow', false).flatMap((one) => (table.meet(one.flows, deniedFirst) ? [one.needs] : [])),
  ];
  const share: NsgShare = {
    sets,
    asked,
    allowed: sure('allow', 'deny'),
    denied: sure('deny', 'allow'),
    deciders: new Set(outcomes.flatMap(({ rule }) => (rule === undefined ? [] : [rule.by.at]))),
    mayDeny: distinctConditions(...needs),
  };
  const isToldAlike = (flows: Diagram, expected: 'allow' | 'deny'): boolean =>
    retold(network, subnetKey, direction, sets.witness(flows), expected);
  return isToldAlike(share.allowed.flows, 'allow') && isToldAlike(share.denied.flows, 'deny')
    ? share
    : undefined;
}

/**
 * False when the concrete rules cannot tell.
 * @throws InvariantError when they say the opposite
 */
function retold(
  network: Network,
  subnetKey: string,
  direction: Direction,
  point: FlowPoint | undefined,
  expected: 'allow' | 'deny',
): boolean {
  if (point === undefined) return true;
  const { source, destination, protocol, destinationPort, sourcePort } = point;
  const flow: Flow = {
    source: { kind: 'exact', ip: source },
    destination: { kind: 'exact', ip: destination },
    protocol,
    sourcePort,
    destinationPort,
    application: { kind: 'none' },
  };
  const { kind } = evaluateSubnetNsg(network, subnetKey, direction, flow);
  if (kind === 'unknown') return false;
  if (kind !== expected) {
    throw new InvariantError(
      `sets say ${expected} and the rules of ${subnetKey} say ${kind} of one flow ${direction.toLowerCase()}`,
    );
  }
  return true;
}

/** Flows as people read them: `10.1.0.0/22 → 10.1.4.0/24, tcp 22`, and how many pieces more. */
export function piecesOf(sets: FlowSets, flows: Diagram, most: number): readonly string[] {
  const { boxes, count } = sets.boxes(flows, most);
  const texts = boxes.map((box) => {
    const { sources, destinations, protocols, destinationPorts } = decodeBox(sets.universe, box);
    const from = sources === undefined ? '*' : formatAddressSet(sources, 4);
    const to = destinations === undefined ? '*' : formatAddressSet(destinations, 4);
    const what = [
      ...(protocols === undefined ? [] : [protocols.join('/')]),
      ...(destinationPorts === undefined ? [] : [`port ${formatPortSet(destinationPorts)}`]),
    ].join(' ');
    return `${from} → ${to}${what === '' ? ', everything' : `, ${what}`}`;
  });
  const more = count - texts.length;
  return more > 0 ? [...texts, `and ${more} more`] : texts;
}
