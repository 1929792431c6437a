import { InvariantError, OperationalError } from '../diagnostics/index.ts';

/** 0 it holds, 1 it does not or is unknown, 2 bad input, 3 the world failed, 70 a bug of ours, 130 interrupted. */
export type ExitCode = 0 | 1 | 2 | 3 | 70 | 130;

/** The person's fault: a path that is not there, an option that is none. Printed without a stack. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly hint: string | undefined;
  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** One line for people, and the code the process ends with. */
export function explainFailure(error: unknown): {
  readonly code: ExitCode;
  readonly lines: readonly string[];
} {
  if (error instanceof InputError)
    return { code: 2, lines: [`error: ${error.message}`, ...hint(error.hint)] };
  if (error instanceof OperationalError) {
    const code = error.code === 'file/not-found' ? 2 : 3;
    return { code, lines: [`error[${error.code}] ${error.message}`, ...hint(error.hint)] };
  }
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const whose =
    error instanceof InvariantError
      ? 'a promise inside sallyport was broken'
      : 'something unexpected happened inside sallyport';
  return {
    code: 70,
    lines: [
      `bug: ${whose}: ${what}`,
      'Please report it with the command and, if you can, the input. SALLYPORT_DEBUG=1 prints where.',
    ],
  };
}

function hint(text: string | undefined): string[] {
  return text === undefined ? [] : [`  hint: ${text}`];
}
