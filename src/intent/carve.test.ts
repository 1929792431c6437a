import { describe, expect, it } from 'vitest';
import { formatPrefix, parsePrefix } from '../net/index.ts';
import { carve, freeRanges, type Ipv4Prefix, lengthFor } from './carve.ts';

const range = (text: string): Ipv4Prefix => {
  const prefix = parsePrefix(text);
  if (prefix?.family !== 4) throw new Error(text);
  return prefix;
};

function carved(space: string, length: number, taken: readonly string[]): string | undefined {
  const found = carve(range(space), length, taken.map(range));
  return found === undefined ? undefined : formatPrefix(found);
}

describe('a block is carved', () => {
  it.each([
    ['the lowest one', '10.0.0.0/16', 24, [], '10.0.0.0/24'],
    ['after what is taken', '10.0.0.0/16', 24, ['10.0.0.0/24'], '10.0.1.0/24'],
    ['aligned to its own size', '10.0.0.0/16', 24, ['10.0.0.0/26'], '10.0.1.0/24'],
    ['into a gap', '10.0.0.0/24', 26, ['10.0.0.0/26', '10.0.0.128/25'], '10.0.0.64/26'],
    ['as the whole space', '10.0.0.0/24', 24, [], '10.0.0.0/24'],
    ['past what covers its start', '10.0.0.0/8', 16, ['10.0.0.0/9'], '10.128.0.0/16'],
    ['at the very end', '0.0.0.0/0', 1, ['0.0.0.0/1'], '128.0.0.0/1'],
    ['nowhere, in a full space', '10.0.0.0/24', 25, ['10.0.0.0/25', '10.0.0.192/26'], undefined],
    ['nowhere, in a smaller space', '10.0.0.0/24', 16, [], undefined],
  ] as const)('%s', (_, space, length, taken, expected) => {
    expect(carved(space, length, taken)).toBe(expected);
  });
});

describe('free ranges', () => {
  it('of that size, lowest first, from all private space', () => {
    expect(freeRanges(8, [range('10.0.0.0/16')])).toEqual([]);
    expect(freeRanges(12, [range('10.0.0.0/9')])).toEqual([
      '10.128.0.0/12',
      '10.144.0.0/12',
      '10.160.0.0/12',
    ]);
    expect(freeRanges(16, [range('10.0.0.0/8'), range('172.16.0.0/12')])).toEqual([
      '192.168.0.0/16',
    ]);
  });
});

describe('the smallest block with room', () => {
  // aks 2.3: 558 addresses need a /22 (1,019 of 1,024; a /23 has 507), 6 nodes a /28.
  it.each([
    [558, 22],
    [507, 23],
    [508, 22],
    [6, 28],
    [11, 28],
    [12, 27],
    [1, 28],
  ])('for %i addresses is a /%i', (addresses, length) => {
    expect(lengthFor(addresses)).toBe(length);
  });
});
