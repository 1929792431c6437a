import type { RuleUsage, UsageAnswer } from '../evidence/index.ts';
import {
  countWords,
  type LogsPage,
  type LogsTable,
  type Sentence,
  timeWords,
} from './logs-page.ts';
import { count } from './style.ts';

const ORDER = ['unused', 'unknown', 'used'] as const;

/** Which rules were used, beside what the rules say of each other. */
export function usagePage(
  answer: UsageAnswer,
  scope: readonly string[],
  rowsMax: number,
): LogsPage {
  return {
    question: 'rules',
    title: `rules of ${answer.firewall} in the last ${count(answer.days, 'day')} that were logged`,
    scope,
    lead: sentences(answer),
    parts: [...usageTables(answer, rowsMax), ...foreignTable(answer)],
    remarks:
      answer.span === undefined
        ? []
        : [
            `the window is ${timeWords(answer.span.from)} to ${timeWords(answer.span.to)} UTC; hits count all that is in the log, also before it`,
          ],
  };
}

function sentences({ rules, span, foreign }: UsageAnswer): readonly Sentence[] {
  if (span === undefined) return [{ mark: 'warn', text: 'nothing was logged: nothing is said' }];
  const of = (verdict: RuleUsage['verdict']) => rules.filter((one) => one.verdict === verdict);
  const [unused, unknown, used] = [of('unused'), of('unknown'), of('used')];
  const together = unused.filter(({ findings }) => findings.some(({ mayGo }) => mayGo));
  return [
    ...(unused.length === 0
      ? []
      : [
          {
            mark: 'warn' as const,
            text: `${count(unused.length, 'rule')} decided nothing, and the log is complete: ${names(unused)}`,
          },
        ]),
    ...(together.length === 0
      ? []
      : [
          {
            mark: 'warn' as const,
            text: `${count(together.length, 'rule')} of these can go without changing any flow, proven from the rules alone: ${names(together)}`,
          },
        ]),
    ...(unknown.length === 0
      ? []
      : [
          {
            mark: 'plain' as const,
            text: `${count(unknown.length, 'rule')} decided nothing that is logged, but the log may have missed it`,
          },
        ]),
    {
      mark: unused.length + unknown.length === 0 ? 'good' : 'plain',
      text: `${used.length} of ${count(rules.length, 'rule')} were used`,
    },
    ...(foreign.length === 0
      ? []
      : [
          {
            mark: 'warn' as const,
            text: `the log names ${count(foreign.length, 'rule')} that the input does not have`,
          },
        ]),
  ];
}

function names(rules: readonly RuleUsage[]): string {
  const shown = [...rules.map(({ rule }) => rule.name)].sort().slice(0, 3);
  const more = rules.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${countWords(more)} more` : ''}`;
}

const TITLES = {
  unused: 'not used, and the log is complete',
  unknown: 'not seen in use; the log may have missed it',
  used: 'used',
} as const;

function usageTables({ rules }: UsageAnswer, rowsMax: number): readonly LogsTable[] {
  return ORDER.flatMap((verdict): readonly LogsTable[] => {
    const own = rules
      .filter((one) => one.verdict === verdict)
      .sort((a, b) => a.records - b.records || (a.rule.name < b.rule.name ? -1 : 1));
    if (own.length === 0) return [];
    return [
      {
        kind: 'table',
        name: verdict,
        title: TITLES[verdict],
        columns: [
          { name: 'rule', title: 'rule', kind: 'text' },
          { name: 'type', title: 'type', kind: 'text' },
          { name: 'hits', title: 'hits', kind: 'count' },
          { name: 'last', title: 'last', kind: 'time' },
          { name: 'rules', title: 'the rules say', kind: 'text' },
          { name: 'why', title: 'because', kind: 'detail' },
          { name: 'formerly', title: 'also as', kind: 'detail' },
          { name: 'needed', title: 'keep it:', kind: 'detail' },
        ],
        rows: own
          .slice(0, rowsMax)
          .map(({ rule, records, last, findings, why, formerly, needed }) => [
            ...[rule.name, rule.type, records, last],
            [...new Set(findings.map(({ kind }) => kind))].join(', '),
            why,
            formerly.length === 0 ? undefined : formerly.join(', '),
            verdict === 'used' ? undefined : needed,
          ]),
        more: Math.max(0, own.length - rowsMax),
      },
    ];
  });
}

function foreignTable({ foreign }: UsageAnswer): readonly LogsTable[] {
  if (foreign.length === 0) return [];
  return [
    {
      kind: 'table',
      name: 'foreign',
      title: 'rules that only the log knows',
      columns: [
        { name: 'rule', title: 'rule', kind: 'text' },
        { name: 'type', title: 'type', kind: 'text' },
        { name: 'hits', title: 'hits', kind: 'count' },
        { name: 'last', title: 'last', kind: 'time' },
        { name: 'why', title: '', kind: 'detail' },
      ],
      rows: foreign.map(({ name, type, records, last, why }) => [name, type, records, last, why]),
    },
  ];
}
