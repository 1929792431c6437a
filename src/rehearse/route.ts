import { type ArmError, armError } from './arm-error.ts';
import type { ArmPath, CollectionPath, ResourcePath } from './arm-path.ts';
import { parseArmPath } from './arm-path.ts';
import { type ArmAnswer, type ArmRequest, isArmError } from './arm-request.ts';
import type { DeploymentDoor, DeploymentWorld } from './deployment-door.ts';
import type { Identity } from './identity.ts';
import type { JsonObject } from './json.ts';
import { handleLevel, noRoute, register } from './levels.ts';
import type { Operations } from './operations.ts';
import {
  groupOf,
  type Provider,
  putResource,
  refuseScope,
  resourceNotFound,
} from './provider-put.ts';
import { queryResources } from './resource-graph.ts';
import {
  act,
  actOn,
  handleResource,
  listResources,
  methodNotAllowed,
  removeResource,
} from './resources.ts';
import { handleTags } from './tags.ts';
import { storedForm, toldForm } from './telling.ts';

/** What answering needs beside the request. */
export interface RouteContext extends Identity {
  readonly provider: Provider;
  readonly operations: Operations;
  readonly deployments?: DeploymentDoor;
  readonly origin: () => string;
  readonly now: () => string;
}

/** Which part of the manager answers: told by the path alone. */
export function route(
  context: RouteContext,
  path: ArmPath,
  request: ArmRequest,
): ArmAnswer | ArmError {
  const deployment = deploymentOf(path);
  if (deployment !== undefined) return deploy(context, deployment, request);
  switch (path.kind) {
    case 'level':
      return handleLevel(context.provider, context, path.words, request);
    case 'resource':
      return routeResource(context, path, request);
    case 'collection':
      return routeCollection(context, path, request);
  }
}

function routeResource(
  context: RouteContext,
  path: ResourcePath,
  request: ArmRequest,
): ArmAnswer | ArmError {
  const [, second, third] = path.type.split('/');
  if (second === 'locations') return underLocation(context, path, third ?? '', path.name, request);
  if (path.type === 'microsoft.resources/subscriptions') return noRoute(request);
  if (path.type === 'microsoft.resources/tags') return handleTags(context.provider, path, request);
  if (isFeature(path)) return register(path.scope, path.namespace, path.name);
  return handleResource(context.provider, path, request);
}

/** `…/locations/{location}/operations/{id}`, and `…/{id}/result` for what `Location` leads to. */
function underLocation(
  { operations }: RouteContext,
  path: ResourcePath | CollectionPath,
  kind: string,
  id: string,
  request: ArmRequest,
): ArmAnswer | ArmError {
  if (kind !== 'operations') return noRoute(request);
  const polled = operations.poll(id, path.kind === 'collection' ? 'result' : 'status');
  return polled ?? armError(404, 'OperationNotFound', `There is no operation '${id}'.`);
}

function routeCollection(
  context: RouteContext,
  path: CollectionPath,
  request: ArmRequest,
): ArmAnswer | ArmError {
  const { provider } = context;
  const [, second, third] = path.type.split('/');
  if (path.type === 'microsoft.resourcegraph/resources')
    return queryResources(provider, context, request);
  if (second === 'locations' && third === 'operations' && path.last === 'result') {
    const id = path.above.slice(path.above.lastIndexOf('/') + 1);
    return underLocation(context, path, third, id, request);
  }
  if (request.method === 'GET') {
    return second === 'locations' ? noRoute(request) : listResources(provider, path, request);
  }
  if (request.method !== 'POST') return methodNotAllowed(request.method);
  const isAboutProvider = path.above === path.scope;
  if (isAboutProvider && ['register', 'unregister'].includes(path.last.toLowerCase())) {
    return register(path.scope, path.namespace);
  }
  if (isFeature(path)) return register(path.scope, path.namespace, path.above.split('/').at(-1));
  if (isAboutProvider && path.last.toLowerCase() === 'checknameavailability') {
    return { status: 200, body: { nameAvailable: true } };
  }
  if (isAboutProvider) return noRoute(request);
  return act(provider, path, request);
}

/** `/subscriptions/{s}/providers/Microsoft.Features/providers/{ns}/features/{f}[/register]`. */
function isFeature({ scope, type }: ResourcePath | CollectionPath): boolean {
  return /\/providers\/Microsoft\.Features$/i.test(scope) && type.split('/')[1] === 'features';
}

interface DeploymentPath {
  readonly scope: string;
  readonly name?: string;
  readonly action?: string;
  readonly rest?: string;
}

/** Deployments have paths with and without their provider (arm-endpoint 7, 9.7). */
function deploymentOf(path: ArmPath): DeploymentPath | undefined {
  if (path.kind === 'level') {
    const at = path.lower.indexOf('deployments');
    if (at !== 2 && at !== 4) return undefined;
    return parts(`/${path.words.slice(0, at).join('/')}`, path.words.slice(at + 1));
  }
  if (!path.type.startsWith('microsoft.resources/deployments')) return undefined;
  const id = path.kind === 'resource' ? path.id : `${path.above}/${path.last}`;
  const [, after = ''] = /\/providers\/Microsoft\.Resources\/deployments\/?(.*)$/i.exec(id) ?? [];
  return parts(path.scope, after === '' ? [] : after.split('/'));
}

function parts(scope: string, [name, action, rest]: readonly string[]): DeploymentPath {
  return {
    scope,
    ...(name === undefined ? {} : { name }),
    ...(action === undefined ? {} : { action: action.toLowerCase() }),
    ...(rest === undefined ? {} : { rest }),
  };
}

function deploy(
  context: RouteContext,
  path: DeploymentPath,
  request: ArmRequest,
): ArmAnswer | ArmError {
  const { provider, deployments, origin } = context;
  const missing = refuseScope(provider.store, path.scope, provider.world);
  if (missing !== undefined) return missing;
  if (deployments === undefined) {
    return armError(
      501,
      'NotImplemented',
      'This endpoint was started without template deployments.',
    );
  }
  const { method, query, text } = request;
  const asked = { method, query, text, ...path, origin: origin() };
  return deployments.handle(asked, deploymentWorld(context));
}

function deploymentWorld({ provider, now }: RouteContext): DeploymentWorld {
  const { store, catalogue, world } = provider;
  const put = (id: string, body: JsonObject): JsonObject | ArmError => {
    const path = parseArmPath(id);
    if (isArmError(path)) return path;
    if (path.kind === 'collection') return noRouteTo(id);
    if (path.kind === 'level') return putGroup(provider, path.words, body);
    const done = putResource(provider, path, body);
    return isArmError(done) ? done : toldForm(done.row, store, catalogue, world);
  };
  return {
    ...world,
    put,
    tryPut: (id, body) =>
      store.attempt(
        () => put(id, body),
        () => false,
      ),
    remove: (id) => {
      const row = store.get(id);
      return row === undefined ? resourceNotFound(id) : removeResource(provider, row.id);
    },
    trial: (work) => store.attempt(work, () => false),
    tell: (id) => {
      const row = store.get(id);
      return row === undefined ? undefined : toldForm(row, store, catalogue, world);
    },
    keep: (id, type, body) => {
      store.put({ id, type: type.toLowerCase(), within: groupOf(id) || '/', body });
    },
    within: (id) => store.within(id).map((row) => storedForm(row, store, catalogue)),
    act: (id, action, body) => {
      const answer = actOn(provider, id, action, body);
      return isArmError(answer) ? answer : (answer.body ?? null);
    },
    now,
  };
}

function noRouteTo(id: string): ArmError {
  return armError(400, 'InvalidResourceId', `'${id}' is not the id of a resource.`);
}

/** Templates of a subscription make resource groups as resources. */
function putGroup(
  provider: Provider,
  words: readonly string[],
  body: JsonObject,
): JsonObject | ArmError {
  const answer = handleLevel(provider, identityOf(provider), words, {
    method: 'PUT',
    path: `/${words.join('/')}`,
    query: new URLSearchParams(),
    headers: {},
    text: JSON.stringify(body),
  });
  if (isArmError(answer)) return answer;
  return (answer.body ?? {}) as JsonObject;
}

function identityOf({ world }: Provider): Identity {
  const { subscriptionId, tenantId } = world;
  return { subscriptionId, tenantId, subscriptionName: '', clientId: '' };
}
