import type { PolicyObject } from '../../../../model/index.ts';
import { toJson } from '../../../../values/index.ts';
import type { SeatedPod } from '../seated-pod.ts';
import { type CidrGroups, ciliumPeers } from './cilium-peers.ts';
import { ciliumPorts } from './cilium-ports.ts';
import { ciliumSubjects } from './cilium-selector.ts';
import { rulesWithPorts } from './policy-ports.ts';
import {
  type CompiledPolicy,
  DIRECTIONS,
  type Direction,
  ownNetwork,
  type PolicyRule,
  type PolicyWorld,
} from './policy-rule.ts';
import { field, list, missingIn, type Written } from './written.ts';

/** Names that DNS rules admit, by pod: without one, rules by name match nothing (K8P-47). */
export type AdmittedNames = ReadonlyMap<SeatedPod, readonly Written[]>;

/** The specs of Cilium policies; the other kinds of the group are not about pods. */
export interface CiliumSpec {
  readonly object: PolicyObject;
  readonly spec: Written;
  readonly subjects: readonly SeatedPod[];
  readonly doubts: readonly string[];
}

export function ciliumSpecs(object: PolicyObject, world: PolicyWorld): readonly CiliumSpec[] {
  const isClusterwide = object.kind === 'CiliumClusterwideNetworkPolicy';
  if (!isClusterwide && object.kind !== 'CiliumNetworkPolicy') return [];
  const body = toJson(object.body);
  const one = field(body, 'spec');
  const specs = [...(one === undefined ? [] : [one]), ...list(field(body, 'specs'))];
  // A policy with `nodeSelector` is for nodes.
  const forPods = specs.filter((spec) => field(spec, 'nodeSelector') === undefined);
  return forPods.map((spec) => {
    const doubts: string[] = [];
    const missing = missingIn(spec);
    if (missing !== undefined) doubts.push(`${missing} is not known`);
    const selector = field(spec, 'endpointSelector');
    const subjects = ciliumSubjects(selector, object.namespace, world);
    if (subjects === undefined) doubts.push('its `endpointSelector` cannot be read');
    return { object, spec, subjects: subjects ?? world.pods, doubts };
  });
}

/** Every `dns` rule of every policy, by the pods it holds for. */
export function admittedNames(specs: readonly CiliumSpec[]): AdmittedNames {
  const admitted = new Map<SeatedPod, Written[]>();
  for (const { spec, subjects } of specs) {
    const rules = list(field(spec, 'egress'))
      .flatMap((rule) => list(field(rule, 'toPorts')))
      .flatMap((ports) => list(field(ports, 'rules', 'dns')));
    if (rules.length === 0) continue;
    for (const seated of subjects)
      admitted.set(seated, [...(admitted.get(seated) ?? []), ...rules]);
  }
  return admitted;
}

/** One spec of a Cilium policy for one node (K8P-40…K8P-55): its deny rules first, since any of them wins (K8P-41). */
export function compileCiliumSpec(
  { object, spec, subjects, doubts: first }: CiliumSpec,
  world: PolicyWorld,
  admitted: AdmittedNames,
  groups: CidrGroups,
): CompiledPolicy {
  const doubts = [...first];
  const rules: Partial<Record<Direction, readonly PolicyRule[]>> = {};
  const isolates = new Set<Direction>();
  for (const direction of DIRECTIONS) {
    const sections = [
      { name: `${direction}Deny`, action: 'deny' as const },
      { name: direction, action: 'allow' as const },
    ].filter(({ name }) => list(field(spec, name)).length > 0);
    const wanted = field(spec, 'enableDefaultDeny', direction);
    if (sections.length === 0 && wanted !== true) continue;
    if (wanted !== false) isolates.add(direction);
    rules[direction] = sections.flatMap(({ name, action }) =>
      list(field(spec, name)).flatMap((rule) => {
        const context = { object, direction, subjects, world, admitted, groups, doubts };
        return compileRule(rule, action, context);
      }),
    );
  }
  const title = object.namespace === '' ? object.name : `${object.namespace}/${object.name}`;
  return {
    title: `${object.kind} ${title}`,
    name: title,
    at: object.at,
    subjects: new Set(subjects),
    rules,
    isolates,
    doubts: [...new Set(doubts)],
  };
}

/** The deny rules of a policy as one of its own, to stand before all that allow. */
export function denyingPart(policy: CompiledPolicy): CompiledPolicy {
  return part(policy, (rule) => rule.action === 'deny', new Set());
}

export function allowingPart(policy: CompiledPolicy): CompiledPolicy {
  return part(policy, (rule) => rule.action !== 'deny', policy.isolates);
}

function part(
  policy: CompiledPolicy,
  keep: (rule: PolicyRule) => boolean,
  isolates: CompiledPolicy['isolates'],
): CompiledPolicy {
  const rules = Object.fromEntries(
    Object.entries(policy.rules).map(([direction, each]) => [direction, each.filter(keep)]),
  );
  return { ...policy, rules, isolates };
}

interface Context {
  readonly object: PolicyObject;
  readonly direction: Direction;
  readonly subjects: readonly SeatedPod[];
  readonly world: PolicyWorld;
  readonly admitted: AdmittedNames;
  readonly groups: CidrGroups;
  readonly doubts: string[];
}

function compileRule(
  rule: Written,
  action: 'allow' | 'deny',
  { object, direction, subjects, world, admitted, groups, doubts }: Context,
): readonly PolicyRule[] {
  const peers = ciliumPeers(rule, direction, object.namespace, world, admitted, subjects, groups);
  const ports = ciliumPorts(rule);
  if (peers === undefined || ports === 'unreadable') {
    doubts.push(`an ${direction} rule of it cannot be read`);
    return [];
  }
  if (ports.hasRequests) doubts.push('a rule of it looks at requests, which the lab does not');
  // K8P-55: a rule that says nothing allows nothing.
  if (peers.length === 0 && ports.entries === undefined) return [];
  const anybody = { pods: world.pods.filter(ownNetwork), far: undefined, near: undefined };
  return (peers.length === 0 ? [anybody] : peers).flatMap(({ pods, far, near }) => {
    const ends = { action, ...(far === undefined ? {} : { far }) };
    const made = rulesWithPorts(direction, ends, ports.entries, subjects, pods);
    return near === undefined ? made : made.map((each) => ({ ...each, near }));
  });
}
