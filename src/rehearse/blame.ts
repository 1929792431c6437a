import type { Json, JsonObject } from './json.ts';
import { isJsonObject } from './request-json.ts';

/**
 * Which request wrote which part of a document: the clients of Azure read, add and write everything back (arm-endpoint 2.3),
 * so the last writer of a firewall is rarely the author of a rule in it. A part that is not named has the request of the
 * part around it.
 */
export interface Blame {
  /** Number of the request in the journal. */
  readonly by: number;
  readonly parts?: Readonly<Record<string, Blame>>;
}

/** Blame of `after`, given what stood there before. O(size). */
export function blameOf(
  before: Json | undefined,
  earlier: Blame | undefined,
  after: Json | undefined,
  by: number,
): Blame {
  if (before === undefined || earlier === undefined) return { by };
  if (isSame(before, after)) return earlier;
  const [old, now] = [partsOf(before), partsOf(after)];
  if (old === undefined || now === undefined) return { by };
  const parts: [string, Blame][] = [];
  for (const [name, value] of now) {
    const blame = blameOf(old.get(name), partOf(earlier, name), value, by);
    if (blame.by !== earlier.by || blame.parts !== undefined) parts.push([name, blame]);
  }
  return parts.length === 0
    ? { by: earlier.by }
    : { by: earlier.by, parts: Object.fromEntries(parts) };
}

/** Blame of one member of an object, or of one item of a list by `partName`. */
export function partOf(blame: Blame, name: string): Blame {
  const { parts } = blame;
  return parts !== undefined && Object.hasOwn(parts, name) ? parts[name]! : { by: blame.by };
}

/** Items of lists are told apart by their name, as the clients do; without one by where they stand. */
export function partName(item: Json | undefined, index: number): string {
  const name = isJsonObject(item) ? item['name'] : undefined;
  return typeof name === 'string' ? `name ${name.toLowerCase()}` : `at ${index}`;
}

/** A list of texts is written as one: who changes an address range says what all of them are. */
function partsOf(value: Json | undefined): ReadonlyMap<string, Json | undefined> | undefined {
  if (isList(value) && !value.some(isJsonObject)) return undefined;
  if (isList(value)) return new Map(value.map((item, index) => [partName(item, index), item]));
  if (isJsonObject(value)) return new Map(Object.entries(value));
  return undefined;
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** Same JSON, members in any order. */
export function isSame(one: Json | undefined, other: Json | undefined): boolean {
  if (one === other) return true;
  if (isList(one) || isList(other)) {
    if (!isList(one) || !isList(other) || one.length !== other.length) return false;
    return one.every((item, index) => isSame(item, other[index]));
  }
  return isJsonObject(one) && isJsonObject(other) && hasSameMembers(one, other);
}

function hasSameMembers(one: JsonObject, other: JsonObject): boolean {
  const names = Object.keys(one);
  if (names.length !== Object.keys(other).length) return false;
  return names.every((name) => Object.hasOwn(other, name) && isSame(one[name], other[name]));
}
