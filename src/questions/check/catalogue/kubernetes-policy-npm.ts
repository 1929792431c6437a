import type { AgentPool } from '../../../model/index.ts';
import type { ClusterPlacement } from '../../../network/index.ts';
import {
  expandingSelectors,
  manyBlocksUnderNpm,
  misreadByDefectiveAgents,
  unenforcedOnWindows,
} from '../../../semantics/network-policy/pitfalls/index.ts';
import type { Check } from '../finding.ts';
import { eachSubject, HOLDS } from '../judge.ts';
import { managed } from './cluster-subjects.ts';
import { openQuestion, policyCheck, unreadablePart } from './kubernetes-policy-check.ts';
import { policyWorld } from './kubernetes-policy-world.ts';

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
    [...(policy.ingress ?? []), ...(policy.egress ?? [])].some(
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
    const alone = { ...set, policies: [policy], objects: { ...set.objects, pods } };
    return unenforcedOnWindows(alone, 'azure-npm').length > 0
      ? { missing: `whether the pods of ${policy.title} run on Windows (no kubernetes.io/os)` }
      : undefined;
  },
  message: (title, pitfalls) =>
    `Azure NPM does not enforce ${title} on Windows: ${pitfalls[0]!.what}.`,
  question: (title) => `Whether Azure NPM enforces ${title} on Windows is not known.`,
});

export const KUBERNETES_POLICY_NPM_CHECKS: readonly Check[] = [
  negativeSelector,
  npmLargePolicy,
  npmExpansion,
  npmClusterSize,
  npmWindows,
];

/** What the pool may grow to; `undefined` when no file says. */
function nodesAtMost({ autoscaling, maxCount, count, mode }: AgentPool): number | undefined {
  if (mode === 'Gateway') return 0;
  return autoscaling ? maxCount : count;
}

function hasWindowsPool({ pools }: ClusterPlacement): boolean {
  return pools.some(({ pool }) => pool.osType === 'Windows');
}
