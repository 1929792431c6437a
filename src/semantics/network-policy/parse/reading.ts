import type { Diagnostic, Gap, Place } from '../../../diagnostics/index.ts';
import type { Member, ObjectValue, Unknown, Value } from '../../../values/index.ts';
import type { MissingFact } from '../../verdict.ts';

/** What comes up while one policy object is read. Filled by the readers of this folder, emptied by `parsePolicies`. */
export interface Reading {
  readonly title: string;
  readonly diagnostics: Diagnostic[];
  readonly gaps: Gap[];
  /** About the whole policy. */
  readonly doubts: MissingFact[];
}

/**
 * The API server would refuse the object. We cannot know what the cluster holds instead (an older version, nothing),
 * so the policy stays in doubt as a whole.
 */
export function refuse(reading: Reading, message: string, at: Place, hint?: string): MissingFact {
  reading.diagnostics.push({
    code: 'policy/invalid',
    severity: 'error',
    message: `${reading.title}: ${message}`,
    at,
    ...(hint === undefined ? {} : { hint }),
  });
  const why = { missing: `a valid ${reading.title} (${message})`, at };
  reading.doubts.push(why);
  return why;
}

export function reportUnknownField(reading: Reading, entry: Member, hint?: string): MissingFact {
  reading.diagnostics.push({
    code: 'policy/unknown-field',
    severity: 'warning',
    message: `${reading.title}: field \`${entry.name}\` is not one we know`,
    at: entry.at,
    ...(hint === undefined ? {} : { hint }),
  });
  return { missing: `what \`${entry.name}\` of ${reading.title} does`, at: entry.at };
}

export function reportGap(reading: Reading, what: string, why: string, at: Place): MissingFact {
  reading.gaps.push({ what: `${reading.title} ${what}`, why, at });
  return { missing: `the effect of \`${what}\` in ${reading.title}, which is not modelled`, at };
}

/** The phrase for a value that nobody wrote down. */
export function missingOf(unknown: Unknown): MissingFact {
  return { missing: unknown.missing, at: unknown.at };
}

/** Kubernetes field names keep their case, unlike ARM's: a field in another case is another field. */
export function unknownFields(value: ObjectValue, known: readonly string[]): readonly Member[] {
  return [...value.members.values()].filter((entry) => !known.includes(entry.name));
}

/** The member spelled exactly so; null counts as absent. */
export function field(value: Value | undefined, name: string): Value | undefined {
  if (value?.kind !== 'object') return undefined;
  const entry = value.members.get(name.toLowerCase());
  if (entry === undefined || entry.name !== name || entry.value.kind === 'null') return undefined;
  return entry.value;
}

/** An object, or why there is none. Absent is an object without members. */
export function readObject(
  reading: Reading,
  value: Value | undefined,
  what: string,
  at: Place,
): ObjectValue | MissingFact {
  if (value === undefined || value.kind === 'null') {
    return { kind: 'object', members: new Map(), at };
  }
  if (value.kind === 'object') return value;
  if (value.kind === 'unknown') return missingOf(value);
  return refuse(reading, `\`${what}\` must be an object`, value.at);
}

/** A list, or why there is none. Absent is `undefined`. */
export function readList(
  reading: Reading,
  value: Value | undefined,
  what: string,
): readonly Value[] | MissingFact | undefined {
  if (value === undefined || value.kind === 'null') return undefined;
  if (value.kind === 'array') return value.items;
  if (value.kind === 'unknown') return missingOf(value);
  return refuse(reading, `\`${what}\` must be a list`, value.at);
}

/** A text, or why there is none. Absent is `undefined`. */
export function readText(
  reading: Reading,
  value: Value | undefined,
  what: string,
): string | MissingFact | undefined {
  if (value === undefined || value.kind === 'null') return undefined;
  if (value.kind === 'string') return value.value;
  if (value.kind === 'unknown') return missingOf(value);
  return refuse(reading, `\`${what}\` must be a text`, value.at);
}

/** A boolean, or why there is none. Absent is `undefined`. */
export function readBoolean(
  reading: Reading,
  value: Value | undefined,
  what: string,
): boolean | MissingFact | undefined {
  if (value === undefined || value.kind === 'null') return undefined;
  if (value.kind === 'boolean') return value.value;
  if (value.kind === 'unknown') return missingOf(value);
  return refuse(reading, `\`${what}\` must be true or false`, value.at);
}

export function isMissing(value: unknown): value is MissingFact {
  return typeof value === 'object' && value !== null && 'missing' in value;
}
