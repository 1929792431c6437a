import type { Diagnostic, Gap } from '../diagnostics/index.ts';
import {
  CERTAINTY_ORDER,
  CERTAINTY_WORDS,
  type CheckReport,
  certaintyOfPassed,
  counting,
  openQuestions,
  type Remark,
  type ReportedProof,
  type Severity,
} from '../questions/check/index.ts';
import type { CheckHead } from './check-head.ts';
import { diagnosticsByCode } from './diagnostic-text.ts';
import { groupText } from './finding-text.ts';
import { gapNames } from './gap-names.ts';
import { groupBy } from './group-by.ts';
import { provenText } from './proven-text.ts';
import { count, hanging, paint, placeText, type Style, safe, spread, wrapped } from './style.ts';

export interface CheckTextInput {
  readonly head: CheckHead;
  readonly report: CheckReport;
  readonly diagnostics: readonly Diagnostic[];
  readonly gaps: readonly Gap[];
  readonly verbose: boolean;
}

/** How many open questions the short report shows. */
const SHOWN = 3;
/** How many proofs. */
const PROVEN_SHOWN = 12;

/** The report for people: errors first, each with what happens, the evidence, where, and what to do. */
export function checkText(input: CheckTextInput, style: Style): string {
  const { report, verbose } = input;
  const groups = report.groups.filter(
    ({ findings }) => verbose || findings.some(({ suppression }) => suppression === undefined),
  );
  const wrong = input.diagnostics.filter(({ severity }) => verbose || severity !== 'note');
  const blocks = [
    headText(input.head, style),
    ...groups.map((group) => groupText(group, { verbose, paths: input.head.paths }, style)),
    ...(wrong.length > 0 ? [inputBlock(wrong, verbose, style)] : []),
    ...(report.proven === undefined ? [] : [provenBlock(report.proven, verbose, style)]),
    ...(openQuestions(report).length > 0 ? [undecidedBlock(report, verbose, style)] : []),
    ...(report.remarks.length > 0 ? [remarksBlock(report.remarks, style)] : []),
    ...(verbose ? verboseBlocks(input, style) : []),
    tally(input, style),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function headText(head: CheckHead, style: Style): string {
  const { bold, dim } = paint(style);
  const what = `${safe(head.paths.join(' '))}   ${safe(head.contents)}`;
  return [
    hanging(style, 0, `${bold(`sallyport ${head.version}`)}   `, what),
    wrapped(style, 0, dim(`data: ${safe(head.data)} · as of ${head.asOf}`)),
  ].join('\n');
}

/** What somebody expects and what holds: named one by one, for it was asked by name. */
function provenBlock(proven: readonly ReportedProof[], verbose: boolean, style: Style): string {
  const { bold, dim } = paint(style);
  const shown = verbose ? proven : proven.slice(0, PROVEN_SHOWN);
  const more = proven.length - shown.length;
  return [
    spread(
      style,
      ` ${bold('expected')}  ${count(proven.length, 'expectation')} ${proven.length === 1 ? 'holds' : 'hold'}`,
      dim('proven'),
    ),
    ...shown.flatMap(({ subject, message, at, assumptions }) => [
      wrapped(style, 8, `${safe(provenText(subject, message))}  ${dim(placeText(style, at))}`),
      ...(verbose ? assumptions : assumptions.slice(0, 1)).map((text) =>
        wrapped(style, 8, dim(`taken as true: ${safe(text)}`)),
      ),
    ]),
    ...(more > 0 ? [`        ${dim(`and ${more} more (--verbose)`)}`] : []),
  ].join('\n');
}

function inputBlock(diagnostics: readonly Diagnostic[], verbose: boolean, style: Style): string {
  const { bold } = paint(style);
  return [` ${bold('about the input')}`, ...diagnosticsByCode(diagnostics, verbose, style, 8)].join(
    '\n',
  );
}

/** One entry per missing fact: the same fact often leaves many questions open. */
function undecidedBlock(report: CheckReport, verbose: boolean, style: Style): string {
  const { bold, dim } = paint(style);
  const open = openQuestions(report);
  const byNeed = groupBy(open, ({ missing }) => missing);
  const entries = [...byNeed].sort((a, b) => b[1].length - a[1].length || (a[0] < b[0] ? -1 : 1));
  const shown = verbose ? entries : entries.slice(0, SHOWN);
  const lines = shown.flatMap(([missing, questions]) => [
    hanging(style, 8, 'needs: ', `${safe(missing)}  ${dim(checksOf(questions, verbose))}`),
    ...(verbose
      ? questions.map(({ message, at }) =>
          wrapped(style, 15, `${safe(message)}  ${dim(placeText(style, at))}`),
        )
      : []),
  ]);
  const rest = entries.slice(shown.length).flatMap(([, questions]) => questions).length;
  return [
    ` ${bold('undecided')}  ${count(open.length, 'question')} that the input leaves open`,
    ...lines,
    ...(rest > 0 ? [`        ${dim(`and ${count(rest, 'question')} more (--verbose)`)}`] : []),
  ].join('\n');
}

function checksOf(questions: readonly { readonly check: string }[], all: boolean): string {
  const unique = [...new Set(questions.map(({ check }) => check))];
  if (all || unique.length <= 2) return unique.join(', ');
  return `${unique.slice(0, 2).join(', ')} and ${unique.length - 2} more`;
}

function remarksBlock(remarks: readonly Remark[], style: Style): string {
  const { dim, bold } = paint(style);
  return [
    ` ${bold('accepted findings')}`,
    ...remarks.map(({ message, at }) =>
      wrapped(style, 8, `${safe(message)}  ${dim(placeText(style, at))}`),
    ),
  ].join('\n');
}

/** What the short report leaves out: every check's outcome, every gap. */
function verboseBlocks({ report, gaps }: CheckTextInput, style: Style): readonly string[] {
  const { bold, dim } = paint(style);
  const { passed, notApplicable } = report.outcomes;
  const blocks: string[] = [];
  if (passed.length > 0) {
    const lines = [...passed].sort().map((id) => {
      const certainty = certaintyOfPassed(report, id);
      const on = certainty.kind === 'conditional' ? `: ${certainty.on.join('; ')}` : '';
      return hanging(style, 8, `${id}  `, dim(safe(`${CERTAINTY_WORDS[certainty.kind]}${on}`)));
    });
    blocks.push([` ${bold('hold')}`, ...lines].join('\n'));
  }
  if (notApplicable.length > 0) {
    const sorted = [...notApplicable].sort((a, b) => (a.check < b.check ? -1 : 1));
    const lines = sorted.map(({ check, why }) => hanging(style, 8, `${check}  `, dim(safe(why))));
    blocks.push([` ${bold('do not apply')}`, ...lines].join('\n'));
  }
  if (gaps.length > 0) {
    const lines = gaps.map(({ what, why, at }) => {
      const reason = why === '' ? 'changes no answer' : safe(why);
      return hanging(style, 8, `${safe(what)}  `, `${reason}  ${dim(placeText(style, at))}`);
    });
    blocks.push([` ${bold('not modelled')}`, ...lines].join('\n'));
  }
  return blocks;
}

function tally({ report, gaps, head, diagnostics, verbose }: CheckTextInput, style: Style): string {
  const findings = counting(report);
  const open = openQuestions(report);
  const of = (severity: Severity) =>
    count(findings.filter((finding) => finding.severity === severity).length, severity);
  const accepted =
    report.groups.flatMap((group) => group.findings).length -
    findings.length +
    (report.undecided.length - open.length);
  const { passed, failed, undecided: unknown, notApplicable } = report.outcomes;
  const ran = passed.length + failed.length + unknown.length;
  const time = head.seconds === undefined ? '' : ` in ${head.seconds.toFixed(1)} s`;
  const unread = diagnostics.filter(({ severity }) => severity === 'error').length;
  const names = gapNames(gaps);
  const sentences = [
    `${count(ran, 'check')} ran${time}: ${passed.length} passed${howPassed(report)}, ${failed.length} failed, ${unknown.length} undecided; ${notApplicable.length} do not apply.`,
    ...(unread > 0 ? [`${count(unread, 'problem')} in the input.`] : []),
    ...(names === '' ? [] : [`Not modelled: ${safe(names)}.`]),
    ...(verbose ? [] : ['More: --verbose, or sallyport check --explain ID.']),
  ];
  const counts = [of('error'), of('warning'), of('note'), `${open.length} undecided`];
  if (accepted > 0) counts.push(`${accepted} accepted`);
  return [wrapped(style, 1, counts.join(' · ')), wrapped(style, 1, sentences.join(' '))].join('\n');
}

/** ` (3 proven, 61 seen in configuration)`; nothing when none is more than that. */
function howPassed(report: CheckReport): string {
  const kinds = report.outcomes.passed.map((id) => certaintyOfPassed(report, id).kind);
  if (kinds.every((kind) => kind === 'configured')) return '';
  const counts = CERTAINTY_ORDER.flatMap((kind) => {
    const of = kinds.filter((one) => one === kind).length;
    return of === 0 ? [] : [`${of} ${PASSED_WORDS[kind] ?? CERTAINTY_WORDS[kind]}`];
  });
  return ` (${counts.join(', ')})`;
}

/** Where the word is counted. */
const PASSED_WORDS: Readonly<Record<string, string>> = { walked: 'walked' };
