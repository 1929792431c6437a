import type { AlertOutcome, AlertsAnswer } from '../evidence/index.ts';
import {
  type Cell,
  type LogsColumn,
  type LogsPage,
  type LogsTable,
  timeWords,
} from './logs-page.ts';

/** What fired, what is quiet, and what cannot be told. */
export function alertsPage({ at, outcomes }: AlertsAnswer, scope: readonly string[]): LogsPage {
  const fired = outcomes.filter(({ state }) => state === 'fired');
  const quiet = outcomes.filter(({ state }) => state === 'quiet');
  return {
    question: 'alerts',
    title: at === undefined ? 'alerts' : `alerts as of ${timeWords(at)} UTC`,
    scope,
    lead: [
      ...fired.map(({ rule, rows }) => ({
        mark: rule.severity <= 1 ? ('bad' as const) : ('warn' as const),
        text: `${rule.title}${rows.length > 1 ? ` (${rows.length})` : ''}: ${rule.description}`,
      })),
      ...(quiet.length === 0
        ? []
        : [
            {
              mark: 'good' as const,
              text: `quiet: ${quiet.map(({ rule }) => midSentence(rule.title)).join(', ')}`,
            },
          ]),
    ],
    parts: fired.map(tableOf),
    remarks: outcomes.flatMap(({ state, rule, why }) =>
      state === 'unknown' ? [`${midSentence(rule.title)}: not asked, ${why}`] : [],
    ),
  };
}

/** `Denied volume rose` as `denied volume rose`; `AKS dependency denied` and `SNAT` stay. */
function midSentence(title: string): string {
  return /^[A-Z][a-z]/.test(title) ? `${title[0]!.toLowerCase()}${title.slice(1)}` : title;
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
