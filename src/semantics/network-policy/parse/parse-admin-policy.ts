import type { PolicyObject } from '../../../model/index.ts';
import { type ObjectValue, stringOf, type Value } from '../../../values/index.ts';
import type { MissingFact } from '../../verdict.ts';
import type { Action, AdminPolicy, Direction, PolicyName, Rule, Subject } from '../policy.ts';
import { EVERYTHING, type LabelSelector } from '../selectors/label-selector.ts';
import { parseAdminPeer } from './parse-admin-peer.ts';
import { type AdminApi, parseAdminPorts } from './parse-admin-ports.ts';
import { parseLabelSelector } from './parse-selector.ts';
import {
  field,
  isMissing,
  type Reading,
  readList,
  readObject,
  readText,
  refuse,
  reportUnknownField,
  unknownFields,
} from './reading.ts';

/** AdminNetworkPolicy, BaselineAdminNetworkPolicy (v1alpha1) and ClusterNetworkPolicy (v1alpha2). K8P-23 to K8P-28. */
export function parseAdminPolicy(
  object: PolicyObject,
  name: PolicyName,
  reading: Reading,
): AdminPolicy {
  const api: AdminApi = object.kind === 'ClusterNetworkPolicy' ? 'cluster' : 'admin';
  const spec = readObject(reading, field(object.body, 'spec'), 'spec', object.at);
  const isReadable = !isMissing(spec);
  if (!isReadable) reading.doubts.push(spec);
  const body: ObjectValue = isReadable
    ? spec
    : { kind: 'object', members: new Map(), at: object.at };
  const known = ['subject', 'priority', 'tier', 'ingress', 'egress'];
  for (const entry of unknownFields(body, known)) {
    reading.doubts.push(reportUnknownField(reading, entry));
  }
  if (object.kind === 'BaselineAdminNetworkPolicy' && object.name !== 'default') {
    refuse(reading, 'the one BaselineAdminNetworkPolicy must be named `default`', object.at);
  }
  return {
    ...name,
    type: 'admin',
    tier: tierOf(object, body, reading),
    priority: priorityOf(object, body, reading),
    subject: isReadable
      ? parseSubject(reading, field(body, 'subject'), object)
      : everyPod(object, reading.doubts[0]!),
    ingress: parseAdminRules(reading, body, 'ingress', api, object.kind),
    egress: parseAdminRules(reading, body, 'egress', api, object.kind),
    doubts: reading.doubts,
  };
}

function tierOf(object: PolicyObject, spec: ObjectValue, reading: Reading): 'admin' | 'baseline' {
  if (object.kind === 'AdminNetworkPolicy') return 'admin';
  if (object.kind === 'BaselineAdminNetworkPolicy') return 'baseline';
  const value = field(spec, 'tier');
  const tier = readText(reading, value, 'spec.tier');
  if (isMissing(tier)) reading.doubts.push(tier);
  else if (tier !== 'Admin' && tier !== 'Baseline') {
    refuse(reading, '`tier` must be Admin or Baseline', value?.at ?? object.at);
  }
  return tier === 'Baseline' ? 'baseline' : 'admin';
}

function priorityOf(object: PolicyObject, spec: ObjectValue, reading: Reading): number {
  if (object.kind === 'BaselineAdminNetworkPolicy') return 0;
  const value = field(spec, 'priority');
  if (value?.kind === 'number' && value.value >= 0 && value.value <= 1000) return value.value;
  if (value?.kind === 'unknown') {
    reading.doubts.push({ missing: value.missing, at: value.at });
  } else {
    refuse(reading, '`priority` must be a number from 0 to 1000', value?.at ?? object.at);
  }
  return 0;
}

function parseSubject(reading: Reading, value: Value | undefined, object: PolicyObject): Subject {
  const at = value?.at ?? object.at;
  const subject = readObject(reading, value, 'spec.subject', object.at);
  if (isMissing(subject)) return everyPod(object, subject);
  const strange = unknownFields(subject, ['namespaces', 'pods'])[0];
  if (strange !== undefined) return everyPod(object, reportUnknownField(reading, strange));
  const namespaces = field(subject, 'namespaces');
  const pods = field(subject, 'pods');
  if ((namespaces === undefined) === (pods === undefined)) {
    const why = refuse(reading, '`subject` takes exactly one of namespaces and pods', at);
    return everyPod(object, why);
  }
  return {
    kind: 'selected-pods',
    namespaces: parseLabelSelector(
      reading,
      namespaces ?? field(pods, 'namespaceSelector'),
      'spec.subject namespaces',
    ),
    pods: parseLabelSelector(reading, field(pods, 'podSelector'), 'spec.subject.pods.podSelector'),
    at,
  };
}

/** Perhaps every pod: the subject cannot be read. */
function everyPod(object: PolicyObject, why: MissingFact): Subject {
  const doubtful: LabelSelector = { requirements: [{ kind: 'unreadable', why }] };
  return { kind: 'selected-pods', namespaces: doubtful, pods: EVERYTHING, at: object.at };
}

function parseAdminRules(
  reading: Reading,
  spec: ObjectValue,
  direction: Direction,
  api: AdminApi,
  kind: string,
): readonly Rule[] {
  const list = readList(reading, field(spec, direction), `spec.${direction}`);
  if (isMissing(list)) {
    reading.doubts.push(list);
    return [];
  }
  return (list ?? []).map((item, index) =>
    parseAdminRule(reading, item, direction, `${direction}[${index}]`, api, kind),
  );
}

function parseAdminRule(
  reading: Reading,
  value: Value,
  direction: Direction,
  label: string,
  api: AdminApi,
  kind: string,
): Rule {
  const at = value.at;
  const rule = readObject(reading, value, label, at);
  if (isMissing(rule)) {
    return { action: 'deny', peers: 'any', ports: 'any', label, at, doubts: [rule] };
  }
  const peersField = direction === 'ingress' ? 'from' : 'to';
  const portsField = api === 'cluster' ? 'protocols' : 'ports';
  const doubts: MissingFact[] = [];
  const action = actionOf(reading, rule, kind, label);
  if (isMissing(action)) {
    return { action: 'deny', peers: 'any', ports: 'any', label, at, doubts: [action] };
  }
  let hasUnknownField = false;
  for (const entry of unknownFields(rule, ['name', 'action', peersField, portsField])) {
    reportUnknownField(reading, entry, FAILS_CLOSED);
    hasUnknownField = true;
  }
  const peers = readList(reading, field(rule, peersField), `${label}.${peersField}`);
  if (isMissing(peers)) doubts.push(peers);
  else if (peers === undefined || peers.length === 0) {
    doubts.push(refuse(reading, `${label}: \`${peersField}\` needs at least one peer`, at));
  }
  const parsedPeers = (isMissing(peers) ? [] : (peers ?? [])).map((peer) =>
    parseAdminPeer(reading, peer, direction, label),
  );
  const ports = parseAdminPorts(reading, field(rule, portsField), api, label);
  hasUnknownField ||= parsedPeers.includes('unknown-field') || ports === 'unknown-field';
  const name = stringOf(field(rule, 'name'));
  const shown = name === undefined || name === '' ? label : `${label} ${name}`;
  if (hasUnknownField || ports === 'unknown-field') return closedRule(action, shown, rule);
  if (isMissing(ports)) doubts.push(ports);
  return {
    action,
    peers: isMissing(peers) ? 'any' : parsedPeers.filter((peer) => peer !== 'unknown-field'),
    ports: isMissing(ports) ? 'any' : ports,
    label: shown,
    at,
    doubts,
  };
}

const FAILS_CLOSED =
  'an engine that does not know it either lets Accept rules match nothing and Deny or Pass rules deny everything';

/** K8P-26. */
function closedRule(action: Action, label: string, rule: ObjectValue): Rule {
  const isAllow = action === 'allow';
  return {
    action: isAllow ? 'allow' : 'deny',
    peers: isAllow ? [] : 'any',
    ports: 'any',
    label,
    at: rule.at,
    doubts: [],
  };
}

function actionOf(
  reading: Reading,
  rule: ObjectValue,
  kind: string,
  label: string,
): Action | MissingFact {
  const value = field(rule, 'action');
  const text = readText(reading, value, `${label}.action`);
  if (isMissing(text)) return text;
  const allow = kind === 'ClusterNetworkPolicy' ? 'Accept' : 'Allow';
  if (text === allow) return 'allow';
  if (text === 'Deny') return 'deny';
  if (text === 'Pass' && kind !== 'BaselineAdminNetworkPolicy') return 'pass';
  return refuse(
    reading,
    `${label}: action \`${text ?? ''}\` is not one of ${kind}`,
    value?.at ?? rule.at,
  );
}
