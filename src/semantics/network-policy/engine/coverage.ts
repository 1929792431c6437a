import type { FactId } from '../../../facts/index.ts';
import type { ClusterObjects, PodClass } from '../../../model/index.ts';
import type { DomainName } from '../../../net/index.ts';
import type { FlowAddress } from '../../flow.ts';
import { allOf, anyOf, type Decider, type Match, NO, unknownMatch, YES } from '../../verdict.ts';
import { addressOfPod } from '../match/address-match.ts';
import type { Direction, Policy, PolicySet, Rule } from '../policy.ts';
import { matchCalicoSelector } from '../selectors/calico-selector.ts';
import { matchLabels } from '../selectors/label-selector.ts';
import {
  calicoNamespaceLabels,
  calicoPodLabels,
  ciliumLabels,
  namespaceLabels,
  podLabels,
  serviceAccountLabels,
} from '../selectors/labels.ts';
import { matchesName } from '../selectors/name-pattern.ts';
import { type Suspect, suspectsOf } from './defects.ts';
import {
  ENGINE_PROFILES,
  type Engine,
  type EngineProfile,
  isIgnoredOnWindows,
} from './engine-profile.ts';
import { buildStages, type Stage } from './stages.ts';

/** One policy that covers one pod in one direction. */
export interface Covering {
  readonly policy: Policy;
  /** Yes, or unknown with what would settle it. */
  readonly covers: Match;
  /** Does it deny what its stage leaves unmatched? */
  readonly isolates: boolean;
  readonly rules: readonly CompiledRule[];
  /** Who denies what no rule allows. */
  readonly decider: Decider;
  /** Agents with a known defect drop the policy (K8P-66). */
  readonly isLostByDefect: boolean;
}

export interface CompiledRule {
  readonly rule: Rule;
  readonly policy: Policy;
  readonly decider: Decider;
  /** What the peers of the rule say of each pod, remembered. Owned by the index. */
  readonly ofPod: Map<PodClass, Match>;
}

/** What is asked again and again of one pod. */
export interface PodCoverage {
  readonly ingress: DirectionCoverage;
  readonly egress: DirectionCoverage;
  /** The pod's address under the ranges of the set. */
  readonly address: FlowAddress;
  /** @see K8P-47 */
  readonly dnsAdmits: (name: DomainName) => Match;
}

export interface DirectionCoverage {
  readonly stages: readonly Stage[];
  /** Titles of the policies that isolate the pod for sure. */
  readonly isolatedBy: readonly string[];
  readonly facts: readonly FactId[];
  /** What agents with known defects misread in the covering policies. */
  readonly suspects: readonly Suspect[];
}

/** Policies of one set under one engine, indexed by namespace; everything per pod is computed once. */
export interface PolicyIndex {
  readonly set: PolicySet;
  readonly profile: EngineProfile;
  readonly coverageOf: (pod: PodClass) => PodCoverage;
  readonly hasSeveralNumbers: (name: string, protocol: string) => boolean;
}

const indexes = new WeakMap<PolicySet, Map<Engine, PolicyIndex>>();

/** Built once per policy set and engine; the set stays immutable. */
export function policyIndex(set: PolicySet, engine: Engine): PolicyIndex {
  const ofSet = indexes.get(set) ?? new Map<Engine, PolicyIndex>();
  indexes.set(set, ofSet);
  const known = ofSet.get(engine);
  if (known !== undefined) return known;
  const index = buildIndex(set, ENGINE_PROFILES[engine]);
  ofSet.set(engine, index);
  return index;
}

/** Policies whose kind the engine enforces, or may enforce, and that cover the pod, perhaps. */
export function matchSubject(policy: Policy, pod: PodClass, objects: ClusterObjects): Match {
  const subject = policy.subject;
  switch (subject.kind) {
    case 'namespace-pods':
      return pod.namespace === subject.namespace ? matchLabels(subject.pods, podLabels(pod)) : NO;
    case 'selected-pods':
      return allOf([
        matchLabels(subject.pods, podLabels(pod)),
        matchLabels(subject.namespaces, namespaceLabels(objects, pod.namespace)),
      ]);
    case 'calico':
      if (subject.namespace !== undefined && subject.namespace !== pod.namespace) return NO;
      return allOf([
        matchCalicoSelector(subject.pods, calicoPodLabels(pod)),
        matchCalicoSelector(subject.namespaces, calicoNamespaceLabels(objects, pod.namespace)),
        matchCalicoSelector(subject.serviceAccounts, serviceAccountLabels(pod)),
      ]);
    case 'cilium':
      if (subject.namespace !== undefined && subject.namespace !== pod.namespace) return NO;
      return matchLabels(subject.pods, ciliumLabels(objects, pod));
    case 'hosts':
      return NO;
  }
}

function buildIndex(set: PolicySet, profile: EngineProfile): PolicyIndex {
  const byNamespace = new Map<string, CompiledPolicy[]>();
  const everywhere: CompiledPolicy[] = [];
  for (const policy of set.policies) {
    if (profile.kinds[policy.type] === 'no') continue;
    const compiled = compile(policy, profile);
    const namespace = 'namespace' in policy.subject ? policy.subject.namespace : undefined;
    if (namespace === undefined) everywhere.push(compiled);
    else {
      const list = byNamespace.get(namespace);
      if (list === undefined) byNamespace.set(namespace, [compiled]);
      else list.push(compiled);
    }
  }
  const coverages = new Map<PodClass, PodCoverage>();
  const numbers = portNumbers(set.objects);
  return {
    set,
    profile,
    hasSeveralNumbers: (name, protocol) => (numbers.get(`${name}/${protocol}`)?.size ?? 0) > 1,
    coverageOf: (pod) => {
      const known = coverages.get(pod);
      if (known !== undefined) return known;
      const candidates = [...everywhere, ...(byNamespace.get(pod.namespace) ?? [])];
      const coverage = coverageOf(pod, candidates, set, profile);
      coverages.set(pod, coverage);
      return coverage;
    },
  };
}

interface CompiledPolicy {
  readonly policy: Policy;
  readonly rules: Readonly<Record<Direction, readonly CompiledRule[] | undefined>>;
  readonly decider: Decider;
  readonly isLostByDefect: boolean;
}

function compile(policy: Policy, profile: EngineProfile): CompiledPolicy {
  const rulesOf = (rules: readonly Rule[] | undefined) =>
    rules?.map(
      (rule): CompiledRule => ({
        rule,
        policy,
        decider: { kind: 'rule', name: policy.title, at: rule.at },
        ofPod: new Map(),
      }),
    );
  const fact: FactId =
    policy.type === 'cilium' ? 'K8P-40' : policy.type === 'calico' ? 'K8P-30' : 'K8P-04';
  return {
    policy,
    rules: { ingress: rulesOf(policy.ingress), egress: rulesOf(policy.egress) },
    decider: { kind: 'rule', name: policy.title, at: policy.at, fact },
    isLostByDefect: suspectsOf(policy, profile.engine).some((one) => one.fact === 'K8P-66'),
  };
}

function coverageOf(
  pod: PodClass,
  candidates: readonly CompiledPolicy[],
  set: PolicySet,
  profile: EngineProfile,
): PodCoverage {
  const covering: Record<Direction, Covering[]> = { ingress: [], egress: [] };
  for (const { policy, rules, decider, isLostByDefect } of candidates) {
    const covers = coversPod(policy, pod, set, profile);
    if (covers.kind === 'no') continue;
    for (const direction of ['ingress', 'egress'] as const) {
      const ofDirection = rules[direction];
      const isolates =
        policy.type === 'cilium' ? policy.isolates[direction] : policy.type !== 'admin';
      if (ofDirection === undefined && !(policy.type === 'cilium' && isolates)) continue;
      covering[direction].push({
        policy,
        covers,
        isolates,
        rules: ofDirection ?? [],
        decider,
        isLostByDefect,
      });
    }
  }
  const ofDirection = (list: readonly Covering[]): DirectionCoverage => ({
    stages: buildStages(list, profile.engine, set.tiers),
    isolatedBy: list
      .filter((one) => one.isolates && one.covers.kind === 'yes')
      .map((one) => one.policy.title),
    facts: factsOf(list),
    suspects: list.flatMap((one) => suspectsOf(one.policy, profile.engine)),
  });
  return {
    ingress: ofDirection(covering.ingress),
    egress: ofDirection(covering.egress),
    address: addressOfPod(pod, set.ranges),
    dnsAdmits: (name) => anyOf(covering.egress.map((one) => admitsQuery(one, name))),
  };
}

const FACTS_OF_TYPE: Readonly<Record<Policy['type'], readonly FactId[]>> = {
  network: ['K8P-02', 'K8P-04'],
  admin: ['K8P-23'],
  calico: ['K8P-30', 'K8P-31'],
  cilium: ['K8P-40', 'K8P-41'],
};

function factsOf(covering: readonly Covering[]): readonly FactId[] {
  if (covering.length === 0) return ['K8P-01'];
  return [...new Set(covering.flatMap((one) => FACTS_OF_TYPE[one.policy.type]))];
}

function coversPod(policy: Policy, pod: PodClass, set: PolicySet, profile: EngineProfile): Match {
  if (isIgnoredOnWindows(profile.engine, policy, pod)) return NO;
  const matches = matchSubject(policy, pod, set.objects);
  if (matches.kind === 'no') return NO;
  const doubts: Match[] = [matches];
  if (policy.doubts.length > 0) doubts.push({ kind: 'unknown', why: policy.doubts });
  if (profile.kinds[policy.type] === 'unknown') {
    doubts.push(unknownMatch(`whether the cluster's Cilium enforces ${policy.title}`, policy.at));
  }
  if (policy.type === 'calico' && !set.tiers.has(policy.tier)) {
    doubts.push(unknownMatch(`the order of Tier \`${policy.tier}\``, policy.at));
  }
  return allOf(doubts);
}

/** @see K8P-47 the query needs a rule with a `dns` part; K8P-50 a bare star is not supported on AKS */
function admitsQuery(covering: Covering, name: DomainName): Match {
  const matches: Match[] = [];
  for (const { rule } of covering.rules) {
    if (rule.action !== 'allow' || rule.ports === 'any') continue;
    for (const port of rule.ports) {
      const request = 'request' in port ? port.request : undefined;
      if (request?.kind !== 'dns') continue;
      for (const pattern of request.names) {
        if (!matchesName(pattern, name)) continue;
        matches.push(
          pattern.kind === 'every-name'
            ? unknownMatch(
                'what AKS makes of a bare `*` in a dns rule, which it does not support',
                port.at,
              )
            : YES,
        );
      }
    }
  }
  const admitted = anyOf(matches);
  return admitted.kind === 'no' ? NO : allOf([covering.covers, admitted]);
}

/** Numbers behind each port name and protocol, over every pod. */
function portNumbers(objects: ClusterObjects): Map<string, Set<number>> {
  const numbers = new Map<string, Set<number>>();
  for (const pod of objects.pods) {
    for (const port of pod.ports) {
      if (port.name === undefined) continue;
      const key = `${port.name}/${port.protocol}`;
      const set = numbers.get(key);
      if (set === undefined) numbers.set(key, new Set([port.port]));
      else set.add(port.port);
    }
  }
  return numbers;
}
