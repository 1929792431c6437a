import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Box,
  type Budget,
  boxesOf,
  Classifier,
  checkBudget,
  type Diagram,
  DiagramTable,
  EVERYTHING,
  firstBoxDiagram,
  isLeaf,
  leafAt,
  NOTHING,
  pointPerTerminal,
  type RangeList,
  rangeList,
  space,
  terminalOf,
  withinBudget,
} from '../../src/packets/index.ts';
import { firstByHand, pointsOf } from '../support/small-universe.ts';

/** Laws of diagrams, on boxes built from parts: what fails shrinks to the few ranges that matter. */

const rangesWithin = (last: number): fc.Arbitrary<RangeList> =>
  fc.array(fc.tuple(fc.nat(last), fc.nat(last)), { maxLength: 4 }).map(rangeList);

const TINY = space([
  { name: 'a', atoms: 5 },
  { name: 'b', atoms: 1 },
  { name: 'c', atoms: 6 },
]);
const TINY_POINTS = pointsOf(TINY);
const boxes: fc.Arbitrary<Box> = fc.tuple(
  ...TINY.fields.map(({ atoms }) => fc.option(rangesWithin(atoms - 1), { nil: undefined })),
);
/** What a diagram maps to what: boxes with terminals, first match. */
const mappings = fc.array(fc.record({ box: boxes, terminal: fc.integer({ min: 1, max: 3 }) }), {
  maxLength: 5,
});
type Mapping = readonly { readonly box: Box; readonly terminal: number }[];

describe('work grows with rows, not with paths', () => {
  // The parity of 60 bits: 119 rows, and 2^60 paths from the root to a leaf.
  const parity = (table: DiagramTable, bits: number, first: number, step: number) => {
    let [even, odd] = [EVERYTHING, NOTHING];
    for (let level = first + step * (bits - 1); level >= first; level -= step) {
      [even, odd] = [table.node(level, even, odd), table.node(level, odd, even)];
    }
    return { even, odd };
  };

  it('in every operation', () => {
    const table = new DiagramTable();
    const { even, odd } = parity(table, 60, 0, 1);
    expect(table.size(even)).toBe(119);
    expect(table.meet(even, odd)).toBe(false);
    expect(table.override(even, odd)).toBe(EVERYTHING);
    expect(table.mask(even, odd)).toBe(NOTHING);
    expect(table.except(EVERYTHING, even)).toBe(odd);
    expect(table.except(even, odd)).toBe(even);
    expect(table.differ(even, odd)).toBe(EVERYTHING);
    expect(table.mapTerminals(even, (terminal) => 1 - terminal)).toBe(odd);
    expect(table.terminals(odd)).toEqual([0, 1]);
  });

  it('where the operands ask different bits as well', () => {
    const table = new DiagramTable();
    const [a, b] = [parity(table, 30, 0, 2), parity(table, 30, 1, 2)];
    expect(table.differ(a.even, b.even)).toBe(parity(table, 60, 0, 1).odd);
  });
});

describe('laws of diagrams', () => {
  const of = (table: DiagramTable, mapping: Mapping): Diagram =>
    firstBoxDiagram(table, TINY, mapping, 2);
  const byHand = (mapping: Mapping): number[] =>
    TINY_POINTS.map((point) => {
      const first = firstByHand(
        mapping.map(({ box }) => box),
        point,
      );
      return first === 0 ? 0 : mapping[first - 1]!.terminal;
    });
  const read = (table: DiagramTable, diagram: Diagram): number[] =>
    TINY_POINTS.map((point) => terminalOf(leafAt(table, TINY, diagram, point)));

  it('every operation is what it says at every point', () => {
    fc.assert(
      fc.property(mappings, mappings, (left, right) => {
        const table = new DiagramTable();
        const [a, b] = [of(table, left), of(table, right)];
        const [as, bs] = [byHand(left), byHand(right)];
        const each = (f: (x: number, y: number) => number): number[] =>
          as.map((x, index) => f(x, bs[index]!));
        expect(read(table, a)).toEqual(as);
        expect(read(table, table.override(a, b))).toEqual(each((x, y) => (x === 0 ? y : x)));
        expect(read(table, table.mask(a, b))).toEqual(each((x, y) => (y === 0 ? 0 : x)));
        expect(read(table, table.except(a, b))).toEqual(each((x, y) => (y === 0 ? x : 0)));
        expect(read(table, table.differ(a, b))).toEqual(each((x, y) => (x === y ? 0 : 1)));
        expect(read(table, table.decided(a))).toEqual(each((x) => (x === 0 ? 0 : 1)));
        expect(table.meet(a, b)).toBe(each((x, y) => x * y).some((product) => product > 0));
        expect(table.meet(a, b)).toBe(table.mask(a, b) !== NOTHING);
        expect(table.terminals(a)).toEqual([...new Set(as)].sort((x, y) => x - y));
      }),
      { numRuns: 300 },
    );
  });

  it('override is associative, with nothing as its identity; a mask and its complement recombine', () => {
    fc.assert(
      fc.property(mappings, mappings, mappings, (one, two, three) => {
        const table = new DiagramTable();
        const [a, b, c] = [of(table, one), of(table, two), of(table, three)];
        expect(table.override(a, table.override(b, c))).toBe(
          table.override(table.override(a, b), c),
        );
        expect(table.override(a, NOTHING)).toBe(a);
        expect(table.override(NOTHING, a)).toBe(a);
        expect(table.override(a, a)).toBe(a);
        expect(table.override(table.mask(a, b), table.except(a, b))).toBe(a);
        expect(table.override(table.except(a, b), table.mask(a, b))).toBe(a);
        expect(table.meet(table.mask(a, b), table.except(a, b))).toBe(false);
        expect(table.mask(table.mask(a, b), c)).toBe(table.mask(a, table.mask(b, c)));
        expect(table.except(table.except(a, b), c)).toBe(table.except(a, table.override(b, c)));
        expect(table.mask(a, EVERYTHING)).toBe(a);
        expect(table.except(a, EVERYTHING)).toBe(NOTHING);
        expect(table.differ(a, b)).toBe(table.differ(b, a));
        expect(table.differ(a, NOTHING)).toBe(table.decided(a));
      }),
      { numRuns: 300 },
    );
  });

  it('a list is the override of its halves, wherever it is cut', () => {
    fc.assert(
      fc.property(mappings, fc.nat(5), (mapping, cut) => {
        const table = new DiagramTable();
        const halves = [of(table, mapping.slice(0, cut)), of(table, mapping.slice(cut))] as const;
        expect(table.override(...halves)).toBe(of(table, mapping));
      }),
    );
  });

  it('translating terminals twice is translating them once', () => {
    const translations = fc.array(fc.nat(3), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(mappings, translations, translations, (mapping, f, g) => {
        const table = new DiagramTable();
        const a = of(table, mapping);
        const once = table.mapTerminals(a, (terminal) => g[f[terminal]!]!);
        const twice = table.mapTerminals(
          table.mapTerminals(a, (terminal) => f[terminal]!),
          (terminal) => g[terminal]!,
        );
        expect(twice).toBe(once);
        expect(table.mapTerminals(a, (terminal) => terminal)).toBe(a);
      }),
    );
  });

  it('reading out the boxes of a diagram and compiling them makes the same diagram, in any order', () => {
    fc.assert(
      fc.property(mappings, (mapping) => {
        const table = new DiagramTable();
        const diagram = of(table, mapping);
        const found = [...boxesOf(table, TINY, diagram)];
        expect(found.every(({ leaf }) => isLeaf(leaf) && leaf !== NOTHING)).toBe(true);
        const parts = found.map(({ box, leaf }) => ({ box, terminal: terminalOf(leaf) }));
        expect(of(table, parts)).toBe(diagram);
        expect(of(table, parts.reverse())).toBe(diagram);
      }),
    );
  });

  it('every terminal is shown by a flow that is mapped to it', () => {
    fc.assert(
      fc.property(mappings, (mapping) => {
        const table = new DiagramTable();
        const diagram = of(table, mapping);
        const points = pointPerTerminal(table, TINY, diagram);
        const terminals = table.terminals(diagram).filter((terminal) => terminal !== 0);
        expect([...points.keys()].sort((a, b) => a - b)).toEqual(terminals);
        for (const [terminal, point] of points) {
          expect(TINY_POINTS).toContainEqual(point);
          expect(terminalOf(leafAt(table, TINY, diagram, point))).toBe(terminal);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('the classifier keeps classes apart whose signatures are alike', () => {
    // Worked by hand: as words, the boxes of atom 0 are 0, 0, 0, 961 and those of atom 1 are 0, 1, 0, 0; 961 = 31².
    const line = space([{ name: 'a', atoms: 2 }]);
    const [zero, one, nothing] = [rangeList([[0, 0]]), rangeList([[1, 1]]), rangeList([])];
    const bits = [0, 6, 7, 8, 9].map((bit) => 96 + bit);
    const list = Array.from({ length: 128 }, (_, index) =>
      index === 32 ? [one] : [bits.includes(index) ? zero : nothing],
    );
    const classifier = new Classifier(line, list);
    expect([classifier.firstAt([0]), classifier.firstAt([1])]).toEqual([96, 32]);
  });

  it('the classifier walks the boxes that hold a point, from any of them on', () => {
    fc.assert(
      fc.property(fc.array(boxes, { maxLength: 70 }), fc.nat(29), fc.nat(70), (list, at, from) => {
        const classifier = new Classifier(TINY, list);
        const point = TINY_POINTS[at]!;
        const expected = list.findIndex((box, index) => index >= from && firstByHand([box], point));
        expect(classifier.firstAt(point, from)).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a budget', () => {
  it('ends at its time and when somebody cancels, and not before', () => {
    const { signal } = new AbortController();
    const isOver = (budget: Budget): boolean =>
      withinBudget('nothing', () => checkBudget(budget)).kind === 'inconclusive';
    const at = (time: number): Budget => ({ nodesMax: 1, until: 10, now: () => time, signal });
    expect([9, 10, 11].map((time) => isOver(at(time)))).toEqual([false, false, true]);
    expect(isOver({ nodesMax: 1 })).toBe(false);
    expect(isOver({ nodesMax: 1, now: () => 11 })).toBe(false);
    expect(isOver({ nodesMax: 1, signal: AbortSignal.abort() })).toBe(true);
  });

  it('of rows is the rows there may be, to the last one', () => {
    const chain = (nodesMax: number): number => {
      const table = new DiagramTable({ nodesMax });
      const grown = withinBudget('a chain', () => {
        for (let level = 5, at = EVERYTHING; level >= 0; level -= 1) {
          at = table.node(level, NOTHING, at);
        }
      });
      expect(grown.kind).toBe(nodesMax >= 6 ? 'answered' : 'inconclusive');
      return table.counters.rows;
    };
    expect([1, 5, 6, 7].map(chain)).toEqual([1, 5, 6, 6]);
  });
});
