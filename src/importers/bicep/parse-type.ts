import { parseExpression, parseNumber, parseText } from './parse-expression.ts';
import { parseDecorators } from './parse-resource.ts';
import { SyntaxProblem } from './problems.ts';
import type { TypeProperty, TypeSyntax } from './syntax.ts';
import type { TokenReader } from './token-reader.ts';

/** A type as written behind a parameter, an output, a `type`. Unions go over several lines. */
export function parseType(reader: TokenReader): TypeSyntax {
  reader.enter();
  if (reader.isBelow('|')) {
    reader.skipNewlines();
    reader.next();
  }
  reader.skipNewlines();
  const first = parseMemberType(reader);
  const members = [first];
  while (reader.isBelow('|')) {
    reader.skipNewlines();
    reader.next();
    reader.skipNewlines();
    members.push(parseMemberType(reader));
  }
  reader.leave();
  if (members.length === 1) return first;
  return { kind: 'union', members, start: first.start, end: members.at(-1)!.end };
}

function parseMemberType(reader: TokenReader): TypeSyntax {
  let type = parsePrimaryType(reader);
  let links = 0;
  for (;;) {
    const { start } = type;
    if (reader.is('?')) type = { kind: 'nullable', of: type, start, end: reader.next().end };
    else if (reader.is('[') && reader.is(']', 1)) {
      reader.next();
      type = { kind: 'list', of: type, start, end: reader.next().end };
    } else if (reader.take('[') !== undefined) {
      if (reader.take('*') === undefined) parseExpression(reader);
      type = { kind: 'other', start, end: reader.expect(']', 'close it with `]`').end };
    } else if (reader.take('!') !== undefined) {
      type = { ...type };
    } else if (reader.take('.') !== undefined) {
      type = parseTypeMember(reader, type);
    } else break;
    reader.enter();
    links += 1;
  }
  reader.leave(links);
  return type;
}

/** `shared.name` of an import; `.*` and accesses into other types are not followed. */
function parseTypeMember(reader: TokenReader, of: TypeSyntax): TypeSyntax {
  const { start } = of;
  const all = reader.take('*');
  if (all !== undefined) return { kind: 'other', start, end: all.end };
  const { value, end } = reader.expectName('the name of a type', 'write it behind the dot');
  return of.kind === 'named'
    ? { kind: 'named', path: [...of.path, value], start, end }
    : { kind: 'other', start, end };
}

function parsePrimaryType(reader: TokenReader): TypeSyntax {
  const token = reader.peek();
  const { start } = token;
  if (token.kind === 'text' || token.kind === 'text-start') {
    const text = parseText(reader);
    const { end } = text;
    return text.kind === 'text'
      ? { kind: 'literal', value: text.value, start, end }
      : { kind: 'other', start, end };
  }
  if (token.kind === 'number' || reader.is('-')) {
    const isNegative = reader.take('-') !== undefined;
    if (reader.peek().kind !== 'number') throw reader.unexpected('a number', 'as in `-1`');
    const number = parseNumber(reader);
    const value = number.kind === 'number' ? number.value : 0;
    return { kind: 'literal', value: isNegative ? -value : value, start, end: number.end };
  }
  if (reader.is('{')) return parseShape(reader);
  if (reader.is('[')) return parseTuple(reader);
  if (reader.take('(') !== undefined) {
    const inner = parseType(reader);
    reader.skipNewlines();
    return { ...inner, start, end: reader.expect(')', 'close it with `)`').end };
  }
  if (token.kind !== 'name')
    throw reader.unexpected('a type', 'such as `string`, `int` or `object`');
  return parseNamedType(reader);
}

function parseNamedType(reader: TokenReader): TypeSyntax {
  const { value, start, end } = reader.next();
  if (value === 'true' || value === 'false') {
    return { kind: 'literal', value: value === 'true', start, end };
  }
  if (value === 'null') return { kind: 'literal', value: null, start, end };
  // `resource 'type@version'`, an older way to pass resources.
  if (value === 'resource' && reader.peek().kind === 'text') {
    return { kind: 'other', start, end: reader.next().end };
  }
  if (reader.take('<') === undefined) return { kind: 'named', path: [value], start, end };
  do parseType(reader);
  while (reader.take(',') !== undefined);
  return { kind: 'other', start, end: reader.expect('>', 'close it with `>`').end };
}

function parseShape(reader: TokenReader): TypeSyntax {
  const { start } = reader.next();
  const properties: TypeProperty[] = [];
  for (;;) {
    reader.skipNewlines();
    const close = reader.take('}');
    if (close !== undefined) return { kind: 'shape', properties, start, end: close.end };
    const decorators = parseDecorators(reader);
    const token = reader.peek();
    let name: string | undefined;
    if (reader.take('*') === undefined) {
      const isName = token.kind === 'name' || token.kind === 'text';
      if (!isName) throw reader.unexpected('the name of a property', 'as in `name: string`');
      name = reader.next().value;
    }
    reader.expect(':', 'a property of a type is written `name: type`');
    properties.push({ name, type: parseType(reader), decorators });
    separateTypes(reader, '}');
  }
}

function parseTuple(reader: TokenReader): TypeSyntax {
  const { start } = reader.next();
  const items: TypeProperty[] = [];
  for (;;) {
    reader.skipNewlines();
    const close = reader.take(']');
    if (close !== undefined) return { kind: 'tuple', items, start, end: close.end };
    const decorators = parseDecorators(reader);
    items.push({ name: undefined, type: parseType(reader), decorators });
    separateTypes(reader, ']');
  }
}

function separateTypes(reader: TokenReader, close: string): void {
  if (reader.take(',') !== undefined || reader.is(close)) return;
  if (reader.peek().kind === 'newline') return;
  const hint = 'they stand on lines of their own, or are separated by commas';
  const token = reader.peek();
  throw new SyntaxProblem(`expected \`,\`, a new line or \`${close}\``, token.start, hint);
}
