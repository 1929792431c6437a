import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InFlight } from './in-flight.ts';

describe('what is under way', () => {
  it('is found and forgotten as in a Map, also where hashes are the same', () => {
    const step = fc.record({
      what: fc.constantFrom('add', 'delete', 'get'),
      key: fc.integer({ min: 0, max: 20 }),
      value: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const own = new InFlight<number>();
        const map = new Map<string, number>();
        for (const { what, key, value } of steps) {
          const name = `n${key}`;
          // Three hashes for 21 names, two of them in one bucket.
          const hash = [5, 5 + 4096, -7][key % 3]!;
          if (what === 'delete') {
            own.delete(hash, name);
            map.delete(name);
          } else if (what === 'add' && !map.has(name)) {
            own.add(hash, name, value);
            map.set(name, value);
          }
          expect(own.get(hash, name)).toBe(map.get(name));
          expect(own.size).toBe(map.size);
        }
      }),
    );
  });
});
