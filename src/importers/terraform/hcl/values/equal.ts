import { type HclValue, sortedNames } from './hcl-value.ts';

/**
 * Are two values equal, as `==` has it? `undefined` when something unknown decides it. Values of different types never
 * are: `"1" == 1` is false, and so is a list beside a tuple of the same items.
 */
export function isEqual(a: HclValue, b: HclValue): boolean | undefined {
  if (a.kind === 'unknown' || b.kind === 'unknown') {
    if (a.kind !== 'unknown' || b.kind !== 'unknown') return undefined;
    return a.symbol !== undefined && a.symbol === b.symbol ? true : undefined;
  }
  if (a.kind === 'sequence' && b.kind === 'sequence') {
    if (a.rest !== undefined || b.rest !== undefined) return undefined;
    if (a.type !== b.type) return false;
    if (a.type === 'set' && b.type === 'set') return areEqualSets(a.items, b.items);
    if (a.items.length !== b.items.length) return false;
    return all(a.items.map((item, index) => () => isEqual(item, b.items[index]!)));
  }
  if (a.kind === 'mapping' && b.kind === 'mapping') {
    if (a.rest !== undefined || b.rest !== undefined) return undefined;
    if (a.type !== b.type) return false;
    if (a.open !== undefined || b.open !== undefined) return areEqualResources(a.open, b.open);
    const names = sortedNames(a.members.keys());
    if (names.join('\0') !== sortedNames(b.members.keys()).join('\0')) return false;
    return all(names.map((name) => () => isEqual(a.members.get(name)!, b.members.get(name)!)));
  }
  if (a.kind === 'null' || b.kind === 'null') return a.kind === b.kind;
  if (a.kind !== b.kind || a.kind === 'sequence' || a.kind === 'mapping') return false;
  return b.kind === a.kind && a.value === (b as typeof a).value;
}

function areEqualResources(
  a: { readonly address: string; readonly path: string } | undefined,
  b: { readonly address: string; readonly path: string } | undefined,
): boolean | undefined {
  return a?.address === b?.address && a?.path === b?.path ? true : undefined;
}

/** Sets hold each value once: equal when as many are in both. */
function areEqualSets(a: readonly HclValue[], b: readonly HclValue[]): boolean | undefined {
  const found = a.map((item) => contains(b, item));
  if (found.includes(false)) return false;
  if (found.includes(undefined)) return undefined;
  return a.length === b.length;
}

/** Is one of the items equal? `undefined` when one may be and none is. */
export function contains(items: readonly HclValue[], wanted: HclValue): boolean | undefined {
  let isOpen = false;
  for (const item of items) {
    const same = isEqual(item, wanted);
    if (same === true) return true;
    if (same === undefined) isOpen = true;
  }
  return isOpen ? undefined : false;
}

function all(questions: readonly (() => boolean | undefined)[]): boolean | undefined {
  let isOpen = false;
  for (const question of questions) {
    const answer = question();
    if (answer === false) return false;
    if (answer === undefined) isOpen = true;
  }
  return isOpen ? undefined : true;
}
