import type { PodClass } from '../../../model/index.ts';
import { matchSubject, policyIndex } from '../engine/coverage.ts';
import type { Engine } from '../engine/engine-profile.ts';
import { contextOf } from '../match/context-of.ts';
import { matchPeers } from '../match/match-peer.ts';
import type { Direction, Peer, Policy, PolicySet } from '../policy.ts';

const byNamespace = new WeakMap<PolicySet, ReadonlyMap<string, readonly PodClass[]>>();

/** Pods the policy's subject selects, perhaps ones included, host-network pods too. Pods of one namespace if it has one. */
export function selectedPods(set: PolicySet, policy: Policy): readonly PodClass[] {
  const namespace = 'namespace' in policy.subject ? policy.subject.namespace : undefined;
  const candidates = namespace === undefined ? set.objects.pods : podsIn(set, namespace);
  return candidates.filter((pod) => matchSubject(policy, pod, set.objects).kind !== 'no');
}

export function podsIn(set: PolicySet, namespace: string): readonly PodClass[] {
  let index = byNamespace.get(set);
  if (index === undefined) {
    const lists = new Map<string, PodClass[]>();
    for (const pod of set.objects.pods) {
      const list = lists.get(pod.namespace);
      if (list === undefined) lists.set(pod.namespace, [pod]);
      else list.push(pod);
    }
    index = lists;
    byNamespace.set(set, index);
  }
  return index.get(namespace) ?? [];
}

/** Pods of the input that the peers name, for sure or perhaps. O(pods × peers). */
export function podsNamedBy(
  set: PolicySet,
  engine: Engine,
  direction: Direction,
  subject: PodClass,
  peers: readonly Peer[] | 'any',
): readonly PodClass[] {
  if (peers === 'any') return set.objects.pods;
  const index = policyIndex(set, engine);
  return set.objects.pods.filter((pod) => {
    // K8P-17: some engines know host-network pods as nothing but their node.
    if (pod.hostNetwork && index.profile.hostNetworkPeer === 'node') return false;
    const { address } = index.coverageOf(pod);
    const context = contextOf(
      index,
      { direction, subject, peer: { kind: 'pod', pod }, protocol: 'tcp' },
      { kind: 'pod', pod, address, isPlain: true },
      false,
      false,
      { refused: false, perRequest: false },
    );
    return matchPeers(peers, context).kind !== 'no';
  });
}

export function podTitle(pod: PodClass): string {
  return `${pod.kind} ${pod.namespace}/${pod.name}`;
}
