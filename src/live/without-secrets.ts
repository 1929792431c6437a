import { holdsSecret, isSecretMember, isSecretSetting } from '../importers/index.ts';
import { isObject, type Json, type JsonObject } from './json.ts';

/** What stands where a secret was. */
export const REMOVED = '<secret>';

/**
 * The same document with no text that is a secret: told by the names and words that importing tells them by, so that neither the file nor the
 * snapshot has them. Names of labels are the person's own and judge nothing. O(size).
 */
export function withoutSecrets(json: JsonObject, type: string): JsonObject {
  const isVaultSecret = type.toLowerCase() === 'microsoft.keyvault/vaults/secrets';
  return cleaned(json, (name) => isSecretMember(name) || (isVaultSecret && name === 'value'));
}

/** Headers of a probe that sign in somewhere. */
const SECRET_HEADER = /^(?:proxy-)?authorization$|^cookie$/i;

/** The same for a Kubernetes object, where only texts and settings tell. */
export function withoutSecretTexts(json: JsonObject): JsonObject {
  const isConfigMap = json['kind'] === 'ConfigMap';
  return cleaned(json, (name) => isConfigMap && isSecretSetting(name));
}

type IsSecret = (name: string) => boolean;

function cleaned(json: JsonObject, isSecret: IsSecret): JsonObject {
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => [
      name,
      isSecret(name) || (name === 'value' && isSecretName(json['name']))
        ? hidden(value)
        : cleanedValue(value, isSecret),
    ]),
  );
}

function isSecretName(name: Json | undefined): boolean {
  return typeof name === 'string' && (isSecretSetting(name) || SECRET_HEADER.test(name));
}

function cleanedValue(value: Json | undefined, isSecret: IsSecret): Json | undefined {
  if (typeof value === 'string') return holdsSecret(value) ? REMOVED : value;
  if (isObject(value)) return cleaned(value, isSecret);
  if (Array.isArray(value)) {
    return (value as readonly Json[]).map((item) => cleanedValue(item, isSecret) ?? null);
  }
  return value;
}

/** A switch or an empty text keeps no secret; an object under such a name is a setting with members of its own. */
function hidden(value: Json | undefined): Json | undefined {
  if (typeof value === 'string') return value === '' ? value : REMOVED;
  if (typeof value === 'number') return REMOVED;
  if (Array.isArray(value)) {
    return (value as readonly Json[]).map((item) => hidden(item) ?? null);
  }
  return isObject(value) ? cleaned(value, isSecretMember) : value;
}
