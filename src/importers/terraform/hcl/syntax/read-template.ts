import { type Cursor, NESTING_MAX, SyntaxProblem } from './cursor.ts';
import type { Expression, TemplatePart } from './syntax-tree.ts';
import { readTemplateTokens, type TemplateKind, type TemplateToken } from './template-tokens.ts';

/** A template from where the cursor is to its end. @throws SyntaxProblem */
export function readTemplate(
  cursor: Cursor,
  template: TemplateKind,
  parseExpression: (cursor: Cursor) => Expression,
): Expression {
  const start = cursor.position;
  const tokens = readTemplateTokens(cursor, template, parseExpression);
  return templateOf(tokens, start, cursor.position);
}

/** A template whose tokens were read from `start` to `end`. @throws SyntaxProblem when directives do not match */
export function templateOf(
  tokens: readonly TemplateToken[],
  start: number,
  end: number,
): Expression {
  const parts = partsOf(tokens);
  if (parts.length === 0) return { kind: 'literal', value: '', start, end };
  const [first] = parts;
  if (parts.length === 1 && first?.kind === 'text') {
    return { kind: 'literal', value: first.value, start, end };
  }
  // Its own place, so that a person is led to the quote and not behind it.
  if (parts.length === 1 && first?.kind === 'value') {
    return { kind: 'group', of: first.of, start, end };
  }
  return { kind: 'template', parts, start, end };
}

type Open =
  | {
      readonly kind: 'if';
      readonly token: TemplateToken & { kind: 'if' };
      whenTrue?: TemplatePart[];
    }
  | { readonly kind: 'for'; readonly token: TemplateToken & { kind: 'for' } };

/** Directives with what they enclose. A loop, and yet nesting is limited: evaluating it takes stack. */
function partsOf(tokens: readonly TemplateToken[]): readonly TemplatePart[] {
  const open: { readonly what: Open; readonly outer: TemplatePart[] }[] = [];
  let parts: TemplatePart[] = [];
  for (const token of tokens) {
    const top = open.at(-1);
    if (open.length > NESTING_MAX / 2) {
      const message = 'directives are nested too deeply';
      throw new SyntaxProblem(message, token.at, true);
    }
    switch (token.kind) {
      case 'text':
        addText(parts, token.value);
        break;
      case 'value':
        parts.push({ kind: 'value', of: token.of });
        break;
      case 'if':
        open.push({ what: { kind: 'if', token }, outer: parts });
        parts = [];
        break;
      case 'for':
        open.push({ what: { kind: 'for', token }, outer: parts });
        parts = [];
        break;
      case 'else':
        if (top?.what.kind !== 'if' || top.what.whenTrue !== undefined) throw misplaced(token);
        top.what.whenTrue = parts;
        parts = [];
        break;
      case 'endif': {
        if (top?.what.kind !== 'if') throw misplaced(token);
        const { condition } = top.what.token;
        const whenTrue = top.what.whenTrue ?? parts;
        const whenFalse = top.what.whenTrue === undefined ? [] : parts;
        parts = top.outer;
        parts.push({ kind: 'if', condition, whenTrue, whenFalse });
        open.pop();
        break;
      }
      case 'endfor': {
        if (top?.what.kind !== 'for') throw misplaced(token);
        const { keyName, valueName, of } = top.what.token;
        const each = parts;
        parts = top.outer;
        parts.push({ kind: 'for', keyName, valueName, of, each });
        open.pop();
        break;
      }
    }
  }
  const left = open.at(-1)?.what;
  if (left !== undefined) {
    throw new SyntaxProblem(`\`%{ ${left.kind} }\` is never ended`, left.token.at);
  }
  return parts;
}

function addText(parts: TemplatePart[], value: string): void {
  if (value === '') return;
  const last = parts.at(-1);
  if (last?.kind === 'text') parts[parts.length - 1] = { kind: 'text', value: last.value + value };
  else parts.push({ kind: 'text', value });
}

function misplaced(token: TemplateToken): SyntaxProblem {
  return new SyntaxProblem(`\`%{ ${token.kind} }\` belongs to nothing before it`, token.at);
}
