import { LOG_TABLES, type LogKind } from '../columns.ts';
import { headOf, kindOf, plain } from './column-lookup.ts';
import { type Decoding, keep, passOver, quarantine, type Shown } from './decoding.ts';
import { finish, setColumn } from './fill-draft.ts';
import { begin, decodeLegacy, type Head } from './stream-record.ts';

/** What the columns of a table are: read once for all its rows. */
export interface TablePlan {
  readonly names: readonly string[];
  /** Indexes into a row, -1 where the table has no such column. */
  readonly time: number;
  readonly resource: number;
  readonly category: number;
  readonly type: number;
  readonly message: number;
  /** By the columns alone; a row's own `Type` or `Category` counts more. */
  readonly kind: LogKind | undefined;
}

/** `undefined`: the columns are of no log. */
export function planTable(names: readonly string[]): TablePlan | undefined {
  const plains = names.map(plain);
  const heads = names.map((name) => headOf(name)?.to);
  const has = new Set(plains);
  // An ingestion time is no time of the event: `TimeGenerated` comes before `Timestamp`.
  const generated = plains.indexOf('timegenerated');
  const time = generated >= 0 ? generated : heads.indexOf('time');
  const resource = heads.indexOf('resource');
  const category = heads.indexOf('category');
  const type = heads.indexOf('type');
  const message = plains.indexOf('msg');
  const kind = kindByColumns(has);
  if (time < 0) return undefined;
  if (kind === undefined && message < 0 && category < 0 && type < 0) return undefined;
  return { names, time, resource, category, type, message, kind };
}

/** Columns that only one kind has, tried in this order (azure-firewall 8.2). */
const SIGNATURES: readonly (readonly [LogKind, readonly string[]])[] = [
  ['network-aggregation', ['networkrulecount']],
  ['application-aggregation', ['applicationrulecount']],
  ['dnat-aggregation', ['natrulecount']],
  ['dnat', ['translatedip']],
  ['threat', ['threatdescription']],
  ['idps', ['signatureid']],
  ['dns', ['queryname', 'sourceip']],
  ['dns-flow', ['querymessage']],
  ['flow-trace', ['flag', 'sourceip']],
  ['fat-flow', ['flowrate']],
  ['resolve-failure', ['serverip', 'fqdn', 'error']],
  ['vnet-flow', ['flowstate', 'flowdirection']],
  ['waf', ['rulesettype']],
  ['gateway-access', ['httpstatus', 'clientip']],
  ['application', ['fqdn', 'action']],
  ['network', ['destinationip', 'sourceip', 'action']],
];

function kindByColumns(has: ReadonlySet<string>): LogKind | undefined {
  return SIGNATURES.find(([, columns]) => columns.every((column) => has.has(column)))?.[0];
}

/** One row of a result table or of a CSV export. */
export function decodeRow(
  decoding: Decoding,
  plan: TablePlan,
  cells: readonly unknown[],
  text: Shown,
): void {
  if (cells.length !== plan.names.length) {
    const reason = `the row has ${cells.length} cells, the table ${plan.names.length} columns`;
    quarantine(decoding, 'logs/broken-line', reason, text);
    return;
  }
  const category = categoryOf(plan, cells);
  const kind = (category === undefined ? undefined : kindOf(category)) ?? plan.kind;
  const head: Head = {
    time: cells[plan.time],
    resource: plan.resource < 0 ? undefined : cells[plan.resource],
    category,
  };
  const message = plan.message < 0 ? undefined : cells[plan.message];
  const isLegacy = kind === 'legacy' || (kind === undefined && message !== undefined);
  if (isLegacy) {
    decodeLegacy(decoding, head, message, text);
    return;
  }
  if (kind === undefined) {
    passOver(decoding, category ?? '(no category)');
    return;
  }
  const draft = begin(decoding, kind, head, text);
  if (draft === undefined) return;
  for (let index = 0; index < cells.length; index += 1) {
    const cell = cells[index];
    // A table of many kinds (AzureDiagnostics) has a cell for every column of any of them; empty ones were not logged.
    if (cell === undefined || cell === null) continue;
    if (index === plan.time || index === plan.resource || index === plan.type) continue;
    if (index === plan.category && category === cell) continue;
    setColumn(decoding, draft, plan.names[index]!, cell);
  }
  if (draft.category === '') draft.category = LOG_TABLES[kind].category;
  finish(draft);
  keep(decoding, draft);
}

/** `Type` names the table; that of AzureDiagnostics holds many, and its `Category` says which. */
function categoryOf(plan: TablePlan, cells: readonly unknown[]): string | undefined {
  const type = plan.type < 0 ? undefined : cells[plan.type];
  if (typeof type === 'string' && type !== '' && type !== 'AzureDiagnostics') return type;
  const category = plan.category < 0 ? undefined : cells[plan.category];
  const isSignature = plan.kind === 'idps';
  return typeof category === 'string' && category !== '' && !isSignature ? category : undefined;
}
