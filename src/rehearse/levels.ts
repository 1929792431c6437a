import { type ArmError, armError } from './arm-error.ts';
import type { ArmAnswer, ArmRequest } from './arm-request.ts';
import type { Identity } from './identity.ts';
import type { JsonObject } from './json.ts';
import { type Provider, refuseScope } from './provider-put.ts';
import { textOf } from './request-json.ts';
import { GROUP_TYPE, handleGroup, listGroups } from './resource-groups.ts';
import { listAnswer, methodNotAllowed } from './resources.ts';

/** Paths without a provider, or that end in one: tenant, subscription, resource groups (arm-endpoint 2.2). */
export function handleLevel(
  provider: Provider,
  identity: Identity,
  words: readonly string[],
  request: ArmRequest,
): ArmAnswer | ArmError {
  const [first = '', subscription, second, name, third, ...more] = words;
  const longest = first.toLowerCase() === 'subscriptions' ? 5 : 2;
  if (words.length > longest) return noRoute(request);
  switch (first.toLowerCase()) {
    case 'tenants':
      return onlyGet(request, { value: [tenantOf(identity)] });
    case 'providers':
      return providers(provider, '', subscription, request);
    case 'subscriptions':
      break;
    default:
      return noRoute(request);
  }
  if (subscription === undefined) {
    return onlyGet(request, { value: [subscriptionOf(identity)] });
  }
  const wrong = refuseScope(provider.store, `/subscriptions/${subscription}`, provider.world);
  if (wrong !== undefined) return wrong;
  const scope = `/subscriptions/${identity.subscriptionId}`;
  switch (second?.toLowerCase()) {
    case undefined:
      return onlyGet(request, subscriptionOf(identity));
    case 'locations':
      return onlyGet(request, { value: LOCATIONS.map((one) => locationOf(one, scope)) });
    case 'resources':
      return request.method === 'GET'
        ? listEverything(provider, scope, request)
        : methodNotAllowed(request.method);
    case 'tagnames':
      return onlyGet(request, { value: [] });
    case 'providers':
      return providers(provider, scope, name, request);
    case 'resourcegroups':
      break;
    default:
      return noRoute(request);
  }
  if (name === undefined) return listGroups(provider, request);
  const id = `${scope}/resourceGroups/${name}`;
  if (third === undefined) return handleGroup(provider, scope, id, request);
  const missing = refuseScope(provider.store, id, provider.world);
  if (missing !== undefined) return missing;
  if (third.toLowerCase() === 'resources' && more.length === 0 && request.method === 'GET') {
    return listEverything(provider, id, request);
  }
  return noRoute(request);
}

export function noRoute({ method, path }: ArmRequest): ArmError {
  return armError(
    404,
    'InvalidResourceType',
    `There is nothing at '${path.slice(0, 300)}' for ${method}.`,
  );
}

function onlyGet(request: ArmRequest, body: JsonObject): ArmAnswer | ArmError {
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  return isRead ? { status: 200, body } : methodNotAllowed(request.method);
}

function tenantOf({ tenantId }: Identity): JsonObject {
  return {
    id: `/tenants/${tenantId}`,
    tenantId,
    displayName: 'Rehearsal',
    tenantCategory: 'Home',
    domains: [],
  };
}

function subscriptionOf({ subscriptionId, subscriptionName, tenantId }: Identity): JsonObject {
  return {
    id: `/subscriptions/${subscriptionId}`,
    subscriptionId,
    tenantId,
    displayName: subscriptionName,
    state: 'Enabled',
    authorizationSource: 'RoleBased',
    subscriptionPolicies: {
      locationPlacementId: 'Public_2014-09-01',
      quotaId: 'PayAsYouGo_2014-09-01',
      spendingLimit: 'Off',
    },
    managedByTenants: [],
  };
}

/** Enough for clients that check what a person typed; any other name is taken too. */
const LOCATIONS =
  'australiaeast australiasoutheast brazilsouth canadacentral canadaeast centralindia centralus eastasia eastus eastus2 francecentral germanywestcentral israelcentral italynorth japaneast japanwest koreacentral mexicocentral northcentralus northeurope norwayeast polandcentral qatarcentral southafricanorth southcentralus southeastasia southindia spaincentral swedencentral switzerlandnorth uaenorth uksouth ukwest westcentralus westeurope westus westus2 westus3'.split(
    ' ',
  );

function locationOf(name: string, scope: string): JsonObject {
  return {
    id: `${scope}/locations/${name}`,
    name,
    type: 'Region',
    displayName: name,
    regionalDisplayName: name,
    metadata: { regionType: 'Physical', regionCategory: 'Recommended' },
  };
}

/** Clients look for the versions of a type and take one of these; every version is answered alike (4.3). */
const API_VERSIONS = ['2024-05-01', '2023-09-01', '2022-09-01', '2021-08-01'];

function providers(
  { store, catalogue }: Provider,
  scope: string,
  namespace: string | undefined,
  request: ArmRequest,
): ArmAnswer | ArmError {
  const types = new Map<string, Set<string>>();
  const stored = store.all().map(({ body, type }) => textOf(body['type']) ?? type);
  for (const type of [...stored, ...catalogue.all.map((one) => one.type)]) {
    const [first = '', ...rest] = type.split('/');
    const key = first.toLowerCase();
    types.set(key, (types.get(key) ?? new Set()).add(rest.join('/').toLowerCase()));
  }
  const told = (name: string): JsonObject => ({
    id: `${scope}/providers/${name}`,
    namespace: name,
    registrationState: 'Registered',
    registrationPolicy: 'RegistrationRequired',
    resourceTypes: [...(types.get(name.toLowerCase()) ?? [])].sort().map((resourceType) => ({
      resourceType,
      locations: LOCATIONS,
      apiVersions: API_VERSIONS,
      capabilities: 'SupportsTags, SupportsLocation',
    })),
  });
  if (namespace !== undefined) return onlyGet(request, told(namespace));
  return onlyGet(request, { value: [...types.keys()].sort().map(told) });
}

/** `POST …/providers/{ns}/register`, and the same of a preview feature: both succeed quietly. */
export function register(scope: string, namespace: string, feature?: string): ArmAnswer {
  const body: JsonObject =
    feature === undefined
      ? {
          id: `${scope}/providers/${namespace}`,
          namespace,
          registrationState: 'Registered',
          resourceTypes: [],
        }
      : {
          id: `${scope}/providers/${namespace}/features/${feature}`,
          name: `${namespace}/${feature}`,
          type: 'Microsoft.Features/providers/features',
          properties: { state: 'Registered' },
        };
  return { status: 200, body };
}

/** `az resource list`: rows without properties. Children are not in it. */
function listEverything(
  { store }: Provider,
  scope: string,
  request: ArmRequest,
): ArmAnswer | ArmError {
  const below = `${scope.toLowerCase()}/`;
  const rows = store
    .all()
    .filter(({ key, type }) => key.startsWith(below) && type.split('/').length === 2)
    .filter(({ type, key }) => type !== GROUP_TYPE && key.split('/providers/').length === 2)
    .filter(({ type }) => type !== 'microsoft.resources/deployments')
    .map(({ body }): JsonObject => {
      const kept = Object.entries(body).filter(
        ([name]) => name !== 'properties' && name !== 'etag',
      );
      return Object.fromEntries(kept);
    });
  return listAnswer(rows, request);
}
