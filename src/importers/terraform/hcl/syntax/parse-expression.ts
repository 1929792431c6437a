import type { Cursor } from './cursor.ts';
import { parseForIntro } from './parse-for-intro.ts';
import { parseHeredoc, parseQuoted } from './parse-template.ts';
import type { BinaryOperator, Expression, ForExpression, ObjectItem } from './syntax-tree.ts';

/** How tightly an operator binds; those of one level are read from left to right. */
const LEVELS: Readonly<Record<BinaryOperator, number>> = {
  '||': 1,
  '&&': 2,
  '==': 3,
  '!=': 3,
  '<': 4,
  '<=': 4,
  '>': 4,
  '>=': 4,
  '+': 5,
  '-': 5,
  '*': 6,
  '/': 6,
  '%': 6,
};

/** An expression from where the cursor is. @throws SyntaxProblem */
export function parseExpression(cursor: Cursor): Expression {
  return cursor.deeper(() => {
    const condition = parseBinary(cursor, 1);
    cursor.skipBlank();
    if (!cursor.take('?')) return condition;
    const whenTrue = parseExpression(cursor);
    cursor.expect(':', 'of the condition');
    const whenFalse = parseExpression(cursor);
    const { start } = condition;
    return { kind: 'conditional', condition, whenTrue, whenFalse, start, end: whenFalse.end };
  });
}

/** @param least operators that bind less tightly end the operand */
function parseBinary(cursor: Cursor, least: number): Expression {
  let left = parseTerm(cursor);
  for (;;) {
    cursor.skipBlank();
    const operator = operatorAt(cursor);
    if (operator === undefined || LEVELS[operator] < least) return left;
    cursor.position += operator.length;
    const right = parseBinary(cursor, LEVELS[operator] + 1);
    left = { kind: 'binary', operator, left, right, start: left.start, end: right.end };
  }
}

function operatorAt({ text, position }: Cursor): BinaryOperator | undefined {
  const first = text[position];
  const second = text[position + 1];
  switch (first) {
    case '|':
      return second === '|' ? '||' : undefined;
    case '&':
      return second === '&' ? '&&' : undefined;
    case '=':
      return second === '=' ? '==' : undefined;
    case '!':
      return second === '=' ? '!=' : undefined;
    case '<':
    case '>':
      return second === '=' ? `${first}=` : first;
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return first;
    default:
      return undefined;
  }
}

function parseTerm(cursor: Cursor): Expression {
  cursor.skipBlank();
  const start = cursor.position;
  const sign = cursor.text[start];
  if (sign === '!' || sign === '-') {
    cursor.position += 1;
    const of = cursor.deeper(() => parseTerm(cursor));
    return { kind: 'unary', operator: sign, of, start, end: of.end };
  }
  return parseTraversal(cursor, parsePrimary(cursor));
}

/** What follows a term: `.name`, `[key]`, `.0`, `.*`, `[*]`. */
function parseTraversal(cursor: Cursor, first: Expression): Expression {
  let of = first;
  for (;;) {
    cursor.skipBlank();
    const next = parseStep(cursor, of, 'all');
    if (next === undefined) return of;
    of = next;
  }
}

/** @param allowed inside `.*` an index ends what is told of each item */
function parseStep(
  cursor: Cursor,
  of: Expression,
  allowed: 'all' | 'attributes',
): Expression | undefined {
  const { text, position } = cursor;
  const { start } = of;
  if (text[position] === '.' && !text.startsWith('...', position)) {
    cursor.position += 1;
    cursor.skipBlank();
    if (cursor.take('*')) return parseSplat(cursor, of, 'attributes');
    const digits = cursor.match(/\d+/y);
    if (digits !== undefined) {
      const end = cursor.position;
      const value = Number(digits);
      return { kind: 'index', of, key: { kind: 'literal', value, start: end, end }, start, end };
    }
    const name = cursor.identifier();
    if (name === undefined) throw cursor.unexpected('the name of an attribute');
    return { kind: 'attribute', of, name, start, end: cursor.position };
  }
  if (text[position] !== '[' || allowed === 'attributes') return undefined;
  cursor.position += 1;
  const isSplat = cursor.withLines(false, () => {
    cursor.skipBlank();
    return /^\*\s*\]/.test(text.slice(cursor.position, cursor.position + 50)) && cursor.take('*');
  });
  if (isSplat) {
    cursor.withLines(false, () => cursor.expect(']', 'after `*`'));
    return parseSplat(cursor, of, 'all');
  }
  const key = cursor.withLines(false, () => {
    const found = parseExpression(cursor);
    cursor.expect(']', 'after an index');
    return found;
  });
  return { kind: 'index', of, key, start, end: cursor.position };
}

function parseSplat(cursor: Cursor, of: Expression, allowed: 'all' | 'attributes'): Expression {
  return cursor.deeper(() => {
    let each: Expression = { kind: 'item', start: cursor.position, end: cursor.position };
    for (;;) {
      cursor.skipBlank();
      const next = parseStep(cursor, each, allowed);
      if (next === undefined) break;
      each = next;
    }
    return { kind: 'splat', of, each, start: of.start, end: cursor.position };
  });
}

function parsePrimary(cursor: Cursor): Expression {
  const start = cursor.position;
  switch (cursor.text[start]) {
    case '"':
      return parseQuoted(cursor, parseExpression);
    case '(':
      return parseGroup(cursor);
    case '[':
      return parseTuple(cursor);
    case '{':
      return parseObject(cursor);
    case '<':
      if (cursor.looksAt('<<')) return parseHeredoc(cursor, parseExpression);
      break;
    default:
  }
  const digits = cursor.number();
  if (digits !== undefined) {
    return { kind: 'literal', value: Number(digits), start, end: cursor.position };
  }
  let name = cursor.identifier();
  if (name === undefined) throw cursor.unexpected('a value');
  while (cursor.looksAt('::')) {
    cursor.position += 2;
    name += `::${cursor.identifier() ?? ''}`;
  }
  cursor.skipBlank();
  if (cursor.text[cursor.position] === '(') return parseCall(cursor, name, start);
  const end = start + name.length;
  if (name === 'true' || name === 'false') {
    return { kind: 'literal', value: name === 'true', start, end };
  }
  if (name === 'null') return { kind: 'literal', value: null, start, end };
  return { kind: 'name', name, start, end };
}

function parseGroup(cursor: Cursor): Expression {
  const start = cursor.position;
  cursor.position += 1;
  const of = cursor.withLines(false, () => {
    const inner = parseExpression(cursor);
    cursor.expect(')', 'to close `(`');
    return inner;
  });
  return { kind: 'group', of, start, end: cursor.position };
}

function parseCall(cursor: Cursor, name: string, start: number): Expression {
  cursor.position += 1;
  return cursor.withLines(false, () => {
    const list: Expression[] = [];
    let isExpanded = false;
    while (!cursor.take(')')) {
      list.push(parseExpression(cursor));
      if (cursor.take('...')) {
        isExpanded = true;
        cursor.take(',');
        cursor.expect(')', 'after `...`');
        break;
      }
      if (cursor.take(',')) continue;
      cursor.expect(')', `or \`,\` in the arguments of \`${name}\``);
      break;
    }
    return { kind: 'call', name, arguments: list, isExpanded, start, end: cursor.position };
  });
}

function parseTuple(cursor: Cursor): Expression {
  const start = cursor.position;
  cursor.position += 1;
  return cursor.withLines(false, () => {
    if (isFor(cursor)) return parseFor(cursor, start, ']');
    const items: Expression[] = [];
    while (!cursor.take(']')) {
      items.push(parseExpression(cursor));
      if (cursor.take(',')) continue;
      cursor.expect(']', 'or `,` in a list');
      break;
    }
    return { kind: 'tuple', items, start, end: cursor.position };
  });
}

function parseObject(cursor: Cursor): Expression {
  const start = cursor.position;
  cursor.position += 1;
  const isComprehension = cursor.withLines(false, () => isFor(cursor));
  if (isComprehension) return cursor.withLines(false, () => parseFor(cursor, start, '}'));
  return cursor.withLines(true, () => {
    const items: ObjectItem[] = [];
    for (;;) {
      cursor.skipLines();
      if (cursor.take('}')) break;
      const key = parseKey(cursor);
      if (!cursor.take('=') && !cursor.take(':')) {
        throw cursor.unexpected('`=` or `:` after the key of an object');
      }
      items.push({ key, value: parseExpression(cursor) });
      cursor.skipBlank();
      if (cursor.take(',') || cursor.looksAt('\n')) continue;
      cursor.expect('}', 'or `,` or a new line in an object');
      break;
    }
    return { kind: 'object', items, start, end: cursor.position };
  });
}

/** A bare word is itself, whatever it means elsewhere. */
function parseKey(cursor: Cursor): Expression {
  const start = cursor.position;
  const name = cursor.identifier();
  if (name !== undefined) {
    const end = cursor.position;
    cursor.skipBlank();
    if (/^(?:=(?!=)|:)/.test(cursor.text.slice(cursor.position, cursor.position + 2))) {
      return { kind: 'literal', value: name, start, end };
    }
    cursor.position = start;
  }
  return parseExpression(cursor);
}

function isFor(cursor: Cursor): boolean {
  cursor.skipBlank();
  return /^for[\s#/]/.test(cursor.text.slice(cursor.position, cursor.position + 4));
}

function parseFor(cursor: Cursor, start: number, close: ']' | '}'): ForExpression {
  const { keyName, valueName, of } = parseForIntro(cursor, parseExpression);
  cursor.expect(':', 'after the collection of a `for`');
  let value = parseExpression(cursor);
  let key: Expression | undefined;
  let isGrouped = false;
  if (close === '}') {
    key = value;
    cursor.expect('=>', 'after the key of a `for`');
    value = parseExpression(cursor);
    isGrouped = cursor.take('...');
  }
  cursor.skipBlank();
  let condition: Expression | undefined;
  if (/^if\b/.test(cursor.text.slice(cursor.position, cursor.position + 3))) {
    cursor.position += 2;
    condition = parseExpression(cursor);
  }
  cursor.expect(close, 'to end a `for`');
  const end = cursor.position;
  return { kind: 'for', keyName, valueName, of, key, value, condition, isGrouped, start, end };
}
