import { describe, expect, it } from 'vitest';
import {
  type Asking,
  atLeast,
  below,
  distinct,
  equal,
  from as fromTables,
  fromTallies,
  interval,
  least,
  most,
  number,
  type Pipeline,
  rows,
  type Source,
  sum,
  type Tally,
  text,
  time,
  toSql,
} from './index.ts';

const COLUMNS = { TimeGenerated: 'time', Who: 'text', Port: 'number', Bytes: 'number' } as const;
const source: Source = {
  table: 'Flows',
  columns: Object.fromEntries(
    Object.entries(COLUMNS).map(([name, kind]) => [name, { kind, is: 'column', name } as const]),
  ),
};
const HOURLY: Tally = {
  ...{ of: 'Flows', table: '_Hourly', seconds: 3600, columns: ['Who'], numbers: ['Bytes'] },
};
const MINUTES: Tally = { ...HOURLY, table: '_Minutes', seconds: 240, numbers: [] };

type Flows = Asking<typeof COLUMNS>;
const flows = (...more: readonly Source[]): Flows => fromTables(COLUMNS, source, ...more);
const byWho = (asked: Flows) =>
  asked.summarize((row) => ({ by: { Who: row.Who }, of: { Records: rows } })).pipeline;
const tables = (pipeline: Pipeline, ...tallies: readonly Tally[]) =>
  fromTallies(pipeline, tallies).sources.map(({ table }) => table);
const window = (low: string, high: string) =>
  flows()
    .where((row) => atLeast(row.TimeGenerated, time(low)))
    .where((row) => below(row.TimeGenerated, time(high)));

describe('a question is answered from a tally', () => {
  it('where it counts, adds up and looks for first and last, by what the tally tells apart', () => {
    const asked = flows()
      .where((row) => equal(row.Who, text('a')))
      .summarize((row) => ({
        by: { Hour: interval(row.TimeGenerated, 7200) },
        of: {
          ...{ Records: rows, Who: distinct(row.Who), Sum: sum(row.Bytes), Most: most(row.Bytes) },
          ...{ First: least(row.TimeGenerated), Last: most(row.TimeGenerated) },
        },
      }));
    expect(toSql(fromTallies(asked.pipeline, [MINUTES, HOURLY]))).toBe(`WITH t0 AS (
  SELECT "Who" AS "Who", "_Start" AS "TimeGenerated", "_Records" AS "_Records", "_First" AS "_First", "_Last" AS "_Last", "_Sum_Bytes" AS "_Sum_Bytes", "_Most_Bytes" AS "_Most_Bytes" FROM "_Hourly"
),
t1 AS (
  SELECT * FROM t0 WHERE ("Who" = 'a')
),
t2 AS (
  SELECT time_bucket(INTERVAL 7200 SECONDS, "TimeGenerated", TIMESTAMP '1970-01-01') AS "Hour", coalesce(sum("_Records"), 0) AS "Records", count(DISTINCT "Who") AS "Who", coalesce(sum("_Sum_Bytes"), 0) AS "Sum", max("_Most_Bytes") AS "Most", min("_First") AS "First", max("_Last") AS "Last" FROM t1 GROUP BY 1
)
SELECT * FROM t2`);
  });

  it('of the longest intervals that divide those it asks for', () => {
    const by = (seconds: number) =>
      flows().summarize((row) => ({
        by: { Start: interval(row.TimeGenerated, seconds) },
        of: { Records: rows },
      })).pipeline;
    expect(tables(by(10_800), HOURLY, MINUTES)).toEqual(['_Hourly']);
    expect(tables(by(720), HOURLY, MINUTES)).toEqual(['_Minutes']);
    expect(tables(by(300), HOURLY, MINUTES)).toEqual(['Flows']);
  });

  it('for the whole intervals of a window, and from the records for what it cuts off', () => {
    const cut = byWho(window('2026-03-01T10:15:00.000Z', '2026-03-01T14:00:00.001Z'));
    expect(
      fromTallies(cut, [HOURLY]).sources.map((each) => toSql({ sources: [each], steps: [] })),
    ).toEqual([
      expect.stringContaining(
        `FROM "_Hourly" WHERE (("_Start" >= TIMESTAMP '2026-03-01 11:00:00.000') AND ("_Start" < TIMESTAMP '2026-03-01 14:00:00.000'))`,
      ),
      expect.stringContaining(
        `FROM "Flows" WHERE (("TimeGenerated" >= TIMESTAMP '2026-03-01 10:15:00.000') AND ("TimeGenerated" < TIMESTAMP '2026-03-01 11:00:00.000'))`,
      ),
      expect.stringContaining(
        `FROM "Flows" WHERE (("TimeGenerated" >= TIMESTAMP '2026-03-01 14:00:00.000') AND ("TimeGenerated" < TIMESTAMP '2026-03-01 14:00:00.001'))`,
      ),
    ]);
    expect(tables(byWho(window('2026-03-01T10:00Z', '2026-03-01T14:00Z')), HOURLY)).toEqual([
      '_Hourly',
    ]);
    expect(tables(byWho(window('2026-03-01T10:15Z', '2026-03-01T10:45Z')), HOURLY)).toEqual([
      'Flows',
    ]);
  });

  it('beside the records of a table that has none', () => {
    const other: Source = { ...source, table: 'Other' };
    expect(tables(byWho(flows(other)), HOURLY)).toEqual(['_Hourly', 'Other']);
  });
});

describe('a question is left as it is', () => {
  const counted = (of: (row: Parameters<Parameters<Flows['where']>[0]>[0]) => object) =>
    flows().summarize((row) => ({ by: {}, of: of(row) as never })).pipeline;
  const COARSE = '2026-03-01T10:00:00.0001Z';
  it.each<readonly [string, Pipeline]>([
    ['that asks for records', flows().order('-TimeGenerated').take(10).pipeline],
    [
      'by a column that is not told apart',
      byWho(flows().where((row) => equal(row.Port, number(443)))),
    ],
    ['that adds up what is not', counted((row) => ({ Ports: sum(row.Port) }))],
    ['that asks for the least of a number', counted((row) => ({ Bytes: least(row.Bytes) }))],
    [
      'that tells a number apart and adds it up',
      counted((row) => ({ A: sum(row.Bytes), B: distinct(row.Bytes) })),
    ],
    [
      'that compares times otherwise',
      byWho(flows().where((row) => below(time(COARSE), row.TimeGenerated))),
    ],
    [
      'whose window is finer than a millisecond',
      byWho(flows().where((row) => atLeast(row.TimeGenerated, time(COARSE)))),
    ],
    ['that cuts rows before it counts', byWho(flows().take(3))],
  ])('%s', (_, pipeline) => {
    expect(fromTallies(pipeline, [HOURLY])).toBe(pipeline);
  });
});
