import type { Place } from '../diagnostics/index.ts';
import type { Member, ObjectValue, Value } from '../values/index.ts';

/** JSON to be placed; parts that are placed already keep their place, and members without a value are left out. */
export type Draft = string | number | boolean | null | Value | readonly Draft[] | DraftObject;
export interface DraftObject {
  readonly [name: string]: Draft | undefined;
}

export function placed(at: Place, draft: Draft): Value {
  if (draft === null) return { kind: 'null', at };
  if (typeof draft === 'string') return { kind: 'string', value: draft, at };
  if (typeof draft === 'number') return { kind: 'number', value: draft, at };
  if (typeof draft === 'boolean') return { kind: 'boolean', value: draft, at };
  if (isList(draft)) return { kind: 'array', items: draft.map((item) => placed(at, item)), at };
  return isPlaced(draft) ? draft : placedObject(at, draft);
}

export function placedObject(at: Place, draft: DraftObject): ObjectValue {
  const members = new Map<string, Member>();
  for (const [name, part] of Object.entries(draft)) {
    if (part === undefined) continue;
    const value = placed(at, part);
    members.set(name.toLowerCase(), { name, value, at: value.at });
  }
  return { kind: 'object', members, at };
}

function isList(draft: Draft): draft is readonly Draft[] {
  return Array.isArray(draft);
}

/** Kubernetes objects have a `kind` too, but no place. */
function isPlaced(draft: Value | DraftObject): draft is Value {
  const { at } = draft as { readonly at?: { readonly source?: unknown } };
  return typeof draft.kind === 'string' && typeof at?.source === 'object';
}
