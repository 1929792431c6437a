import type { DnsEndpoint } from './configuration.ts';
import { type DnsQuery, nameOf, nameText } from './query.ts';
import { flagWords } from './reply.ts';

/** One answered question, with all that a record of `AZFWDnsQuery` holds (azure-firewall 8.2). Seconds since 1970. */
export interface DnsEvent {
  readonly cat: 'dns';
  readonly t: number;
  readonly src: string;
  readonly sport: number;
  readonly id: number;
  readonly type: string;
  readonly class: string;
  readonly name: string;
  readonly proto: 'udp' | 'tcp';
  readonly size: number;
  readonly do: boolean;
  readonly bufsize: number;
  readonly rcode: string;
  readonly flags: string;
  readonly rsize: number;
  readonly seconds: number;
  /** Why no upstream answered. */
  readonly error?: string;
}

/** A name of a network rule that could not be resolved: `AZFWInternalFqdnResolutionFailure`. */
export interface ResolveFailureEvent {
  readonly cat: 'resolve-failure';
  readonly t: number;
  readonly name: string;
  readonly error: string;
  readonly server: string;
  readonly port: number;
}

export interface DnsClient {
  readonly address: string;
  readonly port: number;
  readonly protocol: 'udp' | 'tcp';
}

export function dnsEvent(
  query: DnsQuery,
  requestBytes: number,
  client: DnsClient,
  reply: Buffer,
  rcode: number,
  seconds: number,
  error: string | undefined,
): DnsEvent {
  return {
    cat: 'dns',
    t: Date.now() / 1000,
    src: client.address,
    sport: client.port,
    id: query.id,
    type: TYPES.get(query.type) ?? `TYPE${query.type}`,
    class: query.class === 1 ? 'IN' : (CLASSES.get(query.class) ?? `CLASS${query.class}`),
    name: nameText(nameOf(query)),
    proto: client.protocol,
    size: requestBytes,
    do: query.edns?.isDnssecOk === true,
    bufsize: query.edns?.size ?? 512,
    rcode: RCODES.get(rcode) ?? `RCODE${rcode}`,
    flags: flagWords(reply),
    rsize: reply.length,
    seconds,
    ...(error === undefined ? {} : { error }),
  };
}

export function resolveFailure(
  name: string,
  error: string,
  server: DnsEndpoint | undefined,
): ResolveFailureEvent {
  return {
    cat: 'resolve-failure',
    t: Date.now() / 1000,
    name: nameText(name).replace(/\.$/, ''),
    error,
    server: server?.address ?? '',
    port: server?.port ?? 0,
  };
}

const TYPES = new Map([
  [1, 'A'],
  [2, 'NS'],
  [5, 'CNAME'],
  [6, 'SOA'],
  [12, 'PTR'],
  [15, 'MX'],
  [16, 'TXT'],
  [28, 'AAAA'],
  [33, 'SRV'],
  [35, 'NAPTR'],
  [43, 'DS'],
  [46, 'RRSIG'],
  [48, 'DNSKEY'],
  [64, 'SVCB'],
  [65, 'HTTPS'],
  [255, 'ANY'],
  [257, 'CAA'],
]);

const CLASSES = new Map([
  [3, 'CH'],
  [4, 'HS'],
  [255, 'ANY'],
]);

/** RFC 6895 2.3. */
const RCODES = new Map([
  [0, 'NOERROR'],
  [1, 'FORMERR'],
  [2, 'SERVFAIL'],
  [3, 'NXDOMAIN'],
  [4, 'NOTIMP'],
  [5, 'REFUSED'],
  [16, 'BADVERS'],
]);
