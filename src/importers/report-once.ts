import type { Diagnostic, DiagnosticCode, Place } from '../diagnostics/index.ts';

/** What an evaluation has said so far. */
export interface Reported {
  readonly diagnostics: Diagnostic[];
  /** Identities of what was said. */
  readonly reported: Set<string>;
}

const DIAGNOSTICS_MAX = 1000;

/** Adds a problem once per place. */
export function report(
  run: Reported,
  code: DiagnosticCode,
  severity: Diagnostic['severity'],
  message: string,
  at: Place,
  hint?: string,
): void {
  const identity = `${code}\n${message}\n${at.source.file}\n${at.offset}`;
  if (run.reported.has(identity) || run.diagnostics.length >= DIAGNOSTICS_MAX) return;
  run.reported.add(identity);
  run.diagnostics.push({
    code,
    severity,
    message: message.replace(/[\r\n]+/g, ' '),
    at,
    ...(hint === undefined ? {} : { hint }),
  });
}
