import { INSTANCES_MAX } from '../evaluate/budget.ts';
import {
  ANY_NUMBER,
  type Call,
  type FunctionTable,
  plain,
  tolerant,
} from '../evaluate/hcl-function.ts';
import {
  booleanOf,
  distinct,
  itemsOf,
  known,
  numberOf,
  textOf,
  unified,
  unknownIn,
  wholeNumberOf,
} from '../values/convert.ts';
import { contains, isEqual } from '../values/equal.ts';
import {
  booleanValue,
  type HclValue,
  nullValue,
  numberValue,
  placed,
  type Sequence,
  sequence,
  sortedNames,
  textValue,
} from '../values/hcl-value.ts';
import { formatNumber } from '../values/numbers.ts';
import { Refusal, Undecided } from '../values/refusal.ts';
import { indexOf } from './numbers.ts';

/** Functions of lists, tuples and sets. */
export const COLLECTION_FUNCTIONS: FunctionTable = {
  length: plain(1, 1, ([value], call) => {
    if (value!.kind === 'string') return numberValue([...value!.value].length, call.at);
    if (value!.kind === 'mapping') return numberValue(value!.members.size, call.at);
    const items = itemsOf(value!, 'a list, a map or a text');
    // Two unknowns in a set may be one.
    const unknown =
      value!.kind === 'sequence' && value!.type === 'set' ? openItem(items) : undefined;
    if (unknown !== undefined && items.length > 1) throw new Undecided(unknown);
    return numberValue(items.length, call.at);
  }),
  concat: plain(1, ANY_NUMBER, (lists, call) => {
    const type = lists.every((one) => one.kind === 'sequence' && one.type !== 'tuple')
      ? 'list'
      : 'tuple';
    const items = lists.flatMap((list) => itemsOf(list));
    return sequence(type, items, call.at);
  }),
  flatten: plain(1, 1, ([list], call) => sequence('tuple', flattened(list!), call.at)),
  distinct: plain(1, 1, ([list], call) => {
    const items = itemsOf(list!);
    const result = distinct(items);
    const isOpen = result.length > 1 && openItem(result) !== undefined;
    return sequence(isOpen ? 'set' : 'list', isOpen ? result : unified(result), call.at);
  }),
  compact: plain(1, 1, ([list], call) => {
    const items = itemsOf(list!).filter((item) => {
      if (item.kind === 'unknown') throw new Undecided(item);
      return item.kind !== 'null' && textOf(item) !== '';
    });
    return sequence('list', items, call.at);
  }),
  contains: plain(2, 2, ([list, wanted], call) => {
    const items = unified(itemsOf(list!));
    const found = contains(items, wanted!);
    if (found === undefined) throw new Undecided(openItem(items) ?? unknownIn(wanted!)!);
    return booleanValue(found, call.at);
  }),
  element: plain(2, 2, ([list, index], call) => {
    const items = itemsOf(list!);
    if (items.length === 0) throw new Refusal('the list is empty');
    const at = wholeNumberOf(index!);
    const item = items[((at % items.length) + items.length) % items.length]!;
    return placed(item, call.at);
  }),
  index: plain(2, 2, ([list, wanted], call) => {
    for (const [position, item] of itemsOf(list!).entries()) {
      const same = isEqual(item, wanted!);
      if (same === undefined) throw new Undecided(unknownIn(item) ?? unknownIn(wanted!)!);
      if (same) return numberValue(position, call.at);
    }
    throw new Refusal('the list does not hold the value');
  }),
  one: plain(1, 1, ([list], call) => {
    const items = itemsOf(list!);
    if (items.length > 1) throw new Refusal(`the list has ${items.length} items, not one or none`);
    return items[0] === undefined ? nullValue(call.at) : placed(items[0], call.at);
  }),
  reverse: plain(1, 1, ([list], call) =>
    sequence(typeOf(list!), [...itemsOf(list!)].reverse(), call.at),
  ),
  slice: plain(3, 3, ([list, from, to], call) => {
    const items = itemsOf(list!);
    const [start, end] = [indexOf(from!), indexOf(to!)];
    if (start > end || end > items.length) {
      throw new Refusal(`there is no part from ${start} to ${end} in ${items.length} items`);
    }
    return sequence(typeOf(list!), items.slice(start, end), call.at);
  }),
  sort: plain(1, 1, ([list], call) => {
    const items = itemsOf(list!);
    const texts = items.map((item) => textOf(item));
    const counts = new Map<string, number>();
    for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
    const sorted = sortedNames(counts.keys()).flatMap((text) =>
      Array.from({ length: counts.get(text)! }, () => textValue(text, call.at)),
    );
    return sequence('list', sorted, call.at);
  }),
  range: plain(1, 3, (list, call) => {
    const numbers = list.map((value) => numberOf(value));
    const [first = 0, second, third] = numbers;
    const [start, limit] = second === undefined ? [0, first] : [first, second];
    const step = third ?? (limit < start ? -1 : 1);
    if (step === 0 || (limit - start) * step < 0) {
      if (limit === start) return sequence('list', [], call.at);
      throw new Refusal('the step leads away from the limit');
    }
    const count = Math.ceil((limit - start) / step);
    if (count > INSTANCES_MAX) throw new Refusal(`${count} numbers are more than can be held`);
    const items = Array.from({ length: count }, (_, each) =>
      numberValue(start + each * step, call.at),
    );
    return sequence('list', items, call.at);
  }),
  chunklist: plain(2, 2, ([list, size], call) => {
    const items = itemsOf(list!);
    const each = indexOf(size!) || Math.max(1, items.length);
    const chunks: HclValue[] = [];
    for (let at = 0; at < items.length; at += each) {
      chunks.push(sequence('list', items.slice(at, at + each), call.at));
    }
    return sequence('list', chunks, call.at);
  }),
  coalesce: tolerant(1, ANY_NUMBER, (list, call) => {
    for (const value of list) {
      if (value.kind === 'unknown') throw new Undecided(value);
      if (value.kind === 'null' || (value.kind === 'string' && value.value === '')) continue;
      const isText = list.some((one) => one.kind === 'string');
      return placed(isText ? likeText(value) : value, call.at);
    }
    throw new Refusal('every argument is null or empty');
  }),
  coalescelist: tolerant(1, ANY_NUMBER, (list, call) => {
    const found = list.find((value) => value.kind !== 'null' && itemsOf(value).length > 0);
    if (found === undefined) throw new Refusal('every list is empty');
    return placed(found, call.at);
  }),
  matchkeys: plain(3, 3, ([values, keys, wanted], call) => {
    const search = itemsOf(wanted!);
    const names = itemsOf(keys!);
    const items = itemsOf(values!).filter((_, index) => {
      const found = contains(search, names[index] ?? nullValue(call.at));
      if (found === undefined) throw new Undecided(openItem(names) ?? openItem(search)!);
      return found;
    });
    return sequence('list', items, call.at);
  }),
  alltrue: plain(1, 1, ([list], call) => quantified(list!, false, call)),
  anytrue: plain(1, 1, ([list], call) => quantified(list!, true, call)),
};

function typeOf(value: HclValue): Sequence['type'] {
  return value.kind === 'sequence' && value.type === 'tuple' ? 'tuple' : 'list';
}

/** @throws Undecided when an unknown item may be a list itself */
function flattened(value: HclValue): readonly HclValue[] {
  return itemsOf(value).flatMap((item) => {
    if (item.kind === 'unknown') throw new Undecided(item);
    return item.kind === 'sequence' ? flattened(item) : [item];
  });
}

export function openItem(items: readonly HclValue[]): (HclValue & { kind: 'unknown' }) | undefined {
  for (const item of items) {
    const found = unknownIn(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function likeText(value: HclValue): HclValue {
  if (value.kind === 'number') return textValue(formatNumber(value.value), value.at);
  return value.kind === 'boolean' ? textValue(String(value.value), value.at) : value;
}

function quantified(list: HclValue, decisive: boolean, call: Call): HclValue {
  let open: (HclValue & { kind: 'unknown' }) | undefined;
  for (const item of itemsOf(list)) {
    if (item.kind === 'unknown') open ??= item;
    else if (item.kind === 'null' ? !decisive : booleanOf(known(item)) === decisive) {
      return booleanValue(decisive, call.at);
    }
  }
  if (open !== undefined) throw new Undecided(open);
  return booleanValue(!decisive, call.at);
}
