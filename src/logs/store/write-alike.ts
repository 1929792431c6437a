import type { DuckDBConnection } from '@duckdb/node-api';
import type { LogKind } from '../columns.ts';
import { type AlikeRows, taken } from './alike-rows.ts';
import { ALIKE, alikeTable, storeColumns } from './schema.ts';
import { codes, places, type StagedColumn } from './staged-columns.ts';
import type { StagedRows } from './staged-rows.ts';
import { stagedValue } from './staged-values.ts';
import { RECORD_COLUMNS, type StagedKind } from './staging.ts';

/** Of a store's combinations, how many of the last are looked through for those of a batch; and how many of a batch are looked for at most. */
const RECENT = 1 << 16;

/** Columns of the staging whose combinations are kept once. */
export function fewColumns(kind: LogKind): readonly number[] {
  return RECORD_COLUMNS[kind].flatMap(({ isFew }, index) => (isFew ? [index] : []));
}

/**
 * Writes the combinations of a batch that are not among the last of the store. Looking through all of them would take the more memory the
 * more there are; one that is there twice does no harm.
 * @returns the number of each in the store
 */
export async function writeAlike(
  connection: DuckDBConnection,
  staged: StagedRows,
  { kind, columns }: StagedKind,
  rows: Int32Array,
  alike: AlikeRows,
): Promise<Float64Array> {
  const table = alikeTable(kind);
  const names = fewColumns(kind).map((column) => ({
    column,
    ...storeColumns(kind)[column]!,
  }));
  const show = (groups: Int32Array): readonly string[] => {
    const these = taken(rows, taken(alike.firsts, groups));
    const values = names.map((name) => stagedValue(name, columns[name.column]!, these));
    const shown = values.flatMap(({ shown: column }): StagedColumn[] =>
      column === undefined ? [] : [column],
    );
    const all = places(groups.length);
    staged.show([codes('Place', all, all), ...shown], groups.length);
    return values.map(({ sql }) => sql);
  };
  const ids = new Float64Array(alike.count);
  let groups: Int32Array = Int32Array.from(ids, (_, group) => group);
  const reader = await connection.runAndReadAll(`SELECT max(${ALIKE}) FROM "${table}"`);
  const last = Number(reader.getRows()[0]?.[0] ?? 0);
  if (last > 0 && groups.length <= RECENT) {
    const values = show(groups).map((sql, at) => `${sql} AS "${names[at]!.name}"`);
    const same = names.map(({ name }) => `n."${name}" IS NOT DISTINCT FROM a."${name}"`);
    const known = await connection.runAndReadAll(
      `WITH n AS (SELECT s.Place, ${values.join(', ')} FROM staged() s, WordList l)
       SELECT n.Place, min(a.${ALIKE}) FROM n JOIN "${table}" a ON ${same.join(' AND ')}
       WHERE a.${ALIKE} > ${last - RECENT} GROUP BY n.Place`,
    );
    for (const [group, id] of known.getRows()) ids[Number(group)] = Number(id);
    groups = groups.filter((group) => ids[group] === 0);
  }
  for (const [at, group] of groups.entries()) ids[group] = last + 1 + at;
  if (groups.length === 0) return ids;
  const values = show(groups);
  await connection.run(
    `INSERT INTO "${table}" SELECT ${last + 1} + s.Place, ${values.join(', ')} FROM staged() s, WordList l`,
  );
  return ids;
}
