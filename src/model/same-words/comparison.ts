import { isAbsent, type ObjectValue, type Value } from '../../values/index.ts';

/** When two copies of one thing say the same. */
export interface ComparisonRules {
  /** Members that say nothing about the thing itself: what the service adds, what names it. Lower case. */
  readonly isNoise: (key: string, owner: string, object: ObjectValue) => boolean;
  /** Texts, numbers and booleans; `key` is the member they stand in, lower case. */
  readonly isSameScalar: (a: Scalar, b: Scalar, key: string) => boolean;
  /** Does the order of the items of this member mean nothing, so that they pair by name? */
  readonly isUnordered: (key: string) => boolean;
  /** A member that copies may leave out without meaning anything by it. */
  readonly isOptional: (key: string, owner: string) => boolean;
  /** Do `[]` and `{}` say no more than leaving a member out? To Kubernetes an empty selector selects everything. */
  readonly isEmptyNothing: boolean;
  /** Compare only what the first says: the second is complete, with defaults the first need not spell out. */
  readonly isPartial?: boolean;
}

export type Scalar = Extract<Value, { kind: 'string' | 'number' | 'boolean' }>;

/**
 * Path of the first difference, in the words of the input; `undefined` when there is none. Absent and
 * `null` are the same. Two unknowns are the same when they are one attribute or one text. O(size).
 */
export function firstDifference(
  a: Value | undefined,
  b: Value | undefined,
  rules: ComparisonRules,
  key = '',
): string | undefined {
  if (a === b) return undefined;
  if (saysNothing(a, rules, key)) {
    return saysNothing(b, rules, key) || rules.isPartial === true ? undefined : '';
  }
  if (a.kind === 'unknown') return isSameUnknown(a, b, rules) ? undefined : '';
  if (saysNothing(b, rules, key) || a.kind !== b.kind) {
    const isScalarPair = b !== undefined && isScalar(a) && isScalar(b);
    return isScalarPair && rules.isSameScalar(a, b, key) ? undefined : '';
  }
  if (a.kind === 'object' && b.kind === 'object') return inObjects(a, b, rules, key);
  if (a.kind === 'array' && b.kind === 'array') {
    const pairs = pairItems(a.items, b.items, rules, key);
    if (pairs === undefined) return '';
    for (const [left, right, name] of pairs) {
      const inner = firstDifference(left, right, rules, key);
      if (inner !== undefined) return joined(name, inner);
    }
    return undefined;
  }
  return isScalar(a) && isScalar(b) && rules.isSameScalar(a, b, key) ? undefined : '';
}

function inObjects(
  a: ObjectValue,
  b: ObjectValue,
  rules: ComparisonRules,
  owner: string,
): string | undefined {
  for (const [key, entry] of a.members) {
    if (rules.isNoise(key, owner, a)) continue;
    const other = b.members.get(key)?.value;
    if (rules.isOptional(key, owner) && saysNothing(other, rules, key)) continue;
    const inner = firstDifference(entry.value, other, rules, key);
    if (inner !== undefined) return joined(entry.name, inner);
  }
  if (rules.isPartial === true) return undefined;
  for (const [key, entry] of b.members) {
    if (a.members.has(key) || rules.isNoise(key, owner, b)) continue;
    if (rules.isOptional(key, owner) || saysNothing(entry.value, rules, key)) continue;
    return entry.name;
  }
  return undefined;
}

/**
 * Items that belong together: by name where order means nothing and every item has its own, else by position.
 * @returns `undefined` when they do not pair up.
 */
export function pairItems(
  a: readonly Value[],
  b: readonly Value[],
  rules: ComparisonRules,
  key: string,
): readonly (readonly [Value, Value, string])[] | undefined {
  if (a.length !== b.length) return undefined;
  const left = rules.isUnordered(key) ? byName(a) : undefined;
  const right = left === undefined ? undefined : byName(b);
  if (left === undefined || right === undefined) {
    return a.map((item, index) => [item, b[index]!, String(index)] as const);
  }
  const pairs: [Value, Value, string][] = [];
  for (const [name, item] of left) {
    const other = right.get(name);
    if (other === undefined) return undefined;
    pairs.push([item, other, name]);
  }
  return pairs;
}

function byName(items: readonly Value[]): Map<string, Value> | undefined {
  const named = new Map<string, Value>();
  for (const item of items) {
    const name = item.kind === 'object' ? item.members.get('name')?.value : undefined;
    if (name?.kind !== 'string' || named.has(name.value.toLowerCase())) return undefined;
    named.set(name.value.toLowerCase(), item);
  }
  return named;
}

function isSameUnknown(a: Value, b: Value | undefined, rules: ComparisonRules): boolean {
  if (rules.isPartial === true) return true;
  if (a.kind !== 'unknown' || b?.kind !== 'unknown') return false;
  if (a.symbol !== undefined || b.symbol !== undefined) return a.symbol === b.symbol;
  return a.reason === b.reason && a.text === b.text;
}

/** Absent, `null`, and, by the rules, an empty list and an object of noise alone. */
export function saysNothing(
  value: Value | undefined,
  rules: ComparisonRules,
  owner: string,
): value is undefined {
  if (isAbsent(value)) return true;
  if (!rules.isEmptyNothing) return false;
  if (value.kind === 'array') return value.items.length === 0;
  if (value.kind !== 'object') return false;
  for (const [key, entry] of value.members) {
    if (!rules.isNoise(key, owner, value) && !saysNothing(entry.value, rules, key)) return false;
  }
  return true;
}

function isScalar(value: Value): value is Scalar {
  return value.kind === 'string' || value.kind === 'number' || value.kind === 'boolean';
}

function joined(name: string, inner: string): string {
  return inner === '' ? name : `${name}.${inner}`;
}
