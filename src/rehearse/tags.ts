import type { ArmError } from './arm-error.ts';
import type { ResourcePath } from './arm-path.ts';
import { type ArmAnswer, type ArmRequest, isArmError } from './arm-request.ts';
import type { Json, JsonObject } from './json.ts';
import { type Provider, refuseScope, resourceNotFound } from './provider-put.ts';
import { isJsonObject, memberOf, parseRequestJson, textOf } from './request-json.ts';
import { methodNotAllowed } from './resources.ts';

/** `{scope}/providers/Microsoft.Resources/tags/default`: the tags of a resource or a group by themselves, as `az tag` writes them. */
export function handleTags(
  { store, world }: Provider,
  path: ResourcePath,
  request: ArmRequest,
): ArmAnswer | ArmError {
  const row = store.get(path.scope);
  if (row === undefined) {
    return refuseScope(store, path.scope, world) ?? resourceNotFound(path.scope);
  }
  const before = isJsonObject(row.body['tags']) ? row.body['tags'] : {};
  const told = (tags: JsonObject): ArmAnswer => ({
    status: 200,
    body: {
      id: `${row.id}/providers/Microsoft.Resources/tags/default`,
      name: 'default',
      type: 'Microsoft.Resources/tags',
      properties: { tags },
    },
  });
  if (request.method === 'GET') return told(before);
  const parsed = parseRequestJson(request.text);
  if (isArmError(parsed)) return parsed;
  const tags = changed(before, parsed.json, request.method);
  if (tags === undefined) return methodNotAllowed(request.method);
  store.put({ id: row.id, type: row.type, within: row.within, body: { ...row.body, tags } });
  return request.method === 'DELETE' ? { status: 200 } : told(tags);
}

/** `undefined` for a method that is none of theirs. */
function changed(before: JsonObject, body: Json, method: string): JsonObject | undefined {
  const named = memberOf(memberOf(body, 'properties'), 'tags');
  const sent = isJsonObject(named) ? named : {};
  if (method === 'DELETE') return {};
  if (method === 'PUT') return sent;
  if (method !== 'PATCH') return undefined;
  switch (textOf(memberOf(body, 'operation'))?.toLowerCase()) {
    case 'replace':
      return sent;
    case 'delete':
      return Object.fromEntries(
        Object.entries(before).filter(([name]) => !Object.hasOwn(sent, name)),
      );
    default:
      return { ...before, ...sent };
  }
}
