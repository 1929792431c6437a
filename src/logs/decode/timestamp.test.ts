import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isoMicros, parseTimestamp } from './timestamp.ts';

describe('times as logs write them', () => {
  // Expected values: `date -u -d '2025-03-04T10:15:01Z' +%s` = 1741083301.
  const at = 1_741_083_301;
  it.each([
    ['storage, seven digits', '2025-03-04T10:15:01.1234560Z', at * 1e6 + 123_456, true],
    ['Log Analytics, six digits', '2025-03-04T10:15:01.123456Z', at * 1e6 + 123_456, true],
    ['whole seconds', '2025-03-04T10:15:01Z', at * 1e6, true],
    ['Hubble, nanoseconds', '2025-03-04T10:15:01.123456789Z', at * 1e6 + 123_456, true],
    ['an offset east', '2025-03-04T11:15:01+01:00', at * 1e6, true],
    ['an offset west, without colon', '2025-03-04T04:45:01.5-0530', at * 1e6 + 500_000, true],
    ['a gateway', '2025-03-04T10:15:01+00:00', at * 1e6, true],
    ['no zone', '2025-03-04T10:15:01.123', at * 1e6 + 123_000, false],
    ['a space', '2025-03-04 10:15:01', at * 1e6, false],
    ['the portal', '3/4/2025, 10:15:01.123 AM', at * 1e6 + 123_000, false],
    ['the portal, afternoon', '3/4/2025, 10:15:01 PM', (at + 43_200) * 1e6, false],
    ['the portal at midnight', '3/4/2025, 12:15:01 AM', (at - 36_000) * 1e6, false],
    ['a portal that writes the day first', '13/3/2025, 10:15:01', (at + 9 * 86_400) * 1e6, false],
    ['milliseconds since 1970', at * 1000 + 7, at * 1e6 + 7000, true],
    ['seconds since 1970', at, at * 1e6, true],
    ['a leap day', '2024-02-29T00:00:00Z', 1_709_164_800 * 1e6, true],
  ])('%s', (_, text, micros, hasZone) => {
    expect(parseTimestamp(text)).toEqual({ micros, hasZone });
  });

  it.each([
    '',
    'yesterday',
    '2025-02-29T00:00:00Z',
    '2025-13-01T00:00:00Z',
    '2025-03-04T24:00:00Z',
    '2025-03-04T10:61:00Z',
    '13/13/2025, 10:15:01 AM',
    '2025-03-04T10:15:01+99:00',
    '2025-03-04T10:15:01.Z',
    '9999-01-01T00:00:00Z',
    '9'.repeat(60),
    null,
    {},
    Number.NaN,
    -5,
  ])('%j is no time', (value) => {
    expect(parseTimestamp(value)).toBeUndefined();
  });

  it('agrees with Date on every instant from 1970 to 2199', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 7_258_118_399_999 }), (milliseconds) => {
        const text = new Date(milliseconds).toISOString();
        expect(isoMicros(text, 0, text.length)).toBe(milliseconds * 1000);
        expect(isoMicros(`"${text}"`, 1, text.length + 1)).toBe(milliseconds * 1000);
      }),
      { numRuns: 2000 },
    );
  });
});
