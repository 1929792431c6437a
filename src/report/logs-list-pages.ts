import type { AnswerRow, Completeness, TimelineAnswer, TopOf } from '../logs/questions/index.ts';
import { countOf, type ReadCell, tableOf, textOf, timeOf } from './logs-answer-table.ts';
import { counted, countWords, type LogsPage } from './logs-page.ts';
import { gapRemarks, hasDecisions, noDecisions, spanText } from './logs-remarks.ts';

/** Questions whose answer is one list of what is most frequent. */

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
      textOf('group', 'group', 'RuleCollectionGroup'),
      // Of one policy it says nothing.
      ...(new Set(rows.map((row) => row.text('Policy')).filter((name) => name !== '')).size > 1
        ? [textOf('policy', 'policy', 'Policy')]
        : []),
      textOf('log', 'log', 'Stage'),
      textOf('action', 'action', 'Action'),
      RECORDS,
      timeOf('last', 'last', 'Last'),
    ],
  };
  return {
    question: `top ${what}`,
    title: `top ${what}, ${spanText(completeness)}`,
    scope,
    lead: hasDecisions(completeness) ? [] : [noDecisions(completeness, `top ${what}`)],
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
    lead: hasDecisions(completeness)
      ? []
      : [noDecisions(completeness, 'what was allowed and denied')],
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
        ? [{ mark: 'warn', text: 'no DNS proxy log: whether names are resolved cannot be told' }]
        : [
            {
              mark: isBad ? 'warn' : 'plain',
              text: `${counted(total, 'question')}, ${countWords(total - good)} without an answer, ${((seconds / total) * 1000).toFixed(1)} ms in the mean`,
            },
            ...(unresolved.length === 0
              ? []
              : [
                  {
                    mark: 'bad' as const,
                    text: `the firewall itself could not resolve ${counted(unresolved.length, 'name')} of its network rules: what they allow is closed meanwhile`,
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
            text: `${counted(requests, 'record')} of blocked requests, by ${counted(stopped.length, 'rule')}`,
          }
        : {
            mark: 'warn',
            text: 'no log of a web application firewall: what it stopped cannot be told',
          },
    ],
    parts: [
      tableOf(
        'rules',
        'rules that hit',
        rules,
        textOf('action', 'did', 'Action'),
        textOf('ruleId', 'rule', 'RuleId'),
        textOf('host', 'host', 'Hostname'),
        RECORDS,
        countOf('clients', 'clients', 'Clients'),
        countOf('paths', 'paths', 'Paths'),
        [{ name: 'message', title: 'what', kind: 'detail' }, (row) => row.text('Message')],
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
