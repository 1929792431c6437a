import { writeFile } from 'node:fs/promises';
import { OperationalError } from '../diagnostics/index.ts';
import { PLAIN, type Style } from '../report/style.ts';
import type { Output } from './terminal.ts';

/** How text is laid out: a file gets no colour, and the same bytes on every machine. */
export function styleFor(output: Output, file: string | undefined): Style {
  return file === undefined ? output.style : PLAIN;
}

/** To the file, or to the terminal when there is none. */
export async function writeOutput(
  output: Output,
  file: string | undefined,
  text: string,
): Promise<void> {
  output.done();
  if (file === undefined) output.out(text);
  else await writeText(file, text);
}

export async function writeText(file: string, text: string | Uint8Array): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (cause) {
    const code = (cause as { code?: unknown }).code;
    throw new OperationalError('file/unwritable', `cannot write \`${file}\` (${String(code)})`, {
      cause,
    });
  }
}
