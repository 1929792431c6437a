import type { PodClass } from '../../../model/index.ts';
import { prefixesOfAddressSet } from '../../../net/index.ts';
import type { PolicyEngine } from '../../../network/index.ts';
import { policyIndex } from '../engine/coverage.ts';
import type { Direction, PolicySet, PortTerm, Rule } from '../policy.ts';
import { podsNamedBy, podTitle } from './coverage-of-policies.ts';
import type { Pitfall } from './pitfall.ts';

/** L7 rules in clusterwide policies, which AKS does not support (K8P-50). */
export function clusterwideRequestRules(set: PolicySet): readonly Pitfall[] {
  return set.policies.flatMap((policy) => {
    if (policy.type !== 'cilium' || policy.namespace !== '') return [];
    return rulesOf(policy).flatMap(({ ports }) =>
      (ports === 'any' ? [] : ports).flatMap((port) => {
        const request = 'request' in port ? port.request : undefined;
        if (request === undefined || request.kind === 'dns') return [];
        const what = 'a clusterwide policy with L7 rules, which AKS does not support';
        return [{ subject: policy.title, place: request.at, what, fact: 'K8P-50' as const }];
      }),
    );
  });
}

/** FQDN and L7 rules where Advanced Container Networking Services is off: such policies block (K8P-50). */
export function rulesThatNeedAdvancedNetworking(
  set: PolicySet,
  hasAdvancedNetworking: boolean,
): readonly Pitfall[] {
  if (hasAdvancedNetworking) return [];
  return set.policies.flatMap((policy) => {
    if (policy.type !== 'cilium') return [];
    return rulesOf(policy).flatMap((rule) => {
      const usesNames = rule.peers !== 'any' && rule.peers.some((peer) => peer.kind === 'names');
      const usesRequests =
        rule.ports !== 'any' &&
        rule.ports.some((port) => 'request' in port && port.request !== undefined);
      if (!usesNames && !usesRequests) return [];
      const what = `${rule.label} needs Advanced Container Networking Services, which is off: it blocks`;
      return [{ subject: policy.title, place: rule.at, what, fact: 'K8P-50' as const }];
    });
  });
}

/** Entries of the policy map of one endpoint and direction, roughly (K8P-51). */
export interface PolicyMapEstimate {
  readonly pod: PodClass;
  readonly direction: Direction;
  readonly entries: number;
}

/** Cilium's default, which AKS does not let anybody change. */
const POLICY_MAP_ENTRIES_MAX = 16_384;

/** Identities times port entries, per pod and direction, largest first. O(pods × rules × pods). */
export function estimatePolicyMaps(set: PolicySet): readonly PolicyMapEstimate[] {
  const index = policyIndex(set, 'cilium');
  const identitiesOfRule = new Map<Rule, number>();
  const estimates: PolicyMapEstimate[] = [];
  for (const pod of set.objects.pods) {
    if (pod.hostNetwork) continue;
    for (const direction of ['ingress', 'egress'] as const) {
      let entries = 0;
      for (const stage of index.coverageOf(pod)[direction].stages) {
        for (const { rules } of stage.groups.flat()) {
          for (const { rule } of rules) {
            const known = identitiesOfRule.get(rule);
            const identities = known ?? countIdentities(set, direction, pod, rule);
            if (known === undefined) identitiesOfRule.set(rule, identities);
            entries += identities * countPorts(rule.ports);
          }
        }
      }
      if (entries > 0) estimates.push({ pod, direction, entries });
    }
  }
  return estimates.sort((a, b) => b.entries - a.entries);
}

/** Pods above half the limit (K8P-51). */
export function largePolicyMaps(set: PolicySet, engine: PolicyEngine): readonly Pitfall[] {
  if (engine !== 'cilium') return [];
  return estimatePolicyMaps(set)
    .filter(({ entries }) => entries >= POLICY_MAP_ENTRIES_MAX / 2)
    .map(({ pod, direction, entries }) => ({
      subject: podTitle(pod),
      place: pod.at,
      what: `its ${direction} rules expand to about ${entries} policy map entries of ${POLICY_MAP_ENTRIES_MAX}; on overflow new pods deny everything`,
      fact: 'K8P-51',
    }));
}

function rulesOf(policy: {
  ingress: readonly Rule[] | undefined;
  egress: readonly Rule[] | undefined;
}) {
  return [...(policy.ingress ?? []), ...(policy.egress ?? [])];
}

/** One identity per namespace and label set; one per CIDR; one for a rule that names no peer. */
function countIdentities(
  set: PolicySet,
  direction: Direction,
  subject: PodClass,
  rule: Rule,
): number {
  if (rule.peers === 'any') return 1;
  const blocks = rule.peers.flatMap((peer) =>
    peer.kind === 'block' ? prefixesOfAddressSet(peer.addresses) : [],
  );
  const selectors = rule.peers.filter((peer) => peer.kind !== 'block');
  if (selectors.length === 0) return blocks.length;
  const identities = new Set(
    podsNamedBy(set, 'cilium', direction, subject, selectors).map(
      (pod) => `${pod.namespace} ${JSON.stringify(Object.entries(pod.labels).sort())}`,
    ),
  );
  return blocks.length + identities.size;
}

/** A port entry without protocol is TCP, UDP and SCTP. */
function countPorts(ports: readonly PortTerm[] | 'any'): number {
  if (ports === 'any') return 1;
  return ports.reduce(
    (sum, port) => sum + ('protocol' in port && port.protocol === 'any' ? 3 : 1),
    0,
  );
}
