import { type Cursor, SyntaxProblem } from './cursor.ts';
import { parseForIntro } from './parse-for-intro.ts';
import type { Expression } from './syntax-tree.ts';

/** Where a template ends: at a quote, at a line that is the marker, at the end of the text. */
export type TemplateKind =
  | { readonly kind: 'quoted' }
  | { readonly kind: 'heredoc'; readonly marker: string }
  | { readonly kind: 'bare' };

export type TemplateToken = { readonly at: number } & (
  | { readonly kind: 'text'; value: string }
  | { readonly kind: 'value'; readonly of: Expression }
  | { readonly kind: 'if'; readonly condition: Expression }
  | {
      readonly kind: 'for';
      readonly keyName: string | undefined;
      readonly valueName: string;
      readonly of: Expression;
    }
  | { readonly kind: 'else' | 'endif' | 'endfor' }
);

/** The tokens of a template up to its end, which is taken too. Text of heredocs comes line by line. */
export function readTemplateTokens(
  cursor: Cursor,
  template: TemplateKind,
  parseExpression: (cursor: Cursor) => Expression,
): TemplateToken[] {
  const start = cursor.position;
  const tokens: TemplateToken[] = [];
  let isTrimmed = false;
  for (;;) {
    const at = cursor.position;
    const text = readText(cursor, template);
    if (text !== '') {
      tokens.push({ kind: 'text', value: isTrimmed ? text.trimStart() : text, at });
      isTrimmed = false;
    }
    if (takeEnd(cursor, template, start)) return tokens;
    if (!cursor.looksAt('${') && !cursor.looksAt('%{')) continue;
    const isValue = cursor.looksAt('$');
    cursor.position += 2;
    if (cursor.looksAt('~')) {
      cursor.position += 1;
      const before = tokens.at(-1);
      if (before?.kind === 'text') before.value = before.value.trimEnd();
    }
    tokens.push(
      cursor.withLines(false, () =>
        cursor.deeper(() =>
          isValue
            ? { kind: 'value', of: parseExpression(cursor), at }
            : readDirective(cursor, parseExpression, at),
        ),
      ),
    );
    isTrimmed = cursor.withLines(false, () => cursor.take('~'));
    cursor.withLines(false, () => cursor.expect('}', isValue ? 'to end `${`' : 'to end `%{`'));
  }
}

function readDirective(
  cursor: Cursor,
  parseExpression: (cursor: Cursor) => Expression,
  at: number,
): TemplateToken {
  cursor.skipBlank();
  const start = cursor.position;
  const word = cursor.identifier();
  switch (word) {
    case 'if':
      return { kind: 'if', condition: parseExpression(cursor), at };
    case 'for':
      cursor.position = start;
      return { kind: 'for', ...parseForIntro(cursor, parseExpression), at };
    case 'else':
    case 'endif':
    case 'endfor':
      return { kind: word, at };
    default:
      cursor.position = start;
      throw cursor.unexpected('`if`, `else`, `endif`, `for` or `endfor` after `%{`');
  }
}

/** Text up to the next `${`, `%{` or end; of a heredoc at most to the end of the line. */
function readText(cursor: Cursor, template: TemplateKind): string {
  const { text } = cursor;
  let value = '';
  let from = cursor.position;
  let position = from;
  if (template.kind === 'heredoc' && isMarkerLine(cursor, template.marker)) return '';
  for (;;) {
    const code = text.charCodeAt(position);
    if (Number.isNaN(code)) break;
    const isSign = code === 36 || code === 37;
    if (isSign && text[position + 1] === '{') break;
    if (isSign && text[position + 1] === text[position] && text[position + 2] === '{') {
      value += text.slice(from, position + 1);
      position += 3;
      from = position - 1;
      continue;
    }
    if (template.kind === 'quoted') {
      if (code === 34 || code === 10) break;
      if (code === 92) {
        value += text.slice(from, position);
        const sequence = readEscape(text, position);
        value += sequence.value;
        position = sequence.end;
        from = position;
        continue;
      }
    }
    position += 1;
    if (code === 10 && template.kind !== 'quoted') break;
  }
  cursor.position = position;
  return value + text.slice(from, position);
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  '"': '"',
  '\\': '\\',
};

function readEscape(text: string, position: number): { value: string; end: number } {
  const letter = text[position + 1] ?? '';
  const simple = ESCAPES[letter];
  if (simple !== undefined) return { value: simple, end: position + 2 };
  const code = /^\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/.exec(
    text.slice(position, position + 10),
  );
  const number = Number.parseInt(code?.[1] ?? code?.[2] ?? '', 16);
  if (code === null || number > 0x10ffff) {
    throw new SyntaxProblem(`\`\\${letter}\` is no escape sequence`, position);
  }
  return { value: String.fromCodePoint(number), end: position + code[0].length };
}

function takeEnd(cursor: Cursor, template: TemplateKind, start: number): boolean {
  const { text, position } = cursor;
  switch (template.kind) {
    case 'bare':
      return cursor.isAtEnd;
    case 'quoted':
      if (text[position] === '"') {
        cursor.position += 1;
        return true;
      }
      if (cursor.isAtEnd || text[position] === '\n') {
        throw new SyntaxProblem('a text is never closed; expected `"`', start - 1);
      }
      return false;
    case 'heredoc':
      if (isMarkerLine(cursor, template.marker)) {
        cursor.position = text.indexOf(template.marker, position) + template.marker.length;
        return true;
      }
      if (cursor.isAtEnd) {
        throw new SyntaxProblem(
          `a heredoc is never closed; expected \`${template.marker}\``,
          start,
        );
      }
      return false;
  }
}

/** Is the cursor at the start of a line that holds the marker alone? */
function isMarkerLine({ text, position }: Cursor, marker: string): boolean {
  if (text[position - 1] !== '\n') return false;
  let from = position;
  while (text[from] === ' ' || text[from] === '\t') from += 1;
  if (!text.startsWith(marker, from)) return false;
  let end = from + marker.length;
  while (text[end] === ' ' || text[end] === '\t' || text[end] === '\r') end += 1;
  return end >= text.length || text[end] === '\n';
}
