import { type Attribute, AZURERM_TYPES, type Literal } from '../../src/azurerm/index.ts';
import type { AzureResource, Snapshot } from '../../src/model/index.ts';
import { fromJson, type Member, type ObjectValue, type Value } from '../../src/values/index.ts';

/**
 * What Terraform adds to a snapshot that was written with it and read back, and what it spells differently:
 *
 * - the provider sends its own defaults for arguments that are not written (`sku_tier = "Regional"`): members that the
 *   snapshot leaves out and the provider's default says are no difference;
 * - a subnet has a list of prefixes, of which one prefix is the short form.
 */
export function withoutProviderDefaults(back: Snapshot, before: Snapshot): Snapshot {
  const byBareKey = new Map([...before.resources].map(([key, one]) => [bare(key), one]));
  return mapResources(back, (resource) => {
    const left = (before.resources.get(resource.key) ?? byBareKey.get(bare(resource.key)))?.body;
    const types = [...AZURERM_TYPES.values()].filter(
      ({ arm }) => arm.toLowerCase() === resource.type.toLowerCase(),
    );
    return types.reduce<ObjectValue>((body, { attributes, always = {} }) => {
      const literals = Object.entries(always).reduce(
        (here, [path, literal]) => without(here, left, steps(path), literal),
        body,
      );
      return clean(literals, left, attributes) as ObjectValue;
    }, resource.body);
  });
}

export function withPrefixLists(snapshot: Snapshot): Snapshot {
  return mapResources(snapshot, ({ type, body }) => {
    if (type.toLowerCase() !== 'microsoft.network/virtualnetworks/subnets') return body;
    const properties = body.members.get('properties');
    if (properties?.value.kind !== 'object') return body;
    const single = properties.value.members.get('addressprefix');
    const plural = properties.value.members.get('addressprefixes');
    if (single === undefined) return body;
    const members = new Map(properties.value.members);
    members.delete('addressprefix');
    if (plural?.value.kind !== 'array' || plural.value.items.length === 0) {
      const value: Value = { kind: 'array', items: [single.value], at: single.at };
      members.set('addressprefixes', { ...single, name: 'addressPrefixes', value });
    }
    return set(body, 'properties', { ...properties.value, members });
  });
}

function mapResources(snapshot: Snapshot, change: (resource: AzureResource) => ObjectValue) {
  const resources = new Map(
    [...snapshot.resources].map(([key, one]) => [key, { ...one, body: change(one) }]),
  );
  return { ...snapshot, resources };
}

function clean(body: Value, left: Value | undefined, attributes: readonly Attribute[]): Value {
  let here = body;
  for (const attribute of attributes) {
    if (attribute.kind === 'value') {
      const { fallback } = attribute;
      const literal = typeof fallback === 'function' ? fallback(4) : fallback;
      if (literal === undefined) continue;
      const sent = attribute.as.read(fromJson(literal, body.at), { id: '' });
      if (sent === undefined || !('value' in sent)) continue;
      here = without(here, left, steps(attribute.arm), sent.value);
    } else here = inBlock(here, left, steps(attribute.arm), attribute);
  }
  return here;
}

function inBlock(
  body: Value,
  left: Value | undefined,
  [name, ...rest]: readonly string[],
  block: Attribute & { kind: 'block' },
): Value {
  if (name === undefined) {
    if (body.kind === 'array') {
      const others = left?.kind === 'array' ? left.items : [];
      const items = body.items.map((item, index) => clean(item, others[index], block.attributes));
      return { ...body, items };
    }
    const always = Object.entries(block.always ?? {});
    const cleaned = always.reduce((one, [path, lit]) => without(one, left, steps(path), lit), body);
    return clean(cleaned, left, block.attributes);
  }
  if (body.kind !== 'object') return body;
  const inner = body.members.get(name.toLowerCase());
  if (inner === undefined) return body;
  const other = left?.kind === 'object' ? left.members.get(name.toLowerCase())?.value : undefined;
  return set(body, name, inBlock(inner.value, other, rest, block));
}

/** Takes a member out that only this side has and that is the literal. */
function without<T extends Value>(
  body: T,
  left: Value | undefined,
  [name = '', ...rest]: readonly string[],
  literal: Literal,
): T {
  if (body.kind !== 'object') return body;
  const key = name.toLowerCase();
  const inner = body.members.get(key);
  const other = left?.kind === 'object' ? left.members.get(key)?.value : undefined;
  if (inner === undefined) return body;
  if (rest.length > 0) return set(body, name, without(inner.value, other, rest, literal)) as T;
  const isDefault = 'value' in inner.value && inner.value.value === literal;
  if (other !== undefined || !isDefault) return body;
  const members = new Map(body.members);
  members.delete(key);
  return { ...body, members };
}

function set(body: ObjectValue, name: string, value: Value): ObjectValue {
  const key = name.toLowerCase();
  const entry: Member = { name, at: value.at, ...body.members.get(key), value };
  return { ...body, members: new Map(body.members).set(key, entry) };
}

/** A key without what its tokens say. */
function bare(key: string): string {
  return key.replace(/«[^«»]*»/g, '«»');
}

function steps(path: string): readonly string[] {
  return [...path.matchAll(/\["([^"]*)"\]|([^.["\]]+)/g)].map((match) => match[1] ?? match[2]!);
}
