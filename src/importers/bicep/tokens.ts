import { SyntaxProblem } from './problems.ts';

export type TokenKind =
  | 'name'
  | 'number'
  /** A whole text, or the part of one before, between or behind its expressions. */
  | 'text'
  | 'text-start'
  | 'text-middle'
  | 'text-end'
  | 'newline'
  | 'symbol'
  | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** Of a text what it stands for, of anything else what is written. */
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

/** Longest first. */
const SYMBOLS = [
  ...['...', '=>', '==', '=~', '!=', '!~', '<=', '>=', '&&', '||', '??', '::'],
  ...[
    '{',
    '}',
    '(',
    ')',
    '[',
    ']',
    '.',
    ',',
    ':',
    '?',
    '!',
    '=',
    '<',
    '>',
    '+',
    '-',
    '*',
    '/',
    '%',
  ],
  ...['@', '|', '^', '$'],
];
const BY_FIRST = new Map<string, readonly string[]>(
  SYMBOLS.map((symbol) => [
    symbol[0]!,
    SYMBOLS.filter((each) => each[0] === symbol[0]).sort((a, b) => b.length - a.length),
  ]),
);

/** An expression inside a text: how the text goes on behind it. */
interface Hole {
  braces: number;
  readonly isMultiline: boolean;
  /** `$` signs in front of a multi-line text: as many open an expression in it. */
  readonly dollars: number;
}

/**
 * The tokens of a Bicep text, made one by one as the parser asks for them, so that a text of one endless line costs
 * no more than is read of it. O(length) over the whole text.
 */
export class Tokens {
  readonly text: string;
  private position: number;
  private readonly ahead: Token[] = [];
  private readonly holes: Hole[] = [];

  constructor(text: string, position = 0) {
    this.text = text;
    this.position = position;
  }

  /** The token after the next `count`. @throws SyntaxProblem for a text that is never closed */
  peek(count = 0): Token {
    while (this.ahead.length <= count) this.ahead.push(this.read());
    return this.ahead[count]!;
  }

  next(): Token {
    const token = this.peek();
    this.ahead.shift();
    return token;
  }

  /** Goes on at another place, outside of any text. */
  restart(position: number): void {
    this.position = position;
    this.ahead.length = 0;
    this.holes.length = 0;
  }

  /** Where what has not been given out starts. */
  get offset(): number {
    return this.ahead[0]?.start ?? this.position;
  }

  private read(): Token {
    const { text } = this;
    this.skipSpace();
    const start = this.position;
    const character = text[start];
    if (character === undefined) return { kind: 'end', value: '', start, end: start };
    if (character === '\n' || character === '\r') return this.readNewline(start);
    if (isNameStart(character)) return this.readWhile('name', start, isNamePart);
    if (character >= '0' && character <= '9') return this.readWhile('number', start, isNamePart);
    if (character === "'") {
      return text.startsWith("'''", start)
        ? this.readMultiline(start, start + 3, 0)
        : this.readText(start, start + 1, 'text-start');
    }
    if (character === '$') {
      const dollars = /^\$+(?=''')/.exec(text.slice(start, start + 20))?.[0].length;
      if (dollars !== undefined) return this.readMultiline(start, start + dollars + 3, dollars);
    }
    return this.readSymbol(start, character);
  }

  private readNewline(start: number): Token {
    while (this.text[this.position] === '\n' || this.text[this.position] === '\r') {
      this.position += 1;
      this.skipSpace();
    }
    return { kind: 'newline', value: '\n', start, end: this.position };
  }

  private readWhile(
    kind: 'name' | 'number',
    start: number,
    isPart: (character: string) => boolean,
  ): Token {
    let end = start + 1;
    while (end < this.text.length && isPart(this.text[end]!)) end += 1;
    this.position = end;
    return { kind, value: this.text.slice(start, end), start, end };
  }

  private readSymbol(start: number, character: string): Token {
    const hole = this.holes.at(-1);
    if (hole !== undefined && character === '{') hole.braces += 1;
    if (hole !== undefined && character === '}') {
      if (hole.braces === 0) {
        this.holes.pop();
        return hole.isMultiline
          ? this.readMultiline(start, start + 1, hole.dollars, 'text-middle')
          : this.readText(start, start + 1, 'text-middle');
      }
      hole.braces -= 1;
    }
    const symbol = BY_FIRST.get(character)?.find((each) => this.text.startsWith(each, start));
    if (symbol === undefined) {
      this.position = start + 1;
      const shown = character === '"' ? 'a double quote' : `\`${character}\``;
      const hint = character === '"' ? "texts are written in single quotes: `'text'`" : 'remove it';
      throw new SyntaxProblem(`${shown} does not belong here`, start, hint);
    }
    this.position = start + symbol.length;
    return { kind: 'symbol', value: symbol, start, end: this.position };
  }

  /** A text on one line, from behind its quote or behind an expression in it. */
  private readText(start: number, from: number, first: 'text-start' | 'text-middle'): Token {
    const { text } = this;
    let value = '';
    let position = from;
    for (;;) {
      let plain = position;
      while (plain < text.length && !/['\\$\n\r]/.test(text[plain]!)) plain += 1;
      value += text.slice(position, plain);
      const character = text[plain];
      if (character === undefined || character === '\n' || character === '\r') {
        this.position = plain;
        const hint = "close it with `'`; a text of several lines is written in `'''`";
        throw new SyntaxProblem('the text that starts here is never closed', start, hint);
      }
      if (character === "'") {
        return this.textToken(
          first === 'text-start' ? 'text' : 'text-end',
          value,
          start,
          plain + 1,
        );
      }
      if (character === '$') {
        if (text[plain + 1] === '{') {
          this.holes.push({ braces: 0, isMultiline: false, dollars: 1 });
          return this.textToken(first, value, start, plain + 2);
        }
        value += '$';
        position = plain + 1;
        continue;
      }
      const [escaped, length] = this.readEscape(plain);
      value += escaped;
      position = plain + length;
    }
  }

  private readEscape(at: number): readonly [string, number] {
    const follows = this.text[at + 1] ?? '';
    const simple = ESCAPES[follows];
    if (simple !== undefined) return [simple, 2];
    const code = /^\\u\{([0-9A-Fa-f]{1,6})\}/.exec(this.text.slice(at, at + 12));
    const point = code === null ? Number.NaN : Number.parseInt(code[1]!, 16);
    if (code !== null && point <= 0x10ffff) return [String.fromCodePoint(point), code[0].length];
    const hint = "known are `\\\\`, `\\'`, `\\n`, `\\r`, `\\t`, `\\$` and `\\u{…}`";
    throw new SyntaxProblem(`\`\\${follows}\` is no escape`, at, hint);
  }

  /** `'''…'''` knows no escapes. A line break right behind the opening is not part of it. */
  private readMultiline(
    start: number,
    from: number,
    dollars: number,
    first: 'text-start' | 'text-middle' = 'text-start',
  ): Token {
    const { text } = this;
    const isStart = first === 'text-start';
    let begin = from;
    if (isStart && text.startsWith('\r\n', begin)) begin += 2;
    else if (isStart && text[begin] === '\n') begin += 1;
    const close = text.indexOf("'''", begin);
    const opening = `${'$'.repeat(Math.max(1, dollars))}{`;
    const hole = dollars === 0 ? -1 : text.indexOf(opening, begin);
    if (hole >= 0 && (close < 0 || hole < close)) {
      this.holes.push({ braces: 0, isMultiline: true, dollars });
      return this.textToken(first, text.slice(begin, hole), start, hole + opening.length);
    }
    if (close < 0) {
      this.position = text.length;
      const hint = "close it with `'''`";
      throw new SyntaxProblem(
        'the text of several lines that starts here is never closed',
        start,
        hint,
      );
    }
    let end = close;
    // Up to two quotes right before the closing ones belong to the text.
    while (end < close + 2 && text[end + 3] === "'") end += 1;
    return this.textToken(isStart ? 'text' : 'text-end', text.slice(begin, end), start, end + 3);
  }

  private textToken(kind: TokenKind, value: string, start: number, end: number): Token {
    this.position = end;
    return { kind, value, start, end };
  }

  /** Blanks, comments and directives (`#disable-next-line`). */
  private skipSpace(): void {
    const { text } = this;
    for (;;) {
      const character = text[this.position];
      if (character === ' ' || character === '\t' || character === '\u{feff}') this.position += 1;
      else if (character === '/' && text[this.position + 1] === '/') this.position = this.lineEnd();
      else if (character === '#' && /^#[a-z]/.test(text.slice(this.position, this.position + 2))) {
        this.position = this.lineEnd();
      } else if (character === '/' && text[this.position + 1] === '*') {
        const end = text.indexOf('*/', this.position + 2);
        if (end < 0) {
          const start = this.position;
          this.position = text.length;
          throw new SyntaxProblem(
            'the comment that starts here is never closed',
            start,
            'close it with `*/`',
          );
        }
        this.position = end + 2;
      } else return;
    }
  }

  private lineEnd(): number {
    const end = this.text.indexOf('\n', this.position);
    if (end < 0) return this.text.length;
    return this.text[end - 1] === '\r' ? end - 1 : end;
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\',
  "'": "'",
  n: '\n',
  r: '\r',
  t: '\t',
  $: '$',
};

function isNameStart(character: string): boolean {
  return (
    (character >= 'a' && character <= 'z') ||
    (character >= 'A' && character <= 'Z') ||
    character === '_'
  );
}

function isNamePart(character: string): boolean {
  return isNameStart(character) || (character >= '0' && character <= '9');
}
