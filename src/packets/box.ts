import { invariant } from '../diagnostics/index.ts';
import { type Diagram, type DiagramTable, leafOf, NOTHING } from './diagram-table.ts';
import type { RangeList } from './range-list.ts';
import { lastCode, type PlacedField, type Space } from './space.ts';

/** A product of one range list per field. `undefined` is the whole field, an empty list makes the box empty. */
export type Box = readonly (RangeList | undefined)[];

/**
 * The diagram that maps the flows of `box` to `terminal` and says nothing of the rest. Built from the last field up, each
 * field with the one below as its target, so no operation is applied: O(Σ ranges · bits).
 */
export function boxDiagram(
  table: DiagramTable,
  { fields }: Space,
  box: Box,
  terminal: number,
): Diagram {
  invariant(box.length === fields.length, 'a box has one range list per field');
  let inside = leafOf(terminal);
  for (let index = fields.length - 1; index >= 0; index -= 1) {
    const ranges = box[index];
    if (ranges !== undefined) inside = fieldDiagram(table, fields[index]!, ranges, inside, NOTHING);
  }
  return inside;
}

/** `inside` where the field lies in `ranges`, `outside` elsewhere; both test later fields only. */
export function fieldDiagram(
  table: DiagramTable,
  field: PlacedField,
  ranges: RangeList,
  inside: Diagram,
  outside: Diagram,
): Diagram {
  const { bits, firstLevel, atoms } = field;
  const pairs = ranges.length >>> 1;
  if (pairs === 0) return outside;
  const last = lastCode(field);
  const highOf = (pair: number): number => {
    const high = ranges[2 * pair + 1]!;
    return high === atoms - 1 ? last : high; // the last atom owns every code above it
  };
  invariant(ranges[2 * pairs - 1]! < atoms, 'the ranges lie within the field');
  /** Codes `first`…`first + 2^(bits - depth) - 1`, of which pairs `from`…`to - 1` may hold some. */
  const build = (depth: number, first: number, from: number, to: number): Diagram => {
    const end = first + 2 ** (bits - depth) - 1;
    while (from < to && highOf(from) < first) from += 1;
    while (from < to && ranges[2 * (to - 1)]! > end) to -= 1;
    if (from === to) return outside;
    if (ranges[2 * from]! <= first && highOf(from) >= end) return inside;
    const middle = first + 2 ** (bits - depth - 1);
    return table.node(
      firstLevel + depth,
      build(depth + 1, first, from, to),
      build(depth + 1, middle, from, to),
    );
  };
  return build(0, 0, 0, pairs);
}

/**
 * The first box that holds a flow decides it: the diagram maps each flow to the terminal of that box. Combined pairwise as
 * a balanced tree, so that neighbours meet first and no "seen already" set is ever needed; what a subtree leaves behind is
 * freed when it has at least `collectFrom` boxes. `override` may cost the product of its sides; on rules as people write them it stays near their sum.
 */
export function firstBoxDiagram(
  table: DiagramTable,
  layout: Space,
  boxes: readonly { readonly box: Box; readonly terminal: number }[],
  collectFrom = Math.max(256, boxes.length >>> 4),
): Diagram {
  const combine = (from: number, to: number): Diagram => {
    if (to - from === 0) return NOTHING;
    if (to - from === 1) {
      return boxDiagram(table, layout, boxes[from]!.box, boxes[from]!.terminal);
    }
    const isLarge = to - from >= collectFrom;
    const mark = table.mark();
    const middle = (from + to) >>> 1;
    const first = combine(from, middle);
    const result = table.override(first, combine(middle, to));
    return isLarge ? table.collect(mark, [result])[0]! : result;
  };
  return combine(0, boxes.length);
}
