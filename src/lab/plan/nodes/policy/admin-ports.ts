import { type PortEntry, protocolOf } from './policy-ports.ts';
import type { Traffic } from './policy-rule.ts';
import { field, list, names, number, text, type Written } from './written.ts';

/** Ports of an admin rule (K8P-28): `ports` of the older kinds default to TCP, `protocols` of the newer one state theirs. */
export function adminPorts(rule: Written): readonly PortEntry[] | undefined | 'unreadable' {
  const entries: PortEntry[] = [];
  for (const entry of list(field(rule, 'ports'))) {
    const read = olderPort(entry);
    if (read === undefined) return 'unreadable';
    entries.push(read);
  }
  for (const entry of list(field(rule, 'protocols'))) {
    const read = newerPort(entry);
    if (read === undefined) return 'unreadable';
    entries.push(read);
  }
  return entries.length === 0 ? undefined : entries;
}

function olderPort(entry: Written): PortEntry | undefined {
  const [kind, ...more] = names(entry);
  if (kind === undefined || more.length > 0) return undefined;
  const inside = field(entry, kind);
  if (kind === 'namedPort') return named(inside);
  const protocol = protocolOf(text(field(inside, 'protocol')) ?? 'TCP');
  if (protocol === undefined) return undefined;
  if (kind === 'portNumber') return numbers(protocol, field(inside, 'port'), undefined);
  return kind === 'portRange'
    ? numbers(protocol, field(inside, 'start'), field(inside, 'end'))
    : undefined;
}

function newerPort(entry: Written): PortEntry | undefined {
  const [kind, ...more] = names(entry);
  if (kind === undefined || more.length > 0) return undefined;
  const inside = field(entry, kind);
  if (kind === 'destinationNamedPort') return named(inside);
  const protocol = protocolOf(kind);
  if (protocol === undefined || kind !== protocol) return undefined;
  const destination = field(inside, 'destinationPort');
  if (destination === undefined) return { kind: 'numbers', traffic: { protocol } };
  const range = field(destination, 'range');
  return range === undefined
    ? numbers(protocol, field(destination, 'number'), undefined)
    : numbers(protocol, field(range, 'start'), field(range, 'end'));
}

function named(value: Written): PortEntry | undefined {
  const name = text(value);
  return name === undefined ? undefined : { kind: 'name', name };
}

function numbers(
  protocol: Traffic['protocol'],
  first: Written,
  last: Written,
): PortEntry | undefined {
  const low = number(first);
  const high = last === undefined ? low : number(last);
  if (low === undefined || high === undefined || high < low) return undefined;
  return { kind: 'numbers', traffic: { protocol, ports: [low, high] } };
}
