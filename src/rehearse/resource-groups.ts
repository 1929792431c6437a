import { type ArmError, armError } from './arm-error.ts';
import { type ArmAnswer, type ArmRequest, isArmError } from './arm-request.ts';
import { etagOf, groupNotFound, nameOf, type Provider, region } from './provider-put.ts';
import { isJsonObject, memberOf, mergePatch, parseRequestJson, textOf } from './request-json.ts';
import { listAnswer, methodNotAllowed, removeResource } from './resources.ts';
import type { Row } from './store.ts';
import { stableGuid } from './world.ts';

export const GROUP_TYPE = 'microsoft.resources/resourcegroups';

/** `GET /subscriptions/{s}/resourcegroups`. */
export function listGroups({ store }: Provider, request: ArmRequest): ArmAnswer | ArmError {
  if (request.method !== 'GET') return methodNotAllowed(request.method);
  const rows = store.ofType(GROUP_TYPE).map((row) => row.body);
  return listAnswer(rows, request);
}

/** One resource group: made, read, deleted with all that is in it. */
export function handleGroup(
  provider: Provider,
  scope: string,
  id: string,
  request: ArmRequest,
): ArmAnswer | ArmError {
  const { store } = provider;
  const row = store.get(id);
  switch (request.method) {
    case 'PUT':
    case 'PATCH':
      return writeGroup(provider, scope, id, request);
    case 'DELETE':
      if (row === undefined) return groupNotFound(id);
      return deleteGroup(provider, row.id) ?? { status: 200 };
    case 'HEAD':
      return { status: row === undefined ? 404 : 204 };
    case 'GET':
      if (row === undefined) return groupNotFound(id);
      return { status: 200, body: row.body, headers: { ETag: etagOf(row.id, row.version) } };
    default:
      return methodNotAllowed(request.method);
  }
}

function writeGroup(
  { store }: Provider,
  scope: string,
  id: string,
  request: ArmRequest,
): ArmAnswer | ArmError {
  const parsed = parseRequestJson(request.text);
  if (isArmError(parsed)) return parsed;
  const row = store.get(id);
  if (request.method === 'PATCH' && row === undefined) {
    return groupNotFound(id);
  }
  const body = request.method === 'PATCH' ? mergePatch(row?.body, parsed.json) : parsed.json;
  const location = textOf(memberOf(body, 'location')) ?? '';
  if (!isJsonObject(body) || location === '') {
    return armError(
      400,
      'LocationRequired',
      'The location property is required for this definition.',
    );
  }
  const was = textOf(row?.body['location']);
  if (was !== undefined && region(was) !== region(location)) {
    return armError(
      409,
      'InvalidResourceGroupLocation',
      `Invalid resource group location '${location}'. The Resource group already exists in location '${was}'.`,
    );
  }
  const name = nameOf(id);
  if (!/^[-\p{L}\p{N}_.()]{1,90}$/u.test(name) || name.endsWith('.')) {
    return armError(
      400,
      'InvalidResourceGroup',
      `The provided resource group name '${name}' has these invalid characters or is too long.`,
    );
  }
  const tags = memberOf(body, 'tags');
  const managedBy = memberOf(body, 'managedBy');
  const written = store.put({
    id,
    type: GROUP_TYPE,
    within: scope,
    body: {
      id: row?.id ?? id,
      name: nameOf(row?.id ?? id),
      type: 'Microsoft.Resources/resourceGroups',
      location: region(location),
      ...(isJsonObject(tags) ? { tags } : {}),
      ...(typeof managedBy === 'string' ? { managedBy } : {}),
      properties: { provisioningState: 'Succeeded' },
    },
  });
  return { status: row === undefined ? 201 : 200, body: written.body };
}

/**
 * A group goes with all that is in it, in whatever order lets it: what something outside still uses keeps all of it.
 */
function deleteGroup(provider: Provider, id: string): ErrorOrNone {
  const { store } = provider;
  return store.attempt(
    () => {
      let refusal: ErrorOrNone;
      for (let left = store.within(id).length; left > 0; ) {
        for (const row of [...store.within(id)].reverse()) {
          refusal = removeResource(provider, row.id) ?? refusal;
        }
        const now = store.within(id).length;
        if (now === left) return blocked(id, store.within(id), refusal);
        left = now;
      }
      store.remove(id);
      return undefined;
    },
    (error) => error === undefined,
  );
}

type ErrorOrNone = ArmError | undefined;

function blocked(id: string, rows: readonly Row[], refusal: ErrorOrNone): ArmError {
  const ids = rows.map((row) => row.id).join(',');
  return armError(
    409,
    'ResourceGroupDeletionBlocked',
    `Deletion of resource group '${nameOf(id)}' failed as resources with identifiers '${ids}' could not be deleted. The provisioning state of the resource group will be rolled back. The tracking Id is '${stableGuid('tracking', id)}'. Please check audit logs for more details.`,
    refusal === undefined ? {} : { details: [{ code: refusal.code, message: refusal.message }] },
  );
}
