import {
  ALL_IPV4,
  type DomainName,
  type Port,
  type Protocol,
  parseDomainName,
  parseIp,
} from '../net/index.ts';
import type { Application, Flow } from '../semantics/flow.ts';
import type { LoggedFlow } from './logged-flows.ts';

/** What a log says of a flow as the model speaks of flows, or why that cannot be. */
export type Replayable =
  | { readonly kind: 'flow'; readonly flow: Flow }
  | { readonly kind: 'unreadable'; readonly why: string };

/** What tells a logged flow beside its ends and port: what its first bytes speak, or its protocol. */
export type Spoken =
  | { readonly by: 'name'; readonly application: Exclude<Application['kind'], 'none'> }
  | { readonly by: 'address'; readonly protocol: Protocol };

/**
 * The flow behind logged decisions, as it arrived at the firewall. The application log has no address: the destination is then any
 * address, and the name says where to.
 */
export function asFlow(logged: LoggedFlow): Replayable {
  const source = parseIp(logged.source);
  if (source === undefined) return unreadable('the source is no address');
  const { port } = logged;
  if (!isPort(port)) return unreadable('no port');
  const from = { kind: 'exact', ip: source } as const;
  if (!isByName(logged)) {
    const ip = parseIp(logged.destination);
    const spoken = spokenIn(logged);
    if (ip === undefined) return unreadable('the destination is no address');
    if (spoken?.by !== 'address') return unreadable('a protocol we do not know');
    const { protocol } = spoken;
    return {
      kind: 'flow',
      flow: {
        source: from,
        destination: { kind: 'exact', ip },
        protocol,
        ...(hasPorts(protocol) ? { destinationPort: port } : {}),
        application: { kind: 'none' },
      },
    };
  }
  const spoken = spokenIn(logged);
  const name = logged.fqdn === '' ? undefined : parseDomainName(logged.fqdn);
  // An empty name is a client that shows none (AFW-45).
  const isNone = logged.fqdn !== '' && name === undefined;
  if (spoken?.by !== 'name' || isNone) return unreadable('the name is none');
  return {
    kind: 'flow',
    flow: {
      source: from,
      destination: { kind: 'within', addresses: ALL_IPV4, label: logged.fqdn },
      ...(name === undefined ? {} : { destinationName: name }),
      protocol: 'tcp',
      destinationPort: port,
      application: applicationOf(spoken.application, name),
    },
  };
}

function unreadable(why: string): Replayable {
  return { kind: 'unreadable', why };
}

export function isPort(port: number): port is Port {
  return Number.isInteger(port) && port >= 0 && port <= 65535;
}

export function hasPorts(protocol: Protocol): boolean {
  return protocol === 'tcp' || protocol === 'udp' || protocol === 'sctp';
}

/** Of threat intelligence either log may be behind a record: one with a name was about that. */
function isByName({ log, protocol, fqdn }: LoggedFlow): boolean {
  return log === 'application' || (log === 'threat' && fqdn !== '' && SPOKEN.has(wordOf(protocol)));
}

/** `undefined` for words we do not know. */
export function spokenIn(logged: LoggedFlow): Spoken | undefined {
  const word = wordOf(logged.protocol);
  if (isByName(logged)) {
    const application = SPOKEN.get(word);
    return application === undefined ? undefined : { by: 'name', application };
  }
  const protocol = PROTOCOLS.get(word);
  return protocol === undefined ? undefined : { by: 'address', protocol };
}

/** `ICMP Type=8` of the legacy form is ICMP, `HTTPS:443` is HTTPS. */
function wordOf(protocol: string): string {
  return /^[a-z]+/i.exec(protocol)?.[0]?.toLowerCase() ?? '';
}

const SPOKEN: ReadonlyMap<string, Exclude<Application['kind'], 'none'>> = new Map(
  (['http', 'https', 'mssql'] as const).map((word) => [word, word]),
);
const PROTOCOLS: ReadonlyMap<string, Protocol> = new Map(
  (['tcp', 'udp', 'icmp', 'sctp', 'esp', 'ah'] as const).map((word) => [word, word]),
);

function applicationOf(
  kind: Exclude<Application['kind'], 'none'>,
  name: DomainName | undefined,
): Application {
  if (name === undefined) return { kind };
  return kind === 'https' ? { kind, serverName: name } : { kind, host: name };
}
