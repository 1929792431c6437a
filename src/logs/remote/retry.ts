import { OperationalError } from '../../diagnostics/index.ts';

/** How a request to an engine failed. Messages of servers are kept to one line; what was sent, with its token, is not kept. */
export interface RequestFailure {
  /** Of HTTP; absent where no answer came. */
  readonly status?: number;
  readonly retryAfterMilliseconds?: number;
  readonly isTimeout?: boolean;
  readonly message: string;
}

export interface RetryOptions {
  /** Requests in all. Default: 5. */
  readonly attempts?: number;
  /** Longest wait that is put up with, as the server asks for it or not. Default: two minutes. */
  readonly waitMillisecondsMax?: number;
  readonly sleep?: (milliseconds: number) => Promise<void>;
}

/** Busy, overloaded, restarting, or cut off on the way: asking again may help. The question itself being wrong is none of these. */
const PASSING: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

/**
 * Asks until it is answered: after what the server asks for (`Retry-After`), else after 0.5, 1, 2… seconds.
 * @throws OperationalError `logs/engine-…` when it cannot be answered, or not in time
 */
export async function askAgain<T>(
  engine: string,
  ask: () => Promise<T>,
  failureOf: (error: unknown) => RequestFailure,
  options: RetryOptions = {},
): Promise<T> {
  const { attempts = 5, waitMillisecondsMax = 120_000, sleep = realSleep } = options;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      const own = ownFailure(error);
      if (own !== undefined) throw own;
      const failure = failureOf(error);
      const { status, retryAfterMilliseconds, isTimeout = false } = failure;
      const isPassing = status === undefined ? !isTimeout : PASSING.has(status);
      const wait = retryAfterMilliseconds ?? 500 * 2 ** (attempt - 1);
      if (!isPassing || attempt >= attempts || wait > waitMillisecondsMax) {
        throw refusal(engine, failure, attempt);
      }
      await sleep(wait);
    }
  }
}

/** What we said ourselves on the way, as that there is no sign-in, however a client has wrapped it. */
export function ownFailure(error: unknown): OperationalError | undefined {
  let inner = error;
  for (let depth = 0; depth < 5; depth += 1) {
    if (inner instanceof OperationalError) return inner;
    if (typeof inner !== 'object' || inner === null) return undefined;
    const wrapped = inner as { readonly inner?: unknown; readonly cause?: unknown };
    inner = wrapped.inner ?? wrapped.cause;
  }
  return undefined;
}

function refusal(engine: string, failure: RequestFailure, attempts: number): OperationalError {
  const { status, isTimeout = false } = failure;
  const message = oneLine(failure.message);
  const said = (code: string, what: string, hint: string) =>
    new OperationalError(code, `${engine} ${what}`, { hint });
  if (isTimeout || status === 504 || status === 408) {
    return said('logs/engine-timeout', 'did not answer in time', 'ask for a shorter time window');
  }
  if (status === 401 || status === 403) {
    return said(
      'logs/engine-refused',
      `refused the request (${status})`,
      'sign in again, with a role that may read the logs',
    );
  }
  if (status === 429) {
    return said(
      'logs/engine-busy',
      `asks to be left alone for now (429, ${attempts} ${attempts === 1 ? 'request' : 'requests'})`,
      'try again later, or ask for a shorter time window',
    );
  }
  if (status === undefined) {
    return said('logs/engine-unreachable', `cannot be reached: ${message}`, 'is its name right?');
  }
  if (status >= 500) {
    return said('logs/engine-failed', `failed (${status}): ${message}`, 'try again later');
  }
  return said(
    'logs/engine-query',
    `does not take the question (${status}): ${message}`,
    'has the table ever had records, and is this the right workspace?',
  );
}

/** Texts of servers end up in a terminal: printable, and not for ever. */
export function oneLine(text: string): string {
  const plain = text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
  return plain.length > 300 ? `${plain.slice(0, 300)}…` : plain;
}

/** `Retry-After` in seconds or as a date. */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined || header.trim() === '') return undefined;
  if (/^\s*\d{1,9}(?:\.\d+)?\s*$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

function realSleep(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}
