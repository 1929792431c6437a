import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Box,
  boxDiagram,
  boxesOf,
  cellsOf,
  countRanges,
  coversOf,
  type Diagram,
  DiagramTable,
  decidedBy,
  EVERYTHING,
  firstBoxDiagram,
  leafAt,
  NO_RANGE,
  NOTHING,
  orderRegions,
  pick,
  rangeList,
  rangesMeet,
  shareOf,
  space,
  terminalOf,
  undeciding,
  unionRanges,
  weights,
  withinBudget,
} from '../../src/packets/index.ts';
import { seededRandom } from '../support/seeded-random.ts';
import {
  comparePolicy,
  compareRound,
  firstByHand,
  POINTS,
  POLICIES_PER_ROUND,
  randomBoxes,
  SMALL,
} from '../support/small-universe.ts';

// `npm run soak` asks ten times as many points, others every time.
const ROUNDS = 30;

describe('packet sets against every point of a small universe', () => {
  it('the first box decides: by hand, by diagram and by classifier alike, over ten million points', () => {
    let points = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const compared = compareRound(round);
      if ('question' in compared) expect.fail(JSON.stringify(compared));
      points += compared.points;
    }
    expect(points).toBe(ROUNDS * POLICIES_PER_ROUND * POINTS.length);
    expect(points).toBeGreaterThan(1e7);
  });
});

const TINY = space([
  { name: 'a', atoms: 5 },
  { name: 'b', atoms: 1 },
  { name: 'c', atoms: 6 },
]);
const TINY_POINTS = TINY.fields[0]!.atoms * TINY.fields[2]!.atoms;

function* tinyPoints(): Generator<number[]> {
  for (let a = 0; a < 5; a += 1) for (let c = 0; c < 6; c += 1) yield [a, 0, c];
}

/** A diagram and the same mapping as a plain list: the model every law is checked against. */
interface Told {
  readonly diagram: Diagram;
  readonly terminals: readonly number[];
}

const seeds = fc.integer({ min: 1, max: 0x7fff_ffff });

function told(table: DiagramTable, seed: number): Told {
  const boxes = randomBoxes(TINY, seededRandom(seed), 5);
  const diagram = firstBoxDiagram(
    table,
    TINY,
    boxes.map((box, index) => ({ box, terminal: 1 + (index % 3) })),
  );
  const terminals = [...tinyPoints()].map((point) => {
    const first = firstByHand(boxes, point);
    return first === 0 ? 0 : 1 + ((first - 1) % 3);
  });
  return { diagram, terminals };
}

function read(table: DiagramTable, diagram: Diagram): number[] {
  return [...tinyPoints()].map((point) => terminalOf(leafAt(table, TINY, diagram, point)));
}

describe('laws of diagrams', () => {
  it('every operation is what it says at every point', () => {
    fc.assert(
      fc.property(seeds, seeds, (one, other) => {
        const table = new DiagramTable();
        const [a, b] = [told(table, one), told(table, other)];
        const each = (f: (x: number, y: number) => number): number[] =>
          a.terminals.map((x, index) => f(x, b.terminals[index]!));
        expect(read(table, a.diagram)).toEqual(a.terminals);
        expect(read(table, table.override(a.diagram, b.diagram))).toEqual(each((x, y) => x || y));
        expect(read(table, table.mask(a.diagram, b.diagram))).toEqual(each((x, y) => (y ? x : 0)));
        expect(read(table, table.except(a.diagram, b.diagram))).toEqual(
          each((x, y) => (y ? 0 : x)),
        );
        expect(read(table, table.differ(a.diagram, b.diagram))).toEqual(each((x, y) => +(x !== y)));
        expect(table.meet(a.diagram, b.diagram)).toBe(each((x, y) => x * y).some((xy) => xy > 0));
        const swapped = table.mapTerminals(a.diagram, (terminal) => (terminal + 1) % 4);
        expect(read(table, swapped)).toEqual(each((x) => (x + 1) % 4));
        expect(table.terminals(a.diagram)).toEqual([...new Set(a.terminals)].sort());
      }),
      { numRuns: 500 },
    );
  });

  it('equal mappings are the same number: de Morgan, absorption, associativity, parts that add up', () => {
    fc.assert(
      fc.property(seeds, seeds, seeds, (one, two, three) => {
        const table = new DiagramTable();
        const [p, q, r] = [one, two, three].map((seed) => told(table, seed).diagram) as [
          Diagram,
          Diagram,
          Diagram,
        ];
        const [a, b] = [table.decided(p), table.decided(q)];
        const not = (set: Diagram): Diagram => table.except(EVERYTHING, set);
        expect(not(table.override(a, b))).toBe(table.mask(not(a), not(b)));
        expect(not(table.mask(a, b))).toBe(table.override(not(a), not(b)));
        expect(table.override(a, table.mask(a, b))).toBe(a);
        expect(table.mask(a, table.override(a, b))).toBe(a);
        expect(not(not(a))).toBe(a);
        expect(table.override(p, table.override(q, r))).toBe(
          table.override(table.override(p, q), r),
        );
        expect(table.override(p, NOTHING)).toBe(p);
        expect(table.override(NOTHING, p)).toBe(p);
        expect(table.override(table.mask(p, b), table.except(p, b))).toBe(p);
        expect(table.differ(p, q) === NOTHING).toBe(p === q);
      }),
      { numRuns: 500 },
    );
  });

  it('boxes of a diagram are disjoint and add up to it; so do its cells and shares', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const table = new DiagramTable();
        const { diagram, terminals } = told(table, seed);
        const rebuilt: { box: Box; terminal: number }[] = [];
        for (const { box, leaf } of boxesOf(table, TINY, diagram)) {
          const piece = boxDiagram(table, TINY, box, 1);
          for (const other of rebuilt) {
            expect(table.meet(piece, boxDiagram(table, TINY, other.box, 1))).toBe(false);
          }
          rebuilt.push({ box, terminal: terminalOf(leaf) });
        }
        expect(firstBoxDiagram(table, TINY, rebuilt)).toBe(diagram);
        const decided = terminals.filter((terminal) => terminal !== 0).length;
        expect(shareOf(table, TINY, diagram, weights(TINY))).toBeCloseTo(decided / TINY_POINTS, 12);
        const cells = cellsOf(table, TINY.fields[0]!, diagram);
        expect(cells.reduce((sum, { atoms }) => sum + countRanges(atoms), 0)).toBe(5);
        expect(cells.reduce((all, { atoms }) => unionRanges(all, atoms), NO_RANGE)).toEqual([0, 4]);
      }),
    );
  });

  it('a picked flow lies in the set, and a wish is granted whenever it can be', () => {
    fc.assert(
      fc.property(seeds, fc.nat(5), (seed, wished) => {
        const table = new DiagramTable();
        const { diagram, terminals } = told(table, seed);
        const wish = rangeList([[wished, wished]]);
        const point = pick(table, TINY, diagram, [[], [], [wish]]);
        const points = [...tinyPoints()];
        const inSet = points.filter((_, index) => terminals[index] !== 0);
        expect(point === undefined).toBe(inSet.length === 0);
        if (point === undefined) return;
        expect(inSet).toContainEqual(point);
        if (inSet.some(([, , c]) => c === wished)) expect(point[2]).toBe(wished);
      }),
    );
  });

  it('collecting frees what no root reaches and changes no meaning', () => {
    fc.assert(
      fc.property(fc.array(seeds, { minLength: 3, maxLength: 8 }), (many) => {
        const table = new DiagramTable();
        const kept = told(table, many[0]!);
        const mark = table.mark();
        const rest = many.slice(1).map((seed) => told(table, seed));
        const roots = rest.filter((_, index) => index % 2 === 0);
        const moved = table.collect(
          mark,
          roots.map(({ diagram }) => diagram),
        );
        expect(read(table, kept.diagram)).toEqual(kept.terminals);
        for (const [index, root] of roots.entries()) {
          expect(read(table, moved[index]!)).toEqual(root.terminals);
          // The unique table survived: building the same thing again finds the same rows.
          const rows = table.counters.rows;
          expect(told(table, many[1 + 2 * index]!).diagram).toBe(moved[index]);
          table.collect(rows, []);
        }
        expect(table.collect(0, [NOTHING])).toEqual([NOTHING]);
        expect(table.counters.rows).toBe(0);
      }),
      { numRuns: 200 },
    );
  });
});

/** Every box a region of its own. */
const each = (boxes: readonly Box[]) => boxes.map((box) => [box]);

describe('who decides, and who stands in the way', () => {
  const holds = (box: Box, point: readonly number[]): boolean => firstByHand([box], point) === 1;

  it('a box decides nothing exactly when, point by point, an earlier one always comes first', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const boxes = randomBoxes(SMALL, seededRandom(seed), 20);
        const ordered = orderRegions(new DiagramTable(), SMALL, each(boxes));
        const deciding = new Set(POINTS.map((point) => firstByHand(boxes, point) - 1));
        const never = undeciding(ordered);
        expect(never).toEqual(boxes.flatMap((_, index) => (deciding.has(index) ? [] : [index])));
        for (const [at, cover] of coversOf(ordered, never).entries()) {
          const index = never[at]!;
          const region = POINTS.filter((point) => holds(boxes[index]!, point));
          const covers = (some: readonly number[]): boolean =>
            region.every((point) => some.some((one) => holds(boxes[one]!, point)));
          expect(cover!.every((one) => one < index)).toBe(true);
          expect(covers(cover!)).toBe(true);
          // None can be left out.
          for (const one of cover!) expect(covers(cover!.filter((c) => c !== one))).toBe(false);
        }
        const living = boxes.flatMap((_, index) => (deciding.has(index) ? [index] : []));
        expect(coversOf(ordered, living).every((cover) => cover === undefined)).toBe(true);
        for (const index of living) {
          const mine = decidedBy(ordered, index);
          const first = POINTS.find((point) => firstByHand(boxes, point) === index + 1)!;
          expect(terminalOf(leafAt(ordered.table, SMALL, mine, first))).toBe(1);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('the classifier finds every box that meets a box, and the next one at a point', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = seededRandom(seed);
        const boxes = randomBoxes(SMALL, random, 80);
        const { classifier } = orderRegions(new DiagramTable(), SMALL, each(boxes));
        const meets = (a: Box, b: Box): boolean =>
          a.every((list, field) => {
            const other = b[field];
            if (list === undefined) return other === undefined || other.length > 0;
            if (other === undefined) return list.length > 0;
            return rangesMeet(list, other);
          });
        for (const [index, box] of boxes.entries()) {
          const expected = boxes
            .slice(0, index)
            .flatMap((one, at) => (meets(one, box) ? [at] : []));
          expect(classifier.meeting(box, index)).toEqual(expected);
        }
        const point = POINTS[Math.floor(random() * POINTS.length)]!;
        const all = boxes.flatMap((box, at) => (holds(box, point) ? [at] : []));
        const found: number[] = [];
        for (let at = classifier.firstAt(point); at >= 0; at = classifier.firstAt(point, at + 1)) {
          found.push(at);
        }
        expect(found).toEqual(all);
      }),
      { numRuns: 100 },
    );
  });

  it('worked by hand: two halves cover a whole, and neither is enough', () => {
    const line = space([{ name: 'port', atoms: 8 }]);
    const [low, high, all, odd] = [
      [0, 3],
      [4, 7],
      [0, 7],
      [2, 5],
    ].map(([from, to]) => [rangeList([[from!, to!]])]);
    const ordered = orderRegions(new DiagramTable(), line, each([low!, odd!, high!, all!]));
    expect(undeciding(ordered)).toEqual([3]);
    // `odd` holds 2 to 5, but low and high make up for it.
    expect(coversOf(ordered, [3])).toEqual([[0, 2]]);
  });

  it('worked by hand: the largest is left out where two smaller ones make up for it', () => {
    const line = space([{ name: 'port', atoms: 10 }]);
    const boxes = [
      [2, 7],
      [0, 4],
      [5, 9],
      [0, 9],
    ].map(([from, to]) => [rangeList([[from!, to!]])]);
    const ordered = orderRegions(new DiagramTable(), line, each(boxes));
    expect(coversOf(ordered, [3])).toEqual([[1, 2]]);
  });
});

describe('a question that costs too much', () => {
  const boxes = randomBoxes(SMALL, seededRandom(7), 200).map((box, index) => ({
    box,
    terminal: index + 1,
  }));
  const ask = (table: DiagramTable) =>
    withinBudget('a policy of 200 boxes', () => firstBoxDiagram(table, SMALL, boxes));

  it('is inconclusive, names what ran out, and is never answered in part', () => {
    const inconclusive = { kind: 'inconclusive', artefact: 'a policy of 200 boxes' };
    expect(ask(new DiagramTable({ nodesMax: 20 }))).toEqual({
      ...inconclusive,
      exhausted: 'nodes',
    });
    const controller = new AbortController();
    controller.abort();
    const late = { nodesMax: 1e6, until: 1, now: () => 2 };
    // Time and signal are looked at every few thousand steps: a larger question gets there.
    const large = (table: DiagramTable) =>
      withinBudget('much', () => {
        for (let seed = 1; seed < 100; seed += 1) comparePolicy(table, seed);
      });
    expect(large(new DiagramTable(late))).toMatchObject({ exhausted: 'time' });
    expect(large(new DiagramTable({ nodesMax: 1e6, signal: controller.signal }))).toMatchObject({
      exhausted: 'cancelled',
    });
  });

  it('leaves the table whole: a smaller question is answered afterwards', () => {
    const table = new DiagramTable({ nodesMax: 2000 });
    withinBudget('too much', () => firstBoxDiagram(table, SMALL, boxes));
    table.collect(0, []);
    const { diagram, terminals } = told(table, 11);
    expect(read(table, diagram)).toEqual(terminals);
  });

  it('other errors pass through', () => {
    expect(() =>
      withinBudget('nothing', () => {
        throw new TypeError('ours');
      }),
    ).toThrow(TypeError);
  });
});
