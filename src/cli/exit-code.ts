import { InvariantError, OperationalError } from '../diagnostics/index.ts';
import { safe } from '../report/style.ts';

/** 0 it holds, 1 it does not or is unknown, 2 bad input, 3 the world failed, 70 a bug of ours. */
export type ExitCode = 0 | 1 | 2 | 3 | 70;

/** The person's fault: a path that is not there, an option that is none. Printed without a stack. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly hint: string | undefined;
  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

export interface Failure {
  readonly code: ExitCode;
  readonly lines: readonly string[];
}

const WHERE_TO_REPORT =
  'Please report it, with the command and, if you can, the input (npm bugs sallyport). SALLYPORT_DEBUG=1 prints where.';

/** A line or two for people, and the code the process ends with. A path or a name in it cannot steer the terminal. */
export function explainFailure(error: unknown): Failure {
  const { code, lines } = failureOf(error);
  return { code, lines: lines.map(safe) };
}

function failureOf(error: unknown): Failure {
  if (error instanceof InputError) {
    return { code: 2, lines: [`error: ${error.message}`, ...hint(error.hint)] };
  }
  if (error instanceof OperationalError) {
    // A path that is not there was misspelt; anything else is the machine's.
    const code = error.code === 'file/not-found' ? 2 : 3;
    return { code, lines: [`error[${error.code}] ${error.message}`, ...hint(error.hint)] };
  }
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const whose =
    error instanceof InvariantError
      ? 'a promise inside sallyport was broken'
      : 'something unexpected happened inside sallyport';
  return { code: 70, lines: [`bug: ${whose}: ${what.split('\n')[0]}`, WHERE_TO_REPORT] };
}

function hint(text: string | undefined): readonly string[] {
  return text === undefined ? [] : [`  hint: ${text}`];
}
