import { parseObject } from './parse-object.ts';
import { SyntaxProblem } from './problems.ts';
import type {
  ArrayItem,
  ArraySyntax,
  BinaryOperator,
  InterpolationSyntax,
  LambdaSyntax,
  LoopSyntax,
  Syntax,
  TextSyntax,
} from './syntax.ts';
import type { TokenReader } from './token-reader.ts';

/** Binary operators bind the tighter the higher; all of them from left to right. */
const PRECEDENCE: Readonly<Record<BinaryOperator, number>> = {
  '??': 1,
  '||': 2,
  '&&': 3,
  '==': 4,
  '!=': 4,
  '=~': 4,
  '!~': 4,
  '<': 5,
  '<=': 5,
  '>': 5,
  '>=': 5,
  '+': 6,
  '-': 6,
  '*': 7,
  '/': 7,
  '%': 7,
};

/**
 * One expression. Line breaks are free wherever no other reading is possible; Bicep itself is stricter in places.
 * @throws SyntaxProblem
 */
export function parseExpression(reader: TokenReader): Syntax {
  reader.enter();
  const condition = parseBinary(reader, 0);
  if (!reader.isBelow('?')) {
    reader.leave();
    return condition;
  }
  reader.skipNewlines();
  reader.next();
  reader.skipNewlines();
  const then = parseExpression(reader);
  if (reader.isBelow(':')) reader.skipNewlines();
  reader.expect(':', 'a choice is written `condition ? one : other`');
  reader.skipNewlines();
  const otherwise = parseExpression(reader);
  reader.leave();
  const { start } = condition;
  return { kind: 'ternary', condition, then, otherwise, start, end: otherwise.end };
}

function parseBinary(reader: TokenReader, above: number): Syntax {
  let left = parseUnary(reader);
  let links = 0;
  for (;;) {
    const operator = binaryOperator(reader);
    if (operator === undefined || PRECEDENCE[operator] <= above) break;
    reader.enter();
    links += 1;
    reader.skipNewlines();
    reader.next();
    reader.skipNewlines();
    const right = parseBinary(reader, PRECEDENCE[operator]);
    left = { kind: 'binary', operator, left, right, start: left.start, end: right.end };
  }
  reader.leave(links);
  return left;
}

/** The operator that comes next. On a new line `-` starts an item of an array, not a difference. */
function binaryOperator(reader: TokenReader): BinaryOperator | undefined {
  const isBelow = reader.peek().kind === 'newline';
  const token = reader.tokens.peek(isBelow ? 1 : 0);
  if (token.kind !== 'symbol' || !Object.hasOwn(PRECEDENCE, token.value)) return undefined;
  if (isBelow && (token.value === '-' || token.value === '+')) return undefined;
  return token.value as BinaryOperator;
}

function parseUnary(reader: TokenReader): Syntax {
  const token = reader.peek();
  const isOperator = token.kind === 'symbol' && /^[!+-]$/.test(token.value);
  if (!isOperator) return parseMembers(reader);
  reader.next();
  reader.enter();
  const operand = parseUnary(reader);
  reader.leave();
  const operator = token.value as '!' | '-' | '+';
  return { kind: 'unary', operator, operand, start: token.start, end: operand.end };
}

/** What follows a primary on the same line: `.name`, `[index]`, `::name`, `!`. */
function parseMembers(reader: TokenReader): Syntax {
  let of = parsePrimary(reader);
  let links = 0;
  for (;;) {
    const next = parseLink(reader, of);
    if (next === undefined) break;
    reader.enter();
    links += 1;
    of = next;
  }
  reader.leave(links);
  return of;
}

function parseLink(reader: TokenReader, of: Syntax): Syntax | undefined {
  const { start } = of;
  if (reader.take('.') !== undefined) {
    const isSafe = reader.take('?') !== undefined;
    const name = reader.expectName('the name of a property', 'write it behind the dot');
    if (!reader.is('(')) {
      return { kind: 'member', of, name: name.value, isSafe, start, end: name.end };
    }
    const list = parseArguments(reader);
    const call = { name: name.value, nameStart: name.start, arguments: list.arguments };
    return { kind: 'call', of, ...call, start, end: list.end };
  }
  if (reader.take('[') !== undefined) {
    reader.skipNewlines();
    const isSafe = reader.take('?') !== undefined;
    const isFromEnd = reader.take('^') !== undefined;
    const index = parseExpression(reader);
    reader.skipNewlines();
    const { end } = reader.expect(']', 'close the index with `]`');
    return { kind: 'index', of, index, isSafe, isFromEnd, start, end };
  }
  if (reader.take('::') !== undefined) {
    const name = reader.expectName('the name of a nested resource', 'write it behind `::`');
    return { kind: 'nested', of, name: name.value, start, end: name.end };
  }
  const asserted = reader.take('!');
  return asserted === undefined ? undefined : { kind: 'asserted', of, start, end: asserted.end };
}

function parsePrimary(reader: TokenReader): Syntax {
  const token = reader.peek();
  switch (token.kind) {
    case 'number':
      return parseNumber(reader);
    case 'text':
    case 'text-start':
      return parseText(reader);
    case 'name':
      return parseNamed(reader);
    default:
      if (reader.is('{')) return parseObject(reader);
      if (reader.is('[')) return parseBrackets(reader);
      if (reader.is('(')) return parseParentheses(reader);
      throw reader.unexpected('a value', 'a text, a number, a name, `{…}` or `[…]` belongs here');
  }
}

export function parseNumber(reader: TokenReader): Syntax {
  const { value, start, end } = reader.next();
  const number = Number(value);
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(number)) {
    const hint = "numbers are whole numbers; others are written as json('1.5')";
    throw new SyntaxProblem(`\`${value.slice(0, 40)}\` is no number`, start, hint);
  }
  return { kind: 'number', value: number, start, end };
}

/** A text, with or without expressions in it. */
export function parseText(reader: TokenReader): TextSyntax | InterpolationSyntax {
  const first = reader.next();
  const { start } = first;
  if (first.kind === 'text') return { kind: 'text', value: first.value, start, end: first.end };
  const parts: (string | Syntax)[] = [first.value];
  for (;;) {
    reader.skipNewlines();
    parts.push(parseExpression(reader));
    reader.skipNewlines();
    const { kind } = reader.peek();
    if (kind !== 'text-middle' && kind !== 'text-end') {
      throw reader.unexpected('`}`', 'close the expression inside the text with `}`');
    }
    const { value, end } = reader.next();
    parts.push(value);
    if (kind === 'text-end') return { kind: 'interpolation', parts, start, end };
  }
}

/** A name, a constant, a call or a lambda with one parameter. */
function parseNamed(reader: TokenReader): Syntax {
  const { value: name, start, end } = reader.next();
  if (name === 'true' || name === 'false') {
    return { kind: 'boolean', value: name === 'true', start, end };
  }
  if (name === 'null') return { kind: 'null', start, end };
  if (reader.is('(')) {
    const list = parseArguments(reader);
    const call = { name, nameStart: start, arguments: list.arguments };
    return { kind: 'call', of: undefined, ...call, start, end: list.end };
  }
  if (reader.is('=>')) return parseLambda(reader, [name], start);
  return { kind: 'name', name, start, end };
}

function parseLambda(
  reader: TokenReader,
  parameters: readonly string[],
  start: number,
): LambdaSyntax {
  reader.next();
  reader.skipNewlines();
  const body = parseExpression(reader);
  return { kind: 'lambda', parameters, body, start, end: body.end };
}

export function parseArguments(reader: TokenReader): {
  readonly arguments: readonly Syntax[];
  readonly end: number;
} {
  reader.next();
  const list: Syntax[] = [];
  for (;;) {
    reader.skipNewlines();
    const close = reader.take(')');
    if (close !== undefined) return { arguments: list, end: close.end };
    list.push(parseExpression(reader));
    reader.skipNewlines();
    if (reader.take(',') === undefined && !reader.is(')')) {
      throw reader.unexpected('`,` or `)`', 'arguments are separated by commas');
    }
  }
}

/** `(x)` is `x`; `(a, b) => …` is a lambda. Which of them it is shows at the end. */
function parseParentheses(reader: TokenReader): Syntax {
  const { start } = reader.peek();
  const { arguments: list, end } = parseArguments(reader);
  if (reader.is('=>')) {
    const names = list.map((item) => {
      if (item.kind === 'name') return item.name;
      const hint = 'write `(a, b) => …`';
      throw new SyntaxProblem('a parameter of a lambda is a name', item.start, hint);
    });
    return parseLambda(reader, names, start);
  }
  const [only] = list;
  if (only === undefined || list.length > 1) {
    const hint = 'calls have their name in front: `name(…)`';
    throw new SyntaxProblem('parentheses hold one value', start, hint);
  }
  return { ...only, start, end };
}

/** An array, or a loop. */
function parseBrackets(reader: TokenReader): ArraySyntax | LoopSyntax {
  const { start } = reader.next();
  reader.skipNewlines();
  const isLoop =
    reader.isName('for') && (reader.tokens.peek(1).kind === 'name' || reader.is('(', 1));
  if (isLoop) return parseLoop(reader, start, parseExpression);
  const items: ArrayItem[] = [];
  for (;;) {
    reader.skipNewlines();
    const close = reader.take(']');
    if (close !== undefined) return { kind: 'array', items, start, end: close.end };
    const isSpread = reader.take('...') !== undefined;
    items.push({ kind: isSpread ? 'spread' : 'item', value: parseExpression(reader) });
    separate(reader, ']', 'items stand on lines of their own, or are separated by commas');
  }
}

/** The rest of a loop behind its bracket; `parseBody` reads what it makes in each round. */
export function parseLoop(
  reader: TokenReader,
  start: number,
  parseBody: (reader: TokenReader) => Syntax,
): LoopSyntax {
  const hint = 'a loop is written `[for item in items: value]`';
  reader.next();
  let item: string;
  let index: string | undefined;
  if (reader.take('(') !== undefined) {
    item = reader.expectName('a name for the item', hint).value;
    reader.expect(',', 'a loop with an index is written `[for (item, index) in items: value]`');
    index = reader.expectName('a name for the index', hint).value;
    reader.expect(')', hint);
  } else item = reader.expectName('a name for the item', hint).value;
  if (!reader.isName('in')) throw reader.unexpected('`in`', hint);
  reader.next();
  const over = parseExpression(reader);
  reader.expect(':', hint);
  reader.skipNewlines();
  const body = parseBody(reader);
  reader.skipNewlines();
  const { end } = reader.expect(']', 'close the loop with `]`');
  return { kind: 'loop', item, index, over, body, start, end };
}

/** Between two items or members: a comma, or the end of the line. */
export function separate(reader: TokenReader, close: string, hint: string): void {
  if (reader.take(',') !== undefined || reader.is(close)) return;
  if (reader.peek().kind !== 'newline') {
    throw reader.unexpected(`\`,\`, a new line or \`${close}\``, hint);
  }
}
