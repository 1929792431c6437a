import { invariant } from '../diagnostics/index.ts';
import { fieldDiagram } from './box.ts';
import { cellsOf } from './cells.ts';
import { type Diagram, type DiagramTable, EVERYTHING, NOTHING } from './diagram-table.ts';
import type { RangeList } from './range-list.ts';
import type { Space } from './space.ts';

/** Atoms one would rather see in an example, per field, most wanted first. An empty list: no wish. */
export type Wishes = readonly (readonly RangeList[])[];

/**
 * One flow of which the diagram says something, as an atom per field, or undefined when there is none. Wishes are tried field by
 * field, each kept when it leaves anything, so an example shows what a reader knows before it shows 0.0.0.0 and port 0.
 */
export function pick(
  table: DiagramTable,
  { fields }: Space,
  diagram: Diagram,
  wishes: Wishes = [],
): number[] | undefined {
  if (diagram === NOTHING) return undefined;
  let region = diagram;
  for (const [index, field] of fields.entries()) {
    for (const wish of wishes[index] ?? []) {
      const wanted = fieldDiagram(table, field, wish, EVERYTHING, NOTHING);
      if (table.meet(region, wanted)) {
        region = table.mask(region, wanted);
        break;
      }
    }
  }
  const point: number[] = [];
  for (const field of fields) {
    const cell = cellsOf(table, field, region).find(({ rest }) => rest !== NOTHING);
    invariant(cell !== undefined, 'a diagram that says something says it of some flow');
    point.push(cell.atoms[0]!);
    region = cell.rest;
  }
  return point;
}
