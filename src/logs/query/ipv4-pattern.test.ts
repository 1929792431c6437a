import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ipv4Pattern } from './ipv4-pattern.ts';

const textOf = (address: number) =>
  [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
const holds = (ranges: readonly (readonly [number, number])[], text: string) =>
  new RegExp(`^(?:${ipv4Pattern(ranges)})$`).test(text);

describe('the pattern of a range of addresses', () => {
  it('holds 10.0.0.0/8 and 172.16.0.0/12 and nothing beside them', () => {
    const ranges = [
      [0x0a000000, 0x0affffff],
      [0xac100000, 0xac1fffff],
    ] as const;
    for (const text of ['10.0.0.0', '10.255.255.255', '172.16.0.0', '172.31.9.255', '010.1.002.3'])
      expect(holds(ranges, text)).toBe(true);
    for (const text of ['9.255.255.255', '11.0.0.0', '172.15.0.1', '172.32.0.0', '10.0.0', '']) {
      expect(holds(ranges, text)).toBe(false);
    }
    for (const text of ['10.0.0.256', '10.0.0.0001', '10.0.0.1 ', '10a0b0c1', '::ffff:10.0.0.1']) {
      expect(holds(ranges, text)).toBe(false);
    }
  });

  it('holds what lies between its ends, both included', () => {
    const parts = fc.array(fc.constantFrom(0, 1, 9, 10, 99, 100, 254, 255), {
      ...{ minLength: 4, maxLength: 4 },
    });
    const address = fc.oneof(
      fc.nat(0xffffffff),
      parts.map((four) => four.reduce<number>((sum, part) => sum * 256 + part, 0)),
    );
    const near = fc.tuple(address, fc.constantFrom(-257, -256, -1, 0, 1, 255, 256, 65_536));
    fc.assert(
      fc.property(address, address, fc.array(near, { maxLength: 10 }), (one, other, beside) => {
        const [low, high] = one < other ? [one, other] : [other, one];
        const pattern = new RegExp(`^(?:${ipv4Pattern([[low, high]])})$`);
        const asked = [low, high, ...beside.flatMap(([at, by]) => [at, low + by, high + by])];
        for (const each of asked) {
          if (each < 0 || each > 0xffffffff) continue;
          if (pattern.test(textOf(each)) !== (each >= low && each <= high)) {
            expect.fail(`${textOf(each)} in ${textOf(low)}-${textOf(high)}`);
          }
        }
      }),
      { numRuns: 150 },
    );
  });
});
