import type { Diagnostic } from '../diagnostics/index.ts';
import { LOG_TABLES } from '../logs/columns.ts';
import type { LogEngine } from '../logs/engine.ts';
import {
  all,
  type Columns,
  differs,
  type Expression,
  equal,
  from,
  least,
  lower,
  most,
  oneOf,
  type Pipeline,
  rowsWhere,
  text,
} from '../logs/query/index.ts';
import { askRows } from '../logs/questions/ask-rows.ts';
import { column, filled, WRITTEN } from '../logs/questions/tables.ts';
import { type Window, within } from '../logs/questions/window.ts';

/** More kinds of flows are not read. */
const SUBNET_FLOWS_MAX = 200_000;

/** What left an interface, as VNet flow logs have it: numbers alone, and no name. Times in microseconds. */
export interface SubnetFlow {
  readonly source: string;
  readonly destination: string;
  readonly port: number;
  readonly transport: 'tcp' | 'udp';
  /** Connections that began; at least one, for those that began before the log did. */
  readonly records: number;
  readonly first: number;
  readonly last: number;
}

/**
 * Flows that went out of a network interface and were not denied. A flow is logged when it begins, while it lasts and when it ends
 * (azure-networking 5.6), so beginnings are counted. What came in is somebody else's call.
 */
export function subnetFlows(window: Window): Pipeline {
  const columns = {
    TimeGenerated: 'time',
    Protocol: 'text',
    Source: 'text',
    Destination: 'text',
    DestinationPort: 'number',
    Direction: 'text',
    State: 'text',
  } as const satisfies Columns;
  const own = (field: string) => filled(column('vnet-flow', field as never) as Expression<'text'>);
  return from(columns, {
    table: LOG_TABLES['vnet-flow'].table,
    columns: {
      TimeGenerated: WRITTEN,
      Protocol: lower(own('protocol')),
      Source: own('sourceIp'),
      Destination: own('destinationIp'),
      DestinationPort: column('vnet-flow', 'destinationPort'),
      Direction: lower(own('direction')),
      State: lower(own('state')),
    },
  })
    .where((row) => within(row.TimeGenerated, window))
    .where((row) => all(equal(row.Direction, text('o')), differs(row.State, text('d'))))
    .where((row) => oneOf(row.Protocol, ['tcp', 'udp']))
    .summarize((row) => ({
      by: {
        Source: row.Source,
        Destination: row.Destination,
        DestinationPort: row.DestinationPort,
        Protocol: row.Protocol,
      },
      of: {
        Begun: rowsWhere(equal(row.State, text('b'))),
        First: least(row.TimeGenerated),
        Last: most(row.TimeGenerated),
      },
    }))
    .order('-Begun', 'Source', 'Destination', 'DestinationPort', 'Protocol')
    .take(SUBNET_FLOWS_MAX).pipeline;
}

export async function askSubnetFlows(
  engine: LogEngine,
  window: Window,
  said?: Diagnostic[],
): Promise<{ readonly flows: readonly SubnetFlow[]; readonly isCut: boolean }> {
  const found = await askRows(engine, subnetFlows(window), said);
  const flows = found.map(
    (row): SubnetFlow => ({
      source: row.text('Source'),
      destination: row.text('Destination'),
      port: row.number('DestinationPort'),
      transport: row.text('Protocol') === 'udp' ? 'udp' : 'tcp',
      records: Math.max(1, row.number('Begun')),
      ...{ first: row.number('First'), last: row.number('Last') },
    }),
  );
  return { flows, isCut: found.length >= SUBNET_FLOWS_MAX };
}
