import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as q from '../../src/logs/query/index.ts';
import { kustoBinder } from '../support/kusto.ts';

/** One pipeline, three readers: DuckDB runs its SQL, Microsoft's binder reads its KQL, and a few lines here say what it means. */

const COLUMNS = { TimeGenerated: 'time', SourceIp: 'text', Fqdn: 'text', Port: 'number' } as const;
interface Row {
  readonly TimeGenerated: number;
  readonly SourceIp: string;
  readonly Fqdn: string;
  readonly Port: number;
}
const KUSTO = {
  Flows: { TimeGenerated: 'datetime', SourceIp: 'string', Fqdn: 'string', Port: 'int' },
};
const source: q.Source = {
  table: 'Flows',
  columns: Object.fromEntries(
    Object.entries(COLUMNS).map(([name, kind]) => [name, { kind, is: 'column', name }]),
  ) as Record<string, q.Expression>,
};

const HOSTILE = [
  '',
  "a'; DROP TABLE Flows; --",
  'x" | take 1 //',
  '\\',
  '\u0000',
  '\u001b[31m',
  '日本',
  '%_',
  '<script>',
  '=cmd()',
];
const texts = fc.oneof(fc.constantFrom('a.example', 'b.example', ...HOSTILE), fc.string());
const addresses = fc.oneof(
  fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.1.7', '255.255.255.255', '256.1.1.1', '', '::1'),
  texts,
);
const BASE = Date.parse('2026-03-01T00:00:00Z');
const row: fc.Arbitrary<Row> = fc.record({
  TimeGenerated: fc.integer({ min: 0, max: 7_200 }).map((seconds) => BASE + seconds * 1000),
  SourceIp: addresses,
  Fqdn: texts,
  Port: fc.constantFrom(22, 53, 80, 443),
});

type Fields = Parameters<Parameters<ReturnType<typeof start>['where']>[0]>[0];
const start = () => q.from(COLUMNS, source);

/** A condition, and the same said in JavaScript. */
interface Said {
  readonly of: (row: Fields) => q.Expression<'truth'>;
  readonly holds: (row: Row) => boolean;
}
const said = (of: Said['of'], holds: Said['holds']): Said => ({ of, holds });
const number = (text: string): number | undefined =>
  /^(\d{1,3}\.){3}\d{1,3}$/.test(text) && text.split('.').every((part) => Number(part) < 256)
    ? text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
    : undefined;
const condition: fc.Arbitrary<Said> = fc.letrec<{ one: Said }>((tie) => ({
  one: fc.oneof(
    { maxDepth: 3 },
    texts.map((value) =>
      said(
        (r) => q.equal(r.Fqdn, q.text(value)),
        (r) => r.Fqdn === value,
      ),
    ),
    texts.map((value) =>
      said(
        (r) => q.starts(r.Fqdn, value),
        (r) => r.Fqdn.startsWith(value),
      ),
    ),
    texts.map((value) =>
      said(
        (r) => q.ends(r.Fqdn, value),
        (r) => r.Fqdn.endsWith(value),
      ),
    ),
    texts.map((value) =>
      said(
        (r) => q.contains(r.Fqdn, value),
        (r) => r.Fqdn.includes(value),
      ),
    ),
    fc.constantFrom(22, 80, 443).map((value) =>
      said(
        (r) => q.atLeast(r.Port, q.number(value)),
        (r) => r.Port >= value,
      ),
    ),
    fc.subarray([22, 53, 443]).map((some) =>
      said(
        (r) => q.oneOf(r.Port, some),
        (r) => some.includes(r.Port),
      ),
    ),
    fc
      .constantFrom<readonly [number, number]>([0x0a000000, 0x0a0000ff], [0, 0xffffffff])
      .map((range) =>
        said(
          (r) => q.addressIn(r.SourceIp, [range]),
          (r) => {
            const value = number(r.SourceIp);
            return value !== undefined && value >= range[0] && value <= range[1];
          },
        ),
      ),
    fc.integer({ min: 0, max: 7_200 }).map((seconds) => {
      const at = BASE + seconds * 1000;
      return said(
        (r) => q.below(r.TimeGenerated, q.time(new Date(at).toISOString())),
        (r) => r.TimeGenerated < at,
      );
    }),
    tie('one').map((of) =>
      said(
        (r) => q.not(of.of(r)),
        (r) => !of.holds(r),
      ),
    ),
    fc.array(tie('one'), { maxLength: 3 }).map((of) =>
      said(
        (r) => q.all(...of.map((each) => each.of(r))),
        (r) => of.every((each) => each.holds(r)),
      ),
    ),
    fc.array(tie('one'), { maxLength: 3 }).map((of) =>
      said(
        (r) => q.any(...of.map((each) => each.of(r))),
        (r) => of.some((each) => each.holds(r)),
      ),
    ),
  ),
})).one;

describe('a question said once', () => {
  let instance: DuckDBInstance;
  const binder = kustoBinder(KUSTO);
  beforeAll(async () => {
    instance = await DuckDBInstance.create(':memory:');
  });
  afterAll(() => instance.closeSync());

  async function filled(rows: readonly Row[]) {
    const connection = await instance.connect();
    await connection.run(
      'CREATE OR REPLACE TABLE Flows (TimeGenerated TIMESTAMP, SourceIp VARCHAR, Fqdn VARCHAR, Port INTEGER)',
    );
    const appender = await connection.createAppender('Flows');
    for (const { TimeGenerated, SourceIp, Fqdn, Port } of rows) {
      appender.appendTimestamp({ micros: BigInt(TimeGenerated) * 1000n } as never);
      appender.appendVarchar(SourceIp);
      appender.appendVarchar(Fqdn);
      appender.appendInteger(Port);
      appender.endRow();
    }
    appender.closeSync();
    return connection;
  }

  it('finds the same rows in DuckDB as in plain words, whatever the values hold', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 12 }), condition, async (rows, which) => {
        const asking = start()
          .where((r) => which.of(r))
          .extend((r) => ({ Hour: q.interval(r.TimeGenerated, 3600) }))
          .summarize((r) => ({
            by: { Hour: r.Hour, Port: r.Port },
            of: {
              Rows: q.rows,
              Names: q.distinct(r.Fqdn),
              Low: q.rowsWhere(q.below(r.Port, q.number(100))),
              Last: q.most(r.TimeGenerated),
            },
          }))
          .order('Hour', '-Port');
        expect(binder(q.toKql(asking.pipeline))).toEqual([]);
        const connection = await filled(rows);
        const reader = await connection.runAndReadAll(q.toSql(asking.pipeline));
        const seen = reader.getRowObjectsJS().map((each) => ({
          Hour: (each['Hour'] as Date).getTime(),
          Port: each['Port'],
          Rows: Number(each['Rows']),
          Names: Number(each['Names']),
          Low: Number(each['Low']),
          Last: (each['Last'] as Date).getTime(),
        }));
        connection.closeSync();
        const groups = new Map<string, Row[]>();
        for (const each of rows.filter(which.holds)) {
          const hour = each.TimeGenerated - (each.TimeGenerated % 3_600_000);
          const key = `${hour} ${each.Port}`;
          groups.set(key, [...(groups.get(key) ?? []), each]);
        }
        const meant = [...groups]
          .map(([key, some]) => {
            const [hour = 0, port = 0] = key.split(' ').map(Number);
            return {
              Hour: hour,
              Port: port,
              Rows: some.length,
              Names: new Set(some.map(({ Fqdn }) => Fqdn)).size,
              Low: port < 100 ? some.length : 0,
              Last: Math.max(...some.map(({ TimeGenerated }) => TimeGenerated)),
            };
          })
          .sort((a, b) => a.Hour - b.Hour || b.Port - a.Port);
        expect(seen).toEqual(meant);
      }),
      { numRuns: 150 },
    );
  });

  it('a column that is not there does not bind', () => {
    expect(binder('Flows | where Nope == 1')).toHaveLength(1);
  });
});
