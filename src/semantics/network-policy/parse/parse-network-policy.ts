import type { Place } from '../../../diagnostics/index.ts';
import type { PolicyObject } from '../../../model/index.ts';
import { parsePort, parsePrefix } from '../../../net/index.ts';
import type { ObjectValue, Value } from '../../../values/index.ts';
import type { MissingFact } from '../../verdict.ts';
import type { Direction, NetworkPolicy, Peer, PolicyName, PortTerm, Rule } from '../policy.ts';
import { FIRST_PORT, LAST_PORT, protocolNamed } from '../protocol-name.ts';
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

/**
 * `networking.k8s.io/v1` NetworkPolicy.
 * @see K8P-02, K8P-03 effective policyTypes; K8P-06 what absent and empty mean
 */
export function parseNetworkPolicy(
  object: PolicyObject,
  name: PolicyName,
  reading: Reading,
): NetworkPolicy {
  const spec = readObject(reading, field(object.body, 'spec'), 'spec', object.at);
  if (isMissing(spec)) return unreadablePolicy(name, object.at, reading, spec);
  for (const entry of unknownFields(spec, ['podSelector', 'policyTypes', 'ingress', 'egress'])) {
    reading.doubts.push(reportUnknownField(reading, entry));
  }
  const ingress = parseRules(reading, spec, 'ingress', object.namespace);
  const egress = parseRules(reading, spec, 'egress', object.namespace);
  const types = parseTypes(reading, spec, egress.length > 0);
  const isDead = (direction: Direction, rules: readonly Rule[]) =>
    rules.length > 0 && !types.has(direction);
  return {
    ...name,
    type: 'network',
    subject: {
      kind: 'namespace-pods',
      namespace: object.namespace,
      pods: parseLabelSelector(reading, field(spec, 'podSelector'), 'spec.podSelector'),
      at: field(spec, 'podSelector')?.at ?? object.at,
    },
    ingress: types.has('ingress') ? ingress : undefined,
    egress: types.has('egress') ? egress : undefined,
    doubts: reading.doubts,
    deadRules: [
      ...(isDead('ingress', ingress) ? [deadRules('ingress', ingress)] : []),
      ...(isDead('egress', egress) ? [deadRules('egress', egress)] : []),
    ],
  };
}

function deadRules(direction: Direction, rules: readonly Rule[]) {
  return { direction, count: rules.length, at: rules[0]!.at };
}

/** What governs nothing we can tell: both directions, in doubt. */
function unreadablePolicy(
  name: PolicyName,
  at: Place,
  reading: Reading,
  why: MissingFact,
): NetworkPolicy {
  return {
    ...name,
    type: 'network',
    subject: {
      kind: 'namespace-pods',
      namespace: name.namespace,
      pods: { requirements: [{ kind: 'unreadable', why }] },
      at,
    },
    ingress: [],
    egress: [],
    doubts: [...reading.doubts, why],
    deadRules: [],
  };
}

/** K8P-03: an empty egress list does not switch Egress on. */
function parseTypes(reading: Reading, spec: ObjectValue, hasEgressRules: boolean): Set<Direction> {
  const list = readList(reading, field(spec, 'policyTypes'), 'spec.policyTypes');
  if (isMissing(list)) {
    reading.doubts.push(list);
    return new Set(['ingress', 'egress']);
  }
  const types = new Set<Direction>();
  for (const item of list ?? []) {
    const text = readText(reading, item, 'spec.policyTypes');
    if (isMissing(text)) {
      reading.doubts.push(text);
      return new Set(['ingress', 'egress']);
    }
    if (text === 'Ingress') types.add('ingress');
    else if (text === 'Egress') types.add('egress');
    else refuse(reading, `\`policyTypes\` has \`${text}\`; it takes Ingress and Egress`, item.at);
  }
  if (types.size > 0) return types;
  return new Set(hasEgressRules ? ['ingress', 'egress'] : ['ingress']);
}

function parseRules(
  reading: Reading,
  spec: ObjectValue,
  direction: Direction,
  namespace: string,
): readonly Rule[] {
  const list = readList(reading, field(spec, direction), `spec.${direction}`);
  if (isMissing(list)) {
    reading.doubts.push(list);
    return [];
  }
  return (list ?? []).map((item, index) =>
    parseRule(reading, item, direction, `${direction}[${index}]`, namespace),
  );
}

function parseRule(
  reading: Reading,
  value: Value,
  direction: Direction,
  label: string,
  namespace: string,
): Rule {
  const peersField = direction === 'ingress' ? 'from' : 'to';
  const doubts: MissingFact[] = [];
  const rule = readObject(reading, value, label, value.at);
  if (isMissing(rule)) {
    return { action: 'allow', peers: 'any', ports: 'any', label, at: value.at, doubts: [rule] };
  }
  for (const entry of unknownFields(rule, [peersField, 'ports'])) {
    doubts.push(reportUnknownField(reading, entry));
  }
  const peers = readList(reading, field(rule, peersField), `${label}.${peersField}`);
  const ports = readList(reading, field(rule, 'ports'), `${label}.ports`);
  if (isMissing(peers)) doubts.push(peers);
  if (isMissing(ports)) doubts.push(ports);
  return {
    action: 'allow',
    peers:
      peers === undefined || isMissing(peers) || peers.length === 0
        ? 'any'
        : peers.map((peer) => parsePeer(reading, peer, label, namespace)),
    ports:
      ports === undefined || isMissing(ports) || ports.length === 0
        ? 'any'
        : ports.map((port) => parsePortEntry(reading, port, label)),
    label,
    at: value.at,
    doubts,
  };
}

function parsePeer(reading: Reading, value: Value, label: string, namespace: string): Peer {
  const at = value.at;
  const unreadable = (why: MissingFact): Peer => ({ kind: 'unreadable', why, at });
  if (value.kind === 'unknown') return unreadable(missingOf(value));
  const peer = readObject(reading, value, `${label} peer`, at);
  if (isMissing(peer)) return unreadable(peer);
  const strange = unknownFields(peer, ['podSelector', 'namespaceSelector', 'ipBlock'])[0];
  if (strange !== undefined) return unreadable(reportUnknownField(reading, strange));
  const pods = field(peer, 'podSelector');
  const namespaces = field(peer, 'namespaceSelector');
  const block = field(peer, 'ipBlock');
  if (block !== undefined) {
    if (pods !== undefined || namespaces !== undefined) {
      return unreadable(refuse(reading, `${label}: \`ipBlock\` stands alone in a peer`, at));
    }
    return parseIpBlock(reading, block, label);
  }
  if (pods === undefined && namespaces === undefined) {
    return unreadable(
      refuse(reading, `${label}: a peer needs podSelector, namespaceSelector or ipBlock`, at),
    );
  }
  return {
    kind: 'pods',
    namespaces:
      namespaces === undefined
        ? { kind: 'own', namespace }
        : {
            kind: 'selected',
            selector: parseLabelSelector(reading, namespaces, `${label}.namespaceSelector`),
          },
    pods: parseLabelSelector(reading, pods, `${label}.podSelector`),
    excludesHostNetwork: false,
    at,
  };
}

function parseIpBlock(reading: Reading, value: Value, label: string): Peer {
  const at = value.at;
  const unreadable = (why: MissingFact): Peer => ({ kind: 'unreadable', why, at });
  if (value.kind === 'unknown') return unreadable(missingOf(value));
  if (value.kind !== 'object') {
    return unreadable(refuse(reading, `${label}: \`ipBlock\` must be an object`, at));
  }
  const strange = unknownFields(value, ['cidr', 'except'])[0];
  if (strange !== undefined) return unreadable(reportUnknownField(reading, strange));
  const cidr = readText(reading, field(value, 'cidr'), `${label}.ipBlock.cidr`);
  if (isMissing(cidr)) return unreadable(cidr);
  if (cidr === undefined || !isCidr(cidr)) {
    return unreadable(refuse(reading, `${label}: \`${cidr ?? ''}\` is no CIDR`, at));
  }
  const list = readList(reading, field(value, 'except'), `${label}.ipBlock.except`);
  if (isMissing(list)) return unreadable(list);
  const excepts: string[] = [];
  for (const item of list ?? []) {
    const text = readText(reading, item, `${label}.ipBlock.except`);
    if (isMissing(text)) return unreadable(text);
    if (text === undefined || !isCidr(text)) {
      return unreadable(refuse(reading, `${label}: except \`${text ?? ''}\` is no CIDR`, item.at));
    }
    excepts.push(text);
  }
  const { addresses, outside } = ipBlockAddresses(cidr, excepts);
  if (outside !== undefined) {
    refuse(reading, `${label}: except \`${outside}\` lies outside \`${cidr}\``, at);
  }
  return { kind: 'block', addresses, cidr, excepts, api: 'ip-block', at };
}

/** K8P-07. A number in quotes is a port name to Kubernetes, and no valid one. */
function parsePortEntry(reading: Reading, value: Value, label: string): PortTerm {
  const at = value.at;
  const unreadable = (why: MissingFact): PortTerm => ({ kind: 'unreadable', why, at });
  if (value.kind === 'unknown') return unreadable(missingOf(value));
  const entry = readObject(reading, value, `${label}.ports entry`, at);
  if (isMissing(entry)) return unreadable(entry);
  const strange = unknownFields(entry, ['port', 'endPort', 'protocol'])[0];
  if (strange !== undefined) return unreadable(reportUnknownField(reading, strange));
  const text = readText(reading, field(entry, 'protocol'), `${label}.ports.protocol`);
  if (isMissing(text)) return unreadable(text);
  const protocol = protocolNamed(text ?? 'TCP');
  if (protocol !== 'tcp' && protocol !== 'udp' && protocol !== 'sctp') {
    return unreadable(
      refuse(reading, `${label}: protocol \`${text}\` is none of TCP, UDP, SCTP`, at),
    );
  }
  const port = field(entry, 'port');
  const endPort = field(entry, 'endPort');
  for (const part of [port, endPort]) {
    if (part?.kind === 'unknown') return unreadable(missingOf(part));
  }
  if (port === undefined) {
    if (endPort !== undefined) {
      return unreadable(refuse(reading, `${label}: \`endPort\` needs a numeric \`port\``, at));
    }
    return { kind: 'range', protocol, low: FIRST_PORT, high: LAST_PORT, at };
  }
  if (port.kind === 'string') {
    if (
      !/^(?=.*[a-z])[a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?$/.test(port.value) ||
      endPort !== undefined
    ) {
      const wrong =
        endPort === undefined
          ? `\`${port.value}\` is no port name (a number stands without quotes)`
          : '`endPort` needs a numeric `port`';
      return unreadable(refuse(reading, `${label}: ${wrong}`, port.at));
    }
    return { kind: 'named', name: port.value, protocol, at };
  }
  const low = port.kind === 'number' ? parsePort(port.value) : undefined;
  const high =
    endPort === undefined ? low : endPort.kind === 'number' ? parsePort(endPort.value) : undefined;
  if (low === undefined || high === undefined || low < 1 || high < low) {
    return unreadable(
      refuse(reading, `${label}: ports run from 1 to 65535, endPort not below port`, port.at),
    );
  }
  return { kind: 'range', protocol, low, high, at };
}

function isCidr(text: string): boolean {
  return text.includes('/') && parsePrefix(text) !== undefined;
}
