import type { Unknown } from '../../../../values/index.ts';
import { textSymbol } from '../../../arm-template/unknowns.ts';
import { TEXT_LENGTH_MAX } from '../evaluate/budget.ts';
import {
  ANY_NUMBER,
  type Call,
  type FunctionTable,
  plain,
  tolerant,
} from '../evaluate/hcl-function.ts';
import { undecided } from '../evaluate/unknowns.ts';
import { itemsOf, known, textOf, wholeNumberOf } from '../values/convert.ts';
import {
  booleanValue,
  type HclValue,
  type Known,
  sequence,
  textValue,
} from '../values/hcl-value.ts';
import { Refusal, Undecided } from '../values/refusal.ts';
import { formatList, formatText } from './format.ts';

/** A function of texts that gives a text. */
const texts = (count: number, apply: (...list: string[]) => string) =>
  plain(count, count, (list, call) => result(apply(...list.map((one) => textOf(one))), call));

const question = (apply: (text: string, part: string) => boolean) =>
  plain(2, 2, ([text, part], call) => booleanValue(apply(textOf(text!), textOf(part!)), call.at));

export const TEXT_FUNCTIONS: FunctionTable = {
  lower: texts(1, (text = '') => text.toLowerCase()),
  upper: texts(1, (text = '') => text.toUpperCase()),
  title: texts(1, (text = '') =>
    text.replace(
      /(^|[^\p{L}\p{N}_'])(\p{Ll})/gu,
      (_, before: string, letter: string) => before + letter.toUpperCase(),
    ),
  ),
  strrev: texts(1, (text = '') => [...text].reverse().join('')),
  chomp: texts(1, (text = '') => text.replace(/[\r\n]+$/, '')),
  trimspace: texts(1, (text = '') => text.trim()),
  trimprefix: texts(2, (text = '', part = '') =>
    text.startsWith(part) ? text.slice(part.length) : text,
  ),
  trimsuffix: texts(2, (text = '', part = '') =>
    text.endsWith(part) ? text.slice(0, text.length - part.length) : text,
  ),
  trim: texts(2, (text = '', set = '') => trim(text, set)),
  startswith: question((text, part) => text.startsWith(part)),
  endswith: question((text, part) => text.endsWith(part)),
  strcontains: question((text, part) => text.includes(part)),
  split: plain(2, 2, ([separator, text], call) => {
    const parts = splitText(textOf(text!), textOf(separator!));
    return sequence(
      'list',
      parts.map((part) => textValue(part, call.at)),
      call.at,
    );
  }),
  join: tolerant(2, ANY_NUMBER, ([separator, ...lists], call) => join(separator!, lists, call)),
  substr: plain(3, 3, ([text, offset, length], call) => {
    const letters = [...textOf(text!)];
    const from = wholeNumberOf(offset!);
    const start = Math.max(0, from < 0 ? letters.length + from : from);
    const count = wholeNumberOf(length!);
    const end = count < 0 ? letters.length : start + count;
    return textValue(letters.slice(start, end).join(''), call.at);
  }),
  indent: plain(2, 2, ([spaces, text], call) => {
    const count = wholeNumberOf(spaces!);
    if (count < 0 || count > 1000) throw new Refusal('the number of spaces is out of range');
    return result(textOf(text!).replaceAll('\n', `\n${' '.repeat(count)}`), call);
  }),
  format: tolerant(1, ANY_NUMBER, ([pattern, ...list], call) => {
    const parts = formatText(textOf(pattern!), list);
    const cause = parts.find((part): part is Unknown => typeof part !== 'string');
    if (cause === undefined) return result(parts.join(''), call);
    return undecided(cause, call.expression, call.scope, textSymbol(parts));
  }),
  formatlist: plain(1, ANY_NUMBER, ([pattern, ...list], call) =>
    sequence(
      'list',
      formatList(textOf(pattern!), list).map((text) => result(text, call)),
      call.at,
    ),
  ),
};

export function result(text: string, call: Call): HclValue {
  if (text.length <= TEXT_LENGTH_MAX) return textValue(text, call.at);
  throw new Refusal(`the text would be longer than ${TEXT_LENGTH_MAX} characters`);
}

function splitText(text: string, separator: string): readonly string[] {
  return separator === '' ? [...text] : text.split(separator);
}

function trim(text: string, set: string): string {
  const letters = [...text];
  const cut = new Set(set);
  let start = 0;
  let end = letters.length;
  while (start < end && cut.has(letters[start]!)) start += 1;
  while (end > start && cut.has(letters[end - 1]!)) end -= 1;
  return letters.slice(start, end).join('');
}

/** One unknown item leaves the text unknown; what is around it stays a part of its identity. */
function join(separator: HclValue, lists: readonly HclValue[], call: Call): HclValue {
  const between = textOf(separator);
  const items = lists.flatMap((list) => itemsOf(list));
  const parts: (string | Unknown)[] = [];
  for (const [index, item] of items.entries()) {
    if (index > 0) parts.push(between);
    parts.push(item.kind === 'unknown' ? item : textOf(known(item)));
  }
  const cause = parts.find((part): part is Unknown => typeof part !== 'string');
  if (cause === undefined) return result(parts.join(''), call);
  return undecided(cause, call.expression, call.scope, textSymbol(parts));
}

/** The first unknown among values that must all be known. @throws Undecided */
export function allKnown(list: readonly HclValue[]): readonly Known[] {
  return list.map((value) => {
    if (value.kind === 'unknown') throw new Undecided(value);
    return known(value);
  });
}
