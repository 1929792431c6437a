import type { DiagnosticCode } from '../diagnostics/index.ts';
import type { ColumnType, LOG_COLUMNS, LogColumn, LogKind } from './columns.ts';

/** A file, blob or answer that records came from. One object for all its records. */
export interface LogSource {
  /** As the person gave it: a path, a blob's name. */
  readonly name: string;
}

/** What every record says. */
export interface LogHead<K extends LogKind = LogKind> {
  readonly kind: K;
  /** Microseconds since 1970 UTC. Azure writes tenths of microseconds; the last digit is cut. */
  readonly time: number;
  /** The diagnostic category or table as logged: `AZFWNetworkRule`, `AzureFirewallNetworkRule`. */
  readonly category: string;
  /** Resource id as logged; empty where the log does not say. Compare without case (ARM-74). */
  readonly resource: string;
  /** `legacy` records were read from a text; columns the text does not have are absent. */
  readonly form: 'structured' | 'legacy';
  readonly source: LogSource;
  /** From 1; of a table the line its row starts on, or 0 where the text was not at hand. */
  readonly line: number;
  /** Which record of its line, envelope or table, from 1; 0 where a line is a record. */
  readonly item: number;
  /** Fields we do not know and values of the wrong type, under the name they were logged with; objects as JSON. No prototype. */
  readonly extra: Readonly<Record<string, Scalar>> | undefined;
}

export type Scalar = string | number | boolean;

type ValueOf<T extends ColumnType> = T extends 'text'
  ? string
  : T extends 'bool'
    ? boolean
    : number;

/** The columns of a kind by their field. `undefined` was not logged; an empty text was. */
export type ColumnsOf<K extends LogKind> = {
  readonly [F in keyof (typeof LOG_COLUMNS)[K]]:
    | ((typeof LOG_COLUMNS)[K][F] extends LogColumn<infer T> ? ValueOf<T> : never)
    | undefined;
};

/** One decoded record of a kind. Every column is there as a field, so that all records of a kind have one shape. */
export type RecordOf<K extends LogKind> = LogHead<K> & ColumnsOf<K>;

export type NetworkRecord = RecordOf<'network'>;
export type ApplicationRecord = RecordOf<'application'>;
export type DnatRecord = RecordOf<'dnat'>;
export type ThreatRecord = RecordOf<'threat'>;
export type IdpsRecord = RecordOf<'idps'>;
export type DnsRecord = RecordOf<'dns'>;
export type VnetFlowRecord = RecordOf<'vnet-flow'>;
export type GatewayAccessRecord = RecordOf<'gateway-access'>;
export type WafRecord = RecordOf<'waf'>;
export type HubbleRecord = RecordOf<'hubble'>;

/**
 * One decoded record. Values are what the log says and nothing more: they are hostile, and whoever prints them escapes them.
 * Texts may share memory with the block they were cut from: keep few of them, or copies.
 */
export type LogRecord = { readonly [K in LogKind]: RecordOf<K> }[LogKind];

/** Something that was read and is no record: kept with its place, never lost, never fatal. */
export interface Quarantined {
  readonly source: LogSource;
  readonly line: number;
  readonly item: number;
  readonly code: DiagnosticCode;
  /** Why, in one line. */
  readonly reason: string;
  /** The start of it. */
  readonly text: string;
  /** Its whole length in bytes, or in characters where it is not ASCII. */
  readonly length: number;
}

/** Where a record or a quarantined line stands, for people: `PT1H.json:12`, `result.json:1, record 17`. */
export function formatOrigin({
  source,
  line,
  item,
}: Pick<LogHead, 'source' | 'line' | 'item'>): string {
  const place = line === 0 ? source.name : `${source.name}:${line}`;
  return item === 0 ? place : `${place}, record ${item}`;
}
