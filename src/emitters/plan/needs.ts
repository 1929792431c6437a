import type { Draft } from './draft.ts';
import { valuesIn, valuesOf } from './walk-values.ts';

/** Keys of what the text of a resource refers to: its parent, what it extends, ids and attributes in its body. */
export function impliedNeeds(draft: Draft): ReadonlySet<string> {
  const needs = new Set<string>();
  if (draft.parent !== undefined) needs.add(draft.parent);
  if (draft.extends !== undefined) needs.add(draft.extends.resource);
  for (const value of [...valuesIn(draft.name), ...valuesOf(draft.body)]) {
    if (value.kind === 'attribute') needs.add(value.resource);
    if (value.kind === 'resource-id' && value.isWeak !== true) needs.add(value.of.resource);
  }
  needs.delete(draft.key);
  return needs;
}

/** All that must be there before. */
export function allNeeds(draft: Draft): ReadonlySet<string> {
  return new Set([...impliedNeeds(draft), ...draft.order]);
}

/**
 * Resources that need each other, in groups of two and more (strongly connected components, Tarjan), sorted. Written
 * without recursion: a chain of five hundred rule collection groups is a chain of five hundred needs.
 */
export function cyclesIn(needs: ReadonlyMap<string, ReadonlySet<string>>): readonly string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const open: string[] = [];
  const isOpen = new Set<string>();
  const cycles: string[][] = [];
  for (const root of needs.keys()) {
    if (index.has(root)) continue;
    const work: { key: string; rest: Iterator<string> }[] = [];
    const enter = (key: string) => {
      index.set(key, index.size);
      low.set(key, index.get(key)!);
      open.push(key);
      isOpen.add(key);
      work.push({ key, rest: (needs.get(key) ?? new Set<string>()).values() });
    };
    enter(root);
    while (work.length > 0) {
      const { key, rest } = work.at(-1)!;
      const next = rest.next();
      if (next.done !== true) {
        if (!needs.has(next.value)) continue;
        if (!index.has(next.value)) enter(next.value);
        else if (isOpen.has(next.value)) {
          low.set(key, Math.min(low.get(key)!, index.get(next.value)!));
        }
        continue;
      }
      work.pop();
      const above = work.at(-1);
      if (above !== undefined) low.set(above.key, Math.min(low.get(above.key)!, low.get(key)!));
      if (low.get(key) !== index.get(key)) continue;
      const group = open.splice(open.indexOf(key));
      for (const each of group) isOpen.delete(each);
      if (group.length > 1) cycles.push(group.sort());
    }
  }
  return cycles.sort((a, b) => (a[0]! < b[0]! ? -1 : 1));
}
