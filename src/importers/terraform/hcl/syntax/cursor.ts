/** What is wrong with a text, and where. Thrown inside the parser only, and caught there. */
export class SyntaxProblem extends Error {
  readonly offset: number;
  readonly isTooDeep: boolean;
  constructor(message: string, offset: number, isTooDeep = false) {
    super(message);
    this.offset = offset;
    this.isTooDeep = isTooDeep;
  }
}

const IDENTIFIER = /[\p{ID_Start}_][\p{ID_Continue}-]*/uy;
const NUMBER = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** Text between two tokens on one line. */
const BLANK = /[ \t\r]+/y;
/** Expressions and blocks inside each other. A level takes up to eight calls of the parser. */
export const NESTING_MAX = 250;

/**
 * Where the parser is in a text. New lines end an attribute and separate the members of an object, and mean nothing
 * inside parentheses and brackets: `isLineEnd` says which.
 */
export class Cursor {
  readonly text: string;
  position: number;
  private areLinesMeant = true;
  private nesting = 0;

  constructor(text: string, position = 0) {
    this.text = text;
    this.position = position;
  }

  /** Reads `inside` with new lines meant or not. */
  withLines<T>(areMeant: boolean, inside: () => T): T {
    const before = this.areLinesMeant;
    this.areLinesMeant = areMeant;
    try {
      return inside();
    } finally {
      this.areLinesMeant = before;
    }
  }

  /** Reads `inside` one level deeper. */
  deeper<T>(inside: () => T): T {
    if (this.nesting >= NESTING_MAX) {
      const message = `expressions or blocks are nested deeper than ${NESTING_MAX} levels`;
      throw new SyntaxProblem(message, this.position, true);
    }
    this.nesting += 1;
    try {
      return inside();
    } finally {
      this.nesting -= 1;
    }
  }

  /** Passes over blanks and comments, and over new lines where they mean nothing. */
  skipBlank(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.position);
      if (code === 32 || code === 9 || code === 13) this.match(BLANK);
      else if (code === 10 && !this.areLinesMeant) this.position += 1;
      else if (code === 35 || (code === 47 && this.text[this.position + 1] === '/'))
        this.toLineEnd();
      else if (code === 47 && this.text[this.position + 1] === '*') this.skipComment();
      else return;
    }
  }

  /** The same, and new lines in any case. */
  skipLines(): void {
    this.withLines(false, () => this.skipBlank());
  }

  toLineEnd(): void {
    const end = this.text.indexOf('\n', this.position);
    this.position = end < 0 ? this.text.length : end;
  }

  get isAtEnd(): boolean {
    return this.position >= this.text.length;
  }

  looksAt(token: string): boolean {
    return this.text.startsWith(token, this.position);
  }

  /** Takes `token` if it is next, blanks before it included. */
  take(token: string): boolean {
    this.skipBlank();
    if (!this.looksAt(token)) return false;
    this.position += token.length;
    return true;
  }

  expect(token: string, after: string): void {
    if (!this.take(token)) throw this.unexpected(`\`${token}\` ${after}`);
  }

  identifier(): string | undefined {
    return this.match(IDENTIFIER);
  }

  number(): string | undefined {
    return this.match(NUMBER);
  }

  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.position += found.length;
    return found;
  }

  unexpected(expected: string): SyntaxProblem {
    const found = this.text[this.position];
    let what = `found \`${found}\``;
    if (found === undefined) what = 'the text ends';
    if (found === '\n') what = 'the line ends';
    return new SyntaxProblem(`${what}; expected ${expected}`, this.position);
  }

  private skipComment(): void {
    const end = this.text.indexOf('*/', this.position + 2);
    if (end < 0) throw new SyntaxProblem('a comment is never closed; expected `*/`', this.position);
    this.position = end + 2;
  }
}
