import { placeless } from '../../diagnostics/index.ts';
import type { AzureResource, Snapshot } from '../../model/index.ts';
import { member, type ObjectValue, stringOf } from '../../values/index.ts';
import type { ResourceTypes } from '../resource-types/index.ts';
import { apiVersionOf, spelledType } from './api-versions.ts';
import { type AzureId, isScopeId, parseAzureId, scopeKey, scopeOf } from './azure-id.ts';
import type { Draft, Planning } from './draft.ts';
import { Identifiers } from './identifier.ts';
import { childrenOf, withInlineChildren } from './inline-children.ts';
import { Parameters } from './parameters.ts';
import { regionOf } from './plan-location.ts';
import { planScope } from './plan-scopes.ts';
import { planText } from './plan-text.ts';
import { parentOf, planName, referenceTo } from './resource-reference.ts';
import { distinctionsOf, roleOf } from './role-symbols.ts';

/** More names than this are literals: ARM takes 256 parameters. */
const NAME_PARAMETERS_MAX = 120;

/** What tells each from others of its role; `undefined` for the only one. Rule collection groups always say which. */
function distinctionsByRole(
  candidates: readonly Candidate[],
  roles: readonly string[],
): readonly (string | undefined)[] {
  const groups = new Map<string, number[]>();
  for (const [index, role] of roles.entries()) {
    const group = groups.get(role);
    if (group === undefined) groups.set(role, [index]);
    else group.push(index);
  }
  const result: (string | undefined)[] = roles.map(() => undefined);
  for (const [role, indexes] of groups) {
    if (indexes.length === 1 && role !== 'rcg') continue;
    const names = indexes.map((index) => candidates[index]?.id.names.at(-1) ?? '');
    const words = distinctionsOf(role, names);
    for (const [position, index] of indexes.entries()) result[index] = words[position];
  }
  return result;
}

interface Candidate {
  readonly resource: AzureResource;
  readonly id: AzureId;
  readonly type: string;
  readonly apiVersion: string;
  readonly source: ObjectValue;
}

/**
 * Every resource that the plan deploys, named and placed, without its body yet: bodies refer to all of them.
 * @param apart children that must not stand inside their parents
 */
export function draftResources(
  snapshot: Snapshot,
  types: ResourceTypes,
  apart: ReadonlySet<string>,
): Planning {
  const sorted = [...snapshot.resources.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  const deployable = sorted.filter((resource) => resource.isReference !== true);
  const planning = openPlanning(snapshot, types, deployable);
  const candidates = candidatesOf(planning, deployable, apart);
  const roles = candidates.map(({ resource, type }) => roleOf(type, resource, snapshot));
  const distinctions = distinctionsByRole(candidates, roles);
  // Parents first: a child is asked for its parent's draft.
  const order = [...candidates.keys()].sort(
    (a, b) => candidates[a]!.id.names.length - candidates[b]!.id.names.length || a - b,
  );
  const extensions: number[] = [];
  for (const index of order) {
    const candidate = candidates[index]!;
    if (!isScopeId(candidate.id.base) && candidate.id.base !== '') extensions.push(index);
    else addDraft(planning, candidate, roles[index]!, distinctions[index]);
  }
  // What extends others is named after them, so they come first.
  for (const index of extensions)
    addDraft(planning, candidates[index]!, roles[index]!, distinctions[index]);
  return planning;
}

function openPlanning(
  snapshot: Snapshot,
  types: ResourceTypes,
  deployable: readonly AzureResource[],
): Planning {
  const identifiers = new Identifiers();
  const scopes = deployable.flatMap((resource) => {
    const scope = scopeOf(resource.id);
    if (scope === undefined) return [];
    // A group is deployed by its subscription, not by itself.
    const isGroup = scope.kind === 'resource-group' && isScopeId(resource.id);
    return [
      isGroup ? ({ kind: 'subscription', subscription: scope.subscription } as const) : scope,
    ];
  });
  const keys = new Set(scopes.map(scopeKey));
  const deployedTo = scopes.flatMap((scope) =>
    'subscription' in scope ? [scope.subscription.toLowerCase()] : [],
  );
  const subscription = mostFrequent(deployedTo);
  const subscriptions = new Set(deployedTo);
  const [only] = scopes;
  const isSingle = keys.size === 1 && only?.kind === 'resource-group';
  const group = isSingle ? scopeKey(only) : undefined;
  const groupId = isSingle ? deployable[0]?.id.split('/').slice(0, 5).join('/') : undefined;
  const regions = deployable.flatMap((resource) => {
    const location = stringOf(member(resource.body, 'location'));
    const isNamed =
      location !== undefined && !/^global$/i.test(location) && !location.includes('«');
    return isNamed ? [regionOf(location)] : [];
  });
  const tops = deployable.filter(({ id }) => (parseAzureId(id)?.names.length ?? 2) === 1);
  return {
    snapshot,
    types,
    identifiers,
    parameters: new Parameters(identifiers, groupId),
    drafts: new Map(),
    inlined: new Map(),
    scopes: new Map(),
    home: { subscription: subscription ?? '', group, isSpread: subscriptions.size > 1 },
    hasNameParameters: tops.length <= NAME_PARAMETERS_MAX,
    mainRegion: mostFrequent(regions),
    dropped: [],
    losses: [],
    diagnostics: [],
  };
}

/** The first of those that occur most often. */
function mostFrequent(texts: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  let best: string | undefined;
  for (const [text, count] of counts) {
    if (best === undefined || count > (counts.get(best) ?? 0)) best = text;
  }
  return best;
}

function candidatesOf(
  planning: Planning,
  deployable: readonly AzureResource[],
  apart: ReadonlySet<string>,
): readonly Candidate[] {
  const children = childrenOf(planning.snapshot);
  const sources = new Map<string, ObjectValue>();
  for (const resource of deployable) {
    const { body, inlined } = withInlineChildren(resource, children, apart);
    sources.set(resource.key, body);
    for (const key of inlined) planning.inlined.set(key, resource.key);
  }
  return deployable.flatMap((resource): Candidate[] => {
    if (planning.inlined.has(resource.key)) return [];
    const id = idOf(resource);
    const refused = id === undefined ? 'its id cannot be read' : whyNot(id);
    const written = id?.type ?? stringOf(member(resource.body, 'type')) ?? resource.type;
    const type = spelledType(planning.types, written);
    const apiVersion = apiVersionOf(planning.types, type, resource.apiVersion);
    if (id === undefined || refused !== undefined || apiVersion === undefined) {
      const why = refused ?? `no API version of \`${type}\` is known; give the resource one`;
      planning.losses.push({
        what: `${type} ${resource.name}`,
        why: `${why}, so it is left out`,
        at: resource.at,
      });
      return [];
    }
    return [{ resource, id, type, apiVersion, source: sources.get(resource.key) ?? resource.body }];
  });
}

function whyNot(id: AzureId): string | undefined {
  const scope = scopeOf(id.id);
  const isAbove = scope?.kind === 'tenant' || scope?.kind === 'management-group';
  return isAbove ? 'it is deployed above subscriptions' : undefined;
}

/** A resource group is a resource whose id is that of a scope. */
function idOf(resource: AzureResource): AzureId | undefined {
  const scope = scopeOf(resource.id);
  if (isScopeId(resource.id) && scope?.kind === 'resource-group') {
    return {
      id: resource.id,
      base: `/subscriptions/${scope.subscription}`,
      type: 'Microsoft.Resources/resourceGroups',
      names: [scope.name],
    };
  }
  return parseAzureId(resource.id);
}

function addDraft(
  planning: Planning,
  candidate: Candidate,
  role: string,
  distinction: string | undefined,
): void {
  const { resource, id, type, apiVersion, source } = candidate;
  const at = resource.at ?? placeless(id.id);
  const title = id.names.at(-1) ?? '';
  const of = isScopeId(id.base) || id.base === '' ? undefined : referenceTo(planning, id.base, at);
  const extended = of === undefined ? undefined : planning.drafts.get(of.resource);
  const tail = extended === undefined ? distinction : capital(extended.symbol);
  const wanted = distinction === undefined ? role : `${role}${tail}`;
  const symbol = planning.identifiers.take(wanted, 'resource');
  const parent = parentOf(planning, id, at);
  const isTop = parent === undefined;
  planning.drafts.set(resource.key, {
    key: resource.key,
    symbol,
    type,
    apiVersion,
    title,
    id,
    name: isTop
      ? planName(planning, type, title, symbol, at)
      : planText(planning, title, symbol, at),
    parent: parent?.key,
    extends: of,
    scope: scopeOfDraft(planning, id, at),
    resource,
    isExisting: false,
    source,
    body: [],
    condition: undefined,
    order: new Set(),
    at,
  } satisfies Draft);
}

function scopeOfDraft(planning: Planning, id: AzureId, at: Draft['at']): string {
  const isGroup = /^microsoft\.resources\/resourcegroups$/i.test(id.type);
  const scope = scopeOf(isGroup ? id.base : id.id);
  return scope === undefined ? '' : planScope(planning, scope, at).key;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
