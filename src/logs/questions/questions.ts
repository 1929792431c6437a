import { LOG_TABLES, type LogKind } from '../columns.ts';
import {
  any,
  type Columns,
  choose,
  differs,
  distinct,
  equal,
  from,
  interval,
  joined,
  least,
  lower,
  most,
  oneOf,
  type Pipeline,
  rows,
  rowsWhere,
  sum,
  text,
  textOf,
} from '../query/index.ts';
import { column, DECISION_COLUMNS, decisions, WRITTEN } from './tables.ts';
import { type Window, within } from './window.ts';

/** Every question that is asked of the logs themselves, once: the same definition is SQL for DuckDB and KQL for a workspace. */

const RULES_AND_THREATS = ['network', 'application', 'dnat', 'threat', 'idps'] as const;
const RULES = ['network', 'application', 'dnat'] as const;

const decided = (stages: readonly (typeof RULES_AND_THREATS)[number][], window: Window) =>
  from(DECISION_COLUMNS, ...decisions(...stages)).where((row) => within(row.TimeGenerated, window));

/** Where a flow went: the name, else the address. */
const target = <R extends { readonly Fqdn: never; readonly DestinationIp: never }>(row: R) =>
  choose([[differs(row.Fqdn as never, text('')), row.Fqdn as never]], row.DestinationIp as never);

/** Records, first and last, by table. The tables asked for must exist where the question is sent. */
export function recordsByKind(kinds: readonly LogKind[], window: Window): Pipeline {
  return from(
    { TimeGenerated: 'time', Log: 'text' },
    ...kinds.map((kind) => ({
      table: LOG_TABLES[kind].table,
      columns: { TimeGenerated: WRITTEN, Log: text(kind) },
    })),
  )
    .where((row) => within(row.TimeGenerated, window))
    .summarize((row) => ({
      by: { Log: row.Log },
      of: { Records: rows, First: least(row.TimeGenerated), Last: most(row.TimeGenerated) },
    }))
    .order('-Records', 'Log').pipeline;
}

/** Records per interval and table: what shows when a log fell silent. */
export function recordsOverTime(
  kinds: readonly LogKind[],
  window: Window,
  seconds: number,
): Pipeline {
  return from(
    { TimeGenerated: 'time', Log: 'text' },
    ...kinds.map((kind) => ({
      table: LOG_TABLES[kind].table,
      columns: { TimeGenerated: WRITTEN, Log: text(kind) },
    })),
  )
    .where((row) => within(row.TimeGenerated, window))
    .summarize((row) => ({
      by: { Start: interval(row.TimeGenerated, seconds), Log: row.Log },
      of: { Records: rows },
    }))
    .order('Start', 'Log').pipeline;
}

/** How often each action was taken, by stage. */
export function actions(window: Window): Pipeline {
  return decided(RULES_AND_THREATS, window)
    .summarize((row) => ({ by: { Stage: row.Stage, Action: row.Action }, of: { Records: rows } }))
    .order('-Records', 'Stage', 'Action').pipeline;
}

export type TopOf = 'talkers' | 'names' | 'addresses' | 'ports' | 'rules';

/** The most frequent of something, with how many were denied. */
export function top(what: TopOf, window: Window, count: number): Pipeline {
  const asked = decided(RULES, window);
  const denied = {
    Denied: (row: Parameters<Parameters<typeof asked.where>[0]>[0]) =>
      rowsWhere(equal(row.Action, text('Deny'))),
  };
  switch (what) {
    case 'talkers':
      return asked
        .summarize((row) => ({
          by: { SourceIp: row.SourceIp },
          of: {
            Records: rows,
            Denied: denied.Denied(row),
            Names: distinct(row.Fqdn),
            Addresses: distinct(row.DestinationIp),
          },
        }))
        .order('-Records', 'SourceIp')
        .take(count).pipeline;
    case 'names':
      return asked
        .where((row) => differs(row.Fqdn, text('')))
        .summarize((row) => ({
          by: { Fqdn: lower(row.Fqdn) },
          of: { Records: rows, Denied: denied.Denied(row), Sources: distinct(row.SourceIp) },
        }))
        .order('-Records', 'Fqdn')
        .take(count).pipeline;
    case 'addresses':
      return asked
        .where((row) => differs(row.DestinationIp, text('')))
        .summarize((row) => ({
          by: { DestinationIp: row.DestinationIp },
          of: { Records: rows, Denied: denied.Denied(row), Sources: distinct(row.SourceIp) },
        }))
        .order('-Records', 'DestinationIp')
        .take(count).pipeline;
    case 'ports':
      return asked
        .summarize((row) => ({
          by: { Protocol: row.Protocol, DestinationPort: row.DestinationPort },
          of: { Records: rows, Denied: denied.Denied(row), Sources: distinct(row.SourceIp) },
        }))
        .order('-Records', 'DestinationPort', 'Protocol')
        .take(count).pipeline;
    case 'rules':
      return ruleHits(window, count);
  }
}

/** Hits and last hit of every rule that a record names, and of the default action. */
export function ruleHits(window: Window, count?: number): Pipeline {
  const hits = decided(RULES, window)
    .summarize((row) => ({
      by: {
        Policy: row.Policy,
        RuleCollectionGroup: row.RuleCollectionGroup,
        RuleCollection: row.RuleCollection,
        Rule: row.Rule,
        Stage: row.Stage,
        Action: row.Action,
      },
      of: { Records: rows, First: least(row.TimeGenerated), Last: most(row.TimeGenerated) },
    }))
    .order(
      '-Records',
      'Policy',
      'RuleCollectionGroup',
      'RuleCollection',
      'Rule',
      'Stage',
      'Action',
    );
  return (count === undefined ? hits : hits.take(count)).pipeline;
}

/** Flows that were denied, one row per source, target and port, the most frequent first. */
export function denied(window: Window, count: number): Pipeline {
  return decided(['network', 'application', 'threat'], window)
    .where((row) => any(equal(row.Action, text('Deny')), equal(row.Action, text('Drop'))))
    .summarize((row) => ({
      by: {
        SourceIp: row.SourceIp,
        Target: choose([[differs(row.Fqdn, text('')), lower(row.Fqdn)]], row.DestinationIp),
        DestinationPort: row.DestinationPort,
        Protocol: row.Protocol,
        Stage: row.Stage,
        ActionReason: row.ActionReason,
        Rule: joined(row.RuleCollection, text('/'), row.Rule),
      },
      of: { Records: rows, First: least(row.TimeGenerated), Last: most(row.TimeGenerated) },
    }))
    .order(
      '-Records',
      'SourceIp',
      'Target',
      'DestinationPort',
      'Protocol',
      'Stage',
      'Rule',
      'ActionReason',
    )
    .take(count).pipeline;
}

/** Records per interval and action. */
export function timeline(window: Window, seconds: number): Pipeline {
  return decided(RULES_AND_THREATS, window)
    .summarize((row) => ({
      by: { Start: interval(row.TimeGenerated, seconds), Action: row.Action },
      of: { Records: rows },
    }))
    .order('Start', 'Action').pipeline;
}

/** Threat-intelligence and IDPS hits, one row per source, target and description. */
export function threats(window: Window, count: number): Pipeline {
  const columns = {
    TimeGenerated: 'time',
    Stage: 'text',
    SourceIp: 'text',
    Target: 'text',
    DestinationPort: 'number',
    Action: 'text',
    Description: 'text',
  } as const satisfies Columns;
  const described = (kind: 'threat' | 'idps', field: string) => {
    const [source] = decisions(kind);
    const { TimeGenerated, Stage, SourceIp, DestinationPort, Action, Fqdn, DestinationIp } =
      source!.columns;
    return {
      table: source!.table,
      columns: {
        TimeGenerated: TimeGenerated!,
        Stage: Stage!,
        SourceIp: SourceIp!,
        Target: target({ Fqdn: Fqdn as never, DestinationIp: DestinationIp as never }),
        DestinationPort: DestinationPort!,
        Action: Action!,
        Description: column(kind, field as never),
      },
    };
  };
  return from(columns, described('threat', 'threatDescription'), described('idps', 'description'))
    .where((row) => within(row.TimeGenerated, window))
    .summarize((row) => ({
      by: {
        Stage: row.Stage,
        SourceIp: row.SourceIp,
        Target: row.Target,
        DestinationPort: row.DestinationPort,
        Action: row.Action,
        Description: row.Description,
      },
      of: { Records: rows, First: least(row.TimeGenerated), Last: most(row.TimeGenerated) },
    }))
    .order('-Records', 'SourceIp', 'Target', 'DestinationPort', 'Stage', 'Action', 'Description')
    .take(count).pipeline;
}

/** DNS questions by name, with how many failed and how long answers took. */
export function dnsNames(window: Window, count: number): Pipeline {
  const columns = {
    TimeGenerated: 'time',
    SourceIp: 'text',
    QueryName: 'text',
    ResponseCode: 'text',
    Seconds: 'number',
  } as const satisfies Columns;
  return from(columns, {
    table: LOG_TABLES.dns.table,
    columns: {
      TimeGenerated: WRITTEN,
      SourceIp: column('dns', 'sourceIp'),
      QueryName: column('dns', 'queryName'),
      ResponseCode: column('dns', 'responseCode'),
      Seconds: column('dns', 'requestDurationSecs'),
    },
  })
    .where((row) => within(row.TimeGenerated, window))
    .summarize((row) => ({
      by: { QueryName: lower(row.QueryName) },
      of: {
        Records: rows,
        Failed: rowsWhere(differs(row.ResponseCode, text('NOERROR'))),
        Sources: distinct(row.SourceIp),
        Seconds: sum(row.Seconds),
        Slowest: most(row.Seconds),
      },
    }))
    .order('-Records', 'QueryName')
    .take(count).pipeline;
}

/**
 * Connections to the internet per destination, port and interval: each needs a port of a public address of its own as long as it lives
 * (AFW: 2,496 ports per public address and instance, for one destination). The most in any interval first.
 */
export function connectionsPerDestination(
  window: Window,
  seconds: number,
  count: number,
): Pipeline {
  return decided(['network', 'application'], window)
    .where((row) => oneOf(row.Action, ['Allow']))
    .summarize((row) => ({
      by: {
        Start: interval(row.TimeGenerated, seconds),
        Target: choose([[differs(row.Fqdn, text('')), lower(row.Fqdn)]], row.DestinationIp),
        DestinationPort: row.DestinationPort,
      },
      of: {
        Connections: rows,
        Clients: distinct(joined(row.SourceIp, text(':'), textOf(row.SourcePort))),
      },
    }))
    .order('-Connections', 'Start', 'Target', 'DestinationPort')
    .take(count).pipeline;
}
