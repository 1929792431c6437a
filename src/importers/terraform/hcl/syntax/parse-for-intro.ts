import type { Cursor } from './cursor.ts';
import type { Expression } from './syntax-tree.ts';

/** `for k, v in collection`, of expressions and of templates. */
export function parseForIntro(
  cursor: Cursor,
  parseExpression: (cursor: Cursor) => Expression,
): { keyName: string | undefined; valueName: string; of: Expression } {
  cursor.position += 'for'.length;
  const first = variable(cursor, 'after `for`');
  const second = cursor.take(',') ? variable(cursor, 'after `,`') : undefined;
  cursor.skipBlank();
  if (cursor.match(/in\b/y) === undefined) throw cursor.unexpected('`in`');
  const of = parseExpression(cursor);
  return second === undefined
    ? { keyName: undefined, valueName: first, of }
    : { keyName: first, valueName: second, of };
}

function variable(cursor: Cursor, where: string): string {
  cursor.skipBlank();
  const name = cursor.identifier();
  if (name === undefined) throw cursor.unexpected(`the name of a variable ${where}`);
  return name;
}
