import { LOG_TABLES } from '../columns.ts';
import {
  addressIn,
  all,
  type Columns,
  choose,
  contains,
  type Expression,
  equal,
  from,
  interval,
  lower,
  most,
  not,
  oneOf,
  type Pipeline,
  rows,
  type Source,
  sum,
  text,
} from '../query/index.ts';
import { RESOURCE } from './of-firewall.ts';
import { column, decisions, WRITTEN } from './tables.ts';
import { type Window, within } from './window.ts';

/** Ranges of addresses, both ends included. */
export type Ranges = readonly (readonly [low: number, high: number])[];

const CONNECTION_COLUMNS = {
  TimeGenerated: 'time',
  /** The id of the firewall in lower case; empty where the record has none. */
  Firewall: 'text',
  Action: 'text',
  Protocol: 'text',
  /** An address, or a name in lower case. */
  Target: 'text',
  DestinationPort: 'number',
  Transport: 'text',
} as const satisfies Columns;

const letOut = (window: Window) =>
  from(CONNECTION_COLUMNS, ...connectionSources())
    .where((row) => within(row.TimeGenerated, window))
    .where((row) => oneOf(row.Action, ['Allow']))
    .where((row) => oneOf(row.Protocol, ['TCP', 'UDP', 'HTTP', 'HTTPS', 'Mssql', 'MSSQL']));

/**
 * Connections that were let out, by interval, destination, port and transport: each takes a port of a public address of its own as long
 * as it lives (AFW: counted per destination address, port and protocol).
 */
function connections(
  window: Window,
  seconds: number,
  firewall: string | undefined,
  targets?: readonly string[],
) {
  return letOut(window)
    .where((row) => (firewall === undefined ? undefined : equal(row.Firewall, text(firewall))))
    .where((row) => (targets === undefined ? undefined : oneOf(row.Target, targets)))
    .summarize((row) => ({
      by: {
        Start: interval(row.TimeGenerated, seconds),
        Target: row.Target,
        DestinationPort: row.DestinationPort,
        Transport: row.Transport,
      },
      of: { Connections: rows },
    }));
}

function connectionSources(): readonly Source[] {
  return decisions('network', 'application').map(({ table, columns }) => {
    const { TimeGenerated, Action, Protocol, DestinationPort, Fqdn, DestinationIp } = columns;
    const isNamed = table === LOG_TABLES.application.table;
    return {
      table,
      columns: {
        ...{ TimeGenerated: TimeGenerated!, Firewall: RESOURCE },
        ...{ Action: Action!, Protocol: Protocol! },
        // Each table has one of the two: what is chosen here is not chosen for each record.
        Target: isNamed ? lower(Fqdn as Expression<'text'>) : DestinationIp!,
        DestinationPort: DestinationPort!,
        Transport: choose(
          [[equal(Protocol as Expression<'text'>, text('UDP')), text('UDP')]],
          text('TCP'),
        ),
      },
    };
  });
}

/** The firewalls that let connections out. */
export function lettingFirewalls(window: Window): Pipeline {
  return letOut(window)
    .summarize((row) => ({ by: { Firewall: row.Firewall }, of: { Records: rows } }))
    .order('-Records', 'Firewall').pipeline;
}

/**
 * Destinations by the most connections opened to them in one interval.
 * @param inside destinations that keep their source address and take no port
 * @param firewall its id in lower case; absent: all together
 */
export function busiestDestinations(
  window: Window,
  inside: Ranges,
  seconds: number,
  count: number,
  firewall?: string,
): Pipeline {
  return (
    connections(window, seconds, firewall)
      .summarize((row) => ({
        by: {
          Target: row.Target,
          DestinationPort: row.DestinationPort,
          Transport: row.Transport,
        },
        of: { Peak: most(row.Connections), Connections: sum(row.Connections) },
      }))
      // Last, since addresses are read from texts: of each record that took ten times as long.
      .where((row) => (inside.length === 0 ? undefined : not(addressIn(row.Target, inside))))
      .order('-Peak', 'Target', 'DestinationPort', 'Transport')
      .take(count).pipeline
  );
}

/** Connections per interval to some destinations, as `busiestDestinations` names them. */
export function connectionsOverTime(
  window: Window,
  seconds: number,
  targets: readonly string[],
  firewall?: string,
): Pipeline {
  return connections(window, seconds, firewall, targets).order(
    ...(['Start', 'Target', 'DestinationPort', 'Transport'] as const),
  ).pipeline;
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
        Direction: lower(row.Direction),
      },
      of: { Records: rows, Sent: sum(row.Sent), Received: sum(row.Received) },
    }))
    .order('Way', 'Direction').pipeline;
}
