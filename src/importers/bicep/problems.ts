import type { Diagnostic, DiagnosticCode, SourceText } from '../../diagnostics/index.ts';

/** Ends the reading of one statement. Caught where statements are read, nowhere else. */
export class SyntaxProblem extends Error {
  readonly offset: number;
  readonly hint: string;
  readonly code: DiagnosticCode;

  constructor(
    message: string,
    offset: number,
    hint: string,
    code: DiagnosticCode = 'bicep/syntax',
  ) {
    super(message);
    this.offset = offset;
    this.hint = hint;
    this.code = code;
  }
}

/** Ends the reading of the whole file: it holds more than any file people write. */
export class TooLarge extends SyntaxProblem {}

/** Beyond this a file is noise, and one more remark helps nobody. */
const PROBLEMS_MAX = 200;

/** The problems of one file, in the order found. */
export class BicepProblems {
  readonly diagnostics: Diagnostic[] = [];
  readonly source: SourceText;

  constructor(source: SourceText) {
    this.source = source;
  }

  add(
    code: DiagnosticCode,
    message: string,
    offset: number,
    hint: string,
    severity: Diagnostic['severity'] = 'error',
  ): void {
    if (this.diagnostics.length >= PROBLEMS_MAX) return;
    const at = { source: this.source, offset };
    this.diagnostics.push({ code, severity, message: message.replace(/[\r\n]+/g, ' '), at, hint });
  }
}
