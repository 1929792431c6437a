import type { Member, ObjectValue, Unknown, Value } from '../../values/index.ts';
import { member } from '../../values/index.ts';

const CONTENT: readonly string[] = ['data', 'stringdata', 'binarydata'];
/** `kubectl apply` keeps the whole object it was given here, content included. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * A Secret without what it keeps: names of its keys stay, their values are unknown and nowhere in the snapshot. Of any
 * object the copy that `kubectl apply` keeps is left out: it says nothing more, and may say passwords.
 */
export function hideSecrets(kind: string, body: ObjectValue): ObjectValue {
  const members = new Map<string, Member>(body.members);
  const content = kind === 'Secret' ? CONTENT : [];
  for (const key of content) {
    const entry = members.get(key);
    if (entry !== undefined) members.set(key, { ...entry, value: hidden(entry.value) });
  }
  const metadata = members.get('metadata');
  if (metadata !== undefined) {
    members.set('metadata', { ...metadata, value: withoutLastApplied(metadata.value) });
  }
  return { ...body, members };
}

function hidden(value: Value): Value {
  if (value.kind !== 'object') return secret(value);
  const members = new Map<string, Member>();
  for (const [key, entry] of value.members)
    members.set(key, { ...entry, value: secret(entry.value) });
  return { ...value, members };
}

function secret(value: Value): Unknown {
  const missing = 'the content of a Secret, which is not read';
  return { kind: 'unknown', reason: 'secret', text: 'secret', missing, at: value.at };
}

function withoutLastApplied(metadata: Value): Value {
  const annotations = member(metadata, 'annotations');
  if (metadata.kind !== 'object' || annotations?.kind !== 'object') return metadata;
  const entry = annotations.members.get(LAST_APPLIED);
  if (entry === undefined) return metadata;
  const kept = new Map(annotations.members);
  kept.set(LAST_APPLIED, { ...entry, value: secret(entry.value) });
  const members = new Map(metadata.members);
  const place = members.get('annotations')!;
  members.set('annotations', { ...place, value: { ...annotations, members: kept } });
  return { ...metadata, members };
}
