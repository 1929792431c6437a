import type { AlertOutcome, AlertsAnswer } from '../logs/proof/index.ts';
import { type Cell, isoTime, type LogsColumn, type LogsPage, type LogsTable } from './logs-page.ts';

/** What fired, what is quiet, and what cannot be told. */
export function alertsPage({ at, outcomes }: AlertsAnswer, scope: readonly string[]): LogsPage {
  const fired = outcomes.filter(({ state }) => state === 'fired');
  const quiet = outcomes.filter(({ state }) => state === 'quiet');
  return {
    question: 'alerts',
    title: at === undefined ? 'alerts' : `alerts as of ${isoTime(at)}`,
    scope,
    lead: [
      ...fired.map(({ rule, rows }) => ({
        mark: rule.severity <= 1 ? ('bad' as const) : ('warn' as const),
        text: `${rule.title}: ${rule.description} (${rows.length})`,
      })),
      ...(quiet.length === 0
        ? []
        : [
            {
              mark: 'good' as const,
              text: `quiet: ${quiet.map(({ rule }) => rule.title.toLowerCase()).join(', ')}`,
            },
          ]),
    ],
    parts: fired.map(tableOf),
    remarks: outcomes.flatMap(({ state, rule, why }) =>
      state === 'unknown' ? [`${rule.title.toLowerCase()}: not asked, ${why}`] : [],
    ),
  };
}

const KINDS: Readonly<Record<string, LogsColumn['kind']>> = {
  Records: 'count',
  Recent: 'count',
  Usual: 'count',
  Peak: 'count',
  Sources: 'count',
};
const SHOWN = 20;

function tableOf({ rule, rows }: AlertOutcome): LogsTable {
  return {
    kind: 'table',
    name: rule.id,
    title: rule.title,
    columns: rule.columns.map((name) => ({
      name: `${name[0]!.toLowerCase()}${name.slice(1)}`,
      title: TITLES[name] ?? name.toLowerCase(),
      kind: KINDS[name] ?? 'text',
    })),
    rows: rows.slice(0, SHOWN).map((row) =>
      rule.columns.map((name): Cell => {
        const value = row[name];
        if (value === null || value === undefined) return undefined;
        return (KINDS[name] ?? 'text') === 'text' ? String(value) : Number(value);
      }),
    ),
    more: Math.max(0, rows.length - SHOWN),
  };
}

const TITLES: Readonly<Record<string, string>> = {
  DestinationPort: 'port',
  SourceIp: 'from',
  Target: 'to',
  Fqdn: 'to',
  Transport: '',
};
