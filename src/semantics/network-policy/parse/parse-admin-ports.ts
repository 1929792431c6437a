import { type Protocol, parsePort } from '../../../net/index.ts';
import type { Value } from '../../../values/index.ts';
import type { MissingFact } from '../../verdict.ts';
import type { PortTerm } from '../policy.ts';
import { FIRST_PORT, LAST_PORT, protocolNamed } from '../protocol-name.ts';
import {
  field,
  isMissing,
  missingOf,
  type Reading,
  readList,
  readObject,
  readText,
  refuse,
  reportUnknownField,
  unknownFields,
} from './reading.ts';

/** `admin`: `ports` of v1alpha1. `cluster`: `protocols` of v1alpha2. */
export type AdminApi = 'admin' | 'cluster';

/** @see K8P-28 absent: every protocol. K8P-26 `unknown-field` makes the whole rule fail closed. */
export function parseAdminPorts(
  reading: Reading,
  value: Value | undefined,
  api: AdminApi,
  label: string,
): readonly PortTerm[] | 'any' | 'unknown-field' | MissingFact {
  const list = readList(reading, value, `${label} ports`);
  if (isMissing(list)) return list;
  if (list === undefined || list.length === 0) return 'any';
  const terms: PortTerm[] = [];
  for (const item of list) {
    const term = parseEntry(reading, item, api, label);
    if (term === 'unknown-field') return 'unknown-field';
    terms.push(term);
  }
  return terms;
}

function parseEntry(
  reading: Reading,
  value: Value,
  api: AdminApi,
  label: string,
): PortTerm | 'unknown-field' {
  const at = value.at;
  if (value.kind === 'unknown') return { kind: 'unreadable', why: missingOf(value), at };
  const entry = readObject(reading, value, `${label} port entry`, at);
  if (isMissing(entry)) return { kind: 'unreadable', why: entry, at };
  const known =
    api === 'admin'
      ? ['portNumber', 'portRange', 'namedPort']
      : ['tcp', 'udp', 'sctp', 'destinationNamedPort'];
  const strange = unknownFields(entry, known)[0];
  if (strange !== undefined) {
    reportUnknownField(reading, strange);
    return 'unknown-field';
  }
  const set = known.filter((name) => field(entry, name) !== undefined);
  const only = set[0];
  if (set.length !== 1 || only === undefined) {
    const why = refuse(
      reading,
      `${label}: a port entry takes exactly one of ${known.join(', ')}`,
      at,
    );
    return { kind: 'unreadable', why, at };
  }
  const inner = field(entry, only)!;
  if (only === 'namedPort' || only === 'destinationNamedPort') {
    const name = readText(reading, inner, `${label}.${only}`);
    return isMissing(name)
      ? { kind: 'unreadable', why: name, at }
      : { kind: 'named', name: name ?? '', protocol: 'any', at };
  }
  return api === 'admin'
    ? adminPort(reading, inner, only, label)
    : clusterPort(reading, inner, only as 'tcp' | 'udp' | 'sctp', label);
}

/** `portNumber{protocol,port}` or `portRange{protocol,start,end}`; TCP when the protocol is absent. */
function adminPort(reading: Reading, value: Value, name: string, label: string): PortTerm {
  const text = readText(reading, field(value, 'protocol'), `${label}.protocol`);
  if (isMissing(text)) return { kind: 'unreadable', why: text, at: value.at };
  const protocol = protocolNamed(text ?? 'TCP');
  if (protocol === undefined || protocol === 'icmp' || protocol === 'other') {
    const why = refuse(
      reading,
      `${label}: protocol \`${text}\` is none of TCP, UDP, SCTP`,
      value.at,
    );
    return { kind: 'unreadable', why, at: value.at };
  }
  if (name === 'portNumber') {
    return numbers(reading, protocol, field(value, 'port'), field(value, 'port'), value, label);
  }
  return numbers(reading, protocol, field(value, 'start'), field(value, 'end'), value, label);
}

function clusterPort(
  reading: Reading,
  value: Value,
  protocol: 'tcp' | 'udp' | 'sctp',
  label: string,
): PortTerm | 'unknown-field' {
  if (value.kind === 'unknown') return { kind: 'unreadable', why: missingOf(value), at: value.at };
  const destination = field(value, 'destinationPort');
  const strange = [
    ...(value.kind === 'object' ? unknownFields(value, ['destinationPort']) : []),
    ...(destination?.kind === 'object' ? unknownFields(destination, ['number', 'range']) : []),
  ][0];
  if (strange !== undefined) {
    reportUnknownField(reading, strange);
    return 'unknown-field';
  }
  if (destination === undefined) {
    return { kind: 'range', protocol, low: FIRST_PORT, high: LAST_PORT, at: value.at };
  }
  const range = field(destination, 'range');
  if (range !== undefined) {
    return numbers(reading, protocol, field(range, 'start'), field(range, 'end'), range, label);
  }
  const number = field(destination, 'number');
  return numbers(reading, protocol, number, number, destination, label);
}

function numbers(
  reading: Reading,
  protocol: Protocol,
  start: Value | undefined,
  end: Value | undefined,
  whole: Value,
  label: string,
): PortTerm {
  const at = whole.at;
  for (const part of [whole, start, end]) {
    if (part?.kind === 'unknown') return { kind: 'unreadable', why: missingOf(part), at };
  }
  const low = start?.kind === 'number' ? parsePort(start.value) : undefined;
  const high = end?.kind === 'number' ? parsePort(end.value) : undefined;
  if (low === undefined || high === undefined || low < 1 || (start !== end && low >= high)) {
    const why = refuse(reading, `${label}: ports run from 1 to 65535, start below end`, at);
    return { kind: 'unreadable', why, at };
  }
  return { kind: 'range', protocol, low, high, at };
}
