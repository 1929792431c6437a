import { type ArmError, armError } from './arm-error.ts';
import type { Json, JsonObject } from './json.ts';

const DEPTH_MAX = 100;

/** A body as JSON. ARM's own code for what is none is `InvalidRequestContent`. An empty body is `null`. */
export function parseRequestJson(text: string): { readonly json: Json } | ArmError {
  if (text.trim() === '') return { json: null };
  // Looked at before it is parsed: what is nested too deep would exhaust the stack of whoever walks it later.
  if (isTooDeep(text)) return refused(`it is nested more than ${DEPTH_MAX} deep`);
  try {
    return { json: JSON.parse(text) as Json };
  } catch (error) {
    return refused(error instanceof Error ? error.message : 'it is not JSON');
  }
}

export function isJsonObject(json: Json | undefined): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

/** A member by name without case: clients differ (arm-endpoint 2). */
export function memberOf(json: Json | undefined, name: string): Json | undefined {
  if (!isJsonObject(json)) return undefined;
  if (Object.hasOwn(json, name)) return json[name];
  const lower = name.toLowerCase();
  for (const key of Object.keys(json)) if (key.toLowerCase() === lower) return json[key];
  return undefined;
}

export function textOf(json: Json | undefined): string | undefined {
  return typeof json === 'string' ? json : undefined;
}

/** Without the members named (without case). */
export function withoutMembers(json: JsonObject, names: readonly string[]): JsonObject {
  if (names.length === 0) return json;
  const left = Object.entries(json).filter(([key]) => !names.includes(key.toLowerCase()));
  return Object.fromEntries(left);
}

/** RFC 7396, as PATCH of ARM has it: `null` takes away, objects are merged, lists are replaced. */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isJsonObject(patch)) return patch;
  const merged = new Map(Object.entries(isJsonObject(target) ? target : {}));
  const spelled = new Map([...merged.keys()].map((key) => [key.toLowerCase(), key]));
  for (const [name, value] of Object.entries(patch)) {
    const key = spelled.get(name.toLowerCase()) ?? name;
    if (value === null || value === undefined) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

function isTooDeep(text: string): boolean {
  let depth = 0;
  let isText = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (isText) {
      if (code === 0x5c) index += 1;
      else if (code === 0x22) isText = false;
    } else if (code === 0x22) isText = true;
    else if (code === 0x7b || code === 0x5b) {
      depth += 1;
      if (depth > DEPTH_MAX) return true;
    } else if (code === 0x7d || code === 0x5d) depth -= 1;
  }
  return false;
}

function refused(why: string): ArmError {
  return armError(
    400,
    'InvalidRequestContent',
    `The request content was invalid and could not be deserialized: '${why}'.`,
  );
}
