import { DEFAULT_BUDGET } from '../packets/index.ts';
import { comparePerimeters, type Direction, directionsOf } from '../questions/diff/index.ts';
import { diffText } from '../report/diff-text.ts';
import { type ExitCode, InputError } from './exit-code.ts';
import type { InputOptions } from './input-options.ts';
import { readInput } from './read-input.ts';
import { terminal } from './terminal.ts';
import { styleFor, writeOutput } from './write-output.ts';

export interface DiffOptions extends InputOptions {
  readonly format: 'text' | 'json';
  readonly output?: string;
  readonly failOn?: readonly string[];
  readonly timeLimit: number;
  /** The release of service tags that the new version is read with. */
  readonly afterServiceTags?: string;
}

const FAILING: Readonly<Record<string, readonly Direction[]>> = {
  opened: ['opens', 'may-open'],
  closed: ['closes', 'may-close'],
  changed: ['opens', 'may-open', 'closes', 'may-close', 'changes'],
  none: [],
};

/** 0: answered. 1: there is a change to fail on, or part of the question could not be answered. */
export async function diffCommand(
  before: string,
  after: string,
  options: DiffOptions,
): Promise<ExitCode> {
  const output = terminal(options);
  const failing = (options.failOn ?? ['none']).flatMap((word) => {
    const directions = FAILING[word];
    if (directions !== undefined) return directions;
    throw new InputError(
      `there is nothing called \`${word}\` to fail on`,
      `--fail-on takes ${Object.keys(FAILING).join(', ')}`,
    );
  });
  const old = await readInput([before], options, output);
  const { afterServiceTags } = options;
  const tags = afterServiceTags === undefined ? {} : { serviceTags: afterServiceTags };
  const now = await readInput([after], { ...options, ...tags }, output);
  const until = performance.now() + options.timeLimit * 1000;
  const diff = comparePerimeters(old.network, now.network, {
    budget: () => ({ ...DEFAULT_BUDGET, now: () => performance.now(), until }),
    onProgress: (what, done, total) => output.progress(`comparing ${what} ${done}/${total}`),
  });
  const text =
    options.format === 'json'
      ? (await import('../report/diff-json.ts')).diffJson(diff)
      : diffText(
          {
            diff,
            after: now.network,
            paths: [before, after],
            verbose: options.verbose === true,
          },
          styleFor(output, options.output),
        );
  await writeOutput(output, options.output, text);
  if (old.isMisconfigured || now.isMisconfigured) return 2;
  const fails = directionsOf(diff).some((direction) => failing.includes(direction));
  const couldNotRead = [...old.diagnostics, ...now.diagnostics].some(
    ({ severity }) => severity === 'error',
  );
  if (fails && options.format === 'text' && options.failOn !== undefined) {
    output.err(`exit 1 because --fail-on ${options.failOn.join(',')}\n`);
  }
  return fails || couldNotRead || diff.inconclusive.length > 0 ? 1 : 0;
}
