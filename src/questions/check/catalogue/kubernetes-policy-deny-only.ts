import { matchSubject } from '../../../semantics/network-policy/engine/coverage.ts';
import { selectedPods } from '../../../semantics/network-policy/pitfalls/coverage-of-policies.ts';
import { podTitle } from '../../../semantics/network-policy/pitfalls/index.ts';
import type { Pitfall } from '../../../semantics/network-policy/pitfalls/pitfall.ts';
import type { Direction, Policy, PolicySet } from '../../../semantics/network-policy/policy.ts';
import type { Check } from '../finding.ts';
import { policyCheck, unreadablePart } from './kubernetes-policy-check.ts';
import { listed } from './kubernetes-policy-world.ts';

const denyIsolates = policyCheck({
  id: 'policy/deny-isolates-on-cilium',
  severity: 'warning',
  title: 'A Cilium policy that only denies stands beside one that allows.',
  explanation:
    'A deny section switches its direction to default-deny for every pod it selects. A policy written to keep one peer out then keeps everybody out, unless another policy allows something or `enableDefaultDeny` is false.',
  fix: 'set enableDefaultDeny for the direction to false, or add a rule that allows all (fromEntities or toEntities: [all])',
  facts: ['K8P-40'],
  covers: ['KP-10', 'KP-E14'],
  none: 'no Cilium policy that only denies',
  engines: ['cilium'],
  concerns: (policy) => denyingDirections(policy).length > 0,
  find: ({ set }) => set.policies.flatMap((policy) => cutOff(set, policy)),
  open: (policy) => unreadablePart(policy, ['subject']),
  message: (title, pitfalls) =>
    `${title} denies more than it names: ${pitfalls.map(({ what }) => what).join('; ')}.`,
  question: (title) => `Whether ${title} cuts off the pods it selects is not known.`,
});

export const KUBERNETES_POLICY_DENY_ONLY_CHECKS: readonly Check[] = [denyIsolates];

/** Directions in which the policy allows nothing, but denies something by name. */
function denyingDirections(policy: Policy): readonly Direction[] {
  if (policy.type !== 'cilium') return [];
  return (['ingress', 'egress'] as const).filter((direction) => {
    const rules = policy[direction] ?? [];
    return rules.length > 0 && rules.every(({ action }) => action === 'deny');
  });
}

/** Pods that the policy leaves without any allowed peer in a direction. O(pods × policies). */
function cutOff(set: PolicySet, policy: Policy): readonly Pitfall[] {
  return denyingDirections(policy).flatMap((direction): Pitfall[] => {
    if (policy.type !== 'cilium' || !policy.isolates[direction]) return [];
    const allowing = set.policies.filter((other) =>
      (other[direction] ?? []).some(({ action }) => action === 'allow'),
    );
    const pods = selectedPods(set, policy).filter(
      (pod) =>
        !pod.hostNetwork &&
        !allowing.some((other) => matchSubject(other, pod, set.objects).kind !== 'no'),
    );
    if (pods.length === 0) return [];
    const what = `no ${direction} is left for ${listed(pods.map(podTitle))}`;
    return [{ subject: policy.title, place: policy.at, what, fact: 'K8P-40' }];
  });
}
