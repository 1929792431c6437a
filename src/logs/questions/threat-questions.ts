import { LOG_TABLES } from '../columns.ts';
import {
  type Columns,
  choose,
  differs,
  distinct,
  extracted,
  from,
  least,
  lower,
  most,
  type Pipeline,
  rows,
  rowsWhere,
  sum,
  text,
} from '../query/index.ts';
import { column, decisions, filled, WRITTEN } from './tables.ts';
import { type Window, within } from './window.ts';

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
        Target: choose([[differs(Fqdn!, text('')), lower(Fqdn as never)]], DestinationIp as never),
        DestinationPort: DestinationPort!,
        Action: Action!,
        Description: filled(column(kind, field as never) as never),
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

/** A first label so long that no person wrote it, and what it stands under. Storage accounts have at most 24 characters. */
const LONG_LABEL = '^[^.]{30,63}\\.(.+?)\\.?$';

const DNS_COLUMNS = {
  TimeGenerated: 'time',
  SourceIp: 'text',
  QueryName: 'text',
  ResponseCode: 'text',
  Seconds: 'number',
  RequestSize: 'number',
} as const satisfies Columns;

const dnsRows = (window: Window) =>
  from(DNS_COLUMNS, {
    table: LOG_TABLES.dns.table,
    columns: {
      TimeGenerated: WRITTEN,
      SourceIp: column('dns', 'sourceIp'),
      QueryName: filled(column('dns', 'queryName') as never),
      ResponseCode: filled(column('dns', 'responseCode') as never),
      Seconds: column('dns', 'requestDurationSecs'),
      RequestSize: column('dns', 'requestSize'),
    },
  }).where((row) => within(row.TimeGenerated, window));

/** Sources that ask for many different long names below one domain: how data leaves through DNS. */
export function longNames(window: Window, count: number): Pipeline {
  return dnsRows(window)
    .extend((row) => ({ Domain: lower(extracted(row.QueryName, LONG_LABEL)) }))
    .where((row) => differs(row.Domain, text('')))
    .summarize((row) => ({
      by: { SourceIp: row.SourceIp, Domain: row.Domain },
      of: {
        Records: rows,
        Names: distinct(row.QueryName),
        Bytes: sum(row.RequestSize),
        First: least(row.TimeGenerated),
        Last: most(row.TimeGenerated),
      },
    }))
    .order('-Names', 'SourceIp', 'Domain')
    .take(count).pipeline;
}

/** DNS questions by name, with how many failed and how long answers took. */
export function dnsNames(
  window: Window,
  count: number,
  by: 'Records' | 'Failed' | 'Slowest' = 'Records',
): Pipeline {
  return dnsRows(window)
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
    .order(`-${by}`, 'QueryName')
    .take(count).pipeline;
}

/** DNS questions by what was answered. */
export function dnsAnswers(window: Window): Pipeline {
  return dnsRows(window)
    .summarize((row) => ({
      by: { ResponseCode: row.ResponseCode },
      of: {
        Records: rows,
        Sources: distinct(row.SourceIp),
        Seconds: sum(row.Seconds),
        Slowest: most(row.Seconds),
      },
    }))
    .order('-Records', 'ResponseCode').pipeline;
}

/** Names that the firewall itself could not resolve for its network rules (azure-firewall 8.1). */
export function unresolvedNames(window: Window, count: number): Pipeline {
  const columns = {
    TimeGenerated: 'time',
    Fqdn: 'text',
    Error: 'text',
    Rule: 'text',
  } as const satisfies Columns;
  return from(columns, {
    table: LOG_TABLES['resolve-failure'].table,
    columns: {
      TimeGenerated: WRITTEN,
      Fqdn: filled(column('resolve-failure', 'fqdn') as never),
      Error: filled(column('resolve-failure', 'error') as never),
      Rule: filled(column('resolve-failure', 'rule') as never),
    },
  })
    .where((row) => within(row.TimeGenerated, window))
    .summarize((row) => ({
      by: { Fqdn: lower(row.Fqdn), Error: row.Error, Rule: row.Rule },
      of: { Records: rows, Last: most(row.TimeGenerated) },
    }))
    .order('-Records', 'Fqdn', 'Error', 'Rule')
    .take(count).pipeline;
}
