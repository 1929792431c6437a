import {
  all,
  any,
  choose,
  differs,
  distinct,
  type Expression,
  equal,
  extracted,
  from,
  joined,
  least,
  lower,
  most,
  not,
  oneOf,
  type Pipeline,
  rows,
  text,
  textOf,
} from '../query/index.ts';
import { DECISION_COLUMNS, decisions } from './tables.ts';
import { type Window, within } from './window.ts';

/** A source, and the networks it was denied all over: `10.60.0` for 10.60.0.0/24. */
export interface ScannedNetworks {
  readonly source: string;
  readonly networks: readonly string[];
}

const deniedRows = (window: Window) =>
  from(DECISION_COLUMNS, ...decisions('network', 'application', 'threat'))
    .where((row) => within(row.TimeGenerated, window))
    .where((row) => oneOf(row.Action, ['Deny', 'Drop']));

/**
 * Flows that were denied, one row per source, target and port, the most frequent first.
 * @param scans sources whose denials in these networks are told as one scan, and left out here
 */
export function denied(
  window: Window,
  count: number,
  scans: readonly ScannedNetworks[] = [],
): Pipeline {
  return deniedRows(window)
    .where((row) =>
      scans.length === 0
        ? undefined
        : not(
            any(
              ...scans.map(({ source, networks }) =>
                all(
                  equal(row.SourceIp, text(source)),
                  equal(row.Fqdn, text('')),
                  oneOf(networkOf(row.DestinationIp), networks),
                ),
              ),
            ),
          ),
    )
    .summarize((row) => ({
      by: {
        SourceIp: row.SourceIp,
        Target: choose([[differs(row.Fqdn, text('')), lower(row.Fqdn)]], row.DestinationIp),
        DestinationPort: row.DestinationPort,
        Protocol: row.Protocol,
        Stage: row.Stage,
        ActionReason: row.ActionReason,
        Rule: choose(
          [
            [
              any(differs(row.RuleCollection, text('')), differs(row.Rule, text(''))),
              joined(row.RuleCollection, text('/'), row.Rule),
            ],
          ],
          text(''),
        ),
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

/** How widely each source was denied by address: what tells a scan from a fault that repeats itself. */
export function deniedSpread(window: Window, count: number): Pipeline {
  return deniedRows(window)
    .where((row) => all(equal(row.Stage, text('network')), differs(row.DestinationIp, text(''))))
    .summarize((row) => ({
      by: { SourceIp: row.SourceIp },
      of: {
        Records: rows,
        Addresses: distinct(row.DestinationIp),
        Ports: distinct(row.DestinationPort),
        Targets: distinct(joined(row.DestinationIp, text(':'), textOf(row.DestinationPort))),
        First: least(row.TimeGenerated),
        Last: most(row.TimeGenerated),
      },
    }))
    .order('-Targets', 'SourceIp')
    .take(count).pipeline;
}

/** The networks (of 256 addresses) in which these sources were denied by address. */
export function deniedNetworks(
  window: Window,
  sources: readonly string[],
  count: number,
): Pipeline {
  return deniedRows(window)
    .where((row) => all(oneOf(row.SourceIp, sources), equal(row.Fqdn, text(''))))
    .summarize((row) => ({
      by: {
        SourceIp: row.SourceIp,
        Network: networkOf(row.DestinationIp),
      },
      of: {
        Records: rows,
        Addresses: distinct(row.DestinationIp),
        Ports: distinct(row.DestinationPort),
        Targets: distinct(joined(row.DestinationIp, text(':'), textOf(row.DestinationPort))),
        First: least(row.TimeGenerated),
        Last: most(row.TimeGenerated),
      },
    }))
    .order('-Targets', 'SourceIp', 'Network')
    .take(count).pipeline;
}

/** The first three numbers of an IPv4 address: `10.60.0`. */
function networkOf(address: Expression<'text'>): Expression<'text'> {
  return extracted(address, '^([0-9]+\\.[0-9]+\\.[0-9]+)\\.');
}
