import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';

/** How this very program is started again. */
export function ownProgram(): readonly string[] {
  return [process.execPath, realpathSync(resolve(process.argv[1] ?? ''))];
}
