import type { Unknown } from '../../../../values/index.ts';
import { known, numberOf, textOf, toText, wholeNumberOf } from '../values/convert.ts';
import type { HclValue, Known } from '../values/hcl-value.ts';
import { formatNumber } from '../values/numbers.ts';
import { Refusal } from '../values/refusal.ts';
import { encodeJson } from './json-text.ts';

const VERB = /%(?:%|([-+ 0#]*)(\d{1,4})?(?:\.(\d{1,3}))?(?:\[(\d{1,3})\])?([a-zA-Z]))/g;

/** `format("%s-%02d", …)`, as Go writes it. The parts in order; an unknown argument is a part of its own. */
export function formatText(pattern: string, list: readonly HclValue[]): (string | Unknown)[] {
  const parts: (string | Unknown)[] = [];
  let next = 0;
  let used = 0;
  let from = 0;
  for (const match of pattern.matchAll(VERB)) {
    const [whole, flags = '', width, precision, position, verb] = match;
    parts.push(plainText(pattern.slice(from, match.index)));
    from = match.index + whole.length;
    if (whole === '%%') {
      parts.push('%');
      continue;
    }
    if (position !== undefined) next = Number(position) - 1;
    const value = list[next];
    if (value === undefined) throw new Refusal(`there is no argument for \`${whole}\``);
    next += 1;
    used = Math.max(used, next);
    if (value.kind === 'unknown') parts.push(value);
    else {
      const text = written(known(value), verb!, flags, precision);
      parts.push(aligned(text, flags, Number(width ?? 0)));
    }
  }
  parts.push(plainText(pattern.slice(from)));
  if (used < list.length && !/%[^%]*\[\d/.test(pattern)) {
    throw new Refusal(`${list.length} arguments are given and ${used} are used`);
  }
  return parts;
}

/** `formatlist`: lists go on together, single values stay. All arguments are known, their items perhaps not. */
export function formatList(pattern: string, list: readonly Known[]): readonly string[] {
  const lists = list.filter((value) => value.kind === 'sequence');
  const lengths = new Set(lists.map((value) => value.items.length));
  if (lengths.size > 1) throw new Refusal('the lists have different lengths');
  const count = lists.length === 0 ? 1 : [...lengths][0]!;
  return Array.from({ length: count }, (_, index) => {
    const row = list.map((value) => known(value.kind === 'sequence' ? value.items[index]! : value));
    return formatText(pattern, row).join('');
  });
}

function plainText(text: string): string {
  if (text.includes('%')) throw new Refusal('the pattern has a `%` that means nothing');
  return text;
}

function written(value: Known, verb: string, flags: string, precision: string | undefined): string {
  switch (verb) {
    case 's':
      return cut(textOf(value), precision);
    case 'q':
      return JSON.stringify(textOf(value));
    case 'v':
      return flags.includes('#') ? encodeJson(value) : anyText(value);
    case 't':
      if (value.kind !== 'boolean') throw new Refusal('`%t` takes true or false');
      return String(value.value);
    case 'd':
      return signed(wholeNumberOf(value).toFixed(0), flags);
    case 'b':
    case 'o':
    case 'x':
    case 'X':
      return inBase(value, verb);
    case 'f':
    case 'F':
      return signed(numberOf(value).toFixed(Number(precision ?? 6)), flags);
    case 'e':
    case 'E': {
      const text = exponent(numberOf(value).toExponential(Number(precision ?? 6)));
      return signed(verb === 'E' ? text.toUpperCase() : text, flags);
    }
    case 'g':
    case 'G':
      return signed(formatNumber(numberOf(value)), flags);
    default:
      throw new Refusal(`\`%${verb}\` is no verb of format`);
  }
}

function anyText(value: Known): string {
  if (value.kind === 'sequence' || value.kind === 'mapping' || value.kind === 'null') {
    return encodeJson(value);
  }
  return textOf(toText(value));
}

function cut(text: string, precision: string | undefined): string {
  return precision === undefined ? text : [...text].slice(0, Number(precision)).join('');
}

function inBase(value: Known, verb: 'b' | 'o' | 'x' | 'X'): string {
  if (
    value.kind === 'string' &&
    verb !== 'b' &&
    verb !== 'o' &&
    Number.isNaN(Number(value.value))
  ) {
    throw new Refusal('hexadecimal text is not supported');
  }
  const base = { b: 2, o: 8, x: 16, X: 16 }[verb];
  const text = Math.trunc(numberOf(value)).toString(base);
  return verb === 'X' ? text.toUpperCase() : text;
}

/** Go writes two digits of an exponent. */
function exponent(text: string): string {
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

function signed(text: string, flags: string): string {
  if (text.startsWith('-')) return text;
  if (flags.includes('+')) return `+${text}`;
  return flags.includes(' ') ? ` ${text}` : text;
}

function aligned(text: string, flags: string, width: number): string {
  const length = [...text].length;
  if (length >= width) return text;
  const missing = width - length;
  if (flags.includes('-')) return text + ' '.repeat(missing);
  if (!flags.includes('0')) return ' '.repeat(missing) + text;
  const sign = /^[+-]/.exec(text)?.[0] ?? '';
  return sign + '0'.repeat(missing) + text.slice(sign.length);
}
