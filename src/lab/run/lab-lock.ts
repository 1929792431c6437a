import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { OperationalError } from '../../diagnostics/index.ts';

const WAIT_MILLISECONDS = 60_000;
const STEP_MILLISECONDS = 50;

/**
 * One command at a time makes or removes a lab; another waits for it. The lock is a socket in Linux' abstract name space: it ends with
 * the process that holds it, however that ends, and leaves no file.
 * @param signal ends the waiting
 * @returns what gives it back
 * @throws OperationalError `lab/busy`, `lab/given-up`
 */
export async function takeLock(folder: string, signal?: AbortSignal): Promise<() => void> {
  const name = `\0sallyport-lab-${process.getuid?.() ?? 0}-${folder}`.slice(0, 100);
  for (let waited = 0; waited < WAIT_MILLISECONDS; waited += STEP_MILLISECONDS) {
    const release = await tryLock(name);
    if (release !== undefined) return release;
    if (signal?.aborted === true) {
      throw new OperationalError('lab/given-up', 'it was given up before its turn came');
    }
    await pause(STEP_MILLISECONDS);
  }
  throw new OperationalError('lab/busy', `another command works on the lab in \`${folder}\``, {
    hint: 'wait for it, or end it',
  });
}

function tryLock(name: string): Promise<(() => void) | undefined> {
  const server = createServer((stream) => stream.destroy());
  return new Promise((done, fail) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') done(undefined);
      else fail(error);
    });
    server.listen(name, () => {
      server.unref();
      done(() => server.close());
    });
  });
}
