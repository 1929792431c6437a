import type { Member, ObjectValue, Value } from '../../values/index.ts';

/** Members that hold keys and passwords where a service answers with them. `keyVaultSecretId` is an address. */
const SECRET =
  /^(?:.*password|.*secret|sharedkey|.*accesskey|accountkey|primarykey|secondarykey|authorizationkey|.*connectionstring|kubeconfig|sastoken|privatekey|.*credentials?)$/;
/** Of these, what is no secret: an id or a switch. */
const LOOK_ALIKE = /^(?:.*type|disable.*|enable.*)$/;

/** The value with every text that is a secret by its name replaced by an unknown. Shares all that has none. */
export function hideSecretMembers(body: ObjectValue): ObjectValue {
  return hide(body) as ObjectValue;
}

function hide(value: Value): Value {
  if (value.kind === 'array') {
    let items: Value[] | undefined;
    for (const [index, item] of value.items.entries()) {
      const hidden = hide(item);
      if (hidden !== item) items ??= [...value.items];
      if (items !== undefined) items[index] = hidden;
    }
    return items === undefined ? value : { ...value, items };
  }
  if (value.kind !== 'object') return value;
  let members: Map<string, Member> | undefined;
  for (const [key, entry] of value.members) {
    const hidden = isSecret(key, entry.value) ? unknownSecret(entry) : hide(entry.value);
    if (hidden === entry.value) continue;
    members ??= new Map(value.members);
    members.set(key, { ...entry, value: hidden });
  }
  return members === undefined ? value : { ...value, members };
}

function isSecret(key: string, value: Value): boolean {
  return value.kind === 'string' && value.value !== '' && SECRET.test(key) && !LOOK_ALIKE.test(key);
}

function unknownSecret(entry: Member): Value {
  return {
    kind: 'unknown',
    reason: 'secret',
    text: entry.name,
    missing: `the secret in \`${entry.name}\`, which is not read`,
    at: entry.value.at,
  };
}
