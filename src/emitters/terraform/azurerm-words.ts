import {
  type Attribute,
  type AzurermType,
  type Draft,
  JSON_TEXT,
  type Literal,
  put,
  type ReadContext,
  readAttributes,
  valueAt,
  writeAttributes,
} from '../../azurerm/index.ts';
import {
  fromJson,
  isAbsent,
  itemsOf,
  member,
  type ObjectValue,
  type Value,
} from '../../values/index.ts';
import { requiredOf, toldOf } from './argument-rules.ts';
import { withChanged, withoutMember } from './located-body.ts';
import { MARK_START } from './marks.ts';

/** Names of arguments are those of this major version of the provider (iac-formats 4.3, 4.4). */
export const PROVIDER = 4;

/**
 * A body in azurerm's words: arguments by name, a block is a list of objects. `undefined` when they cannot say all of
 * it. That is found out by reading them back: what comes out must be what went in, apart from nothing and empty.
 *
 * @param self the id of the resource as it stands in the body
 */
export function azurermWords(
  type: AzurermType,
  body: ObjectValue,
  self: string,
): ObjectValue | undefined {
  const required = requiredOf(type.terraform);
  if (required === undefined) return undefined;
  const attributes = writable(type.attributes, toldOf(type.terraform), '');
  const wording = { provider: PROVIDER, self: { id: self } };
  const values = withoutEmpty(writeAttributes(body, attributes, wording).values, attributes);
  if (required.some((path) => isMissing(values, path.split('.')))) return undefined;
  if (!isPrintable(values, attributes)) return undefined;
  const always = Object.entries(type.always ?? {});
  if (!always.every(([path, literal]) => saysLiteral(body, path, literal))) return undefined;
  const draft: Draft = new Map();
  readAttributes(values, attributes, draft, readingOf(self));
  for (const [path, literal] of always) {
    if (!isAbsent(valueAt(body, path))) put(draft, path, fromJson(literal, body.at));
  }
  const back: ObjectValue = { kind: 'object', members: draft, at: body.at };
  return isSame(withoutImplied(body, attributes), back, '') ? values : undefined;
}

/** Without blocks that say nothing by being there: their fields may be arguments of the resource itself. */
function withoutEmpty(values: ObjectValue, attributes: readonly Attribute[]): ObjectValue {
  const members = new Map(values.members);
  for (const attribute of attributes) {
    if (attribute.kind !== 'block' || attribute.holds !== 'one') continue;
    const written = members.get(attribute.name)?.value;
    const isEmpty = itemsOf(written).every(
      (item) => item.kind === 'object' && item.members.size === 0,
    );
    if (attribute.always === undefined && isEmpty) members.delete(attribute.name);
  }
  return { ...values, members };
}

/** Without what the provider sends by itself, where the body says the same. */
function withoutImplied(body: ObjectValue, attributes: readonly Attribute[]): ObjectValue {
  let here = body;
  for (const attribute of attributes) {
    if (attribute.kind !== 'block' || attribute.implies === undefined) continue;
    const { implies } = attribute;
    const change = (item: Value): Value =>
      Object.entries(implies).reduce<Value>(
        (one, [name, literal]) =>
          one.kind === 'object' && isLiteral(member(one, name), literal)
            ? withoutMember(one, [name])
            : one,
        item,
      );
    here = withChanged(here, attribute.arm.split('.'), change);
  }
  return here;
}

/** What the service alone writes cannot be written. */
function writable(
  attributes: readonly Attribute[],
  told: ReadonlySet<string>,
  above: string,
): readonly Attribute[] {
  if (told.size === 0) return attributes;
  return attributes
    .filter(({ name }) => !told.has(above + name))
    .map((attribute) =>
      attribute.kind === 'value'
        ? attribute
        : {
            ...attribute,
            attributes: writable(attribute.attributes, told, `${above}${attribute.name}.`),
          },
    );
}

/** Nothing is sent that is not written: defaults of the provider are not part of the comparison. */
function readingOf(self: string): ReadContext {
  return {
    self: { id: self },
    provider: PROVIDER,
    isLookup: true,
    resolve: (unknown) => unknown,
    via: [],
    keepItem: () => true,
    isStale: () => false,
  };
}

function isMissing(values: Value, [name = '', ...rest]: readonly string[]): boolean {
  const found = member(values, name);
  if (rest.length === 0) return isAbsent(found);
  return itemsOf(found).some((item) => isMissing(item, rest));
}

/** Blocks must be known, and so must be whatever is put into a text of JSON. */
function isPrintable(values: ObjectValue, attributes: readonly Attribute[]): boolean {
  return attributes.every((attribute) => {
    const written = member(values, attribute.name);
    if (isAbsent(written)) return true;
    if (attribute.kind === 'value') {
      const isText = written.kind === 'string' && written.value.includes(MARK_START);
      return attribute.as !== JSON_TEXT || !isText;
    }
    return (
      written.kind === 'array' &&
      written.items.every(
        (item) => item.kind === 'object' && isPrintable(item, attribute.attributes),
      )
    );
  });
}

/** What every resource of that type says without an argument must be what this one says, or leaves out. */
function saysLiteral(body: ObjectValue, path: string, literal: Literal): boolean {
  const written = valueAt(body, path);
  return isAbsent(written) ? path !== 'kind' : isLiteral(written, literal);
}

function isLiteral(value: Value | undefined, literal: Literal): boolean {
  if (value === undefined || !('value' in value)) return false;
  return String(value.value).toLowerCase() === String(literal).toLowerCase();
}

function isSame(a: Value | undefined, b: Value | undefined, key: string): boolean {
  if (isNothing(a) || isNothing(b)) return isNothing(a) && isNothing(b);
  if (a === undefined || b === undefined) return false;
  if (a.kind === 'unknown' || b.kind === 'unknown') {
    return a.kind === b.kind && 'symbol' in a && 'symbol' in b && a.symbol === b.symbol;
  }
  if (a.kind === 'array' && b.kind === 'array') return areSame(a.items, b.items, key);
  if (a.kind === 'object' && b.kind === 'object') {
    const names = new Set([...a.members.keys(), ...b.members.keys()]);
    return [...names].every((name) =>
      isSame(a.members.get(name)?.value, b.members.get(name)?.value, name),
    );
  }
  if (!('value' in a) || !('value' in b)) return false;
  return String(a.value).toLowerCase() === String(b.value).toLowerCase();
}

/** Named items may stand in another order: collections have priorities. Rules may not. */
function areSame(a: readonly Value[], b: readonly Value[], key: string): boolean {
  if (a.length !== b.length) return false;
  const named = new Map(b.map((item) => [nameOf(item), item]));
  const byName = key !== 'rules' && named.size === b.length && !named.has(undefined);
  return a.every((item, index) =>
    isSame(item, byName ? named.get(nameOf(item)) : b[index], `${key}[]`),
  );
}

function nameOf(item: Value): string | undefined {
  const name = member(item, 'name');
  return name?.kind === 'string' ? name.value : undefined;
}

function isNothing(value: Value | undefined): boolean {
  if (isAbsent(value)) return true;
  if (value.kind === 'array') return value.items.length === 0;
  return (
    value.kind === 'object' && [...value.members.values()].every((one) => isNothing(one.value))
  );
}
