import type { FlowPoint } from '../../flows/index.ts';
import { type Diagram, NOTHING, shareOf } from '../../packets/index.ts';
import { entryDiagram, type Layer } from './layer.ts';
import { certainlyDecidedBy, type Deciding } from './never-hit.ts';
import { type Action, directionOf, type RuleList } from './rule-list.ts';
import { flowAt, sampleFlow } from './sample-flow.ts';
import type { WrittenRule, WrittenRules } from './written-rules.ts';

/** Earlier rules with another action take a part of what a rule holds, and it decides the rest. */
export interface Contradiction<By> {
  /** Of the flows the rule certainly holds (and that arrive, where that is known), 0 to 1. */
  readonly share: number;
  /** All of them hold nothing else: they are exceptions to it, as people write them. */
  readonly isException: boolean;
  /** The rules that take them, in the order they are tried. */
  readonly by: readonly WrittenRule<By>[];
  /** A flow it holds and one of them decides, and which one. */
  readonly inside?: { readonly flow: FlowPoint; readonly by: WrittenRule<By> };
  /** A flow it decides. */
  readonly outside?: FlowPoint;
}

/** Per layer and action: flows that a rule with another, known action decides. Few actions, many rules: made once. */
export type Opposed = readonly ReadonlyMap<Action, Diagram>[];

export function opposedFlows<By>(
  list: RuleList<By>,
  layers: readonly Layer[],
  written: WrittenRules<By>,
): Opposed {
  const actions = new Set(written.rules.flatMap(({ action }) => action ?? []));
  return layers.map(({ sets, decides }) => {
    const found = new Map<Action, Diagram>();
    for (const action of actions) {
      found.set(
        action,
        sets.where(decides, (terminal) => {
          const { action: other, isFixed } = written.rules[written.ruleOfEntry[terminal - 1]!]!;
          if (isFixed) return false;
          // What a rule does beside what it is written to do contradicts nobody.
          const isWritten = list.rules[terminal - 1]!.effect === other;
          return other !== undefined && directionOf(other) !== directionOf(action) && isWritten;
        }),
      );
    }
    return found;
  });
}

/** `undefined`: no earlier rule contradicts it for certain. */
export function contradictionOf<By>(
  list: RuleList<By>,
  layers: readonly Layer[],
  written: WrittenRules<By>,
  deciding: Deciding,
  opposed: Opposed,
  rule: WrittenRule<By>,
): Contradiction<By> | undefined {
  if (rule.action === undefined) return undefined;
  const isBounded = list.arriving !== undefined && (list.arriving.needs ?? []).length === 0;
  let whole = 0;
  let taken = 0;
  const by = new Set<number>();
  let inside: Contradiction<By>['inside'];
  let outside: FlowPoint | undefined;
  for (const [at, layer] of layers.entries()) {
    const { sets } = layer;
    const { table } = sets;
    const others = opposed[at]!.get(rule.action) ?? NOTHING;
    const within = (flows: Diagram): Diagram =>
      isBounded ? table.mask(flows, layer.arriving ?? NOTHING) : flows;
    for (const entry of rule.entries) {
      if (list.rules[entry]!.effect !== rule.action) continue;
      const held = inItsTurn(layer, rule, entry);
      if (!table.meet(held, others)) continue;
      const region = within(held);
      const hidden = table.mask(region, others);
      if (hidden === NOTHING) continue;
      whole += shareOf(table, sets.universe.space, region, layer.sums);
      taken += shareOf(table, sets.universe.space, hidden, layer.sums);
      const deciders = table.mask(layer.decides, hidden);
      for (const terminal of table.terminals(deciders)) {
        if (terminal !== 0) by.add(written.ruleOfEntry[terminal - 1]!);
      }
      inside ??= insideOf(layer, written, deciders, hidden);
      outside ??= outsideOf(layer, entry, deciding.points[at]!.get(entry + 1), isBounded);
    }
  }
  if (by.size === 0) return undefined;
  return {
    isException: ![...by].some((other) =>
      reachesBeyond(layers, isBounded, rule, written.rules[other]!),
    ),
    share: whole === 0 ? 1 : taken / whole,
    by: [...by].sort((a, b) => a - b).map((index) => written.rules[index]!),
    ...(inside === undefined ? {} : { inside }),
    ...(outside === undefined ? {} : { outside }),
  };
}

function insideOf<By>(
  { sets }: Layer,
  written: WrittenRules<By>,
  deciders: Diagram,
  hidden: Diagram,
): Contradiction<By>['inside'] {
  const flow = sampleFlow(sets, hidden);
  if (flow === undefined) return undefined;
  const entry = sets.terminalAt(deciders, flow) - 1;
  return { flow, by: written.rules[written.ruleOfEntry[entry]!]! };
}

/** A flow the entry decides: one that is known already, unless it must be one that arrives. */
function outsideOf(
  layer: Layer,
  entry: number,
  point: readonly number[] | undefined,
  isBounded: boolean,
): FlowPoint | undefined {
  if (point === undefined) return undefined;
  const { sets } = layer;
  if (!isBounded) return flowAt(sets.universe, point);
  const decided = certainlyDecidedBy(layer, entry);
  return sampleFlow(sets, sets.table.mask(decided, layer.arriving ?? NOTHING));
}

/** What an entry certainly holds, without what the rule may have decided by an entry before. */
function inItsTurn<By>(layer: Layer, { entries }: WrittenRule<By>, entry: number): Diagram {
  let held = entryDiagram(layer, entry, 'certain');
  for (const own of entries) {
    if (own >= entry || held === NOTHING) break;
    held = layer.sets.table.except(held, entryDiagram(layer, own, 'all'));
  }
  return held;
}

/** Does another rule certainly hold a flow (that arrives) which this one does not? */
function reachesBeyond<By>(
  layers: readonly Layer[],
  isBounded: boolean,
  rule: WrittenRule<By>,
  other: WrittenRule<By>,
): boolean {
  return layers.some((layer) => {
    const { table } = layer.sets;
    const certain = ({ entries }: WrittenRule<By>): Diagram =>
      entries.reduce<Diagram>(
        (union, entry) => table.override(union, entryDiagram(layer, entry, 'certain')),
        NOTHING,
      );
    const beyond = table.except(certain(other), certain(rule));
    return isBounded ? table.meet(beyond, layer.arriving ?? NOTHING) : beyond !== NOTHING;
  });
}
