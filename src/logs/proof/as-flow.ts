import { ALL_IPV4, type Port, type Protocol, parseDomainName, parseIp } from '../../net/index.ts';
import type { Application, Flow } from '../../semantics/flow.ts';
import type { LoggedFlow } from './logged-flows.ts';

/** What a log says of a flow as the model speaks of flows, or why that cannot be. */
export type Replayable =
  | { readonly kind: 'flow'; readonly flow: Flow }
  | { readonly kind: 'unreadable'; readonly why: string };

/**
 * The flow behind logged decisions, as it arrived at the firewall. The application log has no address: the destination is then any
 * address, and the name says where to.
 */
export function asFlow(logged: LoggedFlow): Replayable {
  const source = parseIp(logged.source);
  if (source === undefined) return unreadable('the source is no address');
  const { port } = logged;
  if (!Number.isInteger(port) || port < 0 || port > 65535) return unreadable('no port');
  const from = { kind: 'exact', ip: source } as const;
  const destinationPort = port as Port;
  const application = applicationOf(logged);
  if (application === undefined) {
    const ip = parseIp(logged.destination);
    const protocol = protocolOf(logged.protocol);
    if (ip === undefined) return unreadable('the destination is no address');
    if (protocol === undefined) return unreadable('a protocol we do not know');
    const hasPorts = protocol === 'tcp' || protocol === 'udp' || protocol === 'sctp';
    return {
      kind: 'flow',
      flow: {
        source: from,
        destination: { kind: 'exact', ip },
        protocol,
        ...(hasPorts ? { destinationPort } : {}),
        application: { kind: 'none' },
      },
    };
  }
  if (application === 'no name') return unreadable('the name is none');
  const name = nameIn(application);
  return {
    kind: 'flow',
    flow: {
      source: from,
      destination: { kind: 'within', addresses: ALL_IPV4, label: logged.fqdn },
      ...(name === undefined ? {} : { destinationName: name }),
      protocol: 'tcp',
      destinationPort,
      application,
    },
  };
}

function unreadable(why: string): Replayable {
  return { kind: 'unreadable', why };
}

/** `undefined`: it is told by its addresses. An empty name is a client that shows none (AFW-45). */
function applicationOf({ log, protocol, fqdn }: LoggedFlow): Application | 'no name' | undefined {
  const spoken = /^(https?|mssql)/i.exec(protocol)?.[1]?.toLowerCase();
  if (log !== 'application' && (log !== 'threat' || spoken === undefined || fqdn === '')) {
    return undefined;
  }
  const name = fqdn === '' ? undefined : parseDomainName(fqdn);
  if (fqdn !== '' && name === undefined) return 'no name';
  switch (spoken) {
    case 'http':
    case 'mssql':
      return { kind: spoken, ...(name === undefined ? {} : { host: name }) };
    case 'https':
      return { kind: 'https', ...(name === undefined ? {} : { serverName: name }) };
    default:
      return 'no name';
  }
}

function nameIn(application: Application) {
  return application.kind === 'https'
    ? application.serverName
    : application.kind === 'none'
      ? undefined
      : application.host;
}

const PROTOCOLS: Readonly<Record<string, Protocol>> = {
  tcp: 'tcp',
  udp: 'udp',
  icmp: 'icmp',
  sctp: 'sctp',
  esp: 'esp',
  ah: 'ah',
};

/** `ICMP Type=8` of the legacy form is ICMP. */
function protocolOf(written: string): Protocol | undefined {
  return PROTOCOLS[/^[a-z]+/i.exec(written)?.[0]?.toLowerCase() ?? ''];
}
