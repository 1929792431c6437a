import type { Diagnostic } from '../diagnostics/index.ts';
import {
  FINDING_KINDS,
  FINDING_WORDS,
  type FindingKind,
  type PerimeterAudit,
  type RuleFinding,
} from '../questions/rules/index.ts';
import type { Decider } from '../semantics/verdict.ts';
import type { CheckHead } from './check-head.ts';
import { diagnosticsByCode } from './diagnostic-text.ts';
import { flowText } from './flow-text.ts';
import { groupBy } from './group-by.ts';
import {
  count,
  displayWidth,
  hanging,
  isPlaceless,
  padded,
  paint,
  placeText,
  type Style,
  safe,
  spread,
  wrapped,
} from './style.ts';

export interface RulesTextInput {
  readonly head: CheckHead;
  readonly audit: PerimeterAudit;
  /** Errors and warnings about the input. */
  readonly diagnostics: readonly Diagnostic[];
  readonly verbose: boolean;
}

/** How many findings of one kind, and places of one finding, the short report shows. */
const SHOWN = 3;
const INDENT = 8;
const PROBLEMS: readonly FindingKind[] = ['shadowed', 'empty'];
const REMARKS: readonly FindingKind[] = ['partial', 'wide', 'undecided'];

/** Which rules can go and which contradict: the counts first, then kind by kind. */
export function rulesText(
  { head, audit, diagnostics, verbose }: RulesTextInput,
  style: Style,
): string {
  const { bold, dim } = paint(style);
  const wrong = diagnostics.filter(({ severity }) => verbose || severity === 'error');
  const blocks = [
    [
      hanging(
        style,
        0,
        `${bold(`sallyport ${head.version}`)}   `,
        `${safe(head.paths.join(' '))}   ${safe(head.contents)}`,
      ),
      wrapped(style, 0, dim(`data: ${safe(head.data)} · as of ${head.asOf}`)),
    ].join('\n'),
    answer(audit, style),
    ...FINDING_KINDS.filter((kind) => kind !== 'undecided').flatMap((kind) =>
      kindBlock(audit, kind, verbose, style),
    ),
    ...undecidedBlock(audit, verbose, style),
    ...openBlock(audit, style),
    ...(wrong.length > 0
      ? [[` ${bold('about the input')}`, ...diagnosticsByCode(wrong, verbose, style, 8)].join('\n')]
      : []),
    tally(audit, verbose, style),
  ];
  return `${blocks.join('\n\n')}\n`;
}

/** The answer to "what can go" before anything else. */
function answer(
  { rules, boxes, removable, findings, inconclusive }: PerimeterAudit,
  style: Style,
): string {
  const { bold } = paint(style);
  if (rules === 0) return wrapped(style, 1, 'No rules were found to ask about.');
  const asked = `${count(rules, 'rule')} of ${boxes.length <= SHOWN ? boxes.join(', ') : count(boxes.length, 'box', 'boxes')}`;
  const of = (kind: FindingKind) => findings.filter((finding) => finding.kind === kind).length;
  const against = of('shadowed');
  const go =
    removable.length === 0
      ? inconclusive.length > 0
        ? 'not asked to the end'
        : 'none can go without changing what happens'
      : `${bold(`${removable.length} can go together`)} without changing what happens to any flow`;
  const says =
    against === 0
      ? ''
      : `; ${bold(count(against, 'rule'))} never ${against === 1 ? 'does' : 'do'} what ${against === 1 ? 'it says' : 'they say'}`;
  return wrapped(style, 1, `${safe(asked)}: ${go}${says}.`);
}

function kindBlock(
  { findings }: PerimeterAudit,
  kind: FindingKind,
  verbose: boolean,
  style: Style,
): readonly string[] {
  const all = findings.filter((finding) => finding.kind === kind);
  if (all.length === 0) return [];
  const { bold, dim, error, warning, note } = paint(style);
  const colour = PROBLEMS.includes(kind) ? error : REMARKS.includes(kind) ? note : warning;
  const shown = verbose ? all : all.slice(0, REMARKS.includes(kind) ? 1 : SHOWN);
  const { title, fix } = FINDING_WORDS[kind];
  const lines = [
    spread(style, ` ${bold(colour(kind))}  ${title}`, dim(count(all.length, 'rule'))),
    ...shown.flatMap((finding) => findingLines(finding, verbose, style)),
  ];
  const rest = all.length - shown.length;
  if (rest > 0) lines.push(`${' '.repeat(INDENT)}${dim(`and ${rest} more (--verbose)`)}`);
  lines.push(hanging(style, INDENT, `${dim('fix')}  `, fix));
  return [lines.join('\n')];
}

function findingLines(finding: RuleFinding, verbose: boolean, style: Style): readonly string[] {
  const { dim } = paint(style);
  const { message, rule, others, witnesses, lists } = finding;
  const width = Math.max(0, ...witnesses.map(({ flow }) => displayWidth(flowText(flow))));
  return [
    wrapped(style, INDENT, safe(message)),
    ...placeLines([rule, ...others], verbose, style),
    ...witnesses.map(({ flow, what }) =>
      hanging(style, INDENT, `${padded(flowText(flow), width)}  `, dim(safe(what))),
    ),
    ...(verbose ? lists.map((list) => hanging(style, INDENT, dim('in  '), dim(safe(list)))) : []),
  ];
}

/** `file:line  name` of the rule and of those in the way, side by side while they fit. */
function placeLines(rules: readonly Decider[], verbose: boolean, style: Style): readonly string[] {
  const { dim } = paint(style);
  const texts = rules.flatMap(({ at, name }) => {
    const where = at === undefined || isPlaceless(at) ? '' : placeText(style, at);
    return where === '' ? [] : [`${where}  ${dim(safe(name))}`];
  });
  const shown = verbose ? texts : texts.slice(0, SHOWN);
  const lines = shown.map((text) => wrapped(style, INDENT, text));
  const rest = texts.length - shown.length;
  if (rest > 0) lines.push(`${' '.repeat(INDENT)}${dim(`and ${count(rest, 'more place')}`)}`);
  return lines;
}

/** One entry per missing fact: the same fact often leaves many rules open. */
function undecidedBlock(
  { findings }: PerimeterAudit,
  verbose: boolean,
  style: Style,
): readonly string[] {
  const open = findings.filter(({ kind }) => kind === 'undecided');
  if (open.length === 0) return [];
  const { bold, dim } = paint(style);
  const byNeed = groupBy(open, ({ needs }) => needs.map(({ missing }) => missing).join('; '));
  const entries = [...byNeed].sort((a, b) => b[1].length - a[1].length || (a[0] < b[0] ? -1 : 1));
  const shown = verbose ? entries : entries.slice(0, SHOWN);
  const lines = shown.flatMap(([missing, rules]) => [
    hanging(style, INDENT, 'needs: ', `${safe(missing)}  ${dim(count(rules.length, 'rule'))}`),
    ...rules
      .slice(0, verbose ? rules.length : 1)
      .flatMap(({ message, rule }) => [
        wrapped(style, INDENT + 7, `${safe(message)}  ${dim(placeText(style, rule.at))}`),
      ]),
  ]);
  const rest = entries.slice(shown.length).flatMap(([, rules]) => rules).length;
  if (rest > 0)
    lines.push(`${' '.repeat(INDENT)}${dim(`and ${count(rest, 'rule')} more (--verbose)`)}`);
  return [
    [
      spread(
        style,
        ` ${bold('undecided')}  ${FINDING_WORDS.undecided.title}`,
        dim(count(open.length, 'rule')),
      ),
      ...lines,
    ].join('\n'),
  ];
}

const RAN_OUT = { nodes: 'memory', time: 'time', cancelled: 'patience' } as const;

/** What could not be asked, or not to the end. */
function openBlock({ notAsked, inconclusive }: PerimeterAudit, style: Style): readonly string[] {
  if (notAsked.length + inconclusive.length === 0) return [];
  const { bold } = paint(style);
  return [
    [
      ` ${bold('not asked')}`,
      ...inconclusive.map(({ artefact, exhausted }) =>
        wrapped(
          style,
          INDENT,
          `${safe(artefact)}: ran out of ${RAN_OUT[exhausted]}, so nothing is claimed`,
        ),
      ),
      ...notAsked.map(({ what, why }) => wrapped(style, INDENT, `${safe(what)}: ${safe(why)}`)),
    ].join('\n'),
  ];
}

function tally(
  { rules, findings, removable, inconclusive }: PerimeterAudit,
  verbose: boolean,
  style: Style,
): string {
  if (rules === 0) return wrapped(style, 1, 'Nothing was asked.');
  const counts = FINDING_KINDS.flatMap((kind) => {
    const number = findings.filter((finding) => finding.kind === kind).length;
    return number === 0 ? [] : [`${number} ${kind}`];
  });
  const sentences = [
    counts.length === 0 && inconclusive.length > 0
      ? 'Nothing is claimed.'
      : counts.length === 0
        ? 'No rule stands in the way of another.'
        : counts.join(' · '),
    ...(removable.length === 0
      ? []
      : [`${removable.length} may go at once (proven equal); --format json lists them.`]),
    ...(verbose ? [] : ['More: --verbose.']),
  ];
  return sentences.map((text) => wrapped(style, 1, text)).join('\n');
}
