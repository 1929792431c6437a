import { nodeFileSystem } from '../io/index.ts';
import {
  CATALOGUE,
  type Check,
  type CheckReport,
  holds,
  mergeReports,
  type Profile,
  type RunOptions,
  runChecks,
  type Severity,
  writeBaseline,
} from '../questions/check/index.ts';
import { EXPECTATION_CHECKS, expectationChecks } from '../questions/expect/index.ts';
import { checkHead } from '../report/check-head.ts';
import { checkText } from '../report/check-text.ts';
import { explainText, listJson, listText } from '../report/explain-text.ts';
import { count } from '../report/style.ts';
import { viewsOf } from './cluster-views.ts';
import { type ExitCode, InputError } from './exit-code.ts';
import type { InputOptions } from './input-options.ts';
import { nearest } from './nearest.ts';
import { type ReadExpectations, readBaselineFile, readExpectations } from './read-configuration.ts';
import { type Input, readInput } from './read-input.ts';
import { type Output, terminal } from './terminal.ts';
import { styleFor, writeOutput, writeText } from './write-output.ts';

export interface CheckOptions extends InputOptions {
  readonly format: 'text' | 'json' | 'sarif' | 'junit' | 'markdown';
  readonly output?: string;
  readonly profile?: Profile;
  readonly severity?: Severity;
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  readonly baseline?: string;
  readonly expect?: string;
  readonly updateBaseline?: boolean;
  readonly list?: boolean;
  readonly explain?: string;
  /** Ids of checks with commas, or true for all. */
  readonly fix?: string | true;
  readonly yes?: boolean;
  readonly allowOpening?: boolean;
}

export async function checkCommand(
  paths: readonly string[],
  options: CheckOptions,
  version: string,
): Promise<ExitCode> {
  const output = terminal(options);
  if (options.list === true) {
    output.out(options.format === 'json' ? listJson(CATALOGUE) : listText(CATALOGUE, output.style));
    return 0;
  }
  if (options.explain !== undefined) {
    output.out(explainText(checkNamed(options.explain), output.style));
    return 0;
  }
  const fixed = typeof options.fix === 'string' ? options.fix.split(',') : [];
  if (fixed.some((id) => /[\\.]|^\/|\/$/.test(id))) {
    const hint = 'name folders and files first: sallyport check . --fix';
    throw new InputError(`\`${options.fix}\` is no check`, hint);
  }
  for (const id of [...(options.only ?? []), ...(options.skip ?? []), ...fixed]) {
    checkNamed(id.trim());
  }
  if (options.only?.every((id) => options.skip?.includes(id)) === true) {
    throw new InputError('no check is left to run', 'every --only is also a --skip');
  }
  const updates = options.updateBaseline === true;
  if (updates && options.baseline === undefined) {
    throw new InputError('--update-baseline needs --baseline FILE', 'name the file to write');
  }

  const started = performance.now();
  const read = await readInput(paths, options, output);
  const expected = await readExpectations(nodeFileSystem(), paths, options.expect);
  const input = withExpectations(read, expected);
  const baseline = await readBaselineFile(nodeFileSystem(), options.baseline, updates);
  const checkOne = ({ perimeter, network, asOf, configuration }: Input) =>
    runChecks(
      [...CATALOGUE, ...expectationChecks(expected.value)],
      {
        perimeter,
        network,
        asOf,
        profile: options.profile ?? configuration.profile ?? 'production',
      },
      {
        ...chosenChecks(options),
        suppressions: configuration.suppressions,
        // What is about to be accepted is shown once more.
        ...(baseline === undefined || updates ? {} : { baseline }),
      },
      (done, total) => output.progress(`checking ${done}/${total}`),
    );
  const check = (one: Input): CheckReport =>
    mergeReports(
      viewsOf(one).map(({ cluster, input: view }) => ({ cluster, report: checkOne(view) })),
    );
  if (options.fix !== undefined) {
    if (input.isMisconfigured) return 2;
    const { fixCommand } = await import('./fix-command.ts');
    return await fixCommand(paths, { ...options, fix: options.fix }, output, input, check);
  }
  const report = check({ ...input, perimeter: read.perimeter });
  const seconds = output.isInteractive ? (performance.now() - started) / 1000 : undefined;
  await writeOutput(
    output,
    options.output,
    await reportText(report, input, paths, options, version, output, seconds),
  );
  const couldNotRead = input.diagnostics.some(({ severity }) => severity === 'error');
  if (updates && options.baseline !== undefined) {
    const text = writeBaseline(report, baseline);
    await writeText(options.baseline, text);
    output.err(`${options.baseline}: ${baselineSize(text)} accepted from now on\n`);
    return input.isMisconfigured ? 2 : 0;
  }
  if (input.isMisconfigured) return 2;
  if (ranNothing(report) && options.only === undefined) {
    output.err('error: no check applies to what was read; this says nothing about the perimeter\n');
    return 2;
  }
  return holds(report) && !couldNotRead ? 0 : 1;
}

/** What was wrong with the expectations is told like what was wrong with the settings; a file that was read is no gap. */
function withExpectations(input: Input, expected: ReadExpectations): Input {
  const { file, diagnostics } = expected;
  if (file === undefined) return input;
  return {
    ...input,
    diagnostics: [...diagnostics, ...input.diagnostics],
    isMisconfigured:
      input.isMisconfigured || diagnostics.some(({ severity }) => severity === 'error'),
    perimeter: {
      ...input.perimeter,
      gaps: input.perimeter.gaps.filter(({ what }) => what !== `perimeter.yaml ${file}`),
    },
  };
}

/** Green without a single question asked would mislead a pipeline. */
function ranNothing({ outcomes: { passed, failed, undecided } }: CheckReport): boolean {
  return passed.length + failed.length + undecided.length === 0;
}

function chosenChecks(options: CheckOptions): RunOptions {
  return {
    ...(options.only === undefined ? {} : { only: options.only }),
    ...(options.skip === undefined ? {} : { skip: options.skip }),
    ...(options.severity === undefined ? {} : { severity: options.severity }),
  };
}

/** The report in the format asked for. Formats are loaded when they are. */
async function reportText(
  report: CheckReport,
  input: Input,
  paths: readonly string[],
  options: CheckOptions,
  version: string,
  output: Output,
  seconds: number | undefined,
): Promise<string> {
  const head = checkHead(input.network, paths, version, input.asOf);
  const { diagnostics } = input;
  const { gaps } = input.perimeter;
  switch (options.format) {
    case 'json': {
      const { checkJson } = await import('../report/check-json.ts');
      return checkJson(head, report, diagnostics, gaps);
    }
    case 'sarif': {
      const { checkSarif } = await import('../report/sarif.ts');
      return checkSarif(head, report, diagnostics);
    }
    case 'junit': {
      const { checkJunit } = await import('../report/junit.ts');
      return checkJunit(report, diagnostics);
    }
    case 'markdown': {
      const { checkMarkdown } = await import('../report/markdown.ts');
      return checkMarkdown(head, report, diagnostics, gaps);
    }
    case 'text': {
      const verbose = options.verbose === true;
      const timed =
        seconds === undefined || options.output !== undefined ? head : { ...head, seconds };
      return checkText(
        { head: timed, report, diagnostics, gaps, verbose },
        styleFor(output, options.output),
      );
    }
  }
}

/** @throws InputError that names what may have been meant */
function checkNamed(id: string): Check {
  const known = [...CATALOGUE, ...EXPECTATION_CHECKS];
  const check = known.find((one) => one.id === id);
  if (check !== undefined) return check;
  const near = nearest(
    id,
    known.map((one) => one.id),
  );
  throw new InputError(
    `there is no check \`${id}\``,
    near.length > 0 ? `did you mean ${near.join(', ')}?` : 'sallyport check --list shows all',
  );
}

function baselineSize(text: string): string {
  const { findings, undecided } = JSON.parse(text) as Record<'findings' | 'undecided', unknown[]>;
  return `${count(findings.length, 'finding')} and ${count(undecided.length, 'open question')}`;
}
