import { type Protocol, parsePort } from '../../../net/index.ts';
import { itemsOf, type ObjectValue, stringOf, type Value } from '../../../values/index.ts';
import type { MissingFact } from '../../verdict.ts';
import type { PortTerm, RequestRules } from '../policy.ts';
import { FIRST_PORT, LAST_PORT } from '../protocol-name.ts';
import { parseNamePatterns } from './parse-cilium-peers.ts';
import {
  field,
  isMissing,
  missingOf,
  type Reading,
  readList,
  readText,
  refuse,
  reportGap,
  reportUnknownField,
  unknownFields,
} from './reading.ts';

const PROTOCOLS: Readonly<Record<string, Protocol | 'any'>> = {
  ANY: 'any',
  TCP: 'tcp',
  UDP: 'udp',
  SCTP: 'sctp',
  ICMP: 'icmp',
  ICMPV6: 'icmp',
};

interface RuleKind {
  readonly isDeny: boolean;
  readonly isClusterwide: boolean;
}

/** `toPorts` and `icmps` of one rule. @see K8P-45 no protocol means every protocol; no toPorts means everything */
export function parseCiliumPorts(
  reading: Reading,
  rule: ObjectValue,
  label: string,
  kind: RuleKind,
): readonly PortTerm[] | 'any' | MissingFact {
  const toPorts = readList(reading, field(rule, 'toPorts'), `${label}.toPorts`);
  const icmps = readList(reading, field(rule, 'icmps'), `${label}.icmps`);
  if (isMissing(toPorts)) return toPorts;
  if (isMissing(icmps)) return icmps;
  const terms: PortTerm[] = [];
  for (const entry of toPorts ?? []) terms.push(...parseEntry(reading, entry, label, kind));
  for (const entry of icmps ?? []) {
    // Which message types are meant is not modelled: some ICMP passes, other ICMP does not.
    terms.push({ kind: 'protocol', protocol: 'icmp', isPartial: true, at: entry.at });
  }
  return terms.length === 0 ? 'any' : terms;
}

function parseEntry(reading: Reading, value: Value, label: string, kind: RuleKind): PortTerm[] {
  const at = value.at;
  const unreadable = (why: MissingFact): PortTerm[] => [{ kind: 'unreadable', why, at }];
  if (value.kind === 'unknown') return unreadable(missingOf(value));
  if (value.kind !== 'object') {
    return unreadable(refuse(reading, `${label}.toPorts: an entry must be an object`, at));
  }
  const known = ['ports', 'rules', 'originatingTLS', 'terminatingTLS', 'serverNames', 'listener'];
  for (const entry of unknownFields(value, known)) {
    return unreadable(reportUnknownField(reading, entry));
  }
  for (const name of ['serverNames', 'listener']) {
    const part = field(value, name);
    if (part === undefined) continue;
    return unreadable(reportGap(reading, `${label}.${name}`, 'decides per connection', part.at));
  }
  const request = parseRequestRules(reading, field(value, 'rules'), label, kind);
  const list = readList(reading, field(value, 'ports'), `${label}.ports`);
  if (isMissing(list)) return unreadable(list);
  const wrap = request === undefined ? {} : { request };
  if (list === undefined || list.length === 0) {
    return [{ kind: 'range', protocol: 'any', low: FIRST_PORT, high: LAST_PORT, ...wrap, at }];
  }
  return list.map((item) => parsePortOf(reading, item, label, wrap));
}

function parsePortOf(
  reading: Reading,
  value: Value,
  label: string,
  wrap: { readonly request?: RequestRules },
): PortTerm {
  const at = value.at;
  if (value.kind === 'unknown') return { kind: 'unreadable', why: missingOf(value), at };
  const text = readText(reading, field(value, 'protocol'), `${label}.protocol`);
  if (isMissing(text)) return { kind: 'unreadable', why: text, at };
  const spelled = (text ?? 'ANY').toUpperCase();
  const protocol = Object.hasOwn(PROTOCOLS, spelled) ? PROTOCOLS[spelled] : undefined;
  const port = field(value, 'port');
  const endPort = field(value, 'endPort');
  for (const part of [port, endPort]) {
    if (part?.kind === 'unknown') return { kind: 'unreadable', why: missingOf(part), at };
  }
  const wrong = (why: string): PortTerm => ({
    kind: 'unreadable',
    why: refuse(reading, `${label}: ${why}`, at),
    at,
  });
  if (protocol === undefined) return wrong(`protocol \`${text}\` is not one Cilium has`);
  // The API wants a text; a number in YAML is refused by the schema, and its meaning is plain.
  const written = port?.kind === 'number' ? String(port.value) : stringOf(port);
  const low = written === undefined || written === '' ? FIRST_PORT : parsePort(written);
  if (low === undefined) {
    if (!/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/i.test(written ?? '')) {
      return wrong(`\`${written}\` is no port`);
    }
    return { kind: 'named', name: (written ?? '').toLowerCase(), protocol, ...wrap, at };
  }
  if (low === FIRST_PORT) {
    return { kind: 'range', protocol, low: FIRST_PORT, high: LAST_PORT, ...wrap, at };
  }
  const end = endPort?.kind === 'number' && endPort.value !== 0 ? parsePort(endPort.value) : low;
  if (end === undefined || end < low) return wrong('`endPort` is below `port`');
  return { kind: 'range', protocol, low, high: end, ...wrap, at };
}

/** @see K8P-46, K8P-50 clusterwide L7 rules are not supported on AKS */
function parseRequestRules(
  reading: Reading,
  value: Value | undefined,
  label: string,
  kind: RuleKind,
): RequestRules | undefined {
  if (value === undefined) return undefined;
  const at = value.at;
  const unsupported = (why: MissingFact): RequestRules => ({ kind: 'unsupported', why, at });
  if (value.kind === 'unknown') return unsupported(missingOf(value));
  if (value.kind !== 'object' || value.members.size === 0) return undefined;
  if (kind.isDeny) return unsupported(refuse(reading, `${label}: deny rules have no L7 part`, at));
  const http = field(value, 'http');
  const dns = field(value, 'dns');
  if (value.members.size > 1) {
    return unsupported(refuse(reading, `${label}.rules takes exactly one of http, kafka, dns`, at));
  }
  if (dns !== undefined) {
    const names = parseNamePatterns(reading, itemsOf(dns), `${label}.rules.dns`);
    return isMissing(names) ? unsupported(names) : { kind: 'dns', names, at };
  }
  if (http === undefined) {
    return unsupported(reportGap(reading, `${label}.rules`, 'decides per request', at));
  }
  if (kind.isClusterwide) {
    const missing =
      'what the agent makes of L7 rules in a clusterwide policy, which AKS does not support';
    return unsupported({ missing, at });
  }
  return { kind: 'http', rules: itemsOf(http).map(httpRule), at };
}

function httpRule(value: Value) {
  const method = stringOf(field(value, 'method'));
  const path = stringOf(field(value, 'path'));
  const host = stringOf(field(value, 'host'));
  const hasHeaders =
    itemsOf(field(value, 'headers')).length > 0 ||
    itemsOf(field(value, 'headerMatches')).length > 0;
  return {
    ...(method === undefined ? {} : { method }),
    ...(path === undefined ? {} : { path }),
    ...(host === undefined ? {} : { host }),
    hasHeaders,
  };
}
