import {
  isAbsent,
  type Member,
  type ObjectValue,
  objectValue,
  type Value,
} from '../../values/index.ts';
import { PART_SHAPES, RESOURCE_SHAPES, type ResourceShape } from './resource-shapes.ts';

/** Beside `properties` in every resource. */
const EVERYWHERE: ReadonlySet<string> = new Set(['id', 'name', 'type', 'etag']);
/** Beside `properties` in every resource that stands on its own. */
const OF_RESOURCES: ReadonlySet<string> = new Set([
  'location',
  'tags',
  'systemdata',
  'managedby',
  'apiversion',
]);
/** And in resources whose type we have no definition of. */
const OF_UNKNOWN_TYPES: readonly string[] = [
  'extendedlocation',
  'identity',
  'kind',
  'plan',
  'sku',
  'zones',
];
/** Said by the CLI and by Resource Graph about a resource; part of its id, not of its body. */
const SAID_BY_ID: ReadonlySet<string> = new Set(['resourcegroup', 'subscriptionid', 'tenantid']);

/**
 * ARM-73: old versions of the CLI print the map of classic firewall settings at the root, dotted keys and all.
 */
const CLASSIC_SETTING = /^(?:network|threatintel)\.[a-z]/;

/** ARM-72: where a member would hide a field of the envelope, the CLI spells it twice. */
const RENAMED: ReadonlyMap<string, string> = new Map([
  ['typepropertiestype', 'type'],
  ['namepropertiesname', 'name'],
]);

/**
 * A resource of an export in ARM's own shape. With a `properties` object it is in that shape already, except for
 * members that only the CLI or Resource Graph adds. Without one it was flattened (ARM-71): what is not part of the
 * envelope goes back into `properties`, in the parts of the resource too.
 * @param type lower case; an unknown type gets the usual envelope, and its parts stay as they are.
 */
export function restoreArmForm(body: ObjectValue, type: string): ObjectValue {
  const properties = body.members.get('properties');
  if (properties?.value.kind === 'unknown') return body;
  if (properties?.value.kind === 'object') return withSettings(body, properties);
  const shape = RESOURCE_SHAPES[type];
  const beside = new Set([...OF_RESOURCES, ...(shape?.beside ?? OF_UNKNOWN_TYPES)]);
  return nest(body, shape ?? {}, beside);
}

/** ARM form: only what does not belong there is moved or dropped. */
function withSettings(body: ObjectValue, properties: Member): ObjectValue {
  const members = new Map<string, Member>();
  const settings: Member[] = [];
  const within = properties.value.kind === 'object' ? properties.value.members : new Map();
  for (const [key, entry] of body.members) {
    if (SAID_BY_ID.has(key) || (isEmptyEnvelope(entry.value) && key !== 'properties')) continue;
    if (CLASSIC_SETTING.test(key)) settings.push(entry);
    else if (key === 'additionalproperties' && within.has(key)) continue;
    else if (key === 'additionalproperties') settings.push(...membersOf(entry.value));
    else members.set(key, entry);
  }
  if (settings.length > 0) {
    const value = addSettings(properties.value as ObjectValue, settings, body);
    members.set('properties', { ...properties, value });
  }
  return { ...body, members };
}

function nest(value: ObjectValue, shape: ResourceShape, beside: ReadonlySet<string>): ObjectValue {
  const outer: Member[] = [];
  const inner: Member[] = [];
  const settings: Member[] = [];
  for (const [key, entry] of value.members) {
    if (SAID_BY_ID.has(key) || key === 'properties') continue;
    if (EVERYWHERE.has(key) || beside.has(key)) {
      if (!isEmptyEnvelope(entry.value)) outer.push(entry);
    } else if (CLASSIC_SETTING.test(key)) settings.push(entry);
    else inner.push(nestMember(key, entry, shape));
  }
  if (inner.length === 0 && settings.length === 0) return objectValue(value.at, outer);
  let properties = objectValue(value.at, inner);
  if (settings.length > 0) properties = addSettings(properties, settings, value);
  return objectValue(value.at, [...outer, { name: 'properties', value: properties, at: value.at }]);
}

function nestMember(key: string, entry: Member, shape: ResourceShape): Member {
  const name = RENAMED.get(key);
  const part = shape.inside?.[key];
  const value =
    part === undefined ? cleaned(entry.value) : nestPart(entry.value, PART_SHAPES[part]);
  return { name: name ?? entry.name, value, at: entry.at };
}

function nestPart(value: Value, shape: ResourceShape): Value {
  if (value.kind === 'array') {
    return { ...value, items: value.items.map((item) => nestPart(item, shape)) };
  }
  if (value.kind !== 'object') return value;
  if (shape.isFlat === true) {
    const entries = [...value.members].map(([key, entry]) => nestMember(key, entry, shape));
    return objectValue(value.at, entries);
  }
  if (value.members.get('properties')?.value.kind === 'object') return value;
  return nest(value, shape, new Set(shape.beside));
}

/** A reference is its id; the CLI adds the resource group. */
function cleaned(value: Value): Value {
  if (value.kind === 'array') {
    return value.items.some(isContainer) ? { ...value, items: value.items.map(cleaned) } : value;
  }
  if (value.kind !== 'object') return value;
  const entries: Member[] = [];
  const isReference = value.members.get('id')?.value.kind === 'string';
  for (const [key, entry] of value.members) {
    if (isReference && key === 'resourcegroup') continue;
    entries.push(isContainer(entry.value) ? { ...entry, value: cleaned(entry.value) } : entry);
  }
  return objectValue(value.at, entries);
}

function isContainer(value: Value): boolean {
  return value.kind === 'array' || value.kind === 'object';
}

function addSettings(
  properties: ObjectValue,
  settings: readonly Member[],
  body: ObjectValue,
): ObjectValue {
  const existing = properties.members.get('additionalproperties');
  const known = existing?.value.kind === 'object' ? existing.value : undefined;
  const map = objectValue(known?.at ?? body.at, [...settings, ...(known?.members.values() ?? [])]);
  const members = new Map(properties.members);
  members.set('additionalproperties', {
    name: 'additionalProperties',
    value: map,
    at: existing?.at ?? body.at,
  });
  return { ...properties, members };
}

function membersOf(value: Value): readonly Member[] {
  return value.kind === 'object' ? [...value.members.values()] : [];
}

/** Resource Graph and the CLI write `null` and `""` for what a resource does not have. */
function isEmptyEnvelope(value: Value): boolean {
  return isAbsent(value) || (value.kind === 'string' && value.value === '');
}
