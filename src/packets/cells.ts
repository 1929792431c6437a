import type { Box } from './box.ts';
import { type Diagram, type DiagramTable, NOTHING } from './diagram-table.ts';
import { orderedRangeList, type RangeList } from './range-list.ts';
import { lastCode, type PlacedField, type Space } from './space.ts';

/** Part of a field's atoms, and what a diagram becomes once the field lies there. */
export interface Cell {
  readonly atoms: RangeList;
  readonly rest: Diagram;
}

/**
 * Cuts a field by what the diagram makes of it: one cell per different rest, in order of their first atom. The diagram tests no
 * field before this one. Cells cover the whole field. O(rows of the field's part · runs).
 */
export function cellsOf(table: DiagramTable, field: PlacedField, diagram: Diagram): Cell[] {
  const byRest = new Map<Diagram, number[]>();
  for (const [low, high, rest] of runsOf(table, field, diagram)) {
    const pairs = byRest.get(rest);
    if (pairs === undefined) byRest.set(rest, [low, high]);
    else pairs.push(low, high);
  }
  return [...byRest].map(([rest, pairs]) => ({ atoms: orderedRangeList(pairs), rest }));
}

/** The field's atoms as runs `[low, high, rest]` in order, neighbours with different rests. */
export function* runsOf(
  table: DiagramTable,
  field: PlacedField,
  diagram: Diagram,
): Generator<readonly [low: number, high: number, rest: Diagram]> {
  const { bits, firstLevel, atoms } = field;
  const end = firstLevel + bits;
  let low = 0;
  let rest: Diagram | undefined;
  // Depth-first over the field's bits; the stack holds what lies to the right, nearest on top.
  const stack: [at: Diagram, first: number, width: number][] = [[diagram, 0, 2 ** bits]];
  while (stack.length > 0) {
    const [at, first, width] = stack.pop()!;
    if (first >= atoms) continue; // the last atom again
    const level = table.level(at);
    if (level >= end) {
      if (at !== rest) {
        if (rest !== undefined) yield [low, first - 1, rest];
        low = first;
        rest = at;
      }
      continue;
    }
    // A level that the diagram skips halves the width on both sides alike.
    const half = 2 ** (end - level - 1);
    if (half * 2 < width) {
      stack.push([at, first + width / 2, width / 2], [at, first, width / 2]);
    } else {
      stack.push([table.high(at), first + half, half], [table.low(at), first, half]);
    }
  }
  if (rest !== undefined) yield [low, atoms - 1, rest];
}

/** What the diagram becomes once `field` is `atom`. It tests no field before. */
export function restAt(
  table: DiagramTable,
  field: PlacedField,
  diagram: Diagram,
  atom: number,
): Diagram {
  const end = field.firstLevel + field.bits;
  const code = atom === field.atoms - 1 ? lastCode(field) : atom;
  let at = diagram;
  for (let level = table.level(at); level < end; level = table.level(at)) {
    const bit = Math.floor(code / 2 ** (end - level - 1)) % 2;
    at = bit === 1 ? table.high(at) : table.low(at);
  }
  return at;
}

/** The leaf at one flow: an atom per field. O(levels). */
export function leafAt(
  table: DiagramTable,
  { fields }: Space,
  diagram: Diagram,
  point: readonly number[],
): Diagram {
  let at = diagram;
  for (const [index, field] of fields.entries()) at = restAt(table, field, at, point[index]!);
  return at;
}

/**
 * The boxes of a diagram, disjoint, with the leaf each is mapped to; flows of which nothing is said are left out. A field that
 * the diagram does not look at is `undefined`. Lazy: a region may have millions of boxes, so take what is needed.
 */
export function* boxesOf(
  table: DiagramTable,
  { fields }: Space,
  diagram: Diagram,
): Generator<{ readonly box: Box; readonly leaf: Diagram }> {
  const box: (RangeList | undefined)[] = fields.map(() => undefined);
  function* visit(index: number, at: Diagram): Generator<{ box: Box; leaf: Diagram }> {
    if (at === NOTHING) return;
    if (index === fields.length) {
      yield { box: [...box], leaf: at };
      return;
    }
    const field = fields[index]!;
    if (table.level(at) >= field.firstLevel + field.bits) {
      box[index] = undefined;
      yield* visit(index + 1, at);
      return;
    }
    for (const { atoms, rest } of cellsOf(table, field, at)) {
      box[index] = atoms;
      yield* visit(index + 1, rest);
    }
  }
  yield* visit(0, diagram);
}

/** How many boxes `boxesOf` would give, without giving them. O(rows · runs); a double, since it may be astronomical. */
export function countBoxes(table: DiagramTable, layout: Space, diagram: Diagram): number {
  return sumOver(table, layout, diagram, () => 1);
}

/** How likely each atom of each field is, summed up from the first: `sums[field][atom]` is the weight of all atoms before. */
export type Weights = readonly Float64Array[];

/** `shares` holds one number per atom that add up to 1, or undefined: every atom alike. Make it once per space. */
export function weights(
  { fields }: Space,
  shares: readonly (Float64Array | undefined)[] = [],
): Weights {
  return fields.map((field, index) => {
    const sum = new Float64Array(field.atoms + 1);
    for (let atom = 0; atom < field.atoms; atom += 1) {
      sum[atom + 1] = sum[atom]! + (shares[index]?.[atom] ?? 1 / field.atoms);
    }
    return sum;
  });
}

/** The share of all flows of which the diagram says something, when each field is drawn by its weights. */
export function shareOf(
  table: DiagramTable,
  layout: Space,
  diagram: Diagram,
  sums: Weights,
): number {
  return sumOver(table, layout, diagram, (index, atoms) => {
    let share = 0;
    for (let pair = 0; pair < atoms.length; pair += 2) {
      share += sums[index]![atoms[pair + 1]! + 1]! - sums[index]![atoms[pair]!]!;
    }
    return share;
  });
}

/** Σ over boxes of Π over their tested fields of `weigh`. Each row is weighed once. */
function sumOver(
  table: DiagramTable,
  { fields }: Space,
  diagram: Diagram,
  weigh: (field: number, atoms: RangeList) => number,
): number {
  const memo = new Map<Diagram, number>();
  const visit = (index: number, at: Diagram): number => {
    if (at === NOTHING) return 0;
    while (index < fields.length && table.level(at) >= fieldEnd(fields[index]!)) index += 1;
    if (index === fields.length) return 1;
    const known = memo.get(at);
    if (known !== undefined) return known;
    let sum = 0;
    for (const { atoms, rest } of cellsOf(table, fields[index]!, at)) {
      if (rest !== NOTHING) sum += weigh(index, atoms) * visit(index + 1, rest);
    }
    memo.set(at, sum);
    return sum;
  };
  return visit(0, diagram);
}

function fieldEnd(field: PlacedField): number {
  return field.firstLevel + field.bits;
}
