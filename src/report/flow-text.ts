import type { FlowPoint } from '../flows/index.ts';
import { formatIp } from '../net/index.ts';

/** `10.0.0.4 → 203.0.113.10:443 tcp`, with the name where the flow shows one. */
export function flowText({
  source,
  destination,
  destinationPort,
  protocol,
  application,
  name,
}: FlowPoint): string {
  const hasPort = protocol === 'tcp' || protocol === 'udp' || protocol === 'sctp';
  const shown = destination.family === 6 ? `[${formatIp(destination)}]` : formatIp(destination);
  const to = name === undefined ? shown : `${name} (${shown})`;
  const speaks = application === 'none' ? '' : ` ${application}`;
  return `${formatIp(source)} → ${to}${hasPort ? `:${destinationPort}` : ''} ${protocol}${speaks}`;
}

/** The same for machines. */
export function flowJson(flow: FlowPoint): object {
  const { source, destination, protocol, sourcePort, destinationPort, application, name } = flow;
  return {
    source: formatIp(source),
    destination: formatIp(destination),
    protocol,
    sourcePort,
    destinationPort,
    application,
    ...(name === undefined ? {} : { name }),
  };
}
