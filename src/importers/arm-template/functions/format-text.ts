import type { Unknown, Value } from '../../../values/index.ts';

/** The pattern uses something we do not write the way .NET does. */
export const NOT_KNOWN_FORMAT = Symbol('format not known');

/**
 * .NET composite formatting: `{0}`, alignment `{0,-8}`, `{0:N0}` and the like, `{{` and `}}`. The parts in order;
 * an unknown argument is a part of its own.
 */
export function formatText(
  pattern: string,
  values: readonly Value[],
  textOf: (value: Value) => string | Unknown | undefined,
): (string | Unknown)[] | typeof NOT_KNOWN_FORMAT {
  const parts: (string | Unknown)[] = [];
  let literal = '';
  for (let index = 0; index < pattern.length; index += 1) {
    const character = pattern[index]!;
    if (character !== '{' && character !== '}') {
      literal += character;
      continue;
    }
    if (pattern[index + 1] === character) {
      literal += character;
      index += 1;
      continue;
    }
    const hole = /^\{(\d{1,4})(?:,\s*(-?\d{1,4}))?(?::([^{}]*))?\}/.exec(
      pattern.slice(index, index + 80),
    );
    if (hole === null) return NOT_KNOWN_FORMAT;
    const value = values[Number(hole[1])];
    if (value === undefined) return NOT_KNOWN_FORMAT;
    const text = hole[3] === undefined ? textOf(value) : specified(value, hole[3]);
    if (text === undefined) return NOT_KNOWN_FORMAT;
    if (typeof text === 'string') {
      literal += aligned(text, Number(hole[2] ?? 0));
    } else {
      if (hole[2] !== undefined || hole[3] !== undefined) return NOT_KNOWN_FORMAT;
      parts.push(literal, text);
      literal = '';
    }
    index += hole[0].length - 1;
  }
  parts.push(literal);
  return parts;
}

function aligned(text: string, width: number): string {
  return width < 0 ? text.padEnd(-width) : text.padStart(width);
}

/** Standard number formats of whole numbers, and zero-padding patterns (`000`). */
function specified(value: Value, format: string): string | Unknown | undefined {
  if (value.kind === 'unknown') return value;
  if (value.kind === 'string') return value.value; // texts ignore the format
  if (value.kind !== 'number') return undefined;
  const match = /^([DNXFGdnxfg])(\d{0,2})$/.exec(format);
  if (match === null) {
    if (!/^0+$/.test(format) || !Number.isInteger(value.value)) return undefined;
    return padded(value.value, format.length);
  }
  const letter = match[1]!;
  const precision = match[2] === '' ? undefined : Number(match[2]);
  const { value: number } = value;
  switch (letter.toUpperCase()) {
    case 'D':
      return Number.isInteger(number) ? padded(number, precision ?? 0) : undefined;
    case 'X': {
      if (!Number.isInteger(number) || number < 0) return undefined;
      const hex = number.toString(16).padStart(precision ?? 0, '0');
      return letter === 'X' ? hex.toUpperCase() : hex;
    }
    case 'N': {
      const digits = precision ?? 2;
      const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
      return number.toLocaleString('en-US', options);
    }
    case 'F':
      return number.toFixed(precision ?? 2);
    default:
      return precision === undefined ? String(number) : undefined;
  }
}

function padded(number: number, width: number): string {
  const digits = String(Math.abs(number)).padStart(width, '0');
  return number < 0 ? `-${digits}` : digits;
}
