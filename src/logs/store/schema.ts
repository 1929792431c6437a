import { type ColumnType, LOG_COLUMNS, LOG_KINDS, LOG_TABLES, type LogKind } from '../columns.ts';

/** Raised with every change of what is below or in tallies.ts; a store of a later version is not touched. */
export const SCHEMA_VERSION = 2;

/** A column of a log's table in the store, and where it comes from. */
export interface StoreColumn {
  readonly name: string;
  readonly type: 'VARCHAR' | 'BIGINT' | 'DOUBLE' | 'BOOLEAN' | 'TIMESTAMP' | 'UBIGINT';
  /** Field of the record; absent for what the store makes itself: `_Key` and `_Source`. */
  readonly field?: string;
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
    LOG_COLUMNS[kind] as Readonly<
      Record<string, { readonly name: string; readonly type: ColumnType }>
    >,
  ).map(([field, { name, type }]) => ({ name, type: TYPES[type], field }));
  return [
    { name: 'TimeGenerated', type: 'TIMESTAMP', field: 'time' },
    ...own,
    { name: '_ResourceId', type: 'VARCHAR', field: 'resource' },
    { name: '_Category', type: 'VARCHAR', field: 'category' },
    { name: '_Form', type: 'VARCHAR', field: 'form' },
    { name: '_Extra', type: 'VARCHAR', field: 'extra' },
    { name: '_Line', type: 'BIGINT', field: 'line' },
    { name: '_Item', type: 'BIGINT', field: 'item' },
    { name: '_Source', type: 'BIGINT' },
    { name: '_Key', type: 'UBIGINT' },
  ];
}

/** No table has a primary key: an index over random keys grows with the store and would not fit the memory. See write-batch.ts. */
export function schemaStatements(): readonly string[] {
  const tables = LOG_KINDS.map((kind) => {
    const columns = storeColumns(kind).map(({ name, type }) => `"${name}" ${type}`);
    return `CREATE TABLE "${LOG_TABLES[kind].table}" (${columns.join(', ')})`;
  });
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
    ...tables,
  ];
}
