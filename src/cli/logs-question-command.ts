import type { Diagnostic } from '../diagnostics/index.ts';
import { systemClock } from '../io/index.ts';
import { diagnosticLines } from '../report/diagnostic-text.ts';
import { formatLogs } from '../report/logs-format.ts';
import { bytesWords, counted, timeWords } from '../report/logs-page.ts';
import { ASCII_SIGNS, BLOCK_SIGNS, type Signs } from '../report/sparkline.ts';
import { count } from '../report/style.ts';
import type { ExitCode } from './exit-code.ts';
import { askingOf } from './logs-asking.ts';
import type { LogsQuestionOptions } from './logs-question-options.ts';
import { answerQuestion, type LogsQuestion } from './logs-questions-asked.ts';
import { withoutRecords } from './no-records.ts';
import { type OpenedLogs, openLogs } from './open-logs.ts';
import { terminal } from './terminal.ts';
import { styleFor, writeOutput } from './write-output.ts';

/**
 * 0: answered. 1: `denied` found something that AKS needs or no log that would tell, a file could not be read, or the answer is not whole.
 * 2: there is no record to answer from.
 */
export async function logsQuestionCommand(
  question: LogsQuestion,
  paths: readonly string[],
  options: LogsQuestionOptions,
): Promise<ExitCode> {
  const output = terminal(options);
  const logs = await openLogs(paths, options, output);
  try {
    const asking = await askingOf(logs.engine, options, output);
    output.progress(`asking ${logs.name}…`);
    const limit = options.verbose === true ? Math.max(options.limit, 1000) : options.limit;
    const scope = scopeOf(logs, options);
    const { page, isFault, isEmpty, span } = await answerQuestion(question, asking, scope, limit);
    for (const one of asking.said) output.err(`${diagnosticLines(one, output.style)}\n`);
    const reason = isEmpty ? await withoutRecords(asking, logs.name) : undefined;
    if (reason !== undefined) throw reason;
    const odd = span === undefined ? undefined : wrongClock(span, systemClock.now() * 1000);
    if (odd !== undefined) output.err(`${diagnosticLines(odd, output.style)}\n`);
    const style = styleFor(output, options.output);
    const text = formatLogs(page, options.format, style, signsOf(options));
    await writeOutput(output, options.output, text);
    const wrong = logs.ingested?.diagnostics.filter(({ severity }) => severity === 'error') ?? [];
    const isWhole = asking.said.length === 0 && wrong.length === 0;
    return isFault || !isWhole ? 1 : 0;
  } finally {
    await logs.close();
  }
}

const YEAR_2016 = Date.UTC(2016, 0) * 1000;
const DAY = 86_400e6;

/** Records of before there were such logs, or of tomorrow: charts and gaps over such a time say little. */
function wrongClock(
  { first, last }: { readonly first: number; readonly last: number },
  now: number,
): Diagnostic | undefined {
  if (first >= YEAR_2016 && last <= now + DAY) return undefined;
  return {
    code: 'logs/clock-jump',
    severity: 'warning',
    message: `records are of ${timeWords(first)} to ${timeWords(last)} UTC: some clock was wrong`,
    hint: '`--from` and `--to` leave out what cannot be',
  };
}

function scopeOf(
  { name, ingested }: OpenedLogs,
  { perimeter = [], from, to, last }: LogsQuestionOptions,
): readonly string[] {
  const read =
    ingested === undefined
      ? []
      : [
          `${count(ingested.files, 'file')}, ${bytesWords(ingested.bytes)}`,
          ...(ingested.duplicates === 0
            ? []
            : [`${counted(ingested.duplicates, 'duplicate')} left out`]),
          ...(ingested.quarantined === 0
            ? []
            : [`${counted(ingested.quarantined, 'broken line')} kept aside`]),
          ...(ingested.passedOver === 0
            ? []
            : [`${counted(ingested.passedOver, 'record')} of other categories`]),
        ];
  const asked = [from === undefined ? '' : `from ${from}`, to === undefined ? '' : `to ${to}`];
  return [
    name,
    ...read,
    ...(perimeter.length === 0 ? [] : [`perimeter ${perimeter.join(' ')}`]),
    ...(last === undefined ? [] : [`the last ${last / 3600} h`]),
    ...asked.filter((text) => text !== ''),
  ];
}

/** A terminal that is not said to speak UTF-8 gets ASCII; a file always gets block characters. */
export function signsOf({ ascii, output }: Pick<LogsQuestionOptions, 'ascii' | 'output'>): Signs {
  if (ascii === true) return ASCII_SIGNS;
  if (output !== undefined || process.stdout.isTTY !== true) return BLOCK_SIGNS;
  const { LC_ALL, LC_CTYPE, LANG, TERM } = process.env;
  const locale = LC_ALL || LC_CTYPE || LANG || '';
  const isPlain = TERM === 'dumb' || TERM === 'linux' || (locale !== '' && !/utf-?8/i.test(locale));
  return isPlain ? ASCII_SIGNS : BLOCK_SIGNS;
}
