import type { Diagnostic, Gap } from '../diagnostics/index.ts';
import { FACTS } from '../facts/index.ts';
import type { CheckReport, Finding, FindingGroup, Severity } from '../questions/check/index.ts';
import { counting } from '../questions/check/index.ts';
import { diagnosticLines } from './diagnostic-text.ts';
import { count, paint, placeText, type Style, safe, wrapped } from './style.ts';
import type { walkLines } from './trace-text.ts';

/** What stands above and below the findings. */
export interface CheckHead {
  readonly version: string;
  readonly paths: readonly string[];
  /** `14 resources · 21 Kubernetes objects · cluster aks-store (azure overlay, cilium)`. */
  readonly contents: string;
  /** `service tags 2025-11-03 · AKS egress 2026-08-21`. */
  readonly data: string;
  readonly asOf: string;
  readonly seconds?: number;
}

export interface CheckTextInput {
  readonly head: CheckHead;
  readonly report: CheckReport;
  readonly diagnostics: readonly Diagnostic[];
  readonly gaps: readonly Gap[];
  readonly verbose: boolean;
}

/** How many places of one finding, and open questions, the short report shows. */
const SHOWN = 3;

/** The report for people: errors first, each with what happens, the evidence, where, and what to do. */
export function checkText(input: CheckTextInput, style: Style): string {
  const { head, report, diagnostics } = input;
  const { bold, dim } = paint(style);
  const blocks = [
    [
      `${bold(`sallyport ${head.version}`)}   ${head.paths.join(' ')}   ${head.contents}`,
      dim(`data: ${head.data} · as of ${head.asOf}`),
    ].join('\n'),
    ...report.groups
      .filter(
        (group) =>
          input.verbose || group.findings.some(({ suppression }) => suppression === undefined),
      )
      .map((group) => groupText(group, input.verbose, style)),
  ];
  const errors = diagnostics.filter(({ severity }) => severity !== 'note');
  if (errors.length > 0) blocks.push(inputBlock(errors, input.verbose, style));
  if (report.undecided.length > 0) blocks.push(undecidedBlock(report, input.verbose, style));
  if (report.remarks.length > 0) {
    blocks.push(
      report.remarks
        .map(({ message, at }) =>
          wrapped(style, 1, `${safe(message)} ${dim(placeText(style, at))}`),
        )
        .join('\n'),
    );
  }
  blocks.push(tally(input, style));
  return `${blocks.join('\n\n')}\n`;
}

function groupText(group: FindingGroup, verbose: boolean, style: Style): string {
  const { dim, bold } = paint(style);
  const live = group.findings.filter(({ suppression }) => suppression === undefined);
  const findings = live.length > 0 ? live : group.findings;
  const colour = paint(style)[group.severity];
  const walked = findings.some(({ finding }) => finding.evidence.kind === 'walked');
  const known =
    live.length === 0
      ? `suppressed: ${findings[0]?.suppression?.reason ?? ''}`
      : walked
        ? 'walked'
        : 'seen in configuration';
  const title = ` ${bold(colour(group.severity))}  ${bold(group.check.id)}`;
  const lines = [`${title}  ${dim(known)}`];
  const shown = verbose ? findings : findings.slice(0, SHOWN);
  for (const [index, { finding }] of shown.entries()) {
    lines.push(...findingLines(finding, style, index === 0 || verbose));
  }
  if (findings.length > shown.length)
    lines.push(`        ${dim(`and ${findings.length - shown.length} more (--verbose)`)}`);
  lines.push(wrapped(style, 8, `${dim('fix')}  ${safe(shown[0]?.finding.fix ?? group.check.fix)}`));
  const facts = group.check.facts.map((id) => `${id} (${FACTS[id].source.split(' (')[0]})`);
  lines.push(
    wrapped(
      style,
      8,
      dim(`why  ${facts.slice(0, 2).join('; ')} · sallyport check --explain ${group.check.id}`),
    ),
  );
  return lines.join('\n');
}

function findingLines(finding: Finding, style: Style, withEvidence: boolean): string[] {
  const { dim } = paint(style);
  const lines = [wrapped(style, 8, safe(finding.message))];
  if (withEvidence && finding.evidence.kind === 'walked') {
    const { trace, replay } = finding.evidence;
    lines.push(
      ...walkSummary(trace.forward, 'there', style),
      ...(trace.back === undefined ? [] : walkSummary(trace.back, 'back ', style)),
    );
    lines.push(wrapped(style, 8, dim(`see  ${replay}`)));
  }
  const places = finding.places.map(({ at, what }) => {
    const where = placeText(style, at);
    return where === '' ? safe(what) : `${where}  ${dim(safe(what))}`;
  });
  if (places.length > 0) lines.push(...places.slice(0, 3).map((place) => wrapped(style, 8, place)));
  return lines;
}

/** The boxes of one direction on one line, then the step that ended it. */
function walkSummary(walk: Parameters<typeof walkLines>[0], label: string, style: Style): string[] {
  const { dim } = paint(style);
  const boxes = walk.hops
    .map((hop) => (hop.kind === hop.name ? hop.name : `${hop.kind} ${hop.name}`))
    .join(' → ');
  const end = walk.disposition;
  const how =
    end.kind === 'denied' || end.kind === 'no-route'
      ? `${end.kind === 'denied' ? 'denied' : 'no route'}: ${end.by.name}`
      : end.kind === 'no-session'
        ? end.why
        : end.kind === 'unknown'
          ? 'cannot be told'
          : end.kind === 'loop'
            ? 'runs in circles'
            : 'arrives';
  return [wrapped(style, 8, `${dim(label)}  ${safe(boxes)}  ${dim(safe(how))}`)];
}

function inputBlock(diagnostics: readonly Diagnostic[], verbose: boolean, style: Style): string {
  const shown = verbose ? diagnostics : diagnostics.slice(0, 5);
  const rest = diagnostics.length - shown.length;
  return [
    ...shown.map((diagnostic) => diagnosticLines(diagnostic, style)),
    ...(rest > 0 ? [`and ${rest} more about the input (--verbose)`] : []),
  ].join('\n');
}

function undecidedBlock(report: CheckReport, verbose: boolean, style: Style): string {
  const { bold, dim } = paint(style);
  const byNeed = new Map<string, string[]>();
  for (const one of report.undecided) {
    const list = byNeed.get(one.missing) ?? [];
    list.push(one.check);
    byNeed.set(one.missing, list);
  }
  const entries = [...byNeed].sort((a, b) => b[1].length - a[1].length || (a[0] < b[0] ? -1 : 1));
  const shown = verbose ? entries : entries.slice(0, SHOWN);
  const lines = shown.map(([missing, checks]) =>
    wrapped(style, 8, `needs: ${safe(missing)}  ${dim(summaryOf(checks))}`),
  );
  if (entries.length > shown.length)
    lines.push(`        ${dim(`and ${entries.length - shown.length} more (--verbose)`)}`);
  return [
    ` ${bold('undecided')}  ${count(report.undecided.length, 'question')} that the input leaves open`,
    ...lines,
  ].join('\n');
}

function summaryOf(checks: readonly string[]): string {
  const unique = [...new Set(checks)];
  return unique.length > 2
    ? `${unique.slice(0, 2).join(', ')} and ${unique.length - 2} more`
    : unique.join(', ');
}

function tally({ report, gaps, head, diagnostics }: CheckTextInput, style: Style): string {
  const findings = counting(report);
  const of = (severity: Severity) =>
    findings.filter((finding) => finding.severity === severity).length;
  const silenced = report.groups
    .flatMap(({ findings: all }) => all)
    .filter(({ suppression }) => suppression !== undefined).length;
  const needs = report.undecided[0]?.missing;
  const { passed, failed, undecided, notApplicable } = report.outcomes;
  const parts = [
    count(of('error'), 'error'),
    count(of('warning'), 'warning'),
    count(of('note'), 'note'),
    `${report.undecided.length} undecided${needs === undefined ? '' : ` (e.g. needs: ${safe(needs)})`}`,
    ...(silenced > 0 ? [`${silenced} accepted`] : []),
  ];
  const ran = passed.length + failed.length + undecided.length;
  const time = head.seconds === undefined ? '' : ` in ${head.seconds.toFixed(1)} s`;
  const real = gaps.filter((gap) => gap.why !== '');
  const notModelled =
    real.length === 0
      ? ''
      : ` Not modelled: ${real
          .slice(0, 3)
          .map((gap) => safe(gap.what))
          .join(', ')}${real.length > 3 ? ` and ${real.length - 3} more` : ''}.`;
  const wrong = diagnostics.filter(({ severity }) => severity === 'error').length;
  return [
    wrapped(style, 1, parts.join(' · ')),
    wrapped(
      style,
      1,
      `${ran} checks ran${time}, ${passed.length} hold, ${notApplicable.length} do not apply.${notModelled}${wrong > 0 ? ` ${count(wrong, 'part')} of the input could not be read.` : ''} Details: --verbose`,
    ),
  ].join('\n');
}
