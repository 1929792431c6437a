import { type FileSystem, nodeFileSystem } from '../io/index.ts';
import type { Perimeter } from '../model/index.ts';
import { deriveNetwork } from '../network/index.ts';
import { importText } from '../report/import-text.ts';
import { safe } from '../report/style.ts';
import type { ExitCode } from './exit-code.ts';
import type { InputOptions } from './input-options.ts';
import { isEmpty, nothingToRead, readSnapshot } from './read-input.ts';
import { type Output, terminal } from './terminal.ts';
import { styleFor, writeOutput } from './write-output.ts';

export interface ImportOptions extends InputOptions {
  readonly format: 'text' | 'json';
  readonly output?: string;
  /** `perimeter`: the page of intent that comes nearest to what was read. */
  readonly as?: 'perimeter';
}

/** 0: everything was understood. 1: a part could not be read. 2: nothing was recognised, or the settings are wrong. */
export async function importCommand(
  paths: readonly string[],
  options: ImportOptions,
  files: FileSystem = nodeFileSystem(),
): Promise<ExitCode> {
  const output = terminal(options);
  const { snapshot, diagnostics, perimeter, isMisconfigured } = await readSnapshot(
    paths,
    options,
    output,
    files,
  );
  if (options.as === 'perimeter' && !isEmpty(snapshot) && !isMisconfigured) {
    return await importAsPage(perimeter, options, output);
  }
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

/** 0: written. 1: there is no network, or no cluster, to start a page from. */
async function importAsPage(
  perimeter: Perimeter,
  options: ImportOptions,
  output: Output,
): Promise<ExitCode> {
  const { derivePage } = await import('../questions/adopt/index.ts');
  const draft = derivePage(deriveNetwork(perimeter));
  if (draft === undefined) {
    output.err('error: a page needs a hub, a spoke and a cluster, and they are not in the input\n');
    return 1;
  }
  const { pageYaml } = await import('../report/page-yaml.ts');
  await writeOutput(output, options.output, pageYaml(draft));
  return 0;
}
