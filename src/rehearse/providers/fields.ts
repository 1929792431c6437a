import type { Json, JsonObject } from '../json.ts';
import { isJsonObject, memberOf } from '../request-json.ts';

export { isJsonObject as isObject, memberOf as field };

/** Reading and completing ARM bodies. Names of properties compare without case (arm-endpoint 2); what is written keeps the client's spelling. */

/** Deeper than any resource is; a body nested further is read as if it ended here. */
const STEPS_MAX = 64;

/** Walks names: `at(body, 'properties', 'subnet', 'id')`. */
export function at(value: Json | undefined, ...names: readonly string[]): Json | undefined {
  let here = value;
  for (const name of names.slice(0, STEPS_MAX)) here = memberOf(here, name);
  return here;
}

/** A text that says something: the clients send `""` for "not chosen" (arm-endpoint 4.1). */
export function textAt(value: Json | undefined, ...names: readonly string[]): string | undefined {
  const found = at(value, ...names);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

export function numberAt(value: Json | undefined, ...names: readonly string[]): number | undefined {
  const found = at(value, ...names);
  if (typeof found === 'number') return found;
  // Numbers as texts are accepted by ARM (iac-formats 2.7).
  return typeof found === 'string' && /^-?\d{1,15}$/.test(found) ? Number(found) : undefined;
}

export function objectAt(value: Json | undefined, ...names: readonly string[]): JsonObject {
  const found = at(value, ...names);
  return isJsonObject(found) ? found : {};
}

export function itemsAt(value: Json | undefined, ...names: readonly string[]): readonly Json[] {
  const found = at(value, ...names);
  return Array.isArray(found) ? found : [];
}

/** Adds what is absent or null. */
export function withDefaults(object: JsonObject, defaults: JsonObject): JsonObject {
  const missing = Object.entries(defaults).filter(([name, value]) => {
    const own = memberOf(object, name);
    return value !== undefined && (own === undefined || own === null);
  });
  return missing.length === 0 ? object : withComputed(object, Object.fromEntries(missing));
}

/** Sets what the provider decides, whatever the client sent under any spelling. `undefined` takes a member away. */
export function withComputed(object: JsonObject, computed: JsonObject): JsonObject {
  const members: [string, Json | undefined][] = Object.entries(object);
  for (const [name, value] of Object.entries(computed)) {
    const own = members.find(([spelled]) => isSameName(spelled, name));
    if (own === undefined) members.push([name, value]);
    else own[1] = value;
  }
  // Entries, not assignment: a member named `__proto__` must stay a member.
  return Object.fromEntries(members.filter(([, value]) => value !== undefined));
}

/** Looked at for each member of each PUT: most names differ in length. */
function isSameName(one: string, other: string): boolean {
  return (
    one.length === other.length && (one === other || one.toLowerCase() === other.toLowerCase())
  );
}

/** `parent/…` of an id: `…/virtualNetworks/v` of `…/virtualNetworks/v/subnets/s`. */
export function parentId(id: string): string {
  return id.split('/').slice(0, -2).join('/');
}

export function lastName(id: string): string {
  return id.split('/').at(-1) ?? '';
}

export function sameId(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a.toLowerCase() === b.toLowerCase();
}

/** `East US` is `eastus`; how the providers write it. */
export function normalLocation(location: string): string {
  return location.replaceAll(' ', '').toLowerCase();
}
