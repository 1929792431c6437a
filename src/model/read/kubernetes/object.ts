import type { Place } from '../../../diagnostics/index.ts';
import { type Port, type Protocol, parsePort } from '../../../net/index.ts';
import type { ObjectValue, Unknown, Value } from '../../../values/index.ts';
import type { KubernetesNamed, Labels } from '../../kubernetes/objects.ts';
import type { KubernetesObject } from '../../snapshot.ts';
import { type Reading, report } from '../reading.ts';

/** A part of a Kubernetes object that is being read, and how to speak of the object. */
export interface Part {
  readonly reading: Reading;
  /** `Service shop/web`. */
  readonly title: string;
  readonly value: Value | undefined;
  readonly at: Place;
}

export function objectPart(reading: Reading, object: KubernetesObject): Part {
  const name = object.namespace === '' ? object.name : `${object.namespace}/${object.name}`;
  return { reading, title: `${object.kind} ${name}`, value: object.body, at: object.at };
}

export function namedObject(object: KubernetesObject): KubernetesNamed {
  const { kind, namespace, name, at } = object;
  return { kind, namespace, name, at };
}

/** Kubernetes field names keep their case, unlike ARM's. Null counts as absent. */
export function field(value: Value | undefined, name: string): Value | undefined {
  if (value?.kind !== 'object') return undefined;
  const entry = value.members.get(name.toLowerCase());
  return entry === undefined || entry.name !== name || entry.value.kind === 'null'
    ? undefined
    : entry.value;
}

/** The object of that name; without a value when it is absent, or is said to be something else. */
export function partIn(part: Part, name: string): Part {
  const value = field(part.value, name);
  if (value === undefined || value.kind === 'object') return partAt(part, value);
  wrongType(part, name, value, 'an object');
  return partAt(part, undefined);
}

function partAt<V extends Value | undefined>(part: Part, value: V): Part & { readonly value: V } {
  return { reading: part.reading, title: part.title, value, at: value?.at ?? part.at };
}

/** The objects of a list. Anything else in it is said and left out. */
export function partsIn(
  part: Part,
  name: string,
): readonly (Part & { readonly value: ObjectValue })[] {
  const parts: (Part & { readonly value: ObjectValue })[] = [];
  for (const value of itemsIn(part, name)) {
    if (value.kind === 'object') parts.push(partAt(part, value));
    else wrongType(part, name, value, 'an object');
  }
  return parts;
}

function itemsIn(part: Part, name: string): readonly Value[] {
  const value = field(part.value, name);
  if (value === undefined) return [];
  if (value.kind === 'array') return value.items;
  wrongType(part, name, value, 'a list');
  return [];
}

export function stringIn(part: Part, name: string): string | undefined {
  const value = field(part.value, name);
  if (value === undefined) return undefined;
  return stringFrom(part, name, value);
}

/** The text of a value; a number or a boolean is read and said to be one, since the API server refuses it. */
export function stringFrom(part: Part, name: string, value: Value): string | undefined {
  if (value.kind === 'string') return value.value;
  wrongType(part, name, value, 'a string');
  return value.kind === 'number' || value.kind === 'boolean' ? String(value.value) : undefined;
}

export function stringsIn(part: Part, name: string): readonly string[] {
  return itemsIn(part, name).flatMap((value) => {
    const text = stringFrom(part, name, value);
    return text === undefined ? [] : [text];
  });
}

export function booleanIn(part: Part, name: string, otherwise: boolean): boolean {
  const value = field(part.value, name);
  if (value === undefined) return otherwise;
  if (value.kind === 'boolean') return value.value;
  wrongType(part, name, value, '`true` or `false`');
  if (value.kind !== 'string') return otherwise;
  const text = value.value.toLowerCase();
  return text === 'true' || (text !== 'false' && otherwise);
}

export function numberIn(part: Part, name: string): number | undefined {
  const value = field(part.value, name);
  if (value === undefined) return undefined;
  if (value.kind === 'number') return value.value;
  wrongType(part, name, value, 'a number');
  const number = value.kind === 'string' ? Number.parseInt(value.value, 10) : Number.NaN;
  return Number.isNaN(number) ? undefined : number;
}

export function choiceIn<T extends string>(
  part: Part,
  name: string,
  choices: readonly T[],
  otherwise: T,
): T {
  const value = field(part.value, name);
  if (value?.kind === 'unknown') {
    noteUnknown(part, name, value, `taken as \`${otherwise}\``);
    return otherwise;
  }
  const text = stringIn(part, name);
  if (text === undefined) return otherwise;
  const found = choices.find((choice) => choice === text);
  if (found !== undefined) return found;
  const at = value?.at ?? part.at;
  const known = choices.map((choice) => `\`${choice}\``).join(', ');
  const message = `\`${name}\` of ${part.title} is \`${text}\`; Kubernetes knows ${known}`;
  report(
    part.reading,
    'error',
    'kubernetes/not-a-choice',
    message,
    at,
    `it is read as \`${otherwise}\``,
  );
  return otherwise;
}

export function portIn(part: Part, name: string): Port | undefined {
  const number = numberIn(part, name);
  if (number === undefined) return undefined;
  const port = parsePort(number);
  if (port === undefined) {
    wrongType(part, name, field(part.value, name) as Value, 'a port');
  }
  return port;
}

/** A port number, or the name of a port. A number written as a string is said: it would be a name of digits. */
export function portOrNameIn(part: Part, name: string): Port | string | undefined {
  const value = field(part.value, name);
  if (value?.kind !== 'string') return portIn(part, name);
  if (!/^\d+$/.test(value.value)) return value.value === '' ? undefined : value.value;
  wrongType(part, name, value, 'a number or the name of a port');
  return parsePort(value.value);
}

const PROTOCOLS = { TCP: 'tcp', UDP: 'udp', SCTP: 'sctp' } as const;

/** K8P-07 for containers and Services too: without a protocol it is TCP. */
export function protocolIn(part: Part): Protocol {
  return PROTOCOLS[choiceIn(part, 'protocol', ['TCP', 'UDP', 'SCTP'] as const, 'TCP')];
}

/** Labels or annotations. Values must be strings; numbers and booleans are read as their text, and said. */
export function labelsIn(part: Part, name: string): Labels {
  const value = field(part.value, name);
  if (value === undefined) return {};
  if (value.kind !== 'object') {
    wrongType(part, name, value, 'an object');
    return {};
  }
  const entries: [string, string][] = [];
  for (const entry of value.members.values()) {
    if (entry.value.kind === 'null') continue;
    const text = stringFrom(part, entry.name, entry.value);
    if (text !== undefined) entries.push([entry.name, text]);
  }
  // Entries, not assignment: a label `__proto__` must stay a label.
  return Object.fromEntries(entries);
}

export function wrongType(part: Part, name: string, value: Value, wanted: string): void {
  if (value.kind === 'unknown') {
    noteUnknown(part, name, value, 'left out');
    return;
  }
  const isScalar = value.kind === 'string' || value.kind === 'number' || value.kind === 'boolean';
  const written = isScalar
    ? `the ${value.kind} \`${String(value.value)}\``
    : `of kind ${value.kind}`;
  report(
    part.reading,
    'error',
    'kubernetes/wrong-type',
    `\`${name}\` of ${part.title} is ${written}; it must be ${wanted}`,
    value.at,
  );
}

/** An answer that rests on such a guess must not pass for one: an error. Secrets decide nothing here. */
function noteUnknown(part: Part, name: string, unknown: Unknown, taken: string): void {
  if (unknown.reason === 'secret') return;
  report(
    part.reading,
    'error',
    'model/value-unknown',
    `\`${name}\` of ${part.title} is not known and is ${taken}`,
    unknown.at,
    `it needs ${unknown.missing}`,
  );
}
