import type { AgentPool } from '../../../model/index.ts';
import type { ClusterPlacement } from '../../../network/index.ts';
import {
  clusterwideRequestRules,
  estimatePolicyMaps,
  expandingSelectors,
  largePolicyMaps,
  manyBlocksUnderNpm,
  misreadByDefectiveAgents,
  namedPortsWithoutPod,
  type Pitfall,
  rulesThatNeedAdvancedNetworking,
  unenforcedOnWindows,
} from '../../../semantics/network-policy/pitfalls/index.ts';
import type { CiliumPolicy, Policy } from '../../../semantics/network-policy/policy.ts';
import type { Check } from '../finding.ts';
import { eachSubject, HOLDS } from '../judge.ts';
import { managed } from './cluster.ts';
import {
  engineUnknown,
  openQuestion,
  placesOf,
  policyCheck,
  unreadablePart,
} from './kubernetes-policy-check.ts';
import { grouped, listed, type PolicyWorld, policyWorld } from './kubernetes-policy-world.ts';

const negativeSelector = policyCheck({
  id: 'policy/negative-namespace-selector',
  severity: 'warning',
  title: 'Namespace selectors name what they admit, not only what they leave out.',
  explanation:
    'Agents in the field misread `NotIn` and `DoesNotExist` in a `namespaceSelector`: Azure NPM without the repairs of September 2026 lets addresses outside the cluster through and takes several values of one `NotIn` as alternatives; Cilium releases with the 2026 defect also match the world, hosts and ingress. No file says which agent a cluster runs.',
  fix: 'put a positive requirement beside the negative one (`kubernetes.io/metadata.name` `Exists`), and one expression per excluded value',
  facts: ['K8P-64', 'K8P-65', 'K8P-68'],
  covers: ['KP-10', 'KP-10a', 'KP-E36', 'KP-E37'],
  none: 'no NetworkPolicy with a namespace selector, or an engine that reads it right',
  engines: ['azure-npm', 'cilium'],
  concerns: (policy) =>
    policy.type === 'network' &&
    rulesOf(policy).some(
      ({ peers }) =>
        peers !== 'any' &&
        peers.some(
          (peer) =>
            peer.kind === 'unreadable' ||
            (peer.kind === 'pods' && peer.namespaces.kind === 'selected'),
        ),
    ),
  find: ({ set }, engine) =>
    misreadByDefectiveAgents(set, engine).filter(({ fact }) =>
      ['K8P-64', 'K8P-65', 'K8P-68'].includes(fact),
    ),
  open: (policy) => unreadablePart(policy, ['peers']),
  message: (title, pitfalls) =>
    `${title} may let in or out what it excludes: ${pitfalls.map(({ what }) => what).join('; ')}.`,
  question: (title) =>
    `Whether the engine reads the namespace selectors of ${title} right is not known.`,
});

const blockOnlyPeers = eachSubject<{
  readonly world: PolicyWorld;
  readonly found: readonly Pitfall[];
}>({
  id: 'policy/cilium-block-admits-namespace',
  severity: 'note',
  title: 'No rule of ipBlocks alone depends on a repaired Cilium.',
  explanation:
    'Cilium releases with CVE-2026-56743 and an explicit cluster name for policies also admit pods of the policy’s own namespace where a rule names only `ipBlock`. Repaired from June 2026 on.',
  fix: 'upgrade the node image; until then add a second peer that selects a label no pod has',
  facts: ['K8P-69'],
  covers: ['KP-10', 'KP-E39'],
  subjects: (context) => {
    const world = policyWorld(context);
    if (world === undefined || !['cilium', 'unknown', 'generic'].includes(world.engine)) return [];
    const hasBlocks = world.set.policies.some(
      (policy) =>
        policy.type === 'network' &&
        rulesOf(policy).some(
          ({ peers }) => peers !== 'any' && peers.some(({ kind }) => kind === 'block'),
        ),
    );
    const found = misreadByDefectiveAgents(world.set, 'cilium').filter(
      ({ fact }) => fact === 'K8P-69',
    );
    return hasBlocks ? [{ world, found }] : [];
  },
  none: 'no NetworkPolicy names addresses, or the engine is not Cilium',
  key: ({ world }) => world.placement.name,
  judge: ({ world, found }) => {
    if (found.length === 0) return HOLDS;
    const titles = [...grouped(found, ({ subject }) => subject).keys()];
    const question = `Whether rules of ipBlocks alone also admit pods is not known.`;
    if (world.engine !== 'cilium') return engineUnknown(question, world, found[0]!.place);
    return {
      kind: 'fails',
      message: `${listed(titles)} may also admit every pod of their namespaces, on Cilium releases before June 2026.`,
      places: found.map(({ place, subject }) => ({ at: place, what: subject })),
      evidence: [found[0]!.what, ...titles],
    };
  },
});

const npmLargePolicy = policyCheck({
  id: 'policy/npm-large-policy',
  severity: 'warning',
  title: 'Under Azure NPM no policy holds more than four ipBlocks.',
  explanation:
    'Azure NPM has a race when a large policy is edited or deleted: for a moment nodes admit new connections that the policy denies. More than four `ipBlock`s is the documented risk line.',
  fix: 'split the policy, merge the ranges, or move to Cilium',
  facts: ['K8P-67'],
  covers: ['A2', 'KP-10a'],
  none: 'no NetworkPolicy, or the engine is not Azure NPM',
  engines: ['azure-npm'],
  concerns: ({ type }) => type === 'network',
  find: ({ set }, engine) => manyBlocksUnderNpm(set, engine),
  open: (policy) => unreadablePart(policy, ['peers']),
  message: (title, pitfalls) =>
    `Editing ${title} can briefly open the pods it covers: ${pitfalls[0]!.what}.`,
  question: (title) => `Whether ${title} is a risk when it is edited is not known.`,
});

const npmExpansion = policyCheck({
  id: 'policy/npm-selector-explosion',
  severity: 'warning',
  title: 'Under Azure NPM selectors stay small.',
  explanation:
    'Azure NPM expands several `In` requirements to the product of their values: a few dozen values over two or three keys are thousands of address sets on every node.',
  fix: 'give the pods one label that says what the combination meant, and select that',
  facts: ['K8P-72'],
  covers: ['A2', 'KP-10a'],
  none: 'no NetworkPolicy, or the engine is not Azure NPM',
  engines: ['azure-npm'],
  concerns: ({ type }) => type === 'network',
  find: ({ set }, engine) => expandingSelectors(set, engine),
  open: (policy) => unreadablePart(policy, ['subject', 'peers']),
  message: (title, pitfalls) => `${title} slows down every node: ${pitfalls[0]!.what}.`,
  question: (title) => `How large the selectors of ${title} become is not known.`,
});

const NPM_NODES_MAX = 250;
const NPM_PODS_MAX = 20_000;

const npmClusterSize = eachSubject<ClusterPlacement>({
  id: 'policy/npm-cluster-size',
  severity: 'warning',
  title: 'Clusters with Azure NPM stay within its size.',
  explanation:
    'Azure NPM is supported up to 250 nodes and 20,000 pods. Beyond that, updates of the address sets lag behind and policies apply late.',
  fix: 'move to Azure CNI powered by Cilium, or lower the maximum of the autoscaler',
  facts: ['K8P-73'],
  covers: ['A2', 'KP-10a'],
  subjects: (context) =>
    managed(context).filter(
      ({ policyEngine, pools }) =>
        pools.length > 0 && (policyEngine === 'azure-npm' || policyEngine === 'unknown'),
    ),
  none: 'no cluster with Azure NPM',
  key: ({ name }) => name,
  judge: (placement, context) => {
    const { name, pools, policyEngine } = placement;
    const counts = pools.map(({ pool }) => nodesAtMost(pool));
    const nodes = counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
    const own = policyWorld(context);
    const pods =
      own?.placement === placement
        ? own.set.objects.pods.reduce((sum, pod) => sum + (pod.replicas ?? 1), 0)
        : 0;
    const question = `Whether ${name} stays within what Azure NPM supports is not known.`;
    const places = [{ at: placement.cluster!.network.at, what: 'networkPolicy: azure' }];
    if (nodes > NPM_NODES_MAX || pods > NPM_PODS_MAX) {
      if (policyEngine === 'unknown') {
        const missing = `the network policy engine of ${name} (${placement.policyEngineWhy})`;
        return openQuestion(question, { missing });
      }
      const size =
        nodes > NPM_NODES_MAX
          ? `${nodes} nodes, and Azure NPM is supported up to ${NPM_NODES_MAX}`
          : `${pods} pods, and Azure NPM is supported up to ${NPM_PODS_MAX}`;
      return {
        kind: 'fails',
        message: `${name} may grow to ${size}: policies then apply late.`,
        places: [
          ...places,
          ...pools.map(({ pool }) => ({ at: pool.at, what: `pool ${pool.name}` })),
        ],
        evidence: pools.map(
          ({ pool }, index) => `pool ${pool.name}: ${counts[index] ?? '?'} nodes`,
        ),
      };
    }
    const unknown = pools.find((_, index) => counts[index] === undefined);
    if (unknown === undefined || policyEngine === 'unknown') return HOLDS;
    return openQuestion(question, {
      missing: `the node count of pool ${unknown.pool.name}`,
      at: unknown.pool.at,
    });
  },
});

const npmWindows = policyCheck({
  id: 'policy/npm-windows-features',
  severity: 'error',
  title: 'Policies over Windows pods use only what Azure NPM has there.',
  explanation:
    'Azure NPM on Windows has no named ports, no SCTP, no `NotIn` or `DoesNotExist` and no `except`. A policy with any of these is logged as an error and not enforced: the pods stay open. Its support ended on 30 September 2026.',
  fix: 'write numbers and positive selectors, or move the workload to Linux nodes with Cilium',
  facts: ['K8P-63'],
  covers: ['KP-10a', 'KP-E11'],
  none: 'no NetworkPolicy over Windows pods, or the engine is not Azure NPM',
  engines: ['azure-npm'],
  concerns: ({ type }, { set, placement }) =>
    type === 'network' &&
    (set.objects.pods.some(({ os }) => os === 'windows') || hasWindowsPool(placement)),
  find: ({ set }, engine) => unenforcedOnWindows(set, engine),
  open: (policy, { set, placement }) => {
    const unread = unreadablePart(policy, ['subject', 'peers', 'ports']);
    if (unread !== undefined || !hasWindowsPool(placement)) return unread;
    // Taken for Windows, the pods that do not say where they run: would they stay open?
    const pods = set.objects.pods.map((pod) =>
      pod.os === undefined ? { ...pod, os: 'windows' as const } : pod,
    );
    const maybe = unenforcedOnWindows({ ...set, objects: { ...set.objects, pods } }, 'azure-npm');
    return maybe.some(({ subject }) => subject === policy.title)
      ? { missing: `whether the pods of ${policy.title} run on Windows (no kubernetes.io/os)` }
      : undefined;
  },
  message: (title, pitfalls) =>
    `Azure NPM does not enforce ${title} on Windows: ${pitfalls[0]!.what}.`,
  question: (title) => `Whether Azure NPM enforces ${title} on Windows is not known.`,
});

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
    const found = grouped(largePolicyMaps(world.set, 'cilium'), ({ subject }) =>
      namespaceIn(subject),
    );
    const namespaces = grouped(estimatePolicyMaps(world.set), ({ pod }) => pod.namespace);
    return [...namespaces.keys()].map((namespace) => ({
      world,
      namespace,
      pitfalls: found.get(namespace) ?? [],
    }));
  },
  none: 'no policy covers a workload, or the engine is not Cilium',
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

export const KUBERNETES_POLICY_ENGINE_CHECKS: readonly Check[] = [
  negativeSelector,
  blockOnlyPeers,
  npmLargePolicy,
  npmExpansion,
  npmClusterSize,
  npmWindows,
  ambiguousName,
  clusterwideL7,
  needsAdvancedNetworking,
  mapOverflow,
];

function rulesOf(policy: Policy) {
  return [...(policy.ingress ?? []), ...(policy.egress ?? [])];
}

/** What the pool may grow to; `undefined` when no file says. */
function nodesAtMost({ autoscaling, maxCount, count, mode }: AgentPool): number | undefined {
  if (mode === 'Gateway') return 0;
  return autoscaling ? maxCount : count;
}

function hasWindowsPool({ pools }: ClusterPlacement): boolean {
  return pools.some(({ pool }) => pool.osType === 'Windows');
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
