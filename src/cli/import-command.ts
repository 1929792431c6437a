import { importText } from '../report/import-text.ts';
import { safe } from '../report/style.ts';
import type { ExitCode } from './exit-code.ts';
import type { InputOptions } from './input-options.ts';
import { isEmpty, nothingToRead, readSnapshot } from './read-input.ts';
import { terminal } from './terminal.ts';
import { styleFor, writeOutput } from './write-output.ts';

export interface ImportOptions extends InputOptions {
  readonly format: 'text' | 'json';
  readonly output?: string;
}

/** 0: everything was understood. 1: a part could not be read. 2: nothing was recognised, or the settings are wrong. */
export async function importCommand(
  paths: readonly string[],
  options: ImportOptions,
): Promise<ExitCode> {
  const output = terminal(options);
  const { snapshot, diagnostics, perimeter, isMisconfigured } = await readSnapshot(
    paths,
    options,
    output,
  );
  const style = styleFor(output, options.output);
  const text =
    options.format === 'json'
      ? (await import('../report/import-json.ts')).importJson(snapshot, diagnostics, perimeter.gaps)
      : importText(snapshot, diagnostics, perimeter.gaps, options.verbose === true, style);
  await writeOutput(output, options.output, text);
  if (isEmpty(snapshot)) output.err(`error: ${safe(nothingToRead(snapshot, paths))}\n`);
  if (isMisconfigured || isEmpty(snapshot)) return 2;
  return diagnostics.some(({ severity }) => severity === 'error') ? 1 : 0;
}
