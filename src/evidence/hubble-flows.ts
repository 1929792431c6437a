import type { Diagnostic } from '../diagnostics/index.ts';
import { LOG_TABLES } from '../logs/columns.ts';
import type { LogEngine } from '../logs/engine.ts';
import {
  all,
  type Columns,
  choose,
  differs,
  type Expression,
  equal,
  from,
  least,
  lower,
  most,
  oneOf,
  type Pipeline,
  rows,
  text,
} from '../logs/query/index.ts';
import { askRows } from '../logs/questions/ask-rows.ts';
import { column, filled, WRITTEN } from '../logs/questions/tables.ts';
import { type Window, within } from '../logs/questions/window.ts';
import { parseIp } from '../net/index.ts';
import type { SeenCall } from './learn.ts';
import type { Pods } from './learned-egress.ts';

/** More kinds of flows are not read. */
const ROWS_MAX = 200_000;

/**
 * What pods sent out of the cluster, as Cilium saw it: the pod by its name, also where the firewall sees its node only, and names where
 * the DNS proxy of Cilium was asked.
 */
export function hubbleFlows(window: Window): Pipeline {
  const columns = {
    TimeGenerated: 'time',
    Protocol: 'text',
    Destination: 'text',
    Names: 'text',
    DestinationPort: 'number',
    Verdict: 'text',
    Direction: 'text',
    Namespace: 'text',
    Pod: 'text',
    DestinationPod: 'text',
    Reply: 'text',
  } as const satisfies Columns;
  const own = (field: string) => filled(column('hubble', field as never) as Expression<'text'>);
  return from(columns, {
    table: LOG_TABLES.hubble.table,
    columns: {
      TimeGenerated: WRITTEN,
      Protocol: lower(own('protocol')),
      Destination: own('destinationIp'),
      Names: lower(own('destinationNames')),
      DestinationPort: column('hubble', 'destinationPort'),
      Verdict: lower(own('verdict')),
      Direction: lower(own('direction')),
      Namespace: own('sourceNamespace'),
      Pod: choose(
        [[differs(own('sourceWorkload'), text('')), own('sourceWorkload')]],
        own('sourcePod'),
      ),
      DestinationPod: own('destinationPod'),
      // Absent is no reply: older exporters do not say.
      Reply: choose(
        [[column('hubble', 'isReply') as Expression<'truth'>, text('yes')]],
        text('no'),
      ),
    },
  })
    .where((row) => within(row.TimeGenerated, window))
    .where((row) =>
      all(
        oneOf(row.Verdict, ['forwarded', 'audit']),
        equal(row.Direction, text('egress')),
        equal(row.DestinationPod, text('')),
        differs(row.Namespace, text('')),
        equal(row.Reply, text('no')),
      ),
    )
    .summarize((row) => ({
      by: {
        Namespace: row.Namespace,
        Pod: row.Pod,
        Protocol: row.Protocol,
        Destination: row.Destination,
        Names: row.Names,
        DestinationPort: row.DestinationPort,
      },
      of: { Records: rows, First: least(row.TimeGenerated), Last: most(row.TimeGenerated) },
    }))
    .order('-Records', 'Namespace', 'Pod', 'Destination', 'DestinationPort', 'Protocol', 'Names')
    .take(ROWS_MAX).pipeline;
}

/** The same, as calls of workloads. Replies have the ports of clients, which nobody can allow: they are no calls. */
export async function askHubbleFlows(
  engine: LogEngine,
  window: Window,
  podsOf: (label: string) => Pods,
  said?: Diagnostic[],
): Promise<readonly SeenCall[]> {
  const found = await askRows(engine, hubbleFlows(window), said);
  return found.flatMap((row): readonly SeenCall[] => {
    const protocol = row.text('Protocol');
    if (protocol !== 'tcp' && protocol !== 'udp') return [];
    // A workload comes as `Deployment/orders`.
    const who = `${row.text('Namespace')}/${row.text('Pod').replace(/^.*\//, '')}`;
    const [name] = row.text('Names').split(',');
    const target = name === undefined || name === '' ? row.text('Destination') : name;
    if (target === '' || (name === '' && parseIp(target) === undefined)) return [];
    return [
      {
        ...{ who, pods: podsOf(who), target: target.replace(/\.$/, ''), transport: protocol },
        port: row.number('DestinationPort'),
        ...{ records: row.number('Records'), first: row.number('First'), last: row.number('Last') },
      },
    ];
  });
}
