import type { DuckDBConnection } from '@duckdb/node-api';
import { storeColumns } from './schema.ts';
import type { StagedRows } from './staged-rows.ts';
import type { StagedKind } from './staging.ts';
import { type KindTally, TALLIES } from './tallies.ts';
import { HIGH, tallyRows } from './tally-rows.ts';

/** Adds the staged rows of a kind that are new to its tallies. Within the transaction that writes the records. */
export async function tallyStaged(
  connection: DuckDBConnection,
  staged: StagedRows,
  each: StagedKind,
): Promise<void> {
  for (const tally of TALLIES) {
    if (tally.kind !== each.kind) continue;
    const all = storeColumns(tally.kind);
    const indexOf = (name: string) => all.findIndex((column) => column.name === name);
    const columns = tally.columns.map(indexOf);
    const numbers = tally.numbers.map((name) => {
      const column = indexOf(name);
      return { column, isWhole: all[column]!.type !== 'DOUBLE' };
    });
    const rows = staged.rows.get(tally.kind)!;
    staged.showTally(each, columns, tallyRows(each, rows, columns, numbers, tally.seconds * 1e6));
    await connection.run(talliedFromStaged(tally));
    await connection.run(
      `INSERT INTO _Tallied SELECT DISTINCT '${tally.table}', make_timestamp(CAST(Start AS BIGINT)) FROM staged_tally()`,
    );
  }
}

function talliedFromStaged({ kind, table, columns, numbers }: KindTally): string {
  const types = new Map(storeColumns(kind).map(({ name, type }) => [name, type]));
  const time = (name: string) => `make_timestamp(CAST(g.${name} AS BIGINT))`;
  const values = [
    time('Start'),
    ...columns.map((name, at) =>
      types.get(name) === 'VARCHAR'
        ? `l.Words[g.k${at} + 1]`
        : `CASE WHEN isnan(g.k${at}) THEN NULL ELSE CAST(g.k${at} AS ${types.get(name)}) END`,
    ),
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
  return `INSERT INTO "${table}" SELECT ${values.join(', ')} FROM staged_tally() g, WordList l`;
}
