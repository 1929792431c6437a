import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatPrefix, type Prefix, parseIpv4, prefixHas } from '../net/index.ts';
import { coverAddresses } from './address-cover.ts';
import { coverNames } from './name-cover.ts';
import { portList } from './narrow-network-rule.ts';
import { coverByProducts } from './product-cover.ts';

const valuesOf = (...texts: readonly string[]) => texts.map((text) => parseIpv4(text)!);
const texts = (prefixes: readonly Prefix[]) => prefixes.map(formatPrefix).sort();

describe('a cover of addresses', () => {
  it('is the addresses themselves while there is room', () => {
    const found = coverAddresses(valuesOf('10.0.0.4', '10.0.0.9'), { most: 2, widest: 24 });
    expect(texts(found)).toEqual(['10.0.0.4/32', '10.0.0.9/32']);
  });

  it('joins the neighbours that cost the least', () => {
    // 4 and 5 are one /31; 4 and 5 with 200 would be a /24.
    const all = valuesOf('10.0.0.4', '10.0.0.5', '10.0.0.200');
    expect(texts(coverAddresses(all, { most: 2, widest: 24 }))).toEqual([
      '10.0.0.200/32',
      '10.0.0.4/31',
    ]);
  });

  it('is never wider than the limit, however many prefixes that takes', () => {
    const all = valuesOf('10.0.0.1', '10.0.1.1', '10.0.2.1');
    expect(texts(coverAddresses(all, { most: 1, widest: 24 }))).toEqual([
      '10.0.0.1/32',
      '10.0.1.1/32',
      '10.0.2.1/32',
    ]);
  });

  it('reaches from the first to the last address of IPv4', () => {
    const all = valuesOf('0.0.0.0', '255.255.255.255');
    expect(texts(coverAddresses(all, { most: 1, widest: 0 }))).toEqual(['0.0.0.0/0']);
    expect(coverAddresses([], { most: 3, widest: 24 })).toEqual([]);
  });

  it('holds every address and, as brute force over all prefixes finds, as few others as can be', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 0, max: 15 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 3 }),
        (offsets, most) => {
          const base = parseIpv4('192.0.2.16')!;
          const found = coverAddresses(
            offsets.map((offset) => base + offset),
            { most, widest: 28 },
          );
          expect(found.length).toBeLessThanOrEqual(most);
          for (const offset of offsets) {
            const ip = { family: 4, value: (base + offset) as never } as const;
            expect(found.some((prefix) => prefixHas(prefix, ip))).toBe(true);
          }
          const size = found.reduce((sum, { length }) => sum + 2 ** (32 - length), 0);
          expect(size).toBe(leastSize(offsets, most));
        },
      ),
      { numRuns: 300 },
    );
  });
});

/** Of all sets of at most `most` prefixes of 16 addresses the smallest that holds the offsets, by trying each set. */
function leastSize(offsets: readonly number[], most: number): number {
  const prefixes: number[][] = [];
  for (const size of [1, 2, 4, 8, 16]) {
    for (let base = 0; base < 16; base += size) {
      prefixes.push(Array.from({ length: size }, (_, index) => base + index));
    }
  }
  let best = Number.POSITIVE_INFINITY;
  const tryFrom = (at: number, left: number, held: ReadonlySet<number>, size: number): void => {
    if (offsets.every((offset) => held.has(offset))) best = Math.min(best, size);
    if (left === 0 || size >= best) return;
    for (let next = at; next < prefixes.length; next += 1) {
      const prefix = prefixes[next]!;
      tryFrom(next + 1, left - 1, new Set([...held, ...prefix]), size + prefix.length);
    }
  };
  tryFrom(0, most, new Set(), 0);
  return best;
}

describe('a cover of names', () => {
  it('is the names while they are few', () => {
    expect(coverNames(['b.x.com', 'a.x.com', 'a.x.com'], 'x.com', 3)).toEqual([
      'a.x.com',
      'b.x.com',
    ]);
  });

  it('is narrower wildcards where many names stand under few labels', () => {
    const names = ['a.eu.x.com', 'b.eu.x.com', 'c.eu.x.com', 'd.us.x.com'];
    expect(coverNames(names, 'x.com', 3)).toEqual(['*.eu.x.com', 'd.us.x.com']);
  });

  it('names the name itself beside its wildcard, which does not hold it (AFW-51)', () => {
    const names = ['eu.x.com', 'a.eu.x.com', 'b.eu.x.com', 'c.eu.x.com', 'us.x.com'];
    expect(coverNames(names, 'x.com', 3)).toEqual(['*.eu.x.com', 'eu.x.com', 'us.x.com']);
  });

  it('stays the wildcard where nothing narrower is short enough', () => {
    const names = Array.from({ length: 30 }, (_, index) => `n${index}.x.com`);
    expect(coverNames(names, 'x.com', 8)).toEqual(['*.x.com']);
  });

  it('never makes a wildcard of a whole top-level domain out of every name there is', () => {
    const names = ['a.x.com', 'b.x.com', 'c.x.com', 'a.y.org'];
    expect(coverNames(names, '', 3)).toEqual(['*.x.com', 'a.y.org']);
  });
});

describe('a cover by rules', () => {
  const used = (target: string, sources: string[], services: string[]) => ({
    target,
    sources: new Set(sources),
    services: new Set(services),
  });

  it('keeps apart what has nothing in common', () => {
    const products = coverByProducts(
      [used('a', ['s1'], ['443']), used('b', ['s1'], ['443']), used('c', ['s2'], ['22'])],
      3,
    );
    expect(products.map(({ targets }) => [...targets])).toEqual([['a', 'b'], ['c']]);
  });

  it('joins the two that add the fewest combinations when there are too many', () => {
    const products = coverByProducts(
      [
        used('a', ['s1'], ['443']),
        used('b', ['s1'], ['443', '444']),
        used('c', ['s7', 's8', 's9'], ['22']),
      ],
      2,
    );
    expect(products.map(({ targets }) => [...targets])).toEqual([['a', 'b'], ['c']]);
  });

  it('writes ports that follow each other as a range', () => {
    expect(portList(['443', '8080', '8081', '8082'])).toEqual(['443', '8080-8082']);
    expect(portList(['443', '*'])).toEqual(['*']);
  });
});
