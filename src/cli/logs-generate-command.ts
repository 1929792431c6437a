import { appendFileSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { OperationalError } from '../diagnostics/index.ts';
import {
  generateLogs,
  planTraffic,
  SAMPLE_PLAN,
  storageParts,
  type TrafficPlan,
} from '../logs/generate/index.ts';
import { counted, countWords, isoTime } from '../report/logs-page.ts';
import { type ExitCode, InputError } from './exit-code.ts';
import { typedTime } from './log-time.ts';
import { readInput } from './read-input.ts';
import { type Output, terminal } from './terminal.ts';
import { writeText } from './write-output.ts';

export interface GenerateCommandOptions {
  readonly records: number;
  readonly seed: number;
  readonly from: string;
  /** Seconds. */
  readonly span: number;
  readonly form: 'structured' | 'legacy';
  readonly perimeter?: readonly string[];
  readonly truth?: string;
  readonly quiet?: boolean;
  readonly color?: boolean;
}

/** Writes logs as a storage account holds them, and what was planted in them. */
export async function logsGenerateCommand(
  folder: string,
  options: GenerateCommandOptions,
): Promise<ExitCode> {
  const output = terminal(options);
  const { records, seed, span, form } = options;
  const from = typedTime('--from', options.from);
  const plan = await planOf(options, output);
  refuseFull(folder);
  const { records: all, truth } = generateLogs(plan, {
    seed,
    from,
    to: from + span * 1e6,
    records,
  });
  let bytes = 0;
  for (const { path, text } of storageParts(all, form)) {
    const file = join(folder, path);
    try {
      mkdirSync(dirname(file), { recursive: true });
      appendFileSync(file, text);
    } catch (cause) {
      throw new OperationalError('file/unwritable', `cannot write \`${file}\``, { cause });
    }
    bytes += text.length;
    output.progress(`writing ${folder}: ${countWords(bytes)} bytes`);
  }
  output.done();
  if (options.truth !== undefined) {
    await writeText(options.truth, `${JSON.stringify(truth, undefined, 1)}\n`);
  }
  output.out(
    `${counted(truth.records, 'record')} from ${isoTime(from)} to ${isoTime(from + span * 1e6)} in ${folder}\n`,
  );
  return 0;
}

async function planOf(
  { perimeter, ...options }: GenerateCommandOptions,
  output: Output,
): Promise<TrafficPlan> {
  if (perimeter === undefined) return SAMPLE_PLAN;
  const { quiet } = options;
  const { network } = await readInput(perimeter, quiet === undefined ? {} : { quiet }, output);
  const plan = planTraffic(network);
  if (plan === undefined) {
    throw new InputError(
      `nothing to generate for ${perimeter.join(' ')}: it takes a firewall and workloads behind it`,
    );
  }
  return plan;
}

/** Parts are appended: what is there would get a second log below it. */
function refuseFull(folder: string): void {
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch {
    return;
  }
  if (names.length > 0) throw new InputError(`\`${folder}\` is not empty`, 'name a new folder');
}
