import type { Place } from '../diagnostics/index.ts';

/**
 * A JSON value that knows where it was written and may be unknown. Every importer ends in these; every typed
 * view starts from them. Immutable.
 */
export type Value =
  | ObjectValue
  | ArrayValue
  | StringValue
  | NumberValue
  | BooleanValue
  | NullValue
  | Unknown;

export interface ObjectValue {
  readonly kind: 'object';
  /** Keyed by the lower-cased name: ARM compares property names without case (reference: iac-formats 2.1). */
  readonly members: ReadonlyMap<string, Member>;
  readonly at: Place;
}

export interface Member {
  /** As written. */
  readonly name: string;
  readonly value: Value;
  /** Place of the name. */
  readonly at: Place;
}

export interface ArrayValue {
  readonly kind: 'array';
  readonly items: readonly Value[];
  readonly at: Place;
}

export interface StringValue {
  readonly kind: 'string';
  readonly value: string;
  readonly at: Place;
}

export interface NumberValue {
  readonly kind: 'number';
  readonly value: number;
  readonly at: Place;
}

export interface BooleanValue {
  readonly kind: 'boolean';
  readonly value: boolean;
  readonly at: Place;
}

export interface NullValue {
  readonly kind: 'null';
  readonly at: Place;
}

/** Why a value is not known (iac-formats 8). */
export type UnknownReason =
  | 'missing-parameter'
  | 'run-time'
  | 'secret'
  | 'external-link'
  | 'command-output'
  | 'generated-name'
  | 'placeholder'
  | 'unsupported'
  | 'malformed';

/**
 * A value we cannot know. It never becomes empty, `*`, zero or a dropped rule.
 * Two unknowns are equal only when both carry the same `symbol`.
 */
export interface Unknown {
  readonly kind: 'unknown';
  readonly reason: UnknownReason;
  /** The person's own text: the expression, the placeholder. Never a secret. */
  readonly text: string;
  /** The one fact that would settle it, as a phrase: `a value for parameter fwName`. */
  readonly missing: string;
  /** Identity of a run-time attribute, e.g. `private-address:<resource key>` (see symbols.ts). */
  readonly symbol?: string;
  readonly at: Place;
}

/** A typed value, or the reason why there is none. */
export type Uncertain<T> = T | Unknown;

export function isUnknown(value: unknown): value is Unknown {
  return (
    typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'unknown'
  );
}

/** The member of that name, compared without case; `undefined` when absent or `value` is not an object. */
export function member(value: Value | undefined, name: string): Value | undefined {
  return value?.kind === 'object' ? value.members.get(name.toLowerCase())?.value : undefined;
}

/** Walks several names: `path(v, 'properties', 'subnet', 'id')`. Stops early at an unknown and returns it. */
export function path(value: Value | undefined, ...names: readonly string[]): Value | undefined {
  let here = value;
  for (const name of names) {
    if (here?.kind === 'unknown') return here;
    here = member(here, name);
  }
  return here;
}

/** The items of an array; a missing or null value has none. Anything else is itself the only item. */
export function itemsOf(value: Value | undefined): readonly Value[] {
  if (value === undefined || value.kind === 'null') return [];
  return value.kind === 'array' ? value.items : [value];
}

export function isAbsent(value: Value | undefined): value is undefined | NullValue {
  return value === undefined || value.kind === 'null';
}

/** The string, or `undefined` for anything else, unknown included. */
export function stringOf(value: Value | undefined): string | undefined {
  return value?.kind === 'string' ? value.value : undefined;
}

export function objectValue(at: Place, members: Iterable<Member>): ObjectValue {
  const map = new Map<string, Member>();
  for (const entry of members) map.set(entry.name.toLowerCase(), entry);
  return { kind: 'object', members: map, at };
}
