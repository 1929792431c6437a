import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OperationalError } from '../diagnostics/index.ts';
import { parseYamlValue } from '../importers/index.ts';
import {
  CATALOGUE,
  type Configuration,
  counting,
  type Profile,
  parseConfiguration,
  readBaseline,
  runChecks,
  type Severity,
  writeBaseline,
} from '../questions/check/index.ts';
import { checkHead } from '../report/check-head.ts';
import { checkText } from '../report/check-text.ts';
import { explainText, listText } from '../report/explain-text.ts';
import { type ExitCode, InputError } from './exit-code.ts';
import { type InputOptions, readInput } from './read-input.ts';
import { type Output, terminal } from './terminal.ts';

export interface CheckOptions extends InputOptions {
  readonly format: 'text' | 'json' | 'sarif' | 'junit' | 'markdown';
  readonly output?: string;
  readonly profile?: Profile;
  readonly severity?: Severity;
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  readonly config?: string;
  readonly baseline?: string;
  readonly updateBaseline?: boolean;
  readonly list?: boolean;
  readonly explain?: string;
}

export async function checkCommand(
  paths: readonly string[],
  options: CheckOptions,
  version: string,
): Promise<ExitCode> {
  const output = terminal(options);
  if (options.list === true) {
    output.out(listText(CATALOGUE, output.style));
    return 0;
  }
  if (options.explain !== undefined) return explain(options.explain, output);
  for (const id of [...(options.only ?? []), ...(options.skip ?? [])]) requireCheck(id);
  if (options.updateBaseline === true && options.baseline === undefined) {
    throw new InputError('--update-baseline needs --baseline FILE', 'name the file to write');
  }

  const started = performance.now();
  const input = await readInput(paths, options, output);
  const configuration = await readConfiguration(paths, options);
  const baseline = await readBaselineFile(options);
  const profile = options.profile ?? configuration.value.profile ?? 'production';
  const report = runChecks(
    CATALOGUE,
    { perimeter: input.perimeter, network: input.network, asOf: input.asOf, profile },
    {
      ...(options.only === undefined ? {} : { only: options.only }),
      ...(options.skip === undefined ? {} : { skip: options.skip }),
      ...(options.severity === undefined ? {} : { severity: options.severity }),
      suppressions: configuration.value.suppressions,
      ...(baseline === undefined ? {} : { baseline }),
    },
    (done, total) => output.progress(`checking… ${done} of ${total}`),
  );
  output.done();
  if (options.updateBaseline === true && options.baseline !== undefined) {
    await writeText(options.baseline, writeBaseline(report));
  }

  const diagnostics = [...configuration.diagnostics, ...input.diagnostics];
  const { gaps } = input.perimeter;
  const head = checkHead(input.network, paths, version, input.asOf);
  const text = await render();
  if (options.output === undefined) output.out(text);
  else await writeText(options.output, text);
  const cannotRead = diagnostics.some(({ severity }) => severity === 'error');
  const holds =
    counting(report).every(({ severity }) => severity === 'note') && report.undecided.length === 0;
  if (configuration.diagnostics.length > 0) return 2;
  return holds && !cannotRead ? 0 : 1;

  async function render(): Promise<string> {
    switch (options.format) {
      case 'json': {
        const { checkJson } = await import('../report/check-json.ts');
        return checkJson(head, report, diagnostics, gaps);
      }
      case 'sarif': {
        const { checkSarif } = await import('../report/sarif.ts');
        return checkSarif(version, report);
      }
      case 'junit': {
        const { checkJunit } = await import('../report/junit.ts');
        return checkJunit(report);
      }
      case 'markdown': {
        const { checkMarkdown } = await import('../report/markdown.ts');
        return checkMarkdown(head, report, diagnostics, gaps);
      }
      case 'text': {
        const seconds = (performance.now() - started) / 1000;
        const isFile = options.output !== undefined;
        const style = isFile ? { colour: false, width: 100 } : output.style;
        // A file must not change with the speed of the machine.
        const timed = isFile || !output.style.link ? head : { ...head, seconds };
        return checkText(
          { head: timed, report, diagnostics, gaps, verbose: options.verbose === true },
          style,
        );
      }
    }
  }
}

function explain(id: string, output: Output): ExitCode {
  output.out(explainText(requireCheck(id), output.style));
  return 0;
}

function requireCheck(id: string) {
  const check = CATALOGUE.find((one) => one.id === id);
  if (check !== undefined) return check;
  const near = CATALOGUE.map((one) => one.id).filter(
    (one) => one.includes(id) || one.split('/')[1] === id.split('/')[1],
  );
  throw new InputError(
    `no check is called \`${id}\``,
    near.length > 0
      ? `did you mean ${near.slice(0, 3).join(', ')}?`
      : 'sallyport check --list shows all',
  );
}

/** `--config FILE`, else `sallyport.yaml` in the first path when it is there. */
async function readConfiguration(
  paths: readonly string[],
  options: CheckOptions,
): Promise<ReturnType<typeof parseConfiguration>> {
  const none: ReturnType<typeof parseConfiguration> = {
    value: { suppressions: [] } satisfies Configuration,
    diagnostics: [],
  };
  const file = options.config ?? join(paths[0] ?? '.', 'sallyport.yaml');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (options.config === undefined) return none;
    throw new OperationalError('file/not-found', `cannot read \`${file}\``, { cause: error });
  }
  const parsed = parseYamlValue(text, file);
  const read = parsed.value === undefined ? none : parseConfiguration(parsed.value);
  return { value: read.value, diagnostics: [...parsed.diagnostics, ...read.diagnostics] };
}

async function readBaselineFile(options: CheckOptions): Promise<ReadonlySet<string> | undefined> {
  if (options.baseline === undefined || options.updateBaseline === true) return undefined;
  let text: string;
  try {
    text = await readFile(options.baseline, 'utf8');
  } catch (error) {
    throw new OperationalError('file/not-found', `cannot read baseline \`${options.baseline}\``, {
      cause: error,
      hint: 'write it first with --update-baseline',
    });
  }
  const baseline = readBaseline(text);
  if (baseline === undefined)
    throw new InputError(
      `\`${options.baseline}\` is not a baseline file`,
      'write one with --update-baseline',
    );
  return baseline;
}

export async function writeText(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    throw new OperationalError('file/unwritable', `cannot write \`${file}\``, { cause: error });
  }
}
