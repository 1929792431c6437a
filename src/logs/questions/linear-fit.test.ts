import { describe, expect, it } from 'vitest';
import { forecastOf } from './ask-snat.ts';
import { fitLine } from './linear-fit.ts';

describe('a line through points', () => {
  it('is that of the textbook, error of the slope included', () => {
    // By hand: x̄ = 2.5, ȳ = 3.5, Sxx = 5, Sxy = 3 → 0.6 · x + 2; residuals 0.4, −1.2, 1.2, −0.4 (sum of squares 3.2) / 2 / 5.
    const fit = fitLine([
      [1, 3],
      [2, 2],
      [3, 5],
      [4, 4],
    ])!;
    expect(fit.slope).toBeCloseTo(0.6, 12);
    expect(fit.start).toBeCloseTo(2, 12);
    expect(fit.slopeError).toBeCloseTo(Math.sqrt(3.2 / 2 / 5), 12);
  });

  it('needs three points that do not stand above each other', () => {
    expect(fitLine([])).toBeUndefined();
    expect(
      fitLine([
        [1, 1],
        [2, 2],
      ]),
    ).toBeUndefined();
    expect(
      fitLine([
        [1, 1],
        [1, 2],
        [1, 3],
      ]),
    ).toBeUndefined();
  });
});

describe('a forecast of ports', () => {
  const starts = Array.from({ length: 12 }, (_, index) => index * 240e6);

  it('is where the line meets four fifths of the budget', () => {
    // 100 more every 4 minutes, 1,100 at the last start; 80 % of 2,496 is 1,996.8: 8.968 intervals later.
    const forecast = forecastOf(
      starts,
      starts.map((_, index) => index * 100),
      2496,
    );
    expect(forecast.kind).toBe('reached');
    if (forecast.kind !== 'reached') return;
    expect((forecast.at - starts[11]!) / 240e6).toBeCloseTo((1996.8 - 1100) / 100, 6);
    expect(forecast.perHour).toBeCloseTo(1500, 6);
  });

  it('is steady where no rise stands out', () => {
    const noisy = starts.map((_, index) => 500 + (index % 2 === 0 ? 40 : -40));
    expect(forecastOf(starts, noisy, 2496).kind).toBe('steady');
    expect(
      forecastOf(
        starts,
        starts.map(() => 0),
        2496,
      ).kind,
    ).toBe('steady');
    expect(
      forecastOf(
        starts,
        starts.map((_, index) => 1000 - index * 50),
        2496,
      ).kind,
    ).toBe('steady');
  });

  it('is not made of a handful of points, nor for the far future', () => {
    expect(forecastOf(starts.slice(0, 4), [1, 2, 3, 4], 2496).kind).toBe('unknown');
    expect(
      forecastOf(
        starts,
        starts.map((_, index) => 10 + index / 10),
        2496,
      ).kind,
    ).toBe('steady');
  });

  it('says since when it is over', () => {
    const values = starts.map((_, index) => (index >= 9 ? 2200 : 100));
    expect(forecastOf(starts, values, 2496)).toEqual({ kind: 'over', since: starts[9] });
  });
});
