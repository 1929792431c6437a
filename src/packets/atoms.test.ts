import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  atomAt,
  atomShares,
  atomsOf,
  intervalAtoms,
  lastOfAtom,
  valuesOf,
} from './interval-atoms.ts';
import { atomOfName, atomsOfPattern, countNameAtoms, nameAtoms, nameOfAtom } from './name-atoms.ts';
import { rangesHave } from './range-list.ts';

describe('atoms of a line', () => {
  it('a line that nothing cuts is one atom', () => {
    expect(intervalAtoms(0, 65535, [])).toEqual({ starts: [0], last: 65535 });
  });

  it('10.0.0.0/8 and 10.1.0.0/16 cut the addresses into five atoms', () => {
    const eight = [0x0a00_0000, 0x0aff_ffff];
    const sixteen = [0x0a01_0000, 0x0a01_ffff];
    const atoms = intervalAtoms(0, 0xffff_ffff, [eight, sixteen]);
    expect(atoms.starts).toEqual([0, 0x0a00_0000, 0x0a01_0000, 0x0a02_0000, 0x0b00_0000]);
    expect(atomsOf(atoms, eight)).toEqual([1, 3]);
    expect(atomsOf(atoms, sixteen)).toEqual([2, 2]);
    expect(atomAt(atoms, 0x0a01_1234)).toBe(2);
    expect(atomAt(atoms, 0xffff_ffff)).toBe(4);
    const shares = atomShares(atoms);
    expect(shares[2]).toBe(2 ** -16);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBe(1);
  });

  it('half an atom cannot be said', () => {
    const atoms = intervalAtoms(0, 100, [[10, 20]]);
    expect(() => atomsOf(atoms, [10, 15])).toThrow('took part in cutting');
    expect(() => atomAt(atoms, 101)).toThrow('on the line');
    expect(() => intervalAtoms(0, 100, [[90, 200]])).not.toThrow();
    expect(() => intervalAtoms(10, 100, [[5, 20]])).toThrow('within the line');
  });

  it('IPv6 is the same line in bigints', () => {
    const last = (1n << 128n) - 1n;
    const documentation = [0x2001_0db8n << 96n, (0x2001_0db9n << 96n) - 1n];
    const atoms = intervalAtoms(0n, last, [documentation, [0n, last]]);
    expect(atoms.starts).toHaveLength(3);
    expect(valuesOf(atoms, atomsOf(atoms, documentation))).toEqual(documentation);
    expect(lastOfAtom(atoms, 2)).toBe(last);
    expect(atomShares(atoms)[1]).toBe(2 ** -32);
  });

  it('values go to atoms and back unchanged', () => {
    const set = fc
      .uniqueArray(fc.nat(40), { minLength: 2, maxLength: 8 })
      .map((values) => values.sort((a, b) => a - b))
      .map((values) => values.slice(0, values.length & ~1))
      // Canonical: ranges that touch are one range.
      .filter((pairs) =>
        pairs.every((low, at) => at % 2 === 1 || at === 0 || low > pairs[at - 1]! + 1),
      );
    fc.assert(
      fc.property(fc.array(set, { maxLength: 5 }), (sets) => {
        const atoms = intervalAtoms(0, 40, sets);
        for (const pairs of sets) {
          const list = atomsOf(atoms, pairs);
          expect(valuesOf(atoms, list)).toEqual(pairs);
          for (let value = 0; value <= 40; value += 1) {
            const isIn = pairs.some(
              (low, at) => at % 2 === 0 && low <= value && value <= pairs[at + 1]!,
            );
            expect(rangesHave(list, atomAt(atoms, value))).toBe(isIn);
          }
        }
      }),
    );
  });
});

describe('atoms of names', () => {
  it('a wildcard is one interval that begins with itself', () => {
    const atoms = nameAtoms(['*.azure.com', 'login.azure.com', '*.blob.azure.com', 'example.org']);
    expect(atoms.patterns).toEqual([
      'example.org',
      '*.azure.com',
      '*.blob.azure.com',
      'login.azure.com',
    ]);
    expect(atomsOfPattern(atoms, '*.azure.com')).toEqual([2, 4]);
    expect(atomsOfPattern(atoms, '*.blob.azure.com')).toEqual([3, 3]);
    expect(atomOfName(atoms, 'x.y.blob.azure.com')).toBe(3);
    expect(atomOfName(atoms, 'other.azure.com')).toBe(2);
    expect(atomOfName(atoms, 'azure.com')).toBe(0);
    expect([...atoms.parents]).toEqual([0, 0, 2, 2]);
  });

  it('`*x` takes x itself and look-alikes: the characters are all that counts', () => {
    const atoms = nameAtoms(['*github.com', 'github.com']);
    expect(atomsOfPattern(atoms, '*github.com')).toEqual([1, 2]);
    expect(atomOfName(atoms, 'github.com')).toBe(2);
    expect(atomOfName(atoms, 'evilgithub.com')).toBe(1);
  });

  it('a wildcard stands in front', () => {
    expect(() => nameAtoms(['a.*.com'])).toThrow('in front');
    expect(() => nameAtoms(['**.com'])).toThrow('in front');
  });

  const label = fc.constantFrom('a', 'b', 'ab', 'w1', 'host');
  const name = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'));
  const pattern = fc.oneof(
    name,
    name.map((suffix) => `*.${suffix}`),
    name.map((suffix) => `*${suffix}`),
    fc.constant('*'),
  );
  const takes = (one: string, text: string): boolean =>
    one.startsWith('*') ? text.endsWith(one.slice(1)) : one === text;

  it('the interval of a pattern holds the atoms of exactly the names it takes', () => {
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 12 }), name, (patterns, text) => {
        const atoms = nameAtoms(patterns);
        const atom = atomOfName(atoms, text);
        for (const one of patterns) {
          expect(rangesHave(atomsOfPattern(atoms, one), atom), one).toBe(takes(one, text));
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('an example of an atom lies in it, and the order of patterns is no matter', () => {
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 12 }), (patterns) => {
        const atoms = nameAtoms(patterns);
        expect(nameAtoms([...patterns].reverse())).toEqual(atoms);
        for (let atom = 0; atom < countNameAtoms(atoms); atom += 1) {
          const example = nameOfAtom(atoms, atom);
          if (example !== undefined) expect(atomOfName(atoms, example)).toBe(atom);
          // Only `*`, or an exact name that a pattern repeats as a cone, may leave an atom without names.
          else expect(patterns.some((one) => one.startsWith('*'))).toBe(true);
        }
      }),
    );
  });
});
