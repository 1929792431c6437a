import {
  type Box,
  Classifier,
  DEFAULT_BUDGET,
  type Diagram,
  DiagramTable,
  firstBoxDiagram,
  leafAt,
  NOTHING,
  rangeList,
  type Space,
  space,
  type Tuning,
  terminalOf,
} from '../../src/packets/index.ts';
import { seededRandom } from './seeded-random.ts';

/**
 * A universe small enough to ask about every point: 16 × 3 × 13 × 11 = 6,864. Counts that are no powers of two leave codes
 * without an atom, on purpose.
 */
export const SMALL: Space = space([
  { name: 'destination', atoms: 16 },
  { name: 'protocol', atoms: 3 },
  { name: 'port', atoms: 13 },
  { name: 'source', atoms: 11 },
]);

export const POINTS: readonly (readonly number[])[] = pointsOf(SMALL);

export function pointsOf({ fields }: Space): number[][] {
  let points: number[][] = [[]];
  for (const field of fields) {
    points = points.flatMap((point) =>
      Array.from({ length: field.atoms }, (_, atom) => [...point, atom]),
    );
  }
  return points;
}

/** 1 to 14 boxes with 0 to 3 ranges a field; some fields are whole, some boxes empty. */
export function randomBoxes(layout: Space, random: () => number, most = 14): Box[] {
  const below = (end: number): number => Math.floor(random() * end);
  return Array.from({ length: 1 + below(most) }, () =>
    layout.fields.map(({ atoms }) => {
      if (random() < 0.25) return undefined;
      const ranges = Array.from({ length: random() < 0.03 ? 0 : 1 + below(3) }, () => {
        const low = below(atoms);
        return [low, Math.min(atoms - 1, low + below(random() < 0.5 ? 2 : atoms))] as const;
      });
      return rangeList(ranges);
    }),
  );
}

/** The slow, obvious telling: the first box all of whose lists hold the point, counted from 1; 0 when none does. */
export function firstByHand(boxes: readonly Box[], point: readonly number[]): number {
  return (
    boxes.findIndex((box) =>
      box.every(
        (list, field) =>
          list === undefined ||
          list.some(
            (low, index) =>
              index % 2 === 0 && low <= point[field]! && point[field]! <= list[index + 1]!,
          ),
      ),
    ) + 1
  );
}

export interface Disagreement {
  readonly seed: number;
  /** What the policy is asked that two ways answer differently. */
  readonly question: string;
  readonly point?: readonly number[];
  readonly byHand: unknown;
  readonly found: unknown;
}

/** A policy that was asked at every point, with the answers by hand: index of the deciding box + 1, or 0. */
export interface AskedPolicy {
  readonly diagram: Diagram;
  readonly byHand: Uint8Array;
}

export function isDisagreement(asked: AskedPolicy | Disagreement): asked is Disagreement {
  return 'question' in asked;
}

/** One random policy, asked at every point three ways. Returns it, or where the ways part. */
export function comparePolicy(
  table: DiagramTable,
  seed: number,
  collectFrom?: number,
): AskedPolicy | Disagreement {
  const boxes = randomBoxes(SMALL, seededRandom(seed));
  const diagram = firstBoxDiagram(
    table,
    SMALL,
    boxes.map((box, index) => ({ box, terminal: index + 1 })),
    collectFrom,
  );
  const classifier = new Classifier(SMALL, boxes);
  const byHand = new Uint8Array(POINTS.length);
  const deciding = new Set<number>();
  for (const [index, point] of POINTS.entries()) {
    const first = firstByHand(boxes, point);
    byHand[index] = first;
    deciding.add(first);
    const byDiagram = terminalOf(leafAt(table, SMALL, diagram, point));
    if (byDiagram !== first) {
      return { seed, question: 'diagram', point, byHand: first, found: byDiagram };
    }
    const byClassifier = classifier.firstAt(point) + 1;
    if (byClassifier !== first) {
      return { seed, question: 'classifier', point, byHand: first, found: byClassifier };
    }
  }
  const terminals = table.terminals(diagram);
  const seen = [...deciding].sort((a, b) => a - b);
  return seen.join() === terminals.join()
    ? { diagram, byHand }
    : { seed, question: 'who decides anything', byHand: seen, found: terminals };
}

/** The flows on which two policies differ, against the answers by hand at every point. */
function compareDifference(
  table: DiagramTable,
  seed: number,
  before: AskedPolicy,
  after: AskedPolicy,
): Disagreement | undefined {
  const differing = table.differ(before.diagram, after.diagram);
  for (const [index, point] of POINTS.entries()) {
    const byHand = before.byHand[index] !== after.byHand[index];
    const found = leafAt(table, SMALL, differing, point) !== NOTHING;
    if (byHand !== found) return { seed, question: 'difference', point, byHand, found };
  }
  return undefined;
}

export const POLICIES_PER_ROUND = 50;
const TINY_TABLE: Tuning = { rowsFirst: 16, cacheBitsFirst: 2, cacheBitsMax: 4 };

/**
 * Fifty policies in one table, so that rows of one are found by the next; every seventh is compared with the one before. In every
 * third round the table is tiny: it grows and forgets at every turn; every third policy is collected at every turn. The
 * number of the round is all that decides what happens in it.
 */
export function compareRound(round: number): { readonly points: number } | Disagreement {
  const table = new DiagramTable(DEFAULT_BUDGET, round % 3 === 0 ? TINY_TABLE : undefined);
  let before: AskedPolicy | undefined;
  for (let policy = 0; policy < POLICIES_PER_ROUND; policy += 1) {
    const seed = round * POLICIES_PER_ROUND + policy;
    const asked = comparePolicy(table, seed, policy % 3 === 0 ? 2 : undefined);
    if (isDisagreement(asked)) return asked;
    if (before !== undefined && policy % 7 === 0) {
      const wrong = compareDifference(table, seed, before, asked);
      if (wrong !== undefined) return wrong;
    }
    before = asked;
  }
  return { points: POLICIES_PER_ROUND * POINTS.length };
}
