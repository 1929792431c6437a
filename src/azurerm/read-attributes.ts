import type { Place } from '../diagnostics/index.ts';
import {
  fromJson,
  isAbsent,
  itemsOf,
  type Member,
  member,
  type ObjectValue,
  stringOf,
  type Unknown,
  type Value,
} from '../values/index.ts';
import { append, type Draft, openObject, put } from './arm-path.ts';
import type {
  Attribute,
  BlockAttribute,
  Expectation,
  Literals,
  Self,
  ValueAttribute,
} from './azurerm-type.ts';

/** What reading one resource may ask for. */
export interface ReadContext {
  readonly self: Self;
  /** Major version of the provider, for what it sends when nothing is written. */
  readonly provider: number;
  /** Looked up, not managed: nothing is sent, so nothing is defaulted. */
  readonly isLookup: boolean;
  /** The value a reference stands for, or the unknown under ARM's name for it. */
  readonly resolve: (unknown: Unknown, expects: Expectation) => Value;
  /** Which resource says it, for places. */
  readonly via: readonly string[];
  /** Blocks that other resources spell out: only what they do not counts. */
  readonly keepItem: (block: BlockAttribute, item: ObjectValue) => boolean;
  /** Attributes only the service tells that are out of date by then. */
  readonly isStale: (attribute: ValueAttribute) => boolean;
}

/** Arguments to ARM members, into `draft`. O(size of what is mapped). */
export function readAttributes(
  values: ObjectValue,
  attributes: readonly Attribute[],
  draft: Draft,
  context: ReadContext,
): void {
  const withFallback: ValueAttribute[] = [];
  for (const attribute of attributes) {
    // Arguments are in lower case, as members are keyed.
    const written = values.members.get(attribute.name)?.value;
    if (attribute.kind === 'block') readBlock(attribute, written, draft, context);
    else {
      if (!isAbsent(written)) readOne(attribute, written, draft, context);
      if (attribute.fallback !== undefined) withFallback.push(attribute);
    }
  }
  if (context.isLookup) return;
  // Last, so that an older name of the same property counts before what is sent without either.
  for (const attribute of withFallback) putFallback(attribute, draft, values.at, context);
}

function readOne(
  attribute: ValueAttribute,
  written: Value,
  draft: Draft,
  context: ReadContext,
): void {
  const settled = settle(written, attribute.as.expects, context);
  if (attribute.isTold === true && (settled.kind === 'unknown' || context.isStale(attribute))) {
    return;
  }
  const value = convert(attribute, settled, context);
  if (value === undefined || (isEmpty(value) && attribute.keepsEmpty !== true)) return;
  if (attribute.arm === '') draft.set('', { name: '', value, at: value.at });
  else if (attribute.isItem === true && value.kind === 'array') {
    append(draft, attribute.arm, value.items, value.at);
  } else put(draft, attribute.arm, value);
}

function convert(attribute: ValueAttribute, value: Value, context: ReadContext): Value | undefined {
  const { as } = attribute;
  if (value.kind !== 'unknown') return as.read(value, context.self);
  if ((as.keepsSymbol || value.symbol === undefined) && as.wraps !== true) {
    return attribute.isItem === true ? { kind: 'array', items: [value], at: value.at } : value;
  }
  if (as.wraps === true) return as.read(value, context.self);
  // A reversed value, or a list in another form, is not the attribute itself.
  const { symbol: _, ...anonymous } = value;
  return anonymous;
}

/** A value of the provider as it is, references in it followed. */
export function settleValue(value: Value, context: ReadContext): Value {
  return settle(value, { kind: 'any' }, context);
}

/** References followed, and every leaf placed through its resource. Shares nothing that must differ. */
function settle(value: Value, expects: Expectation, context: ReadContext): Value {
  switch (value.kind) {
    case 'unknown': {
      const settled = context.resolve(value, expects);
      return { ...settled, at: placed(value.at, context) };
    }
    case 'array': {
      const items = value.items
        .filter((item) => item.kind !== 'null')
        .map((item) => settle(item, expects, context));
      return { ...value, items, at: placed(value.at, context) };
    }
    case 'object': {
      const members = new Map<string, Member>();
      for (const [key, entry] of value.members) {
        members.set(key, { ...entry, value: settle(entry.value, expects, context) });
      }
      return { ...value, members, at: placed(value.at, context) };
    }
    default:
      return { ...value, at: placed(value.at, context) };
  }
}

function placed(at: Place, { via }: ReadContext): Place {
  return at.via === undefined ? { source: at.source, offset: at.offset, via } : at;
}

function readBlock(
  block: BlockAttribute,
  written: Value | undefined,
  draft: Draft,
  context: ReadContext,
): void {
  if (isAbsent(written) || block.child !== undefined) return;
  if (written.kind === 'unknown') {
    if (block.isTold !== true) putUnknown(block, written, draft, context);
    return;
  }
  const items: Value[] = [];
  for (const item of itemsOf(written)) {
    if (item.kind === 'unknown') {
      items.push(settle(item, { kind: 'any' }, context));
      continue;
    }
    if (item.kind !== 'object' || !isMeant(block, item) || !context.keepItem(block, item)) continue;
    if (block.holds === 'many') items.push(readItem(block, item, context));
    else {
      readIntoOwner(block, item, draft, context);
      return;
    }
  }
  const [first] = items;
  if (first === undefined) return;
  if (block.holds === 'many') append(draft, block.arm, items, placed(written.at, context));
  else put(draft, block.arm === '' ? 'properties' : block.arm, first);
}

/** Of a block that is one object: what it says, at its path below the owner. */
function readIntoOwner(
  block: BlockAttribute,
  item: ObjectValue,
  draft: Draft,
  context: ReadContext,
): void {
  const target = block.arm === '' ? draft : openObject(draft, block.arm, placed(item.at, context));
  if (target === undefined) return;
  putLiterals(block.always, target, placed(item.at, context));
  readAttributes(item, block.attributes, target, context);
  if (!context.isLookup) putLiterals(block.implies, target, placed(item.at, context));
}

/** The ARM object of one block. */
export function readItem(block: BlockAttribute, item: ObjectValue, context: ReadContext): Value {
  const members = itemMembers(block, item, context);
  const scalar = members.get('');
  if (scalar !== undefined) return scalar.value;
  return { kind: 'object', members, at: placed(item.at, context) };
}

function itemMembers(block: BlockAttribute, item: ObjectValue, context: ReadContext): Draft {
  const members: Draft = new Map();
  putLiterals(block.always, members, placed(item.at, context));
  readAttributes(item, block.attributes, members, context);
  if (!context.isLookup) putLiterals(block.implies, members, placed(item.at, context));
  return members;
}

export function putLiterals(literals: Literals | undefined, draft: Draft, at: Place): void {
  for (const [path, literal] of Object.entries(literals ?? {})) {
    put(draft, path, fromJson(literal, at));
  }
}

/** The whole block is told by the apply only: how many there are, and what they say. */
function putUnknown(
  block: BlockAttribute,
  written: Unknown,
  draft: Draft,
  context: ReadContext,
): void {
  const value = settle(written, { kind: 'any' }, context);
  if (block.holds === 'many') {
    append(draft, block.arm, [value], value.at);
    return;
  }
  if (block.arm !== '' && block.arm !== 'properties') {
    put(draft, block.arm, value);
    return;
  }
  for (const inner of block.attributes) {
    const path = block.arm === '' ? inner.arm : `${block.arm}.${inner.arm}`;
    put(draft, path, value);
  }
}

function isMeant({ onlyIf }: BlockAttribute, item: ObjectValue): boolean {
  if (onlyIf === undefined) return true;
  const told = member(item, onlyIf.name);
  const isOn = told?.kind === 'boolean' ? told.value : stringOf(told) === 'true';
  return isOn === onlyIf.is;
}

function putFallback(
  { arm, as, fallback }: ValueAttribute,
  draft: Draft,
  at: Place,
  context: ReadContext,
): void {
  const literal = typeof fallback === 'function' ? fallback(context.provider) : fallback;
  if (literal === undefined) return;
  const value = as.read(fromJson(literal, placed(at, context)), context.self);
  if (value !== undefined) put(draft, arm, value);
}

/** The provider writes `""`, `[]` and `{}` for what is not set. */
function isEmpty(value: Value): boolean {
  if (value.kind === 'string') return value.value === '';
  if (value.kind === 'array') return value.items.length === 0;
  return value.kind === 'object' && value.members.size === 0;
}
