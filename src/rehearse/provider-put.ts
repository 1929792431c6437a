import { type ArmError, armError } from './arm-error.ts';
import type { CollectionPath, ResourcePath } from './arm-path.ts';
import { isArmError } from './arm-request.ts';
import type { Behaviour, ProviderWorld, Wanted } from './behaviour.ts';
import type { Catalogue, EmbeddedChildren } from './catalogue.ts';
import type { Json, JsonObject } from './json.ts';
import { isJsonObject, memberOf, textOf, withoutMembers } from './request-json.ts';
import type { Row, Store } from './store.ts';
import { storedForm } from './telling.ts';
import { withoutSecrets } from './without-secrets.ts';

/** All that a PUT needs to know besides itself. */
export interface Provider {
  readonly store: Store;
  readonly catalogue: Catalogue;
  readonly world: ProviderWorld;
}

export interface PutDone {
  readonly row: Row;
  readonly isNew: boolean;
}

/**
 * What a provider does with a PUT: look for the place, refuse, fill in, store, and the same for each child written inside.
 * All or nothing.
 */
export function putResource(
  provider: Provider,
  path: ResourcePath,
  body: Json,
): PutDone | ArmError {
  if (!isJsonObject(body)) {
    return armError(400, 'InvalidRequestContent', 'The request content is not a JSON object.');
  }
  return provider.store.attempt(
    () => putInside(provider, path, body),
    (result) => !isArmError(result),
  );
}

function putInside(provider: Provider, path: ResourcePath, body: JsonObject): PutDone | ArmError {
  const { store, catalogue, world } = provider;
  const nowhere = refusePlace(provider, path);
  if (nowhere !== undefined) return nowhere;
  const existing = store.get(path.id);
  const id = existing?.id ?? spelledId(store, path);
  const wanted = wantedOf(provider, path, id, body, existing);
  const behaviour = catalogue.get(path.type);
  const refusal = refuseLocation(provider, path, wanted) ?? behaviour?.refuse?.(wanted, world);
  if (refusal !== undefined) return refusal;
  const filled = filledBody(behaviour, wanted, world);
  const row = keep(provider, path, id, filled);
  for (const children of catalogue.embeddedIn(path.type)) {
    const failed = putChildren(provider, path, row, children, body);
    if (failed !== undefined) return failed;
  }
  return { row, isNew: existing === undefined };
}

function wantedOf(
  { store, catalogue }: Provider,
  path: ResourcePath,
  id: string,
  body: JsonObject,
  existing: Row | undefined,
): Wanted {
  const parent = store.get(path.above)?.body['location'];
  const group = store.get(groupOf(id))?.body['location'];
  const own = textOf(memberOf(body, 'location')) ?? textOf(existing?.body['location']);
  return {
    id,
    name: id.slice(id.lastIndexOf('/') + 1),
    body,
    location: own ?? textOf(parent) ?? textOf(group) ?? '',
    ...(existing === undefined ? {} : { before: storedForm(existing, store, catalogue) }),
  };
}

function filledBody(
  behaviour: Behaviour | undefined,
  wanted: Wanted,
  world: ProviderWorld,
): JsonObject {
  return behaviour?.fill?.(wanted, world) ?? wanted.body;
}

/** The envelope is the manager's, not the provider's: whatever stood in a body that was read and written back. */
function keep(
  provider: Provider,
  path: ResourcePath,
  id: string,
  filled: JsonObject,
  earlier?: Row,
): Row {
  const { store, catalogue } = provider;
  const clean = withoutSecrets(filled, path.type);
  const body = withoutMembers(clean, ['id', 'name', 'type', 'etag', 'properties']);
  const sent = memberOf(clean, 'properties');
  const listed = catalogue.embeddedIn(path.type).map(({ property }) => property.toLowerCase());
  const properties = withoutMembers(isJsonObject(sent) ? sent : {}, listed);
  const version = ((earlier ?? store.get(id))?.version ?? 0) + 1;
  const draft = {
    id,
    type: path.type,
    within: spelledAbove(store, path),
    body: {
      id,
      name: id.slice(id.lastIndexOf('/') + 1),
      type: path.spelled,
      ...(path.type.startsWith('microsoft.network/') ? { etag: etagOf(id, version) } : {}),
      ...body,
      properties: hasState(path.type)
        ? { ...properties, provisioningState: 'Succeeded' }
        : properties,
    },
  };
  return store.put(draft, earlier);
}

/** Changes with every write, as the real one does. */
export function etagOf(id: string, version: number): string {
  let hash = 0xcbf29ce4;
  for (let index = 0; index < id.length; index += 1) {
    hash = Math.imul(hash ^ (id.charCodeAt(index) | 0x20), 0x01000193) >>> 0;
  }
  const [one, two] = [hash.toString(16).padStart(8, '0'), version.toString(16).padStart(12, '0')];
  return `W/"${one}-0000-4000-8000-${two}"`;
}

/** Role assignments and the like have no life of their own that could succeed. */
function hasState(type: string): boolean {
  return !/^microsoft\.(?:authorization|insights|managedidentity)\//.test(type);
}

/** The list in a parent's body is what there is afterwards: others are deleted, each of it is a PUT of its own. */
function putChildren(
  provider: Provider,
  path: ResourcePath,
  parent: Row,
  children: EmbeddedChildren,
  body: JsonObject,
): ArmError | undefined {
  const { store, catalogue, world } = provider;
  const { type, property, whenAbsent } = children;
  const listed = memberOf(memberOf(body, 'properties'), property);
  if (listed === undefined || listed === null) {
    if (whenAbsent === 'kept' || listed === null) return undefined;
  } else if (!Array.isArray(listed)) {
    return armError(
      400,
      'InvalidRequestFormat',
      `Cannot parse the request: \`${property}\` is not a list.`,
    );
  }
  const items = (listed ?? []) as readonly Json[];
  const segment = type.slice(path.type.length + 1);
  const written: { readonly path: ResourcePath; readonly body: JsonObject }[] = [];
  const names = new Set<string>();
  for (const item of items) {
    const name = textOf(memberOf(item, 'name'));
    if (!isJsonObject(item) || name === undefined || !isName(name)) {
      return armError(
        400,
        'InvalidRequestFormat',
        `Cannot parse the request: an item of \`${property}\` has no name.`,
      );
    }
    if (names.has(name.toLowerCase())) {
      return armError(
        400,
        'InvalidRequestFormat',
        `Cannot parse the request: \`${property}\` has two items with the name \`${name}\`.`,
      );
    }
    names.add(name.toLowerCase());
    written.push({
      path: childPath(path, parent.id, segmentOf(children, segment), name),
      body: item,
    });
  }
  for (const row of store.within(parent.key)) {
    if (row.type !== type || names.has(nameOf(row.id).toLowerCase())) continue;
    const refusal = catalogue.get(type)?.refuseDelete?.(row.id, world);
    if (refusal !== undefined) return refusal;
    store.remove(row.id);
  }
  // All are there before the first is judged: a new address plan is compared with itself, not with the one it replaces.
  const before = new Map(written.map((child) => [child.path.id, store.get(child.path.id)]));
  for (const child of written) keep(provider, child.path, rowId(store, child.path), child.body);
  for (const child of written) {
    const behaviour = catalogue.get(type);
    const existing = before.get(child.path.id);
    const wanted = wantedOf(provider, child.path, rowId(store, child.path), child.body, existing);
    const refusal = behaviour?.refuse?.(wanted, world);
    if (refusal !== undefined) return refusal;
    keep(provider, child.path, wanted.id, filledBody(behaviour, wanted, world), existing);
  }
  return undefined;
}

function childPath(parent: ResourcePath, id: string, segment: string, name: string): ResourcePath {
  return {
    ...parent,
    type: `${parent.type}/${segment.toLowerCase()}`,
    spelled: `${parent.spelled}/${segment}`,
    names: [...parent.names, name],
    name,
    above: id,
    id: `${id}/${segment}/${name}`,
  };
}

/** Children are spelled as the property that lists them: `virtualNetworkPeerings`. */
function segmentOf({ property }: EmbeddedChildren, segment: string): string {
  return property.toLowerCase() === segment ? property : segment;
}

function rowId(store: Store, path: ResourcePath): string {
  return store.get(path.id)?.id ?? path.id;
}

function isName(name: string): boolean {
  return name.length > 0 && name.length <= 260 && !/[\u0000-\u001f\u007f/\\?#<>]/.test(name);
}

/** Azure makes the watcher of a region with the first network there, in a group of its own (azure-cli issue 8222). */
function isMadeByAzure(id: string, store: Provider['store']): boolean {
  return (
    /\/resourcegroups\/networkwatcherrg\/.*\/networkwatchers\/networkwatcher_[a-z0-9]+$/i.test(
      id,
    ) && store.ofType('microsoft.network/virtualnetworks').length > 0
  );
}

/** Where it is to lie must be there: the subscription, the group, the parent. */
export function refusePlace(
  { store, world }: Provider,
  path: ResourcePath | CollectionPath,
): ArmError | undefined {
  const { scope, above } = path;
  const missing = refuseScope(store, scope, world);
  if (missing !== undefined) return missing;
  if (above !== scope && store.get(above) === undefined && !isMadeByAzure(above, store)) {
    return armError(
      404,
      'ParentResourceNotFound',
      `Failed to perform 'write' on resource(s) of type '${path.spelled.slice(path.namespace.length + 1)}', because the parent resource '${above}' could not be found.`,
    );
  }
  return undefined;
}

export function refuseScope(
  store: Store,
  scope: string,
  world: ProviderWorld,
): ArmError | undefined {
  const subscription = /^\/subscriptions\/([^/]+)/i.exec(scope)?.[1];
  if (
    subscription !== undefined &&
    subscription.toLowerCase() !== world.subscriptionId.toLowerCase()
  ) {
    return armError(
      404,
      'SubscriptionNotFound',
      `The subscription '${subscription}' could not be found.`,
    );
  }
  const group = groupOf(scope);
  if (group !== '' && store.get(group) === undefined) {
    return groupNotFound(group);
  }
  if (
    /\/providers\//i.test(scope) &&
    scope.startsWith('/subscriptions/') &&
    store.get(scope) === undefined
  ) {
    return resourceNotFound(scope);
  }
  return undefined;
}

export function groupNotFound(id: string): ArmError {
  const name = nameOf(id);
  return armError(404, 'ResourceGroupNotFound', `Resource group '${name}' could not be found.`);
}

export function resourceNotFound(id: string): ArmError {
  const [, group] = /\/resourceGroups\/([^/]+)/i.exec(id) ?? [];
  const [, after = id] = /.*\/providers\/(.+)$/i.exec(id) ?? [];
  const [namespace, ...rest] = after.split('/');
  const types = rest.filter((_, index) => index % 2 === 0);
  const names = rest.filter((_, index) => index % 2 === 1);
  const what = [namespace, types.map((type, index) => `${type}/${names[index] ?? ''}`).join('/')];
  const under = group === undefined ? '' : ` under resource group '${group}'`;
  return armError(
    404,
    'ResourceNotFound',
    `The Resource '${what.join('/')}'${under} was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
  );
}

/** A resource does not move: the manager itself refuses another location, and a first PUT without one. */
function refuseLocation(
  { store, catalogue }: Provider,
  path: ResourcePath,
  wanted: Wanted,
): ArmError | undefined {
  const isTopLevel = path.names.length === 1 && groupOf(path.scope).length === path.scope.length;
  // Assignments and settings are about a group, not in it.
  const isAbout = /^microsoft\.(?:authorization|insights)\//.test(path.type);
  if (!isTopLevel || isAbout || path.scope === '') return undefined;
  const sent = textOf(memberOf(wanted.body, 'location'));
  const was = textOf(wanted.before?.['location']);
  if (sent === undefined || sent === '') {
    const isKnown = catalogue.get(path.type) !== undefined && store.get(path.scope) !== undefined;
    if (was !== undefined || !isKnown) return undefined;
    return armError(
      400,
      'LocationRequired',
      'The location property is required for this definition.',
    );
  }
  if (was === undefined || region(was) === region(sent)) return undefined;
  return armError(
    409,
    'InvalidResourceLocation',
    `The resource '${wanted.name}' already exists in location '${was}' in resource group '${nameOf(path.scope)}'. A resource with the same name cannot be created in location '${sent}'. Please select a new resource name.`,
  );
}

/** `West Europe` is `westeurope`. */
export function region(location: string): string {
  return location.toLowerCase().replaceAll(' ', '');
}

/** The id of the resource group an id lies in; empty when in none. */
export function groupOf(id: string): string {
  return /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+/i.exec(id)?.[0] ?? '';
}

export function nameOf(id: string): string {
  return id.slice(id.lastIndexOf('/') + 1);
}

/** The id of something new: what lies above it keeps the spelling it was made with. */
function spelledId(store: Store, path: ResourcePath): string {
  const above = spelledAbove(store, path);
  return `${above}${path.id.slice(path.above.length)}`;
}

function spelledAbove(store: Store, { above, scope }: ResourcePath): string {
  const row = store.get(above);
  if (row !== undefined) return row.id;
  const group = store.get(groupOf(scope));
  return group === undefined ? above : `${group.id}${above.slice(group.id.length)}`;
}
