import { type Condition, encodeBox, type FlowBox, FlowSets, isCertain } from '../../flows/index.ts';
import type { Family } from '../../net/index.ts';
import {
  atomShares,
  type Box,
  type Budget,
  boxDiagram,
  Classifier,
  DEFAULT_BUDGET,
  type Diagram,
  firstBoxDiagram,
  NOTHING,
  type Weights,
  weights,
} from '../../packets/index.ts';
import type { RuleList } from './rule-list.ts';
import { SAMPLE_BOX } from './sample-flow.ts';

/** A box of some entry that holds flows of the family. */
export interface PlacedBox {
  readonly entry: number;
  readonly box: Box;
  /** Empty: it is certainly there. */
  readonly needs: readonly Condition[];
}

/**
 * A list in one address family, compiled. A box with needs is there in some worlds only: it may decide, and never takes anything
 * away from a later rule for certain.
 */
export interface Layer {
  readonly family: Family;
  readonly sets: FlowSets;
  /** In the order they are tried; within an entry the certain ones first. */
  readonly boxes: readonly PlacedBox[];
  /** Positions in `boxes`, per entry: from `starts[entry]` to `starts[entry + 1]`. */
  readonly starts: Int32Array;
  readonly hasNeeds: boolean;
  /** Terminal `entry + 1`: who decides in the world where only certain boxes are there. */
  readonly decides: Diagram;
  readonly arriving?: Diagram;
  readonly sums: Weights;
  readonly classifier: () => Classifier;
}

/** O(compile): see docs/performance.md, policy audit. */
export function compileLayer<By>(
  list: RuleList<By>,
  family: Family,
  budget: Budget = DEFAULT_BUDGET,
): Layer {
  const sets = FlowSets.over(family, cuttingBoxes(list), budget);
  const { universe, table } = sets;
  const starts = new Int32Array(list.rules.length + 1);
  const boxes: PlacedBox[] = [];
  for (const [entry, { region }] of list.rules.entries()) {
    starts[entry] = boxes.length;
    for (const wanted of [true, false]) {
      for (const one of region) {
        if (isCertain(one) !== wanted) continue;
        const box = encodeBox(universe, one);
        if (box !== undefined) boxes.push({ entry, box, needs: one.needs ?? [] });
      }
    }
  }
  starts[list.rules.length] = boxes.length;
  const hasNeeds = boxes.some(({ needs }) => needs.length > 0);
  const decides = firstBoxDiagram(
    table,
    universe.space,
    boxes.flatMap(({ entry, box, needs }) =>
      needs.length === 0 ? [{ box, terminal: entry + 1 }] : [],
    ),
  );
  let classifier: Classifier | undefined;
  return {
    family,
    sets,
    boxes,
    starts,
    hasNeeds,
    decides,
    ...(list.arriving === undefined ? {} : { arriving: sets.region(list.arriving.region) }),
    sums: weights(universe.space, [
      undefined,
      atomShares(universe.destinations),
      undefined,
      atomShares(universe.destinationPorts),
      undefined,
      atomShares(universe.sources),
      atomShares(universe.sourcePorts),
    ]),
    classifier: () => {
      classifier ??= new Classifier(
        universe.space,
        boxes.map(({ box }) => box),
      );
      return classifier;
    },
  };
}

function* cuttingBoxes<By>({ rules, arriving }: RuleList<By>): Generator<FlowBox> {
  for (const { region } of rules) yield* region;
  if (arriving !== undefined) yield* arriving.region;
  yield SAMPLE_BOX;
}

/** Positions in `boxes` of one entry. */
export function* positionsOf({ starts }: Layer, entry: number): Generator<number> {
  for (let position = starts[entry]!; position < starts[entry + 1]!; position += 1) yield position;
}

export function diagramAt({ sets, boxes }: Layer, position: number): Diagram {
  return boxDiagram(sets.table, sets.universe.space, boxes[position]!.box, 1);
}

/** The flows of an entry: all it may hold, or what it certainly holds. */
export function entryDiagram(layer: Layer, entry: number, which: 'all' | 'certain'): Diagram {
  let region = NOTHING;
  for (const position of positionsOf(layer, entry)) {
    if (which === 'certain' && layer.boxes[position]!.needs.length > 0) break; // certain ones first
    region = layer.sets.table.override(region, diagramAt(layer, position));
  }
  return region;
}

/**
 * The flows a box may decide: all of its own that no earlier entry takes, in any world in which the box is there. Boxes that
 * need no more than it does are there then as well.
 */
export function leftFor(layer: Layer, position: number): Diagram {
  const { table } = layer.sets;
  const { entry } = layer.boxes[position]!;
  const flows = diagramAt(layer, position);
  const taken = table.mapTerminals(table.mask(layer.decides, flows), (terminal) =>
    terminal !== 0 && terminal <= entry ? 1 : 0,
  );
  let left = table.except(flows, taken);
  for (const other of impliedBefore(layer, position)) {
    if (left === NOTHING) break;
    left = table.except(left, diagramAt(layer, other));
  }
  return left;
}

/** Boxes with needs of earlier entries that share a flow with a box and are there whenever it is. */
export function impliedBefore(layer: Layer, position: number): readonly number[] {
  const { box, needs, entry } = layer.boxes[position]!;
  if (needs.length === 0) return [];
  return layer
    .classifier()
    .meeting(box, layer.starts[entry]!)
    .filter((other) => {
      const theirs = layer.boxes[other]!.needs;
      return theirs.length > 0 && isImplied(theirs, needs);
    });
}

/** Is everything in `needs` so whenever everything in `given` is? Conditions are the same when their words are. */
export function isImplied(needs: readonly Condition[], given: readonly Condition[]): boolean {
  return needs.every(({ missing }) => given.some((one) => one.missing === missing));
}

/** The flows an entry may decide. */
export function mayBeDecidedBy(layer: Layer, entry: number): Diagram {
  let union = NOTHING;
  for (const position of positionsOf(layer, entry)) {
    union = layer.sets.table.override(union, leftFor(layer, position));
  }
  return union;
}

/** Rows that may lie about before they are collected: collecting empties the operation cache. */
const ROWS_PER_COLLECTION = 1 << 18;

/** Frees what questions about single rules leave behind. Diagrams made since are void after each call. */
export function broom({ sets: { table } }: Layer): () => void {
  const mark = table.mark();
  return () => {
    if (table.mark() - mark > ROWS_PER_COLLECTION) table.collect(mark, []);
  };
}
