import type { DuckDBConnection } from '@duckdb/node-api';
import { storeColumns } from './schema.ts';
import { codes, places, reals, type StagedColumn, texts } from './staged-columns.ts';
import type { StagedRows } from './staged-rows.ts';
import { numberSql, wordSql } from './staged-values.ts';
import type { StagedKind } from './staging.ts';
import { type KindTally, TALLIES } from './tallies.ts';
import { HIGH, type Known, type TallyGroups, tallyRows } from './tally-rows.ts';

/** An interval that was added to. */
export type Noted = readonly [tally: string, start: number];

/**
 * Adds the staged rows of a kind that are new to its tallies. Within the transaction that writes the records.
 * @returns the intervals that were added to, for `noteTallied`
 */
export async function tallyStaged(
  connection: DuckDBConnection,
  staged: StagedRows,
  kind: StagedKind,
  rows: Int32Array,
  known: Known,
): Promise<readonly Noted[]> {
  const noted: Noted[] = [];
  for (const tally of TALLIES) {
    if (tally.kind !== kind.kind) continue;
    const all = storeColumns(tally.kind);
    const indexOf = (name: string) => all.findIndex((column) => column.name === name);
    const columns = tally.columns.map(indexOf);
    const numbers = tally.numbers.map((name) => {
      const column = indexOf(name);
      return { column, isWhole: all[column]!.type !== 'DOUBLE' };
    });
    const groups = tallyRows(kind, rows, known, {
      ...{ columns, numbers },
      micros: tally.seconds * 1e6,
    });
    staged.show(shownOf(kind, columns, groups), groups.count);
    await connection.run(talliedFromStaged(tally));
    for (const start of groups.intervals) noted.push([tally.table, start]);
  }
  return noted;
}

/** Says of a batch which intervals it added to, in one statement: they cost a millisecond each, however little they write. */
export async function noteTallied(
  connection: DuckDBConnection,
  staged: StagedRows,
  noted: readonly Noted[],
): Promise<void> {
  const starts = Float64Array.from(noted, ([, start]) => start);
  staged.show(
    [
      texts(
        'Tally',
        noted.map(([tally]) => tally),
      ),
      reals('Start', starts, places(noted.length)),
    ],
    noted.length,
  );
  await connection.run(
    'INSERT INTO _Tallied SELECT s.Tally, make_timestamp(CAST(s.Start AS BIGINT)) FROM staged() s',
  );
}

/** `Start`, `k0`… of the columns, `Records`, `First`, `Last`, and `h0`, `l0`, `m0`… of the sums. */
function shownOf(
  kind: StagedKind,
  columns: readonly number[],
  groups: TallyGroups,
): readonly StagedColumn[] {
  const { rows, starts, first, last, records, sums } = groups;
  const all = places(groups.count);
  return [
    reals('Start', starts, all),
    ...columns.map((column, at) => {
      const values = kind.columns[column]!;
      const name = `k${at}`;
      return values instanceof Int32Array ? codes(name, values, rows) : reals(name, values, rows);
    }),
    codes('Records', records, all),
    ...[reals('First', first, all), reals('Last', last, all)],
    ...sums.flatMap(({ high, low, most }, at) => [
      ...[reals(`h${at}`, high, all), reals(`l${at}`, low, all), reals(`m${at}`, most, all)],
    ]),
  ];
}

function talliedFromStaged({ kind, table, columns, numbers }: KindTally): string {
  const types = new Map(storeColumns(kind).map(({ name, type }) => [name, type]));
  const time = (name: string) => numberSql(`g.${name}`, 'TIMESTAMP');
  const values = [
    time('Start'),
    ...columns.map((name, at) => {
      const type = types.get(name)!;
      return type === 'VARCHAR' ? wordSql(`g.k${at}`) : numberSql(`g.k${at}`, type);
    }),
    ...['g.Records', time('First'), time('Last')],
    ...numbers.flatMap((name, at) => {
      const type = types.get(name)!;
      const wide = type === 'DOUBLE' ? type : 'HUGEINT';
      const sum = `CAST(g.h${at} AS ${wide}) * ${HIGH} + CAST(g.l${at} AS ${wide})`;
      return [sum, `CAST(g.m${at} AS ${type})`].map(
        (value) => `CASE WHEN isnan(g.m${at}) THEN NULL ELSE ${value} END`,
      );
    }),
  ];
  return `INSERT INTO "${table}" SELECT ${values.join(', ')} FROM staged() g, WordList l`;
}
