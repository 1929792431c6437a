import type { Unknown, Value } from '../../../values/index.ts';
import { tryAccess } from '../access.ts';
import {
  ANY_NUMBER,
  arrayResult,
  booleanResult,
  type Call,
  type FunctionTable,
  failure,
  type Known,
  kindOf,
  nullResult,
  numberResult,
  objectResult,
  plain,
  takingTokens,
  textResult,
  tolerant,
  unknownResult,
} from '../call.ts';
import { derivedUnknown, hasToken, unknownOfToken } from '../unknowns.ts';
import { compareValues } from './equality.ts';
import { intersectValues, mergeShallow, uniteValues } from './merge.ts';
import { joined, textOf } from './texts.ts';

const RANGE_COUNT_MAX = 10_000;

/** Arrays and objects, and the functions that take texts as well. Items and members may be unknown. */
export const COLLECTION_FUNCTIONS: FunctionTable = {
  concat: tolerant(0, ANY_NUMBER, concat),
  array: tolerant(1, 1, ([value], call) => {
    if (value!.kind === 'unknown') return unknownResult(call, value!, [value!]);
    return value!.kind === 'array' ? value! : arrayResult(call, [value!]);
  }),
  createarray: tolerant(0, ANY_NUMBER, (list, call) => arrayResult(call, list)),
  createobject: tolerant(0, ANY_NUMBER, createObject),
  length: plain(1, 1, ([value], call) => {
    const length = lengthOf(value!);
    return length === undefined
      ? failure(call, `${kindOf(value!)} has no length`)
      : numberResult(call, length);
  }),
  empty: takingTokens(
    plain(1, 1, ([value], call) => {
      if (value!.kind === 'null') return booleanResult(call, true);
      const length = lengthOf(value!);
      return length === undefined
        ? failure(call, `${kindOf(value!)} is neither empty nor full`)
        : booleanResult(call, length === 0);
    }),
  ),
  contains: tolerant(2, 2, contains),
  first: plain(1, 1, ([value], call) => end(value!, 0, call)),
  last: plain(1, 1, ([value], call) => end(value!, (lengthOf(value!) ?? 0) - 1, call)),
  take: plain(2, 2, (list, call) => slice(list, call, (count) => [0, count])),
  skip: plain(2, 2, (list, call) => slice(list, call, (count) => [count, undefined])),
  range: plain(2, 2, ([start, count], call) => {
    if (start?.kind !== 'number' || count?.kind !== 'number')
      return failure(call, 'numbers are expected');
    if (count.value < 0 || count.value > RANGE_COUNT_MAX) {
      return failure(call, `the count lies outside 0 to ${RANGE_COUNT_MAX}`);
    }
    const items = Array.from({ length: count.value }, (_, index) =>
      numberResult(call, start.value + index),
    );
    return arrayResult(call, items);
  }),
  union: plain(1, ANY_NUMBER, uniteValues),
  intersection: plain(1, ANY_NUMBER, intersectValues),
  shallowmerge: plain(1, 1, mergeShallow),
  flatten: plain(1, 1, ([value], call) => {
    if (value?.kind !== 'array') return failure(call, 'an array of arrays is expected');
    const items: Value[] = [];
    for (const item of value.items) {
      if (item.kind === 'unknown') return unknownResult(call, item, [value]);
      if (item.kind === 'array') items.push(...item.items);
      else items.push(item);
    }
    return arrayResult(call, items);
  }),
  // ARM-13.
  items: plain(1, 1, ([value], call) => {
    if (value?.kind !== 'object') return failure(call, 'an object is expected');
    const entries = [...value.members.values()].sort((a, b) => compareKeys(a.name, b.name));
    return arrayResult(
      call,
      entries.map((entry) =>
        objectResult(call, [
          ['key', textResult(call, entry.name)],
          ['value', entry.value],
        ]),
      ),
    );
  }),
  objectkeys: plain(1, 1, ([value], call) => {
    if (value?.kind !== 'object') return failure(call, 'an object is expected');
    const names = [...value.members.values()].map((entry) => entry.name).sort(compareKeys);
    return arrayResult(
      call,
      names.map((name) => textResult(call, name)),
    );
  }),
  tryget: tolerant(2, ANY_NUMBER, tryGet),
  indexfromend: plain(2, 2, ([value, position], call) => {
    const item = fromEnd(value!, position!);
    return item ?? failure(call, 'there is no such item');
  }),
  tryindexfromend: plain(2, 2, ([value, position], call) => {
    if (value?.kind === 'null') return nullResult(call);
    return fromEnd(value!, position!) ?? nullResult(call);
  }),
};

export function compareKeys(a: string, b: string): number {
  const lowerA = a.toLowerCase();
  const lowerB = b.toLowerCase();
  return lowerA < lowerB ? -1 : lowerA > lowerB ? 1 : 0;
}

/** Arrays with arrays, texts with texts. An unknown argument leaves open which of the two it is. */
function concat(list: readonly Value[], call: Call): Value {
  if (list.some((value) => value.kind === 'array')) {
    const items: Value[] = [];
    for (const value of list) {
      if (value.kind === 'unknown') return unknownResult(call, value, list);
      if (value.kind !== 'array') return failure(call, 'arrays are only joined with arrays');
      for (const item of value.items) items.push(item);
    }
    return arrayResult(call, items);
  }
  const parts: (string | Unknown)[] = [];
  for (const value of list) {
    const text = value.kind === 'object' ? undefined : textOf(value, call);
    if (text === undefined) return failure(call, `${kindOf(value)} cannot be joined to text`);
    parts.push(text);
  }
  return joined(parts, call);
}

function createObject(list: readonly Value[], call: Call): Value {
  if (list.length % 2 === 1) return failure(call, 'names and values come in pairs');
  const pairs: [string, Value][] = [];
  for (let index = 0; index < list.length; index += 2) {
    const name = list[index]!;
    if (name.kind === 'unknown') return unknownResult(call, name, list);
    if (name.kind !== 'string') return failure(call, 'a name is text');
    pairs.push([name.value, list[index + 1]!]);
  }
  return objectResult(call, pairs);
}

/** ARM-09: text with case, keys of objects without. An unknown item may be the one looked for. */
function contains([container, wanted]: readonly Value[], call: Call): Value {
  if (container!.kind === 'unknown') return unknownResult(call, container!, [container!, wanted!]);
  if (container!.kind === 'null') return booleanResult(call, false);
  if (container!.kind === 'array') return arrayContains(container!.items, wanted!, call);
  if (wanted!.kind === 'unknown') return unknownResult(call, wanted!, [container!, wanted!]);
  const text = textOf(wanted!, call);
  if (typeof text !== 'string') return failure(call, `${kindOf(wanted!)} is not looked for in it`);
  if (container!.kind === 'object') {
    return booleanResult(call, container!.members.has(text.toLowerCase()));
  }
  if (container!.kind === 'string') {
    const found = container!.value.includes(text);
    const partly = [container!.value, text].find(hasToken);
    if (found || partly === undefined) return booleanResult(call, found);
    return unknownResult(call, unknownOfToken(partly, call.context.at), [container!, wanted!]);
  }
  return failure(call, `${kindOf(container!)} contains nothing`);
}

function arrayContains(items: readonly Value[], wanted: Value, call: Call): Value {
  let undecided: Value | undefined;
  for (const item of items) {
    const equality = compareValues(call.context.frame.run, item, wanted);
    if (equality === 'same') return booleanResult(call, true);
    if (equality === 'unknown') undecided ??= item.kind === 'unknown' ? item : wanted;
  }
  if (undecided === undefined) return booleanResult(call, false);
  if (undecided.kind === 'unknown') {
    return derivedUnknown(undecided, call.expression.text, call.context.at, undefined);
  }
  return failure(call, 'parts of the items are unknown');
}

function end(value: Known, index: number, call: Call): Value {
  if (value.kind === 'array') return value.items[index] ?? nullResult(call);
  if (value.kind === 'string') return textResult(call, value.value[index] ?? '');
  return failure(call, `${kindOf(value)} has no items`);
}

function slice(
  [value, count]: readonly Known[],
  call: Call,
  bounds: (count: number) => readonly [number, number | undefined],
): Value {
  if (count?.kind !== 'number') return failure(call, 'a count is expected');
  const [from, to] = bounds(Math.max(0, count.value));
  if (value?.kind === 'array') return arrayResult(call, value.items.slice(from, to));
  if (value?.kind === 'string') return textResult(call, value.value.slice(from, to));
  return failure(call, `${kindOf(value!)} has no items`);
}

/** Every step may be missing; null then. What is unknown stays unknown. */
function tryGet(list: readonly Value[], call: Call): Value {
  let here: Value = list[0]!;
  for (const step of list.slice(1)) {
    if (step.kind === 'unknown') return unknownResult(call, step, list);
    if (step.kind !== 'string' && step.kind !== 'number')
      return failure(call, 'a step is a name or a position');
    if (here.kind === 'null') return nullResult(call);
    const found = tryAccess(here, step.value, call.expression, call.context);
    if (found === undefined) return nullResult(call);
    here = found;
  }
  return here;
}

function fromEnd(value: Known, position: Known): Value | undefined {
  if (value.kind !== 'array' || position.kind !== 'number' || position.value < 1) return undefined;
  return value.items[value.items.length - position.value];
}

/** Items, members or characters; `undefined` for what has none. */
function lengthOf(value: Known): number | undefined {
  if (value.kind === 'array') return value.items.length;
  if (value.kind === 'object') return value.members.size;
  return value.kind === 'string' ? value.value.length : undefined;
}
