import type { PortSet, Protocol } from '../net/index.ts';

/** Names people use for ports; most are those of the IANA registry. */
const TCP: Readonly<Record<number, string>> = {
  20: 'ftp-data',
  21: 'ftp',
  22: 'ssh',
  23: 'telnet',
  25: 'smtp',
  53: 'dns',
  80: 'http',
  88: 'kerberos',
  110: 'pop3',
  135: 'rpc',
  139: 'netbios',
  143: 'imap',
  179: 'bgp',
  389: 'ldap',
  443: 'https',
  445: 'smb',
  465: 'smtps',
  514: 'syslog',
  587: 'submission',
  636: 'ldaps',
  853: 'dns over tls',
  993: 'imaps',
  995: 'pop3s',
  1433: 'mssql',
  1521: 'oracle',
  1883: 'mqtt',
  2049: 'nfs',
  2379: 'etcd',
  3306: 'mysql',
  3389: 'rdp',
  4222: 'nats',
  4317: 'otlp',
  5432: 'postgresql',
  5671: 'amqps',
  5672: 'amqp',
  5985: 'winrm',
  5986: 'winrm over tls',
  6379: 'redis',
  6380: 'redis over tls',
  6443: 'kubernetes',
  8883: 'mqtts',
  9090: 'prometheus',
  9092: 'kafka',
  9200: 'elasticsearch',
  10250: 'kubelet',
  11211: 'memcached',
  15672: 'rabbitmq',
  27017: 'mongodb',
};

const UDP: Readonly<Record<number, string>> = {
  53: 'dns',
  67: 'dhcp',
  68: 'dhcp',
  69: 'tftp',
  88: 'kerberos',
  123: 'ntp',
  137: 'netbios',
  161: 'snmp',
  162: 'snmp traps',
  389: 'ldap',
  443: 'quic',
  500: 'ike',
  514: 'syslog',
  1194: 'openvpn',
  3389: 'rdp',
  4500: 'ipsec',
  51820: 'wireguard',
};

/** A protocol, or every one of them, and its ports. Absent ports: all, or the protocol has none. */
export interface Service {
  readonly protocol: Protocol | 'any';
  readonly ports?: PortSet;
}

const ORDER: readonly Service['protocol'][] = [
  'any',
  'tcp',
  'udp',
  'sctp',
  'icmp',
  'esp',
  'ah',
  'other',
];
const EVERY_PROTOCOL = ORDER.length - 1;

export function hasPorts(protocol: Service['protocol']): boolean {
  return protocol === 'tcp' || protocol === 'udp' || protocol === 'sctp' || protocol === 'any';
}

/** `tcp 80 (http), 443 (https); udp 53 (dns); icmp`. Ranges of ports are shortened after `most`, and counted. */
export function servicesText(services: readonly Service[], most: number): string {
  const byPorts = new Map<string, Service['protocol'][]>();
  const portsOf = new Map<string, PortSet | undefined>();
  const sorted = [...services].sort(
    (a, b) => ORDER.indexOf(a.protocol) - ORDER.indexOf(b.protocol),
  );
  for (const { protocol, ports } of sorted) {
    const key = ports === undefined ? '*' : ports.join();
    byPorts.set(key, [...(byPorts.get(key) ?? []), protocol]);
    portsOf.set(key, ports);
  }
  return [...byPorts]
    .map(([key, protocols]) => oneText(protocols, portsOf.get(key), most))
    .join('; ');
}

function oneText(
  protocols: readonly Service['protocol'][],
  ports: PortSet | undefined,
  most: number,
): string {
  const isAny = protocols.includes('any') || protocols.length === EVERY_PROTOCOL;
  const said = isAny ? 'any protocol' : protocols.map(spoken).join(', ');
  if (ports === undefined) return said;
  return `${said} ${portsText(ports, protocols, most)}`;
}

function spoken(protocol: Service['protocol']): string {
  return protocol === 'other' ? 'other protocols' : protocol;
}

function portsText(
  ports: PortSet,
  protocols: readonly Service['protocol'][],
  most: number,
): string {
  const others = portsBeside(ports);
  const isShorter = others.length > 0 && others.length < ports.length;
  const ranges = isShorter ? others : ports;
  const texts: string[] = [];
  for (let index = 0; index < ranges.length && texts.length < most; index += 2) {
    texts.push(rangeText(ranges[index]!, ranges[index + 1]!, protocols));
  }
  const left = ranges.length / 2 - texts.length;
  const list = left > 0 ? `${texts.join(', ')} and ${left} more` : texts.join(', ');
  return isShorter ? `all ports but ${list}` : list;
}

/** Ports that are not in the set. */
function portsBeside(ports: PortSet): PortSet {
  const others: number[] = [];
  let next = 0;
  for (let index = 0; index < ports.length; index += 2) {
    if (ports[index]! > next) others.push(next, ports[index]! - 1);
    next = ports[index + 1]! + 1;
  }
  if (next <= 65535) others.push(next, 65535);
  return others;
}

function rangeText(low: number, high: number, protocols: readonly Service['protocol'][]): string {
  if (low !== high) return `${low}-${high}`;
  // A name that means another thing on another protocol is no name for both.
  const names = new Set(protocols.map((protocol) => portName(protocol, low)));
  const [name] = names;
  return names.size === 1 && name !== undefined ? `${low} (${name})` : String(low);
}

export function portName(protocol: Service['protocol'], port: number): string | undefined {
  if (protocol === 'tcp') return TCP[port];
  if (protocol === 'udp') return UDP[port];
  if (protocol === 'any') return TCP[port] === UDP[port] ? TCP[port] : undefined;
  return undefined;
}
