import type { PolicyObject } from '../../../model/index.ts';
import type { ObjectValue, Value } from '../../../values/index.ts';
import type { MissingFact } from '../../verdict.ts';
import type {
  Action,
  CiliumPolicy,
  Direction,
  Peer,
  PolicyName,
  Rule,
  Subject,
} from '../policy.ts';
import { type CiliumContext, parseCiliumPeers } from './parse-cilium-peers.ts';
import { parseCiliumPorts } from './parse-cilium-ports.ts';
import { parseCiliumSelector, parseCiliumSubject } from './parse-cilium-selector.ts';
import {
  field,
  isMissing,
  type Reading,
  readBoolean,
  readList,
  readObject,
  refuse,
  reportGap,
  reportUnknownField,
  unknownFields,
} from './reading.ts';

const SPEC_FIELDS = [
  'endpointSelector',
  'nodeSelector',
  'ingress',
  'ingressDeny',
  'egress',
  'egressDeny',
  'enableDefaultDeny',
  'labels',
  'description',
  'log',
];

/**
 * `cilium.io/v2` CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy: one policy per entry of `spec` and `specs`.
 * K8P-40 to K8P-50.
 */
export function parseCiliumPolicies(
  object: PolicyObject,
  name: PolicyName,
  reading: Reading,
  groups: CiliumContext['groups'],
): readonly CiliumPolicy[] {
  const isClusterwide = object.kind === 'CiliumClusterwideNetworkPolicy';
  const context: CiliumContext = {
    reading,
    groups,
    isClusterwide,
    ...(isClusterwide ? {} : { namespace: object.namespace }),
  };
  const spec = field(object.body, 'spec');
  const specs = readList(reading, field(object.body, 'specs'), 'specs');
  if (isMissing(specs)) reading.doubts.push(specs);
  const bodies = [
    ...(spec === undefined ? [] : [spec]),
    ...(specs === undefined || isMissing(specs) ? [] : specs),
  ];
  if (bodies.length === 0) refuse(reading, 'neither `spec` nor `specs` is there', object.at);
  return bodies.map((body) => parseSpec(context, body, name));
}

function parseSpec(context: CiliumContext, value: Value, name: PolicyName): CiliumPolicy {
  const { reading } = context;
  const body = readObject(reading, value, 'spec', value.at);
  const spec: ObjectValue = isMissing(body)
    ? { kind: 'object', members: new Map(), at: value.at }
    : body;
  if (isMissing(body)) reading.doubts.push(body);
  for (const entry of unknownFields(spec, SPEC_FIELDS)) {
    reading.doubts.push(reportUnknownField(reading, entry));
  }
  const sections = {
    ingress: sectionsOf(context, spec, 'ingress'),
    egress: sectionsOf(context, spec, 'egress'),
  };
  return {
    ...name,
    type: 'cilium',
    subject: subjectOf(context, spec),
    ingress: sections.ingress,
    egress: sections.egress,
    isolates: {
      ingress: isolates(reading, spec, 'ingress', sections.ingress),
      egress: isolates(reading, spec, 'egress', sections.egress),
    },
    doubts: reading.doubts,
  };
}

function subjectOf(context: CiliumContext, spec: ObjectValue): Subject {
  const endpoints = field(spec, 'endpointSelector');
  const nodes = field(spec, 'nodeSelector');
  if ((endpoints === undefined) === (nodes === undefined)) {
    refuse(
      context.reading,
      'exactly one of `endpointSelector` and `nodeSelector` is needed',
      spec.at,
    );
  }
  if (nodes !== undefined) return { kind: 'hosts', at: nodes.at };
  const { namespace, reading } = context;
  const parse = namespace === undefined ? parseCiliumSelector : parseCiliumSubject;
  return {
    kind: 'cilium',
    ...(namespace === undefined ? {} : { namespace }),
    pods: parse(reading, endpoints, 'endpointSelector'),
    at: endpoints?.at ?? spec.at,
  };
}

/** Allow and deny rules of one direction; `undefined` when neither section holds a rule (K8P-40). */
function sectionsOf(
  context: CiliumContext,
  spec: ObjectValue,
  direction: Direction,
): readonly Rule[] | undefined {
  const allow = parseSection(context, spec, direction, direction, 'allow');
  const deny = parseSection(context, spec, `${direction}Deny`, direction, 'deny');
  const rules = [...deny, ...allow];
  return rules.length === 0 ? undefined : rules;
}

function parseSection(
  context: CiliumContext,
  spec: ObjectValue,
  name: string,
  direction: Direction,
  action: Action,
): readonly Rule[] {
  const list = readList(context.reading, field(spec, name), name);
  if (isMissing(list)) {
    context.reading.doubts.push(list);
    return [];
  }
  return (list ?? []).map((item, index) =>
    parseRule(context, item, `${name}[${index}]`, direction, action),
  );
}

/** What neither changes a verdict nor can be evaluated here: it is said, and doubted when it narrows. */
const NARROWING = ['fromRequires', 'toRequires', 'fromGroups', 'toGroups', 'fromNodes', 'toNodes'];

function parseRule(
  context: CiliumContext,
  value: Value,
  label: string,
  direction: Direction,
  action: Action,
): Rule {
  const { reading } = context;
  const at = value.at;
  const doubts: MissingFact[] = [];
  const rule = readObject(reading, value, label, at);
  if (isMissing(rule)) return { action, peers: 'any', ports: 'any', label, at, doubts: [rule] };
  const side = direction === 'ingress' ? 'from' : 'to';
  const peerFields = [
    `${side}Endpoints`,
    `${side}Entities`,
    `${side}CIDR`,
    `${side}CIDRSet`,
    ...(direction === 'egress' ? ['toServices', 'toFQDNs'] : []),
  ];
  const known = [...peerFields, ...NARROWING, 'toPorts', 'icmps', 'authentication'];
  for (const entry of unknownFields(rule, known)) doubts.push(reportUnknownField(reading, entry));
  for (const name of NARROWING) {
    const part = field(rule, name);
    if (part === undefined) continue;
    doubts.push(reportGap(reading, `${label}.${name}`, 'decides who matches the rule', part.at));
  }
  const authentication = field(rule, 'authentication');
  if (authentication !== undefined) {
    doubts.push(
      reportGap(
        reading,
        `${label}.authentication`,
        'drops what is not authenticated',
        authentication.at,
      ),
    );
  }
  const used = peerFields.filter((name) => field(rule, name) !== undefined);
  if (used.length > 1) {
    doubts.push(refuse(reading, `${label}: ${used.join(' and ')} do not go into one rule`, at));
  }
  if (action === 'deny' && field(rule, 'toFQDNs') !== undefined) {
    doubts.push(refuse(reading, `${label}: deny rules have no toFQDNs`, at));
  }
  const ports = parseCiliumPorts(reading, rule, label, {
    isDeny: action === 'deny',
    isClusterwide: context.isClusterwide,
  });
  if (isMissing(ports)) doubts.push(ports);
  const peers: readonly Peer[] | 'any' = parseCiliumPeers(context, rule, used, label, doubts);
  const readPorts = isMissing(ports) ? 'any' : ports;
  return {
    action,
    // K8P-55: a rule that names neither peers nor ports selects nothing, though it isolates.
    peers: peers === 'any' && ports === 'any' && doubts.length === 0 ? [] : peers,
    ports: readPorts,
    label,
    at,
    doubts,
  };
}

/** @see K8P-40 a section isolates unless `enableDefaultDeny` says false for its direction */
function isolates(
  reading: Reading,
  spec: ObjectValue,
  direction: Direction,
  rules: readonly Rule[] | undefined,
): boolean {
  const value = field(field(spec, 'enableDefaultDeny'), direction);
  const setting = readBoolean(reading, value, `enableDefaultDeny.${direction}`);
  if (isMissing(setting)) reading.doubts.push(setting);
  if (setting === true) return true;
  return rules !== undefined && setting !== false;
}
