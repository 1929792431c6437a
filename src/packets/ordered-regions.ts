import { type Box, boxDiagram, firstBoxDiagram } from './box.ts';
import { shareOf, type Weights, weights } from './cells.ts';
import { Classifier } from './classifier.ts';
import { type Diagram, type DiagramTable, NOTHING } from './diagram-table.ts';
import type { Space } from './space.ts';

/** Flows as a union of boxes, which may overlap. Empty: no flow. */
export type Region = readonly Box[];

/**
 * Ordered regions compiled once, for many questions: the first region that holds a flow decides it. Terminal `i + 1` of
 * `decides` stands for region `i`.
 */
export interface OrderedRegions {
  readonly table: DiagramTable;
  readonly space: Space;
  readonly regions: readonly Region[];
  readonly decides: Diagram;
  readonly classifier: Classifier;
  /** The region that each box of the classifier belongs to. */
  readonly owners: readonly number[];
}

export function orderRegions(
  table: DiagramTable,
  layout: Space,
  regions: readonly Region[],
): OrderedRegions {
  const flat = regions.flatMap((region, index) => region.map((box) => ({ box, index })));
  const decides = firstBoxDiagram(
    table,
    layout,
    flat.map(({ box, index }) => ({ box, terminal: index + 1 })),
  );
  const boxes = flat.map(({ box }) => box);
  const owners = flat.map(({ index }) => index);
  return {
    table,
    space: layout,
    regions,
    decides,
    classifier: new Classifier(layout, boxes),
    owners,
  };
}

export function regionDiagram({ table, space: layout }: OrderedRegions, region: Region): Diagram {
  return region.reduce<Diagram>(
    (union, box) => table.override(union, boxDiagram(table, layout, box, 1)),
    NOTHING,
  );
}

/** Indexes of the regions that decide no flow, ascending. O(rows). */
export function undeciding({ table, regions, decides }: OrderedRegions): number[] {
  const deciding = new Set(table.terminals(decides));
  return regions.flatMap((_, index) => (deciding.has(index + 1) ? [] : [index]));
}

/** The flows that one region decides. */
export function decidedBy(ordered: OrderedRegions, index: number): Diagram {
  const { table, regions, decides } = ordered;
  const inside = table.mask(decides, regionDiagram(ordered, regions[index]!));
  return table.mapTerminals(inside, (terminal) => (terminal === index + 1 ? 1 : 0));
}

/** Rows a batch may leave behind before they are collected: collecting empties the operation cache, which costs a millisecond. */
const ROWS_PER_COLLECTION = 1 << 18;

/**
 * Per region: earlier regions that together hold every flow of it, none of which can be left out; empty for one without flows,
 * undefined for one that decides something. Largest share first, so that a reader sees the one that matters.
 * @param sums how much of a field each atom is; see `weights`
 */
export function coversOf(
  ordered: OrderedRegions,
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
  ordered: OrderedRegions,
  index: number,
  sums: Weights,
): readonly number[] | undefined {
  const { table, regions, decides } = ordered;
  const region = regionDiagram(ordered, regions[index]!);
  const deciding = table.terminals(table.mask(decides, region)).filter((terminal) => terminal > 0);
  if (deciding.includes(index + 1)) return undefined;
  // Usually one box decides all of it, and there is nothing to choose.
  return deciding.length <= 1
    ? deciding.map((terminal) => terminal - 1)
    : irredundant(ordered, region, candidatesOf(ordered, region, deciding, sums));
}

/** Whole regions, not only what they decide: an earlier one may hold more of the region than it decides. */
function candidatesOf(
  ordered: OrderedRegions,
  region: Diagram,
  deciding: readonly number[],
  sums: Weights,
): { readonly index: number; readonly inside: Diagram }[] {
  const { table, space: layout, regions } = ordered;
  return deciding
    .map((terminal) => {
      const inside = table.mask(regionDiagram(ordered, regions[terminal - 1]!), region);
      return { index: terminal - 1, inside, share: shareOf(table, layout, inside, sums) };
    })
    .sort((a, b) => b.share - a.share || a.index - b.index);
}

/** Keeps what still shrinks the rest, then drops, smallest first, what the others make up for. */
function irredundant(
  { table }: OrderedRegions,
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
