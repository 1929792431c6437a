import {
  type ColumnType,
  LOG_COLUMNS,
  LOG_KINDS,
  LOG_TABLES,
  type LogColumn,
  type LogKind,
} from '../columns.ts';

/** Raised with every change of what is below or in tallies.ts; a store of a later version is not touched. */
export const SCHEMA_VERSION = 3;

/** A column of a log's table in the store, and where it comes from. */
export interface StoreColumn {
  readonly name: string;
  readonly type: 'VARCHAR' | 'BIGINT' | 'DOUBLE' | 'BOOLEAN' | 'TIMESTAMP' | 'UBIGINT';
  /** Field of the record; absent for what the store makes itself: `_Key` and `_Source`. */
  readonly field?: string;
  /** Kept in the table of combinations: `LogColumn.isFew`, and what says where a record comes from. */
  readonly isFew: boolean;
}

/** Whole numbers are 64 bits wide: bytes of a flow outgrow the 32 of Log Analytics. */
const TYPES: Readonly<Record<ColumnType, StoreColumn['type']>> = {
  text: 'VARCHAR',
  int: 'BIGINT',
  real: 'DOUBLE',
  bool: 'BOOLEAN',
};

/**
 * The columns of a kind: those of its Log Analytics table under their names, so that one question serves both engines, and behind them
 * what only the store has, each with an underscore.
 */
export function storeColumns(kind: LogKind): readonly StoreColumn[] {
  const own = Object.entries(
    LOG_COLUMNS[kind] as Readonly<Record<string, Pick<LogColumn, 'name' | 'type' | 'isFew'>>>,
  ).map(([field, { name, type, isFew }]) => ({ name, type: TYPES[type], field, isFew }));
  return [
    { name: 'TimeGenerated', type: 'TIMESTAMP', field: 'time', isFew: false },
    ...own,
    { name: '_ResourceId', type: 'VARCHAR', field: 'resource', isFew: true },
    { name: '_Category', type: 'VARCHAR', field: 'category', isFew: true },
    { name: '_Form', type: 'VARCHAR', field: 'form', isFew: true },
    // Each may say something else, and what is absent everywhere costs a thirtieth of a row.
    { name: '_Extra', type: 'VARCHAR', field: 'extra', isFew: false },
    { name: '_Line', type: 'BIGINT', field: 'line', isFew: false },
    { name: '_Item', type: 'BIGINT', field: 'item', isFew: false },
    { name: '_Source', type: 'BIGINT', isFew: false },
    { name: '_Key', type: 'UBIGINT', isFew: false },
  ];
}

/** Number of a combination: the row of a record says it, and the combination has it. */
export const ALIKE = '_Alike';

/** Rows of a kind without what they have in common with others. */
export function rowsTable(kind: LogKind): string {
  return `_Rows_${LOG_TABLES[kind].table}`;
}

/**
 * What rows of a kind have in common, once for each combination: a column of texts takes 70 to 140 ns a row to write, though all its
 * texts be one and the same, and a number 15. Combinations are told apart within a batch and among the last of the store, so that two may be
 * alike; none is without rows.
 */
export function alikeTable(kind: LogKind): string {
  return `_Alike_${LOG_TABLES[kind].table}`;
}

/**
 * The tables of a kind, and the view that has its name and its columns: whoever asks, sees what Log Analytics would show. No table has a primary
 * key: an index over random keys grows with the store and would not fit the memory. See write-batch.ts.
 */
export function kindStatements(
  kind: LogKind,
): readonly [rows: string, alike: string, view: string] {
  const columns = storeColumns(kind);
  const list = (isFew: boolean) =>
    columns.filter((each) => each.isFew === isFew).map(({ name, type }) => `"${name}" ${type}`);
  const shown = columns.map(({ name, isFew }) => `${isFew ? 'a' : 'r'}."${name}"`);
  return [
    `CREATE TABLE "${rowsTable(kind)}" (${list(false).join(', ')}, ${ALIKE} BIGINT)`,
    `CREATE TABLE "${alikeTable(kind)}" (${ALIKE} BIGINT, ${list(true).join(', ')})`,
    `CREATE VIEW "${LOG_TABLES[kind].table}" AS SELECT ${shown.join(', ')}
     FROM "${rowsTable(kind)}" r JOIN "${alikeTable(kind)}" a ON a.${ALIKE} = r.${ALIKE}`,
  ];
}

export function schemaStatements(): readonly string[] {
  return [
    'CREATE TABLE _Store (Version INTEGER)',
    `INSERT INTO _Store VALUES (${SCHEMA_VERSION})`,
    // `Bytes`, `Line` and `Mark`: how far a log of lines was read, with each batch, and what stood before; absent where it is read whole each time.
    `CREATE TABLE _Sources (
      Id BIGINT, Name VARCHAR, Size BIGINT, Version VARCHAR, IsWhole BOOLEAN,
      Bytes BIGINT, Line BIGINT, Mark VARCHAR, Layout VARCHAR,
      Records BIGINT, Quarantined BIGINT, PassedOver BIGINT, Earliest TIMESTAMP, Latest TIMESTAMP
    )`,
    `CREATE TABLE _Quarantine (
      Source BIGINT, Line BIGINT, Item BIGINT, Code VARCHAR, Reason VARCHAR, Text VARCHAR, Length BIGINT
    )`,
    'CREATE TABLE _Unknown (Source BIGINT, What VARCHAR, Name VARCHAR, Count BIGINT, Line BIGINT)',
    ...LOG_KINDS.flatMap(kindStatements),
  ];
}
