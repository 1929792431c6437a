import type { Diagnostic, Place, SourceText } from '../../diagnostics/index.ts';
import { locate } from '../../diagnostics/index.ts';
import type { Member } from '../../values/index.ts';
import { clip } from './characters.ts';

/** After so many syntax errors the text is not JSON, and the rest of the list would help nobody. */
const SYNTAX_ERRORS_MAX = 20;
const DUPLICATE_KEYS_MAX = 200;

/** What is wrong with one text, in the order found; each kind up to a limit. */
export class JsonProblems {
  readonly diagnostics: Diagnostic[] = [];
  private readonly source: SourceText;
  private syntaxErrors = 0;
  private duplicateKeys = 0;
  private isTooDeep = false;

  constructor(source: SourceText) {
    this.source = source;
  }

  get isHopeless(): boolean {
    return this.syntaxErrors >= SYNTAX_ERRORS_MAX;
  }

  syntaxError(message: string, offset: number, hint?: string): void {
    this.syntaxErrors += 1;
    if (this.syntaxErrors > SYNTAX_ERRORS_MAX) return;
    this.diagnostics.push({
      code: 'json/syntax',
      severity: 'error',
      message,
      at: { source: this.source, offset },
      ...(hint === undefined ? {} : { hint }),
    });
  }

  /** `earlier` is what the key at `at` replaces. */
  duplicateKey(name: string, at: Place, earlier: Member): void {
    this.duplicateKeys += 1;
    if (this.duplicateKeys > DUPLICATE_KEYS_MAX) return;
    const { line } = locate(earlier.at);
    const twin =
      earlier.name === name
        ? `is already written on line ${line}`
        : `differs from \`${clip(earlier.name)}\` on line ${line} only in case`;
    this.diagnostics.push({
      code: 'json/duplicate-key',
      severity: 'warning',
      message: `the key \`${clip(name)}\` ${twin}; this one counts`,
      at,
      hint: 'remove one of the two',
    });
  }

  tooDeep(depthMax: number, at: Place): void {
    if (this.isTooDeep) return;
    this.isTooDeep = true;
    this.diagnostics.push({
      code: 'json/too-deep',
      severity: 'error',
      message: `the value is nested deeper than ${depthMax} levels; what lies deeper was not read`,
      at,
      hint: 'no template, export or manifest is nested that deep: is it the right file?',
    });
  }
}
