import type { Diagnostic } from '../diagnostics/index.ts';
import type { LogEngine } from '../logs/engine.ts';
import {
  type Expression,
  from,
  joined,
  least,
  lower,
  most,
  type Pipeline,
  rows,
  text,
  textOf,
} from '../logs/query/index.ts';
import { type AnswerRow, askRows } from '../logs/questions/ask-rows.ts';
import { ofFirewall } from '../logs/questions/of-firewall.ts';
import { column, DECISION_COLUMNS, decisions, filled } from '../logs/questions/tables.ts';
import { type Window, within } from '../logs/questions/window.ts';

/** The tables that hold decisions of rules; the order is that of the firewall. */
export const DECIDING = ['threat', 'dnat', 'network', 'application'] as const;
export type DecidingLog = (typeof DECIDING)[number];

/** A rule as a log names it; parts that the log does not say are empty. */
export interface LoggedRule {
  readonly policy: string;
  readonly group: string;
  readonly collection: string;
  readonly rule: string;
}

/** Decisions that differ in their time and source port only. Values are what the log says: hostile. Times in microseconds. */
export interface LoggedFlow {
  readonly log: DecidingLog;
  readonly protocol: string;
  readonly source: string;
  /** Empty in the application log. */
  readonly destination: string;
  /** Lower case; empty in the network log. */
  readonly fqdn: string;
  readonly port: number;
  /** `Allow`, `Deny`, `Alert`, `DNAT`. */
  readonly action: string;
  readonly reason: string;
  readonly by: LoggedRule;
  /** Of the DNAT log. */
  readonly translated?: { readonly address: string; readonly port: number };
  readonly records: number;
  readonly first: number;
  readonly last: number;
}

export interface LoggedOptions {
  readonly window: Window;
  readonly logs?: readonly DecidingLog[];
  /** Only what this firewall logged, by its name. */
  readonly firewall?: string;
  /** The most frequent ones are kept. */
  readonly count?: number;
}

/** Beyond, a list would not fit the memory; the answer then says that it is cut. */
export const FLOWS_MAX = 1_000_000;

/** The distinct decisions of a window, the most frequent first. The database counts; what comes back is as long as flows are various. */
export function loggedFlows({
  window,
  logs = DECIDING,
  firewall,
  count = FLOWS_MAX,
}: LoggedOptions): Pipeline {
  const columns = {
    ...DECISION_COLUMNS,
    /** `10.0.0.4:8080`, of the DNAT log. One text: Kusto keeps columns of two types apart when it joins tables. */
    Translated: 'text',
  } as const;
  const sources = logs.map((log) => {
    const [source] = decisions(log);
    return {
      table: source!.table,
      columns: {
        ...source!.columns,
        Translated: log === 'dnat' ? TRANSLATED : text(''),
      },
    };
  });
  const asked = from(columns, ...sources)
    .where((row) => within(row.TimeGenerated, window))
    .summarize((row) => ({
      by: {
        Stage: row.Stage,
        Protocol: row.Protocol,
        SourceIp: row.SourceIp,
        DestinationIp: row.DestinationIp,
        Fqdn: lower(row.Fqdn),
        DestinationPort: row.DestinationPort,
        Action: row.Action,
        ActionReason: row.ActionReason,
        Policy: row.Policy,
        RuleCollectionGroup: row.RuleCollectionGroup,
        RuleCollection: row.RuleCollection,
        Rule: row.Rule,
        Translated: row.Translated,
      },
      of: { Records: rows, First: least(row.TimeGenerated), Last: most(row.TimeGenerated) },
    }))
    .order(
      ...([
        '-Records',
        'Stage',
        'SourceIp',
        'Fqdn',
        'DestinationIp',
        'DestinationPort',
        'Protocol',
        'Action',
        'ActionReason',
        'Policy',
        'RuleCollectionGroup',
        'RuleCollection',
        'Rule',
        'Translated',
      ] as const),
    )
    .take(count).pipeline;
  return ofFirewall(asked, firewall);
}

const TRANSLATED = filled(
  joined(
    column('dnat', 'translatedIp') as Expression<'text'>,
    text(':'),
    textOf(column('dnat', 'translatedPort') as Expression<'number'>),
  ),
);

/** `isCut`: there were more kinds of flows than are read, and the rare ones are missing. */
export async function askLoggedFlows(
  engine: LogEngine,
  options: LoggedOptions,
  said?: Diagnostic[],
): Promise<{ readonly flows: readonly LoggedFlow[]; readonly isCut: boolean }> {
  const found = await askRows(engine, loggedFlows(options), said);
  return { flows: found.map(flowOf), isCut: found.length >= (options.count ?? FLOWS_MAX) };
}

function flowOf(row: AnswerRow): LoggedFlow {
  const log = row.text('Stage') as DecidingLog;
  const translated = translatedIn(row.text('Translated'));
  return {
    log,
    protocol: row.text('Protocol'),
    source: row.text('SourceIp'),
    destination: row.text('DestinationIp'),
    fqdn: row.text('Fqdn').replace(/\.$/, ''),
    port: row.number('DestinationPort'),
    action: row.text('Action'),
    reason: row.text('ActionReason'),
    by: {
      policy: row.text('Policy'),
      group: row.text('RuleCollectionGroup'),
      collection: row.text('RuleCollection'),
      rule: row.text('Rule'),
    },
    ...(translated === undefined ? {} : { translated }),
    records: row.number('Records'),
    first: row.number('First'),
    last: row.number('Last'),
  };
}

function translatedIn(text: string): LoggedFlow['translated'] {
  const colon = text.lastIndexOf(':');
  const port = Number(text.slice(colon + 1));
  return colon < 1 || !Number.isInteger(port) ? undefined : { address: text.slice(0, colon), port };
}

/** `collection/rule`, as far as the log says; empty where no rule decided. */
export function loggedName({ policy, group, collection, rule }: LoggedRule): string {
  let name = policy;
  for (const part of [group, collection, rule]) {
    if (part !== '') name = name === '' ? part : `${name}/${part}`;
  }
  return name;
}
