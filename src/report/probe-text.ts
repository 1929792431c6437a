import { outcomeText, type ProbeReport, type ProbeResult } from '../lab/probe/index.ts';
import { clip } from './clip.ts';
import { groupBy } from './group-by.ts';
import { count, displayWidth, hanging, padded, paint, type Style, safe } from './style.ts';
import { traceText } from './trace-text.ts';

/** Disagreements in the table shown without `--verbose`. */
const ROWS = 24;

/** Proof and kernel side by side, for people: how often they agree first, then the flows, then every disagreement with both traces. */
export function probeText(report: ProbeReport, style: Style, isVerbose = false): string {
  const { good, error, warning, bold, dim } = paint(style);
  const { results, notTried, milliseconds } = report;
  const by = groupBy(results, ({ agreement }) => agreement.kind);
  const agree = by.get('agree') ?? [];
  const disagree = by.get('disagree') ?? [];
  const open = by.get('open') ?? [];
  const arrived = agree.filter(({ observation }) => observation.outcome.kind === 'answered').length;
  const share = results.length === open.length ? '' : ` (${percent(agree, disagree)} agreement)`;
  const lines = [
    ` ${bold(`${count(results.length, 'connection')} made in ${(milliseconds / 1000).toFixed(1)} s`)}${share}`,
    '',
    ` ${good('agree')}      ${number(agree)}  ${arrived} arrive as proven, ${agree.length - arrived} do not, as proven`,
    ` ${disagree.length === 0 ? 'disagree' : error('disagree')}   ${number(disagree)}`,
  ];
  if (open.length > 0) {
    lines.push(
      ` ${warning('open')}       ${number(open)}  the proof leaves these to what it was not told; what happened stands beside it`,
    );
  }
  if (notTried.length > 0) {
    const why = [...groupBy(notTried, (each) => each.why)]
      .sort((a, b) => b[1].length - a[1].length)
      .slice(0, isVerbose ? undefined : 3)
      .map(([text, some]) => `${safe(text)} (${some.length})`);
    lines.push(hanging(style, 1, `not tried  ${number(notTried)}  `, why.join(', ')));
  }
  lines.push('', ...table(isVerbose ? results : shown(results), style, isVerbose));
  const hidden = isVerbose ? 0 : results.length - shown(results).length;
  if (hidden > 0) lines.push(dim(` and ${hidden} more: --verbose`));
  for (const result of disagree) lines.push('', ...disagreement(result, style));
  return `${lines.join('\n')}\n`;
}

function percent(agree: readonly unknown[], disagree: readonly unknown[]): string {
  const share = (100 * agree.length) / (agree.length + disagree.length);
  return share === 100 ? '100 %' : `${Math.min(99.9, share).toFixed(1)} %`;
}

function number(some: readonly unknown[]): string {
  return String(some.length).padStart(4);
}

/** All disagreements, a few that are open, and of the others as many as there is room for: those that arrive first. */
function shown(results: readonly ProbeResult[]): readonly ProbeResult[] {
  const of = (kind: string) => results.filter(({ agreement }) => agreement.kind === kind);
  const agree = of('agree');
  const arrived = agree.filter(({ observation }) => observation.outcome.kind === 'answered');
  const lost = agree.filter(({ observation }) => observation.outcome.kind !== 'answered');
  const kept = new Set([
    ...of('disagree').slice(0, ROWS),
    ...spreadOf(arrived, 10),
    // One half of a connection is the rarest and tells most.
    ...lost.filter(({ hasArrived }) => hasArrived !== undefined).slice(0, 4),
    ...spreadOf(lost, 8),
    ...spreadOf(of('open'), 4),
  ]);
  return results.filter((result) => kept.has(result));
}

function spreadOf(some: readonly ProbeResult[], most: number): readonly ProbeResult[] {
  return some.length <= most
    ? some
    : Array.from({ length: most }, (_, at) => some[Math.floor((at * some.length) / most)]!);
}

function table(
  results: readonly ProbeResult[],
  style: Style,
  isVerbose: boolean,
): readonly string[] {
  if (results.length === 0) return [];
  const { dim, good, error, warning } = paint(style);
  const rows = results.map((result) => {
    const { question, traces, agreement } = result;
    return {
      from: safe(question.from),
      to: `${safe(question.to)}${question.protocol === 'tcp' ? '' : ` ${question.protocol}`}`,
      proof: [...new Set(traces.map(({ answer }) => answer))].join(' or '),
      lab: labWords(result),
      mark: { agree: good('='), disagree: error('≠'), open: warning('?') }[agreement.kind],
    };
  });
  const widest = (texts: readonly string[], most: number) =>
    Math.min(most, Math.max(...texts.map(displayWidth)));
  const from = widest(['from', ...rows.map((row) => row.from)], 28);
  const to = widest(['to', ...rows.map((row) => row.to)], 38);
  const proof = widest(['proof', ...rows.map((row) => row.proof)], 18);
  const room = isVerbose ? 1_000 : Math.max(20, style.width - from - to - proof - 8);
  const line = (a: string, b: string, c: string, mark: string, d: string) =>
    ` ${padded(clip(a, from), from)}  ${padded(clip(b, to), to)}  ${padded(c, proof)} ${mark} ${d}`.trimEnd();
  return [
    dim(line('from', 'to', 'proof', ' ', 'lab')),
    ...rows.map((row) => line(row.from, row.to, row.proof, row.mark, clip(row.lab, room))),
  ];
}

function labWords({
  observation: { outcome, isNameless },
  agreement,
  hasArrived,
  traces,
}: ProbeResult): string {
  const openFor = agreement.kind === 'open' ? missingIn(traces) : undefined;
  const seen =
    outcome.kind === 'answered' && outcome.seenSource !== undefined
      ? `, who saw ${outcome.seenSource}`
      : '';
  const nameless = isNameless ? ' (the name did not resolve here; tried by address)' : '';
  const needs = openFor === undefined ? '' : ` · needs ${openFor}`;
  const half = hasArrived === true ? 'arrives there; ' : '';
  return safe(`${half}${outcomeText(outcome)}${seen}${nameless}${needs}`);
}

/** What would tell: the first fact that is missing. */
function missingIn(traces: ProbeResult['traces']): string | undefined {
  for (const { forward, back } of traces) {
    for (const walk of [forward, ...(back === undefined ? [] : [back])]) {
      const { disposition } = walk;
      if (disposition.kind === 'unknown') return disposition.why[0]?.missing;
    }
  }
  return undefined;
}

/** Both traces: what the proof says box by box, and what the kernel's rules did with the packets. */
function disagreement(result: ProbeResult, style: Style): readonly string[] {
  const { error, bold } = paint(style);
  const { agreement, traces, kernel } = result;
  const why = agreement.kind === 'disagree' ? agreement.why : '';
  return [
    ` ${error('disagreement')}  ${safe(why)}`,
    '',
    ...traces.slice(0, 2).map((trace) => traceText(trace, style)),
    '',
    ` ${bold('kernel')}`,
    ...(kernel === undefined || kernel.length === 0
      ? ['   no packet of it was seen by a rule']
      : kernel.map(({ host, text }) => hanging(style, 3, `${padded(host, 22)} `, safe(text)))),
  ];
}
