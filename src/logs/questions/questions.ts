import { LOG_TABLES, type LogKind } from '../columns.ts';
import {
  atLeast,
  differs,
  distinct,
  equal,
  from,
  interval,
  least,
  lower,
  most,
  oneOf,
  type Pipeline,
  rows,
  rowsWhere,
  sum,
  text,
  time,
} from '../query/index.ts';
import { DECISION_COLUMNS, decisions, WRITTEN } from './tables.ts';
import { type Window, within } from './window.ts';

/** Every question that is asked of the logs themselves, once: the same definition is SQL for DuckDB and KQL for a workspace. */

const RULES_AND_THREATS = ['network', 'application', 'dnat', 'threat', 'idps'] as const;
const RULES = ['network', 'application', 'dnat'] as const;

const decided = (stages: readonly (typeof RULES_AND_THREATS)[number][], window: Window) =>
  from(DECISION_COLUMNS, ...decisions(...stages)).where((row) => within(row.TimeGenerated, window));

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

/** Records per interval and action. */
export function timeline(window: Window, seconds: number): Pipeline {
  return decided(RULES_AND_THREATS, window)
    .summarize((row) => ({
      by: { Start: interval(row.TimeGenerated, seconds), Action: row.Action },
      of: { Records: rows },
    }))
    .order('Start', 'Action').pipeline;
}

/** Records per interval of some rules, and of the default action. */
export function timelineOfRules(
  window: Window,
  seconds: number,
  rules: readonly string[],
): Pipeline {
  return decided(RULES, window)
    .where((row) => oneOf(row.Rule, [...rules, '']))
    .summarize((row) => ({
      by: {
        Start: interval(row.TimeGenerated, seconds),
        RuleCollection: row.RuleCollection,
        Rule: row.Rule,
      },
      of: { Records: rows },
    }))
    .order('Start', 'RuleCollection', 'Rule').pipeline;
}

/** Names that nobody asked for before a time and somebody did since, the most frequent first. */
export function newNames(window: Window, since: string, count: number): Pipeline {
  return decided(RULES, window)
    .where((row) => differs(row.Fqdn, text('')))
    .summarize((row) => ({
      by: { Fqdn: row.Fqdn },
      of: {
        Seen: rows,
        Denials: rowsWhere(equal(row.Action, text('Deny'))),
        Began: least(row.TimeGenerated),
      },
    }))
    .summarize((row) => ({
      by: { Fqdn: lower(row.Fqdn) },
      of: { Records: sum(row.Seen), Denied: sum(row.Denials), First: least(row.Began) },
    }))
    .where((row) => atLeast(row.First, time(since)))
    .order('-Records', 'Fqdn')
    .take(count).pipeline;
}
