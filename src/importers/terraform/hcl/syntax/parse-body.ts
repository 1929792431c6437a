import { type Cursor, NESTING_MAX, SyntaxProblem } from './cursor.ts';
import { parseExpression } from './parse-expression.ts';
import { parseQuoted } from './parse-template.ts';
import { endOfStatement, isTopLevelBlock } from './recover.ts';
import type { Attribute, Block, Body } from './syntax-tree.ts';

/** What the parser says about a text. */
export type Report = (problem: SyntaxProblem) => void;

/**
 * A body up to its `}` (which is taken) or, for the outermost, up to the end of the text. A statement that cannot be
 * read is reported and passed over: the value of an attribute is then malformed, a block marks the body as broken.
 */
export function parseBody(cursor: Cursor, level: number, report: Report): Body {
  const start = cursor.position;
  const attributes: Attribute[] = [];
  const blocks: Block[] = [];
  let isBroken = false;
  for (;;) {
    const before = cursor.position;
    try {
      cursor.skipLines();
      if (cursor.isAtEnd) {
        if (level > 0) throw cursor.unexpected('`}` to close a block');
        break;
      }
      if (level > 0 && cursor.take('}')) break;
      const item = parseStatement(cursor, level, report);
      if (item.kind === 'attribute') attributes.push(item.attribute);
      else blocks.push(item.block);
      // Whoever reads a block must know that a part of it is missing; the file is more than its blocks.
      if (item.kind === 'block' && level > 0 && item.block.body.isBroken) isBroken = true;
      if (item.kind === 'attribute' && item.attribute.value.kind === 'malformed') {
        // A top-level block begins in the middle of ours: ours was never closed.
        if (level > 0 && isTopLevelBlock(cursor.text, cursor.position)) {
          isBroken = true;
          break;
        }
      }
    } catch (error) {
      const problem = problemOf(error);
      report(problem);
      isBroken = true;
      if (cursor.isAtEnd && level > 0) break;
      cursor.position = endOfStatement(cursor.text, Math.max(before, problem.offset));
      if (cursor.position <= before) cursor.position = before + 1;
      if (level > 0 && (cursor.isAtEnd || isTopLevelBlock(cursor.text, cursor.position))) break;
    }
  }
  return { attributes, blocks, isBroken, start, end: cursor.position };
}

type Statement =
  | { readonly kind: 'attribute'; readonly attribute: Attribute }
  | { readonly kind: 'block'; readonly block: Block };

function parseStatement(cursor: Cursor, level: number, report: Report): Statement {
  const start = cursor.position;
  const name = nameOf(cursor);
  if (name === undefined) throw cursor.unexpected('the name of an argument or a block');
  cursor.skipBlank();
  if (cursor.looksAt('=') && !cursor.looksAt('==')) {
    cursor.position += 1;
    return { kind: 'attribute', attribute: parseAttribute(cursor, name, start, report) };
  }
  const labels: string[] = [];
  for (;;) {
    cursor.skipBlank();
    if (cursor.looksAt('{')) break;
    const label = cursor.looksAt('"') ? quotedLabel(cursor) : cursor.identifier();
    if (label === undefined) {
      throw cursor.unexpected(`\`=\` or \`{\` after \`${[name, ...labels].join(' ')}\``);
    }
    labels.push(label);
  }
  cursor.position += 1;
  if (level >= NESTING_MAX) throw cursor.unexpected(`fewer than ${NESTING_MAX} nested blocks`);
  const body = parseBody(cursor, level + 1, report);
  const block: Block = { type: name, labels, body, start, end: cursor.position };
  if (!body.isBroken) expectLineEnd(cursor, 'after a block');
  return { kind: 'block', block };
}

function parseAttribute(cursor: Cursor, name: string, start: number, report: Report): Attribute {
  const from = cursor.position;
  try {
    const value = parseExpression(cursor);
    expectLineEnd(cursor, `after the value of \`${name}\``);
    return { name, value, start, end: value.end };
  } catch (error) {
    const problem = problemOf(error);
    report(problem);
    const end = endOfStatement(cursor.text, from);
    cursor.position = end;
    const value = { kind: 'malformed', why: problem.message, start: from, end } as const;
    return { name, value, start, end };
  }
}

/** Members of a block may be written on one line: `features { }`, `rule { a = 1 }`. */
function expectLineEnd(cursor: Cursor, after: string): void {
  cursor.skipBlank();
  if (cursor.isAtEnd || cursor.looksAt('\n') || cursor.looksAt('}')) return;
  throw cursor.unexpected(`a new line ${after}`);
}

function nameOf(cursor: Cursor): string | undefined {
  return cursor.looksAt('"') ? quotedLabel(cursor) : cursor.identifier();
}

function quotedLabel(cursor: Cursor): string {
  const label = parseQuoted(cursor, parseExpression);
  if (label.kind === 'literal' && typeof label.value === 'string') return label.value;
  cursor.position = label.start;
  throw cursor.unexpected('a label without `${`');
}

function problemOf(error: unknown): SyntaxProblem {
  if (error instanceof SyntaxProblem) return error;
  throw error;
}
