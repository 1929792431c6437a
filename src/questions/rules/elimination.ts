import { type Diagram, firstBoxDiagram } from '../../packets/index.ts';
import type { Layer } from './layer.ts';
import { type Redundancy, redundancyOf } from './redundancy.ts';
import type { Action, RuleList } from './rule-list.ts';
import type { WrittenRule, WrittenRules } from './written-rules.ts';

/**
 * Rules that may go all at once, in the order of the list. Redundancy is not additive: two rules may each make the other
 * dispensable. First go the `dead`, which decide nothing; then, from the last to the first, each redundant rule without which
 * the list that is left still does the same.
 *
 * Whatever decides something before the rule in hand is still there, so what that rule decides is what it always decided.
 */
export function removableTogether<By>(
  list: RuleList<By>,
  layers: readonly Layer[],
  written: WrittenRules<By>,
  dead: readonly WrittenRule<By>[],
  redundant: ReadonlyMap<number, Redundancy<By>>,
  afterEach: () => void,
): readonly WrittenRule<By>[] {
  const gone = new Set(dead.map(({ index }) => index));
  const candidates = [...redundant.keys()]
    .map((index) => written.rules[index]!)
    .filter(isInOnePiece)
    .sort((a, b) => b.entries[0]! - a.entries[0]!);
  for (const rule of candidates) {
    const alone = redundant.get(rule.index)!;
    // Whoever would have taken its flows is still there: nothing has changed for it.
    const isAsBefore =
      alone.kind === 'redundant' && !alone.takers.some(({ index }) => gone.has(index));
    if (
      isAsBefore ||
      redundancyOf(list, layers, written, rule, (index) => gone.has(index)).kind === 'redundant'
    ) {
      gone.add(rule.index);
    }
    afterEach();
  }
  return [...gone].sort((a, b) => a - b).map((index) => written.rules[index]!);
}

/** No other rule stands between its entries, so "before it" means one thing. */
function isInOnePiece<By>({ entries }: WrittenRule<By>): boolean {
  return entries.at(-1)! - entries[0]! === entries.length - 1;
}

/**
 * The proof: what becomes of every flow is the same diagram with and without the rules, in the world where no box with needs is
 * there and in the one where all are. The last question to a layer: to make room for the answer it frees its diagrams.
 */
export function doesTheSame<By>(
  list: RuleList<By>,
  layers: readonly Layer[],
  written: WrittenRules<By>,
  gone: ReadonlySet<number>,
): boolean {
  return layers.every((layer) => {
    const isKept = (entry: number): boolean => !gone.has(written.ruleOfEntry[entry]!);
    const { table } = layer.sets;
    const [before] = table.collect(0, [ofCertain(list, layer, layer.decides)]);
    if (before !== actions(list, layer, 'certain', isKept)) return false;
    return (
      !layer.hasNeeds ||
      actions(list, layer, 'all', () => true) === actions(list, layer, 'all', isKept)
    );
  });
}

/** Each flow to what becomes of it, said in numbers. */
function actions<By>(
  list: RuleList<By>,
  { sets, boxes }: Layer,
  which: 'certain' | 'all',
  isThere: (entry: number) => boolean,
): Diagram {
  const numberOf = numbersOf(list);
  const all = firstBoxDiagram(
    sets.table,
    sets.universe.space,
    boxes.flatMap(({ entry, box, needs }) =>
      isThere(entry) && (which === 'all' || needs.length === 0)
        ? [{ box, terminal: numberOf(list.rules[entry]!.effect) }]
        : [],
    ),
  );
  return sets.table.mapTerminals(all, (terminal) =>
    terminal === 0 ? numberOf(list.otherwise) : terminal,
  );
}

/** The same for a diagram of deciding entries. */
function ofCertain<By>(list: RuleList<By>, { sets }: Layer, decides: Diagram): Diagram {
  const numberOf = numbersOf(list);
  return sets.table.mapTerminals(decides, (terminal) =>
    numberOf(terminal === 0 ? list.otherwise : list.rules[terminal - 1]!.effect),
  );
}

/** 0: somebody else decides. */
function numbersOf<By>({ rules }: RuleList<By>): (action: Action | undefined) => number {
  const numbers = new Map<Action | undefined, number>([[undefined, 0]]);
  for (const { effect } of rules) if (!numbers.has(effect)) numbers.set(effect, numbers.size);
  return (action) => {
    const known = numbers.get(action);
    if (known !== undefined) return known;
    numbers.set(action, numbers.size);
    return numbers.size - 1;
  };
}
