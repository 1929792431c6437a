import type { ArmAnswer, ArmRequest } from './arm-request.ts';
import type { Identity } from './identity.ts';
import type { Json, JsonObject } from './json.ts';
import type { Provider } from './provider-put.ts';
import { isJsonObject, memberOf, textOf } from './request-json.ts';
import { stableGuid } from './world.ts';

/**
 * The part of Microsoft Graph that `az aks create` and `az role assignment` ask (arm-endpoint 2.3): who stands behind an id. The
 * directory holds the identities that were made here, and whoever signed in.
 */
export function handleGraph(
  provider: Provider,
  identity: Identity,
  path: string,
  request: ArmRequest,
): ArmAnswer {
  const [, kind = '', id, ...more] = path.split('/').filter((word) => word !== '');
  const lower = kind.toLowerCase();
  if (request.method === 'POST' && lower === 'directoryobjects') {
    return { status: 200, body: { value: [] } };
  }
  if (request.method !== 'GET') {
    return graphError(
      400,
      'Request_UnsupportedQuery',
      'The directory of a rehearsal cannot be changed.',
    );
  }
  if (lower === 'me') {
    return graphError(
      400,
      'Request_BadRequest',
      '/me request is only valid with delegated authentication flow.',
    );
  }
  const known = lower === 'serviceprincipals' ? principals(provider, identity) : [];
  if (id === undefined) return { status: 200, body: { value: chosen(known, request) } };
  const found = known.find((one) => textOf(one['id'])?.toLowerCase() === id.toLowerCase());
  if (found !== undefined && more.length === 0) return { status: 200, body: found };
  return graphError(
    404,
    'Request_ResourceNotFound',
    `Resource '${id.slice(0, 100)}' does not exist or one of its queried reference-property objects are not present.`,
  );
}

function graphError(status: number, code: string, message: string): ArmAnswer {
  return { status, body: { error: { code, message } } };
}

function principals({ world }: Provider, { clientId, tenantId }: Identity): readonly JsonObject[] {
  const made = world
    .list('microsoft.managedidentity/userassignedidentities')
    .map((body) =>
      principal(
        body['name'],
        memberOf(body['properties'], 'clientId'),
        memberOf(body['properties'], 'principalId'),
        tenantId,
      ),
    );
  return [principal('rehearsal', clientId, stableGuid('principal', clientId), tenantId), ...made];
}

function principal(
  displayName: Json | undefined,
  appId: Json | undefined,
  id: Json | undefined,
  tenantId: string,
): JsonObject {
  return {
    id: id ?? '',
    appId: appId ?? '',
    displayName: displayName ?? '',
    appOwnerOrganizationId: tenantId,
    servicePrincipalNames: [appId ?? ''],
    servicePrincipalType: 'ManagedIdentity',
  };
}

/** `servicePrincipalNames/any(c:c eq 'X')`, `appId eq 'X'`, `displayName eq 'X'`: whoever carries the quoted text. */
function chosen(known: readonly JsonObject[], { query }: ArmRequest): readonly JsonObject[] {
  const filter = query.get('$filter');
  if (filter === null) return known;
  const wanted = [...filter.slice(0, 2_000).matchAll(/'([^']*)'/g)].map(([, text]) =>
    text?.toLowerCase(),
  );
  return known.filter((one) => {
    if (!isJsonObject(one)) return false;
    const texts = [one['id'], one['appId'], one['displayName']].map((json) =>
      textOf(json)?.toLowerCase(),
    );
    return wanted.some((text) => text !== undefined && text !== '' && texts.includes(text));
  });
}
