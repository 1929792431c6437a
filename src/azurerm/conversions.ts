import type { Place } from '../diagnostics/index.ts';
import {
  fromJson,
  isAbsent,
  itemsOf,
  member,
  stringOf,
  toJson,
  type Value,
} from '../values/index.ts';
import type { Conversion, Expectation, Literal, Literals } from './azurerm-type.ts';

/** The same text, number, switch, list or map on both sides. */
export const PLAIN: Conversion = {
  expects: { kind: 'any' },
  read: (value) => value,
  write: (value) => value,
  keepsSymbol: true,
};

/** An IP address, or several. */
export const ADDRESS: Conversion = { ...PLAIN, expects: { kind: 'address' } };

/** The id of a resource, of that ARM type if told. */
export const idOf = (type?: string): Conversion => ({ ...PLAIN, expects: idExpected(type) });

/** `["id"]` ↔ `[{ "id": "id" }]`. */
export const idsOf = (type?: string): Conversion => listOf('id', idExpected(type));

/** `["a"]` ↔ `[{ "NAME": "a" }]`. */
export function listOf(name: string, expects: Expectation = { kind: 'any' }): Conversion {
  return {
    expects,
    read: (value) => mapItems(value, (item) => objectOf(name, item)),
    write: (value) =>
      mapItems(value, (item) => (item.kind === 'object' ? (member(item, name) ?? item) : item)),
    keepsSymbol: false,
  };
}

/** `"a"` ↔ `["a"]`: the provider takes one where ARM takes several. */
export const SINGLE: Conversion = {
  wraps: true,
  expects: { kind: 'address' },
  read: (value) => ({ kind: 'array', items: [value], at: value.at }),
  write: (value) => itemsOf(value)[0],
  keepsSymbol: false,
};

/** The bare id ↔ a list of one reference. */
export const singleIdOf = (type?: string): Conversion => ({
  wraps: true,
  expects: idExpected(type),
  read: (value) => ({ kind: 'array', items: [objectOf('id', value)], at: value.at }),
  write: (value) => member(itemsOf(value)[0], 'id'),
  keepsSymbol: false,
});

/** True on one side, false on the other. */
export const NEGATED: Conversion = {
  expects: { kind: 'any' },
  read: negate,
  write: negate,
  keepsSymbol: false,
};

/** `true` and `false` as two words of ARM. */
export function worded(yes: string, no: string): Conversion {
  return {
    expects: { kind: 'any' },
    read: (value) => {
      const truth = truthOf(value);
      return truth === undefined ? value : text(truth ? yes : no, value);
    },
    write: (value) => {
      const word = stringOf(value)?.toLowerCase();
      if (word === yes.toLowerCase()) return { kind: 'boolean', value: true, at: value.at };
      if (word === no.toLowerCase()) return { kind: 'boolean', value: false, at: value.at };
      return value;
    },
    keepsSymbol: false,
  };
}

export const ENABLED = worded('Enabled', 'Disabled');

/** A switch in Terraform, the text `true` or `false` in ARM. */
export const TEXT_BOOLEAN = worded('true', 'false');

/** A number in Terraform, a text in ARM. */
export const NUMBER_TEXT: Conversion = {
  expects: { kind: 'any' },
  read: (value) => (value.kind === 'number' ? text(String(value.value), value) : value),
  write: (value) => {
    const written = stringOf(value);
    const isNumber = written !== undefined && /^\d+$/.test(written);
    return isNumber ? { kind: 'number', value: Number(written), at: value.at } : value;
  },
  keepsSymbol: true,
};

/** A text in Terraform, a number in ARM. */
export const TEXT_NUMBER: Conversion = {
  ...NUMBER_TEXT,
  read: NUMBER_TEXT.write,
  write: NUMBER_TEXT.read,
};

/** ARM-48: the settings of a classic firewall are texts, lists joined by commas. */
export const COMMA_LIST: Conversion = {
  expects: { kind: 'address' },
  read: (value) => {
    const items = itemsOf(value);
    const open = items.find((item) => item.kind === 'unknown');
    if (open !== undefined) return open;
    return text(items.map((item) => stringOf(item) ?? '').join(','), value);
  },
  write: (value) => {
    const items = (stringOf(value) ?? '').split(',').filter((item) => item.trim() !== '');
    return { kind: 'array', items: items.map((item) => text(item.trim(), value)), at: value.at };
  },
  keepsSymbol: false,
};

/** Words that the two sides spell differently: `Dnat` and `DNAT`. */
export function spelled(words: Readonly<Record<string, string>>): Conversion {
  const forth = new Map(Object.entries(words).map(([a, b]) => [a.toLowerCase(), b]));
  const back = new Map(Object.entries(words).map(([a, b]) => [b.toLowerCase(), a]));
  const by = (map: ReadonlyMap<string, string>) => (value: Value) => {
    const word = map.get(stringOf(value)?.toLowerCase() ?? '');
    return word === undefined ? value : text(word, value);
  };
  return { expects: { kind: 'any' }, read: by(forth), write: by(back), keepsSymbol: true };
}

/** A name in Terraform; in ARM the id of the part of that name in a list of the same resource. */
export function partOf(list: string): Conversion {
  return {
    expects: { kind: 'any' },
    read: (value, { id }) => {
      const name = stringOf(value);
      return name === undefined ? value : text(`${id}/${list}/${name}`, value);
    },
    write: (value) => {
      const id = stringOf(value);
      return id === undefined ? value : text(id.slice(id.lastIndexOf('/') + 1), value);
    },
    keepsSymbol: false,
  };
}

/** A list of names ↔ a list of references to parts. */
export function partsOf(list: string): Conversion {
  const one = partOf(list);
  return {
    ...one,
    read: (value, self) => mapItems(value, (item) => objectOf('id', one.read(item, self) ?? item)),
    write: (value, self) =>
      mapItems(value, (item) => {
        const id = member(item, 'id');
        return (id === undefined ? undefined : one.write(id, self)) ?? item;
      }),
  };
}

/** Identities are a list of ids in Terraform and the names of members in ARM. */
export const IDENTITIES: Conversion = {
  expects: { kind: 'id' },
  read: (value) => {
    const ids = itemsOf(value);
    if (ids.some((item) => item.kind !== 'string'))
      return ids.find((item) => item.kind === 'unknown');
    const members = ids.map((item) => {
      const name = stringOf(item) ?? '';
      const none: Value = { kind: 'object', members: new Map(), at: item.at };
      return [name.toLowerCase(), { name, value: none, at: item.at }] as const;
    });
    return { kind: 'object', members: new Map(members), at: value.at };
  },
  write: (value) => {
    if (value.kind !== 'object') return value;
    const items = [...value.members.values()].map((entry) => text(entry.name, entry.value));
    return { kind: 'array', items, at: value.at };
  },
  keepsSymbol: false,
};

/** The zones of a zone group, each in a configuration that the provider names after the zone. */
export const ZONE_CONFIGS: Conversion = {
  expects: { kind: 'id' },
  read: (value) =>
    mapItems(value, (item) => {
      const config = objectOf('properties', objectOf('privateDnsZoneId', item));
      const zone = stringOf(item)?.split('/').at(-1);
      if (zone === undefined || config.kind !== 'object') return config;
      const name = { name: 'name', value: text(zone, item), at: item.at };
      return { ...config, members: new Map([['name', name], ...config.members]) };
    }),
  write: (value) =>
    mapItems(value, (item) => member(member(item, 'properties'), 'privateDnsZoneId') ?? item),
  keepsSymbol: false,
};

/**
 * A switch in Terraform; in ARM an item of a list when it is on.
 * @param name the member that tells the item from others of the list; empty for a list of texts
 */
export function switchedItem(name: string, item: Literals | Literal): Conversion {
  const wanted = typeof item === 'object' ? item[name] : item;
  return {
    expects: { kind: 'any' },
    read: (value) => {
      if (truthOf(value) !== true) return undefined;
      return { kind: 'array', items: [fromJson(item, value.at)], at: value.at };
    },
    write: (value) => {
      const found = itemsOf(value).find((each) => {
        const told = name === '' ? each : member(each, name);
        return told?.kind === 'string' && told.value === wanted;
      });
      return found === undefined ? undefined : { kind: 'boolean', value: true, at: found.at };
    },
    keepsSymbol: false,
  };
}

/** `jsonencode(…)` ↔ the value itself. */
export const JSON_TEXT: Conversion = {
  expects: { kind: 'any' },
  read: (value) => (value.kind === 'string' ? (spelledOut(value.value, value.at) ?? value) : value),
  write: (value) => (value.kind === 'string' ? value : text(JSON.stringify(toJson(value)), value)),
  keepsSymbol: false,
};

/** Real bodies nest a dozen levels deep. */
const JSON_DEPTH_MAX = 600;

/** What a text spells out stands where the text stands. */
function spelledOut(json: string, at: Place): Value | undefined {
  let depth = 0;
  for (const [bracket] of json.matchAll(/[[\]{}]/g)) {
    depth += bracket === '[' || bracket === '{' ? 1 : -1;
    if (depth > JSON_DEPTH_MAX) return undefined;
  }
  try {
    return fromJson(JSON.parse(json), at);
  } catch {
    return undefined;
  }
}

function idExpected(type: string | undefined): Expectation {
  return type === undefined ? { kind: 'id' } : { kind: 'id', type };
}

function negate(value: Value): Value {
  const truth = truthOf(value);
  return truth === undefined ? value : { kind: 'boolean', value: !truth, at: value.at };
}

/** States written by hand and old providers have `"true"`. */
function truthOf(value: Value): boolean | undefined {
  if (value.kind === 'boolean') return value.value;
  const word = stringOf(value)?.toLowerCase();
  return word === 'true' || word === 'false' ? word === 'true' : undefined;
}

function mapItems(value: Value, change: (item: Value) => Value): Value {
  const items = itemsOf(value).filter((item) => !isAbsent(item));
  return { kind: 'array', items: items.map(change), at: value.at };
}

function objectOf(name: string, value: Value): Value {
  const members = new Map([[name.toLowerCase(), { name, value, at: value.at }]]);
  return { kind: 'object', members, at: value.at };
}

function text(value: string, { at }: Value): Value {
  return { kind: 'string', value, at };
}
