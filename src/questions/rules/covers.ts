import { type Diagram, NOTHING, shareOf } from '../../packets/index.ts';
import { diagramAt, impliedBefore, isImplied, type Layer, positionsOf } from './layer.ts';
import { directionOf } from './rule-list.ts';
import type { HidingAction } from './verdict.ts';
import type { WrittenRule, WrittenRules } from './written-rules.ts';

/** The flows of one box that need somebody to take them. */
interface Part {
  readonly layer: Layer;
  readonly position: number;
  readonly flows: Diagram;
}

interface Candidate {
  readonly rule: number;
  /** Per part: what the rule certainly takes of it. */
  readonly inside: readonly Diagram[];
  readonly share: number;
}

/**
 * Rules that together take all flows a rule holds (of those that arrive, when `arriving`), before it gets to see them. None
 * can be left out, over both families at once; the largest share first. The rule decides none of these flows.
 */
export function coversOfRule<By>(
  layers: readonly Layer[],
  written: WrittenRules<By>,
  rule: WrittenRule<By>,
  arriving = false,
): readonly WrittenRule<By>[] {
  const parts = partsOf(layers, rule, arriving);
  const takers = new Set<number>();
  for (const { layer, position, flows } of parts) {
    const { table } = layer.sets;
    const { entry } = layer.boxes[position]!;
    for (const other of impliedBefore(layer, position)) {
      takers.add(written.ruleOfEntry[layer.boxes[other]!.entry]!);
    }
    for (const terminal of table.terminals(table.mask(layer.decides, flows))) {
      if (terminal === 0 || terminal > entry) continue;
      takers.add(written.ruleOfEntry[terminal - 1]!);
    }
  }
  takers.delete(rule.index);
  // Usually one rule takes all of it, and there is nothing to choose.
  const chosen =
    takers.size <= 1
      ? [...takers]
      : irredundant(parts, candidatesOf(parts, written, [...takers])).map((one) => one.rule);
  return chosen.map((index) => written.rules[index]!);
}

export function hidingAction<By>(
  { action }: WrittenRule<By>,
  covers: readonly WrittenRule<By>[],
): HidingAction {
  if (action === undefined) return 'unknown';
  let same = 0;
  for (const cover of covers) {
    if (cover.action === undefined) return 'unknown';
    if (directionOf(cover.action) === directionOf(action)) same += 1;
  }
  if (same === covers.length) return 'same';
  return same === 0 ? 'different' : 'mixed';
}

function partsOf<By>(
  layers: readonly Layer[],
  rule: WrittenRule<By>,
  arriving: boolean,
): readonly Part[] {
  return layers.flatMap((layer) =>
    rule.entries.flatMap((entry) =>
      [...positionsOf(layer, entry)].flatMap((position) => {
        const all = diagramAt(layer, position);
        const flows =
          arriving && layer.arriving !== undefined
            ? layer.sets.table.mask(all, layer.arriving)
            : all;
        return flows === NOTHING ? [] : [{ layer, position, flows }];
      }),
    ),
  );
}

/** Whole regions, not only what they decide: an earlier rule may hold more of the part than it decides. */
function candidatesOf<By>(
  parts: readonly Part[],
  written: WrittenRules<By>,
  takers: readonly number[],
): readonly Candidate[] {
  return takers
    .map((rule): Candidate => {
      const inside = parts.map(({ layer, position, flows }) => {
        const { table } = layer.sets;
        const { entry, needs } = layer.boxes[position]!;
        let held = NOTHING;
        for (const own of written.rules[rule]!.entries) {
          if (own >= entry) break;
          for (const other of positionsOf(layer, own)) {
            if (!isImplied(layer.boxes[other]!.needs, needs)) continue;
            held = table.override(held, table.mask(diagramAt(layer, other), flows));
          }
        }
        return held;
      });
      return { rule, inside, share: shareOfAll(parts, inside) };
    })
    .sort((a, b) => b.share - a.share || a.rule - b.rule);
}

function shareOfAll(parts: readonly Part[], inside: readonly Diagram[]): number {
  let share = 0;
  for (const [at, { layer }] of parts.entries()) {
    share += shareOf(layer.sets.table, layer.sets.universe.space, inside[at]!, layer.sums);
  }
  return share;
}

/** Keeps what still shrinks the rest, then drops, smallest first, what the others make up for. */
function irredundant(
  parts: readonly Part[],
  candidates: readonly Candidate[],
): readonly Candidate[] {
  const rest = parts.map(({ flows }) => flows);
  const kept = candidates.filter(({ inside }) => {
    let shrinks = false;
    for (const [at, { layer }] of parts.entries()) {
      const smaller = layer.sets.table.except(rest[at]!, inside[at]!);
      shrinks ||= smaller !== rest[at];
      rest[at] = smaller;
    }
    return shrinks;
  });
  // What the larger ones hold together, and what those kept behind them hold: two unions say whether the others suffice.
  const join = (a: readonly Diagram[], b: readonly Diagram[]): Diagram[] =>
    parts.map(({ layer }, at) => layer.sets.table.override(a[at]!, b[at]!));
  const nothing = parts.map(() => NOTHING);
  const before: (readonly Diagram[])[] = [nothing];
  for (const { inside } of kept) before.push(join(before.at(-1)!, inside));
  let behind: readonly Diagram[] = nothing;
  for (let at = kept.length - 1; at >= 0; at -= 1) {
    const { inside } = kept[at]!;
    const others = join(before[at]!, behind);
    const isNeeded = parts.some(
      ({ layer }, part) => layer.sets.table.except(inside[part]!, others[part]!) !== NOTHING,
    );
    if (isNeeded) behind = join(behind, inside);
    else kept.splice(at, 1);
  }
  return kept;
}
