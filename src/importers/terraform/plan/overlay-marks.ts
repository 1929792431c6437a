import type { Place } from '../../../diagnostics/index.ts';
import {
  type Member,
  member,
  type ObjectValue,
  objectValue,
  type Unknown,
  type Value,
} from '../../../values/index.ts';

/** What stands beside values: objects and lists of the same shape, with `true` where the mark holds. */
export interface Marks {
  readonly unknown?: Value | undefined;
  readonly sensitive?: Value | undefined;
}

/** The value of something the apply tells; `undefined` when it says nothing although it is marked. */
export type TellUnknown = (path: string, at: Place) => Value | undefined;

/** Values with what is not known, and what must not be shown, in its place. Shares all that has no mark. */
export function overlayMarks(values: ObjectValue, marks: Marks, tell: TellUnknown): ObjectValue {
  const overlaid = overlay(values, marks.unknown, marks.sensitive, '', values.at, tell);
  return overlaid?.kind === 'object' ? overlaid : { ...values, members: new Map() };
}

function overlay(
  value: Value | undefined,
  unknown: Value | undefined,
  sensitive: Value | undefined,
  path: string,
  at: Place,
  tell: TellUnknown,
): Value | undefined {
  if (isMarked(sensitive)) return secret(path, value?.at ?? at);
  if (isMarked(unknown)) return tell(path, value?.at ?? at);
  if (!hasMarks(unknown) && !hasMarks(sensitive)) return value;
  if (isList(unknown) || isList(sensitive) || value?.kind === 'array') {
    return overlayItems(value, unknown, sensitive, path, at, tell);
  }
  if (value !== undefined && value.kind !== 'object' && value.kind !== 'null') return value;
  const members = new Map<string, Member>(value?.kind === 'object' ? value.members : []);
  for (const { name, at: place } of [...membersOf(unknown), ...membersOf(sensitive)]) {
    const key = name.toLowerCase();
    const inner = path === '' ? name : `${path}.${name}`;
    const before = members.get(key);
    const next = overlay(
      before?.value,
      member(unknown, name),
      member(sensitive, name),
      inner,
      before?.at ?? value?.at ?? place,
      tell,
    );
    if (next === undefined) members.delete(key);
    else members.set(key, { name, value: next, at: before?.at ?? next.at });
  }
  return objectValue(value?.at ?? at, members.values());
}

function overlayItems(
  value: Value | undefined,
  unknown: Value | undefined,
  sensitive: Value | undefined,
  path: string,
  at: Place,
  tell: TellUnknown,
): Value {
  const items = value?.kind === 'array' ? value.items : [];
  const open = unknown?.kind === 'array' ? unknown.items : [];
  const hidden = sensitive?.kind === 'array' ? sensitive.items : [];
  const count = Math.max(items.length, open.length);
  const overlaid = Array.from({ length: count }, (_, index) => {
    const item = items[index];
    const place = item?.at ?? value?.at ?? at;
    return overlay(item, open[index], hidden[index], `${path}[${index}]`, place, tell);
  });
  const kept = overlaid.filter((item) => item !== undefined);
  return { kind: 'array', items: kept, at: value?.at ?? at };
}

function isMarked(mark: Value | undefined): boolean {
  return mark?.kind === 'boolean' && mark.value;
}

function isList(mark: Value | undefined): boolean {
  return mark?.kind === 'array' && mark.items.length > 0;
}

/** Most marks are empty objects and lists of them. */
function hasMarks(mark: Value | undefined): boolean {
  if (mark?.kind === 'boolean') return mark.value;
  if (mark?.kind === 'array') return mark.items.some(hasMarks);
  if (mark?.kind !== 'object') return false;
  for (const entry of mark.members.values()) if (hasMarks(entry.value)) return true;
  return false;
}

function membersOf(mark: Value | undefined): readonly Member[] {
  return mark?.kind === 'object' ? [...mark.members.values()] : [];
}

function secret(path: string, at: Place): Unknown {
  const missing = `the secret in \`${path}\`, which is not read`;
  return { kind: 'unknown', reason: 'secret', text: path, missing, at };
}
