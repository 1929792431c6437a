import type { Place } from '../../diagnostics/index.ts';
import { type ComparisonRules, firstDifference } from '../../model/same-words/index.ts';
import { type ArrayValue, isAbsent, type ObjectValue, type Value } from '../../values/index.ts';

/** One value that is not what was approved. */
export interface PropertyDifference {
  /** In the words of the input: `properties.subnets.nodes.routeTable.id`. */
  readonly path: string;
  /** As text, short; absent: not there. */
  readonly approved?: string;
  readonly live?: string;
  readonly approvedAt?: Place;
  readonly liveAt?: Place;
}

/**
 * Everything in which the live thing differs from what the approved one says. What the approved one leaves out is not compared: a
 * service fills in defaults that nobody writes. Values that the approved one cannot know (run-time attributes, parameters) differ from
 * nothing. O(size).
 */
export function propertyDifferences(
  approved: ObjectValue,
  live: ObjectValue,
  rules: ComparisonRules,
): readonly PropertyDifference[] {
  return [...inObject(approved, live, { ...rules, isPartial: true }, '', '')];
}

function* inObject(
  approved: ObjectValue,
  live: ObjectValue,
  rules: ComparisonRules,
  path: string,
  owner: string,
): Generator<PropertyDifference> {
  for (const [key, entry] of approved.members) {
    if (rules.isNoise(key, owner, approved)) continue;
    const other = live.members.get(key)?.value;
    if (isAbsent(other) && isSaidOtherwise(key, entry.value, live, rules)) continue;
    yield* inValue(entry.value, other, live.at, rules, joined(path, entry.name), key);
  }
}

/** ARM takes one prefix, port or address alone or as the only one of a list: `addressPrefix` and `addressPrefixes` (azure-networking 11.1). */
function isSaidOtherwise(
  key: string,
  approved: Value,
  live: ObjectValue,
  rules: ComparisonRules,
): boolean {
  const isList = approved.kind === 'array';
  if (isList && approved.items.length !== 1) return false;
  const one = isList ? approved.items[0] : approved;
  const names = isList ? [key.replace(/s$/, ''), key.replace(/es$/, '')] : [`${key}s`, `${key}es`];
  return names.some((name) => {
    if (name === key) return false;
    const value = live.members.get(name)?.value;
    const other = value?.kind === 'array' && value.items.length === 1 ? value.items[0] : value;
    if (other === undefined || other.kind === 'array' || one === undefined) return false;
    return firstDifference(one, other, rules, key) === undefined;
  });
}

function* inValue(
  approved: Value,
  live: Value | undefined,
  liveOwner: Place,
  rules: ComparisonRules,
  path: string,
  key: string,
): Generator<PropertyDifference> {
  if (firstDifference(approved, live, rules, key) === undefined && !isLonger(approved, live))
    return;
  if (approved.kind === 'object' && live?.kind === 'object') {
    yield* inObject(approved, live, rules, path, key);
  } else if (approved.kind === 'array' && live?.kind === 'array') {
    yield* inList(approved, live, rules, path, key);
  } else {
    yield difference(path, approved, live, liveOwner);
  }
}

/** Live has more items than were approved: a partial comparison would not say so. */
function isLonger(approved: Value, live: Value | undefined): boolean {
  return (
    approved.kind === 'array' && live?.kind === 'array' && live.items.length > approved.items.length
  );
}

/** By name where items have one; else as sets: an address that came, one that went. */
function* inList(
  approved: ArrayValue,
  live: ArrayValue,
  rules: ComparisonRules,
  path: string,
  key: string,
): Generator<PropertyDifference> {
  const [ours, theirs] = [named(approved), named(live)];
  if (ours !== undefined && theirs !== undefined) {
    for (const [name, item] of ours) {
      const other = theirs.get(name);
      const inner = joined(path, nameOf(item) ?? name);
      if (other === undefined) yield difference(inner, item, undefined, live.at);
      else yield* inValue(item, other, live.at, rules, inner, key);
    }
    for (const [name, item] of theirs) {
      if (!ours.has(name)) {
        yield difference(joined(path, nameOf(item) ?? name), undefined, item, live.at);
      }
    }
    return;
  }
  const left = [...live.items];
  const gone = approved.items.filter((item) => {
    const at = left.findIndex((one) => firstDifference(item, one, rules, key) === undefined);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  if (gone.length === 1 && left.length === 1) {
    yield difference(path, gone[0], left[0], live.at);
    return;
  }
  for (const item of gone) yield difference(path, item, undefined, live.at);
  for (const item of left) yield difference(path, undefined, item, live.at);
}

function named(list: ArrayValue): ReadonlyMap<string, Value> | undefined {
  const found = new Map<string, Value>();
  for (const item of list.items) {
    const name = nameOf(item)?.toLowerCase();
    if (name === undefined || found.has(name)) return undefined;
    found.set(name, item);
  }
  return found;
}

function nameOf(item: Value): string | undefined {
  const name = item.kind === 'object' ? item.members.get('name')?.value : undefined;
  return name?.kind === 'string' ? name.value : undefined;
}

function difference(
  path: string,
  approved: Value | undefined,
  live: Value | undefined,
  liveOwner: Place,
): PropertyDifference {
  return {
    path,
    ...(approved === undefined ? {} : { approved: textOf(approved), approvedAt: approved.at }),
    ...(live === undefined || live.kind === 'null' ? {} : { live: textOf(live) }),
    liveAt: live?.at ?? liveOwner,
  };
}

const TEXT_MAX = 60;

function textOf(value: Value): string {
  switch (value.kind) {
    case 'string':
      return shortened(value.value);
    case 'number':
    case 'boolean':
      return String(value.value);
    case 'null':
      return 'null';
    case 'unknown':
      return 'not known';
    case 'array':
      return value.items.every(({ kind }) => kind !== 'object' && kind !== 'array')
        ? shortened(`[${value.items.map(textOf).join(', ')}]`)
        : `${value.items.length} ${value.items.length === 1 ? 'item' : 'items'}`;
    case 'object': {
      const id = value.members.get('id')?.value;
      if (value.members.size === 1 && id !== undefined) return textOf(id);
      return nameOf(value) ?? 'an object';
    }
  }
}

/** The end of an id says more than its beginning. */
function shortened(text: string): string {
  if (text.length <= TEXT_MAX) return text;
  return text.startsWith('/')
    ? `…${text.slice(text.length - TEXT_MAX)}`
    : `${text.slice(0, TEXT_MAX)}…`;
}

function joined(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
