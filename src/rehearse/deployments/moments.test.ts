import { describe, expect, it } from 'vitest';
import { formatMoment } from './moments.ts';

describe('utcNow', () => {
  // Format strings and results of the documentation of the function, for the moment given there.
  it.each([
    [undefined, '20190305T175318Z'],
    ['yyyy-MM-dd', '2019-03-05'],
    ['M d', '3 5'],
    ['u', '2019-03-05 17:53:18Z'],
    ["HH'h'mm", '17h53'],
  ])('%s', (format, expected) => {
    expect(formatMoment('2019-03-05T17:53:18.000Z', format)).toBe(expected);
  });

  it('a standard format that is not known, and a text that is no moment, give nothing', () => {
    expect(formatMoment('2019-03-05T17:53:18.000Z', 'R')).toBeUndefined();
    expect(formatMoment('yesterday', undefined)).toBeUndefined();
  });
});
