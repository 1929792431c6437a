import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  boxHas,
  decodeBox,
  encodeBox,
  encodePoint,
  type FlowBox,
  FlowSets,
  flowUniverse,
  intersectBoxes,
  intersectNames,
  isEmptyBox,
  nameSetHas,
} from '../../src/flows/index.ts';
import {
  atomOfName,
  atomsOfPattern,
  atomsOfPatterns,
  type Box,
  boxesOf,
  Classifier,
  complementRanges,
  countNameAtoms,
  countRanges,
  type Diagram,
  DiagramTable,
  EVERYTHING,
  firstBoxDiagram,
  intersectRanges,
  leafAt,
  NO_RANGE,
  NOTHING,
  nameAtoms,
  pointPerTerminal,
  type RangeList,
  rangeList,
  rangesHave,
  rangesMeet,
  space,
  terminalOf,
  unionRanges,
} from '../../src/packets/index.ts';
import { certainFlowBoxes, flowBoxes, flowPoints, nameSets } from '../support/flow-arbitraries.ts';
import { firstByHand, pointsOf } from '../support/small-universe.ts';

/** Laws of the sets, on values built from parts: what fails shrinks to the few ranges, boxes or names that matter. */

const LAST = 12;
const rangesWithin = (last: number): fc.Arbitrary<RangeList> =>
  fc.array(fc.tuple(fc.nat(last), fc.nat(last)), { maxLength: 4 }).map(rangeList);
const ranges = rangesWithin(LAST);

describe('laws of range lists', () => {
  const not = (list: RangeList): RangeList => complementRanges(list, LAST);
  const all = not(NO_RANGE);

  it('are those of sets', () => {
    fc.assert(
      fc.property(ranges, ranges, ranges, (a, b, c) => {
        expect(unionRanges(a, b)).toEqual(unionRanges(b, a));
        expect(intersectRanges(a, b)).toEqual(intersectRanges(b, a));
        expect(unionRanges(a, unionRanges(b, c))).toEqual(unionRanges(unionRanges(a, b), c));
        expect(intersectRanges(a, unionRanges(b, c))).toEqual(
          unionRanges(intersectRanges(a, b), intersectRanges(a, c)),
        );
        expect(not(unionRanges(a, b))).toEqual(intersectRanges(not(a), not(b)));
        expect(unionRanges(a, intersectRanges(a, b))).toEqual(a);
        expect(unionRanges(a, not(a))).toEqual(all);
        expect(intersectRanges(a, not(a))).toEqual(NO_RANGE);
        expect(rangesMeet(a, b)).toBe(intersectRanges(a, b).length > 0);
        expect(countRanges(a) + countRanges(b)).toBe(
          countRanges(unionRanges(a, b)) + countRanges(intersectRanges(a, b)),
        );
      }),
    );
  });

  it('keep the form: ascending, and a gap between ranges', () => {
    const isCanonical = (list: RangeList): boolean =>
      list.every(
        (value, at) =>
          at === 0 || (at % 2 === 1 ? list[at - 1]! <= value : list[at - 1]! + 1 < value),
      );
    fc.assert(
      fc.property(ranges, ranges, (a, b) => {
        expect([a, unionRanges(a, b), intersectRanges(a, b), not(a)].every(isCanonical)).toBe(true);
      }),
    );
  });
});

describe('laws of name atoms', () => {
  const label = fc.constantFrom('a', 'b', 'ab', 'host', 'w1');
  const name = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'));
  const pattern = fc.oneof(
    name,
    name.map((end) => `*.${end}`),
    name.map((end) => `*${end}`),
    fc.constant('*'),
  );
  const patterns = fc.array(pattern, { minLength: 1, maxLength: 10 });
  const takes = (one: string, text: string): boolean =>
    one.startsWith('*') ? text.endsWith(one.slice(1)) : one === text;

  it('some patterns hold the atom of a name exactly when one of them takes the name', () => {
    fc.assert(
      fc.property(patterns, fc.nat(10), name, (known, count, text) => {
        const atoms = nameAtoms(known);
        const some = known.slice(0, count);
        const list = atomsOfPatterns(atoms, some);
        expect(rangesHave(list, atomOfName(atoms, text))).toBe(
          some.some((one) => takes(one, text)),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('two patterns are nested or apart, and the parent is the closest around', () => {
    fc.assert(
      fc.property(patterns, (known) => {
        const atoms = nameAtoms(known);
        const interval = (ordinal: number): RangeList =>
          atomsOfPattern(atoms, atoms.patterns[ordinal - 1]!);
        const holds = (a: number, b: number): boolean =>
          interval(a)[0]! <= interval(b)[0]! && interval(b)[1]! <= interval(a)[1]!;
        for (let one = 1; one < countNameAtoms(atoms); one += 1) {
          expect(interval(one)[0]).toBe(one);
          const around: number[] = [];
          for (let other = 1; other < countNameAtoms(atoms); other += 1) {
            if (other === one) continue;
            if (holds(other, one)) around.push(other);
            else
              expect(holds(one, other) || !rangesMeet(interval(one), interval(other))).toBe(true);
          }
          // Later in pre-order is further inside.
          expect(atoms.parents[one - 1]).toBe(around.at(-1) ?? 0);
        }
      }),
    );
  });

  it('names in both sets are names in the intersection', () => {
    fc.assert(
      fc.property(nameSets, nameSets, fc.option(name, { nil: undefined }), (a, b, text) => {
        const inBoth = nameSetHas(a, text) && nameSetHas(b, text);
        expect(nameSetHas(intersectNames(a, b), text)).toBe(inBoth);
        expect(nameSetHas(intersectNames(b, a), text)).toBe(inBoth);
        expect(nameSetHas(intersectNames(a, a), text)).toBe(nameSetHas(a, text));
      }),
      { numRuns: 500 },
    );
  });
});

describe('laws of flow boxes', () => {
  const families = fc.constantFrom(4 as const, 6 as const);

  it('the intersection holds what both hold, as boxes and as diagrams', () => {
    fc.assert(
      fc.property(families, flowBoxes, flowBoxes, (family, a, b) => {
        const both = intersectBoxes(a, b);
        const sets = FlowSets.over(family, [a, b, ...(both === undefined ? [] : [both])]);
        const meeting = sets.table.mask(sets.box(a), sets.box(b));
        expect(both === undefined ? NOTHING : sets.box(both)).toBe(meeting);
        const turned = intersectBoxes(b, a);
        expect(turned === undefined ? NOTHING : sets.box(turned)).toBe(meeting);
        const needs = new Set([...(a.needs ?? []), ...(b.needs ?? [])]);
        if (both !== undefined) expect(new Set(both.needs ?? [])).toEqual(needs);
      }),
      { numRuns: 400 },
    );
  });

  it('intersection is associative and does nothing to a box alone', () => {
    const then = (a: FlowBox | undefined, b: FlowBox | undefined): FlowBox | undefined =>
      a === undefined || b === undefined ? undefined : intersectBoxes(a, b);
    fc.assert(
      fc.property(families, flowBoxes, flowBoxes, flowBoxes, (family, a, b, c) => {
        const [left, right] = [then(then(a, b), c), then(a, then(b, c))];
        const sets = FlowSets.over(family, [a, b, c, left ?? {}, right ?? {}]);
        const diagram = (box: FlowBox | undefined) => (box === undefined ? NOTHING : sets.box(box));
        expect(diagram(left)).toBe(diagram(right));
        expect(diagram(then(a, a))).toBe(sets.box(a));
        expect(then(a, {})).toEqual(isEmptyBox(a) ? undefined : a);
      }),
      { numRuns: 200 },
    );
  });

  it('a flow is in a box exactly when its atoms are in the ordinals of the box, and in the box that these are read as', () => {
    fc.assert(
      fc.property(certainFlowBoxes, certainFlowBoxes, flowPoints(4), (box, other, point) => {
        const universe = flowUniverse(4, [box, other]);
        const encoded = encodeBox(universe, box);
        const atoms = encodePoint(universe, point);
        const holds = encoded?.every((list, field) => !list || rangesHave(list, atoms[field]!));
        expect(holds ?? false).toBe(boxHas(box, point));
        if (encoded === undefined) return;
        const { names, ...headers } = decodeBox(universe, encoded);
        const inNames =
          names === undefined ||
          (nameSetHas(names, point.name) &&
            !nameSetHas({ patterns: names.except, withoutName: false }, point.name));
        expect(boxHas(headers, point) && inNames).toBe(boxHas(box, point));
      }),
      { numRuns: 500 },
    );
  });
});

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
        const parts = [...boxesOf(table, TINY, diagram)].map(({ box, leaf }) => ({
          box,
          terminal: terminalOf(leaf),
        }));
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
