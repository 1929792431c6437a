import {
  type Cell,
  cellWords,
  clippedWords,
  countWords,
  filledColumns,
  type LogsChart,
  type LogsColumn,
  type LogsPage,
  type LogsTable,
  type Sentence,
  secondsWords,
  timeWords,
} from './logs-page.ts';
import { ASCII_SIGNS, bar, type Signs, sparkline } from './sparkline.ts';
import { displayWidth, hanging, padded, paint, type Style, safe, wrapped } from './style.ts';

/** A page for the terminal; a column without a value is left out. Colour and charts only repeat what words and numbers say. */
export function logsText(page: LogsPage, style: Style, signs: Signs): string {
  const { bold, dim } = paint(style);
  const scope = page.scope.map((one) => safe(clippedWords(one))).join(' · ');
  const title = safe(clippedWords(page.title));
  const head =
    displayWidth(title) + displayWidth(scope) + 3 <= style.width
      ? `${bold(title)}   ${dim(scope)}`
      : `${bold(title)}\n${dim(wrapped(style, 4, scope))}`;
  const blocks = [
    [head],
    page.lead.map((one) => sentenceLine(one, style)),
    ...shownParts(page).map((part) =>
      part.kind === 'table' ? tableLines(part, style, signs) : chartLines(part, style, signs),
    ),
    page.remarks.map((remark) => hanging(style, 1, `${dim('note')}  `, safe(clippedWords(remark)))),
  ];
  const text = `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map((line) => line.trimEnd()).join('\n'))
    .join('\n\n')}\n`;
  return signs === ASCII_SIGNS ? withoutSigns(text) : text;
}

/** The other signs of ours that ASCII lacks; what a log holds stays as it is. */
function withoutSigns(text: string): string {
  return text
    .replaceAll(' … ', ' to ')
    .replace(/[…×→·]/g, (sign) => ({ '…': '~', '×': 'x', '→': '>', '·': '|' })[sign] ?? sign);
}

/** An empty table says nothing that the sentences do not, unless it is all there is. */
function shownParts({ parts, lead }: LogsPage): LogsPage['parts'] {
  const isEmpty = (part: LogsPage['parts'][number]) =>
    part.kind === 'table' && part.rows.length === 0;
  return lead.length === 0 && parts.every(isEmpty) ? parts : parts.filter((part) => !isEmpty(part));
}

/** The mark is a word as well: it reads the same without colour. */
const MARKS = { bad: '!!', warn: ' !', good: 'ok', plain: '  ' } as const;

function sentenceLine({ mark, text }: Sentence, style: Style): string {
  const colours = paint(style);
  const colour = { bad: colours.error, warn: colours.warning, good: colours.good }[
    mark as 'bad' | 'warn' | 'good'
  ];
  const sign = colour === undefined ? MARKS[mark] : colour(MARKS[mark]);
  return hanging(style, 1, `${sign}  `, safe(clippedWords(text)));
}

const GAP = 2;
const BAR_WIDTH = 12;
/** A column is never cut below this. */
const COLUMN_MIN = 12;

function tableLines(table: LogsTable, style: Style, signs: Signs): readonly string[] {
  const { bold, dim } = paint(style);
  const title = ` ${bold(safe(table.title))}`;
  const note = table.note === undefined ? [] : [dim(wrapped(style, 4, safe(table.note)))];
  if (table.rows.length === 0) return [title, ...note, `    ${dim('none')}`];
  const shown = filledColumns(table).filter(({ column }) => column.kind !== 'detail');
  const cells = table.rows.map((row) =>
    shown.map(({ column, index }) => safe(cellWords(row[index], column.kind))),
  );
  const widths = fitted(
    shown.map(({ column }, at) =>
      Math.max(displayWidth(column.title), ...cells.map((row) => displayWidth(row[at]!))),
    ),
    shown.map(({ column }) => column.kind),
    style.width - 4,
  );
  const line = (texts: readonly string[]) =>
    `    ${texts.map((text, at) => aligned(text, widths[at]!, shown[at]!.column.kind)).join(' '.repeat(GAP))}`;
  const barred = shown.find(({ column }) => column.kind === 'count');
  const used = widths.reduce((sum, width) => sum + width + GAP, 4);
  const hasBars = barred !== undefined && table.rows.length > 1 && used + BAR_WIDTH <= style.width;
  const most = hasBars ? Math.max(...table.rows.map((row) => numberOf(row[barred.index]))) : 0;
  const details = detailsOf(table, style);
  return [
    title,
    ...note,
    dim(line(shown.map(({ column }) => column.title)).trimEnd()),
    ...table.rows.flatMap((row, at) => {
      const drawn = hasBars ? bar(numberOf(row[barred.index]), most, BAR_WIDTH, signs) : '';
      return [`${line(cells[at]!)}${' '.repeat(GAP)}${dim(drawn)}`, ...details(row)];
    }),
    ...((table.more ?? 0) > 0 ? [`    ${dim(`${countWords(table.more ?? 0)} more`)}`] : []),
  ];
}

/** What is too long for a column stands below its row. */
function detailsOf({ columns }: LogsTable, style: Style): (row: readonly Cell[]) => string[] {
  const { dim } = paint(style);
  const indexes = columns.flatMap(({ kind }, index) => (kind === 'detail' ? [index] : []));
  return (row) =>
    indexes.flatMap((index) => {
      const text = safe(cellWords(row[index], 'detail'));
      if (text === '') return [];
      return [hanging(style, 8, `${dim(columns[index]!.title)} `, text)];
    });
}

function numberOf(cell: Cell): number {
  return typeof cell === 'number' ? cell : 0;
}

/** The widest text column gives way until the line fits. */
function fitted(
  wanted: readonly number[],
  kinds: readonly LogsColumn['kind'][],
  room: number,
): readonly number[] {
  const widths = [...wanted];
  const total = () => widths.reduce((sum, width) => sum + width + GAP, -GAP);
  for (let over = total() - room; over > 0; over = total() - room) {
    let widest = -1;
    for (const [at, width] of widths.entries()) {
      if (kinds[at] !== 'text' || width <= COLUMN_MIN) continue;
      if (widest < 0 || width > widths[widest]!) widest = at;
    }
    if (widest < 0) break;
    widths[widest]! -= Math.max(1, Math.min(over, Math.ceil((widths[widest]! - COLUMN_MIN) / 2)));
  }
  return widths;
}

function aligned(text: string, width: number, kind: LogsColumn['kind']): string {
  const cut = clipped(text, width);
  return ['text', 'time', 'moment', 'clock'].includes(kind)
    ? padded(cut, width)
    : ' '.repeat(Math.max(0, width - displayWidth(cut))) + cut;
}

/** The beginning and the end of what is too wide: names differ at both. */
function clipped(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  const signs = [...text.slice(0, 4000)];
  const tail = Math.floor((width - 1) / 2);
  let front = '';
  for (const sign of signs) {
    if (displayWidth(front + sign) > width - 1 - tail) break;
    front += sign;
  }
  let back = '';
  for (let at = [...text].length - 1, all = [...text]; at >= 0; at -= 1) {
    if (displayWidth(all[at]! + back) > tail) break;
    back = all[at]! + back;
  }
  return `${front}…${back}`;
}

function chartLines(chart: LogsChart, style: Style, signs: Signs): readonly string[] {
  const { bold, dim } = paint(style);
  const names = chart.series.map(({ name }) => clipped(safe(clippedWords(name)), 32));
  const label = Math.max(6, ...names.map(displayWidth));
  const isGap = (index: number) => {
    const start = chart.starts[index]!;
    return chart.gaps.some(({ from, to }) => from < start + chart.seconds * 1e6 && start < to);
  };
  const room = Math.max(20, style.width - label - 20);
  const fold = Math.max(1, Math.ceil(chart.starts.length / room));
  const step = chart.seconds * fold;
  const rows = chart.series.map(({ values }, at) => {
    const folded = foldedMost(values, fold);
    const peak = Math.max(0, ...folded);
    const drawn = sparkline(folded, peak, signs, (index) => isGap(index * fold));
    return `    ${padded(names[at]!, label)}  ${drawn}  ${dim(`peak ${countWords(peak)}`)}`;
  });
  const [first, last] = [chart.starts[0], chart.starts.at(-1)];
  if (first === undefined || last === undefined) return [];
  const ends = `${timeWords(first)} … ${timeWords(last)} UTC, a sign is ${secondsWords(step)}`;
  const gaps = chart.gaps.length === 0 ? '' : `; ${signs.gap} the log is missing`;
  return [
    ` ${bold(safe(chart.title))}`,
    ...(chart.note === undefined ? [] : [dim(wrapped(style, 4, safe(chart.note)))]),
    ...rows,
    dim(`    ${' '.repeat(label)}  ${ends}${gaps}`),
  ];
}

/** The most of each `size` neighbours: a peak stays one. */
function foldedMost(values: readonly number[], size: number): readonly number[] {
  if (size === 1) return values;
  const folded: number[] = [];
  for (let at = 0; at < values.length; at += size) {
    folded.push(Math.max(...values.slice(at, at + size)));
  }
  return folded;
}
