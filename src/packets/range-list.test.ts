import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  complementRanges,
  countRanges,
  intersectRanges,
  orderedRangeList,
  type RangeList,
  rangeList,
  rangesHave,
  rangesMeet,
  unionRanges,
} from './range-list.ts';

const LAST = 20;
const pairs = fc.array(fc.tuple(fc.nat(LAST), fc.nat(LAST)), { maxLength: 6 });

/** The slow, obvious set. */
function members(all: readonly (readonly [number, number])[]): Set<number> {
  const set = new Set<number>();
  for (const [low, high] of all) for (let value = low; value <= high; value += 1) set.add(value);
  return set;
}

function listed(list: RangeList): number[] {
  return Array.from({ length: LAST + 1 }, (_, value) => value).filter((value) =>
    rangesHave(list, value),
  );
}

describe('range lists are sets of ordinals', () => {
  it('every operation agrees with sets of numbers', () => {
    fc.assert(
      fc.property(pairs, pairs, (left, right) => {
        const a = rangeList(left);
        const b = rangeList(right);
        const [setA, setB] = [members(left), members(right)];
        const all = Array.from({ length: LAST + 1 }, (_, value) => value);
        expect(listed(a)).toEqual(all.filter((value) => setA.has(value)));
        expect(countRanges(a)).toBe(setA.size);
        expect(listed(unionRanges(a, b))).toEqual(all.filter((v) => setA.has(v) || setB.has(v)));
        const common = all.filter((value) => setA.has(value) && setB.has(value));
        expect(listed(intersectRanges(a, b))).toEqual(common);
        expect(rangesMeet(a, b)).toBe(common.length > 0);
        expect(listed(complementRanges(a, LAST))).toEqual(all.filter((v) => !setA.has(v)));
      }),
    );
  });

  it('are canonical: equal sets have equal lists', () => {
    fc.assert(
      fc.property(pairs, pairs, (left, right) => {
        const a = rangeList(left);
        const b = rangeList(right);
        expect(unionRanges(a, b)).toEqual(rangeList([...right, ...left]));
        expect(complementRanges(complementRanges(a, LAST), LAST)).toEqual(a);
        expect(orderedRangeList([...a])).toEqual(a);
      }),
    );
  });

  it('refuse pairs out of order where order was promised', () => {
    expect(() => orderedRangeList([4, 5, 1, 2])).toThrow('in order');
    expect(() => orderedRangeList([1, 4, 3, 5])).toThrow('in order');
  });
});
