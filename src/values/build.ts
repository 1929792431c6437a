import type { Place } from '../diagnostics/index.ts';
import type { Value } from './value.ts';

/** Wraps plain JSON, every node placed at `at`. For derived values and tests. */
export function fromJson(json: unknown, at: Place): Value {
  if (json === null || json === undefined) return { kind: 'null', at };
  if (typeof json === 'string') return { kind: 'string', value: json, at };
  if (typeof json === 'number') return { kind: 'number', value: json, at };
  if (typeof json === 'boolean') return { kind: 'boolean', value: json, at };
  if (Array.isArray(json)) {
    return { kind: 'array', items: json.map((item) => fromJson(item, at)), at };
  }
  const members = new Map<string, { name: string; value: Value; at: Place }>();
  for (const [name, value] of Object.entries(json as object)) {
    members.set(name.toLowerCase(), { name, value: fromJson(value, at), at });
  }
  return { kind: 'object', members, at };
}

/** Plain JSON again. An unknown becomes `{ "$unknown": text, "missing": … }`, never a guess. */
export function toJson(value: Value): unknown {
  switch (value.kind) {
    case 'object': {
      // Entries, not assignment: a member named `__proto__` must stay a member.
      return Object.fromEntries(
        [...value.members.values()].map((entry) => [entry.name, toJson(entry.value)]),
      );
    }
    case 'array':
      return value.items.map(toJson);
    case 'null':
      return null;
    case 'unknown':
      return { $unknown: value.text, missing: value.missing };
    default:
      return value.value;
  }
}
