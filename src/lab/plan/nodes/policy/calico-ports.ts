import { type PortEntry, protocolOf } from './policy-ports.ts';
import type { Traffic } from './policy-rule.ts';
import { field, list, number, text, type Written } from './written.ts';

type Range = readonly [low: number, high: number];

const NUMBERS: Readonly<Record<string, Traffic['protocol']>> = {
  icmp: 'icmp',
  udplite: 136,
  '1': 'icmp',
  '6': 'tcp',
  '17': 'udp',
  '132': 'sctp',
};

/** Protocol and ports of a Calico rule. Absent: every protocol. Negations are turned into what they leave. */
export function calicoPorts(rule: Written): readonly PortEntry[] | undefined | 'unreadable' {
  if (field(rule, 'notProtocol') !== undefined) return 'unreadable';
  const written = field(rule, 'protocol');
  const destination = field(rule, 'destination');
  const source = field(rule, 'source');
  const ports = list(field(destination, 'ports'));
  const notPorts = list(field(destination, 'notPorts'));
  const sourcePorts = list(field(source, 'ports'));
  if (list(field(source, 'notPorts')).length > 0) return 'unreadable';
  const icmpType = number(field(rule, 'icmp', 'type'));
  if (field(rule, 'icmp', 'code') !== undefined) return 'unreadable';
  if (written === undefined) {
    return ports.length + notPorts.length + sourcePorts.length > 0 || icmpType !== undefined
      ? 'unreadable'
      : undefined;
  }
  const protocol = calicoProtocol(written);
  if (protocol === undefined) return 'unreadable';
  if (protocol === 'icmp') {
    const traffic = { protocol, ...(icmpType === undefined ? {} : { icmpType }) };
    return [{ kind: 'numbers', traffic }];
  }
  const sources = ranges(sourcePorts);
  const without = ranges(notPorts);
  if (sources === undefined || without === undefined) return 'unreadable';
  const named = sources.length > 0 ? sources.map((each) => ({ sourcePorts: each })) : [{}];
  if (ports.length === 0) {
    const left = without.length === 0 ? [undefined] : complement(without);
    return left.flatMap((each) =>
      named.map(
        (from): PortEntry => ({
          kind: 'numbers',
          traffic: { protocol, ...(each === undefined ? {} : { ports: each }), ...from },
        }),
      ),
    );
  }
  // Both at once, or names together with source ports, nobody writes; better said than guessed.
  if (without.length > 0) return 'unreadable';
  const entries: PortEntry[] = [];
  for (const port of ports) {
    const range = rangeOf(port);
    if (range !== undefined) {
      for (const from of named) {
        entries.push({ kind: 'numbers', traffic: { protocol, ports: range, ...from } });
      }
      continue;
    }
    const name = text(port);
    const known = typeof protocol === 'string' ? protocolOf(protocol) : undefined;
    if (name === undefined || known === undefined || sources.length > 0) return 'unreadable';
    entries.push({ kind: 'name', name, protocol: known });
  }
  return entries;
}

function calicoProtocol(value: Written): Traffic['protocol'] | undefined {
  const word = String(value).toLowerCase();
  return protocolOf(word) ?? NUMBERS[word] ?? (/^\d{1,3}$/.test(word) ? Number(word) : undefined);
}

function ranges(ports: readonly Written[]): readonly Range[] | undefined {
  const found = ports.map(rangeOf);
  return found.every((each): each is Range => each !== undefined) ? found : undefined;
}

function rangeOf(port: Written): Range | undefined {
  if (typeof port === 'number') return [port, port];
  const [, low, high] = /^(\d{1,5})(?::(\d{1,5}))?$/.exec(text(port) ?? '') ?? [];
  if (low === undefined) return undefined;
  const range: Range = [Number(low), Number(high ?? low)];
  return range[0] <= range[1] ? range : undefined;
}

function complement(ranges: readonly Range[]): readonly Range[] {
  const left: Range[] = [];
  let from = 0;
  for (const [low, high] of [...ranges].sort((a, b) => a[0] - b[0])) {
    if (low > from) left.push([from, low - 1]);
    from = Math.max(from, high + 1);
  }
  if (from <= 65535) left.push([from, 65535]);
  return left;
}
