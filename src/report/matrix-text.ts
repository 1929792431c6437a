import type { CellLevel, Matrix, MatrixCell } from '../questions/matrix/index.ts';
import { cellText, LEVEL_SIGNS, LEVEL_WORDS } from './matrix-words.ts';
import { count, displayWidth, hanging, padded, paint, type Style, safe, wrapped } from './style.ts';

/** Pairs told in words in the short report. */
const PAIRS_SHOWN = 40;
const LABEL_MAX = 36;

/** A grid of signs that fits the terminal, then what the pairs behind the signs may exchange. */
export function matrixText(matrix: Matrix, verbose: boolean, style: Style): string {
  const { bold, dim } = paint(style);
  const { senders, receivers, notes, inconclusive } = matrix;
  const levels = matrix.cells.flat();
  const of = (level: CellLevel): number => levels.filter((cell) => cell.level === level).length;
  const head = hanging(
    style,
    1,
    `${bold(`${count(senders.length, 'sender')} × ${count(receivers.length, 'receiver')}`)}   `,
    (['all', 'some', 'open', 'none'] as const)
      .map((level) => `${LEVEL_SIGNS[level]} ${LEVEL_WORDS[level]} ${of(level)}`)
      .join(' · '),
  );
  const asides = [
    ...notes,
    ...inconclusive.map(({ artefact, hint }) => `inconclusive: ${artefact}; try ${hint}`),
  ].map((line) => wrapped(style, 1, dim(safe(line))));
  return `${[head, ...gridBlocks(matrix, style), pairLines(matrix, verbose, style), ...asides]
    .filter((block) => block !== '')
    .join('\n\n')}\n`;
}

/** Columns are numbered; a grid too wide for the terminal goes on below. */
function gridBlocks({ senders, receivers, cells }: Matrix, style: Style): readonly string[] {
  const { dim } = paint(style);
  const label = Math.min(
    LABEL_MAX,
    Math.max(8, ...senders.map((end) => displayWidth(shortened(end.label)))),
  );
  const wide = String(receivers.length).length + 1;
  const perBlock = Math.max(4, Math.floor((style.width - label - 6) / wide));
  const blocks: string[] = [];
  for (let first = 0; first < receivers.length; first += perBlock) {
    const columns = receivers.slice(first, first + perBlock);
    const legend = columns
      .map((end, index) => `${first + index + 1} ${safe(end.label)}`)
      .join(' · ');
    const header = ` ${' '.repeat(label)} ${columns.map((_, index) => String(first + index + 1).padStart(wide)).join('')}`;
    const rows = senders.map((end, row) => {
      const signs = columns.map((_, index) =>
        coloured(cells[row]![first + index]!, style).padStart(0),
      );
      const spaced = signs.map((sign) => ' '.repeat(wide - 1) + sign).join('');
      return ` ${padded(shortened(end.label), label)} ${spaced}`;
    });
    blocks.push([header, ...rows, wrapped(style, 1, dim(`to: ${legend}`))].join('\n'));
  }
  return blocks;
}

function coloured({ level }: MatrixCell, style: Style): string {
  const { warning, good, note, dim } = paint(style);
  const sign = LEVEL_SIGNS[level];
  if (level === 'all') return warning(sign);
  if (level === 'some') return good(sign);
  return level === 'open' ? note(sign) : dim(sign);
}

function pairLines({ senders, receivers, cells }: Matrix, verbose: boolean, style: Style): string {
  const pairs = senders.flatMap((from, row) =>
    receivers.flatMap((to, column) => {
      const cell = cells[row]![column]!;
      return cell.level === 'none' || (cell.level === 'all' && !verbose)
        ? []
        : [{ from, to, cell }];
    }),
  );
  const shown = verbose ? pairs : pairs.slice(0, PAIRS_SHOWN);
  const lines = shown.map(({ from, to, cell }) =>
    hanging(style, 1, `${safe(from.label)} → ${safe(to.label)}   `, cellText(cell)),
  );
  const left = pairs.length - shown.length;
  if (left > 0) lines.push(` ${left} more pairs (--verbose shows them)`);
  return lines.join('\n');
}

function shortened(label: string): string {
  const text = safe(label);
  return displayWidth(text) <= LABEL_MAX ? text : `${text.slice(0, LABEL_MAX - 1)}…`;
}
