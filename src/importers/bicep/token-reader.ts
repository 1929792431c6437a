import { SyntaxProblem, TooLarge } from './problems.ts';
import { type Token, Tokens } from './tokens.ts';

/**
 * Levels of brackets, operators and links of a chain inside each other. Whatever follows the reading recurses over
 * the tree; real files stay below thirty.
 */
const NESTING_MAX = 200;
/** Pieces of one file. The largest modules people publish have some 40,000; a piece holds on to 200 bytes, and to more once translated. */
const PIECES_MAX = 600_000;

/** Tokens with what every part of the grammar asks of them. */
export class TokenReader {
  readonly tokens: Tokens;
  private nesting = 0;
  private pieces = 0;

  constructor(text: string) {
    this.tokens = new Tokens(text);
  }

  /** Does a symbol come next? */
  is(symbol: string, ahead = 0): boolean {
    const token = this.tokens.peek(ahead);
    return token.kind === 'symbol' && token.value === symbol;
  }

  isName(name: string, ahead = 0): boolean {
    const token = this.tokens.peek(ahead);
    return token.kind === 'name' && token.value === name;
  }

  /** Does it come next, or on the next line? */
  isBelow(symbol: string): boolean {
    return this.is(symbol) || (this.tokens.peek().kind === 'newline' && this.is(symbol, 1));
  }

  peek(): Token {
    return this.tokens.peek();
  }

  next(): Token {
    this.pieces += 1;
    if (this.pieces > PIECES_MAX) {
      const hint = 'split it into modules';
      const message = `the file has more than ${PIECES_MAX} pieces; nothing after this one was read`;
      throw new TooLarge(message, this.tokens.peek().start, hint, 'bicep/too-large');
    }
    return this.tokens.next();
  }

  /** Takes the symbol if it comes next. */
  take(symbol: string): Token | undefined {
    return this.is(symbol) ? this.next() : undefined;
  }

  skipNewlines(): void {
    while (this.peek().kind === 'newline') this.next();
  }

  expect(symbol: string, hint: string): Token {
    if (!this.is(symbol)) throw this.unexpected(`\`${symbol}\``, hint);
    return this.next();
  }

  expectName(what: string, hint: string): Token {
    if (this.peek().kind !== 'name') throw this.unexpected(what, hint);
    return this.next();
  }

  /** Goes a level down; `leave` as many as were entered. Chains are loops, but what follows them recurses. */
  enter(): void {
    this.nesting += 1;
    if (this.nesting <= NESTING_MAX) return;
    const message = `this is nested deeper than ${NESTING_MAX} levels`;
    const hint = 'give parts of it names: `var part = …`';
    throw new SyntaxProblem(message, this.peek().start, hint, 'bicep/too-deep');
  }

  leave(levels = 1): void {
    this.nesting -= levels;
  }

  /** Forgets the levels of a statement that was given up. */
  restart(offset: number): void {
    this.nesting = 0;
    this.tokens.restart(offset);
  }

  unexpected(expected: string, hint: string): SyntaxProblem {
    const token = this.peek();
    return new SyntaxProblem(`found ${describe(token)}; expected ${expected}`, token.start, hint);
  }
}

function describe(token: Token): string {
  switch (token.kind) {
    case 'end':
      return 'the end of the file';
    case 'newline':
      return 'the end of the line';
    case 'text':
    case 'text-start':
      return 'a text';
    case 'text-middle':
    case 'text-end':
      return 'the rest of a text';
    default:
      return `\`${token.value.length > 40 ? `${token.value.slice(0, 40)}…` : token.value}\``;
  }
}
