import { readFile } from 'node:fs/promises';
import { type Diagnostic, OperationalError } from '../diagnostics/index.ts';
import type { Datasets } from '../facts/index.ts';
import { loadDatasets } from '../io/index.ts';
import { LOG_KINDS } from '../logs/columns.ts';
import type { LogEngine } from '../logs/engine.ts';
import { locator, type PodHistory, parsePodHistory } from '../logs/places/index.ts';
import { type Asking, askRows, recordsByKind, type Window } from '../logs/questions/index.ts';
import type { Network } from '../network/index.ts';
import { diagnosticLines } from '../report/diagnostic-text.ts';
import { isoTime } from '../report/logs-page.ts';
import { InputError } from './exit-code.ts';
import { typedIsoTime } from './log-time.ts';
import type { LogsQuestionOptions } from './logs-question-options.ts';
import { readInput } from './read-input.ts';
import type { Output } from './terminal.ts';

/** What a question is asked with, from what the person wrote. */
export async function askingOf(
  engine: LogEngine,
  options: Omit<LogsQuestionOptions, 'format' | 'limit'>,
  output: Output,
): Promise<Asking> {
  const said: Diagnostic[] = [];
  const window = await windowOf(engine, options);
  const network = await networkOf(options, output);
  const datasets = network?.perimeter.snapshot.datasets ?? (await datasetsOf(options));
  const history = await historyOf(options.pods, output);
  return {
    engine,
    window,
    datasets,
    ...(network === undefined ? {} : { network }),
    locate: locator({
      ...(network === undefined ? {} : { network }),
      ...(history === undefined ? {} : { history }),
    }),
    said,
  };
}

/** `--last` counts back from the newest record: logs are often looked at days later. */
export async function windowOf(
  engine: LogEngine,
  { from, to, last }: Pick<LogsQuestionOptions, 'from' | 'to' | 'last'>,
): Promise<Window> {
  if (last === undefined) {
    const window = {
      ...(from === undefined ? {} : { from: typedIsoTime('--from', from) }),
      ...(to === undefined ? {} : { to: typedIsoTime('--to', to) }),
    };
    if (window.from !== undefined && window.to !== undefined && window.to <= window.from) {
      throw new InputError(`\`--to ${to}\` is not after \`--from ${from}\``);
    }
    return window;
  }
  if (from !== undefined) throw new InputError('`--last` and `--from` say two different things');
  const window = to === undefined ? {} : { to: typedIsoTime('--to', to) };
  const logs = await askRows(engine, recordsByKind(LOG_KINDS, window));
  const newest = Math.max(...logs.map((row) => row.number('Last')));
  if (!Number.isFinite(newest)) return window;
  return { ...window, from: isoTime(newest - last * 1e6) };
}

async function networkOf(
  {
    perimeter,
    threatList,
    requiredEgress,
    quiet,
    verbose,
  }: Omit<LogsQuestionOptions, 'format' | 'limit'>,
  output: Output,
): Promise<Network | undefined> {
  if (perimeter === undefined || perimeter.length === 0) return undefined;
  const input = await readInput(
    perimeter,
    {
      ...(threatList === undefined ? {} : { threatList }),
      ...(requiredEgress === undefined ? {} : { requiredEgress }),
      ...(quiet === undefined ? {} : { quiet }),
      ...(verbose === undefined ? {} : { verbose }),
    },
    output,
  );
  const errors = input.diagnostics.filter(({ severity }) => severity === 'error').length;
  if (errors > 0) {
    output.err(`${errors} problems in the perimeter; sallyport import says which\n`);
  }
  return input.network;
}

async function datasetsOf({
  threatList,
  requiredEgress,
}: Pick<LogsQuestionOptions, 'threatList' | 'requiredEgress'>): Promise<Datasets> {
  const { value, diagnostics } = await loadDatasets({
    ...(threatList === undefined ? {} : { threatList }),
    ...(requiredEgress === undefined ? {} : { requiredEgress }),
  });
  const unusable = diagnostics.find(({ severity }) => severity === 'error');
  if (unusable !== undefined) throw new InputError(unusable.message);
  return value;
}

async function historyOf(
  path: string | undefined,
  output: Output,
): Promise<PodHistory | undefined> {
  if (path === undefined) return undefined;
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const isAbsent = (cause as { code?: unknown }).code === 'ENOENT';
    throw new OperationalError(
      isAbsent ? 'file/not-found' : 'file/unreadable',
      isAbsent ? `there is no \`${path}\`` : `\`${path}\` cannot be read`,
      { cause },
    );
  }
  const { history, diagnostics } = parsePodHistory(text, path);
  for (const one of diagnostics) output.err(`${diagnosticLines(one, output.style)}\n`);
  if (history.stays === 0) {
    throw new InputError(`\`${path}\` holds no pod address`, 'docs/logs.md shows the format');
  }
  return history;
}
