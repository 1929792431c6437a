/** Numbers that look random and are the same for the same seed. */
export interface Chance {
  /** Of [0, 1). */
  next(): number;
  /** A whole number of [0, below). */
  below(below: number): number;
  pick<T>(from: readonly T[]): T;
}

/** Mulberry32: small, and good enough for test data. */
export function seeded(seed: number): Chance {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return { next, below, pick: (from) => from[below(from.length)]! };
}
