import type { Json } from './json.ts';
import { KqlRefusal, type KqlWord } from './kql-words.ts';
import { isJsonObject, memberOf } from './request-json.ts';

/** A value told by a row. */
export type KqlExpression = (row: Row) => Json | undefined;
export type Row = ReadonlyMap<string, Json | undefined>;

/** Reads words one after the other. */
export interface KqlReader {
  readonly peek: () => KqlWord;
  readonly next: () => KqlWord;
  /** Takes the next word when it is this one, without case. */
  readonly take: (text: string) => boolean;
  /** @throws KqlRefusal */
  readonly need: (text: string) => void;
  /** One level deeper. @throws KqlRefusal when that is too deep */
  readonly nested: <T>(read: () => T) => T;
}

const DEPTH_MAX = 60;

export function kqlReader(words: readonly KqlWord[]): KqlReader {
  let index = 0;
  let depth = 0;
  const peek = () => words[index] ?? words.at(-1)!;
  const take = (text: string) => {
    const word = peek();
    const isIt = (word.kind === 'name' || word.kind === 'sign') && word.text.toLowerCase() === text;
    if (isIt) index += 1;
    return isIt;
  };
  return {
    peek,
    next: () => {
      const word = peek();
      index += 1;
      return word;
    },
    take,
    need: (text) => {
      if (!take(text)) throw unexpected(peek(), `\`${text}\``);
    },
    nested: (read) => {
      depth += 1;
      if (depth > DEPTH_MAX) throw new KqlRefusal('the query is nested too deep');
      const result = read();
      depth -= 1;
      return result;
    },
  };
}

export function unexpected(word: KqlWord, wanted: string): KqlRefusal {
  const found = word.kind === 'end' ? 'the end of the query' : `\`${word.text}\``;
  return new KqlRefusal(`${found} stands at position ${word.at + 1} where ${wanted} belongs`);
}

/** `a or b and c == d + 'x'`. @throws KqlRefusal */
export function readExpression(reader: KqlReader): KqlExpression {
  return reader.nested(() => readOr(reader));
}

function readOr(reader: KqlReader): KqlExpression {
  const parts = [readAnd(reader)];
  while (reader.take('or')) parts.push(readAnd(reader));
  return parts.length === 1 ? parts[0]! : (row) => parts.some((part) => part(row) === true);
}

function readAnd(reader: KqlReader): KqlExpression {
  const parts = [readComparison(reader)];
  while (reader.take('and')) parts.push(readComparison(reader));
  return parts.length === 1 ? parts[0]! : (row) => parts.every((part) => part(row) === true);
}

type Comparison = (left: Json | undefined, right: Json | undefined) => boolean;

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '=~': (a, b) => lower(a) === lower(b),
  '!~': (a, b) => lower(a) !== lower(b),
  '<': (a, b) => order(a, b) < 0,
  '<=': (a, b) => order(a, b) <= 0,
  '>': (a, b) => order(a, b) > 0,
  '>=': (a, b) => order(a, b) >= 0,
  contains: (a, b) => lower(a).includes(lower(b)),
  '!contains': (a, b) => !lower(a).includes(lower(b)),
  // By words in the service; a part of a text that begins and ends at no letter or digit.
  has: (a, b) => hasWord(lower(a), lower(b)),
  '!has': (a, b) => !hasWord(lower(a), lower(b)),
  startswith: (a, b) => lower(a).startsWith(lower(b)),
  '!startswith': (a, b) => !lower(a).startsWith(lower(b)),
  endswith: (a, b) => lower(a).endsWith(lower(b)),
  '!endswith': (a, b) => !lower(a).endsWith(lower(b)),
};

function readComparison(reader: KqlReader): KqlExpression {
  const left = readSum(reader);
  const word = reader.peek();
  const operator = word.text.toLowerCase();
  if (word.kind === 'name' && /^!?in~?$/.test(operator)) {
    reader.next();
    const items = readList(reader);
    const isSame = operator.endsWith('~') ? COMPARISONS['=~']! : COMPARISONS['==']!;
    const isWanted = !operator.startsWith('!');
    return (row) => items.some((item) => isSame(left(row), item(row))) === isWanted;
  }
  if (word.kind === 'name' && operator === 'has_any') {
    reader.next();
    const items = readList(reader);
    return (row) => items.some((item) => hasWord(lower(left(row)), lower(item(row))));
  }
  const compare = word.kind === 'text' ? undefined : COMPARISONS[operator];
  if (compare === undefined) return left;
  reader.next();
  const right = readSum(reader);
  return (row) => compare(left(row), right(row));
}

function readList(reader: KqlReader): readonly KqlExpression[] {
  reader.need('(');
  const items: KqlExpression[] = [];
  if (reader.take(')')) return items;
  do items.push(readExpression(reader));
  while (reader.take(','));
  reader.need(')');
  return items;
}

function readSum(reader: KqlReader): KqlExpression {
  let left = readPrimary(reader);
  for (;;) {
    const sign = reader.peek().text;
    if (reader.peek().kind !== 'sign' || !['+', '-', '*', '/'].includes(sign)) return left;
    reader.next();
    const [one, other] = [left, readPrimary(reader)];
    left = (row) => calculate(sign, one(row), other(row));
  }
}

function calculate(sign: string, one: Json | undefined, other: Json | undefined): Json {
  const [a, b] = [Number(one ?? Number.NaN), Number(other ?? Number.NaN)];
  const result = sign === '+' ? a + b : sign === '-' ? a - b : sign === '*' ? a * b : a / b;
  return Number.isFinite(result) ? result : null;
}

function readPrimary(reader: KqlReader): KqlExpression {
  const word = reader.next();
  if (word.kind === 'text') return () => word.text;
  if (word.kind === 'number') return () => Number(word.text);
  if (word.kind === 'sign' && word.text === '(') {
    const inner = readExpression(reader);
    reader.need(')');
    return readPath(reader, inner);
  }
  if (word.kind === 'sign' && word.text === '-' && reader.peek().kind === 'number') {
    const number = -Number(reader.next().text);
    return () => number;
  }
  if (word.kind !== 'name') throw unexpected(word, 'a value');
  const name = word.text.toLowerCase();
  if (reader.peek().kind === 'sign' && reader.peek().text === '(') {
    return readPath(reader, call(name, readList(reader)));
  }
  if (name === 'true' || name === 'false') return () => name === 'true';
  if (name === 'null') return () => null;
  return readPath(reader, (row) => row.get(name));
}

/** `.sku.tier`, `['name']`, `[0]`. */
function readPath(reader: KqlReader, start: KqlExpression): KqlExpression {
  let value = start;
  for (;;) {
    const inner = value;
    if (reader.take('.')) {
      const { kind, text } = reader.next();
      if (kind !== 'name') throw new KqlRefusal(`\`.${text}\` is not a property`);
      value = (row) => memberOf(inner(row), text);
    } else if (reader.take('[')) {
      const key = readExpression(reader);
      reader.need(']');
      value = (row) => at(inner(row), key(row));
    } else return value;
  }
}

function at(value: Json | undefined, key: Json | undefined): Json | undefined {
  if (Array.isArray(value))
    return typeof key === 'number' ? (value as readonly Json[]).at(key) : undefined;
  return typeof key === 'string' ? memberOf(value, key) : undefined;
}

type KqlFunction = (...values: readonly (Json | undefined)[]) => Json | undefined;

const FUNCTIONS: Readonly<Record<string, KqlFunction>> = {
  tolower: (value) => lower(value),
  toupper: (value) => textFrom(value).toUpperCase(),
  tostring: (value) => textFrom(value),
  toint: (value) => numberFrom(value, Math.trunc),
  tolong: (value) => numberFrom(value, Math.trunc),
  todouble: (value) => numberFrom(value, (number) => number),
  tobool: (value) => (lower(value) === 'true' ? true : lower(value) === 'false' ? false : null),
  isempty: (value) => textFrom(value) === '',
  isnotempty: (value) => textFrom(value) !== '',
  isnull: (value) => value === null || value === undefined,
  isnotnull: (value) => value !== null && value !== undefined,
  not: (value) => value !== true,
  strlen: (value) => textFrom(value).length,
  strcat: (...values) => values.map(textFrom).join(''),
  array_length: (value) => (Array.isArray(value) ? value.length : null),
  coalesce: (...values) => values.find((value) => value !== null && value !== undefined) ?? null,
  iff: (condition, yes, no) => (condition === true ? yes : no),
  iif: (condition, yes, no) => (condition === true ? yes : no),
  split: (value, by, index) => {
    const parts = textFrom(value).split(textFrom(by));
    return typeof index === 'number' ? parts.slice(index, index + 1) : parts;
  },
  parse_json: (value) => parsed(value),
  todynamic: (value) => parsed(value),
};

function call(name: string, values: readonly KqlExpression[]): KqlExpression {
  const known = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (known === undefined) throw new KqlRefusal(`the function \`${name}\` is not supported here`);
  return (row) => known(...values.map((value) => value(row)));
}

export function textFrom(value: Json | undefined): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function lower(value: Json | undefined): string {
  return textFrom(value).toLowerCase();
}

function numberFrom(value: Json | undefined, round: (number: number) => number): Json {
  const number = textFrom(value).trim() === '' ? Number.NaN : Number(value);
  return Number.isFinite(number) ? round(number) : null;
}

function parsed(value: Json | undefined): Json | undefined {
  if (typeof value !== 'string' || isJsonObject(value)) return value;
  try {
    return JSON.parse(value) as Json;
  } catch {
    return value;
  }
}

/** Numbers by size, everything else by its text; nothing comes before all. */
export function order(one: Json | undefined, other: Json | undefined): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  const [a, b] = [textFrom(one), textFrom(other)];
  return a < b ? -1 : a > b ? 1 : 0;
}

function hasWord(text: string, word: string): boolean {
  for (
    let from = text.indexOf(word);
    from >= 0 && word !== '';
    from = text.indexOf(word, from + 1)
  ) {
    const isStart = !/[a-z0-9]/.test(text[from - 1] ?? '');
    const isEnd = !/[a-z0-9]/.test(text[from + word.length] ?? '');
    if (isStart && isEnd) return true;
  }
  return word === '';
}
