import { spawn } from 'node:child_process';

export type Ran =
  | {
      readonly kind: 'ended';
      readonly code: number;
      readonly out: string;
      /** The first lines only. */
      readonly err: string;
    }
  | { readonly kind: 'failed'; readonly why: string; readonly isMissing: boolean };

export interface RunOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly timeoutMilliseconds: number;
  readonly outSizeMax: number;
  /** A script on Windows, which only a shell can start: no argument may have a word that a shell reads. */
  readonly isScript?: boolean;
}

const ERRORS_MAX = 8_000;

/**
 * A program with its arguments, no shell between. Rejects only with the reason of an aborted `signal`.
 */
export function runProgram(
  name: string,
  args: readonly string[],
  { env, signal, timeoutMilliseconds, outSizeMax, isScript = false }: RunOptions,
): Promise<Ran> {
  return new Promise((done, fail) => {
    if (signal.aborted) {
      fail(signal.reason);
      return;
    }
    const child = spawn(name, [...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: isScript && process.platform === 'win32',
      windowsHide: true,
    });
    const out: Buffer[] = [];
    let size = 0;
    let err = '';
    let why: string | undefined;
    const kill = (reason: string) => {
      why ??= reason;
      child.kill('SIGKILL');
    };
    const stop = () => kill('it was stopped');
    const timer = setTimeout(
      () => kill(`\`${name}\` did not end within ${timeoutMilliseconds / 1000} s`),
      timeoutMilliseconds,
    );
    signal.addEventListener('abort', stop, { once: true });
    const clear = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    };
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > outSizeMax) kill(`\`${name}\` printed more than can be read`);
      else out.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      if (err.length < ERRORS_MAX) err += chunk.toString('utf8');
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      clear();
      const isMissing = error.code === 'ENOENT';
      const told = isMissing
        ? 'is not installed'
        : `cannot be started (${error.code ?? 'unknown'})`;
      done({ kind: 'failed', why: `\`${name}\` ${told}`, isMissing });
    });
    child.on('close', (code) => {
      clear();
      if (signal.aborted) fail(signal.reason);
      else if (why !== undefined) done({ kind: 'failed', why, isMissing: false });
      else {
        const text = Buffer.concat(out).toString('utf8');
        done({ kind: 'ended', code: code ?? 1, out: text, err: err.slice(0, ERRORS_MAX) });
      }
    });
  });
}

/** The line of an error stream that says most: the one that begins with `ERROR` or `error`, but for the head of a traceback; else the last. */
export function tellingLine(err: string): string {
  const lines = err
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const line =
    lines.find((one) => /^error\b(?!.*traceback)/i.test(one)) ?? lines.at(-1) ?? 'it said nothing';
  return line.slice(0, 300);
}
