import type { PolicyObject } from '../../../../model/index.ts';
import { intersectAddresses } from '../../../../net/index.ts';
import { toJson } from '../../../../values/index.ts';
import type { SeatedPod } from '../seated-pod.ts';
import { type CalicoNets, calicoEnd, podsAt } from './calico-end.ts';
import { calicoLabels, calicoNamespaceLabels } from './calico-labels.ts';
import { calicoPorts } from './calico-ports.ts';
import { calicoSelector } from './calico-selector.ts';
import { rulesWithPorts } from './policy-ports.ts';
import {
  type CompiledPolicy,
  type Direction,
  ownNetwork,
  type PolicyRule,
  type PolicyWorld,
} from './policy-rule.ts';
import { field, isList, list, missingIn, number, text, texts, type Written } from './written.ts';

export interface CalicoPolicy extends CompiledPolicy {
  readonly tier: string;
  /** Absent: last. */
  readonly order?: number;
}

export interface CalicoTier {
  readonly name: string;
  readonly order?: number;
  readonly unmatched: 'deny' | 'next';
}

/**
 * A Calico policy for one node (K8P-30…K8P-37). `undefined`: it does not bear on pods (staged, host endpoints only, a tier, a set).
 */
export function compileCalicoPolicy(
  object: PolicyObject,
  world: PolicyWorld,
  nets: CalicoNets,
): CalicoPolicy | undefined {
  if (object.kind !== 'NetworkPolicy' && object.kind !== 'GlobalNetworkPolicy') return undefined;
  const spec = field(toJson(object.body), 'spec');
  // K8P-37: such policies are for host endpoints.
  if (field(spec, 'doNotTrack') === true || field(spec, 'preDNAT') === true) return undefined;
  const doubts: string[] = [];
  const missing = missingIn(spec);
  if (missing !== undefined) doubts.push(`${missing} is not known`);
  const subjects = subjectsOf(object, spec, world, doubts);
  const covered = directionsOf(spec);
  const rules: Partial<Record<Direction, readonly PolicyRule[]>> = {};
  for (const direction of covered) {
    rules[direction] = list(field(spec, direction)).flatMap((rule) =>
      compileRule(rule, direction, object.namespace, subjects, world, nets, doubts),
    );
  }
  const title = object.namespace === '' ? object.name : `${object.namespace}/${object.name}`;
  const order = number(field(spec, 'order'));
  return {
    title: `Calico ${object.kind} ${title}`,
    name: title,
    at: object.at,
    subjects: new Set(subjects),
    rules,
    isolates: new Set(covered),
    doubts,
    tier: text(field(spec, 'tier')) ?? 'default',
    ...(order === undefined ? {} : { order }),
  };
}

export function calicoTiers(objects: readonly PolicyObject[]): readonly CalicoTier[] {
  return objects
    .filter(({ kind }) => kind === 'Tier')
    .map((object) => {
      const spec = field(toJson(object.body), 'spec');
      const order = number(field(spec, 'order'));
      return {
        name: object.name,
        ...(order === undefined ? {} : { order }),
        unmatched: text(field(spec, 'defaultAction')) === 'Pass' ? 'next' : 'deny',
      };
    });
}

/** K8P-32: unlike Kubernetes, a policy with egress rules only leaves ingress alone. */
function directionsOf(spec: Written): readonly Direction[] {
  const types = texts(field(spec, 'types')).map((type) => type.toLowerCase());
  if (types.length > 0) {
    return (['egress', 'ingress'] as const).filter((direction) => types.includes(direction));
  }
  const hasEgress = isList(field(spec, 'egress')) && list(field(spec, 'egress')).length > 0;
  const hasIngress = isList(field(spec, 'ingress')) && list(field(spec, 'ingress')).length > 0;
  if (hasEgress) return hasIngress ? ['egress', 'ingress'] : ['egress'];
  return ['ingress'];
}

function subjectsOf(
  object: PolicyObject,
  spec: Written,
  world: PolicyWorld,
  doubts: string[],
): readonly SeatedPod[] {
  const ofPod = calicoSelector(text(field(spec, 'selector')));
  const ofNamespace = calicoSelector(text(field(spec, 'namespaceSelector')));
  if (ofPod === undefined || ofNamespace === undefined) doubts.push('its selector cannot be read');
  if (text(field(spec, 'serviceAccountSelector')) !== undefined) {
    doubts.push('it selects service accounts by their labels');
  }
  const isGlobal = object.kind === 'GlobalNetworkPolicy';
  return world.pods.filter(
    (seated) =>
      ownNetwork(seated) &&
      (isGlobal || seated.pod.namespace === object.namespace) &&
      (ofPod?.(calicoLabels(seated)) ?? true) &&
      (ofNamespace?.(calicoNamespaceLabels(world, seated.pod.namespace)) ?? true),
  );
}

const ACTIONS: Readonly<Record<string, PolicyRule['action']>> = {
  Allow: 'allow',
  Deny: 'deny',
  Pass: 'pass',
};

const KNOWN = new Set(
  'action metadata protocol notProtocol ipVersion source destination icmp notICMP http'.split(' '),
);

function compileRule(
  rule: Written,
  direction: Direction,
  namespace: string,
  subjects: readonly SeatedPod[],
  world: PolicyWorld,
  nets: CalicoNets,
  doubts: string[],
): readonly PolicyRule[] {
  const written = text(field(rule, 'action')) ?? '';
  if (written === 'Log') return [];
  const action = ACTIONS[written];
  const unknown = Object.keys((rule as object | null) ?? {}).find((name) => !KNOWN.has(name));
  if (action === undefined || unknown !== undefined) {
    doubts.push(`a rule of it has ${unknown ?? `the action ${written}`}, which is not known here`);
    return [];
  }
  if (field(rule, 'ipVersion') === 6) return [];
  if (field(rule, 'http') !== undefined || field(rule, 'notICMP') !== undefined) {
    doubts.push('a rule of it looks at requests or at kinds of ICMP');
    return [];
  }
  const [nearName, farName] =
    direction === 'ingress'
      ? (['destination', 'source'] as const)
      : (['source', 'destination'] as const);
  const near = calicoEnd(field(rule, nearName), namespace, world, nets);
  const far = calicoEnd(field(rule, farName), namespace, world, nets);
  const ports = calicoPorts(rule);
  if (near === undefined || far === undefined || ports === 'unreadable') {
    doubts.push(`an ${direction} rule of it cannot be read`);
    return [];
  }
  const ends = { action, ...(far.addresses === undefined ? {} : { far: far.addresses }) };
  const peers = podsAt(world, far);
  const made = rulesWithPorts(direction, ends, ports, subjects, peers);
  return near.addresses === undefined ? made : made.map((each) => limited(each, near));
}

function limited(
  rule: PolicyRule,
  { addresses }: { readonly addresses?: PolicyRule['near'] },
): PolicyRule {
  if (addresses === undefined) return rule;
  return {
    ...rule,
    near: rule.near === undefined ? addresses : intersectAddresses(rule.near, addresses),
  };
}
