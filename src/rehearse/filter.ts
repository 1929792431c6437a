import type { Json, JsonObject } from './json.ts';
import { memberOf, textOf } from './request-json.ts';

/**
 * The conditions of OData filters that the clients send: `a eq 'x'`, `a ne 'x'`, `startswith(a, 'x')`, joined by `and`. What is none of
 * these (`atScope()`, `assignedTo(…)`) does not narrow the list. Names and values compare without case, as Azure's do.
 */
export function matchesFilter(item: JsonObject, filter: string): boolean {
  for (const condition of filter.slice(0, FILTER_MAX).split(/\s+and\s+/i)) {
    const [, name, operator, quoted] =
      /^\(?\s*([\w./]+)\s+(eq|ne)\s+'((?:[^']|'')*)'\s*\)?$/i.exec(condition.trim()) ?? [];
    if (name !== undefined && operator !== undefined && quoted !== undefined) {
      const isEqual = valuesAt(item, name).includes(plain(quoted));
      if (isEqual !== (operator.toLowerCase() === 'eq')) return false;
      continue;
    }
    const [, prefixed, prefix] =
      /^startswith\(\s*([\w./]+)\s*,\s*'((?:[^']|'')*)'\s*\)$/i.exec(condition.trim()) ?? [];
    if (prefixed === undefined || prefix === undefined) continue;
    if (!valuesAt(item, prefixed).some((value) => value.startsWith(plain(prefix)))) return false;
  }
  return true;
}

const FILTER_MAX = 4_000;

/** A filter may name what stands in `properties` without saying so: `roleName`, `principalId`. */
function valuesAt(item: JsonObject, name: string): readonly string[] {
  const words = name.split(/[./]/);
  const lower = name.toLowerCase();
  const id = textOf(item['id']) ?? '';
  if (lower === 'resourcegroup')
    return [/\/resourceGroups\/([^/]+)/i.exec(id)?.[1] ?? ''].map(plain);
  if (lower === 'resourcetype') return [plain(textOf(item['type']) ?? '')];
  const found = [at(item, words), at(item['properties'], words)];
  return found.flatMap((value) => (typeof value === 'string' ? [plain(value)] : []));
}

function at(json: Json | undefined, words: readonly string[]): Json | undefined {
  return words.reduce<Json | undefined>((value, word) => memberOf(value, word), json);
}

function plain(text: string): string {
  return text.replaceAll("''", "'").toLowerCase();
}
