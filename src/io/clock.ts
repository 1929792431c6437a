/** Time comes in as an argument; this is where it comes from. */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** A clock that stands still: for tests, and for answers that must not change with the day. */
export function fixedClock(milliseconds: number): Clock {
  return { now: () => milliseconds };
}

/** The day of an instant, UTC, as `2026-11-21`. */
export function isoDay(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}
