import { type PortEntry, protocolOf } from './policy-ports.ts';
import type { Traffic } from './policy-rule.ts';
import { field, isList, list, number, text, type Written } from './written.ts';

export interface CiliumPorts {
  /** Absent: every port and protocol. */
  readonly entries?: readonly PortEntry[];
  /** HTTP or Kafka rules: the connection opens, requests are refused. */
  readonly hasRequests: boolean;
}

/** K8P-45: without protocol all three are meant; port 0 is any port; `icmps` stand beside. */
export function ciliumPorts(rule: Written): CiliumPorts | 'unreadable' {
  const toPorts = field(rule, 'toPorts');
  const icmps = field(rule, 'icmps');
  if (!isList(toPorts) && !isList(icmps)) return { hasRequests: false };
  const entries: PortEntry[] = [];
  let hasRequests = false;
  let isOpen = false;
  for (const group of list(toPorts)) {
    const rules = field(group, 'rules');
    if (rules !== undefined && field(rules, 'dns') === undefined) hasRequests = true;
    const ports = list(field(group, 'ports'));
    if (ports.length === 0) isOpen = true;
    for (const port of ports) {
      const read = entriesOf(port);
      if (read === undefined) return 'unreadable';
      entries.push(...read);
    }
  }
  for (const each of list(icmps).flatMap((icmp) => list(field(icmp, 'fields')))) {
    const read = icmpOf(each);
    if (read === undefined) return 'unreadable';
    entries.push(...read);
  }
  return isOpen ? { hasRequests } : { entries, hasRequests };
}

function entriesOf(port: Written): readonly PortEntry[] | undefined {
  const written = (text(field(port, 'protocol')) ?? 'ANY').toUpperCase();
  const known = protocolOf(written);
  if (known === undefined && written !== 'ANY') return undefined;
  const protocols = known === undefined ? (['tcp', 'udp', 'sctp'] as const) : [known];
  const value = field(port, 'port');
  const digits = typeof value === 'number' ? String(value) : (text(value) ?? '0');
  if (!/^\d{1,5}$/.test(digits)) {
    return protocols.map((protocol) => ({ kind: 'name', name: digits, protocol }));
  }
  const first = Number(digits);
  const last = number(field(port, 'endPort')) || first;
  if (first > last || last > 65535) return undefined;
  return protocols.map((protocol) => ({
    kind: 'numbers',
    traffic: first === 0 ? { protocol } : { protocol, ports: [first, last] },
  }));
}

const ICMP_TYPES: Readonly<Record<string, number>> = {
  EchoReply: 0,
  DestinationUnreachable: 3,
  Redirect: 5,
  Echo: 8,
  EchoRequest: 8,
  TimeExceeded: 11,
  ParameterProblem: 12,
  Timestamp: 13,
  TimestampReply: 14,
};

function icmpOf(value: Written): readonly PortEntry[] | undefined {
  if (text(field(value, 'family')) === 'IPv6') return [];
  const written = field(value, 'type');
  const icmpType = number(written) ?? ICMP_TYPES[text(written) ?? ''];
  if (icmpType === undefined) return undefined;
  const traffic: Traffic = { protocol: 'icmp', icmpType };
  return [{ kind: 'numbers', traffic }];
}
