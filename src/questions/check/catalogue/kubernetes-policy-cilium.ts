import {
  clusterwideRequestRules,
  largePolicyMaps,
  namedPortsWithoutPod,
  type Pitfall,
  rulesThatNeedAdvancedNetworking,
} from '../../../semantics/network-policy/pitfalls/index.ts';
import type { CiliumPolicy, Policy } from '../../../semantics/network-policy/policy.ts';
import type { Check } from '../finding.ts';
import { eachSubject, HOLDS } from '../judge.ts';
import { engineUnknown, placesOf, policyCheck, unreadablePart } from './kubernetes-policy-check.ts';
import { grouped, listed, type PolicyWorld, policyWorld } from './kubernetes-policy-world.ts';

const ambiguousName = policyCheck({
  id: 'policy/named-port-ambiguous-on-cilium',
  severity: 'warning',
  title: 'Under Cilium an egress port name means one number.',
  explanation:
    'Cilium may resolve the name of an egress port once for all destinations. When pods declare different numbers under one name, some of the calls are denied.',
  fix: 'write the numbers, or give the ports different names',
  facts: ['K8P-52'],
  covers: ['KP-4', 'KP-E9'],
  none: 'no egress policy names a port, or the engine is not Cilium',
  engines: ['cilium'],
  concerns: (policy) =>
    (policy.egress ?? []).some(
      ({ ports }) => ports !== 'any' && ports.some(({ kind }) => kind !== 'range'),
    ),
  find: ({ set }, engine) =>
    namedPortsWithoutPod(set, engine).filter(({ fact }) => fact === 'K8P-52'),
  open: (policy) => unreadablePart(policy, ['peers', 'ports']),
  message: (title, pitfalls) =>
    `Some calls that ${title} allows may be denied: ${pitfalls.map(({ what }) => what).join('; ')}.`,
  question: (title) => `Whether the port names of ${title} are clear to Cilium is not known.`,
});

const clusterwideL7 = policyCheck({
  id: 'policy/clusterwide-l7',
  severity: 'error',
  title: 'L7 rules stand in namespaced policies.',
  explanation:
    'AKS does not support L7 rules in CiliumClusterwideNetworkPolicy; name rules work there, L7 rules do not.',
  fix: 'write the L7 rules as a CiliumNetworkPolicy per namespace',
  facts: ['K8P-50'],
  covers: ['KP-10', 'KP-E41'],
  none: 'no clusterwide Cilium policy',
  concerns: (policy) => policy.type === 'cilium' && policy.namespace === '',
  find: ({ set }) => clusterwideRequestRules(set),
  open: (policy) => unreadablePart(policy, ['ports']),
  message: (title) => `AKS does not support the L7 rules of ${title}: do not count on them.`,
  question: (title) => `Whether ${title} has L7 rules is not known.`,
});

const needsAdvancedNetworking = policyCheck({
  id: 'policy/l7-needs-acns',
  severity: 'error',
  title: 'Name and L7 rules have the add-on they need.',
  explanation:
    'FQDN and L7 rules of Cilium need Advanced Container Networking Services. Without it, or after it is switched off, policies with such rules block what they were to allow.',
  fix: 'az aks update --enable-acns --acns-advanced-networkpolicies L7 (or FQDN), or take the rules out',
  facts: ['K8P-50'],
  covers: ['KP-10'],
  none: 'no policy with name or L7 rules',
  concerns: (policy) => policy.type === 'cilium' && usesAdvanced(policy) !== undefined,
  find: (world) => {
    const state = world.placement.cluster?.network.advancedNetworking;
    if (state === undefined) return [];
    const allowed = state.enabled ? (state.policies?.toLowerCase() ?? 'unknown') : 'none';
    const without = rulesThatNeedAdvancedNetworking(world.set, false);
    if (allowed === 'none') return without;
    if (allowed !== 'fqdn') return [];
    const withL7 = new Set(
      world.set.policies.flatMap((policy) =>
        policy.type === 'cilium' && usesAdvanced(policy) === 'l7' ? [policy.title] : [],
      ),
    );
    return without.filter(({ subject }) => withL7.has(subject));
  },
  open: (policy, { placement }) => {
    const state = placement.cluster?.network.advancedNetworking;
    if (state === undefined) {
      return { missing: 'the cluster resource (networkProfile.advancedNetworking)', at: policy.at };
    }
    return state.policies === undefined
      ? {
          missing: 'networkProfile.advancedNetworking.security.advancedNetworkPolicies',
          at: placement.cluster!.network.at,
        }
      : undefined;
  },
  message: (title) =>
    `${title} blocks what it was to allow: Advanced Container Networking Services is off for its rules.`,
  question: (title) => `Whether the cluster has the add-on that ${title} needs is not known.`,
});

interface MapSubject {
  readonly world: PolicyWorld;
  readonly namespace: string;
  readonly pitfalls: readonly Pitfall[];
}

const mapOverflow = eachSubject<MapSubject>({
  id: 'policy/policy-map-overflow',
  severity: 'warning',
  title: 'Policies fit into Cilium’s policy maps.',
  explanation:
    'Each endpoint has a map of 16,384 entries: distinct identities times ports. On overflow several releases start a new pod with an empty map and log nothing, so that everything is denied, probes included. Wide peers (`namespaceSelector: {}`) with many ports are the usual cause. Warned from half the limit on; the count is an estimate.',
  fix: 'merge ports into ranges (`endPort`), leave the protocol in, or narrow the peers',
  facts: ['K8P-51'],
  covers: ['KP-10', 'KP-E40'],
  subjects: (context) => {
    const world = policyWorld(context);
    if (world === undefined || !['cilium', 'unknown', 'generic'].includes(world.engine)) return [];
    if (world.set.policies.length === 0) return [];
    const found = grouped(largePolicyMaps(world.set, 'cilium'), ({ subject }) =>
      namespaceIn(subject),
    );
    const pods = world.set.objects.pods.filter(({ hostNetwork }) => !hostNetwork);
    const namespaces = grouped(pods, ({ namespace }) => namespace);
    return [...namespaces.keys()].map((namespace) => ({
      world,
      namespace,
      pitfalls: found.get(namespace) ?? [],
    }));
  },
  none: 'no policies, no workloads, or the engine is not Cilium',
  key: ({ namespace }) => `Namespace/${namespace}`,
  judge: ({ world, namespace, pitfalls }) => {
    if (pitfalls.length === 0) return HOLDS;
    const question = `Whether new pods in ${namespace} may start with everything denied is not known.`;
    if (world.engine !== 'cilium') return engineUnknown(question, world, pitfalls[0]!.place);
    const names = listed(pitfalls.map(({ subject }) => subject.split('/').at(-1)!));
    return {
      kind: 'fails',
      message: `New pods of ${names} in ${namespace} may start with everything denied: their rules fill Cilium’s policy map.`,
      places: placesOf(pitfalls, `workload in ${namespace}`),
      evidence: pitfalls.map(({ subject, what }) => `${subject}: ${what}`),
    };
  },
});

export const KUBERNETES_POLICY_CILIUM_CHECKS: readonly Check[] = [
  ambiguousName,
  clusterwideL7,
  needsAdvancedNetworking,
  mapOverflow,
];

function rulesOf(policy: Policy) {
  return [...(policy.ingress ?? []), ...(policy.egress ?? [])];
}

/** `l7` needs more than `names`: the setting FQDN leaves L7 rules out. */
function usesAdvanced(policy: CiliumPolicy): 'l7' | 'names' | undefined {
  const rules = rulesOf(policy);
  const hasRequest = (isDns: boolean) =>
    rules.some(
      ({ ports }) =>
        ports !== 'any' &&
        ports.some(
          (port) =>
            'request' in port &&
            port.request !== undefined &&
            (port.request.kind === 'dns') === isDns,
        ),
    );
  if (hasRequest(false)) return 'l7';
  const names = rules.some(
    ({ peers }) => peers !== 'any' && peers.some(({ kind }) => kind === 'names'),
  );
  return names || hasRequest(true) ? 'names' : undefined;
}

/** `Deployment shop/web` → `shop`. */
function namespaceIn(title: string): string {
  return title.slice(title.indexOf(' ') + 1, title.lastIndexOf('/'));
}
