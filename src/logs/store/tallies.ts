import type { DuckDBConnection } from '@duckdb/node-api';
import { LOG_COLUMNS, LOG_KINDS, LOG_TABLES, type LogKind } from '../columns.ts';
import { TALLIED, type Tally } from '../query/index.ts';
import { storeColumns } from './schema.ts';

/** By hour, for whoever counts; by four minutes, the time a SNAT port is held, for destinations alone (azure-firewall 9.22). */
const HOUR = 3600;
const PORT_SECONDS = 240;

const RULE = ['policy', 'ruleCollectionGroup', 'ruleCollection', 'rule'] as const;
const FLOW = ['protocol', 'sourceIp', 'destinationIp', 'destinationPort'] as const;

/**
 * What is told apart by hour: what questions ask for, and neither ports of sources nor texts that differ from record to record. Pairs of
 * addresses in flow logs differ so much that counting the records themselves is quicker.
 */
const BY_HOUR: Readonly<Partial<Record<LogKind, readonly string[]>>> = {
  network: [...FLOW, 'action', 'actionReason', ...RULE],
  application: [
    ...['protocol', 'sourceIp', 'destinationPort', 'fqdn', 'action', 'actionReason'],
    ...RULE,
  ],
  dnat: [...FLOW, 'translatedIp', 'translatedPort', ...RULE],
  threat: [...FLOW, 'fqdn', 'action', 'threatDescription'],
  idps: [...FLOW, 'action', 'description'],
  dns: ['sourceIp', 'queryName', 'responseCode'],
  'gateway-access': ['host', 'httpStatus', 'clientIp'],
};
const BY_PORT_TIME: Readonly<Partial<Record<LogKind, readonly string[]>>> = {
  network: ['protocol', 'destinationIp', 'destinationPort', 'action'],
  application: ['protocol', 'destinationPort', 'fqdn', 'action'],
};
const ADDED_UP: Readonly<Partial<Record<LogKind, readonly string[]>>> = {
  dns: ['requestSize', 'requestDurationSecs'],
};

/** A tally of one kind of record. */
export interface KindTally extends Tally {
  readonly kind: LogKind;
}

/** Every table has one by hour at least: how much there is, and when, is asked of all. */
export const TALLIES: readonly KindTally[] = LOG_KINDS.flatMap((kind) => {
  const of = LOG_TABLES[kind].table;
  const tally = (seconds: number, name: string, fields: readonly string[]): KindTally => ({
    ...{ kind, of, seconds, table: `_${name}_${of}` },
    columns: [...fields.map((field) => nameOf(kind, field)), '_ResourceId'],
    numbers: seconds === HOUR ? (ADDED_UP[kind] ?? []).map((field) => nameOf(kind, field)) : [],
  });
  const narrow = BY_PORT_TIME[kind];
  return [
    tally(HOUR, 'Hourly', BY_HOUR[kind] ?? []),
    ...(narrow === undefined ? [] : [tally(PORT_SECONDS, 'ByPortTime', narrow)]),
  ];
});

function nameOf(kind: LogKind, field: string): string {
  const columns = LOG_COLUMNS[kind] as Readonly<Record<string, { readonly name: string }>>;
  return columns[field]!.name;
}

export function tallyStatements(): readonly string[] {
  const tables = TALLIES.map(({ kind, table, columns, numbers }) => {
    const types = new Map(storeColumns(kind).map(({ name, type }) => [name, type]));
    const list = [
      `"${TALLIED.start}" TIMESTAMP`,
      ...columns.map((name) => `"${name}" ${types.get(name)}`),
      `"${TALLIED.records}" BIGINT, "${TALLIED.first}" TIMESTAMP, "${TALLIED.last}" TIMESTAMP`,
      ...numbers.map((name) => {
        const sum = types.get(name) === 'DOUBLE' ? 'DOUBLE' : 'HUGEINT';
        return `"${TALLIED.sum(name)}" ${sum}, "${TALLIED.most(name)}" ${types.get(name)}`;
      }),
    ];
    return `CREATE TABLE "${table}" (${list.join(', ')})`;
  });
  // A row for each batch that added to an interval.
  return ['CREATE TABLE _Tallied (Tally VARCHAR, Start TIMESTAMP)', ...tables];
}

/** Gives tallies to a store that was made before there were any. */
export async function addTallies(connection: DuckDBConnection): Promise<void> {
  for (const statement of tallyStatements()) await connection.run(statement);
  for (const tally of TALLIES) await connection.run(talliedFrom(tally, 'true'));
}

/** After the records before a time (microseconds) were deleted: of the interval it lies in, the rest is counted anew. */
export async function tallyWithout(connection: DuckDBConnection, time: number): Promise<void> {
  const cut = `make_timestamp(${time})`;
  await connection.run(`DELETE FROM _Tallied WHERE Start < ${cut}`);
  for (const tally of TALLIES) {
    const length = `INTERVAL ${tally.seconds} SECONDS`;
    await connection.run(`DELETE FROM "${tally.table}" WHERE "${TALLIED.start}" < ${cut}`);
    const rest = `TimeGenerated >= ${cut} AND TimeGenerated < ${startOf(tally.seconds, cut)} + ${length}`;
    if ((time / 1e6) % tally.seconds !== 0) await connection.run(talliedFrom(tally, rest));
  }
}

/** How often an interval was added to before its rows are put together. */
const BATCHES_MAX = 4;

/**
 * Puts together what many batches added for the same interval, as an ingest every few minutes does: else a tally would come to have as
 * many rows as there are records.
 */
export async function mergeTallies(connection: DuckDBConnection): Promise<void> {
  const reader = await connection.runAndReadAll(
    `SELECT DISTINCT Tally FROM (SELECT Tally FROM _Tallied GROUP BY Tally, Start HAVING count(*) >= ${BATCHES_MAX})`,
  );
  const many = new Set(reader.getRows().map(([name]) => String(name)));
  if (many.size === 0) return;
  await connection.run('BEGIN');
  for (const { table, columns, numbers } of TALLIES.filter((tally) => many.has(tally.table))) {
    await connection.run(
      `CREATE OR REPLACE TEMP TABLE Merged_Starts AS
       SELECT Start FROM _Tallied WHERE Tally = '${table}' GROUP BY Start HAVING count(*) >= ${BATCHES_MAX}`,
    );
    const keys = [TALLIED.start, ...columns].map((name) => `"${name}"`);
    const sums = [
      `sum("${TALLIED.records}"), min("${TALLIED.first}"), max("${TALLIED.last}")`,
      ...numbers.map((name) => `sum("${TALLIED.sum(name)}"), max("${TALLIED.most(name)}")`),
    ];
    const these = `"${TALLIED.start}" IN (SELECT Start FROM Merged_Starts)`;
    await connection.run(
      `CREATE OR REPLACE TEMP TABLE Merged AS
       SELECT ${[...keys, ...sums].join(', ')} FROM "${table}" WHERE ${these} GROUP BY ${keys.join(', ')}`,
    );
    await connection.run(`DELETE FROM "${table}" WHERE ${these}`);
    await connection.run(`INSERT INTO "${table}" SELECT * FROM Merged`);
    await connection.run(
      `DELETE FROM _Tallied WHERE Tally = '${table}' AND Start IN (SELECT Start FROM Merged_Starts)`,
    );
  }
  await connection.run('DROP TABLE Merged; DROP TABLE Merged_Starts');
  await connection.run('COMMIT');
}

/** As tallies are made of records that are in the store. */
function talliedFrom({ of, table, seconds, columns, numbers }: Tally, where: string): string {
  const start = startOf(seconds, 'TimeGenerated');
  const list = [
    start,
    ...columns.map((name) => `"${name}"`),
    ...['count(*)', 'min(TimeGenerated)', 'max(TimeGenerated)'],
    ...numbers.map((name) => `sum("${name}"), max("${name}")`),
  ];
  const grouped = [start, ...columns].map((_, at) => at + 1).join(', ');
  return `INSERT INTO "${table}" SELECT ${list.join(', ')} FROM "${of}" WHERE ${where} GROUP BY ${grouped}`;
}

function startOf(seconds: number, time: string): string {
  return `time_bucket(INTERVAL ${seconds} SECONDS, ${time}, TIMESTAMP '1970-01-01')`;
}
