import { DuckDBInstance } from '@duckdb/node-api';
import { LOG_COLUMNS, LOG_KINDS, LOG_TABLES, type LogKind } from '../../src/logs/columns.ts';
import type { LogEngine, LogValue } from '../../src/logs/engine.ts';
import { toSql } from '../../src/logs/query/index.ts';
import type { LogRecord } from '../../src/logs/record.ts';

const TYPES = { text: 'VARCHAR', int: 'BIGINT', real: 'DOUBLE', bool: 'BOOLEAN' } as const;
type Columns = Readonly<
  Record<string, { readonly name: string; readonly type: keyof typeof TYPES }>
>;

/** Records in a DuckDB in memory, with the tables that the store has. */
export async function engineOf(records: Iterable<LogRecord>): Promise<LogEngine> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  for (const kind of LOG_KINDS) {
    const columns = Object.values(LOG_COLUMNS[kind] as Columns).map(
      ({ name, type }) => `"${name}" ${TYPES[type]}`,
    );
    await connection.run(
      `CREATE TABLE "${LOG_TABLES[kind].table}" (TimeGenerated TIMESTAMP, ${columns.join(', ')}, "_ResourceId" VARCHAR)`,
    );
  }
  const appenders = new Map<LogKind, Awaited<ReturnType<typeof connection.createAppender>>>();
  for (const record of records) {
    let appender = appenders.get(record.kind);
    if (appender === undefined) {
      appender = await connection.createAppender(LOG_TABLES[record.kind].table);
      appenders.set(record.kind, appender);
    }
    appender.appendTimestamp({ micros: BigInt(record.time) } as never);
    const values = record as unknown as Readonly<Record<string, string | number | boolean>>;
    for (const [field, { type }] of Object.entries(LOG_COLUMNS[record.kind] as Columns)) {
      const value = values[field];
      if (value === undefined) appender.appendNull();
      else if (type === 'text') appender.appendVarchar(String(value));
      else if (type === 'int') appender.appendBigInt(BigInt(value));
      else if (type === 'real') appender.appendDouble(Number(value));
      else appender.appendBoolean(value === true);
    }
    appender.appendVarchar(record.resource);
    appender.endRow();
  }
  for (const appender of appenders.values()) appender.closeSync();
  return {
    name: 'memory',
    async run(pipeline) {
      const reader = await connection.runAndReadAll(toSql(pipeline));
      const names = reader.columnNames();
      return {
        rows: reader
          .getRows()
          .map((cells) => Object.fromEntries(cells.map((cell, at) => [names[at]!, plain(cell)]))),
        diagnostics: [],
      };
    },
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

function plain(cell: unknown): LogValue {
  if (typeof cell === 'bigint') return Number(cell);
  if (typeof cell === 'object' && cell !== null && 'micros' in cell) return Number(cell.micros);
  return cell as LogValue;
}
