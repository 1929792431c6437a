import type { AnswerRow } from '../logs/questions/index.ts';
import { type ReadCell, tableOf, textOf } from './logs-answer-table.ts';
import { type LogsPage, timeWords } from './logs-page.ts';

/** Records one by one, as they were searched for. */
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
  // Of one day the day is said once: addresses and names need the room.
  const days = new Set(rows.map((row) => timeWords(row.number('TimeGenerated')).slice(0, 10)));
  const [day = ''] = days;
  const moment: ReadCell = [
    { name: 'time', title: 'time', kind: days.size === 1 ? 'clock' : 'moment' },
    (row) => row.number('TimeGenerated'),
  ];
  return {
    question: 'search',
    title: words.length === 0 ? 'the newest records' : `records with ${words.join(' ')}`,
    scope,
    lead: rows.length === 0 ? [{ mark: 'plain', text: 'none' }] : [],
    parts: [
      tableOf(
        'records',
        days.size === 1 ? `newest first, of ${day} UTC` : 'newest first',
        rows,
        moment,
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
