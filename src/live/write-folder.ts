import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OperationalError } from '../diagnostics/index.ts';
import type { LiveFile } from './live-files.ts';

/**
 * Makes the folder where it is not there. Each file appears whole or not at all; what is in the folder besides stays, but for a file of an
 * earlier read that this one would have written and did not.
 * @throws OperationalError `file/unwritable`
 */
export async function writeFolder(
  folder: string,
  files: readonly LiveFile[],
  stale: readonly string[],
): Promise<void> {
  await attempted(folder, async () => {
    await mkdir(folder, { recursive: true });
    if (!(await stat(folder)).isDirectory()) throw Object.assign(new Error(), { code: 'ENOTDIR' });
  });
  for (const { name, text } of files) {
    const path = join(folder, name);
    const half = `${path}.${randomUUID()}`;
    await attempted(path, async () => {
      try {
        await writeFile(half, text);
        await rename(half, path);
      } catch (error) {
        await rm(half, { force: true });
        throw error;
      }
    });
  }
  for (const name of stale) {
    const path = join(folder, name);
    await attempted(path, () => rm(path, { force: true }));
  }
}

async function attempted(path: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    const code = (cause as { readonly code?: unknown }).code;
    throw new OperationalError('file/unwritable', `cannot write \`${path}\` (${String(code)})`, {
      cause,
    });
  }
}
