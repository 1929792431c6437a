import {
  isAbsent,
  itemsOf,
  type Member,
  type ObjectValue,
  objectValue,
  type Value,
} from '../values/index.ts';
import { stepsOf, valueAt } from './arm-path.ts';
import type { Attribute, BlockAttribute, Literals, Self, ValueAttribute } from './azurerm-type.ts';

/** How a body is put into Terraform's words. */
export interface ArmWording {
  /** Major version of the provider whose names are used. */
  readonly provider: number;
  readonly self: Self;
}

/** A body in the provider's words, and what of it they cannot say. */
export interface TerraformWords {
  /** Arguments by name; a block is a list of objects. Ids are texts: whoever writes them makes references of them. */
  readonly values: ObjectValue;
  /** Paths of the members that no argument says, `properties.x[0].y`; empty when nothing is lost. */
  readonly lost: readonly string[];
}

/** What ARM has in every resource and the provider takes from elsewhere. */
const ENVELOPE: ReadonlySet<string> = new Set(['id', 'name', 'type', 'apiversion', 'etag']);

/**
 * The other direction of `readAttributes`: ARM members to arguments. What the attributes do not cover is named in
 * `lost`, so that an emitter can say so instead of dropping it. O(size).
 */
export function writeAttributes(
  body: ObjectValue,
  attributes: readonly Attribute[],
  wording: ArmWording,
): TerraformWords {
  const said: Said = { values: new Set(), items: new Set() };
  const values = writeInto(body, attributes, wording, said);
  const lost: string[] = [];
  for (const [key, { name, value }] of body.members) {
    if (!ENVELOPE.has(key)) collectLost(value, name, said.values, lost);
  }
  return { values, lost };
}

/** What has found its argument. */
interface Said {
  readonly values: Set<Value>;
  /** Of lists that several blocks share: an empty collection fits more than one. */
  readonly items: Set<Value>;
}

function writeInto(
  owner: Value,
  attributes: readonly Attribute[],
  wording: ArmWording,
  said: Said,
): ObjectValue {
  const members: Member[] = [];
  const paths = new Set<string>();
  for (const attribute of attributes) {
    if (!isSpoken(attribute, wording.provider)) continue;
    const written =
      attribute.kind === 'value'
        ? writeOne(attribute, owner, wording, said, paths)
        : writeBlock(attribute, owner, wording, said);
    if (written === undefined) continue;
    const { name } = attribute;
    const earlier = members.find((one) => one.name === name);
    // Two lists of ARM may be one kind of block, told apart by a switch.
    if (earlier?.value.kind === 'array' && written.kind === 'array') {
      const items = [...earlier.value.items, ...written.items];
      members[members.indexOf(earlier)] = { ...earlier, value: { ...earlier.value, items } };
    } else if (earlier === undefined) members.push({ name, value: written, at: written.at });
  }
  return objectValue(owner.at, members);
}

function isSpoken({ since, until }: Attribute, provider: number): boolean {
  return (since === undefined || provider >= since) && (until === undefined || provider < until);
}

function writeOne(
  attribute: ValueAttribute,
  owner: Value,
  { self }: ArmWording,
  said: Said,
  paths: Set<string>,
): Value | undefined {
  const found = attribute.arm === '' ? owner : valueAt(owner, attribute.arm);
  const isShared = attribute.isItem === true;
  if (isAbsent(found) || (paths.has(attribute.arm) && !isShared)) return undefined;
  const all = found.kind === 'unknown' ? found : attribute.as.write(found, self);
  const written = isShared ? ownItems(all) : all;
  if (isAbsent(written)) return undefined;
  paths.add(attribute.arm);
  said.values.add(found);
  return written;
}

/** Of a list that several arguments share: items of another one stay objects. */
function ownItems(value: Value | undefined): Value | undefined {
  if (value?.kind !== 'array') return value;
  const items = value.items.filter((item) => item.kind !== 'object');
  return items.length === 0 ? undefined : { ...value, items };
}

function writeBlock(
  block: BlockAttribute,
  owner: Value,
  wording: ArmWording,
  said: Said,
): Value | undefined {
  const found = block.arm === '' ? owner : valueAt(owner, block.arm);
  if (isAbsent(found)) return undefined;
  if (found.kind === 'unknown') {
    said.values.add(found);
    return found;
  }
  if (block.holds === 'one' && found.kind !== 'object') return undefined;
  const items = (block.holds === 'one' ? [found] : itemsOf(found)).filter(
    (item) => fits(item, block) && (block.always === undefined || !said.items.has(item)),
  );
  if (items.length === 0) return undefined;
  for (const item of items) said.items.add(item);
  const written = items.flatMap((item): Value[] => {
    if (item.kind === 'unknown') return [item];
    const silent = { ...block.always, ...block.implies };
    for (const [path, literal] of Object.entries(silent)) {
      const found = valueAt(item, path);
      if (found !== undefined && hasLiterals(item, { [path]: literal })) said.values.add(found);
    }
    const inner = writeInto(item, block.attributes, wording, said);
    // A block whose fields are the owner's is there only when it says something.
    const isOwners = block.arm === '' || block.arm === 'properties';
    if (inner.members.size === 0 && isOwners) return [];
    return [block.onlyIf === undefined ? inner : withSwitch(inner, block.onlyIf)];
  });
  return written.length === 0 ? undefined : { kind: 'array', items: written, at: found.at };
}

/** Several kinds of blocks may share a list: the members each of them implies tell them apart. */
function fits(item: Value, block: BlockAttribute): boolean {
  if (!hasLiterals(item, block.always)) return false;
  return block.attributes.every((inner) => {
    if (inner.kind !== 'block' || inner.always === undefined || inner.holds !== 'many') return true;
    return itemsOf(valueAt(item, inner.arm)).every((each) => hasLiterals(each, inner.always));
  });
}

function hasLiterals(item: Value, literals: Literals | undefined): boolean {
  return Object.entries(literals ?? {}).every(([path, literal]) => {
    const found = valueAt(item, path);
    if (found?.kind !== 'string' && found?.kind !== 'boolean' && found?.kind !== 'number') {
      return false;
    }
    return String(found.value).toLowerCase() === String(literal).toLowerCase();
  });
}

function withSwitch(
  inner: ObjectValue,
  { name, is }: NonNullable<BlockAttribute['onlyIf']>,
): ObjectValue {
  const value: Value = { kind: 'boolean', value: is, at: inner.at };
  return objectValue(inner.at, [...inner.members.values(), { name, value, at: inner.at }]);
}

/** Leaves that nothing said. An empty list or object says nothing itself. */
function collectLost(value: Value, path: string, said: ReadonlySet<Value>, lost: string[]): void {
  if (said.has(value) || value.kind === 'null') return;
  if (value.kind === 'array') {
    value.items.forEach((item, index) => {
      collectLost(item, `${path}[${index}]`, said, lost);
    });
  } else if (value.kind === 'object') {
    for (const { name, value: inner } of value.members.values()) {
      const step = stepsOf(name).length === 1 ? `.${name}` : `["${name}"]`;
      collectLost(inner, path + step, said, lost);
    }
  } else lost.push(path);
}
