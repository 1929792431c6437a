import type { Diagnostic, SourceText } from '../../diagnostics/index.ts';
import { parseStatement } from './parse-statement.ts';
import { BicepProblems, SyntaxProblem, TooLarge } from './problems.ts';
import type { Statement } from './syntax.ts';
import { TokenReader } from './token-reader.ts';

/** One `.bicep` or `.bicepparam` file as written; nothing in it is resolved yet. */
export interface BicepDocument {
  readonly source: SourceText;
  readonly text: string;
  readonly statements: readonly Statement[];
  readonly diagnostics: readonly Diagnostic[];
}

/** The words a statement starts with. */
const KEYWORDS =
  'targetScope|param|var|resource|module|output|type|func|import|extension|provider|metadata|using|extends|assert|test';
const STATEMENT_START = new RegExp(`^(?:(?:${KEYWORDS})\\b|@)`);
const NAMED_STATEMENT = new RegExp(`^(${KEYWORDS})[ \\t]+([A-Za-z_]\\w*)`);
const KEYWORD = new RegExp(`^(${KEYWORDS})\\b`);

/** A file with so many faults is none, and each of them may have cost a look at all that follows. */
const BROKEN_MAX = 150;

/**
 * Reads a Bicep file. A statement that cannot be read costs itself: a located diagnostic says why, and reading goes on
 * at the next line that starts a statement. Never throws. O(length).
 */
export function parseBicep(text: string, source: SourceText): BicepDocument {
  const problems = new BicepProblems(source);
  const statements: Statement[] = [];
  const reader = new TokenReader(text);
  let broken = 0;
  for (;;) {
    let start = reader.tokens.offset;
    try {
      reader.skipNewlines();
      start = reader.peek().start;
      if (reader.peek().kind === 'end') break;
      const statement = parseStatement(reader);
      endOfStatement(reader);
      statements.push(statement);
    } catch (error) {
      if (!(error instanceof SyntaxProblem)) throw error;
      const next = nextStatement(text, start);
      reportProblem(problems, error, start, next, text);
      statements.push(brokenAt(text, start, Math.min(error.offset, next ?? text.length)));
      if (error instanceof TooLarge) break;
      broken += 1;
      if (broken > BROKEN_MAX) {
        const message = `more than ${BROKEN_MAX} statements cannot be read; the rest of the file was left out`;
        problems.add('bicep/syntax', message, error.offset, 'is this a Bicep file?');
        break;
      }
      if (next === undefined) break;
      reader.restart(next);
    }
  }
  return { source, text, statements, diagnostics: problems.diagnostics };
}

function endOfStatement(reader: TokenReader): void {
  const { kind } = reader.peek();
  if (kind === 'newline' || kind === 'end') return;
  throw reader.unexpected('the end of the line', 'every statement starts on a line of its own');
}

/** What the statement that starts at `start` declares, as far as its first words tell. */
function brokenAt(text: string, start: number, end: number): Statement {
  let from = start;
  // Decorators and remarks stand in front of the keyword.
  for (let line = from; line <= end && line < text.length; line = nextLine(text, line)) {
    if (KEYWORD.test(text.slice(line, line + 40))) {
      from = line;
      break;
    }
  }
  const words = text.slice(from, from + 300);
  const named = NAMED_STATEMENT.exec(words);
  const keyword = named?.[1] ?? KEYWORD.exec(words)?.[1] ?? '';
  return { kind: 'broken', keyword, name: named?.[2], start: from, end };
}

/** What is never closed is noticed at the end of the file; where it starts is the place to look. */
function reportProblem(
  problems: BicepProblems,
  error: SyntaxProblem,
  start: number,
  next: number | undefined,
  text: string,
): void {
  const isAtEnd = text.slice(error.offset, error.offset + 200).trim() === '';
  if (!isAtEnd || next === undefined || error.offset < text.trimEnd().length) {
    problems.add(error.code, error.message, error.offset, error.hint);
    return;
  }
  const message = 'the statement that starts here is never closed';
  problems.add(error.code, message, start, 'look for a `}`, `]` or `)` that is missing');
}

/**
 * The next line that starts a statement without indentation. What is nested is indented, so a bracket that is never
 * closed does not take the rest of the file with it.
 */
function nextStatement(text: string, start: number): number | undefined {
  let position = nextLine(text, start);
  while (position < text.length) {
    if (STATEMENT_START.test(text.slice(position, position + 20))) return position;
    position = nextLine(text, position);
  }
  return undefined;
}

function nextLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end + 1;
}
