/** A string literal with escapes, decoded. */
export interface JsonString {
  readonly value: string;
  /** Offset behind the closing quote, or the end of the text. */
  readonly end: number;
  readonly isClosed: boolean;
  readonly problems: readonly StringProblem[];
}

interface StringProblem {
  readonly message: string;
  readonly offset: number;
  readonly hint?: string;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/**
 * Decodes the string whose first character stands at `start`, up to `quote`. Line breaks belong to it: expressions
 * in templates run over several lines. Surrogates are kept as written, paired or not. A wrong escape is reported
 * and its character kept.
 */
export function readJsonString(text: string, start: number, quote: number): JsonString {
  const parts: string[] = [];
  const problems: StringProblem[] = [];
  let from = start;
  let index = start;
  while (index < text.length) {
    const code = text.charCodeAt(index);
    if (code === quote) {
      parts.push(text.slice(from, index));
      return { value: parts.join(''), end: index + 1, isClosed: true, problems };
    }
    if (code !== 92) {
      index += 1;
      continue;
    }
    parts.push(text.slice(from, index));
    const letter = text[index + 1] ?? '';
    const hex = letter === 'u' ? text.slice(index + 2, index + 6) : '';
    if (letter === 'u' && /^[0-9a-fA-F]{4}$/.test(hex)) {
      parts.push(String.fromCharCode(Number.parseInt(hex, 16)));
      index += 6;
    } else {
      const meant = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined;
      if (meant === undefined) {
        problems.push({ message: `\`\\${letter}\` is not an escape JSON knows`, offset: index });
      }
      parts.push(meant ?? letter);
      index += 2;
    }
    from = index;
  }
  parts.push(text.slice(from));
  problems.push({
    message: 'the text that starts here is never closed',
    offset: start - 1,
    hint: 'the file may be cut off, or a `"` is missing',
  });
  return { value: parts.join(''), end: text.length, isClosed: false, problems };
}
