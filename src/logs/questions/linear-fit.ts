/** A straight line through points, by least squares, and how sure its slope is. */
export interface LinearFit {
  readonly slope: number;
  /** At `x` = 0. */
  readonly start: number;
  /** Standard error of the slope. */
  readonly slopeError: number;
  readonly points: number;
}

/** `undefined` for fewer points than a slope with an error needs, and where all have one `x`. O(n). */
export function fitLine(
  points: readonly (readonly [x: number, y: number])[],
): LinearFit | undefined {
  const count = points.length;
  if (count < 3) return undefined;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / count;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / count;
  let xx = 0;
  let xy = 0;
  for (const [x, y] of points) {
    xx += (x - meanX) ** 2;
    xy += (x - meanX) * (y - meanY);
  }
  if (xx === 0) return undefined;
  const slope = xy / xx;
  const start = meanY - slope * meanX;
  const rest = points.reduce((sum, [x, y]) => sum + (y - start - slope * x) ** 2, 0);
  return { slope, start, slopeError: Math.sqrt(rest / (count - 2) / xx), points: count };
}
