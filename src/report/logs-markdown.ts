import {
  cellWords,
  clippedWords,
  countWords,
  filledColumns,
  type LogsChart,
  type LogsPage,
  type LogsTable,
  secondsWords,
  timeWords,
} from './logs-page.ts';
import { prose } from './markdown.ts';
import { type Signs, sparkline } from './sparkline.ts';

/** A page to paste into a ticket or a pull request. */
export function logsMarkdown(page: LogsPage, signs: Signs): string {
  const sections = [
    [`# ${plain(page.title)}`, '', page.scope.map(plain).join(' · ')],
    page.lead.map(({ mark, text }) => `- ${mark === 'bad' ? '**!** ' : ''}${plain(text)}`),
    ...page.parts.map((part) =>
      part.kind === 'table' ? tableLines(part) : chartLines(part, signs),
    ),
    page.remarks.map((remark) => `> ${plain(remark)}\n>`),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function tableLines(table: LogsTable): readonly string[] {
  const { title, note, rows, more = 0 } = table;
  const shown = filledColumns(table);
  const head = [`## ${plain(title)}`, '', ...(note === undefined ? [] : [plain(note), ''])];
  if (rows.length === 0) return [...head, 'none'];
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    ...head,
    line(shown.map(({ column }) => plain(column.title))),
    line(shown.map(({ column: { kind } }) => (isNumber(kind) ? '---:' : '---'))),
    ...rows.map((row) =>
      line(shown.map(({ column, index }) => plain(cellWords(row[index], column.kind)) || ' ')),
    ),
    ...(more > 0 ? ['', `${countWords(more)} more`] : []),
  ];
}

const isNumber = (kind: LogsTable['columns'][number]['kind']) =>
  kind === 'count' || kind === 'bytes';

function chartLines({ title, starts, seconds, series, gaps }: LogsChart, signs: Signs) {
  const [first, last] = [starts[0], starts.at(-1)];
  if (first === undefined || last === undefined) return [];
  const isGap = (index: number) =>
    gaps.some(({ from, to }) => from < starts[index]! + seconds * 1e6 && starts[index]! < to);
  const missing = gaps.length === 0 ? '' : `; ${signs.gap} the log is missing`;
  return [
    `## ${plain(title)}`,
    '',
    `${timeWords(first)} … ${timeWords(last)} UTC, a sign is ${secondsWords(seconds)}${missing}`,
    '',
    '| | | peak |',
    '| --- | --- | ---: |',
    ...series.map(({ name, values }) => {
      const peak = Math.max(0, ...values);
      return `| ${plain(name)} | \`${sparkline(values, peak, signs, isGap)}\` | ${countWords(peak)} |`;
    }),
  ];
}

/** Nothing a log holds is markup, code spans included; addresses of the web do not become links. */
function plain(text: string): string {
  return prose(clippedWords(text).replaceAll('`', "'"))
    .replace(/&/g, '&amp;')
    .replace(/:\/\//g, ':\u200b//');
}
