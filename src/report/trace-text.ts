import { type Location, locate, type Place } from '../diagnostics/index.ts';
import type { Hop, Trace, Walk } from '../trace/index.ts';
import {
  displayWidth,
  hanging,
  isPlaceless,
  padded,
  paint,
  type Style,
  safe,
  wrapped,
} from './style.ts';
import { type BoxRows, boxName, boxRows, type StepRow } from './trace-rows.ts';

export { boxName } from './trace-rows.ts';

/** A trace for people: the answer first, then box by box, then the way back. */
export function traceText(trace: Trace, style: Style): string {
  const { good, error, warning, bold, dim } = paint(style);
  const colour = { allowed: good, denied: error, broken: error, unknown: warning }[trace.answer];
  const { flow, question } = trace;
  const carries = flow.application.kind === 'none' ? '' : ` (${flow.application.kind})`;
  const asked = `${safe(question.from)} → ${safe(question.to)}${protocolOf(trace)}${carries}`;
  const folder = commonFolder(trace);
  const there = walkLines(trace.forward, style, folder);
  const blocks = [
    [
      hanging(style, 1, `${bold(colour(padded(trace.answer, 8)))} `, asked),
      wrapped(style, 10, safe(trace.summary)),
    ],
    ...(there.length === 0 ? [] : [there]),
    ...returnBlock(trace, style, folder),
    ...(trace.assumptions.length === 0 ? [] : [listed(style, dim('assuming'), trace.assumptions)]),
    ...(trace.wouldOpen.length === 0
      ? []
      : [
          [
            ` ${bold(trace.answer === 'broken' ? 'to mend it' : 'to open it')}`,
            ...trace.wouldOpen.map((text) => hanging(style, 3, '- ', safe(text))),
          ],
        ]),
    ...(folder === '' ? [] : [[dim(` files     in ${safe(folder.slice(0, -1))}`)]]),
  ];
  return blocks.map((lines) => lines.join('\n')).join('\n\n');
}

/** A label, and its entries one below the other. */
function listed(style: Style, label: string, entries: readonly string[]): readonly string[] {
  return entries.map((text, index) =>
    hanging(style, 1, padded(index === 0 ? label : '', 10), safe(text)),
  );
}

/** Said unless the question says it: `:53/udp`. */
function protocolOf({ flow, question }: Trace): string {
  return question.to.toLowerCase().endsWith(`/${flow.protocol}`) ? '' : ` ${flow.protocol}`;
}

function returnBlock(trace: Trace, style: Style, folder: string): readonly (readonly string[])[] {
  const { back } = trace;
  if (back !== undefined) return [returnLines(trace, back, style, folder)];
  const head = padded(paint(style).bold('return'), 10);
  return trace.answer === 'allowed' ? [[hanging(style, 1, head, STRAIGHT)]] : [];
}

const STRAIGHT = 'straight back: no box looks at it';

/** A way back that arrives is one line; one that does not is walked like the way there. */
function returnLines(trace: Trace, back: Walk, style: Style, folder: string): readonly string[] {
  const { bold } = paint(style);
  const head = padded(bold('return'), 10);
  const end = back.disposition;
  const arrives = end.kind === 'delivered' || end.kind === 'left-network';
  if (!arrives || trace.answer === 'broken') {
    return [hanging(style, 1, head, safe(returnEnd(back))), ...walkLines(back, style, folder)];
  }
  const way = telling(back.hops);
  const isSame = way.join() === telling(trace.forward.hops).reverse().join();
  const taken = isSame ? 'the same way, mirrored' : `by ${way.join(' → ')}`;
  const proviso = trace.answer === 'allowed' ? '' : ', if the request does';
  const said = way.length === 0 ? STRAIGHT : `arrives ${taken}`;
  return [hanging(style, 1, head, `${said}${proviso}`)];
}

/** The boxes that decide a way: subnets, nodes and the ends are the same either way. */
function telling(hops: readonly Hop[]): string[] {
  const names = hops
    .filter(({ kind }) => !['subnet', 'node', 'pod', 'name', 'load-balancer'].includes(kind))
    .map(boxName);
  return names.filter((name, index) => name !== names[index - 1]);
}

function returnEnd({ disposition }: Walk): string {
  switch (disposition.kind) {
    case 'unknown':
      return `cannot be told: needs ${disposition.why.map(({ missing }) => missing).join('; ')}`;
    case 'no-session':
      return `lost: ${disposition.why}`;
    case 'denied':
    case 'no-route':
      return `lost: ${disposition.by.name}`;
    case 'loop':
      return `lost: it runs in circles through ${disposition.through.join(', ')}`;
    default:
      return 'lost';
  }
}

const BOX_MAX = 40;
const STAGE_MAX = 20;
const VERDICT = 7;
const NUMBER = 4;
const TEXT_MIN = 44;

/** Where things stand: the text after `left` columns, verdicts in a column of their own. */
interface Columns {
  readonly box: number;
  readonly stage: number;
  readonly left: number;
  /** Width of the widest text that has a verdict beside it. */
  readonly judged: number;
  /** Box and first step on one line; else the box is a line of its own. */
  readonly isInline: boolean;
}

/**
 * Box by box: stage, what happened, verdict, and the place at the end of the line. On one line each where everything
 * fits; otherwise the boxes are headings, which leaves their steps the room.
 */
export function walkLines(walk: Walk, style: Style, folder = ''): readonly string[] {
  const boxes = boxRows(walk);
  const columns = columnsFor(boxes, style, folder);
  return boxes.flatMap(({ box, rows }, index) => {
    const number = ` ${padded(String(index + 1), NUMBER - 1)}`;
    const [first, ...rest] = rows;
    // What happened before the first packet has no box: its stage stands for it.
    const name = clipped(box === '' ? (first?.stage ?? '') : box);
    const unnamed = first === undefined || box !== '' ? first : { ...first, stage: '' };
    if (columns.isInline || unnamed === undefined) {
      const head = `${number}${padded(name, columns.box)}  `;
      return [
        ...(unnamed === undefined
          ? [head.trimEnd()]
          : rowLines(head, unnamed, columns, style, folder)),
        ...rest.flatMap((row) =>
          rowLines(' '.repeat(displayWidth(head)), row, columns, style, folder),
        ),
      ];
    }
    if (unnamed.stage === '' && rest.length === 0) {
      const line = `${number}${padded(name, columns.left - NUMBER - 2)}  `;
      return rowLines(line, unnamed, { ...columns, stage: -2 }, style, folder);
    }
    const indent = ' '.repeat(NUMBER + 2);
    return [
      `${number}${name}`,
      ...[unnamed, ...rest].flatMap((row) => rowLines(indent, row, columns, style, folder)),
    ];
  });
}

function columnsFor(boxes: readonly BoxRows[], style: Style, folder: string): Columns {
  const rows = boxes.flatMap((one) => one.rows);
  const stage = Math.min(STAGE_MAX, widest(rows.map((row) => row.stage)));
  const box = Math.min(
    BOX_MAX,
    widest(boxes.map((one) => (one.box === '' ? (one.rows[0]?.stage ?? '') : one.box))),
  );
  const judged = widest(rows.filter(({ verdict }) => verdict !== '').map(({ text }) => text));
  const needed = Math.max(
    0,
    ...rows.map(({ text, verdict, at }) => {
      const place = displayWidth(placeText(style, at, folder));
      const said = verdict === '' ? displayWidth(text) : judged + 2 + VERDICT;
      return said + (place === 0 ? 0 : place + 2);
    }),
  );
  const inline = NUMBER + box + 2 + stage + 2;
  const isInline = inline + needed <= style.width;
  const left = isInline ? inline : NUMBER + 2 + stage + 2;
  const places = widest(rows.map(({ at }) => placeText(style, at, folder)));
  // Room for the place after the verdict, as long as that leaves the text enough to be read.
  const room = style.width - left - 2 - VERDICT;
  const beside = Math.max(Math.min(room, TEXT_MIN), room - places - 2);
  return { box, stage, left, judged: Math.min(judged, Math.max(20, beside)), isInline };
}

/** One step: its text wraps in its column; the place ends the line, or stands on one of its own. */
function rowLines(
  head: string,
  row: StepRow,
  columns: Columns,
  style: Style,
  folder: string,
): readonly string[] {
  const { good, error, warning, dim } = paint(style);
  const verdictColour = { allow: good, deny: error, drop: error, unknown: warning, '': dim };
  const stage = columns.stage < 0 ? '' : `${padded(row.stage, columns.stage)}  `;
  const left = displayWidth(head) + displayWidth(stage);
  const room = row.verdict === '' ? style.width - left : columns.judged;
  const [first = '', ...rest] = wrapped({ ...style, width: Math.max(20, room) }, 0, row.text).split(
    '\n',
  );
  const said =
    row.verdict === ''
      ? first
      : `${padded(first, columns.judged)}  ${verdictColour[row.verdict](row.verdict)}`;
  const line = `${head}${stage}${said}`.trimEnd();
  const pad = ' '.repeat(left);
  const more = rest.map((text) => pad + text);
  const where = placeText(style, row.at, folder);
  if (where === '') return [line, ...more];
  const lines = [line, ...more];
  const ended = lines.findIndex(
    (one) => displayWidth(one) + 2 + displayWidth(where) <= style.width,
  );
  const atEnd = (text: string): string =>
    text +
    ' '.repeat(Math.max(2, style.width - displayWidth(text) - displayWidth(where))) +
    dim(where);
  return ended < 0
    ? [...lines, atEnd(pad.slice(2))]
    : lines.map((one, index) => (index === ended ? atEnd(one) : one));
}

function widest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map(displayWidth));
}

/** The end of a long name says more than its start: `pod …/store-front`. */
function clipped(text: string): string {
  if (displayWidth(text) <= BOX_MAX) return text;
  return `${text.slice(0, 9)}…${text.slice(text.length - (BOX_MAX - 10))}`;
}

/** `main.bicep:12`, without the folder that all places share; the link leads to the whole path. */
function placeText(style: Style, place: Place | undefined, folder: string): string {
  const location = locationOf(place);
  if (location === undefined) return '';
  const file = location.file.startsWith(folder)
    ? location.file.slice(folder.length)
    : location.file;
  const text = `${safe(file)}:${location.line}`;
  return style.link === undefined ? text : style.link(text, location);
}

function locationOf(place: Place | undefined): Location | undefined {
  return place === undefined || isPlaceless(place) ? undefined : locate(place);
}

/** The folder that every place of the trace lies in, with its slash; empty when there is none to leave out. */
function commonFolder(trace: Trace): string {
  const walks = trace.back === undefined ? [trace.forward] : [trace.forward, trace.back];
  const files = walks.flatMap((walk) =>
    boxRows(walk).flatMap(({ rows }) => rows.flatMap(({ at }) => locationOf(at)?.file ?? [])),
  );
  const [first = [], ...others] = files.map((file) => file.split('/').slice(0, -1));
  const shared = others.reduce((common, parts) => {
    const differs = common.findIndex((part, index) => part !== parts[index]);
    return differs < 0 ? common : common.slice(0, differs);
  }, first);
  const folder = shared.map((part) => `${part}/`).join('');
  return folder === '/' ? '' : folder;
}
