import { diagnosticLines } from '../report/diagnostic-text.ts';
import { formatLogs } from '../report/logs-format.ts';
import { bytesWords, countWords } from '../report/logs-page.ts';
import { ASCII_SIGNS, BLOCK_SIGNS, type Signs } from '../report/sparkline.ts';
import { count } from '../report/style.ts';
import type { ExitCode } from './exit-code.ts';
import { askingOf } from './logs-asking.ts';
import type { LogsQuestionOptions } from './logs-question-options.ts';
import { answerQuestion, type LogsQuestion } from './logs-questions-asked.ts';
import { type OpenedLogs, openLogs } from './open-logs.ts';
import { terminal } from './terminal.ts';
import { styleFor, writeOutput } from './write-output.ts';

/** 0: answered. 1: `denied` found something that AKS needs, a file could not be read, or the answer is not whole. */
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
    const { page, isFault } = await answerQuestion(question, asking, scopeOf(logs, options), limit);
    for (const one of asking.said) output.err(`${diagnosticLines(one, output.style)}\n`);
    const style = styleFor(output, options.output);
    const text = formatLogs(page, options.format, style, signsOf(options));
    await writeOutput(output, options.output, text);
    const isWhole = asking.said.length === 0 && (logs.ingested?.filesFailed ?? 0) === 0;
    return isFault || !isWhole ? 1 : 0;
  } finally {
    await logs.close();
  }
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
            : [`${countWords(ingested.duplicates)} duplicates left out`]),
          ...(ingested.quarantined === 0
            ? []
            : [`${countWords(ingested.quarantined)} broken lines kept aside`]),
          ...(ingested.passedOver === 0
            ? []
            : [`${countWords(ingested.passedOver)} of other categories`]),
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
