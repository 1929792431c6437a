import { Cursor } from './cursor.ts';
import { readTemplate, templateOf } from './read-template.ts';
import type { Expression } from './syntax-tree.ts';
import { readTemplateTokens, type TemplateToken } from './template-tokens.ts';

type Parse = (cursor: Cursor) => Expression;

/** `"…"`: text, or a template. `"${x}"` is `x` itself, whatever its type. */
export function parseQuoted(cursor: Cursor, parseExpression: Parse): Expression {
  const start = cursor.position;
  cursor.position += 1;
  const tokens = readTemplateTokens(cursor, { kind: 'quoted' }, parseExpression);
  return templateOf(tokens, start, cursor.position);
}

/** `<<EOT` and `<<-EOT`, which takes away the indentation that all lines share. */
export function parseHeredoc(cursor: Cursor, parseExpression: Parse): Expression {
  const start = cursor.position;
  cursor.position += 2;
  const isFlushed = cursor.looksAt('-');
  if (isFlushed) cursor.position += 1;
  const marker = cursor.identifier();
  if (marker === undefined) throw cursor.unexpected('the marker of a heredoc after `<<`');
  if (cursor.match(/[ \t\r]*\n/y) === undefined) {
    throw cursor.unexpected('a new line after the marker of a heredoc');
  }
  const tokens = readTemplateTokens(cursor, { kind: 'heredoc', marker }, parseExpression);
  if (isFlushed) flush(tokens);
  return templateOf(tokens, start, cursor.position);
}

/** A whole text as a template: the file of `templatefile`, a string of `.tf.json`. @throws SyntaxProblem */
export function parseBareTemplate(text: string, parseExpression: Parse): Expression {
  return readTemplate(new Cursor(text), { kind: 'bare' }, parseExpression);
}

/** Takes away the white space that every line starts with; lines of white space alone do not count. */
function flush(tokens: readonly TemplateToken[]): void {
  const starts: (TemplateToken & { kind: 'text' })[] = [];
  let fewest = Number.POSITIVE_INFINITY;
  let isLineStart = true;
  for (const token of tokens) {
    if (token.kind !== 'text') {
      if (isLineStart) fewest = 0;
      isLineStart = false;
      continue;
    }
    if (isLineStart) {
      const rest = token.value.trimStart();
      if (rest !== '' || !token.value.endsWith('\n')) {
        fewest = Math.min(fewest, token.value.length - rest.length);
        starts.push(token);
      }
    }
    isLineStart = token.value.endsWith('\n');
  }
  for (const token of starts) token.value = token.value.slice(fewest);
}
