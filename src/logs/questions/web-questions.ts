import { LOG_TABLES } from '../columns.ts';
import {
  atLeast,
  type Columns,
  distinct,
  from,
  least,
  most,
  number,
  type Pipeline,
  rows,
  rowsWhere,
} from '../query/index.ts';
import { column, filled, WRITTEN } from './tables.ts';
import { type Window, within } from './window.ts';

/** What the web application firewall said, by rule and action, the most frequent first. */
export function wafRules(window: Window, count: number): Pipeline {
  const columns = {
    TimeGenerated: 'time',
    Action: 'text',
    RuleGroup: 'text',
    RuleId: 'text',
    Message: 'text',
    ClientIp: 'text',
    RequestUri: 'text',
    Hostname: 'text',
  } as const satisfies Columns;
  return from(columns, {
    table: LOG_TABLES.waf.table,
    columns: {
      TimeGenerated: WRITTEN,
      Action: filled(column('waf', 'action') as never),
      RuleGroup: filled(column('waf', 'ruleGroup') as never),
      RuleId: filled(column('waf', 'ruleId') as never),
      Message: filled(column('waf', 'message') as never),
      ClientIp: column('waf', 'clientIp'),
      RequestUri: column('waf', 'requestUri'),
      Hostname: filled(column('waf', 'hostname') as never),
    },
  })
    .where((row) => within(row.TimeGenerated, window))
    .summarize((row) => ({
      by: {
        Action: row.Action,
        RuleGroup: row.RuleGroup,
        RuleId: row.RuleId,
        Message: row.Message,
        Hostname: row.Hostname,
      },
      of: {
        Records: rows,
        Clients: distinct(row.ClientIp),
        Paths: distinct(row.RequestUri),
        First: least(row.TimeGenerated),
        Last: most(row.TimeGenerated),
      },
    }))
    .order('-Records', 'Action', 'RuleGroup', 'RuleId', 'Message', 'Hostname')
    .take(count).pipeline;
}

/** Clients that the web application firewall stopped or noted. */
export function wafClients(window: Window, count: number): Pipeline {
  const columns = {
    TimeGenerated: 'time',
    Action: 'text',
    RuleId: 'text',
    ClientIp: 'text',
    RequestUri: 'text',
  } as const satisfies Columns;
  return from(columns, {
    table: LOG_TABLES.waf.table,
    columns: {
      TimeGenerated: WRITTEN,
      Action: filled(column('waf', 'action') as never),
      RuleId: column('waf', 'ruleId'),
      ClientIp: filled(column('waf', 'clientIp') as never),
      RequestUri: column('waf', 'requestUri'),
    },
  })
    .where((row) => within(row.TimeGenerated, window))
    .summarize((row) => ({
      by: { ClientIp: row.ClientIp, Action: row.Action },
      of: {
        Records: rows,
        Rules: distinct(row.RuleId),
        Paths: distinct(row.RequestUri),
        First: least(row.TimeGenerated),
        Last: most(row.TimeGenerated),
      },
    }))
    .order('-Records', 'ClientIp', 'Action')
    .take(count).pipeline;
}

/** Requests of the gateway by host, with how many failed. */
export function gatewayHosts(window: Window, count: number): Pipeline {
  const columns = {
    TimeGenerated: 'time',
    Host: 'text',
    HttpStatus: 'number',
    ClientIp: 'text',
  } as const satisfies Columns;
  return from(columns, {
    table: LOG_TABLES['gateway-access'].table,
    columns: {
      TimeGenerated: WRITTEN,
      Host: filled(column('gateway-access', 'host') as never),
      HttpStatus: column('gateway-access', 'httpStatus'),
      ClientIp: column('gateway-access', 'clientIp'),
    },
  })
    .where((row) => within(row.TimeGenerated, window))
    .summarize((row) => ({
      by: { Host: row.Host },
      of: {
        Records: rows,
        ClientErrors: rowsWhere(atLeast(row.HttpStatus, number(400))),
        ServerErrors: rowsWhere(atLeast(row.HttpStatus, number(500))),
        Clients: distinct(row.ClientIp),
      },
    }))
    .order('-Records', 'Host')
    .take(count).pipeline;
}
