import type { PolicyObject } from '../../../model/index.ts';
import { NO_ADDRESSES } from '../../../net/index.ts';
import { itemsOf, type ObjectValue, stringOf, type Value } from '../../../values/index.ts';
import type {
  CalicoNetworkSet,
  CalicoPolicy,
  CalicoTier,
  Direction,
  PolicyName,
  Rule,
  Subject,
} from '../policy.ts';
import { addressesOfNets, parseCalicoRule } from './parse-calico-rule.ts';
import { calicoSelectorOrAll } from './parse-selector.ts';
import {
  field,
  isMissing,
  type Reading,
  readBoolean,
  readList,
  readObject,
  readText,
  refuse,
  reportGap,
  reportUnknownField,
  unknownFields,
} from './reading.ts';

const POLICY_FIELDS = [
  'tier',
  'order',
  'selector',
  'namespaceSelector',
  'serviceAccountSelector',
  'types',
  'ingress',
  'egress',
  'doNotTrack',
  'preDNAT',
  'applyOnForward',
  'performanceHints',
];

/** The tiers every Calico has (K8P-30). */
export const BUILT_IN_TIERS: readonly CalicoTier[] = [
  { name: 'kube-admin', order: 1_000, whenUnmatched: 'pass' },
  { name: 'default', order: 1_000_000, whenUnmatched: 'deny' },
  { name: 'kube-baseline', order: 10_000_000, whenUnmatched: 'pass' },
];

/** `projectcalico.org` NetworkPolicy and GlobalNetworkPolicy. K8P-30 to K8P-37. */
export function parseCalicoPolicy(
  object: PolicyObject,
  name: PolicyName,
  reading: Reading,
): CalicoPolicy {
  const isGlobal = object.kind === 'GlobalNetworkPolicy';
  const spec = specOf(object, reading);
  for (const entry of unknownFields(spec, POLICY_FIELDS)) {
    reading.doubts.push(reportUnknownField(reading, entry));
  }
  const tier = readText(reading, field(spec, 'tier'), 'spec.tier');
  if (isMissing(tier)) reading.doubts.push(tier);
  const scope = isGlobal ? {} : { namespace: object.namespace };
  const ingress = parseRules(reading, spec, 'ingress', scope);
  const egress = parseRules(reading, spec, 'egress', scope);
  const types = typesOf(reading, spec, ingress.length > 0, egress.length > 0);
  return {
    ...name,
    type: 'calico',
    tier: typeof tier === 'string' && tier !== '' ? tier : 'default',
    order: orderOf(reading, spec, Number.POSITIVE_INFINITY),
    subject: subjectOf(object, spec, reading, scope),
    ingress: types.has('ingress') ? ingress : undefined,
    egress: types.has('egress') ? egress : undefined,
    doubts: reading.doubts,
  };
}

export function parseCalicoTier(object: PolicyObject, reading: Reading): CalicoTier {
  const spec = specOf(object, reading);
  const action = stringOf(field(spec, 'defaultAction'));
  const order = orderOf(reading, spec, Number.POSITIVE_INFINITY);
  const builtIn = BUILT_IN_TIERS.find((tier) => tier.name === object.name);
  // The default action of the default tier is fixed; its order too.
  if (builtIn !== undefined) return { ...builtIn, at: object.at };
  return {
    name: object.name,
    order,
    whenUnmatched: action === 'Pass' ? 'pass' : 'deny',
    at: object.at,
  };
}

export function parseCalicoNetworkSet(object: PolicyObject, reading: Reading): CalicoNetworkSet {
  const spec = specOf(object, reading);
  const nets = field(spec, 'nets');
  const addresses = nets === undefined ? NO_ADDRESSES : addressesOfNets(reading, nets, 'spec.nets');
  if (field(spec, 'allowedEgressDomains') !== undefined) {
    reportGap(
      reading,
      'spec.allowedEgressDomains',
      'only paid Calico editions enforce it',
      object.at,
    );
  }
  return {
    namespace: object.namespace,
    name: object.name,
    labels: labelsOf(field(object.body, 'metadata')),
    ...(isMissing(addresses) ? { addresses: NO_ADDRESSES, doubt: addresses } : { addresses }),
    at: object.at,
  };
}

function specOf(object: PolicyObject, reading: Reading): ObjectValue {
  const spec = readObject(reading, field(object.body, 'spec'), 'spec', object.at);
  if (!isMissing(spec)) return spec;
  reading.doubts.push(spec);
  return { kind: 'object', members: new Map(), at: object.at };
}

/** K8P-37: untracked and pre-DNAT policies are for host endpoints. */
function subjectOf(
  object: PolicyObject,
  spec: ObjectValue,
  reading: Reading,
  scope: { readonly namespace?: string },
): Subject {
  const at = field(spec, 'selector')?.at ?? object.at;
  for (const name of ['doNotTrack', 'preDNAT']) {
    const value = readBoolean(reading, field(spec, name), `spec.${name}`);
    if (isMissing(value)) reading.doubts.push(value);
    if (value === true) return { kind: 'hosts', at };
  }
  return {
    kind: 'calico',
    ...scope,
    pods: calicoSelectorOrAll(reading, field(spec, 'selector'), 'spec.selector'),
    namespaces: calicoSelectorOrAll(
      reading,
      field(spec, 'namespaceSelector'),
      'spec.namespaceSelector',
    ),
    serviceAccounts: calicoSelectorOrAll(
      reading,
      field(spec, 'serviceAccountSelector'),
      'spec.serviceAccountSelector',
    ),
    at,
  };
}

/** K8P-32: unlike Kubernetes, egress rules alone leave ingress alone. */
function typesOf(
  reading: Reading,
  spec: ObjectValue,
  hasIngress: boolean,
  hasEgress: boolean,
): Set<Direction> {
  const list = readList(reading, field(spec, 'types'), 'spec.types');
  if (isMissing(list)) {
    reading.doubts.push(list);
    return new Set(['ingress', 'egress']);
  }
  const types = new Set<Direction>();
  for (const item of list ?? []) {
    const text = readText(reading, item, 'spec.types');
    if (text === 'Ingress') types.add('ingress');
    else if (text === 'Egress') types.add('egress');
    else if (isMissing(text)) reading.doubts.push(text);
    else refuse(reading, `\`types\` has \`${text ?? ''}\`; it takes Ingress and Egress`, item.at);
  }
  if (types.size > 0) return types;
  if (!hasEgress) return new Set(['ingress']);
  return new Set(hasIngress ? ['ingress', 'egress'] : ['egress']);
}

function orderOf(reading: Reading, spec: ObjectValue, otherwise: number): number {
  const value = field(spec, 'order');
  if (value === undefined) return otherwise;
  if (value.kind === 'number') return value.value;
  if (value.kind === 'unknown') reading.doubts.push({ missing: value.missing, at: value.at });
  else refuse(reading, '`order` must be a number', value.at);
  return otherwise;
}

function parseRules(
  reading: Reading,
  spec: ObjectValue,
  direction: Direction,
  scope: { readonly namespace?: string },
): readonly Rule[] {
  const list = readList(reading, field(spec, direction), `spec.${direction}`);
  if (isMissing(list)) {
    reading.doubts.push(list);
    return [];
  }
  return (list ?? []).map((item, index) =>
    parseCalicoRule(reading, item, `${direction}[${index}]`, scope),
  );
}

function labelsOf(metadata: Value | undefined): Readonly<Record<string, string>> {
  const labels = field(metadata, 'labels');
  if (labels?.kind !== 'object') return {};
  const entries = [...labels.members.values()].flatMap((entry) =>
    itemsOf(entry.value).map((value) => [entry.name, stringOf(value) ?? ''] as const),
  );
  return Object.fromEntries(entries);
}
