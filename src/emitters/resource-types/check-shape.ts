import type { Diagnostic, DiagnosticCode, Place } from '../../diagnostics/index.ts';
import { isAbsent, type ObjectValue, type Value } from '../../values/index.ts';
import type { ResourceTypes, Shape } from './resource-types.ts';
import { chosenElement, itemShape, otherShape, propertiesIn } from './shape-of-member.ts';

/** Deeper than any published type goes. */
const DEPTH_MAX = 60;

/** What a check is about, and where its findings go. */
export interface Checking {
  readonly types: ResourceTypes;
  /** `firewall \`fw-hub\``, for messages. */
  readonly what: string;
  readonly diagnostics: Diagnostic[];
}

/**
 * Compares a value with its published shape. Names and closed enumerations match without case, numbers and booleans
 * may be written as texts (iac-formats 2.7), what is not known is not judged, and `null` counts as absent. O(size).
 */
export function checkShape(
  checking: Checking,
  value: Value,
  shape: Shape,
  path: string,
  depth = 0,
): void {
  if (value.kind === 'unknown' || value.kind === 'null' || depth > DEPTH_MAX) return;
  switch (shape.kind) {
    case 'any':
      return;
    case 'bool':
      checkBool(checking, value, path);
      return;
    case 'int':
      checkInt(checking, value, shape, path);
      return;
    case 'string':
      checkString(checking, value, shape, path);
      return;
    case 'enum':
      checkEnum(checking, value, shape, path);
      return;
    case 'array':
      checkArray(checking, value, shape, path, depth);
      return;
    case 'object':
      if (value.kind !== 'object') {
        wrongType(checking, value, 'an object', path);
        return;
      }
      checkMembers(checking, value, shape, path, depth);
      return;
    case 'choice':
      if (value.kind !== 'object') {
        wrongType(checking, value, 'an object', path);
        return;
      }
      checkChoice(checking, value, shape, path, depth);
      return;
  }
}

function checkBool(checking: Checking, value: Value, path: string): void {
  const isText = value.kind === 'string' && /^(?:true|false)$/i.test(value.value);
  if (value.kind !== 'boolean' && !isText) wrongType(checking, value, 'true or false', path);
}

function checkInt(
  checking: Checking,
  value: Value,
  shape: Extract<Shape, { kind: 'int' }>,
  path: string,
): void {
  const isText = value.kind === 'string' && /^-?\d{1,15}$/.test(value.value);
  const number = value.kind === 'number' || isText ? Number(value.value) : Number.NaN;
  if (!Number.isInteger(number)) {
    wrongType(checking, value, 'a whole number', path);
    return;
  }
  if (number < (shape.min ?? number) || number > (shape.max ?? number)) {
    const range = `${shape.min ?? 'any'} to ${shape.max ?? 'any'}`;
    report(
      checking,
      'resource/range',
      'error',
      `\`${path}\` is ${number}; Azure accepts ${range}`,
      value.at,
    );
  }
}

function checkString(
  checking: Checking,
  value: Value,
  shape: Extract<Shape, { kind: 'string' }>,
  path: string,
): void {
  if (value.kind !== 'string') {
    if (value.kind === 'array' || value.kind === 'object') {
      wrongType(checking, value, 'a text', path);
    }
    return;
  }
  // What a token stands for is not known.
  if (value.value.includes('«')) return;
  const { length } = value.value;
  if (length < (shape.lengthMin ?? 0) || length > (shape.lengthMax ?? length)) {
    const range = `${shape.lengthMin ?? 0} to ${shape.lengthMax ?? 'any number of'}`;
    const message = `\`${path}\` has ${length} characters; Azure accepts ${range}`;
    report(checking, 'resource/length', 'error', message, value.at);
  } else if (shape.pattern !== undefined && !matches(shape.pattern, value.value)) {
    const message = `\`${path}\` is \`${value.value}\`, which does not fit ${shape.pattern}`;
    report(checking, 'resource/pattern', 'error', message, value.at);
  }
}

function checkEnum(
  checking: Checking,
  value: Value,
  shape: Extract<Shape, { kind: 'enum' }>,
  path: string,
): void {
  if (value.kind === 'array' || value.kind === 'object') {
    wrongType(checking, value, 'a text', path);
    return;
  }
  if (shape.isOpen || value.kind !== 'string' || value.value.includes('«')) return;
  const lower = value.value.toLowerCase();
  if (shape.values.some((each) => each.toLowerCase() === lower)) return;
  report(
    checking,
    'resource/not-a-choice',
    'error',
    `\`${path}\` is \`${value.value}\`; Azure accepts ${shape.values.join(', ')}`,
    value.at,
  );
}

function checkArray(
  checking: Checking,
  value: Value,
  shape: Extract<Shape, { kind: 'array' }>,
  path: string,
  depth: number,
): void {
  if (value.kind !== 'array') {
    wrongType(checking, value, 'a list', path);
    return;
  }
  const { length } = value.items;
  if (length < (shape.lengthMin ?? 0) || length > (shape.lengthMax ?? length)) {
    const range = `${shape.lengthMin ?? 0} to ${shape.lengthMax ?? 'any number of'}`;
    const message = `\`${path}\` has ${length} items; Azure accepts ${range}`;
    report(checking, 'resource/length', 'error', message, value.at);
  }
  const inner = itemShape(checking.types, shape);
  for (const [index, item] of value.items.entries()) {
    checkShape(checking, item, inner, `${path}[${index}]`, depth + 1);
  }
}

function checkChoice(
  checking: Checking,
  value: ObjectValue,
  shape: Extract<Shape, { kind: 'choice' }>,
  path: string,
  depth: number,
): void {
  if (chosenElement(checking.types, shape, value) !== undefined) {
    checkMembers(checking, value, shape, path, depth);
    return;
  }
  const named = value.members.get(shape.discriminator.toLowerCase())?.value;
  if (named?.kind === 'unknown') return;
  const choices = [...shape.elements.values()].map((each) => each.value).join(', ');
  const found = named?.kind === 'string' ? `is \`${named.value}\`` : 'is missing';
  const message = `\`${joined(path, shape.discriminator)}\` ${found}; Azure accepts ${choices}`;
  report(checking, 'resource/discriminator', 'error', message, named?.at ?? value.at);
}

function checkMembers(
  checking: Checking,
  value: ObjectValue,
  shape: Shape,
  path: string,
  depth: number,
): void {
  const properties = propertiesIn(checking.types, shape, value);
  if (properties === undefined) return;
  const free = otherShape(checking.types, freePart(checking, shape, value));
  const isFree = free.kind !== 'any' || hasOthers(checking, shape, value);
  for (const [key, entry] of value.members) {
    const property = properties.get(key);
    const inner = joined(path, entry.name);
    if (property === undefined) {
      if (isFree) checkShape(checking, entry.value, free, inner, depth + 1);
      else if (!isAbsent(entry.value)) unknownProperty(checking, properties, inner, entry.at);
    } else if (property.isReadOnly) {
      if (isAbsent(entry.value) || depth === 0) continue;
      const message = `\`${inner}\` is written by Azure and cannot be set`;
      report(checking, 'resource/read-only', 'warning', message, entry.at, 'leave it out');
    } else {
      checkShape(checking, entry.value, checking.types.shapeAt(property.shape), inner, depth + 1);
    }
  }
  for (const [key, property] of properties) {
    if (!property.isRequired || property.isReadOnly) continue;
    // The envelope says these by other means.
    if (depth === 0 && ENVELOPE.has(key)) continue;
    if (!isAbsent(value.members.get(key)?.value)) continue;
    const message = `\`${joined(path, property.name)}\` is required and missing`;
    report(checking, 'resource/required-missing', 'error', message, value.at);
  }
}

const ENVELOPE: ReadonlySet<string> = new Set(['id', 'name', 'type', 'apiversion']);

/** The alternative of a choice may be free where the choice itself is not. */
function freePart(checking: Checking, shape: Shape, value: ObjectValue): Shape {
  return shape.kind === 'choice' ? (chosenElement(checking.types, shape, value) ?? shape) : shape;
}

function hasOthers(checking: Checking, shape: Shape, value: ObjectValue): boolean {
  const part = freePart(checking, shape, value);
  return part.kind === 'object' && part.others !== undefined;
}

function unknownProperty(
  checking: Checking,
  properties: ReadonlyMap<string, { readonly name: string }>,
  path: string,
  at: Place,
): void {
  const names = [...properties.values()].map(({ name }) => name);
  const some = names.length > 8 ? `${names.slice(0, 8).join(', ')}…` : names.join(', ');
  const message = `\`${path}\` is no property that the published type has`;
  report(checking, 'resource/unknown-property', 'warning', message, at, `it has ${some}`);
}

function wrongType(checking: Checking, value: Value, wanted: string, path: string): void {
  const message = `\`${path}\` is a value of kind ${value.kind} where ${wanted} belongs`;
  report(checking, 'resource/wrong-type', 'error', message, value.at);
}

export function report(
  checking: Checking,
  code: DiagnosticCode,
  severity: Diagnostic['severity'],
  message: string,
  at: Place,
  hint?: string,
): void {
  const whole = `${checking.what}: ${message}`;
  checking.diagnostics.push({
    code,
    severity,
    message: whole,
    at,
    ...(hint === undefined ? {} : { hint }),
  });
}

function joined(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

const PATTERNS = new Map<string, RegExp | null>();

/** A pattern that this engine cannot read decides nothing. Long texts are not tried: patterns are for names. */
function matches(pattern: string, text: string): boolean {
  if (text.length > 500) return true;
  let compiled = PATTERNS.get(pattern);
  if (compiled === undefined) {
    try {
      compiled = new RegExp(pattern);
    } catch {
      compiled = null;
    }
    PATTERNS.set(pattern, compiled);
  }
  return compiled === null || compiled.test(text);
}
