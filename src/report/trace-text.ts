import type { Hop, Step, Trace, Walk } from '../trace/index.ts';
import { displayWidth, padded, paint, placeText, type Style, safe, wrapped } from './style.ts';

const WORD: Readonly<Record<Trace['answer'], string>> = {
  allowed: 'allowed',
  denied: 'denied',
  broken: 'broken',
  unknown: 'unknown',
};

/** A trace for people: the answer first, then box by box, then the way back. */
export function traceText(trace: Trace, style: Style): string {
  const { good, error, warning, bold, dim } = paint(style);
  const colour = { allowed: good, denied: error, broken: error, unknown: warning }[trace.answer];
  const { flow } = trace;
  const carries = flow.application.kind === 'none' ? '' : ` (${flow.application.kind})`;
  const lines = [
    ` ${bold(colour(padded(WORD[trace.answer], 8)))} ${safe(trace.question.from)} → ${safe(trace.question.to)} ${flow.protocol}${carries}`,
    wrapped(style, 10, safe(trace.summary)),
    '',
    ...walkLines(trace.forward, style, 1),
  ];
  if (trace.back !== undefined) {
    lines.push('', ` ${bold('return')}   ${returnText(trace)}`);
    if (trace.back.disposition.kind !== 'delivered' || trace.answer === 'broken') {
      lines.push(...walkLines(trace.back, style, 1));
    }
  }
  if (trace.assumptions.length > 0) {
    lines.push(
      '',
      ...trace.assumptions.map((text) => wrapped(style, 1, `${dim('assuming')} ${safe(text)}`)),
    );
  }
  if (trace.wouldOpen.length > 0) {
    lines.push(
      '',
      ` ${bold('to change it')}`,
      ...trace.wouldOpen.map((text) => wrapped(style, 3, safe(text))),
    );
  }
  return lines.join('\n');
}

function returnText(trace: Trace): string {
  const end = trace.back?.disposition;
  const through = trace.back?.hops.map((hop) => hop.name).join(' → ') ?? '';
  switch (end?.kind) {
    case 'delivered':
    case 'left-network':
      return `arrives: ${safe(through)}`;
    case 'unknown':
      return `cannot be told: needs ${safe(end.why.map((fact) => fact.missing).join('; '))}`;
    case 'no-session':
      return `lost: ${safe(end.why)}`;
    default:
      return 'lost';
  }
}

/** One line per step, the columns as wide as the widest entry: box, stage, what happened, verdict, place. */
export function walkLines(walk: Walk, style: Style, indent: number): string[] {
  const rows = walk.hops.flatMap((hop, index) => hopRows(hop, index + 1));
  const boxWidth = Math.min(34, Math.max(0, ...rows.map((row) => displayWidth(row.box))));
  const stageWidth = Math.min(22, Math.max(0, ...rows.map((row) => displayWidth(row.stage))));
  const { good, error, warning, dim } = paint(style);
  const verdictColour = { allow: good, deny: error, unknown: warning, '': dim };
  return rows.map(({ number, box, stage, text, verdict, step }) => {
    const where = placeText(style, step.verdict?.by.at ?? step.by?.at);
    const head = `${' '.repeat(indent)}${padded(number, 3)} ${padded(box, boxWidth)}  ${padded(stage, stageWidth)}  `;
    const said = verdict === '' ? '' : `  ${verdictColour[verdict](verdict)}`;
    const body = `${safe(text)}${said}${where === '' ? '' : `  ${dim(where)}`}`;
    const room = Math.max(30, style.width - displayWidth(head));
    const [first = '', ...rest] = wrapped({ ...style, width: room }, 0, body).split('\n');
    const pad = ' '.repeat(displayWidth(head));
    return [head + first, ...rest.map((line) => pad + line)].join('\n');
  });
}

interface Row {
  readonly number: string;
  readonly box: string;
  readonly stage: string;
  readonly text: string;
  readonly verdict: 'allow' | 'deny' | 'unknown' | '';
  readonly step: Step;
}

function hopRows(hop: Hop, number: number): Row[] {
  const box = safe(
    hop.kind === hop.name || hop.kind === 'name' ? hop.name : `${hop.kind} ${hop.name}`,
  );
  const steps: readonly Step[] = hop.steps.length > 0 ? hop.steps : [{ stage: '', text: '' }];
  return steps.map((step, index) => ({
    number: index === 0 ? String(number) : '',
    box: index === 0 ? (displayWidth(box) > 34 ? `${box.slice(0, 33)}…` : box) : '',
    stage: step.stage,
    text: step.text,
    verdict: step.verdict?.kind ?? '',
    step,
  }));
}
