import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../tests/support/seeded-random.ts';
import { bitTable, haveCommon } from './bit-table.ts';

describe('numbers of what sets of bits have in common', () => {
  it('are one for equal bits under equal heads, and differ for others, through every growth', () => {
    const random = seededRandom(7);
    const table = bitTable(3);
    const within = Uint32Array.of(0xffff_ffff, 0xffff_ffff, 0x7fff_ffff);
    const expected = new Map<string, number>();
    const wrong: string[] = [];
    // Few bits, so that the same ones come back; the highest too, which is where signs go wrong.
    const bits = () =>
      Uint32Array.from({ length: 3 }, () => (2 ** Math.floor(random() * 3) * 0x2000_0001) >>> 0);
    for (let round = 0; round < 40_000; round += 1) {
      const [a, b] = [bits(), bits()];
      const head = Math.floor(random() * 40);
      const common = [...a].map((word, at) => (word & b[at]! & within[at]!) >>> 0);
      const key = `${head} ${common.join(' ')}`;
      const number = table.numberOf(head, 1, [a, b, a, b], within);
      const known = expected.get(key) ?? expected.size;
      expected.set(key, known);
      if (number !== known) wrong.push(`${key}: ${number} and not ${known}`);
      if (haveCommon([a, b, a, b], within) !== common.some((word) => word !== 0)) wrong.push(key);
    }
    expect(wrong.slice(0, 3)).toEqual([]);
    expect(expected.size).toBeGreaterThan(1000);
    table.clear();
    const one = Uint32Array.of(1, 2, 3);
    expect(table.numberOf(9, 9, [one, one, one, one], within)).toBe(0);
  });
});
