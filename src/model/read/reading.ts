import type { Diagnostic, DiagnosticCode, Gap, Place } from '../../diagnostics/index.ts';
import { isAbsent, member, type Unknown, type Value } from '../../values/index.ts';
import type { AzureResource, Snapshot } from '../snapshot.ts';
import type { Children } from './children.ts';
import { present } from './present.ts';

/** What comes up while one snapshot is read. Filled by the readers of this folder, emptied by `readPerimeter`. */
export interface Reading {
  readonly snapshot: Snapshot;
  readonly children: Children;
  readonly diagnostics: Diagnostic[];
  /** By what they are about: each is listed once, however often it is seen. */
  readonly gaps: Map<string, Gap & { count: number }>;
}

/** One JSON object that is being read, and how to speak of it. */
export interface Source {
  readonly reading: Reading;
  /** `rule`, `virtual network`… with the name in messages. */
  readonly what: string;
  readonly name: string;
  /** What holds the members: `properties` where ARM nests them. May be unknown, and then all its members are. */
  readonly value: Value | undefined;
  readonly at: Place;
  /** Only referred to: nothing has to be written. */
  readonly isReference?: boolean;
}

export function report(
  reading: Reading,
  severity: Diagnostic['severity'],
  code: DiagnosticCode,
  message: string,
  at: Place,
  hint?: string,
): void {
  reading.diagnostics.push({
    code,
    severity,
    message,
    at,
    ...present({ hint }),
  });
}

/** Seen and not modelled. The first place is kept, the rest is counted. */
export function reportGap(reading: Reading, what: string, why: string, at: Place): void {
  const key = what.toLowerCase();
  const known = reading.gaps.get(key);
  if (known === undefined) reading.gaps.set(key, { what, why, at, count: 1 });
  else known.count += 1;
}

/** `rule \`web\`` for messages. */
export function titleOf(source: Source): string {
  return `${source.what} \`${source.name}\``;
}

/** Stands where something was written and could not be read: never empty, never `*`. */
export function unreadable(source: Source, name: string, text: string, at: Place): Unknown {
  return {
    kind: 'unknown',
    reason: 'malformed',
    text,
    missing: `a readable \`${name}\` of ${titleOf(source)}`,
    at,
  };
}

/** The member of that name; the unknown itself when what should hold it is unknown. */
export function valueIn(source: Source, name: string): Value | undefined {
  const { value } = source;
  if (value?.kind === 'object') return value.members.get(lowerCase(name))?.value;
  return value?.kind === 'unknown' ? value : undefined;
}

/** Asked some twenty times for every rule, for the few names this folder knows. */
const LOWER_CASE = new Map<string, string>();

function lowerCase(name: string): string {
  let lower = LOWER_CASE.get(name);
  if (lower === undefined) {
    lower = name.toLowerCase();
    LOWER_CASE.set(name, lower);
  }
  return lower;
}

/** An object inside: messages keep speaking of the outer one. */
export function inside(source: Source, name: string): Source {
  const value = valueIn(source, name);
  return sourceAt(source, value);
}

/** Another object of the same owner. Written out: copying with a spread costs a third of the reading of all rules. */
export function sourceAt(source: Source, value: Value | undefined): Source {
  const { reading, what, name } = source;
  return { reading, what, name, value, at: value?.at ?? source.at };
}

/** ARM nests a resource's members in `properties`; where there is none they stand beside the name. */
export function propertiesOf(body: Value | undefined): Value | undefined {
  const properties = member(body, 'properties');
  return isAbsent(properties) ? body : properties;
}

export function sourceOf(reading: Reading, what: string, resource: AzureResource): Source {
  return {
    reading,
    what,
    name: resource.name,
    value: propertiesOf(resource.body),
    at: resource.at,
    ...present({ isReference: resource.isReference }),
  };
}
