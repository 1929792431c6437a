import type { Expression } from './expression.ts';

export type ParsedExpression =
  | { readonly kind: 'expression'; readonly expression: Expression }
  | { readonly kind: 'error'; readonly message: string; readonly isTooDeep: boolean };

/** Calls nested deeper than this are refused; compiled modules stay below thirty. */
const NESTING_MAX = 200;

/**
 * Parses the inside of `[…]`: calls, literals in single quotes, integers, `.name` and `[index]`; there are no
 * operators (iac-formats 2.2). White space and line breaks are free. Never throws. O(length).
 */
export function parseExpression(text: string): ParsedExpression {
  const parser = new Parser(text);
  try {
    const expression = parser.parse();
    return { kind: 'expression', expression };
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    return { kind: 'error', message: error.message, isTooDeep: error.isTooDeep };
  }
}

class SyntaxProblem extends Error {
  readonly isTooDeep: boolean;
  constructor(message: string, isTooDeep = false) {
    super(message);
    this.isTooDeep = isTooDeep;
  }
}

/** One expression text and the position in it. */
class Parser {
  private readonly text: string;
  private position = 0;
  private nesting = 0;

  constructor(text: string) {
    this.text = text;
  }

  parse(): Expression {
    const expression = this.parseOperand();
    this.skipSpace();
    if (this.position < this.text.length) throw this.unexpected('the end of the expression');
    return expression;
  }

  private parseOperand(): Expression {
    this.nesting += 1;
    if (this.nesting > NESTING_MAX) {
      throw new SyntaxProblem(`the expression is nested deeper than ${NESTING_MAX} calls`, true);
    }
    this.skipSpace();
    const start = this.position;
    let operand = this.parsePrimary(start);
    // Chains are loops, not recursion, but what evaluates them recurses: they count as nesting too.
    for (let links = 0; ; links += 1) {
      if (links > NESTING_MAX) {
        throw new SyntaxProblem(`more than ${NESTING_MAX} properties follow each other`, true);
      }
      this.skipSpace();
      const next = this.text[this.position];
      if (next === '.') {
        this.position += 1;
        this.skipSpace();
        const name = this.readName('the name of a property');
        operand = { kind: 'property', of: operand, name, text: this.since(start) };
      } else if (next === '[') {
        this.position += 1;
        const index = this.parseOperand();
        this.expect(']');
        operand = { kind: 'index', of: operand, index, text: this.since(start) };
      } else {
        this.nesting -= 1;
        return operand;
      }
    }
  }

  private parsePrimary(start: number): Expression {
    const first = this.text[this.position];
    if (first === "'") {
      return { kind: 'text', value: this.readLiteral(), text: this.since(start) };
    }
    const number = /^[+-]?\d+(?:\.\d+)?/.exec(this.text.slice(this.position, this.position + 40));
    if (number !== null) {
      this.position += number[0].length;
      return { kind: 'number', value: Number(number[0]), text: this.since(start) };
    }
    let written = this.readName("a function, a number or text in `'`");
    this.skipSpace();
    if (this.text[this.position] === '.') {
      this.position += 1;
      this.skipSpace();
      written += `.${this.readName('the name of a function')}`;
      this.skipSpace();
    }
    if (this.text[this.position] !== '(') {
      throw this.unexpected(`\`(\` after \`${written}\``);
    }
    this.position += 1;
    const list = this.parseArguments();
    const name = written.toLowerCase();
    return { kind: 'call', name, written, arguments: list, text: this.since(start) };
  }

  private parseArguments(): Expression[] {
    const list: Expression[] = [];
    this.skipSpace();
    if (this.text[this.position] === ')') {
      this.position += 1;
      return list;
    }
    for (;;) {
      list.push(this.parseOperand());
      this.skipSpace();
      const next = this.text[this.position];
      if (next !== ',' && next !== ')') throw this.unexpected('`,` or `)`');
      this.position += 1;
      if (next === ')') return list;
    }
  }

  private readLiteral(): string {
    let from = this.position + 1;
    let value = '';
    for (;;) {
      const quote = this.text.indexOf("'", from);
      if (quote < 0) throw new SyntaxProblem("a text literal is never closed; expected `'`");
      value += this.text.slice(from, quote);
      if (this.text[quote + 1] !== "'") {
        this.position = quote + 1;
        return value;
      }
      value += "'";
      from = quote + 2;
    }
  }

  private readName(expected: string): string {
    const start = this.position;
    while (isNameCode(this.text.charCodeAt(this.position))) this.position += 1;
    if (this.position === start) throw this.unexpected(expected);
    return this.text.slice(start, this.position);
  }

  private expect(token: string): void {
    this.skipSpace();
    if (this.text[this.position] !== token) throw this.unexpected(`\`${token}\``);
    this.position += 1;
  }

  private skipSpace(): void {
    while (/\s/.test(this.text[this.position] ?? '')) this.position += 1;
  }

  private since(start: number): string {
    return this.text.slice(start, this.position);
  }

  private unexpected(expected: string): SyntaxProblem {
    const found = this.text[this.position];
    const what = found === undefined ? 'the expression ends' : `found \`${found}\``;
    return new SyntaxProblem(`${what} at character ${this.position + 2}; expected ${expected}`);
  }
}

/** Letters, digits, `_`, `$`; names of properties may hold what JSON names hold, most of all `-` never. */
function isNameCode(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 95 ||
    code === 36 ||
    code > 0xbf
  );
}
