import { type Box, boxDiagram, firstBoxDiagram } from './box.ts';
import { shareOf, type Weights, weights } from './cells.ts';
import { Classifier } from './classifier.ts';
import { type Diagram, type DiagramTable, EVERYTHING, NOTHING } from './diagram-table.ts';
import type { Space } from './space.ts';

/**
 * Ordered boxes compiled once, for many questions: the first box that holds a flow decides it. Terminal `i + 1` of `decides`
 * stands for box `i`.
 */
export interface OrderedBoxes {
  readonly table: DiagramTable;
  readonly space: Space;
  readonly boxes: readonly Box[];
  readonly decides: Diagram;
  readonly classifier: Classifier;
}

export function orderBoxes(
  table: DiagramTable,
  layout: Space,
  boxes: readonly Box[],
): OrderedBoxes {
  const decides = firstBoxDiagram(
    table,
    layout,
    boxes.map((box, index) => ({ box, terminal: index + 1 })),
  );
  return { table, space: layout, boxes, decides, classifier: new Classifier(layout, boxes) };
}

/** Indexes of the boxes that decide no flow, ascending. O(rows). */
export function undeciding({ table, boxes, decides }: OrderedBoxes): number[] {
  const deciding = new Set(table.terminals(decides));
  return boxes.flatMap((_, index) => (deciding.has(index + 1) ? [] : [index]));
}

/** The flows that one box decides. */
export function decidedBy(
  { table, space: layout, boxes, decides }: OrderedBoxes,
  index: number,
): Diagram {
  const inside = table.mask(decides, boxDiagram(table, layout, boxes[index]!, 1));
  return table.mapTerminals(inside, (terminal) => (terminal === index + 1 ? 1 : 0));
}

/** Rows a batch may leave behind before they are collected: collecting empties the operation cache, which costs a millisecond. */
const ROWS_PER_COLLECTION = 1 << 18;

/**
 * Per box: earlier boxes that together hold every flow of it, none of which can be left out; empty for a box without flows,
 * undefined when the box decides something. Largest share first, so that a reader sees the one that matters.
 * @param sums how much of a field each atom is; see `weights`
 */
export function coversOf(
  ordered: OrderedBoxes,
  indexes: readonly number[],
  sums: Weights = weights(ordered.space),
): (readonly number[] | undefined)[] {
  const { table } = ordered;
  const mark = table.mark();
  return indexes.map((index) => {
    const cover = coverOf(ordered, index, sums);
    if (table.mark() - mark > ROWS_PER_COLLECTION) table.collect(mark, []);
    return cover;
  });
}

function coverOf(
  ordered: OrderedBoxes,
  index: number,
  sums: Weights,
): readonly number[] | undefined {
  const { table, space: layout, boxes, decides } = ordered;
  const region = boxDiagram(table, layout, boxes[index]!, 1);
  const deciding = table.terminals(table.mask(decides, region)).filter((terminal) => terminal > 0);
  if (deciding.includes(index + 1)) return undefined;
  // Usually one box decides all of it, and there is nothing to choose.
  return deciding.length <= 1
    ? deciding.map((terminal) => terminal - 1)
    : irredundant(ordered, region, candidatesOf(ordered, region, deciding, sums));
}

/** Whole boxes, not only what they decide: an earlier one may hold more of the region than it decides. */
function candidatesOf(
  { table, space: layout, boxes }: OrderedBoxes,
  region: Diagram,
  deciding: readonly number[],
  sums: Weights,
): { readonly index: number; readonly inside: Diagram }[] {
  return deciding
    .map((terminal) => {
      const inside = table.mask(boxDiagram(table, layout, boxes[terminal - 1]!, 1), region);
      return { index: terminal - 1, inside, share: shareOf(table, layout, inside, sums) };
    })
    .sort((a, b) => b.share - a.share || a.index - b.index);
}

/** Keeps what still shrinks the rest, then drops, smallest first, what the others make up for. */
function irredundant(
  { table }: OrderedBoxes,
  region: Diagram,
  candidates: readonly { readonly index: number; readonly inside: Diagram }[],
): number[] {
  let rest = region;
  const kept = candidates.filter(({ inside }) => {
    const smaller = table.except(rest, inside);
    const shrinks = smaller !== rest;
    rest = smaller;
    return shrinks;
  });
  // What the larger ones hold together, and what those kept behind them hold: two unions say whether the others suffice.
  const before = [NOTHING];
  for (const { inside } of kept) before.push(table.override(before.at(-1)!, inside));
  let behind = NOTHING;
  for (let at = kept.length - 1; at >= 0; at -= 1) {
    const { inside } = kept[at]!;
    if (table.except(inside, table.override(before[at]!, behind)) === NOTHING) kept.splice(at, 1);
    else behind = table.override(behind, inside);
  }
  return kept.map(({ index }) => index);
}

/** Everything no box decides. */
export function undecided({ table, decides }: OrderedBoxes): Diagram {
  return table.except(EVERYTHING, decides);
}
