import { describe, expect, it } from 'vitest';
import { alikeRows } from './alike-rows.ts';
import { RECORD_COLUMNS, type StagedKind } from './staging.ts';
import { HIGH, tallyRows } from './tally-rows.ts';

const HOUR = 3_600e6;
const NAMES = RECORD_COLUMNS['vnet-flow'].map(({ name }) => name);
const [SOURCE, RULE, ACL, BYTES] = ['SourceIp', 'Rule', 'AclId', 'BytesSent'].map((name) =>
  NAMES.indexOf(name),
) as [number, number, number, number];

/** Rows of flow logs: time, number of the source's text, bytes. */
function staged(
  rows: readonly (readonly [time: number, source: number, bytes: number])[],
): StagedKind {
  const columns = RECORD_COLUMNS['vnet-flow'].map(({ type }) =>
    type === 'VARCHAR'
      ? new Int32Array(rows.length).fill(-1)
      : new Float64Array(rows.length).fill(Number.NaN),
  );
  for (const [row, [time, source, bytes]] of rows.entries()) {
    columns[0]![row] = time;
    columns[SOURCE]![row] = source;
    columns[BYTES]![row] = bytes;
  }
  const keys = new Uint32Array(2 * rows.length);
  const count = rows.length;
  return {
    kind: 'vnet-flow',
    count,
    capacity: count,
    columns,
    sources: new Int32Array(count),
    keys,
  };
}

/** Known before, or not: that some columns were looked at already changes nothing. */
function tally(of: StagedKind, known: readonly number[] = []) {
  const rows = Int32Array.from({ length: of.count }, (_, row) => row);
  const values = known.map((column) => ({ values: of.columns[column]!, isByPlace: false }));
  return tallyRows(
    of,
    rows,
    { columns: new Set(known), alike: alikeRows(rows, values) },
    { columns: [SOURCE, RULE], numbers: [{ column: BYTES, isWhole: true }], micros: HOUR },
  );
}

describe('rows that say the same within an interval', () => {
  it('are counted, each interval and value apart, before 1970 too', () => {
    const groups = tally(
      staged([
        ...([
          [-1, 1, 1],
          [0, 1, 2],
          [HOUR - 1, 1, 4],
          [HOUR, 1, 8],
        ] as const),
        ...([
          [5, 2, 16],
          [6, -1, 32],
          [7, -1, 64],
        ] as const),
      ]),
    );
    expect([...groups.starts]).toEqual([-HOUR, 0, HOUR, 0, 0]);
    expect(groups.intervals).toEqual([-HOUR, 0, HOUR]);
    expect([...groups.records]).toEqual([1, 2, 1, 1, 2]);
    expect([...groups.first]).toEqual([-1, 0, HOUR, 5, 6]);
    expect([...groups.last]).toEqual([-1, HOUR - 1, HOUR, 5, 7]);
    expect([...groups.sums[0]!.low]).toEqual([1, 6, 8, 16, 96]);
    expect([...groups.sums[0]!.most]).toEqual([1, 4, 8, 16, 64]);
  });

  it('add up to what they are, beyond what one number holds exactly', () => {
    const large = 2 ** 53 - 1;
    const groups = tally(staged(Array.from({ length: 1000 }, () => [1, 1, large] as const)));
    const [sum] = groups.sums;
    const exact = BigInt(sum!.high[0]!) * BigInt(HIGH) + BigInt(sum!.low[0]!);
    expect(exact).toBe(1000n * BigInt(large));
  });

  it('add up to nothing where nothing was said', () => {
    const groups = tally(
      staged([
        [1, 1, Number.NaN],
        [2, 2, 0],
      ]),
    );
    expect([...groups.sums[0]!.most]).toEqual([Number.NaN, 0]);
  });

  it('are told apart however many there are', () => {
    const groups = tally(
      staged(Array.from({ length: 50_000 }, (_, row) => [row % 7, row % 25_000, 1] as const)),
    );
    expect(groups.count).toBe(25_000);
    expect(groups.records.every((records) => records === 2)).toBe(true);
  });

  it('are the same groups, whichever of their columns were looked at before, and with which others', () => {
    const of = staged(Array.from({ length: 3000 }, (_, row) => [row * 1e6, row % 5, row] as const));
    for (let row = 0; row < of.count; row += 1) {
      of.columns[RULE]![row] = (row % 4) - 1;
      of.columns[ACL]![row] = row % 3;
    }
    const groups = tally(of);
    // 3,000 seconds are within an hour.
    expect(groups.count).toBe(20);
    for (const known of [[RULE], [ACL], [RULE, ACL], [SOURCE, RULE, ACL, BYTES]]) {
      expect(tally(of, known)).toEqual(groups);
    }
  });
});
