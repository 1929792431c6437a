/** Policies as plain JSON, read field by field. What is absent, null or of the wrong type is `undefined` or empty. */
export type Written = unknown;

export function field(value: Written, ...names: readonly string[]): Written {
  let here = value;
  for (const name of names) {
    if (typeof here !== 'object' || here === null || Array.isArray(here)) return undefined;
    here = Object.hasOwn(here, name)
      ? (here as Readonly<Record<string, Written>>)[name]
      : undefined;
  }
  return here ?? undefined;
}

export function list(value: Written): readonly Written[] {
  return Array.isArray(value) ? value : [];
}

/** A list that is there, even if empty. */
export function isList(value: Written): boolean {
  return Array.isArray(value);
}

export function text(value: Written): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function texts(value: Written): readonly string[] {
  return list(value).filter((each): each is string => typeof each === 'string');
}

export function number(value: Written): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

export function names(value: Written): readonly string[] {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.keys(value)
    : [];
}

/** The first thing in it that is not known, as a phrase. Depth is bounded by the importers. */
export function missingIn(value: Written): string | undefined {
  if (Array.isArray(value)) return firstOf(value);
  if (typeof value !== 'object' || value === null) return undefined;
  if (Object.hasOwn(value, '$unknown')) return text(field(value, 'missing')) ?? 'a value';
  return firstOf(Object.values(value));
}

function firstOf(values: readonly Written[]): string | undefined {
  for (const value of values) {
    const missing = missingIn(value);
    if (missing !== undefined) return missing;
  }
  return undefined;
}
