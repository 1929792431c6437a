import { isAbsent, itemsOf, type Uncertain, type Unknown, type Value } from '../../values/index.ts';
import type { Setting } from '../azure/common.ts';
import { report, type Source, titleOf, unreadable, valueIn } from './reading.ts';

/**
 * Readers of single members. Absent and null are `undefined`. What is unknown stays unknown with its symbol; what is
 * written and makes no sense is a diagnostic and an unknown. Numbers and booleans may be written as strings
 * (ARM-43), choices in any case (ARM-42).
 */

/** A text whose absence and whose being unknown mean the same to whoever asks. */
export function textIn(source: Source, name: string): string | undefined {
  const text = settingIn(source, name);
  return typeof text === 'string' ? text : undefined;
}

/** As `textIn`, for members that decide something: that the value is not known is said. */
export function decidingTextIn(source: Source, name: string): string | undefined {
  const text = settingIn(source, name);
  if (text === undefined || typeof text === 'string') return text;
  noteUnknown(source, name, text, 'not written');
  return undefined;
}

export function settingIn(source: Source, name: string): Setting<string> {
  return settingOf(source, name, valueIn(source, name));
}

export function settingOf(source: Source, name: string, value: Value | undefined): Setting<string> {
  if (isAbsent(value)) return undefined;
  switch (value.kind) {
    case 'string':
      return value.value;
    case 'unknown':
      return value;
    case 'number':
    case 'boolean':
      return String(value.value);
    default:
      return wrongType(source, name, value, 'a text');
  }
}

export function numberIn(source: Source, name: string): Setting<number> {
  const value = valueIn(source, name);
  if (isAbsent(value)) return undefined;
  if (value.kind === 'number' || value.kind === 'unknown') {
    return value.kind === 'number' ? value.value : value;
  }
  const written = value.kind === 'string' ? value.value.trim() : '';
  const number = written === '' ? Number.NaN : Number(written);
  return Number.isNaN(number) ? wrongType(source, name, value, 'a number') : number;
}

/** As `numberIn`, where unknown and absent mean the same to whoever asks. */
export function plainNumberIn(source: Source, name: string): number | undefined {
  const number = numberIn(source, name);
  return typeof number === 'number' ? number : undefined;
}

export function booleanIn(source: Source, name: string): Setting<boolean> {
  const value = valueIn(source, name);
  if (isAbsent(value)) return undefined;
  if (value.kind === 'boolean' || value.kind === 'unknown') {
    return value.kind === 'boolean' ? value.value : value;
  }
  const text = value.kind === 'string' ? value.value.trim().toLowerCase() : '';
  if (text === 'true' || text === 'false') return text === 'true';
  return wrongType(source, name, value, '`true` or `false`');
}

/** A switch that the view holds as a plain boolean. `whenUnknown` is taken, and said, when nobody knows. */
export function flagIn(source: Source, name: string, whenUnknown: boolean): boolean {
  const flag = booleanIn(source, name);
  if (flag === undefined || typeof flag === 'boolean') return flag === true;
  if (flag.reason !== 'malformed') noteUnknown(source, name, flag, whenUnknown ? 'on' : 'off');
  return whenUnknown;
}

/** @param choices as Azure spells them; the answer has that spelling */
export function choiceIn<T extends string>(
  source: Source,
  name: string,
  choices: readonly T[],
): Setting<T> {
  return choiceOf(source, name, valueIn(source, name), choices);
}

export function choiceOf<T extends string>(
  source: Source,
  name: string,
  value: Value | undefined,
  choices: readonly T[],
): Setting<T> {
  const text = settingOf(source, name, value);
  if (text === undefined || typeof text !== 'string') return text;
  const wanted = text.trim().toLowerCase();
  const found = choices.find((choice) => choice.toLowerCase() === wanted);
  if (found !== undefined) return found;
  const at = value?.at ?? source.at;
  report(
    source.reading,
    'error',
    'model/not-a-choice',
    `\`${name}\` of ${titleOf(source)} is \`${text}\`; Azure knows ${listed(choices)}`,
    at,
  );
  return unreadable(source, name, text, at);
}

/** As the setting, but it must be there: absent is a diagnostic and an unknown. */
export function required<T>(source: Source, name: string, setting: Setting<T>): Uncertain<T> {
  if (setting !== undefined) return setting;
  return missingMember(source, name);
}

export function missingMember(source: Source, name: string): Unknown {
  if (source.isReference !== true) {
    const message = `${titleOf(source)} has no \`${name}\``;
    report(source.reading, 'error', 'model/missing', message, source.at);
  }
  return unreadable(source, name, '', source.at);
}

/** Texts of a list. Unknown items cannot be kept: that they are left out is said. */
export function textsIn(source: Source, name: string): readonly string[] {
  const texts: string[] = [];
  for (const item of itemsOf(valueIn(source, name))) {
    const text = settingOf(source, name, item);
    if (typeof text === 'string') texts.push(text);
    else if (text !== undefined) noteUnknown(source, name, text, 'left out');
  }
  return texts;
}

/** Names and texts of an object, tags and labels for instance. Unknown ones are left out. */
export function textMapOf(value: Value | undefined): Readonly<Record<string, string>> {
  if (value?.kind !== 'object') return {};
  const entries: [string, string][] = [];
  for (const { name, value: text } of value.members.values()) {
    if (text.kind === 'string') entries.push([name, text.value]);
    else if (text.kind === 'number' || text.kind === 'boolean') {
      entries.push([name, String(text.value)]);
    }
  }
  // Entries, not assignment: a name `__proto__` must stay a name.
  return Object.fromEntries(entries);
}

/** The plural list unless it is absent or empty, else the singular (ARM-41). An empty text counts as absent. */
export function twinsIn(source: Source, plural: string, singular: string): readonly Value[] {
  const several = itemsOf(valueIn(source, plural));
  if (several.length > 0) return several;
  const one = valueIn(source, singular);
  if (isAbsent(one) || (one.kind === 'string' && one.value.trim() === '')) return [];
  return [one];
}

export function noteUnknown(source: Source, name: string, unknown: Unknown, taken: string): void {
  if (unknown.reason === 'malformed') return; // said where it was read
  report(
    source.reading,
    'note',
    'model/value-unknown',
    `\`${name}\` of ${titleOf(source)} is not known and is taken as ${taken}`,
    unknown.at,
    `it needs ${unknown.missing}`,
  );
}

export function wrongType(source: Source, name: string, value: Value, wanted: string): Unknown {
  const written = 'value' in value ? `\`${String(value.value)}\`` : `an ${value.kind}`;
  report(
    source.reading,
    'error',
    'model/wrong-type',
    `\`${name}\` of ${titleOf(source)} is ${written}; it must be ${wanted}`,
    value.at,
  );
  return unreadable(source, name, 'value' in value ? String(value.value) : '', value.at);
}

function listed(choices: readonly string[]): string {
  return choices.map((choice) => `\`${choice}\``).join(', ');
}
