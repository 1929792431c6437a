import type { DiagnosticCode } from './codes.ts';
import type { Place } from './place.ts';

/** About the input. `error`: something could not be read; `warning`: it was read, and is probably not meant. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: 'error' | 'warning' | 'note';
  /** One line, the person's own text in backticks. */
  readonly message: string;
  readonly at?: Place;
  /** What to do about it. */
  readonly hint?: string;
}

/** What was understood, and what was wrong with the rest. Never all or nothing. */
export interface Parsed<T> {
  readonly value: T;
  readonly diagnostics: readonly Diagnostic[];
}

/** Seen in the input, not modelled. About us, not about the input. */
export interface Gap {
  /** Resource type, kind or property path as the input spells it. */
  readonly what: string;
  /** Why it may matter to the answers; empty when it cannot change any verdict. */
  readonly why: string;
  /** The first place it was seen. */
  readonly at?: Place;
  /** How often it was seen; absent for once. */
  readonly count?: number;
}
