import {
  type Box,
  Classifier,
  type DiagramTable,
  firstBoxDiagram,
  leafAt,
  rangeList,
  type Space,
  space,
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
  readonly point: readonly number[];
  readonly byHand: number;
  readonly byDiagram: number;
  readonly byClassifier: number;
}

/** One random policy, asked at every point three ways. Returns the points compared, or where the ways part. */
export function comparePolicy(
  table: DiagramTable,
  seed: number,
  collectFrom?: number,
): { readonly points: number } | Disagreement {
  const boxes = randomBoxes(SMALL, seededRandom(seed));
  const diagram = firstBoxDiagram(
    table,
    SMALL,
    boxes.map((box, index) => ({ box, terminal: index + 1 })),
    collectFrom,
  );
  const classifier = new Classifier(SMALL, boxes);
  for (const point of POINTS) {
    const byHand = firstByHand(boxes, point);
    const byDiagram = terminalOf(leafAt(table, SMALL, diagram, point));
    const byClassifier = classifier.firstAt(point) + 1;
    if (byDiagram !== byHand || byClassifier !== byHand) {
      return { seed, point, byHand, byDiagram, byClassifier };
    }
  }
  return { points: POINTS.length };
}
