import type { Json, JsonObject } from '../json.ts';
import { isJsonObject, memberOf } from '../request-json.ts';

/** One changed property as a what-if tells it. Objects are flattened into paths, arrays nest. */
// A type, not an interface: it is told as JSON, which an interface is not known to be.
export type PropertyChange = {
  readonly path: string;
  readonly propertyChangeType: 'Create' | 'Delete' | 'Modify' | 'Array';
  readonly before?: Json;
  readonly after?: Json;
  readonly children?: readonly PropertyChange[];
};

const DEPTH_MAX = 100;
/** Changes with every write and says nothing about the resource (iac-formats 9). */
const NOISE: ReadonlySet<string> = new Set(['etag', 'provisioningstate']);

/** What differs between two tellings of a resource. The order of members says nothing; the order of items does. */
export function propertyChanges(before: JsonObject, after: JsonObject): PropertyChange[] {
  return objectChanges(before, after, '', 0);
}

/** Without what changes at every write. */
export function withoutNoise(json: Json): Json {
  if (Array.isArray(json)) return json.map(withoutNoise);
  if (!isJsonObject(json)) return json;
  const members = Object.entries(json).flatMap(([name, value]): [string, Json][] =>
    value === undefined || NOISE.has(name.toLowerCase()) ? [] : [[name, withoutNoise(value)]],
  );
  return Object.fromEntries(members);
}

function objectChanges(
  before: JsonObject,
  after: JsonObject,
  prefix: string,
  depth: number,
): PropertyChange[] {
  const names = new Map<string, string>();
  for (const name of [...Object.keys(before), ...Object.keys(after)]) {
    const lower = name.toLowerCase();
    if (!NOISE.has(lower) && !names.has(lower)) names.set(lower, name);
  }
  return [...names.values()].flatMap((name) =>
    changes(memberOf(before, name), memberOf(after, name), `${prefix}${name}`, depth),
  );
}

function changes(
  before: Json | undefined,
  after: Json | undefined,
  path: string,
  depth: number,
): PropertyChange[] {
  // Nothing said and null are the same to a provider.
  if ((before ?? null) === (after ?? null)) return [];
  if (before === undefined || before === null) {
    return [{ path, propertyChangeType: 'Create', after: withoutNoise(after ?? null) }];
  }
  if (after === undefined || after === null) {
    return [{ path, propertyChangeType: 'Delete', before: withoutNoise(before) }];
  }
  if (depth < DEPTH_MAX && isJsonObject(before) && isJsonObject(after)) {
    return objectChanges(before, after, `${path}.`, depth + 1);
  }
  if (depth < DEPTH_MAX && Array.isArray(before) && Array.isArray(after)) {
    const children = itemChanges(before, after, depth + 1);
    return children.length === 0 ? [] : [{ path, propertyChangeType: 'Array', children }];
  }
  return [
    {
      path,
      propertyChangeType: 'Modify',
      before: withoutNoise(before),
      after: withoutNoise(after),
    },
  ];
}

function itemChanges(
  before: readonly Json[],
  after: readonly Json[],
  depth: number,
): PropertyChange[] {
  const pairs = isNamed(before) && isNamed(after) ? byName(before, after) : byPlace(before, after);
  return pairs.flatMap(([old, now, place]) => {
    if (old === undefined) {
      return [{ path: place, propertyChangeType: 'Create', after: withoutNoise(now ?? null) }];
    }
    if (now === undefined) {
      return [{ path: place, propertyChangeType: 'Delete', before: withoutNoise(old) }];
    }
    if (!isJsonObject(old) || !isJsonObject(now)) return changes(old, now, place, depth);
    const children = objectChanges(old, now, '', depth);
    return children.length === 0
      ? []
      : [{ path: place, propertyChangeType: 'Modify', children } as const];
  });
}

type Pair = readonly [Json | undefined, Json | undefined, string];

/** Rules and subnets are known by their names: one taken out does not change all behind it. */
function byName(before: readonly Json[], after: readonly Json[]): Pair[] {
  const old = new Map(before.map((item) => [nameOf(item), item]));
  const now = new Set(after.map(nameOf));
  return [
    ...after.map((item, index): Pair => [old.get(nameOf(item)), item, String(index)]),
    ...before.flatMap((item, index): Pair[] =>
      now.has(nameOf(item)) ? [] : [[item, undefined, String(index)]],
    ),
  ];
}

function byPlace(before: readonly Json[], after: readonly Json[]): Pair[] {
  const length = Math.max(before.length, after.length);
  return Array.from({ length }, (_, index) => [before[index], after[index], String(index)]);
}

function isNamed(items: readonly Json[]): boolean {
  return (
    new Set(items.map(nameOf)).size === items.length && items.every((item) => nameOf(item) !== '')
  );
}

function nameOf(item: Json): string {
  const name = memberOf(item, 'name');
  return typeof name === 'string' ? name.toLowerCase() : '';
}
