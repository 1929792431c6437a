import { isAbsent, itemsOf, member, type Value } from '../../values/index.ts';
import type { Reference } from '../azure/common.ts';
import { report, type Source, titleOf, unreadable, valueIn } from './reading.ts';
import { wrongType } from './scalars.ts';

/** `{ id }`, or the id alone. Absent, null and `{}` are no reference. */
export function referenceIn(source: Source, name: string): Reference | undefined {
  return referenceOf(source, name, valueIn(source, name));
}

export function referenceOf(
  source: Source,
  name: string,
  value: Value | undefined,
): Reference | undefined {
  if (isAbsent(value)) return undefined;
  if (value.kind === 'unknown') return value;
  if (value.kind === 'string') return value.value.trim() === '' ? undefined : toId(value);
  if (value.kind !== 'object') return wrongType(source, name, value, 'a reference `{ "id": … }`');
  const id = member(value, 'id');
  if (id?.kind === 'string' && id.value.trim() !== '') return toId(id);
  if (id?.kind === 'unknown') return id;
  if (value.members.size === 0) return undefined;
  report(
    source.reading,
    'error',
    'model/reference-without-id',
    `\`${name}\` of ${titleOf(source)} is written without an \`id\`, so what it refers to is not known`,
    value.at,
    'declare the resource on its own and refer to it by id',
  );
  return unreadable(source, name, '', value.at);
}

/** References of a list; what cannot be resolved stays in it as an unknown. */
export function referencesIn(source: Source, ...names: readonly string[]): readonly Reference[] {
  const references: Reference[] = [];
  for (const name of names) {
    for (const item of itemsOf(valueIn(source, name))) {
      const reference = referenceOf(source, name, item);
      if (reference !== undefined) references.push(reference);
    }
  }
  return references;
}

function toId(value: { readonly value: string; readonly at: Reference['at'] }): Reference {
  // The look behind keeps it linear: a run of slashes is looked at from its start only.
  const id = value.value.trim().replace(/(?<!\/)\/+$/, '');
  return { kind: 'reference', key: id.toLowerCase(), id, at: value.at };
}
