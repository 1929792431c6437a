import { decisionOfMark, LOG_PREFIXES } from '../../appliance/marks.ts';
import type { EventSource, FirewallEvent, ProxyEvent, VerdictEvent } from './event.ts';

/** One line of a source as an event; `undefined` when it is none: cut, not JSON, or of a shape nobody writes. */
export function readEvent(source: EventSource, line: string): FirewallEvent | undefined {
  const object = parsed(line);
  if (object === undefined) return undefined;
  const fields = new Fields(object);
  const event =
    source === 'ulogd' ? verdict(fields) : source === 'proxy' ? proxied(fields) : asked(fields);
  return fields.isSound ? event : undefined;
}

const VERDICTS: Readonly<Record<string, VerdictEvent['verdict']>> = {
  [LOG_PREFIXES.networkAllow]: 'allow',
  [LOG_PREFIXES.networkDeny]: 'deny',
  [LOG_PREFIXES.dnat]: 'dnat',
  [LOG_PREFIXES.threatAlert]: 'threat-alert',
  [LOG_PREFIXES.threatDeny]: 'threat-deny',
  [LOG_PREFIXES.defaultDeny]: 'deny',
  [LOG_PREFIXES.invalid]: 'invalid',
};

const PROTOCOLS = new Map([
  [1, 'ICMP'],
  [6, 'TCP'],
  [17, 'UDP'],
]);

/** ulogd's JSON output with the plugins NFLOG, BASE, IFINDEX and IP2STR. The packet mark names the rule. */
function verdict(fields: Fields): FirewallEvent | undefined {
  const kind = VERDICTS[fields.text('oob.prefix')];
  if (kind === undefined) return undefined;
  const number = fields.number('ip.protocol');
  const protocol = PROTOCOLS.get(number) ?? `${number}`;
  const hasPorts = protocol === 'TCP' || protocol === 'UDP';
  const icmpType = protocol === 'ICMP' ? fields.number('icmp.type', 0) : undefined;
  const isDefault = fields.text('oob.prefix') === LOG_PREFIXES.defaultDeny;
  return {
    kind: 'verdict',
    microseconds: fields.number('oob.time.sec') * 1e6 + fields.number('oob.time.usec', 0),
    verdict: kind,
    rule: isDefault ? 0 : (decisionOfMark(fields.number('oob.mark', 0))?.rule ?? 0),
    protocol,
    ...(icmpType === undefined ? {} : { icmpType }),
    source: fields.text('src_ip'),
    sourcePort: hasPorts ? fields.number('src_port') : 0,
    destination: fields.text('dest_ip'),
    destinationPort: hasPorts ? fields.number('dest_port') : 0,
    ...(protocol === 'TCP'
      ? { sequence: fields.number('tcp.seq', 0), tcpFlags: tcpFlags(fields) }
      : {}),
  };
}

/** As AZFWFlowTrace spells them (azure-firewall 8.2). */
function tcpFlags(fields: Fields): string {
  const words = (
    [
      ['tcp.syn', 'SYN'],
      ['tcp.fin', 'FIN'],
      ['tcp.rst', 'RST'],
      ['tcp.ack', 'ACK'],
    ] as const
  ).flatMap(([member, word]) => (fields.number(member, 0) === 1 ? [word] : []));
  return words.join('-');
}

/** The proxy's own log format: flat JSON, numbers of rules as text. */
function proxied(fields: Fields): FirewallEvent | undefined {
  if (fields.text('cat', '') === '') return undefined;
  const protocol = fields.text('proto').toUpperCase();
  const fqdn = spoken(fields.text('fqdn', ''));
  const path = spoken(fields.text('path', ''));
  const rule = Number(fields.text('rule', '0'));
  const reason = fields.text('reason', '');
  const isListed = spoken(fields.text('threat', '')) !== '';
  const event: ProxyEvent = {
    kind: 'proxy',
    microseconds: Math.round(Number(fields.text('t')) * 1e6),
    protocol,
    source: fields.text('src'),
    sourcePort: fields.number('sport'),
    destination: spoken(fields.text('dst', '')),
    destinationPort: fields.number('dport'),
    fqdn,
    url: protocol === 'HTTP' && fqdn !== '' ? `${fqdn}${path}` : '',
    isAllowed: fields.text('action') === 'Allow',
    rule: Number.isInteger(rule) ? rule : 0,
    reason: REASONS[reason] ?? '',
    isThreat: isListed && reason === 'threat',
    isAlert: isListed && reason !== 'threat',
  };
  return Number.isFinite(event.microseconds) ? event : undefined;
}

/** What the proxy's words are in the log. The first is Azure's own (azure-firewall 2.5); for the others none is published. */
const REASONS: Readonly<Record<string, string>> = {
  'no-sni': 'SNI TLS extension was missing',
  'not-tls': 'TLS handshake was missing',
  'dns-failure': 'DNS resolution failed',
  'host-port': 'Port of the Host header is not the port of the connection',
};

/** HAProxy writes a dash where there is nothing. */
const spoken = (text: string): string => (text === '-' ? '' : text);

function asked(fields: Fields): FirewallEvent | undefined {
  const kind = fields.text('cat');
  if (kind === 'lost') return { kind: 'lost', lines: fields.number('lines') };
  const microseconds = Math.round(fields.number('t') * 1e6);
  if (kind === 'resolve-failure') {
    return {
      kind: 'resolve-failure',
      microseconds,
      fqdn: fields.text('name'),
      error: fields.text('error'),
      server: fields.text('server', ''),
      serverPort: fields.number('port', 0),
    };
  }
  if (kind !== 'dns') return undefined;
  return {
    kind: 'dns',
    microseconds,
    source: fields.text('src'),
    sourcePort: fields.number('sport'),
    queryId: fields.number('id'),
    queryType: fields.text('type'),
    queryClass: fields.text('class'),
    queryName: fields.text('name'),
    protocol: fields.text('proto'),
    requestSize: fields.number('size'),
    isDnssecOk: fields.truth('do'),
    edns0BufferSize: fields.number('bufsize'),
    responseCode: fields.text('rcode'),
    responseFlags: fields.text('flags'),
    responseSize: fields.number('rsize'),
    seconds: fields.number('seconds'),
    error: fields.text('error', ''),
  };
}

function parsed(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return value as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}

/** Members of a foreign object by type; remembers when one was missing or of another type. */
class Fields {
  readonly #object: Readonly<Record<string, unknown>>;
  isSound = true;

  constructor(object: Readonly<Record<string, unknown>>) {
    this.#object = object;
  }

  text(member: string, fallback?: string): string {
    const value = this.#object[member];
    if (typeof value === 'string') return value;
    if (typeof value === 'number') return String(value);
    if (fallback === undefined) this.isSound = false;
    return fallback ?? '';
  }

  number(member: string, fallback?: number): number {
    const value = this.#object[member];
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    if (fallback === undefined) this.isSound = false;
    return fallback ?? 0;
  }

  truth(member: string): boolean {
    return this.#object[member] === true;
  }
}
