import { type SpawnSyncOptionsWithStringEncoding, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from '../support/source-tree.ts';

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export const executable = join(projectRoot, 'bin', 'sallyport.js');

/** The command line as a person runs it, in `cwd` (the project's root unless told), without colour. */
export function sallyport(
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Ran {
  const { NO_COLOR: _, FORCE_COLOR: __, ...env } = process.env;
  const settings: SpawnSyncOptionsWithStringEncoding = {
    cwd: options.cwd ?? projectRoot,
    encoding: 'utf8',
    env: { ...env, ...options.env },
    maxBuffer: 64 * 1024 * 1024,
  };
  const { status, stdout, stderr } = spawnSync(process.execPath, [executable, ...args], settings);
  return { code: status, out: stdout, err: stderr };
}
