import type { Place } from '../../diagnostics/index.ts';
import { apiVersionOf, spelledType } from './api-versions.ts';
import { type AzureId, isScopeId, parentId, parseAzureId, scopeOf } from './azure-id.ts';
import type { Draft, Planning } from './draft.ts';
import type { PlanText, PlanValue, ResourceRef } from './plan.ts';
import { planScope } from './plan-scopes.ts';
import { planText } from './plan-text.ts';
import { distinctionOf, roleOf } from './role-symbols.ts';

/** What an id refers to. `undefined` when the text is no id at all. */
export function planReference(planning: Planning, id: string, at: Place): PlanValue | undefined {
  if (!/^\/(?:subscriptions|providers)\//i.test(id)) return undefined;
  const text = id.replace(/\/+$/, '');
  if (isScopeId(text)) {
    const scope = scopeOf(text);
    return scope === undefined
      ? undefined
      : { kind: 'scope-id', scope: planScope(planning, scope, at).key, at };
  }
  const of = referenceTo(planning, text, at);
  return of === undefined ? undefined : { kind: 'resource-id', of, at };
}

/**
 * The resource of the plan that an id names, or the one it names a part of. A resource that is not in the plan is
 * added as an existing one.
 */
export function referenceTo(planning: Planning, id: string, at: Place): ResourceRef | undefined {
  const parsed = parseAzureId(id);
  if (parsed === undefined) return undefined;
  const below: { type: string; name: PlanText }[] = [];
  let here: AzureId | undefined = parsed;
  while (here !== undefined) {
    const key = here.id.toLowerCase();
    if (planning.drafts.has(key)) return { resource: key, below };
    const parent = parentId(here);
    if (parent === undefined) {
      const draft = addExisting(planning, here, at);
      return draft === undefined ? undefined : { resource: draft.key, below };
    }
    below.unshift({
      type: here.type.split('/').at(-1) ?? '',
      name: planText(planning, here.names.at(-1) ?? '', 'name', at),
    });
    here = parseAzureId(parent);
  }
  return undefined;
}

/** The draft whose id this is exactly. */
export function draftOfId(planning: Planning, id: string, at: Place): Draft | undefined {
  const of = referenceTo(planning, id, at);
  return of === undefined || of.below.length > 0 ? undefined : planning.drafts.get(of.resource);
}

/** The parent of a child, added with its own parents as an existing resource where the plan does not deploy it. */
export function parentOf(planning: Planning, id: AzureId, at: Place): Draft | undefined {
  const text = parentId(id);
  const parsed = text === undefined ? undefined : parseAzureId(text);
  if (parsed === undefined) return undefined;
  const known = planning.drafts.get(parsed.id.toLowerCase());
  return known ?? addExisting(planning, parsed, at);
}

/** A resource that somebody else deploys. */
function addExisting(planning: Planning, id: AzureId, at: Place): Draft | undefined {
  // An extension of something that is there already: nothing in a plan can speak of it.
  if (!isScopeId(id.base) && id.base !== '') return undefined;
  const scope = scopeOf(id.base === '' ? '/providers/x' : id.base);
  if (scope === undefined) return undefined;
  const key = id.id.toLowerCase();
  const resource = planning.snapshot.resources.get(key);
  const type = spelledType(planning.types, id.type);
  const title = id.names.at(-1) ?? '';
  const parent = parentOf(planning, id, at);
  const role = roleOf(type, resource, planning.snapshot);
  const symbol = planning.identifiers.take(`${role}${distinctionOf(role, title)}`, 'resource');
  const draft: Draft = {
    key,
    symbol,
    type,
    apiVersion: apiVersionOf(planning.types, type, resource?.apiVersion) ?? '',
    title,
    id,
    name:
      parent === undefined
        ? planName(planning, type, title, symbol, at)
        : planText(planning, title, symbol, at),
    parent: parent?.key,
    extends: undefined,
    scope: planScope(planning, scope, at).key,
    resource,
    isExisting: true,
    source: resource?.body,
    body: [],
    condition: undefined,
    order: new Set(),
    at,
  };
  planning.drafts.set(key, draft);
  return draft;
}

/** Names that mean something by themselves are no choice of anybody's. */
const FIXED_NAMES =
  /^microsoft\.(?:network\/(?:privatednszones|dnszones)|authorization\/.*|insights\/diagnosticsettings|resources\/.*)$/i;

/** A name as a parameter with the name as its default, or as a literal where nobody would change it. */
export function planName(
  planning: Planning,
  type: string,
  title: string,
  symbol: string,
  at: Place,
): PlanText {
  const isLiteral = !planning.hasNameParameters || FIXED_NAMES.test(type);
  if (isLiteral || title.includes('«')) return planText(planning, title, symbol, at);
  return planning.parameters.named(
    `name:${symbol}`,
    `${symbol}Name`,
    (name) => ({
      name,
      type: 'string',
      description: `Name of ${symbol} (${type.split('/').slice(1).join('/')}).`,
      isSecure: false,
      default: { kind: 'literal', value: title, at },
      role: 'name',
    }),
    at,
  );
}
