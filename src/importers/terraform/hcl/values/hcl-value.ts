import type { Place } from '../../../../diagnostics/index.ts';
import type {
  BooleanValue,
  NullValue,
  NumberValue,
  StringValue,
  Unknown,
} from '../../../../values/index.ts';
import { terraformAttribute } from '../../terraform-resource.ts';

/**
 * A value while it is evaluated. Unlike the values of the snapshot it tells lists from sets and tuples, which compare
 * and convert differently, and its names are case-sensitive.
 */
export type HclValue =
  | StringValue
  | NumberValue
  | BooleanValue
  | NullValue
  | Sequence
  | Mapping
  | HclUnknown;

/** What is known of a value whose text is not: `jsonencode` of an object with unknown parts. */
export interface HclUnknown extends Unknown {
  readonly encodes?: HclValue;
}

export interface Sequence {
  readonly kind: 'sequence';
  readonly type: 'tuple' | 'list' | 'set';
  readonly items: readonly HclValue[];
  /** There may be fewer or more items: `count` of what these are the instances of is not known. */
  readonly rest?: Unknown;
  readonly at: Place;
}

export interface Mapping {
  readonly kind: 'mapping';
  readonly type: 'object' | 'map';
  readonly members: ReadonlyMap<string, HclValue>;
  readonly rest?: Unknown;
  /** A resource, a block of one, or a module. Of those with an empty path the members are worked out on demand. */
  readonly open?: Attributes;
  readonly at: Place;
}

/** Where in a resource: `azurerm_firewall.hub`, `ip_configuration[0]`. */
export interface Attributes {
  readonly address: string;
  readonly path: string;
  /** All names are known: the outputs of a module. What a resource does not say has a value once it is applied. */
  readonly isComplete?: true;
}

/** A value that is known, though parts of it may not be. */
export type Known = Exclude<HclValue, HclUnknown>;

export function textValue(value: string, at: Place): StringValue {
  return { kind: 'string', value, at };
}

export function numberValue(value: number, at: Place): NumberValue {
  return { kind: 'number', value, at };
}

export function booleanValue(value: boolean, at: Place): BooleanValue {
  return { kind: 'boolean', value, at };
}

export function nullValue(at: Place): NullValue {
  return { kind: 'null', at };
}

export function sequence(type: Sequence['type'], items: readonly HclValue[], at: Place): Sequence {
  return { kind: 'sequence', type, items, at };
}

/** Of two members with one name the later counts. */
export function mapping(
  type: Mapping['type'],
  members: Iterable<readonly [string, HclValue]>,
  at: Place,
): Mapping {
  return { kind: 'mapping', type, members: new Map(members), at };
}

/** The same value, said to stand at another place; what is inside stays where it was written. */
export function placed<T extends HclValue>(value: T, at: Place): T {
  return { ...value, at };
}

/** Names in the order Terraform goes through them: by code points. */
export function sortedNames(names: Iterable<string>): readonly string[] {
  return [...names].sort(compareText);
}

/** As UTF-8 orders them: surrogates come after all else of sixteen bits. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const difference = rankOf(a.charCodeAt(index)) - rankOf(b.charCodeAt(index));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function rankOf(code: number): number {
  return code >= 0xd800 && code <= 0xdfff ? code + 0x10000 : code;
}

/** The unknown that a resource or module is where all of it counts: what only an apply tells is a part of it. */
export function wholeOf(value: Mapping): HclUnknown | undefined {
  if (value.rest !== undefined) return value.rest;
  if (value.open === undefined) return undefined;
  const { address, path } = value.open;
  const text = path === '' ? address : `${address}.${path}`;
  const missing = `every attribute of ${text}`;
  const unknown: HclUnknown = { kind: 'unknown', reason: 'run-time', text, missing, at: value.at };
  // Where one attribute of a resource is meant, what is expected says which.
  if (path !== '' || value.open.isComplete === true) return unknown;
  return { ...unknown, symbol: terraformAttribute(address, '') };
}

/** How messages name what a value is. */
export function kindOf(value: HclValue): string {
  switch (value.kind) {
    case 'string':
      return 'text';
    case 'sequence':
      return `a ${value.type}`;
    case 'mapping':
      return `${value.type === 'map' ? 'a map' : 'an object'}`;
    default:
      return value.kind === 'null' ? 'null' : `a ${value.kind}`;
  }
}
