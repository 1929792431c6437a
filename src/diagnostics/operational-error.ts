/** The world's fault: no such file, a command that fails. Thrown in `io` (later `logs`, `lab`), caught in `cli`. */
export class OperationalError extends Error {
  override readonly name = 'OperationalError';
  readonly code: string;
  readonly hint: string | undefined;
  constructor(code: string, message: string, options: { cause?: unknown; hint?: string } = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}
