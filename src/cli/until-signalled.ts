import { constants } from 'node:os';
import type { ExitCode } from './exit-code.ts';

/** For work that must be undone when somebody gives it up: Ctrl-C, a closed terminal, `kill`. */
export interface Signalled {
  readonly signal: AbortSignal;
  /** As a shell tells of a command that a signal ended: 130 after Ctrl-C. */
  readonly exitCode: () => ExitCode;
}

const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** From now on the first such signal aborts; a second one ends the process as it always does. */
export function untilSignalled(): Signalled {
  const given = new AbortController();
  let code = 0;
  for (const name of ENDING) {
    process.once(name, () => {
      code = 128 + constants.signals[name];
      given.abort();
    });
  }
  return { signal: given.signal, exitCode: () => code as ExitCode };
}
