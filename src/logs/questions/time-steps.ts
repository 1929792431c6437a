/** Widths of intervals that people read easily, in seconds: a minute to four weeks. */
const STEPS = [60, 300, 900, 3600, 3 * 3600, 6 * 3600, 86_400, 7 * 86_400, 28 * 86_400] as const;

/** The narrowest readable interval of which no more than `most` cover a span of microseconds. */
export function stepFor(from: number, to: number, most = 72): number {
  const seconds = Math.max(0, to - from) / 1e6;
  return (
    STEPS.find((step) => seconds / step <= most) ?? Math.ceil(seconds / most / 86_400) * 86_400
  );
}

/** Starts of the intervals that a span touches, in microseconds; intervals start at 1970. Never more than `most`. */
export function intervalsOf(
  from: number,
  to: number,
  seconds: number,
  most = 20_000,
): readonly number[] {
  const step = seconds * 1e6;
  const first = Math.floor(from / step);
  const count = Math.min(most, Math.floor(to / step) - first + 1);
  return Array.from({ length: Math.max(0, count) }, (_, index) => (first + index) * step);
}
