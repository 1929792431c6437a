import type { Member, ObjectValue, Value } from '../../../values/index.ts';
import { spend } from '../budget.ts';
import { arrayResult, type Call, failure, type Known } from '../call.ts';
import { derivedUnknown } from '../unknowns.ts';
import { compareValues } from './equality.ts';

/** ARM-08. Arrays: every item once, in the order first seen. */
export function uniteValues(list: readonly Known[], call: Call): Value {
  const objects = list.filter((value): value is ObjectValue => value.kind === 'object');
  if (objects.length === list.length) {
    return objects.reduce((left, right) => mergeDeep(left, right, call));
  }
  const items = itemsOfAll(list);
  if (items === undefined) {
    // A property that is not there unites with one that is: null counts as nothing.
    const present = list.filter((value) => value.kind !== 'null');
    if (present.length < list.length && present.length > 0) return uniteValues(present, call);
    return failure(call, 'arrays unite with arrays, objects with objects');
  }
  const seen = new Set<string>();
  const united: Value[] = [];
  for (const item of items.flat()) {
    if (!isNew(item, united, seen, call)) continue;
    united.push(item);
  }
  return arrayResult(call, united);
}

/** What all have: items by value, members by name and value. An unknown part leaves the result unknown. */
export function intersectValues(list: readonly Known[], call: Call): Value {
  const { run } = call.context.frame;
  const [first, ...others] = list;
  if (first?.kind === 'object' && others.every((value) => value.kind === 'object')) {
    const members = new Map<string, Member>();
    for (const [key, entry] of first.members) {
      const equalities = others.map((other) => {
        const found = other.members.get(key);
        return found === undefined ? 'different' : compareValues(run, entry.value, found.value);
      });
      if (equalities.includes('different')) continue;
      if (equalities.includes('unknown')) return undecided(call, entry.value);
      members.set(key, entry);
    }
    return { kind: 'object', members, at: call.context.at };
  }
  const arrays = itemsOfAll(list);
  if (arrays === undefined)
    return failure(call, 'arrays intersect with arrays, objects with objects');
  const [candidates = [], ...rest] = arrays;
  const common: Value[] = [];
  for (const item of candidates) {
    const equalities = rest.map((items) => {
      let best: 'same' | 'different' | 'unknown' = 'different';
      for (const other of items) {
        const equality = compareValues(run, item, other);
        if (equality === 'same') return 'same';
        if (equality === 'unknown') best = 'unknown';
      }
      return best;
    });
    if (equalities.includes('different')) continue;
    if (equalities.includes('unknown')) return undecided(call, item);
    common.push(item);
  }
  return arrayResult(call, common);
}

/** Top-level members only; a later object wins. */
export function mergeShallow([value]: readonly Known[], call: Call): Value {
  if (value?.kind !== 'array') return failure(call, 'an array of objects is expected');
  const members = new Map<string, Member>();
  for (const item of value.items) {
    if (item.kind === 'unknown')
      return derivedUnknown(item, call.expression.text, call.context.at, undefined);
    if (item.kind === 'null') continue;
    if (item.kind !== 'object') return failure(call, 'an array of objects is expected');
    if (!spend(call.context.frame.run, item.members.size, call.context.at)) break;
    for (const [key, entry] of item.members) members.set(key, entry);
  }
  return { kind: 'object', members, at: call.context.at };
}

function mergeDeep(left: ObjectValue, right: ObjectValue, call: Call): ObjectValue {
  const members = new Map(left.members);
  if (!spend(call.context.frame.run, left.members.size + right.members.size, call.context.at))
    return left;
  for (const [key, entry] of right.members) {
    const earlier = members.get(key)?.value;
    const merged =
      earlier?.kind === 'object' && entry.value.kind === 'object'
        ? { ...entry, value: mergeDeep(earlier, entry.value, call) }
        : entry;
    members.set(key, merged);
  }
  return { kind: 'object', members, at: call.context.at };
}

function itemsOfAll(list: readonly Known[]): (readonly Value[])[] | undefined {
  const all: (readonly Value[])[] = [];
  for (const value of list) {
    if (value.kind !== 'array') return undefined;
    all.push(value.items);
  }
  return all;
}

/** Scalars by a set, the rest by comparison. An unknown item is kept: dropping it would lose what it stands for. */
function isNew(item: Value, united: readonly Value[], seen: Set<string>, call: Call): boolean {
  if (item.kind === 'string' || item.kind === 'number' || item.kind === 'boolean') {
    const identity = `${item.kind}:${item.value}`;
    if (seen.has(identity)) return false;
    seen.add(identity);
    return true;
  }
  return !united.some((other) => compareValues(call.context.frame.run, other, item) === 'same');
}

function undecided(call: Call, value: Value): Value {
  if (value.kind === 'unknown') {
    return derivedUnknown(value, call.expression.text, call.context.at, undefined);
  }
  return failure(call, 'parts of the values are unknown');
}
