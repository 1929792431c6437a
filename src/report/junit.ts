import { type Diagnostic, locate, type Place } from '../diagnostics/index.ts';
import {
  CERTAINTY_WORDS,
  type CheckReport,
  certaintyOf,
  type Finding,
  type FindingGroup,
  type ReportedQuestion,
} from '../questions/check/index.ts';
import { groupBy } from './group-by.ts';
import { isPlaceless } from './style.ts';

type Outcome = 'passed' | 'failure' | 'error' | 'skipped';

/** Checks whose subjects have cases of their own. */
const EXPECTED = 'expect/';

interface TestCase {
  readonly name: string;
  readonly outcome: Outcome;
  readonly inner: string;
}

/**
 * JUnit XML: one test case per check, so that any pipeline shows it, and one per part of the input that could not be
 * read. Undecided checks are errors, never passes.
 */
export function checkJunit(report: CheckReport, diagnostics: readonly Diagnostic[]): string {
  const suites = [
    { name: 'check', cases: checkCases(report) },
    ...expectationSuite(report),
    { name: 'input', cases: inputCases(diagnostics) },
  ];
  const all = suites.flatMap(({ cases }) => cases);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="sallyport" ${counts(all)}>`,
    ...suites.flatMap(({ name, cases }) => [
      `  <testsuite name="${name}" ${counts(cases)}>`,
      ...cases.map((one) => caseText(one, name)),
      '  </testsuite>',
    ]),
    '</testsuites>',
    '',
  ].join('\n');
}

/** What somebody expects by name is a case by that name. No suite where nothing is. */
function expectationSuite(report: CheckReport): readonly { name: string; cases: TestCase[] }[] {
  const found = report.groups.flatMap(({ findings }) => findings);
  const proofs = found.flatMap(({ finding, suppression }): readonly TestCase[] => {
    const { evidence, subject, message } = finding;
    if (evidence.kind !== 'proved') return [];
    if (suppression !== undefined) return [skipped(subject, suppression.reason)];
    const outcome = evidence.certainty === 'refuted' ? 'failure' : 'error';
    const lines = [findingLine(finding), ...evidence.lines, ...evidence.replays];
    const inner = `<${outcome} message="${xml(message)}" type="${evidence.certainty}">${xml(lines.join('\n'))}</${outcome}>`;
    return [{ name: subject, outcome, inner }];
  });
  const open = report.undecided.flatMap((one): readonly TestCase[] =>
    one.question.check.startsWith(EXPECTED)
      ? [{ ...undecidedCase(one.question.check, [one]), name: one.question.subject }]
      : [],
  );
  const proven = (report.proven ?? []).map(
    ({ subject }): TestCase => ({ name: subject, outcome: 'passed', inner: '' }),
  );
  const cases = [...proofs, ...open, ...proven].sort((a, b) => (a.name < b.name ? -1 : 1));
  return cases.length === 0 ? [] : [{ name: 'expect', cases }];
}

function checkCases(report: CheckReport): readonly TestCase[] {
  const { passed, failed, undecided, notApplicable } = report.outcomes;
  const groups = new Map(report.groups.map((group) => [group.check.id, group]));
  const questions = groupBy(report.undecided, ({ question }) => question.check);
  const cases = [
    ...failed.map((id) => failedCase(id, groups.get(id), questions.get(id) ?? [])),
    ...undecided.map((id) => undecidedCase(id, questions.get(id) ?? [])),
    ...passed.map((id): TestCase => ({ name: id, outcome: 'passed', inner: '' })),
    ...notApplicable.map(({ check, why }) => skipped(check, why)),
  ];
  return cases
    .filter(({ name }) => !name.startsWith(EXPECTED))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function failedCase(
  id: string,
  group: FindingGroup | undefined,
  questions: readonly ReportedQuestion[],
): TestCase {
  const live = (group?.findings ?? []).flatMap(({ finding, suppression }) =>
    suppression === undefined ? [finding] : [],
  );
  const [first] = live;
  if (first === undefined) {
    return questions.some(({ suppression }) => suppression === undefined)
      ? undecidedCase(id, questions)
      : skipped(
          id,
          group === undefined ? 'less severe than asked for' : 'every finding is accepted',
        );
  }
  const lines = [...live.map(knownLine), ...openLines(questions)];
  const inner = `<failure message="${xml(first.message)}" type="${first.severity}">${xml(lines.join('\n'))}</failure>`;
  return { name: id, outcome: 'failure', inner };
}

function undecidedCase(id: string, questions: readonly ReportedQuestion[]): TestCase {
  const lines = openLines(questions);
  const [first] = lines;
  if (first === undefined)
    return skipped(id, 'undecided, and accepted or less severe than asked for');
  const inner = `<error message="${xml(first)}" type="undecided">${xml(lines.join('\n'))}</error>`;
  return { name: id, outcome: 'error', inner };
}

function inputCases(diagnostics: readonly Diagnostic[]): readonly TestCase[] {
  return diagnostics
    .filter(({ severity }) => severity === 'error')
    .map(({ code, message, at, hint }) => {
      const text = `${placed(at)}${message}${hint === undefined ? '' : ` (${hint})`}`;
      const inner = `<error message="${xml(message)}" type="${code}">${xml(text)}</error>`;
      return { name: code, outcome: 'error', inner };
    });
}

function skipped(name: string, why: string): TestCase {
  return { name, outcome: 'skipped', inner: `<skipped message="${xml(why)}"/>` };
}

function caseText({ name, inner }: TestCase, suite: string): string {
  const attributes = `name="${xml(name)}" classname="sallyport.${suite}"`;
  return inner === ''
    ? `    <testcase ${attributes}/>`
    : `    <testcase ${attributes}>${inner}</testcase>`;
}

function counts(cases: readonly TestCase[]): string {
  const of = (outcome: Outcome) => cases.filter((one) => one.outcome === outcome).length;
  return `tests="${cases.length}" failures="${of('failure')}" errors="${of('error')}" skipped="${of('skipped')}"`;
}

function findingLine({ places, message, fix }: Finding): string {
  const at = places.find((place) => !isPlaceless(place.at))?.at;
  return `${placed(at)}${message} Fix: ${fix}`;
}

/** With how it is known. */
function knownLine(finding: Finding): string {
  const certainty = certaintyOf(finding.evidence);
  const on = certainty.kind === 'conditional' ? ` on ${certainty.on.join('; ')}` : '';
  return `${findingLine(finding)} (${CERTAINTY_WORDS[certainty.kind]}${on})`;
}

function openLines(questions: readonly ReportedQuestion[]): readonly string[] {
  return questions
    .filter(({ suppression }) => suppression === undefined)
    .map(({ question }) => `${placed(question.at)}${question.message} Needs: ${question.missing}`);
}

function placed(at: Place | undefined): string {
  if (at === undefined || isPlaceless(at)) return '';
  const { file, line } = locate(at);
  return `${file}:${line}: `;
}

/** Escaped, and without the characters that XML 1.0 cannot hold. */
export function xml(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
