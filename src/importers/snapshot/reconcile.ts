import {
  type ComparisonRules,
  firstDifference,
  pairItems,
  saysNothing,
} from '../../model/same-words/index.ts';
import type { Member, ObjectValue, Unknown, Value } from '../../values/index.ts';
import { placeText } from './order.ts';

/**
 * One value out of two that nobody can choose between: where they agree it is theirs, where they differ it is
 * unknown. A list whose items do not pair up is unknown as a whole: half a rule list would be a wrong one.
 */
export function reconcile(a: Value, b: Value, rules: ComparisonRules, key = ''): Value {
  if (firstDifference(a, b, rules, key) === undefined) return a;
  if (a.kind === 'object' && b.kind === 'object') {
    const members = new Map<string, Member>();
    for (const name of new Set([...a.members.keys(), ...b.members.keys()])) {
      const one = a.members.get(name) ?? b.members.get(name)!;
      const isNoise = rules.isNoise(name, key, a.members.has(name) ? a : b);
      const isFree = isNoise || isLeftOut(name, key, a, b, rules);
      members.set(name, isFree ? one : reconcileMember(name, a, b, rules));
    }
    return { kind: 'object', members, at: a.at };
  }
  if (a.kind === 'array' && b.kind === 'array') {
    const pairs = pairItems(a.items, b.items, rules, key);
    if (pairs !== undefined) {
      const items = pairs.map(([left, right]) => reconcile(left, right, rules, key));
      return { kind: 'array', items, at: a.at };
    }
  }
  return undecided(a, b);
}

function isLeftOut(
  key: string,
  owner: string,
  a: ObjectValue,
  b: ObjectValue,
  rules: ComparisonRules,
): boolean {
  return rules.isOptional(key, owner) && a.members.has(key) !== b.members.has(key);
}

function reconcileMember(
  key: string,
  a: ObjectValue,
  b: ObjectValue,
  rules: ComparisonRules,
): Member {
  const left = a.members.get(key);
  const right = b.members.get(key);
  const one = left ?? right!;
  if (saysNothing(left?.value, rules, key) && saysNothing(right?.value, rules, key)) return one;
  if (saysNothing(left?.value, rules, key) || saysNothing(right?.value, rules, key)) {
    return { ...one, value: undecided(left?.value ?? a, right?.value ?? b) };
  }
  return { ...one, value: reconcile(left!.value, right!.value, rules, key) };
}

function undecided(a: Value, b: Value): Unknown {
  const places = `${placeText(a.at)} and ${placeText(b.at)}`;
  const texts = [textOf(a), textOf(b)].filter((text) => text !== undefined);
  return {
    kind: 'unknown',
    reason: 'malformed',
    text: texts.length === 2 ? texts.join(' or ') : '',
    missing: `which of ${places} counts`,
    at: a.at,
  };
}

function textOf(value: Value): string | undefined {
  const isScalar = value.kind === 'string' || value.kind === 'number' || value.kind === 'boolean';
  return isScalar ? String(value.value) : undefined;
}
