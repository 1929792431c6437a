import {
  isUnknown,
  itemsOf,
  path,
  stringOf,
  type Unknown,
  type Value,
} from '../../../values/index.ts';

/**
 * What the lab needs of a resource beyond the typed views, read from its own JSON. A switch that nobody knows is
 * `undefined` here; whoever decides by it asks `unknownAt` first and says so.
 */

export function textAt(value: Value | undefined, ...names: readonly string[]): string | undefined {
  const found = path(value, ...names);
  switch (found?.kind) {
    case 'string':
      return found.value;
    case 'number':
    case 'boolean':
      return String(found.value);
    default:
      return undefined;
  }
}

export function numberAt(
  value: Value | undefined,
  ...names: readonly string[]
): number | undefined {
  const text = textAt(value, ...names)?.trim();
  if (text === undefined || text === '') return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

export function flagAt(value: Value | undefined, ...names: readonly string[]): boolean | undefined {
  const text = textAt(value, ...names)
    ?.trim()
    .toLowerCase();
  return text === 'true' ? true : text === 'false' ? false : undefined;
}

export function listAt(value: Value | undefined, ...names: readonly string[]): readonly Value[] {
  return itemsOf(path(value, ...names));
}

/** The texts of a list; items that are no texts are left out. */
export function textsAt(value: Value | undefined, ...names: readonly string[]): readonly string[] {
  return listAt(value, ...names).flatMap((item) => textAt(item) ?? []);
}

/** Last segment of a resource id, in lower case: the name of an element inside its resource. */
export function nameReferredTo(
  value: Value | undefined,
  ...names: readonly string[]
): string | undefined {
  const id = stringOf(path(value, ...names, 'id'));
  return id?.slice(id.lastIndexOf('/') + 1).toLowerCase();
}

export function unknownAt(
  value: Value | undefined,
  ...names: readonly string[]
): Unknown | undefined {
  const found = path(value, ...names);
  return isUnknown(found) ? found : undefined;
}

/** The first unknown anywhere inside, to a bounded depth. */
export function unknownInside(value: Value | undefined, depth = 12): Unknown | undefined {
  if (value === undefined || depth === 0) return undefined;
  if (value.kind === 'unknown') return value;
  const parts =
    value.kind === 'array'
      ? value.items
      : value.kind === 'object'
        ? [...value.members.values()].map((entry) => entry.value)
        : [];
  for (const part of parts) {
    const found = unknownInside(part, depth - 1);
    if (found !== undefined) return found;
  }
  return undefined;
}
