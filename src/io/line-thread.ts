import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { dataFolder } from './bundled-data.ts';

/** Beside the thread that writes, and DuckDB: more of them wait for it. */
const THREADS_MAX = 4;

/** The threads that may decode logs on this machine; `undefined` where there is one core, or the package was not built. */
export function lineThreadProgram():
  | { readonly program: string; readonly count: number }
  | undefined {
  const program = join(dirname(dataFolder()), 'dist', 'logs', 'line-thread.mjs');
  const count = Math.min(THREADS_MAX, availableParallelism() - 1);
  return count < 1 || !existsSync(program) ? undefined : { program, count };
}
