import type { Family } from '../net/index.ts';
import {
  type Box,
  type Budget,
  boxDiagram,
  boxesOf,
  type Cell,
  cellsOf,
  countBoxes,
  type Diagram,
  DiagramTable,
  EVERYTHING,
  fieldDiagram,
  leafAt,
  NOTHING,
  pick,
  rangeList,
  terminalOf,
  type Wishes,
} from '../packets/index.ts';
import type { FlowBox, FlowRegion } from './flow-box.ts';
import type { FlowPoint } from './flow-point.ts';
import {
  decodePoint,
  encodeBox,
  encodePoint,
  FIELD,
  type FlowUniverse,
  flowUniverse,
  type Preferred,
} from './flow-universe.ts';

/** Sets of flows over one universe: diagrams of one table, said in headers. */
export class FlowSets {
  readonly universe: FlowUniverse;
  readonly table: DiagramTable;

  constructor(universe: FlowUniverse, table = new DiagramTable()) {
    this.universe = universe;
    this.table = table;
  }

  /** A universe cut by these boxes, in a table of its own. */
  static over(family: Family, boxes: Iterable<FlowBox>, budget?: Budget): FlowSets {
    return new FlowSets(flowUniverse(family, boxes), new DiagramTable(budget));
  }

  /** The flows of one box, whatever it needs. The box took part in cutting the universe. */
  box(box: FlowBox, terminal = 1): Diagram {
    const encoded = encodeBox(this.universe, box);
    return encoded === undefined
      ? NOTHING
      : boxDiagram(this.table, this.universe.space, encoded, terminal);
  }

  /** The flows of all boxes, whatever they need. O(n log n) unions of neighbours. */
  region(region: FlowRegion): Diagram {
    const combine = (from: number, to: number): Diagram => {
      if (from === to) return NOTHING;
      if (to - from === 1) return this.box(region[from]!);
      const middle = (from + to) >>> 1;
      return this.table.override(combine(from, middle), combine(middle, to));
    };
    return combine(0, region.length);
  }

  has(set: Diagram, point: FlowPoint): boolean {
    return this.terminalAt(set, point) !== 0;
  }

  terminalAt(diagram: Diagram, point: FlowPoint): number {
    const atoms = encodePoint(this.universe, point);
    return terminalOf(leafAt(this.table, this.universe.space, diagram, atoms));
  }

  /** The flows that the diagram maps to a terminal the test likes. O(rows). */
  where(diagram: Diagram, likes: (terminal: number) => boolean): Diagram {
    return this.table.mapTerminals(diagram, (terminal) =>
      terminal !== 0 && likes(terminal) ? 1 : 0,
    );
  }

  /** One flow of the set, with the wishes granted that can be. `undefined`: the set is empty. */
  witness(set: Diagram, wishes: Wishes = [], preferred: Preferred = {}): FlowPoint | undefined {
    const { table, universe } = this;
    let rest = set;
    // An atom of names that no host name can be written for is no flow: try the others.
    for (;;) {
      const atoms = pick(table, universe.space, rest, wishes);
      if (atoms === undefined) return undefined;
      const point = decodePoint(universe, atoms, preferred);
      if (point !== undefined) return point;
      const name = rangeList([[atoms[FIELD.name]!, atoms[FIELD.name]!]]);
      rest = table.except(
        rest,
        fieldDiagram(table, universe.space.fields[FIELD.name]!, name, EVERYTHING, NOTHING),
      );
    }
  }

  /** Disjoint boxes in ordinals that make up the set, at most so many, and how many there are in all. */
  boxes(set: Diagram, most: number): { readonly boxes: readonly Box[]; readonly count: number } {
    const { table, universe } = this;
    const boxes: Box[] = [];
    for (const { box } of boxesOf(table, universe.space, set)) {
      if (boxes.length >= most) break;
      boxes.push(box);
    }
    return { boxes, count: countBoxes(table, universe.space, set) };
  }

  /** The cells of one header, ignoring what the diagram says of the headers before it: none may be tested. */
  cells(field: number, diagram: Diagram): Cell[] {
    return cellsOf(this.table, this.universe.space.fields[field]!, diagram);
  }
}
