import {
  type ArrayValue,
  type Member,
  member,
  type ObjectValue,
  stringOf,
  type Value,
} from '../../values/index.ts';

/** Members that hold keys and passwords where a service answers with them. `keyVaultSecretId` is an address. */
const SECRET =
  /^(?:.*password|.*secret|sharedkey|.*accesskey|accountkey|primarykey|secondarykey|authorizationkey|.*connectionstring|kubeconfig|sastoken|privatekey|.*credentials?)$/;
/** Of these, what is no secret: an id or a switch. */
const LOOK_ALIKE = /^(?:.*type|disable.*|enable.*)$/;
/** Settings and environment variables whose value is a secret, by the name the person gave them. */
const SECRET_SETTING =
  /pass(?:word|wd|phrase)|secret|token|credential|connection[-_]?string|(?:api|access|account|private|shared)[-_]?key/i;
/** `Password=…`, `AccountKey=…`, `--token=…`, `https://user:password@…`: a secret within a text. */
const SECRET_IN_TEXT =
  /(?:password|passwd|pwd|account_?key|access_?key|api_?key|secret|token|signature|\bsig)\s*=\s*[^\s;&'"=]|:\/\/[^\s/:@]+:[^\s/@]+@/i;

/** What tells a secret, for those who write files of what a service answered. */
export const isSecretMember = (name: string): boolean =>
  SECRET.test(name.toLowerCase()) && !LOOK_ALIKE.test(name.toLowerCase());
export const isSecretSetting = (name: string): boolean => SECRET_SETTING.test(name);
export const holdsSecret = (text: string): boolean => SECRET_IN_TEXT.test(text);

/** The resource with every text that is a secret replaced by an unknown. Shares all that has none. O(size). */
export function hideSecretMembers(body: ObjectValue): ObjectValue {
  const isVaultSecret = /^microsoft\.keyvault\/vaults\/secrets$/i.test(
    stringOf(member(body, 'type')) ?? '',
  );
  return hide(body, (key) =>
    isVaultSecret && key === 'value' ? true : SECRET.test(key) && !LOOK_ALIKE.test(key),
  ) as ObjectValue;
}

/**
 * The same for a Kubernetes object. Names of its members may be the person's own, labels for one, and decide what is
 * allowed: only those of a ConfigMap's content are judged. O(size).
 */
export function hideSecretTexts(kind: string, body: ObjectValue): ObjectValue {
  return hide(body, (key) => kind === 'ConfigMap' && SECRET_SETTING.test(key)) as ObjectValue;
}

function hide(value: Value, isSecretName: (key: string) => boolean): Value {
  switch (value.kind) {
    case 'string':
      return SECRET_IN_TEXT.test(value.value) ? unknownSecret(value, 'text') : value;
    case 'unknown':
      // An expression may spell out a part of what it makes.
      return SECRET_IN_TEXT.test(value.text) ? { ...value, text: 'secret' } : value;
    case 'array':
      return hideItems(value, isSecretName);
    case 'object':
      return hideMembers(value, isSecretName);
    default:
      return value;
  }
}

function hideItems(value: ArrayValue, isSecretName: (key: string) => boolean): ArrayValue {
  let items: Value[] | undefined;
  for (const [index, item] of value.items.entries()) {
    const hidden = hide(item, isSecretName);
    if (hidden !== item) items ??= [...value.items];
    if (items !== undefined) items[index] = hidden;
  }
  return items === undefined ? value : { ...value, items };
}

function hideMembers(value: ObjectValue, isSecretName: (key: string) => boolean): ObjectValue {
  const setting = stringOf(value.members.get('name')?.value) ?? '';
  const isSecretSetting = SECRET_SETTING.test(setting);
  let members: Map<string, Member> | undefined;
  for (const [key, entry] of value.members) {
    const isSecret = isSecretName(key) || (key === 'value' && isSecretSetting);
    const hidden =
      isSecret && holdsText(entry.value)
        ? unknownSecret(entry.value, entry.name)
        : hide(entry.value, isSecretName);
    if (hidden === entry.value) continue;
    members ??= new Map(value.members);
    members.set(key, { ...entry, value: hidden });
  }
  return members === undefined ? value : { ...value, members };
}

/** A switch or an empty text keeps no secret. */
function holdsText(value: Value): boolean {
  if (value.kind === 'array') return value.items.some(holdsText);
  return value.kind === 'number' || (value.kind === 'string' && value.value !== '');
}

function unknownSecret({ at }: Value, name: string): Value {
  const missing = `the secret in \`${name}\`, which is not read`;
  return { kind: 'unknown', reason: 'secret', text: name, missing, at };
}
