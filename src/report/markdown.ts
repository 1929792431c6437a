import { type Diagnostic, type Gap, locate } from '../diagnostics/index.ts';
import {
  CERTAINTY_WORDS,
  type CheckReport,
  certaintyOf,
  counting,
  type Finding,
  type FindingGroup,
  openQuestions,
} from '../questions/check/index.ts';
import type { CheckHead } from './check-head.ts';
import { provenText } from './proven-text.ts';
import { count, isPlaceless } from './style.ts';

/** A report to paste into a pull request or a wiki page. */
export function checkMarkdown(
  head: CheckHead,
  report: CheckReport,
  diagnostics: readonly Diagnostic[],
  gaps: readonly Gap[],
): string {
  const findings = counting(report);
  const open = openQuestions(report);
  const sections = [
    [
      `# Perimeter check: ${prose(head.paths.join(' '))}`,
      '',
      `${prose(head.contents)}  `,
      `Data: ${prose(head.data)} · as of ${head.asOf} · sallyport ${head.version}`,
      '',
      `**${count(findings.length, 'finding')}**, ${open.length} undecided, ${report.outcomes.passed.length} checks hold.`,
    ],
    ...report.groups.map(groupLines),
    table('Undecided', ['question', 'needs'], open, ({ message, missing }) => [message, missing]),
    table(
      'Proven',
      ['what is expected', 'where', 'taken as true'],
      report.proven ?? [],
      ({ subject, message, at, assumptions }) => [
        provenText(subject, message),
        code(`${locate(at).file}:${locate(at).line}`),
        assumptions.join('; '),
      ],
    ),
    list(
      'Accepted findings',
      report.remarks.map(({ message }) => message),
    ),
    list(
      'About the input',
      diagnostics
        .filter(({ severity }) => severity !== 'note')
        .map((one) => `${one.severity} \`${one.code}\`: ${one.message}${placed(one.at)}`),
    ),
    list(
      'Not modelled',
      gaps.map(({ what, why }) => (why === '' ? what : `${what}: ${why}`)),
    ),
  ];
  const written = sections.filter((lines) => lines.length > 0);
  return `${written.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function placed(at: Diagnostic['at']): string {
  if (at === undefined || isPlaceless(at)) return '';
  const { file, line, column } = locate(at);
  return ` (${code(`${file}:${line}:${column}`)})`;
}

function groupLines(group: FindingGroup): readonly string[] {
  const live = group.findings.flatMap(({ finding, suppression }) =>
    suppression === undefined ? [finding] : [],
  );
  return table(
    `${group.severity}: ${code(group.check.id)}`,
    ['what happens', 'how we know', 'where', 'fix'],
    live,
    ({ message, places, fix, evidence }) => [
      evidence.kind === 'proved' ? proofText(message, evidence) : message,
      howKnown(evidence),
      places
        .filter(({ at }) => !isPlaceless(at))
        .map(({ at }) => code(`${locate(at).file}:${locate(at).line}`))
        .join(' '),
      fix,
    ],
  );
}

/** The word of every report, and what it stands on. */
function howKnown(evidence: Finding['evidence']): string {
  const certainty = certaintyOf(evidence);
  const word = CERTAINTY_WORDS[certainty.kind];
  return certainty.kind === 'conditional' && certainty.on.length > 0
    ? `${word} on ${certainty.on.join('; ')}`
    : word;
}

/** The certainty, and the first flow that decides. */
function proofText(
  message: string,
  { certainty, lines, replays }: Extract<Finding['evidence'], { kind: 'proved' }>,
): string {
  const [first] = replays;
  const see = first === undefined ? (lines[0] ?? '') : code(first);
  return `${certainty}: ${message} ${see}`.trim();
}

function table<T>(
  title: string,
  columns: readonly string[],
  rows: readonly T[],
  cellsOf: (row: T) => readonly string[],
): readonly string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    `## ${title}`,
    '',
    line(columns),
    line(columns.map(() => '---')),
    ...rows.map((row) => line(cellsOf(row).map(prose))),
  ];
}

function list(title: string, items: readonly string[]): readonly string[] {
  return items.length === 0 ? [] : [`## ${title}`, '', ...items.map((item) => `- ${prose(item)}`)];
}

/** A code span, whatever backticks the text holds. */
export function code(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  if (longest === 0) return `\`${text}\``;
  const fence = '`'.repeat(longest + 1);
  return `${fence} ${text} ${fence}`;
}

/** Text whose code spans stay, and in which nothing else becomes markup or ends a table cell. */
export function prose(text: string): string {
  return text
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, ' ')
    .split(/((?<!`)(`+)(?!`).*?(?<!`)\2(?!`))/)
    .flatMap((part, index) => {
      // Three parts a turn: text, the code span, and the fence the pattern captured within it.
      if (index % 3 === 0) return [part.replace(/[\\`*_[\]<>|~#]/g, '\\$&')];
      return index % 3 === 1 ? [part.replaceAll('|', '\\|')] : [];
    })
    .join('');
}
