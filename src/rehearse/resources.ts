import { type ArmError, armError } from './arm-error.ts';
import type { CollectionPath, ResourcePath } from './arm-path.ts';
import { type ArmAnswer, type ArmRequest, isArmError } from './arm-request.ts';
import { matchesFilter } from './filter.ts';
import type { Json, JsonObject } from './json.ts';
import {
  etagOf,
  groupOf,
  type Provider,
  putResource,
  refuseScope,
  resourceNotFound,
} from './provider-put.ts';
import { memberOf, mergePatch, parseRequestJson, textOf } from './request-json.ts';
import type { Row } from './store.ts';
import { storedForm, toldForm } from './telling.ts';

/** Create, read, update, delete of one resource of any type. */
export function handleResource(
  provider: Provider,
  path: ResourcePath,
  request: ArmRequest,
): ArmAnswer | ArmError {
  switch (request.method) {
    case 'GET':
    case 'HEAD':
      return getResource(provider, path, request);
    case 'PUT':
    case 'PATCH':
      return writeResource(provider, path, request);
    case 'DELETE':
      return deleteResource(provider, path, request);
    default:
      return methodNotAllowed(request.method);
  }
}

export function methodNotAllowed(method: string): ArmError {
  return armError(
    405,
    'MethodNotAllowed',
    `The request method '${method}' is not supported for this resource.`,
  );
}

function getResource(
  provider: Provider,
  path: ResourcePath,
  { method }: ArmRequest,
): ArmAnswer | ArmError {
  const found = tellResource(provider, path);
  if (isArmError(found)) return method === 'HEAD' ? { status: 404 } : found;
  if (method === 'HEAD') return { status: 204 };
  return { status: 200, ...found };
}

function tellResource(
  { store, catalogue, world }: Provider,
  path: ResourcePath,
): { readonly body: JsonObject; readonly headers?: Readonly<Record<string, string>> } | ArmError {
  const row = store.get(path.id);
  if (row !== undefined) {
    const headers = { ETag: etagOf(row.id, row.version) };
    return { body: toldForm(row, store, catalogue, world), headers };
  }
  const builtIn = catalogue
    .get(path.type)
    ?.builtIn?.(path.scope, world)
    .find((one) =>
      // A child is known by its whole id, what is the same everywhere by its name.
      path.above === path.scope
        ? textOf(one['name'])?.toLowerCase() === path.name.toLowerCase()
        : textOf(one['id'])?.toLowerCase() === path.id.toLowerCase(),
    );
  if (builtIn !== undefined) return { body: builtIn };
  const nowhere = refuseScope(store, path.scope, world);
  return nowhere ?? resourceNotFound(path.id);
}

function writeResource(
  provider: Provider,
  path: ResourcePath,
  request: ArmRequest,
): ArmAnswer | ArmError {
  const { store, catalogue, world } = provider;
  const parsed = parseRequestJson(request.text);
  if (isArmError(parsed)) return parsed;
  const existing = store.get(path.id);
  const stale = refuseStale(existing, request);
  if (stale !== undefined) return stale;
  let body = parsed.json;
  if (request.method === 'PATCH') {
    if (existing === undefined) {
      return refuseScope(store, path.scope, world) ?? resourceNotFound(path.id);
    }
    // `tags` of a PATCH replace those that were there; the rest is merged (2.3).
    const tags = memberOf(body, 'tags');
    body = mergePatch(storedForm(existing, store, catalogue), body);
    if (tags !== undefined && tags !== null) body = { ...(body as JsonObject), tags };
  }
  const done = putResource(provider, path, body);
  if (isArmError(done)) return done;
  return {
    status: done.isNew ? 201 : 200,
    body: toldForm(done.row, store, catalogue, world),
    headers: { ETag: etagOf(done.row.id, done.row.version) },
  };
}

/** If-Match and If-None-Match: a client that wants to be the first, or to change what it has seen. */
function refuseStale(row: Row | undefined, { headers }: ArmRequest): ArmError | undefined {
  const wanted = headers['if-match'];
  const unwanted = headers['if-none-match'];
  const etag = row === undefined ? undefined : etagOf(row.id, row.version);
  const names = (list: string) =>
    etag !== undefined &&
    list.split(',').some((one) => one.trim() === '*' || strong(one) === strong(etag));
  const isRefused =
    (wanted !== undefined && wanted !== '' && !names(wanted)) ||
    (unwanted !== undefined && unwanted !== '' && names(unwanted));
  if (!isRefused) return undefined;
  return armError(
    412,
    'PreconditionFailed',
    'The condition of the request (If-Match or If-None-Match) does not hold.',
  );
}

function strong(etag: string): string {
  return etag.trim().replace(/^W\//, '').replaceAll('"', '');
}

function deleteResource(
  provider: Provider,
  path: ResourcePath,
  request: ArmRequest,
): ArmAnswer | ArmError {
  const { store, world } = provider;
  const nowhere = refuseScope(store, path.scope, world);
  if (nowhere !== undefined) return nowhere;
  const row = store.get(path.id);
  const stale = row === undefined ? undefined : refuseStale(row, request);
  if (stale !== undefined) return stale;
  if (row === undefined) return { status: 204 };
  return removeResource(provider, row.id) ?? { status: 200 };
}

/** Why it may not go; `undefined` when it is gone. */
export function removeResource(provider: Provider, id: string): ArmError | undefined {
  const { store, catalogue, world } = provider;
  const row = store.get(id);
  if (row === undefined) return undefined;
  const refusal = catalogue.get(row.type)?.refuseDelete?.(row.id, world);
  if (refusal === undefined) store.remove(row.id);
  return refusal;
}

/** GET of a list: in a group, in a subscription, below a parent, or about a resource. */
export function listResources(
  provider: Provider,
  path: CollectionPath,
  request: ArmRequest,
): ArmAnswer | ArmError {
  const { store, catalogue, world } = provider;
  const nowhere = refuseScope(store, path.scope, world) ?? refuseParent(provider, path);
  if (nowhere !== undefined) return nowhere;
  const below = `${path.above.toLowerCase()}/`;
  const made = store
    .ofType(path.type)
    .filter(({ key }) => path.above === '' || key.startsWith(below))
    .map((row) => toldForm(row, store, catalogue, world));
  const builtIn = (catalogue.get(path.type)?.builtIn?.(path.scope, world) ?? []).filter(
    (one) => path.above === path.scope || textOf(one['id'])?.toLowerCase().startsWith(below),
  );
  return listAnswer([...builtIn, ...made], request);
}

function refuseParent({ store }: Provider, path: CollectionPath): ArmError | undefined {
  const isChild = path.above !== path.scope;
  return isChild && store.get(path.above) === undefined ? resourceNotFound(path.above) : undefined;
}

/** One page: nothing here is so long that clients need a second. */
export function listAnswer(
  items: readonly JsonObject[],
  { query }: ArmRequest,
): ArmAnswer | ArmError {
  const filter = query.get('$filter');
  const top = Number(query.get('$top') ?? Number.NaN);
  const chosen = filter === null ? items : items.filter((item) => matchesFilter(item, filter));
  return { status: 200, body: { value: top > 0 ? chosen.slice(0, top) : chosen } };
}

/** POST: an action of the type, by the last word of the path. */
export function act(
  provider: Provider,
  path: CollectionPath,
  request: ArmRequest,
): ArmAnswer | ArmError {
  const parsed = parseRequestJson(request.text);
  if (isArmError(parsed)) return parsed;
  return actOn(provider, path.above, path.last, parsed.json);
}

export function actOn(
  { store, catalogue, world }: Provider,
  id: string,
  action: string,
  body: Json,
): ArmAnswer | ArmError {
  const row = store.get(id);
  if (row === undefined) return refuseScope(store, groupOf(id), world) ?? resourceNotFound(id);
  const known = catalogue.get(row.type)?.actions?.[action.toLowerCase()];
  if (known !== undefined) return known(row.id, body, world);
  return armError(
    400,
    'ActionNotModelled',
    `The action '${action}' of '${row.type}' is not modelled by this endpoint; nothing was done.`,
  );
}
