import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ANY_NAME,
  boxHas,
  decodeBox,
  encodeBox,
  encodePoint,
  type FlowBox,
  type FlowPoint,
  FlowSets,
  flowUniverse,
  intersectBoxes,
  intersectNames,
  isEmptyBox,
  type NameSet,
  NO_NAMES,
  nameSetHas,
  WITHOUT_NAME,
} from '../../src/flows/index.ts';
import {
  atomOfName,
  atomsOfPattern,
  atomsOfPatterns,
  complementRanges,
  countNameAtoms,
  countRanges,
  type Diagram,
  EVERYTHING,
  intersectRanges,
  NO_RANGE,
  NOTHING,
  nameAtoms,
  nameOfAtom,
  type RangeList,
  rangeList,
  rangesHave,
  rangesMeet,
  unionRanges,
} from '../../src/packets/index.ts';
import { certainFlowBoxes, flowBoxes, flowPoints, nameSets } from '../support/flow-arbitraries.ts';

/** Laws of the sets, on values built from parts: what fails shrinks to the few ranges, names or headers that matter. */

const LAST = 12;
const ranges: fc.Arbitrary<RangeList> = fc
  .array(fc.tuple(fc.nat(LAST), fc.nat(LAST)), { maxLength: 4 })
  .map(rangeList);

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

describe('names, worked by hand', () => {
  it('an example of an atom is a name that a host can have, or there is none', () => {
    const example = (pattern: string): string | undefined => {
      const atoms = nameAtoms([pattern]);
      return nameOfAtom(atoms, atomOfName(atoms, pattern.replace('*', 'host')));
    };
    expect(example('*.azure.com')).toBe('host.azure.com');
    expect(example('*-prod.azure.com')).toBe('host-prod.azure.com');
    expect(example('*._tcp.azure.com')).toBe('host._tcp.azure.com');
    for (const end of ['.-bad.com', '.bad-.com', '..com', '.b d.com', `.${'x'.repeat(64)}.com`]) {
      expect(example(`*${end}`), end).toBeUndefined();
    }
    expect(example(`*.${'x'.repeat(63)}.com`)).toBeDefined();
    const tail = '.abcdefg'.repeat(31);
    expect(example(`*x${tail}`)).toHaveLength(253);
    expect(example(`*xxx${tail}`)).toHaveLength(253);
    expect(example(`*xxxx${tail}`)).toBeUndefined();
  });

  it('no name, any name, no flow', () => {
    const takes = (set: NameSet) => [nameSetHas(set, undefined), nameSetHas(set, 'a.b')];
    expect(takes(WITHOUT_NAME)).toEqual([true, false]);
    expect(takes(ANY_NAME)).toEqual([false, true]);
    expect(takes(NO_NAMES)).toEqual([false, false]);
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
        expect(cellHas(decodeBox(universe, encoded), point)).toBe(boxHas(box, point));
      }),
      { numRuns: 500 },
    );
  });

  // Mostly names, which nest deepest.
  const holed = fc.oneof(certainFlowBoxes, fc.record({ names: nameSets }));

  it('the boxes of a set, read as headers, hold the flows of the set', () => {
    fc.assert(
      fc.property(fc.tuple(holed, holed, holed), flowPoints(4), ([box, hole, island], point) => {
        const sets = FlowSets.over(4, [box, hole, island]);
        const ring = sets.table.except(sets.box(hole), sets.box(island));
        const { boxes, count } = sets.boxes(sets.table.except(sets.box(box), ring), 1000);
        expect(boxes).toHaveLength(count);
        const holding = boxes.filter((one) => cellHas(decodeBox(sets.universe, one), point));
        const isIn = boxHas(box, point) && (!boxHas(hole, point) || boxHas(island, point));
        expect(holding).toHaveLength(isIn ? 1 : 0);
      }),
      { numRuns: 500 },
    );
  });

  it('names of a set are told by the outermost patterns, what is not in them, and what is again', () => {
    const of = (...patterns: string[]): FlowBox => ({ names: { patterns, withoutName: false } });
    const [azure, blob] = [of('*.azure.com', 'org'), of('*.blob.azure.com')];
    const inner = of('x.blob.azure.com', 'login.azure.com');
    const sets = FlowSets.over(4, [azure, blob, inner]);
    const told = (set: Diagram) =>
      sets.boxes(set, 10).boxes.map((box) => decodeBox(sets.universe, box).names);
    expect(told(sets.box(azure))).toEqual([
      { patterns: ['org', '*.azure.com'], except: [], withoutName: false },
    ]);
    const hole = sets.table.except(sets.box(blob), sets.box(inner));
    expect(told(sets.table.except(sets.box(azure), hole))).toEqual([
      {
        patterns: ['org', '*.azure.com', 'x.blob.azure.com'],
        except: ['*.blob.azure.com'],
        withoutName: false,
      },
    ]);
    expect(told(sets.table.except(EVERYTHING, sets.box(azure)))).toEqual([
      { patterns: ['*'], except: ['org', '*.azure.com'], withoutName: true },
    ]);
  });
});

/** Is the flow in a box as it is read from ordinals? Of the patterns and exceptions that take a name the innermost decides. */
function cellHas({ names, ...headers }: ReturnType<typeof decodeBox>, point: FlowPoint): boolean {
  if (names === undefined || point.name === undefined) {
    return boxHas({ ...headers, ...(names && { names }) }, point);
  }
  const inside = (pattern: string): number => (pattern.startsWith('*') ? pattern.length : 1000);
  const [innermost] = [...names.patterns, ...names.except]
    .filter((pattern) => nameSetHas({ patterns: [pattern], withoutName: false }, point.name))
    .sort((a, b) => inside(b) - inside(a));
  return boxHas(headers, point) && innermost !== undefined && names.patterns.includes(innermost);
}
