import { type ArmError, armError } from './arm-error.ts';
import { type ArmAnswer, type ArmRequest, isArmError } from './arm-request.ts';
import type { Identity } from './identity.ts';
import type { Json, JsonObject } from './json.ts';
import { KqlRefusal, type Row, runKql } from './kql-query.ts';
import type { Provider } from './provider-put.ts';
import { memberOf, parseRequestJson, textOf } from './request-json.ts';
import { GROUP_TYPE } from './resource-groups.ts';
import type { Row as Stored } from './store.ts';
import { toldForm } from './telling.ts';

const PAGE = 1_000;

/** `POST /providers/Microsoft.ResourceGraph/resources` (arm-endpoint 2.3), over what is stored. */
export function queryResources(
  provider: Provider,
  identity: Identity,
  request: ArmRequest,
): ArmAnswer | ArmError {
  if (request.method !== 'POST') {
    return armError(405, 'MethodNotAllowed', 'Resource Graph is asked with POST.');
  }
  const parsed = parseRequestJson(request.text);
  if (isArmError(parsed)) return parsed;
  const query = textOf(memberOf(parsed.json, 'query'));
  if (query === undefined) {
    return armError(
      400,
      'BadRequest',
      'Please provide below info when asking for support: query is missing.',
    );
  }
  const asked = memberOf(parsed.json, 'subscriptions');
  const isMeant =
    !Array.isArray(asked) ||
    asked.length === 0 ||
    asked.some(
      (one) => textOf(one as Json)?.toLowerCase() === identity.subscriptionId.toLowerCase(),
    );
  try {
    const rows = runKql(query, (table) => (isMeant ? rowsOf(provider, identity, table) : []));
    return page(rows, memberOf(parsed.json, 'options'));
  } catch (error) {
    if (!(error instanceof KqlRefusal)) throw error;
    return armError(400, 'BadRequest', 'The query of Resource Graph is not carried out.', {
      details: [{ code: 'UnsupportedQuery', message: error.message }],
    });
  }
}

function page(rows: readonly Row[], options: Json | undefined): ArmAnswer {
  const number = (name: string) => {
    const value = memberOf(options, name);
    return typeof value === 'number' && value >= 0 ? Math.floor(value) : undefined;
  };
  const token = Number(textOf(memberOf(options, '$skipToken')) ?? Number.NaN);
  const start = Number.isInteger(token) && token >= 0 ? token : (number('$skip') ?? 0);
  const size = Math.min(PAGE, number('$top') ?? PAGE);
  const shown = rows.slice(start, start + size);
  const isMore = start + shown.length < rows.length;
  const isTable = textOf(memberOf(options, 'resultFormat'))?.toLowerCase() === 'table';
  const body: JsonObject = {
    totalRecords: rows.length,
    count: shown.length,
    data: isTable ? tableOf(shown) : shown.map((row) => Object.fromEntries(row)),
    facets: [],
    resultTruncated: isMore ? 'true' : 'false',
    ...(isMore ? { $skipToken: String(start + shown.length) } : {}),
  };
  return { status: 200, body };
}

/** Version 4.x clients may ask for columns and rows. */
function tableOf(rows: readonly Row[]): JsonObject {
  const names = [...new Set(rows.flatMap((row) => [...row.keys()]))];
  const typeOf = (name: string) => {
    const value = rows.find((row) => row.get(name) !== null)?.get(name);
    if (typeof value === 'number') return 'integer';
    return typeof value === 'object' && value !== null ? 'object' : 'string';
  };
  return {
    columns: names.map((name) => ({ name, type: typeOf(name) })),
    rows: rows.map((row) => names.map((name) => row.get(name) ?? null)),
  };
}

/** Which types a table holds. Children are in none but those named. */
const TABLES: Readonly<Record<string, (type: string) => boolean>> = {
  resources: (type) =>
    type.split('/').length === 2 &&
    !/^microsoft\.(?:resources|authorization|insights\/diagnostic)/.test(type),
  resourcecontainers: (type) => type === GROUP_TYPE,
  networkresources: (type) => type.startsWith('microsoft.network/') && type.split('/').length > 2,
  authorizationresources: (type) => type.startsWith('microsoft.authorization/'),
};

function rowsOf(
  { store, catalogue, world }: Provider,
  identity: Identity,
  table: string,
): readonly Row[] | undefined {
  const holds = Object.hasOwn(TABLES, table) ? TABLES[table] : undefined;
  if (holds === undefined) return undefined;
  const rows = store
    .all()
    .filter(({ type }) => holds(type))
    .map((row) => rowOf(row, toldForm(row, store, catalogue, world), identity));
  return table === 'resourcecontainers' ? [subscriptionRow(identity), ...rows] : rows;
}

function rowOf({ id, type }: Stored, body: JsonObject, identity: Identity): Row {
  const member = (name: string) => body[name] ?? null;
  const group = /\/resourceGroups\/([^/]+)/i.exec(id)?.[1] ?? '';
  return new Map<string, Json>([
    ['id', id],
    ['name', member('name')],
    ['type', type === GROUP_TYPE ? 'microsoft.resources/subscriptions/resourcegroups' : type],
    ['tenantId', identity.tenantId],
    ['kind', body['kind'] ?? ''],
    ['location', body['location'] ?? ''],
    // In lower case, as the service tells it.
    ['resourceGroup', group.toLowerCase()],
    ['subscriptionId', identity.subscriptionId],
    ['managedBy', body['managedBy'] ?? ''],
    ['sku', member('sku')],
    ['plan', member('plan')],
    ['properties', body['properties'] ?? {}],
    ['tags', member('tags')],
    ['identity', member('identity')],
    ['zones', member('zones')],
    ['extendedLocation', member('extendedLocation')],
  ]);
}

function subscriptionRow({ subscriptionId, subscriptionName, tenantId }: Identity): Row {
  return new Map<string, Json>([
    ['id', `/subscriptions/${subscriptionId}`],
    ['name', subscriptionName],
    ['type', 'microsoft.resources/subscriptions'],
    ['tenantId', tenantId],
    ['subscriptionId', subscriptionId],
    ['properties', { state: 'Enabled' }],
  ]);
}
