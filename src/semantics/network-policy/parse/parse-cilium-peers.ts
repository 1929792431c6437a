import {
  type AddressSet,
  addressesOfPrefixes,
  parsePrefix,
  unionAddresses,
} from '../../../net/index.ts';
import type { ObjectValue, Value } from '../../../values/index.ts';
import { stringOf } from '../../../values/index.ts';
import type { MissingFact } from '../../verdict.ts';
import type { CiliumEntity, Peer } from '../policy.ts';
import { EVERYTHING } from '../selectors/label-selector.ts';
import { isCiliumNamespaceKey } from '../selectors/labels.ts';
import { ciliumName, ciliumPattern, type NamePattern } from '../selectors/name-pattern.ts';
import { ipBlockAddresses } from './ip-block.ts';
import { parseCiliumSelector } from './parse-cilium-selector.ts';
import { parseLabelSelector } from './parse-selector.ts';
import {
  field,
  isMissing,
  missingOf,
  type Reading,
  readList,
  readText,
  refuse,
  reportUnknownField,
  unknownFields,
} from './reading.ts';

export interface CiliumContext {
  readonly reading: Reading;
  /** Addresses of every CiliumCIDRGroup, or why they cannot be read. */
  readonly groups: ReadonlyMap<string, AddressSet | MissingFact>;
  readonly isClusterwide: boolean;
  /** Absent for the clusterwide kind. */
  readonly namespace?: string;
}

const ENTITIES: ReadonlySet<string> = new Set<CiliumEntity>([
  'all',
  'world',
  'world-ipv4',
  'world-ipv6',
  'cluster',
  'host',
  'remote-node',
  'kube-apiserver',
  'ingress',
  'init',
  'health',
  'unmanaged',
  'none',
]);

/**
 * The peers of one rule: `any` when it names none; an empty list when a field is there and empty, which selects
 * nothing (K8P-55).
 */
export function parseCiliumPeers(
  context: CiliumContext,
  rule: ObjectValue,
  used: readonly string[],
  label: string,
  doubts: MissingFact[],
): readonly Peer[] | 'any' {
  if (used.length === 0) return 'any';
  const peers: Peer[] = [];
  for (const name of used) {
    const list = readList(context.reading, field(rule, name), `${label}.${name}`);
    if (isMissing(list)) doubts.push(list);
    else peers.push(...(list ?? []).map((item) => parsePeer(context, name, item, label)));
  }
  return peers;
}

function parsePeer(context: CiliumContext, name: string, value: Value, label: string): Peer {
  if (value.kind === 'unknown') {
    return { kind: 'unreadable', why: missingOf(value), at: value.at };
  }
  switch (name) {
    case 'fromEndpoints':
    case 'toEndpoints':
      return endpoints(context, value, label);
    case 'fromEntities':
    case 'toEntities':
      return entity(context, value, label);
    case 'fromCIDR':
    case 'toCIDR':
      return cidr(context, stringOf(value), [], value, label);
    case 'fromCIDRSet':
    case 'toCIDRSet':
      return cidrSet(context, value, label);
    case 'toServices':
      return service(context, value, label);
    default:
      return fqdn(context, value, label);
  }
}

/** K8P-42: without a namespace label the selector of a namespaced policy stays at home. */
function endpoints(context: CiliumContext, value: Value, label: string): Peer {
  const selector = parseCiliumSelector(context.reading, value, `${label} endpoints`);
  const names = selector.requirements.flatMap((one) => (one.kind === 'label' ? [one.key] : []));
  const reserved = names.find((key) => key.startsWith('reserved:'));
  if (reserved !== undefined) {
    const named = reserved.slice('reserved:'.length);
    if (ENTITIES.has(named)) return { kind: 'entity', entity: named as CiliumEntity, at: value.at };
  }
  const staysHome = context.namespace !== undefined && !names.some(isCiliumNamespaceKey);
  return {
    kind: 'cilium-endpoints',
    ...(staysHome && context.namespace !== undefined ? { namespace: context.namespace } : {}),
    endpoints: selector,
    at: value.at,
  };
}

function entity(context: CiliumContext, value: Value, label: string): Peer {
  const text = readText(context.reading, value, `${label} entity`);
  if (typeof text === 'string' && ENTITIES.has(text)) {
    return { kind: 'entity', entity: text as CiliumEntity, at: value.at };
  }
  const why = isMissing(text)
    ? text
    : refuse(context.reading, `${label}: \`${text ?? ''}\` is no entity`, value.at);
  return { kind: 'unreadable', why, at: value.at };
}

function cidr(
  context: CiliumContext,
  text: string | undefined,
  excepts: readonly string[],
  value: Value,
  label: string,
): Peer {
  const wrong = [text, ...excepts].find(
    (one) => one === undefined || parsePrefix(one) === undefined,
  );
  if (text === undefined || wrong !== undefined) {
    const why = refuse(context.reading, `${label}: \`${wrong ?? ''}\` is no CIDR`, value.at);
    return { kind: 'unreadable', why, at: value.at };
  }
  const { addresses, outside } = ipBlockAddresses(text, excepts);
  if (outside !== undefined) {
    refuse(context.reading, `${label}: except \`${outside}\` lies outside \`${text}\``, value.at);
  }
  return { kind: 'block', addresses, cidr: text, excepts, api: 'cilium-cidr', at: value.at };
}

function cidrSet(context: CiliumContext, value: Value, label: string): Peer {
  const { reading } = context;
  const at = value.at;
  const unreadable = (why: MissingFact): Peer => ({ kind: 'unreadable', why, at });
  if (value.kind !== 'object') {
    return unreadable(refuse(reading, `${label}: a CIDR set must be an object`, at));
  }
  const strange = unknownFields(value, ['cidr', 'except', 'cidrGroupRef'])[0];
  if (strange !== undefined) return unreadable(reportUnknownField(reading, strange));
  const list = readList(reading, field(value, 'except'), `${label}.except`);
  if (isMissing(list)) return unreadable(list);
  const excepts: string[] = [];
  for (const item of list ?? []) {
    const text = readText(reading, item, `${label}.except`);
    if (isMissing(text)) return unreadable(text);
    excepts.push(text ?? '');
  }
  const reference = readText(reading, field(value, 'cidrGroupRef'), `${label}.cidrGroupRef`);
  if (isMissing(reference)) return unreadable(reference);
  if (reference === undefined) {
    const text = readText(reading, field(value, 'cidr'), `${label}.cidr`);
    return isMissing(text) ? unreadable(text) : cidr(context, text, excepts, value, label);
  }
  const group = context.groups.get(reference);
  if (group === undefined) {
    return unreadable({
      missing: `CiliumCIDRGroup \`${reference}\`, which is not in the input`,
      at,
    });
  }
  if (isMissing(group)) return unreadable(group);
  return {
    kind: 'block',
    addresses: group,
    cidr: `CiliumCIDRGroup ${reference}`,
    excepts: [],
    api: 'cilium-cidr',
    at,
  };
}

/** `k8sService` by name or `k8sServiceSelector` by the labels of Services. */
function service(context: CiliumContext, value: Value, label: string): Peer {
  const { reading } = context;
  const at = value.at;
  const named = field(value, 'k8sService');
  const selected = field(value, 'k8sServiceSelector');
  const namespaceText = stringOf(field(named ?? selected, 'namespace'));
  const namespace = namespaceText ?? context.namespace ?? '';
  if (named !== undefined) {
    const name = readText(reading, field(named, 'serviceName'), `${label}.serviceName`);
    if (isMissing(name)) return { kind: 'unreadable', why: name, at };
    return { kind: 'service', namespace, service: name ?? '', at };
  }
  if (selected === undefined) {
    const why = refuse(reading, `${label}: toServices needs k8sService or k8sServiceSelector`, at);
    return { kind: 'unreadable', why, at };
  }
  const selector = field(selected, 'selector');
  return {
    kind: 'service',
    namespace,
    service:
      selector === undefined
        ? EVERYTHING
        : parseLabelSelector(reading, selector, `${label}.k8sServiceSelector`),
    at,
  };
}

function fqdn(context: CiliumContext, value: Value, label: string): Peer {
  const patterns = parseNamePatterns(context.reading, [value], label);
  return isMissing(patterns)
    ? { kind: 'unreadable', why: patterns, at: value.at }
    : { kind: 'names', patterns, at: value.at };
}

/** `matchName` and `matchPattern` entries, of `toFQDNs` and of `dns` rules alike. */
export function parseNamePatterns(
  reading: Reading,
  items: readonly Value[],
  label: string,
): readonly NamePattern[] | MissingFact {
  const patterns: NamePattern[] = [];
  for (const item of items) {
    const name = readText(reading, field(item, 'matchName'), `${label}.matchName`);
    const glob = readText(reading, field(item, 'matchPattern'), `${label}.matchPattern`);
    if (isMissing(name)) return name;
    if (isMissing(glob)) return glob;
    const pattern =
      name !== undefined ? ciliumName(name) : glob === undefined ? undefined : ciliumPattern(glob);
    if (pattern === undefined) {
      return refuse(reading, `${label}: \`${glob ?? ''}\` is no name pattern`, item.at);
    }
    patterns.push(pattern);
  }
  return patterns;
}

/** `spec.externalCIDRs` of a CiliumCIDRGroup. */
export function parseCidrGroup(reading: Reading, body: Value): AddressSet | MissingFact {
  const list = readList(reading, field(field(body, 'spec'), 'externalCIDRs'), 'spec.externalCIDRs');
  if (isMissing(list)) return list;
  const sets: AddressSet[] = [];
  for (const item of list ?? []) {
    const text = readText(reading, item, 'spec.externalCIDRs');
    if (isMissing(text)) return text;
    const prefix = text === undefined ? undefined : parsePrefix(text);
    if (prefix === undefined) return refuse(reading, `\`${text ?? ''}\` is no CIDR`, item.at);
    sets.push(addressesOfPrefixes([prefix]));
  }
  return unionAddresses(...sets);
}
