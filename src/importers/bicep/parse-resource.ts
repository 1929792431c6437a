import { parseArguments, parseExpression, parseLoop, parseText } from './parse-expression.ts';
import { parseObject } from './parse-object.ts';
import { SyntaxProblem } from './problems.ts';
import type {
  Decorator,
  ModuleStatement,
  ResourceStatement,
  Syntax,
  TextSyntax,
} from './syntax.ts';
import type { TokenReader } from './token-reader.ts';

/** `resource name 'type@version' [existing] = body`, from its keyword on. */
export function parseResource(
  reader: TokenReader,
  decorators: readonly Decorator[],
): ResourceStatement {
  const { start } = reader.next();
  const name = reader.expectName(
    'a name',
    "a resource is written `resource name 'type@version' = {…}`",
  );
  const type = parsePlainText(reader, 'the type and version of the resource');
  const isExisting = reader.isName('existing');
  if (isExisting) reader.next();
  const body = parseAssigned(reader);
  const { value, start: nameStart } = name;
  const { end } = body;
  return {
    kind: 'resource',
    name: value,
    nameStart,
    type,
    isExisting,
    body,
    decorators,
    start,
    end,
  };
}

/** `module name 'path' = body`, from its keyword on. */
export function parseModule(
  reader: TokenReader,
  decorators: readonly Decorator[],
): ModuleStatement {
  const { start } = reader.next();
  const name = reader.expectName('a name', "a module is written `module name 'path' = {…}`");
  const path = parsePlainText(reader, 'the path of the module');
  const body = parseAssigned(reader);
  const { value, start: nameStart } = name;
  return { kind: 'module', name: value, nameStart, path, body, decorators, start, end: body.end };
}

/** `@name(…)` and `@sys.name(…)`, up to what they belong to. */
export function parseDecorators(reader: TokenReader): readonly Decorator[] {
  const decorators: Decorator[] = [];
  for (let at = reader.take('@'); at !== undefined; at = reader.take('@')) {
    const hint = 'a decorator is written `@name(…)`';
    let name = reader.expectName('the name of a decorator', hint);
    while (reader.take('.') !== undefined)
      name = reader.expectName('the name of a decorator', hint);
    if (!reader.is('(')) throw reader.unexpected('`(`', hint);
    const { arguments: list, end } = parseArguments(reader);
    decorators.push({ name: name.value, arguments: list, start: at.start, end });
    reader.skipNewlines();
  }
  return decorators;
}

/** A text without expressions in it. */
export function parsePlainText(reader: TokenReader, what: string): TextSyntax {
  const { kind, start } = reader.peek();
  const hint = 'write it as a text in single quotes';
  if (kind !== 'text' && kind !== 'text-start') throw reader.unexpected(what, hint);
  const text = parseText(reader);
  if (text.kind === 'text') return text;
  throw new SyntaxProblem(`${what} is a text without expressions`, start, hint);
}

/** Behind the name: `= {…}`, `= if (…) {…}`, `= [for …]`. */
function parseAssigned(reader: TokenReader): Syntax {
  reader.expect('=', 'the body follows behind `=`');
  reader.skipNewlines();
  if (!reader.is('[')) return parseBody(reader);
  const { start } = reader.next();
  reader.skipNewlines();
  if (!reader.isName('for'))
    throw reader.unexpected('`for`', 'only a loop stands in brackets here');
  return parseLoop(reader, start, parseBody);
}

function parseBody(reader: TokenReader): Syntax {
  if (!reader.isName('if')) return parseObject(reader);
  const { start } = reader.next();
  if (!reader.is('('))
    throw reader.unexpected('`(`', 'a condition is written `if (condition) {…}`');
  const condition = parseExpression(reader);
  reader.skipNewlines();
  const body = parseObject(reader);
  return { kind: 'condition', condition, body, start, end: body.end };
}
