import { type Diagnostic, type DiagnosticCode, locate } from '../diagnostics/index.ts';
import type { PagePath, Places } from './places.ts';

/** What is wrong with the page, or what somebody should know about it, by its path. */
export interface Problem {
  readonly code: DiagnosticCode;
  readonly severity: Diagnostic['severity'];
  readonly path: PagePath;
  readonly message: string;
  readonly hint?: string;
  /** The other half of a contradiction: its line is named. */
  readonly otherPath?: PagePath;
}

export function diagnosed(problems: readonly Problem[], places: Places): readonly Diagnostic[] {
  return problems.map(({ path, hint, otherPath, message, ...rest }) => ({
    ...rest,
    message: otherPath === undefined ? message : `${message} (${lineOf(places, otherPath)})`,
    at: places(path),
    ...(hint === undefined ? {} : { hint }),
  }));
}

function lineOf(places: Places, path: PagePath): string {
  const place = places(path);
  return place.source.isDerived === true ? place.source.file : `line ${locate(place).line}`;
}
