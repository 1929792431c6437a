import type { Completeness, ThreatsAnswer } from '../logs/questions/index.ts';
import { scanText } from './logs-denied-page.ts';
import { bytesWords, countWords, type LogsPage, type Sentence } from './logs-page.ts';
import { gapRemarks, hasDecisions, noDecisions, spanText } from './logs-remarks.ts';

export function threatsPage(
  answer: ThreatsAnswer,
  completeness: Completeness,
  scope: readonly string[],
): LogsPage {
  const { hits, longNames, scans } = answer;
  const lead = threatSentences(answer);
  const hasDns = completeness.logs.some(({ kind }) => kind === 'dns');
  const nothing: Sentence =
    hasDecisions(completeness) || hasDns
      ? { mark: 'good', text: 'no hit, no scan and no data in names was seen' }
      : noDecisions(completeness, 'whether there were threats');
  return {
    question: 'threats',
    title: `threats, ${spanText(completeness)}`,
    scope,
    lead: lead.length > 0 ? lead : [nothing],
    parts: [
      {
        kind: 'table',
        name: 'hits',
        title: 'threat intelligence and IDPS',
        columns: [
          { name: 'who', title: 'who', kind: 'text' },
          { name: 'source', title: 'from', kind: 'text' },
          { name: 'target', title: 'to', kind: 'text' },
          { name: 'port', title: 'port', kind: 'text' },
          { name: 'action', title: 'did', kind: 'text' },
          { name: 'records', title: 'hits', kind: 'count' },
          { name: 'last', title: 'last', kind: 'time' },
          { name: 'description', title: 'what', kind: 'detail' },
        ],
        rows: hits.map((hit) => [
          ...[hit.who === hit.source ? undefined : hit.who, hit.source, hit.target],
          ...[String(hit.port), hit.action, hit.records, hit.last, hit.description],
        ]),
      },
      {
        kind: 'table',
        name: 'longNames',
        title: 'many long names below one domain: data may leave through DNS',
        columns: [
          { name: 'who', title: 'who', kind: 'text' },
          { name: 'source', title: 'from', kind: 'text' },
          { name: 'domain', title: 'below', kind: 'text' },
          { name: 'names', title: 'names', kind: 'count' },
          { name: 'queries', title: 'questions', kind: 'count' },
          { name: 'bytes', title: 'bytes', kind: 'bytes' },
          { name: 'first', title: 'first', kind: 'time' },
          { name: 'last', title: 'last', kind: 'time' },
        ],
        rows: longNames.map((one) => [
          ...[one.who === one.source ? undefined : one.who, one.source, one.domain],
          ...[one.names, one.queries, one.bytes, one.first, one.last],
        ]),
      },
      {
        kind: 'table',
        name: 'scans',
        title: 'scans: one source, many closed doors',
        columns: [
          { name: 'who', title: 'who', kind: 'text' },
          { name: 'source', title: 'from', kind: 'text' },
          { name: 'addresses', title: 'addresses', kind: 'count' },
          { name: 'ports', title: 'ports', kind: 'count' },
          { name: 'records', title: 'denied', kind: 'count' },
          { name: 'first', title: 'first', kind: 'time' },
          { name: 'last', title: 'last', kind: 'time' },
        ],
        rows: scans.map((scan) => [
          ...[scan.who === scan.source ? undefined : scan.who, scan.source],
          ...[scan.addresses, scan.ports, scan.records, scan.first, scan.last],
        ]),
      },
    ],
    remarks: gapRemarks(completeness),
  };
}

/** Allowed hits first: they got through. */
export function threatSentences({ hits, longNames, scans }: ThreatsAnswer): readonly Sentence[] {
  const named = (who: string, source: string) => (who === source ? source : `${who} (${source})`);
  const ordered = [...hits].sort(
    (a, b) => Number(isStopped(a.action)) - Number(isStopped(b.action)),
  );
  const sentences = [
    ...ordered.slice(0, 3).map(
      (hit): Sentence => ({
        mark: isStopped(hit.action) ? 'warn' : 'bad',
        text: `${named(hit.who, hit.source)} → ${hit.target}:${hit.port}, ${hit.description}: ${countWords(hit.records)} × ${hit.action}`,
      }),
    ),
    ...longNames.slice(0, 3).map(
      (one): Sentence => ({
        mark: 'bad',
        text: `${named(one.who, one.source)} asked for ${countWords(one.names)} long names below ${one.domain} (${bytesWords(one.bytes)}): data may leave through DNS`,
      }),
    ),
    ...scans.slice(0, 3).map((scan): Sentence => ({ mark: 'bad', text: scanText(scan) })),
  ];
  return sentences.sort((a, b) => Number(a.mark === 'warn') - Number(b.mark === 'warn'));
}

function isStopped(action: string): boolean {
  return action === 'Deny' || action === 'Drop';
}
