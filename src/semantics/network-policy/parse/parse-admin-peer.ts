import { parsePrefix, unionAddresses } from '../../../net/index.ts';
import type { ObjectValue, Value } from '../../../values/index.ts';
import type { MissingFact } from '../../verdict.ts';
import type { Direction, Peer } from '../policy.ts';
import { EVERYTHING, type LabelSelector } from '../selectors/label-selector.ts';
import { clusterNetworkPolicyName, type NamePattern } from '../selectors/name-pattern.ts';
import { ipBlockAddresses } from './ip-block.ts';
import { parseLabelSelector } from './parse-selector.ts';
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

const INGRESS_FIELDS = ['namespaces', 'pods'];
const EGRESS_FIELDS = ['namespaces', 'pods', 'networks', 'nodes', 'domainNames'];

/** One peer of an admin rule; `unknown-field` makes the whole rule fail closed (K8P-26). */
export function parseAdminPeer(
  reading: Reading,
  value: Value,
  direction: Direction,
  label: string,
): Peer | 'unknown-field' {
  const at = value.at;
  if (value.kind === 'unknown') return { kind: 'unreadable', why: missingOf(value), at };
  const peer = readObject(reading, value, `${label} peer`, at);
  if (isMissing(peer)) return { kind: 'unreadable', why: peer, at };
  const known = direction === 'ingress' ? INGRESS_FIELDS : EGRESS_FIELDS;
  const strange = unknownFields(peer, known)[0];
  if (strange !== undefined) {
    reportUnknownField(reading, strange);
    return 'unknown-field';
  }
  const set = known.filter((name) => field(peer, name) !== undefined);
  const only = set[0];
  if (set.length !== 1 || only === undefined) {
    const why = refuse(reading, `${label}: a peer takes exactly one of ${known.join(', ')}`, at);
    return { kind: 'unreadable', why, at };
  }
  return peerOf(reading, peer, only, label);
}

function peerOf(
  reading: Reading,
  peer: ObjectValue,
  name: string,
  label: string,
): Peer | 'unknown-field' {
  const value = field(peer, name)!;
  const at = value.at;
  switch (name) {
    case 'namespaces': {
      // Early v1alpha1 wrapped the selector; a field the selector does not have fails closed.
      const strange = strangeField(value, ['matchLabels', 'matchExpressions']);
      if (strange !== undefined) {
        reportUnknownField(reading, strange);
        return 'unknown-field';
      }
      return pods(parseLabelSelector(reading, value, `${label}.namespaces`), EVERYTHING, at);
    }
    case 'pods': {
      const strange = strangeField(value, ['namespaceSelector', 'podSelector']);
      if (strange !== undefined) {
        reportUnknownField(reading, strange);
        return 'unknown-field';
      }
      return pods(
        parseLabelSelector(
          reading,
          field(value, 'namespaceSelector'),
          `${label}.pods.namespaceSelector`,
        ),
        parseLabelSelector(reading, field(value, 'podSelector'), `${label}.pods.podSelector`),
        at,
      );
    }
    case 'nodes':
      return { kind: 'nodes', nodes: parseLabelSelector(reading, value, `${label}.nodes`), at };
    case 'networks':
      return networks(reading, value, label);
    default:
      return domainNames(reading, value, label);
  }
}

function strangeField(value: Value, known: readonly string[]) {
  return value.kind === 'object' ? unknownFields(value, known)[0] : undefined;
}

function pods(namespaces: LabelSelector, selector: LabelSelector, at: Value['at']): Peer {
  return {
    kind: 'pods',
    namespaces: { kind: 'selected', selector: namespaces },
    pods: selector,
    excludesHostNetwork: true,
    at,
  };
}

/** Several CIDRs in one peer are alternatives; one that cannot be read puts the peer in doubt. */
function networks(reading: Reading, value: Value, label: string): Peer {
  const at = value.at;
  const list = texts(reading, value, `${label}.networks`);
  if (isMissing(list)) return { kind: 'unreadable', why: list, at };
  for (const text of list) {
    if (text.includes('/') && parsePrefix(text) !== undefined) continue;
    const why = refuse(reading, `${label}: network \`${text}\` is no CIDR`, at);
    return { kind: 'unreadable', why, at };
  }
  const blocks = list.map((text) => ipBlockAddresses(text, []).addresses);
  return {
    kind: 'block',
    addresses: unionAddresses(...blocks),
    cidr: list.join(', '),
    excepts: [],
    api: 'networks',
    at,
  };
}

function domainNames(reading: Reading, value: Value, label: string): Peer {
  const at = value.at;
  const list = texts(reading, value, `${label}.domainNames`);
  if (isMissing(list)) return { kind: 'unreadable', why: list, at };
  const patterns: NamePattern[] = [];
  for (const text of list) {
    const pattern = clusterNetworkPolicyName(text);
    if (pattern === undefined) {
      const why = refuse(reading, `${label}: \`${text}\` is no domain name or \`*.\` wildcard`, at);
      return { kind: 'unreadable', why, at };
    }
    patterns.push(pattern);
  }
  return { kind: 'names', patterns, at };
}

function texts(reading: Reading, value: Value, what: string): readonly string[] | MissingFact {
  const list = readList(reading, value, what);
  if (isMissing(list)) return list;
  const found: string[] = [];
  for (const item of list ?? []) {
    const text = readText(reading, item, what);
    if (isMissing(text)) return text;
    if (text !== undefined) found.push(text);
  }
  return found;
}
