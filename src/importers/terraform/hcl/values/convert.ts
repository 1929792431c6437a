import type { NumberValue, StringValue } from '../../../../values/index.ts';
import { isEqual } from './equal.ts';
import {
  booleanValue,
  type HclValue,
  type Known,
  kindOf,
  type Mapping,
  mapping,
  numberValue,
  type Sequence,
  sequence,
  sortedNames,
  textValue,
  wholeOf,
} from './hcl-value.ts';
import { formatNumber, parseNumber } from './numbers.ts';
import { Refusal, Undecided } from './refusal.ts';

/** The value, or the unknown that stands for how many items a collection has. @throws Undecided */
export function known(value: HclValue): Known {
  if (value.kind === 'unknown') throw new Undecided(value);
  if (value.kind === 'sequence' && value.rest !== undefined) throw new Undecided(value.rest);
  if (value.kind === 'mapping' && value.open?.isComplete !== true) {
    const whole = wholeOf(value);
    if (whole !== undefined) throw new Undecided(whole);
  }
  return value;
}

/** As `tostring` has it. @throws Refusal, Undecided */
export function textOf(value: HclValue, what = 'a text'): string {
  const given = known(value);
  if (given.kind === 'string') return given.value;
  if (given.kind === 'number') return formatNumber(given.value);
  if (given.kind === 'boolean') return String(given.value);
  throw new Refusal(`${what} is expected, not ${kindOf(given)}`);
}

/** As `tonumber` has it. @throws Refusal, Undecided */
export function numberOf(value: HclValue, what = 'a number'): number {
  const given = known(value);
  if (given.kind === 'number') return given.value;
  const number = given.kind === 'string' ? parseNumber(given.value) : undefined;
  if (number !== undefined) return number;
  throw new Refusal(`${what} is expected, not ${kindOf(given)}`);
}

export function wholeNumberOf(value: HclValue, what = 'a whole number'): number {
  const number = numberOf(value, what);
  if (Number.isInteger(number)) return number;
  throw new Refusal(`${what} is expected, not ${formatNumber(number)}`);
}

/** As `tobool` has it. @throws Refusal, Undecided */
export function booleanOf(value: HclValue, what = 'true or false'): boolean {
  const given = known(value);
  if (given.kind === 'boolean') return given.value;
  if (given.kind === 'string' && (given.value === 'true' || given.value === 'false')) {
    return given.value === 'true';
  }
  throw new Refusal(`${what} is expected, not ${kindOf(given)}`);
}

/** The items of a list, tuple or set. @throws Refusal, Undecided */
export function itemsOf(value: HclValue, what = 'a list'): readonly HclValue[] {
  const given = known(value);
  if (given.kind === 'sequence') return given.items;
  throw new Refusal(`${what} is expected, not ${kindOf(given)}`);
}

/** The members of a map or object. @throws Refusal, Undecided */
export function membersOf(value: HclValue, what = 'a map'): ReadonlyMap<string, HclValue> {
  const given = known(value);
  if (given.kind === 'mapping') return given.members;
  throw new Refusal(`${what} is expected, not ${kindOf(given)}`);
}

/** Keys and values in the order a `for` goes through them. @throws Refusal, Undecided */
export function entriesOf(value: HclValue): readonly (readonly [HclValue, HclValue])[] {
  const given = known(value);
  if (given.kind === 'sequence') {
    return given.items.map((item, index) =>
      given.type === 'set' ? [item, item] : [numberValue(index, item.at), item],
    );
  }
  if (given.kind === 'mapping') {
    return sortedNames(given.members.keys()).map((name) => {
      const item = given.members.get(name)!;
      return [textValue(name, item.at), item];
    });
  }
  throw new Refusal(`a list, a set, a map or an object is expected, not ${kindOf(given)}`);
}

export function toText(value: HclValue): HclValue {
  if (value.kind === 'unknown' || value.kind === 'null') return value;
  return value.kind === 'string' ? value : textValue(textOf(value), value.at);
}

export function toNumber(value: HclValue): HclValue {
  if (value.kind === 'unknown' || value.kind === 'null') return value;
  return value.kind === 'number' ? value : numberValue(numberOf(value), value.at);
}

export function toBoolean(value: HclValue): HclValue {
  if (value.kind === 'unknown' || value.kind === 'null') return value;
  return value.kind === 'boolean' ? value : booleanValue(booleanOf(value), value.at);
}

/** A list of what is in a list, tuple or set: all of one type where texts, numbers and switches mix. */
export function toList(value: HclValue): HclValue {
  if (value.kind === 'null') return value;
  return sequence('list', unified(itemsOf(value)), value.at);
}

/** A set: each value once, texts in the order of their code points. */
export function toSet(value: HclValue): HclValue {
  if (value.kind === 'null') return value;
  return setOf(unified(itemsOf(value)), value.at);
}

export function toMap(value: HclValue): HclValue {
  if (value.kind === 'null') return value;
  const members = membersOf(value);
  const names = [...members.keys()];
  const items = unified([...members.values()]);
  return mapping(
    'map',
    names.map((name, index) => [name, items[index]!] as const),
    value.at,
  );
}

/** Values that cannot be told apart for certain are all kept: a set with unknowns may come out smaller. */
export function setOf(items: readonly HclValue[], at: Sequence['at']): Sequence {
  const result = sequence('set', distinct(items), at);
  if (result.items.every((item) => item.kind === 'number')) {
    const numbers = [...(result.items as readonly NumberValue[])];
    return { ...result, items: numbers.sort((a, b) => a.value - b.value) };
  }
  if (!result.items.every((item) => item.kind === 'string')) return result;
  const texts = new Map((result.items as readonly StringValue[]).map((item) => [item.value, item]));
  return { ...result, items: sortedNames(texts.keys()).map((text) => texts.get(text)!) };
}

/** Each value once, at its first place. O(n) for scalars. */
export function distinct(items: readonly HclValue[]): readonly HclValue[] {
  const scalars = new Set<string>();
  const others: HclValue[] = [];
  return items.filter((item) => {
    if (item.kind === 'string' || item.kind === 'number' || item.kind === 'boolean') {
      const key = `${item.kind}:${item.value}`;
      if (scalars.has(key)) return false;
      scalars.add(key);
      return true;
    }
    if (others.some((other) => isEqual(other, item) === true)) return false;
    others.push(item);
    return true;
  });
}

/** Terraform gives the items of a list one type: texts if one of them is a text. */
export function unified(items: readonly HclValue[]): readonly HclValue[] {
  const kinds = new Set(items.map(({ kind }) => kind));
  const isMixed = kinds.has('string') && (kinds.has('number') || kinds.has('boolean'));
  const isScalar = !kinds.has('sequence') && !kinds.has('mapping');
  if (isMixed && isScalar) return items.map(toText);
  return kinds.size === 1 && kinds.has('sequence')
    ? unifiedRows(items as readonly Sequence[])
    : items;
}

/** Lists in a list: their items have one type, too. */
function unifiedRows(rows: readonly Sequence[]): readonly Sequence[] {
  const all = rows.flatMap((row) => row.items);
  const alike = unified(all);
  if (alike === all) return rows;
  let from = 0;
  return rows.map((row) => {
    const items = alike.slice(from, from + row.items.length);
    from += row.items.length;
    return { ...row, items };
  });
}

/** Does the value hold an unknown, at any depth? The first one found. */
export function unknownIn(value: HclValue): Extract<HclValue, { kind: 'unknown' }> | undefined {
  if (value.kind === 'unknown') return value;
  if (value.kind === 'sequence') {
    if (value.rest !== undefined) return value.rest;
    for (const item of value.items) {
      const found = unknownIn(item);
      if (found !== undefined) return found;
    }
  }
  if (value.kind === 'mapping') return unknownMember(value);
  return undefined;
}

function unknownMember(value: Mapping): Extract<HclValue, { kind: 'unknown' }> | undefined {
  const whole = wholeOf(value);
  if (whole !== undefined) return whole;
  for (const item of value.members.values()) {
    const found = unknownIn(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
