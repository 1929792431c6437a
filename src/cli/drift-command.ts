import { DEFAULT_BUDGET } from '../packets/index.ts';
import { comparePerimeters } from '../questions/diff/index.ts';
import { compareSnapshots } from '../questions/drift/index.ts';
import { driftText } from '../report/drift-text.ts';
import type { ExitCode } from './exit-code.ts';
import type { InputOptions } from './input-options.ts';
import { readInput } from './read-input.ts';
import { terminal } from './terminal.ts';
import { styleFor, writeOutput } from './write-output.ts';

export interface DriftOptions extends InputOptions {
  readonly format: 'text' | 'json';
  readonly output?: string;
  readonly timeLimit: number;
}

/** 0: what is there is what was approved. 1: something drifted, or a part could not be compared. */
export async function driftCommand(
  approved: string,
  live: string,
  options: DriftOptions,
): Promise<ExitCode> {
  const output = terminal(options);
  const old = await readInput([approved], options, output);
  const now = await readInput([live], options, output);
  const until = performance.now() + options.timeLimit * 1000;
  const flows = comparePerimeters(old.network, now.network, {
    budget: () => ({ ...DEFAULT_BUDGET, now: () => performance.now(), until }),
    onProgress: (what, done, total) => output.progress(`comparing ${what} ${done}/${total}`),
  });
  const things = compareSnapshots(old.snapshot, now.snapshot);
  const text =
    options.format === 'json'
      ? (await import('../report/drift-json.ts')).driftJson(flows, things)
      : driftText(
          {
            flows,
            things,
            live: now.network,
            paths: [approved, live],
            verbose: options.verbose === true,
          },
          styleFor(output, options.output),
        );
  await writeOutput(output, options.output, text);
  if (old.isMisconfigured || now.isMisconfigured) return 2;
  const couldNotRead = [...old.diagnostics, ...now.diagnostics].some(
    ({ severity }) => severity === 'error',
  );
  const { reach, lists, onlyBefore, onlyAfter, inconclusive } = flows;
  const { changed, come, gone } = things;
  const drifted = [reach, lists, onlyBefore, onlyAfter, inconclusive, changed, come, gone];
  return couldNotRead || drifted.some((list) => list.length > 0) ? 1 : 0;
}
