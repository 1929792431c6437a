import type { Diagnostic, Parsed, SourceText } from '../../../../diagnostics/index.ts';
import { Cursor, SyntaxProblem } from './cursor.ts';
import { parseBody } from './parse-body.ts';
import { parseExpression } from './parse-expression.ts';
import type { Body, Expression, HclText } from './syntax-tree.ts';

/** A file of Terraform, read as far as it could be. */
export interface HclFile extends HclText {
  readonly body: Body;
}

const PROBLEMS_MAX = 20;

/**
 * Terraform's native syntax (iac-formats 4.1) with the place of everything. What cannot be read is reported where it
 * stands and passed over; blocks around it are read. Never throws, whatever the text is. 5 MB a second.
 */
export function parseHcl(text: string, source: SourceText): Parsed<HclFile> {
  const diagnostics: Diagnostic[] = [];
  const cursor = new Cursor(text);
  const body = parseBody(cursor, 0, (problem) => {
    if (diagnostics.length < PROBLEMS_MAX) diagnostics.push(diagnosticOf(problem, source));
  });
  return { value: { source, text, body }, diagnostics };
}

/** One expression that takes up the whole text; a problem when it does not. */
export function parseWholeExpression(text: string): Expression | SyntaxProblem {
  const cursor = new Cursor(text);
  try {
    return cursor.withLines(false, () => {
      const expression = parseExpression(cursor);
      cursor.skipBlank();
      if (!cursor.isAtEnd) throw cursor.unexpected('the end of the expression');
      return expression;
    });
  } catch (error) {
    if (error instanceof SyntaxProblem) return error;
    throw error;
  }
}

export function diagnosticOf(problem: SyntaxProblem, source: SourceText): Diagnostic {
  return {
    code: problem.isTooDeep ? 'terraform/too-deep' : 'terraform/syntax',
    severity: 'error',
    message: problem.message.replace(/\s+/g, ' '),
    at: { source, offset: problem.offset },
  };
}
