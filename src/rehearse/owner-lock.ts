import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { OperationalError } from '../diagnostics/index.ts';
import type { PrivateDirectory } from './private-directory.ts';

/** Who serves a directory. */
export interface Owner {
  readonly pid: number;
  readonly port: number;
  /** Opens status, export and reset of the running endpoint; only the owner of the file can read it. */
  readonly word: string;
}

/** What the last one left, whether or not it still runs. */
export function readOwner(directory: PrivateDirectory): Owner | undefined {
  try {
    const { pid, port, word } = JSON.parse(readFileSync(directory.owner, 'utf8')) as Partial<Owner>;
    if (!Number.isInteger(pid) || !Number.isInteger(port) || typeof word !== 'string')
      return undefined;
    return { pid: pid as number, port: port as number, word };
  } catch {
    return undefined;
  }
}

export function isAlive(pid: number): boolean {
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * One process at a time writes a state. A lock whose process is gone was left by a kill and is taken over.
 * @returns what gives it back
 * @throws OperationalError `rehearse/running`
 */
export function takeDirectory(directory: PrivateDirectory): () => void {
  const file = `${directory.state}.pid`;
  if (taken.has(file)) throw running(directory, process.pid);
  const release = takeFile(directory, file);
  taken.add(file);
  return () => {
    taken.delete(file);
    release();
  };
}

/** By this process itself: its number in the file would look like one that an earlier life left. */
const taken = new Set<string>();

function takeFile(directory: PrivateDirectory, file: string): () => void {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    try {
      const handle = openSync(file, 'wx', 0o600);
      writeSync(handle, String(process.pid));
      closeSync(handle);
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unusable(directory, error);
    }
    const pid = holder(file);
    if (pid !== undefined && pid !== process.pid && isAlive(pid)) throw running(directory, pid);
    // Ours from an earlier life, or a dead one's.
    rmSync(file, { force: true });
  }
  throw running(directory, holder(file) ?? 0);
}

function holder(file: string): number | undefined {
  try {
    return Number(readFileSync(file, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

function running({ path }: PrivateDirectory, pid: number): OperationalError {
  return new OperationalError(
    'rehearse/running',
    `another rehearsal (process ${pid}) uses \`${path}\``,
    {
      hint: 'stop it, or name another directory with --directory',
    },
  );
}

function unusable({ path }: PrivateDirectory, cause: unknown): OperationalError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new OperationalError('rehearse/directory', `\`${path}\` cannot be used: ${why}`, {
    cause,
  });
}
