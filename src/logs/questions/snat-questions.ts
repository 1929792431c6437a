import { LOG_TABLES } from '../columns.ts';
import {
  addressIn,
  all,
  any,
  type Columns,
  choose,
  contains,
  differs,
  from,
  interval,
  lower,
  most,
  not,
  oneOf,
  type Pipeline,
  rows,
  sum,
  text,
} from '../query/index.ts';
import { column, DECISION_COLUMNS, decisions, WRITTEN } from './tables.ts';
import { type Window, within } from './window.ts';

/** Ranges of addresses, both ends included. */
export type Ranges = readonly (readonly [low: number, high: number])[];

/**
 * Connections that were let out, by interval, destination, port and transport: each takes a port of a public address of its own as long
 * as it lives (AFW: counted per destination address, port and protocol). Destinations in `inside` keep their source address.
 */
function connections(window: Window, inside: Ranges, seconds: number, targets?: readonly string[]) {
  return (
    from(DECISION_COLUMNS, ...decisions('network', 'application'))
      .where((row) => within(row.TimeGenerated, window))
      .where((row) => oneOf(row.Action, ['Allow']))
      .where((row) => oneOf(row.Protocol, ['TCP', 'UDP', 'HTTP', 'HTTPS', 'Mssql', 'MSSQL']))
      .where((row) =>
        targets === undefined
          ? undefined
          : any(oneOf(lower(row.Fqdn), targets), oneOf(row.DestinationIp, targets)),
      )
      // By what is written first: texts are made of few groups then and not of each record.
      .summarize((row) => ({
        by: {
          Start: interval(row.TimeGenerated, seconds),
          Fqdn: row.Fqdn,
          DestinationIp: row.DestinationIp,
          DestinationPort: row.DestinationPort,
          Protocol: row.Protocol,
        },
        of: { Written: rows },
      }))
      .summarize((row) => ({
        by: {
          Start: row.Start,
          Target: choose([[differs(row.Fqdn, text('')), lower(row.Fqdn)]], row.DestinationIp),
          DestinationPort: row.DestinationPort,
          Transport: choose([[oneOf(row.Protocol, ['UDP']), text('UDP')]], text('TCP')),
        },
        of: { Connections: sum(row.Written) },
      }))
      // Of groups, since addresses are read from texts: of each record that took ten times as long.
      .where((row) => (inside.length === 0 ? undefined : not(addressIn(row.Target, inside))))
  );
}

/** Destinations by the most connections opened to them in one interval. */
export function busiestDestinations(
  window: Window,
  inside: Ranges,
  seconds: number,
  count: number,
): Pipeline {
  return connections(window, inside, seconds)
    .summarize((row) => ({
      by: {
        Target: row.Target,
        DestinationPort: row.DestinationPort,
        Transport: row.Transport,
      },
      of: { Peak: most(row.Connections), Connections: sum(row.Connections) },
    }))
    .order('-Peak', 'Target', 'DestinationPort', 'Transport')
    .take(count).pipeline;
}

/** Connections per interval to some destinations. */
export function connectionsOverTime(
  window: Window,
  inside: Ranges,
  seconds: number,
  targets: readonly string[],
): Pipeline {
  return connections(window, inside, seconds, targets)
    .where((row) => oneOf(row.Target, targets))
    .order('Start', 'Target', 'DestinationPort', 'Transport').pipeline;
}

/** Traffic of flow logs by where it begins and ends: `inside` to `outside` and back. */
export function transferred(window: Window, inside: Ranges): Pipeline {
  const columns = {
    TimeGenerated: 'time',
    SourceIp: 'text',
    DestinationIp: 'text',
    Direction: 'text',
    Sent: 'number',
    Received: 'number',
  } as const satisfies Columns;
  const flow = (field: string) => column('vnet-flow', field as never);
  return from(columns, {
    table: LOG_TABLES['vnet-flow'].table,
    columns: {
      TimeGenerated: WRITTEN,
      SourceIp: flow('sourceIp'),
      DestinationIp: flow('destinationIp'),
      Direction: flow('direction'),
      Sent: flow('bytesSent'),
      Received: flow('bytesReceived'),
    },
  })
    .where((row) => within(row.TimeGenerated, window))
    .summarize((row) => ({
      by: {
        SourceIp: row.SourceIp,
        DestinationIp: row.DestinationIp,
        Direction: lower(row.Direction),
      },
      of: { Flows: rows, There: sum(row.Sent), Back: sum(row.Received) },
    }))
    .extend((row) => ({
      IsFrom: addressIn(row.SourceIp, inside),
      IsTo: addressIn(row.DestinationIp, inside),
    }))
    .summarize((row) => ({
      by: {
        Way: choose(
          [
            [contains(row.SourceIp, ':'), text('ipv6')],
            [all(row.IsFrom, row.IsTo), text('inside')],
            [row.IsFrom, text('out')],
            [row.IsTo, text('in')],
          ],
          text('outside'),
        ),
        Direction: row.Direction,
      },
      of: { Records: sum(row.Flows), Sent: sum(row.There), Received: sum(row.Back) },
    }))
    .order('Way', 'Direction').pipeline;
}
