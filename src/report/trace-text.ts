import type { Hop, Step, Trace, Walk } from '../trace/index.ts';
import {
  displayWidth,
  hanging,
  padded,
  paint,
  placeText,
  type Style,
  safe,
  wrapped,
} from './style.ts';

/** A trace for people: the answer first, then box by box, then the way back. */
export function traceText(trace: Trace, style: Style): string {
  const { good, error, warning, bold, dim } = paint(style);
  const colour = { allowed: good, denied: error, broken: error, unknown: warning }[trace.answer];
  const { flow, question } = trace;
  const carries = flow.application.kind === 'none' ? '' : ` (${flow.application.kind})`;
  const asked = `${safe(question.from)} → ${safe(question.to)} ${flow.protocol}${carries}`;
  const blocks = [
    [
      hanging(style, 1, `${bold(colour(padded(trace.answer, 8)))} `, asked),
      wrapped(style, 10, safe(trace.summary)),
    ],
    walkLines(trace.forward, style),
    ...(trace.back === undefined ? [] : [returnLines(trace, trace.back, style)]),
    ...(trace.assumptions.length === 0
      ? []
      : [trace.assumptions.map((text) => hanging(style, 1, `${dim('assuming')} `, safe(text)))]),
    ...(trace.wouldOpen.length === 0
      ? []
      : [
          [
            ` ${bold('to change it')}`,
            ...trace.wouldOpen.map((text) => hanging(style, 4, '- ', safe(text))),
          ],
        ]),
  ];
  return blocks.map((lines) => lines.join('\n')).join('\n\n');
}

/** A way back that arrives is one line; one that does not is walked like the way there. */
function returnLines(trace: Trace, back: Walk, style: Style): readonly string[] {
  const { bold } = paint(style);
  const head = `${bold('return')}   `;
  const end = back.disposition;
  const arrives = end.kind === 'delivered' || end.kind === 'left-network';
  if (arrives && trace.answer !== 'broken') {
    const way = back.hops.map(boxName).join(' → ');
    return [hanging(style, 1, head, `arrives: ${way}`)];
  }
  return [hanging(style, 1, head, safe(returnEnd(back))), ...walkLines(back, style)];
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

const BOX_MAX = 34;
const STAGE_MAX = 20;
const VERDICT = 9;

/** One line per step in columns: box, stage, what happened, verdict; the place beside it where there is room. */
export function walkLines(walk: Walk, style: Style): readonly string[] {
  const rows = walk.hops.flatMap((hop, index) => hopRows(hop, index + 1));
  const widest = (of: (row: Row) => string, max: number) =>
    Math.min(max, Math.max(0, ...rows.map((row) => displayWidth(of(row)))));
  const columns = {
    box: widest((row) => row.box, BOX_MAX),
    stage: widest((row) => row.stage, STAGE_MAX),
  };
  const left = 4 + columns.box + 2 + columns.stage + 2;
  const room = Math.max(24, style.width - left - VERDICT);
  const text = widest((row) => row.text, room);
  return rows.flatMap((row) => rowLines(row, { ...columns, left, text }, style));
}

interface Columns {
  readonly box: number;
  readonly stage: number;
  /** Where the text begins. */
  readonly left: number;
  readonly text: number;
}

function rowLines(row: Row, columns: Columns, style: Style): readonly string[] {
  const { good, error, warning, dim } = paint(style);
  const verdictColour = { allow: good, deny: error, unknown: warning, '': dim };
  const head = ` ${padded(row.number, 3)}${padded(row.box, columns.box)}  ${padded(row.stage, columns.stage)}  `;
  // Where nothing was decided the text may use the verdict's column too.
  const width =
    row.verdict === '' ? Math.max(columns.text, style.width - columns.left) : columns.text;
  const [first = '', ...rest] = wrapped({ ...style, width }, 0, row.text).split('\n');
  const where = placeText(style, row.step.verdict?.by.at ?? row.step.by?.at);
  const verdict = row.verdict === '' ? '' : verdictColour[row.verdict](row.verdict);
  const line = `${head}${padded(first, columns.text)}  ${padded(verdict, VERDICT - 2)}`;
  const fits = displayWidth(line) + 2 + displayWidth(where) <= style.width;
  const pad = ' '.repeat(columns.left);
  return [
    (fits && where !== '' ? `${line}  ${dim(where)}` : line).trimEnd(),
    ...rest.map((more) => pad + more),
    ...(fits || where === '' ? [] : [`${pad}${dim(where)}`]),
  ];
}

interface Row {
  readonly number: string;
  readonly box: string;
  readonly stage: string;
  readonly text: string;
  readonly verdict: 'allow' | 'deny' | 'unknown' | '';
  readonly step: Step;
}

function hopRows(hop: Hop, number: number): readonly Row[] {
  // A box that did nothing: its name is all there is to say.
  if (hop.steps.length === 0) {
    const step = { stage: '', text: '' };
    const name = hop.name === hop.kind ? '' : safe(hop.name);
    return [{ number: String(number), box: hop.kind, stage: '', text: name, verdict: '', step }];
  }
  const box = clipped(boxName(hop));
  return hop.steps.map((step, index) => ({
    number: index === 0 ? String(number) : '',
    box: index === 0 ? box : '',
    stage: safe(step.stage),
    text: safe(step.text),
    verdict: step.verdict?.kind ?? '',
    step,
  }));
}

/** `firewall fw-hub`; the kind is left out where the name says it, and the internet has no name. */
export function boxName({ kind, name }: Hop): string {
  if (kind === 'internet') return kind;
  return safe(kind === 'name' || name.startsWith(kind) ? name : `${kind} ${name}`);
}

/** The end of a long name says more than its start: `pod …/store-front`. */
function clipped(text: string): string {
  if (displayWidth(text) <= BOX_MAX) return text;
  return `${text.slice(0, 9)}…${text.slice(text.length - (BOX_MAX - 10))}`;
}
