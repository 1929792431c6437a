import type { SummaryAnswer } from '../logs/questions/index.ts';
import { deniedSentences, listed } from './logs-denied-page.ts';
import {
  counted,
  countWords,
  type LogsPage,
  type LogsTable,
  type Sentence,
  timeWords,
} from './logs-page.ts';
import { gapRemarks, hasDecisions, LOG_NAMES, noDecisions, spanText } from './logs-remarks.ts';
import { snatSentence } from './logs-snat-page.ts';
import { threatSentences } from './logs-threats-page.ts';

/** What somebody who was just called wants to know first: what is wrong, then what there is. */
export function summaryPage(
  answer: SummaryAnswer,
  scope: readonly string[],
  who: (address: string) => string,
): LogsPage {
  const { completeness, timeline, denied, threats, snat, dns, talkers, names } = answer;
  const total = completeness.logs.reduce((sum, { records }) => sum + records, 0);
  const busy = (snat?.destinations ?? [])
    .map((one) => snatSentence(one, snat!))
    .filter(({ mark }) => mark !== 'plain');
  const scanned = new Set(denied.scans.map(({ source }) => source));
  const found = threatSentences({
    ...threats,
    scans: threats.scans.filter(({ source }) => !scanned.has(source)),
  });
  const gaps = completeness.gaps.length === 0 ? [] : gapRemarks(completeness).slice(0, 3);
  const failures: readonly Sentence[] =
    dns.failed === 0
      ? []
      : [
          {
            mark: dns.failed > dns.records / 10 ? 'warn' : 'plain',
            text: `${countWords(dns.failed)} of ${countWords(dns.records)} DNS questions got no answer (sallyport logs dns)`,
          },
        ];
  const remaining = denied.groups.filter((group) => group.class === 'unknown');
  return {
    question: 'summary',
    title: total === 0 ? 'no records' : `${counted(total, 'record')}, ${spanText(completeness)}`,
    scope,
    lead: [
      ...sorted([
        // Hits say it better below.
        ...(hasDecisions(completeness)
          ? deniedSentences(
              { ...denied, groups: denied.groups.filter((group) => group.class !== 'threat') },
              'sallyport logs denied has the rule to add',
            )
          : [noDecisions(completeness, 'what was denied')]),
        ...found,
        ...newSentences(answer),
        ...busy,
        ...gaps.map((text): Sentence => ({ mark: 'warn', text })),
        ...failures,
      ]),
    ],
    parts: [
      ...(timeline === undefined
        ? []
        : [
            {
              kind: 'chart' as const,
              name: 'timeline',
              title: 'what the firewall did',
              starts: timeline.starts,
              seconds: timeline.seconds,
              series: timeline.series.map(({ name, values }) => ({ name, values })),
              gaps: completeness.gaps.filter(({ kind }) => kind === 'all'),
            },
          ]),
      deniedTable(remaining, denied.groups),
      {
        kind: 'table',
        name: 'names',
        title: 'names asked for most',
        columns: [
          { name: 'name', title: 'name', kind: 'text' },
          { name: 'records', title: 'records', kind: 'count' },
          { name: 'denied', title: 'denied', kind: 'count' },
          { name: 'sources', title: 'sources', kind: 'count' },
        ],
        rows: names.map((row) => [
          ...[row.text('Fqdn'), row.number('Records'), row.number('Denied')],
          row.number('Sources'),
        ]),
      },
      {
        kind: 'table',
        name: 'talkers',
        title: 'who talks most',
        columns: [
          { name: 'who', title: 'who', kind: 'text' },
          { name: 'source', title: 'from', kind: 'text' },
          { name: 'records', title: 'records', kind: 'count' },
          { name: 'denied', title: 'denied', kind: 'count' },
        ],
        rows: talkers.map((row) => {
          const source = row.text('SourceIp');
          const name = who(source);
          return [
            ...[name === source ? undefined : name, source],
            ...[row.number('Records'), row.number('Denied')],
          ];
        }),
      },
      {
        kind: 'table',
        name: 'logs',
        title: 'logs',
        columns: [
          { name: 'log', title: 'log', kind: 'text' },
          { name: 'records', title: 'records', kind: 'count' },
          { name: 'first', title: 'first', kind: 'time' },
          { name: 'last', title: 'last', kind: 'time' },
        ],
        rows: completeness.logs.map(({ kind, records, first, last }) => [
          ...[LOG_NAMES[kind], records, first, last],
        ]),
      },
    ],
    remarks: [
      ...new Set([...denied.groups, ...denied.scans].flatMap(({ hidden }) => hidden ?? [])),
      ...(completeness.sparse.length === 0
        ? []
        : [
            `too rare for their silence to mean anything: ${completeness.sparse.map((kind) => LOG_NAMES[kind]).join(', ')}`,
          ]),
    ],
  };
}

/** Somebody found a new way out, or a release was made: both are worth knowing. */
function newSentences({ newcomers }: SummaryAnswer): readonly Sentence[] {
  if (newcomers === undefined || newcomers.names.length === 0) return [];
  const names = newcomers.names.map((row) => {
    const [records, denied] = [row.number('Records'), row.number('Denied')];
    const fate = denied === 0 ? 'allowed' : denied === records ? 'denied' : 'partly denied';
    return `${row.text('Fqdn')} (${countWords(records)} × ${fate})`;
  });
  return [
    {
      mark: 'warn',
      text: `never asked for before ${timeWords(newcomers.since)} UTC: ${listed(names, 4)}`,
    },
  ];
}

const RANK = { bad: 0, warn: 1, good: 2, plain: 3 } as const;

function sorted(sentences: readonly Sentence[]): readonly Sentence[] {
  return [...sentences].sort((a, b) => RANK[a.mark] - RANK[b.mark]);
}

/** What somebody has to act on, the worst five. */
function deniedTable(
  unknown: SummaryAnswer['denied']['groups'],
  groups: SummaryAnswer['denied']['groups'],
): LogsTable {
  const needed = groups.filter((group) => group.class === 'needed');
  const shown = [...needed.slice(0, 5), ...unknown.slice(0, 5)].slice(0, 5);
  const all = needed.length + unknown.length;
  return {
    kind: 'table',
    name: 'denied',
    title: 'denied, and not explained (sallyport logs denied)',
    columns: [
      { name: 'who', title: 'who', kind: 'text' },
      { name: 'target', title: 'to', kind: 'text' },
      { name: 'port', title: 'port', kind: 'text' },
      { name: 'class', title: 'class', kind: 'text' },
      { name: 'records', title: 'denied', kind: 'count' },
      { name: 'last', title: 'last', kind: 'time' },
    ],
    rows: shown.map((group) => [
      ...[group.who, group.target === '' ? '(no destination)' : group.target],
      ...[
        group.port === 0 ? undefined : String(group.port),
        group.class === 'needed' ? 'needed by AKS' : 'not known',
      ],
      ...[group.records, group.last],
    ]),
    more: all - shown.length,
  };
}
