import type { PolicyEngine } from '../../../network/index.ts';
import { policyIndex } from '../engine/coverage.ts';
import type { Engine } from '../engine/engine-profile.ts';
import type { Direction, Policy, PolicySet } from '../policy.ts';
import { podsIn, podTitle } from './coverage-of-policies.ts';
import type { Pitfall } from './pitfall.ts';

/** Rules without any limit, `egress: [{}]`: the policy isolates and then lets everything out again (K8P-06). */
export function allowAllEgress(set: PolicySet): readonly Pitfall[] {
  return set.policies.flatMap((policy) =>
    (policy.egress ?? []).flatMap((rule) => {
      const isOpen =
        policy.type === 'network' &&
        rule.peers === 'any' &&
        rule.ports === 'any' &&
        rule.doubts.length === 0;
      if (!isOpen) return [];
      const what = `${rule.label} is an empty rule: its pods may reach every address, also outside the cluster`;
      return [{ subject: policy.title, place: rule.at, what, fact: 'K8P-06' as const }];
    }),
  );
}

/** Namespaces with pods where no policy isolates all of them in this direction (K8P-01). */
export function namespacesWithoutDefaultDeny(
  set: PolicySet,
  engine: PolicyEngine,
  direction: Direction,
): readonly Pitfall[] {
  const namespaces = new Set(
    set.objects.pods.filter((pod) => !pod.hostNetwork).map((pod) => pod.namespace),
  );
  return [...namespaces].sort().flatMap((namespace) => {
    const isCovered = set.policies.some(
      (policy) => isEnforced(policy, engine) && isolatesNamespace(policy, namespace, direction),
    );
    if (isCovered) return [];
    const count = podsIn(set, namespace).length;
    const what = `no policy denies ${direction} by default; new pods start open (${count} workload${count === 1 ? '' : 's'} today)`;
    const place = set.objects.namespaces.get(namespace)?.at ?? podsIn(set, namespace)[0]!.at;
    return [{ subject: `namespace ${namespace}`, place, what, fact: 'K8P-01' as const }];
  });
}

/** Pods that no policy of the engine covers in this direction (K8P-01). Host-network pods are left out: none can. */
export function podsWithoutPolicy(
  set: PolicySet,
  engine: PolicyEngine,
  direction: Direction,
): readonly Pitfall[] {
  return set.objects.pods.flatMap((pod) => {
    if (pod.hostNetwork) return [];
    const isCovered =
      engine !== 'none' &&
      policyIndex(set, engineFor(engine)).coverageOf(pod)[direction].stages.length > 0;
    if (isCovered) return [];
    const what = `no policy covers its ${direction}: everything is allowed`;
    return [{ subject: podTitle(pod), place: pod.at, what, fact: 'K8P-01' as const }];
  });
}

function engineFor(engine: Exclude<PolicyEngine, 'none'>): Engine {
  return engine === 'unknown' ? 'generic' : engine;
}

function isEnforced(policy: Policy, engine: PolicyEngine): boolean {
  if (engine === 'none') return false;
  if (policy.type === 'network') return true;
  return policy.type === engine;
}

/** A subject that selects every pod of the namespace, and no rule that lets everything through again. */
function isolatesNamespace(policy: Policy, namespace: string, direction: Direction): boolean {
  const rules = policy[direction];
  const { subject } = policy;
  const isolates = policy.type === 'cilium' ? policy.isolates[direction] : rules !== undefined;
  if (!isolates || policy.doubts.length > 0) return false;
  const isOpen = (rules ?? []).some(
    (rule) =>
      rule.action === 'allow' &&
      rule.peers === 'any' &&
      rule.ports === 'any' &&
      rule.calico === undefined,
  );
  if (isOpen) return false;
  switch (subject.kind) {
    case 'namespace-pods':
      return subject.namespace === namespace && subject.pods.requirements.length === 0;
    case 'cilium':
      return (
        (subject.namespace === undefined || subject.namespace === namespace) &&
        subject.pods.requirements.length === 0
      );
    case 'calico':
      return (
        (subject.namespace === undefined || subject.namespace === namespace) &&
        subject.pods.kind === 'all' &&
        subject.namespaces.kind === 'all' &&
        subject.serviceAccounts.kind === 'all'
      );
    default:
      return false;
  }
}
