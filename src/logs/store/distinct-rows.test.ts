import { describe, expect, it } from 'vitest';
import { distinctRows } from './distinct-rows.ts';
import type { StagedKind } from './staging.ts';

/** Rows with these times, and these keys where two may be the same. */
function staged(times: readonly number[], keys: readonly number[] = times.map((_, row) => row)) {
  const pairs = new Uint32Array(2 * times.length);
  for (const [row, key] of keys.entries()) pairs[2 * row] = key;
  const columns = [Float64Array.from(times)];
  return { columns, keys: pairs, count: times.length } as unknown as StagedKind;
}

/** As JavaScript sorts, which leaves equals in their order. */
const inOrder = (times: readonly number[]) =>
  [...times.keys()].sort((a, b) => times[a]! - times[b]!);

describe('rows in the order of time', () => {
  it.each([
    ['all in order', (row: number) => row],
    ['one late', (row: number) => (row === 400 ? 3 : row)],
    [
      'some late, by little and by much',
      (row: number) => (row % 20 === 0 ? row - (row % 97) : row),
    ],
    ['late ones at the same time as others', (row: number) => (row % 15 === 0 ? row - 30 : row)],
    ['the last of all first', (row: number) => (row === 999 ? -1 : row)],
    ['many at once', (row: number) => Math.floor(row / 100) - (row % 33 === 0 ? 1 : 0)],
    ['in no order', (row: number) => (row * 7919) % 1000],
    ['backwards', (row: number) => -row],
  ])('%s', (_, time) => {
    const times = Array.from({ length: 1000 }, (__, row) => time(row));
    expect([...distinctRows(staged(times))]).toEqual(inOrder(times));
  });

  it('keeps the earlier line of what came twice, though the second was late', () => {
    const times = Array.from({ length: 100 }, (_, row) => (row === 90 ? 10 : row));
    const keys = times.map((_, row) => (row === 90 ? 10 : row));
    const rows = [...distinctRows(staged(times, keys))];
    expect(rows).toHaveLength(99);
    expect(rows).not.toContain(90);
    expect(rows[10]).toBe(10);
  });
});
