import type { Labels } from '../../../../model/index.ts';
import { type LabelTest, own } from './label-selector.ts';

/**
 * Calico's selector language (K8P-33) by recursive descent. An absent or empty selector is `all()`. `undefined`: it cannot be read.
 * O(length); nesting is bounded.
 */
export function calicoSelector(source: string | undefined): LabelTest | undefined {
  const words = wordsOf(source ?? '');
  if (words === undefined) return undefined;
  if (words.length === 0) return () => true;
  const reader: Reader = { words, at: 0, depth: 0 };
  const test = either(reader);
  return reader.at === words.length ? test : undefined;
}

interface Reader {
  readonly words: readonly string[];
  at: number;
  depth: number;
}

const DEEPEST = 100;
const WORD = /\s*(&&|\|\||==|!=|[(){},!]|"[^"]*"|'[^']*'|[A-Za-z0-9_.][A-Za-z0-9_./-]*)/y;

function wordsOf(source: string): readonly string[] | undefined {
  const words: string[] = [];
  const text = source.trim();
  WORD.lastIndex = 0;
  while (WORD.lastIndex < text.length) {
    const found = WORD.exec(text);
    if (found === null) return undefined;
    words.push(found[1] ?? '');
  }
  return words;
}

function either(reader: Reader): LabelTest | undefined {
  return chained(reader, '||', both, (tests) => (labels) => tests.some((test) => test(labels)));
}

function both(reader: Reader): LabelTest | undefined {
  return chained(reader, '&&', single, (tests) => (labels) => tests.every((test) => test(labels)));
}

function chained(
  reader: Reader,
  operator: string,
  part: (reader: Reader) => LabelTest | undefined,
  join: (tests: readonly LabelTest[]) => LabelTest,
): LabelTest | undefined {
  const tests: LabelTest[] = [];
  do {
    const test = part(reader);
    if (test === undefined) return undefined;
    tests.push(test);
  } while (taken(reader, operator));
  return join(tests);
}

function single(reader: Reader): LabelTest | undefined {
  if (reader.depth >= DEEPEST) return undefined;
  reader.depth++;
  const test = negated(reader);
  reader.depth--;
  return test;
}

function negated(reader: Reader): LabelTest | undefined {
  if (taken(reader, '!')) {
    const test = single(reader);
    return test && ((labels) => !test(labels));
  }
  if (taken(reader, '(')) {
    const test = either(reader);
    return taken(reader, ')') ? test : undefined;
  }
  return named(reader);
}

function named(reader: Reader): LabelTest | undefined {
  const word = next(reader);
  if (word === undefined || !/^[A-Za-z0-9_.]/.test(word)) return undefined;
  if (word === 'all' && taken(reader, '(')) return taken(reader, ')') ? () => true : undefined;
  // Only objects without namespace: no pod is one.
  if (word === 'global' && taken(reader, '(')) return taken(reader, ')') ? () => false : undefined;
  if (word === 'has' && taken(reader, '(')) {
    const name = next(reader);
    return name !== undefined && taken(reader, ')')
      ? (labels) => own(labels, name) !== undefined
      : undefined;
  }
  return compared(reader, word);
}

function compared(reader: Reader, name: string): LabelTest | undefined {
  const value = (labels: Labels) => own(labels, name);
  switch (next(reader)) {
    case '==':
      return withText(reader, (text) => (labels) => value(labels) === text);
    case '!=':
      return withText(reader, (text) => (labels) => value(labels) !== text);
    case 'contains':
      return withText(reader, (text) => (labels) => value(labels)?.includes(text) === true);
    case 'starts':
      if (!taken(reader, 'with')) return undefined;
      return withText(reader, (text) => (labels) => value(labels)?.startsWith(text) === true);
    case 'ends':
      if (!taken(reader, 'with')) return undefined;
      return withText(reader, (text) => (labels) => value(labels)?.endsWith(text) === true);
    case 'in': {
      const among = textsIn(reader);
      return among && ((labels) => among.includes(value(labels) ?? '\u0000'));
    }
    case 'not': {
      if (!taken(reader, 'in')) return undefined;
      const among = textsIn(reader);
      return among && ((labels) => !among.includes(value(labels) ?? '\u0000'));
    }
    default:
      return undefined;
  }
}

function withText(reader: Reader, make: (text: string) => LabelTest): LabelTest | undefined {
  const text = quoted(next(reader));
  return text === undefined ? undefined : make(text);
}

function textsIn(reader: Reader): readonly string[] | undefined {
  if (!taken(reader, '{')) return undefined;
  const texts: string[] = [];
  while (!taken(reader, '}')) {
    const text = quoted(next(reader));
    if (text === undefined) return undefined;
    texts.push(text);
    taken(reader, ',');
  }
  return texts;
}

function quoted(word: string | undefined): string | undefined {
  return word !== undefined && /^["']/.test(word) ? word.slice(1, -1) : undefined;
}

function next(reader: Reader): string | undefined {
  return reader.words[reader.at++];
}

function taken(reader: Reader, word: string): boolean {
  if (reader.words[reader.at] !== word) return false;
  reader.at++;
  return true;
}
