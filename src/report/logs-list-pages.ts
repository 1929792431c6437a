import type { AnswerRow, Completeness, TimelineAnswer, TopOf } from '../logs/questions/index.ts';
import { countWords, type LogsColumn, type LogsPage, type LogsTable } from './logs-page.ts';
import { gapRemarks, spanText } from './logs-remarks.ts';

/** Questions whose answer is one list of what is most frequent. */

type ReadCell = readonly [
  column: LogsColumn,
  read: (row: AnswerRow) => string | number | undefined,
];

const textOf = (name: string, title: string, from: string): ReadCell => [
  { name, title, kind: 'text' },
  (row) => row.text(from),
];
const countOf = (name: string, title: string, from: string): ReadCell => [
  { name, title, kind: 'count' },
  (row) => row.number(from),
];
const timeOf = (name: string, title: string, from: string): ReadCell => [
  { name, title, kind: 'time' },
  (row) => row.number(from),
];

function tableOf(
  name: string,
  title: string,
  rows: readonly AnswerRow[],
  ...cells: readonly ReadCell[]
): LogsTable {
  return {
    kind: 'table',
    ...{ name, title },
    columns: cells.map(([column]) => column),
    rows: rows.map((row) => cells.map(([, read]) => read(row))),
  };
}

const DENIED = countOf('denied', 'denied', 'Denied');
const RECORDS = countOf('records', 'records', 'Records');

export function topPage(
  what: TopOf,
  rows: readonly AnswerRow[],
  completeness: Completeness,
  scope: readonly string[],
  who: (address: string, time: number) => string,
): LogsPage {
  const last = completeness.span?.last ?? 0;
  const whoOf = (from: string): ReadCell => [
    { name: 'who', title: 'who', kind: 'text' },
    (row) => {
      const found = who(row.text(from), last);
      return found === row.text(from) ? undefined : found;
    },
  ];
  const columns: Readonly<Record<TopOf, readonly ReadCell[]>> = {
    talkers: [
      ...[whoOf('SourceIp'), textOf('source', 'from', 'SourceIp'), RECORDS, DENIED],
      ...[countOf('names', 'names', 'Names'), countOf('addresses', 'addresses', 'Addresses')],
    ],
    names: [
      textOf('name', 'name', 'Fqdn'),
      RECORDS,
      DENIED,
      countOf('sources', 'sources', 'Sources'),
    ],
    addresses: [
      ...[whoOf('DestinationIp'), textOf('address', 'address', 'DestinationIp'), RECORDS, DENIED],
      countOf('sources', 'sources', 'Sources'),
    ],
    ports: [
      [
        { name: 'port', title: 'port', kind: 'text' },
        (row) => String(row.number('DestinationPort')),
      ],
      ...[textOf('protocol', 'protocol', 'Protocol'), RECORDS, DENIED],
      countOf('sources', 'sources', 'Sources'),
    ],
    rules: [
      [
        { name: 'rule', title: 'rule', kind: 'text' },
        (row) => row.text('Rule') || '(no rule: default action)',
      ],
      textOf('collection', 'collection', 'RuleCollection'),
      textOf('action', 'action', 'Action'),
      RECORDS,
      timeOf('last', 'last', 'Last'),
    ],
  };
  return {
    question: `top ${what}`,
    title: `top ${what}, ${spanText(completeness)}`,
    scope,
    lead: [],
    parts: [tableOf(what, `${what} by records`, rows, ...columns[what])],
    remarks: gapRemarks(completeness),
  };
}

export function timelinePage(
  { starts, seconds, series }: TimelineAnswer,
  completeness: Completeness,
  scope: readonly string[],
): LogsPage {
  return {
    question: 'timeline',
    title: `timeline, ${spanText(completeness)}`,
    scope,
    lead: [],
    parts: [
      {
        ...{ kind: 'chart', name: 'timeline', title: 'records over time', starts, seconds },
        series: series.map(({ name, values }) => ({ name, values })),
        gaps: completeness.gaps.filter(({ kind }) => kind === 'all'),
      },
      {
        ...{ kind: 'table', name: 'totals', title: 'in all' },
        columns: [
          { name: 'series', title: 'what', kind: 'text' },
          { name: 'records', title: 'records', kind: 'count' },
        ],
        rows: series.map(({ name, total }) => [name, total]),
      },
    ],
    remarks: gapRemarks(completeness),
  };
}

export interface DnsRows {
  readonly answers: readonly AnswerRow[];
  readonly names: readonly AnswerRow[];
  readonly failed: readonly AnswerRow[];
  readonly slow: readonly AnswerRow[];
  readonly unresolved: readonly AnswerRow[];
}

export function dnsPage(
  { answers, names, failed, slow, unresolved }: DnsRows,
  completeness: Completeness,
  scope: readonly string[],
): LogsPage {
  const total = answers.reduce((sum, row) => sum + row.number('Records'), 0);
  const seconds = answers.reduce((sum, row) => sum + row.number('Seconds'), 0);
  const good =
    answers.find((row) => row.text('ResponseCode') === 'NOERROR')?.number('Records') ?? 0;
  const mean: ReadCell = [
    { name: 'meanSeconds', title: 'mean', kind: 'seconds' },
    (row) => row.number('Seconds') / Math.max(1, row.number('Records')),
  ];
  const slowest: ReadCell = [
    { name: 'slowestSeconds', title: 'slowest', kind: 'seconds' },
    (row) => row.number('Slowest'),
  ];
  const name: ReadCell = [
    { name: 'name', title: 'name', kind: 'text' },
    (row) => row.text('QueryName').replace(/\.$/, ''),
  ];
  const failures = countOf('failed', 'failed', 'Failed');
  const isBad = total > 0 && total - good > total / 10;
  return {
    question: 'dns',
    title: `DNS, ${spanText(completeness)}`,
    scope,
    lead:
      total === 0
        ? [{ mark: 'plain', text: 'no DNS proxy log: whether names are resolved cannot be told' }]
        : [
            {
              mark: isBad ? 'warn' : 'plain',
              text: `${countWords(total)} questions, ${countWords(total - good)} without an answer, ${((seconds / total) * 1000).toFixed(1)} ms in the mean`,
            },
            ...(unresolved.length === 0
              ? []
              : [
                  {
                    mark: 'bad' as const,
                    text: `the firewall itself could not resolve ${unresolved.length} names of its network rules: what they allow is closed meanwhile`,
                  },
                ]),
          ],
    parts: [
      tableOf(
        'answers',
        'answers',
        answers,
        [
          { name: 'code', title: 'code', kind: 'text' },
          (row) => row.text('ResponseCode') || '(none)',
        ],
        RECORDS,
        countOf('sources', 'sources', 'Sources'),
        mean,
        slowest,
      ),
      tableOf(
        'names',
        'names asked for most',
        names,
        name,
        RECORDS,
        failures,
        countOf('sources', 'sources', 'Sources'),
        mean,
      ),
      tableOf(
        'failed',
        'names that fail most',
        failed.filter((row) => row.number('Failed') > 0),
        name,
        failures,
        RECORDS,
        countOf('sources', 'sources', 'Sources'),
      ),
      tableOf(
        'slow',
        'slowest names',
        slow.filter((row) => row.number('Slowest') > 0),
        name,
        slowest,
        mean,
        RECORDS,
      ),
      tableOf(
        'unresolved',
        'names the firewall could not resolve',
        unresolved,
        textOf('name', 'name', 'Fqdn'),
        textOf('rule', 'rule', 'Rule'),
        textOf('error', 'error', 'Error'),
        RECORDS,
        timeOf('last', 'last', 'Last'),
      ),
    ],
    remarks: gapRemarks(completeness),
  };
}

export interface WafRows {
  readonly rules: readonly AnswerRow[];
  readonly clients: readonly AnswerRow[];
  readonly hosts: readonly AnswerRow[];
}

export function wafPage(
  { rules, clients, hosts }: WafRows,
  completeness: Completeness,
  scope: readonly string[],
): LogsPage {
  const stopped = rules.filter((row) => /^block/i.test(row.text('Action')));
  const requests = stopped.reduce((sum, row) => sum + row.number('Records'), 0);
  const hasLog = completeness.logs.some(({ kind }) => kind === 'waf');
  return {
    question: 'waf',
    title: `web application firewall, ${spanText(completeness)}`,
    scope,
    lead: [
      hasLog
        ? {
            mark: requests > 0 ? 'warn' : 'plain',
            text: `${countWords(requests)} records of blocked requests, by ${stopped.length} rules`,
          }
        : { mark: 'plain', text: 'no log of a web application firewall' },
    ],
    parts: [
      tableOf(
        'rules',
        'rules that hit',
        rules,
        textOf('action', 'did', 'Action'),
        textOf('ruleId', 'rule', 'RuleId'),
        textOf('host', 'host', 'Hostname'),
        textOf('message', 'what', 'Message'),
        RECORDS,
        countOf('clients', 'clients', 'Clients'),
        countOf('paths', 'paths', 'Paths'),
      ),
      tableOf(
        'clients',
        'clients',
        clients,
        textOf('client', 'client', 'ClientIp'),
        textOf('action', 'did', 'Action'),
        RECORDS,
        countOf('rules', 'rules', 'Rules'),
        countOf('paths', 'paths', 'Paths'),
        timeOf('last', 'last', 'Last'),
      ),
      tableOf(
        'hosts',
        'hosts',
        hosts,
        textOf('host', 'host', 'Host'),
        RECORDS,
        countOf('errors', 'status 400 and up', 'ClientErrors'),
        countOf('serverErrors', '500 and up', 'ServerErrors'),
        countOf('clients', 'clients', 'Clients'),
      ),
    ],
    remarks: gapRemarks(completeness),
  };
}

export function searchPage(
  rows: readonly AnswerRow[],
  words: readonly string[],
  scope: readonly string[],
  isCut: boolean,
  who: (address: string, time: number) => string,
): LogsPage {
  const source: ReadCell = [
    { name: 'source', title: 'from', kind: 'text' },
    (row) => `${row.text('SourceIp')}:${row.number('SourcePort')}`,
  ];
  const target: ReadCell = [
    { name: 'target', title: 'to', kind: 'text' },
    (row) =>
      `${row.text('Fqdn') || row.text('DestinationIp')}${row.text('Stage') === 'dns' ? '' : `:${row.number('DestinationPort')}`}`,
  ];
  const place: ReadCell = [
    { name: 'who', title: 'who', kind: 'text' },
    (row) => {
      const found = who(row.text('SourceIp'), row.number('TimeGenerated'));
      return found === row.text('SourceIp') ? undefined : found;
    },
  ];
  const rule: ReadCell = [
    { name: 'rule', title: 'rule', kind: 'text' },
    (row) =>
      row.text('Rule') === ''
        ? row.text('ActionReason')
        : `${row.text('RuleCollection')}/${row.text('Rule')}`,
  ];
  const second: ReadCell = [
    { name: 'time', title: 'time', kind: 'text' },
    (row) =>
      new Date(Math.floor(row.number('TimeGenerated') / 1000))
        .toISOString()
        .replace('T', ' ')
        .slice(0, 23),
  ];
  return {
    question: 'search',
    title: words.length === 0 ? 'the newest records' : `records with ${words.join(' ')}`,
    scope,
    lead: rows.length === 0 ? [{ mark: 'plain', text: 'none' }] : [],
    parts: [
      tableOf(
        'records',
        'newest first',
        rows,
        second,
        textOf('stage', 'log', 'Stage'),
        textOf('action', 'did', 'Action'),
        place,
        source,
        target,
        textOf('protocol', '', 'Protocol'),
        rule,
      ),
    ],
    remarks: isCut ? [`only the newest ${rows.length} are shown: --limit`] : [],
  };
}
