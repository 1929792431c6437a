import { matchSubject } from '../../../semantics/network-policy/engine/coverage.ts';
import { selectedPods } from '../../../semantics/network-policy/pitfalls/coverage-of-policies.ts';
import { podTitle } from '../../../semantics/network-policy/pitfalls/index.ts';
import type { Pitfall } from '../../../semantics/network-policy/pitfalls/pitfall.ts';
import type {
  Direction,
  Policy,
  PolicySet,
  PortTerm,
  Rule,
} from '../../../semantics/network-policy/policy.ts';
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

const openRequests = policyCheck({
  id: 'policy/l7-rule-ineffective',
  severity: 'error',
  title: 'No plain rule opens what an HTTP rule narrows.',
  explanation:
    'Rules of all policies add up. A rule that allows the same peer on the same port without looking at requests lets every request through, and the HTTP rule beside it decides nothing.',
  fix: 'take the port (or the peer) out of the plain rule',
  facts: ['K8P-46'],
  covers: ['KP-10', 'KP-E22'],
  none: 'no Cilium policy with HTTP rules',
  engines: ['cilium'],
  concerns: (policy) => requestTerms(policy).length > 0,
  find: ({ set }) => set.policies.flatMap((policy) => openedBesides(set, policy)),
  open: (policy) => unreadablePart(policy, ['subject', 'peers', 'ports']),
  message: (title, pitfalls) =>
    `HTTP rules of ${title} decide nothing: ${pitfalls.map(({ what }) => what).join('; ')}.`,
  question: (title) => `Whether the HTTP rules of ${title} decide anything is not known.`,
});

export const KUBERNETES_POLICY_SIDE_EFFECT_CHECKS: readonly Check[] = [denyIsolates, openRequests];

type RangeTerm = PortTerm & { readonly kind: 'range' };

interface RequestTerm {
  readonly direction: Direction;
  readonly rule: Rule;
  readonly term: RangeTerm;
}

/** Ports of allow rules on which requests are read. */
function requestTerms(policy: Policy): readonly RequestTerm[] {
  return (['ingress', 'egress'] as const).flatMap((direction) =>
    (policy[direction] ?? []).flatMap((rule) =>
      rule.action !== 'allow' || rule.ports === 'any'
        ? []
        : rule.ports.flatMap((term) =>
            term.kind === 'range' && term.request?.kind === 'http'
              ? [{ direction, rule, term }]
              : [],
          ),
    ),
  );
}

/** Rules for one of the same pods that allow the port to the same peers, requests unread. O(rules²). */
function openedBesides(set: PolicySet, policy: Policy): readonly Pitfall[] {
  const terms = requestTerms(policy);
  if (terms.length === 0) return [];
  const pods = selectedPods(set, policy);
  return terms.flatMap(({ direction, rule, term }): Pitfall[] => {
    const other = set.policies.find(
      (one) =>
        (one.type === 'cilium' || one.type === 'network') &&
        (one[direction] ?? []).some((plain) => plain !== rule && opens(plain, rule, term)) &&
        pods.some((pod) => matchSubject(one, pod, set.objects).kind === 'yes'),
    );
    if (other === undefined) return [];
    const whose = other === policy ? 'another rule of it' : other.title;
    const what = `${whose} allows port ${formatPorts(term)} ${direction} without them`;
    return [{ subject: policy.title, place: term.at, what, fact: 'K8P-46' }];
  });
}

function opens(plain: Rule, rule: Rule, term: RangeTerm): boolean {
  if (plain.action !== 'allow' || plain.doubts.length > 0) return false;
  if (plain.peers !== 'any' && shapeOf(plain.peers) !== shapeOf(rule.peers)) return false;
  return (
    plain.ports === 'any' ||
    plain.ports.some(
      (one) =>
        one.kind === 'range' &&
        one.request === undefined &&
        one.low <= term.high &&
        term.low <= one.high &&
        (one.protocol === 'any' || term.protocol === 'any' || one.protocol === term.protocol),
    )
  );
}

/** What the peers say, wherever it stands. */
function shapeOf(peers: Rule['peers']): string {
  return JSON.stringify(peers, (name, value) => (name === 'at' ? undefined : value));
}

function formatPorts({ low, high }: RangeTerm): string {
  return low === high ? String(low) : `${low}-${high}`;
}

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
