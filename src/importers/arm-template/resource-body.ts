import { type Member, type ObjectValue, stringOf, type Value } from '../../values/index.ts';
import { evaluateValue, placeThrough } from './evaluate-value.ts';
import type { ResourceName } from './resource-id.ts';
import type { Context } from './run.ts';

/** Said to the deployment engine, not to the resource. */
const NOT_IN_BODY: ReadonlySet<string> = new Set([
  'apiversion',
  'comments',
  'condition',
  'copy',
  'dependson',
  'existing',
  'metadata',
  'resources',
  'resourcegroup',
  'scope',
  'subscriptionid',
]);

/** The resource as ARM would give it back: evaluated, with its last name and its whole type. */
export function resourceBody(
  source: ObjectValue,
  identity: ResourceName,
  context: Context,
): ObjectValue {
  const members = new Map<string, Member>();
  for (const [key, entry] of source.members) {
    if (NOT_IN_BODY.has(key)) continue;
    members.set(key, { ...entry, value: bodyMember(key, entry.value, identity, context) });
  }
  return { kind: 'object', members, at: placeThrough(source.at, context) };
}

function bodyMember(key: string, value: Value, identity: ResourceName, context: Context): Value {
  const at = placeThrough(value.at, context);
  if (key === 'name') return { kind: 'string', value: identity.names.at(-1) ?? '', at };
  if (key === 'type') {
    return stringOf(value) === identity.type && at === value.at
      ? value
      : { kind: 'string', value: identity.type, at };
  }
  return evaluateValue(value, context);
}
