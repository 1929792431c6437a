import { readPerimeter } from '../model/index.ts';
import { importJson } from '../report/import-json.ts';
import { importText } from '../report/import-text.ts';
import { writeText } from './check-command.ts';
import type { ExitCode } from './exit-code.ts';
import { type InputOptions, readSnapshot } from './read-input.ts';
import { terminal } from './terminal.ts';

export interface ImportOptions extends InputOptions {
  readonly format: 'text' | 'json';
  readonly output?: string;
}

export async function importCommand(
  paths: readonly string[],
  options: ImportOptions,
): Promise<ExitCode> {
  const output = terminal(options);
  const { snapshot, dataDiagnostics } = await readSnapshot(paths, options, output);
  const perimeter = readPerimeter(snapshot);
  output.done();
  const diagnostics = [...dataDiagnostics, ...perimeter.diagnostics];
  const style = options.output === undefined ? output.style : { colour: false, width: 100 };
  const text =
    options.format === 'json'
      ? importJson(snapshot, diagnostics, perimeter.gaps)
      : importText(snapshot, diagnostics, perimeter.gaps, options.verbose === true, style);
  if (options.output === undefined) output.out(text);
  else await writeText(options.output, text);
  if (snapshot.resources.size === 0 && snapshot.objects.size === 0) return 2;
  return diagnostics.some(({ severity }) => severity === 'error') ? 2 : 0;
}
