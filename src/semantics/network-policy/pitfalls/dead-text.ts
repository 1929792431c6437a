import type { PolicyEngine } from '../../../network/index.ts';
import { ENGINE_NAMES, ENGINE_PROFILES } from '../engine/engine-profile.ts';
import type { PolicySet } from '../policy.ts';
import { selectedPods } from './coverage-of-policies.ts';
import type { Pitfall } from './pitfall.ts';

/** Rules written under a direction that `policyTypes` leaves out (K8P-02). */
export function rulesWithoutDirection(set: PolicySet): readonly Pitfall[] {
  return set.policies.flatMap((policy) =>
    policy.type !== 'network'
      ? []
      : policy.deadRules.map((dead) => ({
          subject: policy.title,
          place: dead.at,
          what: `${dead.count} ${dead.direction} ${dead.count === 1 ? 'rule does' : 'rules do'} nothing: \`policyTypes\` leaves ${dead.direction} out`,
          fact: 'K8P-02' as const,
        })),
  );
}

/** Policies whose selector fits no pod of the input. Nothing to say when the input holds no pods at all. */
export function policiesWithoutPods(set: PolicySet): readonly Pitfall[] {
  if (set.objects.pods.length === 0) return [];
  return set.policies.flatMap((policy) => {
    if (policy.subject.kind === 'hosts' || selectedPods(set, policy).length > 0) return [];
    const what = 'no pod in the input fits its selector: it covers nothing';
    return [{ subject: policy.title, place: policy.subject.at, what, fact: 'K8P-02' as const }];
  });
}

/** Policies that fit only host-network pods, which no engine covers (K8P-17). */
export function policiesOfHostNetworkOnly(set: PolicySet): readonly Pitfall[] {
  return set.policies.flatMap((policy) => {
    const pods = selectedPods(set, policy);
    if (pods.length === 0 || pods.some((pod) => !pod.hostNetwork)) return [];
    const names = pods.map((pod) => `\`${pod.name}\``).join(', ');
    const what = `it fits only host-network pods (${names}), which policies do not cover`;
    return [{ subject: policy.title, place: policy.subject.at, what, fact: 'K8P-17' as const }];
  });
}

/** K8P-34. */
export function stagedPolicies(set: PolicySet): readonly Pitfall[] {
  return set.staged.map((policy) => ({
    subject: policy.title,
    place: policy.at,
    what: 'staged: Calico reports what it would do and enforces nothing',
    fact: 'K8P-34',
  }));
}

/** Objects of a kind the engine does not enforce, or any object where there is no engine (K8P-70, K8P-71). */
export function ignoredPolicies(set: PolicySet, engine: PolicyEngine): readonly Pitfall[] {
  if (engine === 'unknown' || engine === 'generic') return [];
  return set.policies.flatMap((policy): readonly Pitfall[] => {
    if (engine === 'none') {
      const what = 'the cluster has no network policy engine: nothing enforces it';
      return [{ subject: policy.title, place: policy.at, what, fact: 'K8P-70' }];
    }
    if (ENGINE_PROFILES[engine].kinds[policy.type] !== 'no') return [];
    const what = `${ENGINE_NAMES[engine]} does not enforce this kind`;
    return [{ subject: policy.title, place: policy.at, what, fact: 'K8P-71' }];
  });
}
