import { type ColumnType, LOG_COLUMNS, LOG_KINDS, LOG_TABLES, type LogKind } from '../columns.ts';

/** Where a logged name goes: a field of the record, its head, or nowhere because it repeats what the head says. */
export type Target =
  | { readonly to: 'field'; readonly field: string; readonly type: ColumnType }
  | { readonly to: 'time' | 'resource' | 'category' | 'type' | 'operation' | 'ignored' };

/** Names that carry the head, in the spellings of streams, tables and flow logs. */
const HEAD: ReadonlyMap<string, Target> = new Map(
  (
    [
      ['time', ['time', 'timestamp', 'timegenerated']],
      ['resource', ['resourceid', 'targetresourceid']],
      ['category', ['category']],
      ['type', ['type']],
      ['operation', ['operationname']],
      [
        'ignored',
        // Standard columns that say nothing of the flow (azure-firewall 8.2), and what AzureDiagnostics makes of the resource id.
        [
          ...['tenantid', 'sourcesystem', 'subscriptionid', 'billedsize', 'isbillable'],
          ...['resourcegroup', 'resourceprovider', 'resource', 'resourcetype', 'tablename'],
          ...['internalworkspaceresourceid', 'mg', 'managementgroupname', 'itemid'],
        ],
      ],
    ] as const
  ).flatMap(([to, names]) => names.map((name) => [name, { to }] as const)),
);

const BY_KIND: ReadonlyMap<LogKind, Map<string, Target>> = new Map(
  LOG_KINDS.map((kind) => [
    kind,
    new Map(
      Object.entries(LOG_COLUMNS[kind]).flatMap(([field, { name, type, also }]) =>
        [name, ...also].map((each) => [plain(each), { to: 'field', field, type }] as const),
      ),
    ),
  ]),
);

/** Answers by the exact spelling; bounded, because names come from files. */
const KNOWN: ReadonlyMap<LogKind, Map<string, Target | undefined>> = new Map(
  LOG_KINDS.map((kind) => [kind, new Map()]),
);
const KNOWN_MAX = 2_000;
/** No column has a name as long. */
const NAME_MAX = 120;

/**
 * What the name of a property or column stands for in records of a kind. Columns of the kind come before the head: `Category` of an
 * IDPS record is the signature's. `undefined`: we do not know it.
 */
export function columnOf(kind: LogKind, name: string): Target | undefined {
  const known = KNOWN.get(kind)!;
  const found = known.get(name);
  if (found !== undefined || known.has(name)) return found;
  if (name.length > NAME_MAX) return undefined;
  const target = BY_KIND.get(kind)!.get(plain(name)) ?? headOf(name);
  if (known.size < KNOWN_MAX) known.set(name, target);
  return target;
}

/** The head's share of `columnOf`, for where the kind is not known yet. */
export function headOf(name: string): Target | undefined {
  return name.length > NAME_MAX ? undefined : HEAD.get(plain(name));
}

/** `TimeGenerated [UTC]`, `clientIP_s`, `details.message`: without unit, suffix of AzureDiagnostics, punctuation and case. */
export function plain(name: string): string {
  return name
    .replace(/ \[[^\]]*\]$/, '')
    .replace(/_[sdbgt]$/, '')
    .replace(/[._\s]/g, '')
    .toLowerCase();
}

const CATEGORIES: ReadonlyMap<string, LogKind> = new Map(
  LOG_KINDS.flatMap((kind) =>
    [LOG_TABLES[kind].table, LOG_TABLES[kind].category].map(
      (name) => [name.toLowerCase(), kind] as const,
    ),
  ),
);
/** Categories whose records are a text (azure-firewall 8.1). */
const LEGACY: ReadonlySet<string> = new Set([
  'azurefirewallnetworkrule',
  'azurefirewallapplicationrule',
  'azurefirewalldnsproxy',
]);

/** The kind of a diagnostic category or a table; `legacy` where each text has to be looked at. */
export function kindOf(category: string): LogKind | 'legacy' | undefined {
  if (category.length > NAME_MAX) return undefined;
  const name = category.toLowerCase();
  return CATEGORIES.get(name) ?? (LEGACY.has(name) ? 'legacy' : undefined);
}

/** A value that does not fit its column. */
export const MISFIT = Symbol('misfit');

/**
 * A logged value as its column has it: `"false"` is false, `"443"` and `443.0` are 443. `undefined`: nothing was logged; only a text
 * can be empty. What does not fit is `MISFIT` and goes to `extra` as it is.
 */
export function coerce(
  type: ColumnType,
  value: unknown,
): string | number | boolean | undefined | typeof MISFIT {
  if (value === undefined || value === null) return undefined;
  switch (type) {
    case 'text':
      if (typeof value === 'string') return value;
      return typeof value === 'number' || typeof value === 'boolean' ? String(value) : MISFIT;
    case 'int':
      if (typeof value === 'number') return Number.isSafeInteger(value) ? value : MISFIT;
      return typeof value === 'string' ? wholeNumber(value) : MISFIT;
    case 'real':
      if (typeof value === 'number') return Number.isFinite(value) ? value : MISFIT;
      return typeof value === 'string' ? decimalNumber(value) : MISFIT;
    case 'bool':
      return truth(value);
  }
}

function wholeNumber(text: string): number | undefined | typeof MISFIT {
  if (isNothing(text)) return undefined;
  return /^\s*-?\d{1,15}(?:\.0{1,9})?\s*$/.test(text) ? Number(text) : MISFIT;
}

function decimalNumber(text: string): number | undefined | typeof MISFIT {
  if (isNothing(text)) return undefined;
  if (text.length > 40 || !/^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?\s*$/i.test(text))
    return MISFIT;
  const value = Number(text);
  return Number.isFinite(value) ? value : MISFIT;
}

/** Gateways write `-` for what there is none of. */
function isNothing(text: string): boolean {
  return text === '' || text === '-';
}

function truth(value: unknown): boolean | undefined | typeof MISFIT {
  if (typeof value === 'boolean') return value;
  if (value === 1 || value === 0) return value === 1;
  if (typeof value !== 'string' || value.length > 5) return MISFIT;
  switch (value.toLowerCase()) {
    case '':
      return undefined;
    case 'true':
    case '1':
      return true;
    case 'false':
    case '0':
      return false;
    default:
      return MISFIT;
  }
}
