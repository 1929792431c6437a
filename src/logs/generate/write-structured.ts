import { LOG_COLUMNS, LOG_KINDS, LOG_TABLES, type LogKind } from '../columns.ts';
import type { LogRecord } from '../record.ts';

const COLUMNS: Readonly<Record<LogKind, readonly (readonly [field: string, name: string])[]>> =
  Object.fromEntries(
    LOG_KINDS.map((kind) => [
      kind,
      Object.entries(LOG_COLUMNS[kind]).map(([field, { name }]) => [field, name]),
    ]),
  ) as Record<LogKind, [string, string][]>;

/** A record as diagnostic settings stream it (azure-firewall 8.3); absent columns are left out. */
export function structuredRecord(record: LogRecord): Readonly<Record<string, unknown>> {
  const values = record as unknown as Readonly<Record<string, unknown>>;
  const properties: Record<string, unknown> = {};
  for (const [field, name] of COLUMNS[record.kind]) {
    if (values[field] !== undefined) properties[name] = values[field];
  }
  // The type of an ICMP message is part of the protocol's name.
  if (record.kind === 'network' && record.icmpType !== undefined) {
    properties['Protocol'] = `ICMP Type=${record.icmpType}`;
    delete properties['IcmpType'];
  }
  const { category } = LOG_TABLES[record.kind];
  return { category, time: streamTime(record.time), resourceId: record.resource, properties };
}

/** With seven digits, the last always zero as microseconds have six. */
export function streamTime(micros: number): string {
  const seconds = Math.floor(micros / 1e6);
  const rest = String(micros - seconds * 1e6).padStart(6, '0');
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${rest}0Z`;
}
