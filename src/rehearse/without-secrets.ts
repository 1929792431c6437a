import type { Json, JsonObject } from './json.ts';
import { isJsonObject } from './request-json.ts';

/** Members whose text is a password or a key. The services take them and never tell them again; here they are not even stored. */
const SECRET =
  /^(?:.*password|.*secret|sharedkey|.*accesskey|accountkey|primarykey|secondarykey|authorizationkey|.*connectionstring|sastoken|privatekey|protectedsettings)$/i;
/** Ids and switches that are named alike. */
const LOOK_ALIKE = /^(?:disable|enable|keyvault)/i;

/** The same document without the texts of its secrets; itself where it has none. O(size). */
export function withoutSecrets(json: JsonObject, type: string): JsonObject {
  const isVaultSecret = type === 'microsoft.keyvault/vaults/secrets';
  const isSecret = (name: string) => (isVaultSecret && name === 'value') || isSecretName(name);
  return hasSecret(json, isSecret) ? (cleaned(json, isSecret) as JsonObject) : json;
}

function hasSecret(json: Json | undefined, isSecret: (name: string) => boolean): boolean {
  if (typeof json !== 'object' || json === null) return false;
  if (Array.isArray(json)) return json.some((item) => hasSecret(item, isSecret));
  const members = json as JsonObject;
  return Object.keys(members).some((name) => {
    const value = members[name];
    return typeof value === 'string' ? isSecret(name) : hasSecret(value, isSecret);
  });
}

/** The names of properties are few and come again and again. */
const judged = new Map<string, boolean>();
const JUDGED_MAX = 5_000;

function isSecretName(name: string): boolean {
  const known = judged.get(name);
  if (known !== undefined) return known;
  const isSecret = SECRET.test(name) && !LOOK_ALIKE.test(name);
  if (judged.size < JUDGED_MAX) judged.set(name, isSecret);
  return isSecret;
}

function cleaned(json: Json, isSecret: (name: string) => boolean): Json {
  if (Array.isArray(json)) return json.map((item: Json) => cleaned(item, isSecret));
  if (!isJsonObject(json)) return json;
  const members = Object.entries(json).flatMap(([name, value]): [string, Json][] =>
    value === undefined || (typeof value === 'string' && isSecret(name))
      ? []
      : [[name, cleaned(value, isSecret)]],
  );
  return Object.fromEntries(members);
}
