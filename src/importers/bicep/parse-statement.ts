import { parseExpression } from './parse-expression.ts';
import { parseDecorators, parseModule, parsePlainText, parseResource } from './parse-resource.ts';
import { parseType } from './parse-type.ts';
import type {
  Decorator,
  ExtensionStatement,
  FunctionStatement,
  ImportStatement,
  OutputStatement,
  ParameterStatement,
  RemarkStatement,
  ScopeStatement,
  Statement,
  TypeStatement,
  UsingStatement,
  VariableStatement,
} from './syntax.ts';
import type { TokenReader } from './token-reader.ts';

/** One statement with its decorators, up to the end of its last line. @throws SyntaxProblem */
export function parseStatement(reader: TokenReader): Statement {
  const decorators = parseDecorators(reader);
  const token = reader.peek();
  const parse =
    token.kind === 'name' && Object.hasOwn(STATEMENTS, token.value)
      ? STATEMENTS[token.value]
      : undefined;
  if (parse === undefined) {
    const hint = 'a statement starts with `param`, `var`, `resource`, `module`, `output`…';
    throw reader.unexpected('a statement', hint);
  }
  return parse(reader, decorators);
}

type Parse = (reader: TokenReader, decorators: readonly Decorator[]) => Statement;

const STATEMENTS: Readonly<Record<string, Parse>> = {
  targetScope: parseScope,
  param: parseParameter,
  var: parseVariable,
  output: parseOutput,
  resource: parseResource,
  module: parseModule,
  type: parseTypeStatement,
  func: parseFunction,
  import: parseImport,
  extension: parseExtension,
  provider: parseExtension,
  using: parseUsing,
  extends: parseUsing,
  metadata: parseRemark,
  assert: parseRemark,
  test: parseTest,
};

function parseScope(reader: TokenReader): ScopeStatement {
  const { start } = reader.next();
  reader.expect('=', "the scope is written `targetScope = 'subscription'`");
  const value = parseExpression(reader);
  return { kind: 'scope', value, start, end: value.end };
}

function parseParameter(reader: TokenReader, decorators: readonly Decorator[]): ParameterStatement {
  const { start } = reader.next();
  const hint =
    'a parameter is written `param name string`, and a value for one `param name = value`';
  const name = reader.expectName('the name of the parameter', hint);
  let { end } = name;
  const isEnd = reader.peek().kind === 'end' || reader.peek().kind === 'newline';
  // `param x =` with its union on the next lines has no type on this one.
  const type = isEnd || reader.is('=') ? undefined : parseType(reader);
  end = type?.end ?? end;
  let value: ParameterStatement['value'];
  if (reader.take('=') !== undefined) {
    value = parseExpression(reader);
    end = value.end;
  }
  if (type === undefined && value === undefined) throw reader.unexpected('a type', hint);
  const declared = { name: name.value, nameStart: name.start };
  return { kind: 'parameter', ...declared, type, value, decorators, start, end };
}

function parseVariable(reader: TokenReader, decorators: readonly Decorator[]): VariableStatement {
  const { start } = reader.next();
  const hint = 'a variable is written `var name = value`';
  const name = reader.expectName('the name of the variable', hint);
  if (!reader.is('=') && reader.peek().kind !== 'newline') parseType(reader);
  reader.expect('=', hint);
  const value = parseExpression(reader);
  const declared = { name: name.value, nameStart: name.start };
  return { kind: 'variable', ...declared, value, decorators, start, end: value.end };
}

function parseOutput(reader: TokenReader, decorators: readonly Decorator[]): OutputStatement {
  const { start } = reader.next();
  const hint = 'an output is written `output name string = value`';
  const name = reader.expectName('the name of the output', hint);
  const type = reader.is('=') ? undefined : parseType(reader);
  reader.expect('=', hint);
  const value = parseExpression(reader);
  const declared = { name: name.value, nameStart: name.start };
  return { kind: 'output', ...declared, type, value, decorators, start, end: value.end };
}

function parseTypeStatement(reader: TokenReader, decorators: readonly Decorator[]): TypeStatement {
  const { start } = reader.next();
  const hint = 'a type is written `type name = {…}`';
  const name = reader.expectName('the name of the type', hint);
  reader.expect('=', hint);
  const type = parseType(reader);
  const declared = { name: name.value, nameStart: name.start };
  return { kind: 'type', ...declared, type, decorators, start, end: type.end };
}

function parseFunction(reader: TokenReader, decorators: readonly Decorator[]): FunctionStatement {
  const { start } = reader.next();
  const hint = 'a function is written `func name(x string) string => value`';
  const name = reader.expectName('the name of the function', hint);
  reader.expect('(', hint);
  const parameters: string[] = [];
  for (;;) {
    reader.skipNewlines();
    if (reader.take(')') !== undefined) break;
    parameters.push(reader.expectName('the name of a parameter', hint).value);
    parseType(reader);
    reader.skipNewlines();
    if (reader.take(',') === undefined && !reader.is(')'))
      throw reader.unexpected('`,` or `)`', hint);
  }
  parseType(reader);
  reader.expect('=>', hint);
  reader.skipNewlines();
  const body = parseExpression(reader);
  const declared = { name: name.value, nameStart: name.start };
  return { kind: 'function', ...declared, parameters, body, decorators, start, end: body.end };
}

/** Names from another file; the older `import 'kubernetes@1.0.0'` is what `extension` is now. */
function parseImport(
  reader: TokenReader,
  decorators: readonly Decorator[],
): ImportStatement | ExtensionStatement {
  if (reader.tokens.peek(1).kind === 'text') return parseExtension(reader, decorators);
  const { start } = reader.next();
  const hint = 'an import is written `import {a, b as c} from FILE` or `import * as all from FILE`';
  let everythingAs: string | undefined;
  const names: { name: string; as: string; start: number }[] = [];
  if (reader.take('*') !== undefined) {
    if (!reader.isName('as')) throw reader.unexpected('`as`', hint);
    reader.next();
    everythingAs = reader.expectName('a name', hint).value;
  } else {
    reader.expect('{', hint);
    for (;;) {
      reader.skipNewlines();
      if (reader.take('}') !== undefined) break;
      const token = reader.peek();
      const name = token.kind === 'text' ? reader.next() : reader.expectName('a name', hint);
      let as = name.value;
      if (reader.isName('as')) {
        reader.next();
        as = reader.expectName('a name', hint).value;
      }
      names.push({ name: name.value, as, start: name.start });
      reader.take(',');
    }
  }
  if (!reader.isName('from')) throw reader.unexpected('`from`', hint);
  reader.next();
  const from = parsePlainText(reader, 'the path of the file');
  return { kind: 'import', names, everythingAs, from, start, end: from.end };
}

/** `extension name [with {…}] [as alias]`. */
function parseExtension(
  reader: TokenReader,
  _decorators: readonly Decorator[],
): ExtensionStatement {
  const { start, end } = reader.next();
  const name = reader.peek();
  if (name.kind !== 'name' && name.kind !== 'text') {
    throw reader.unexpected('the name of the extension', 'as in `extension kubernetes`');
  }
  reader.next();
  let last = Math.max(end, name.end);
  while (reader.isName('with') || reader.isName('as')) {
    reader.next();
    last = parseExpression(reader).end;
  }
  return { kind: 'extension', name: name.value, start, end: last };
}

function parseUsing(reader: TokenReader): UsingStatement {
  const keyword = reader.next();
  const { start } = keyword;
  const kind = keyword.value === 'using' ? 'using' : 'extends';
  if (kind === 'using' && reader.isName('none')) {
    return { kind, path: undefined, start, end: reader.next().end };
  }
  const path = parsePlainText(reader, 'the path of a file');
  let { end } = path;
  // `using '…' with {…}`, for stacks.
  if (reader.isName('with')) {
    reader.next();
    end = parseExpression(reader).end;
  }
  return { kind, path, start, end };
}

/** `metadata name = value`, `assert name = condition`: read for their end. */
function parseRemark(reader: TokenReader): RemarkStatement {
  const { start } = reader.next();
  const hint = 'it is written `metadata name = value`';
  reader.expectName('a name', hint);
  reader.expect('=', hint);
  return { kind: 'remark', start, end: parseExpression(reader).end };
}

function parseTest(reader: TokenReader): RemarkStatement {
  const { start } = reader.next();
  reader.expectName('a name', "a test is written `test name 'path' = {…}`");
  parsePlainText(reader, 'the path of the file');
  reader.expect('=', 'the body follows behind `=`');
  return { kind: 'remark', start, end: parseExpression(reader).end };
}
