import { ANY_NUMBER, type FunctionTable, plain, tolerant } from '../evaluate/hcl-function.ts';
import { itemsOf, membersOf, textOf } from '../values/convert.ts';
import {
  type HclValue,
  mapping,
  placed,
  sequence,
  sortedNames,
  textValue,
} from '../values/hcl-value.ts';
import { Refusal, Undecided } from '../values/refusal.ts';

/** Functions of maps and objects. */
export const MAP_FUNCTIONS: FunctionTable = {
  keys: plain(1, 1, ([map], call) => {
    const names = sortedNames(membersOf(map!).keys());
    return sequence(
      'list',
      names.map((name) => textValue(name, call.at)),
      call.at,
    );
  }),
  values: plain(1, 1, ([map], call) => {
    const members = membersOf(map!);
    const items = sortedNames(members.keys()).map((name) => members.get(name)!);
    return sequence('tuple', items, call.at);
  }),
  /** Null arguments count as empty. */
  merge: tolerant(0, ANY_NUMBER, (list, call) => {
    const members = new Map<string, HclValue>();
    let isMap = true;
    for (const value of list) {
      if (value.kind === 'unknown') throw new Undecided(value);
      if (value.kind === 'null') continue;
      for (const [name, item] of membersOf(value)) members.set(name, item);
      if (value.kind === 'mapping' && value.type === 'object') isMap = false;
    }
    return mapping(isMap ? 'map' : 'object', members, call.at);
  }),
  lookup: plain(2, 3, ([map, key, fallback], call) => {
    // Asked of a resource, what is not written has a value all the same.
    const found = membersOf(map!).get(textOf(key!, 'a key')) ?? fallback;
    if (found === undefined) throw new Refusal('the map has no such key, and there is no default');
    return placed(found, call.at);
  }),
  zipmap: plain(2, 2, ([keys, values], call) => {
    const names = itemsOf(keys!).map((key) => textOf(key, 'a key'));
    const items = itemsOf(values!);
    if (names.length !== items.length)
      throw new Refusal('there are as many keys as values, or none');
    return mapping(
      'object',
      names.map((name, index) => [name, items[index]!] as const),
      call.at,
    );
  }),
  transpose: plain(1, 1, ([map], call) => {
    const turned = new Map<string, HclValue[]>();
    const members = membersOf(map!);
    for (const name of sortedNames(members.keys())) {
      for (const item of itemsOf(members.get(name)!)) {
        const text = textOf(item);
        turned.set(text, [...(turned.get(text) ?? []), textValue(name, call.at)]);
      }
    }
    const lists = [...turned].map(
      ([name, items]) => [name, sequence('list', items, call.at)] as const,
    );
    return mapping('map', lists, call.at);
  }),
};
