import { LOG_COLUMNS, LOG_KINDS, LOG_TABLES, type LogKind } from '../columns.ts';
import type { ColumnsOf, LogRecord } from '../record.ts';
import type { RuleName } from './traffic-plan.ts';

/** A record nobody has written yet. */
export function makeRecord<K extends LogKind>(
  kind: K,
  time: number,
  resource: string,
  columns: Partial<ColumnsOf<K>>,
): LogRecord {
  return {
    kind,
    time,
    category: LOG_TABLES[kind].category,
    resource,
    form: 'structured',
    source: GENERATED,
    line: 0,
    item: 0,
    extra: undefined,
    ...ABSENT[kind],
    ...columns,
  } as unknown as LogRecord;
}
const GENERATED = { name: 'generated' };

const ABSENT: Readonly<Record<LogKind, object>> = Object.fromEntries(
  LOG_KINDS.map((kind) => [
    kind,
    Object.fromEntries(Object.keys(LOG_COLUMNS[kind]).map((name) => [name, undefined])),
  ]),
) as Record<LogKind, object>;

/** No rule decided (azure-firewall 8.2). */
export const NO_RULE: RuleName & { readonly actionReason: string } = {
  policy: '',
  ruleCollectionGroup: '',
  ruleCollection: '',
  rule: '',
  actionReason: 'Default Action',
};
