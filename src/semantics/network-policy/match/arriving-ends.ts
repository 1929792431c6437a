import type { FactId } from '../../../facts/index.ts';
import { isEmptyAddressSet } from '../../../net/index.ts';
import type { FlowAddress } from '../../flow.ts';
import type { PolicyIndex } from '../engine/coverage.ts';
import type { PolicyQuestion } from '../question.ts';
import { PRIVATE_ADDRESSES } from './private-addresses.ts';
import { type ResolvedEnd, type ResolvedEnds, resolveEnd } from './resolved-end.ts';

export interface ArrivingEnds {
  readonly ends: readonly ResolvedEnd[];
  readonly missing: string;
  /** Asked only when `ends` are denied: the client itself, should the source have survived after all (E8). */
  readonly mayAlsoBe: readonly ResolvedEnd[];
  /** The source was rewritten to a node's address: the own node's privilege does not apply. */
  readonly isForwarded: boolean;
  readonly isOpen: boolean;
  readonly notes: readonly string[];
  readonly facts: readonly FactId[];
}

/** Whom the pod's policies see. @see K8P-20, K8P-53, K8P-61 what a Service of policy `Cluster` does to the source */
export function arrivingEnds(index: PolicyIndex, question: PolicyQuestion): ArrivingEnds {
  const { profile, set } = index;
  const ranges = question.ranges ?? set.ranges;
  const { ends, missing } =
    plainPod(index, question) ??
    resolveEnd(question.peer, question.subject, set.objects, ranges, profile.hostNetworkPeer);
  const plain = {
    ends,
    missing,
    mayAlsoBe: [],
    isForwarded: false,
    isOpen: false,
    notes: [],
    facts: [],
  };
  const isRewritten =
    question.direction === 'ingress' &&
    (question.arrival === 'load-balancer-cluster' || question.arrival === 'node-port-cluster');
  if (!isRewritten) return plain;
  const address: FlowAddress = {
    kind: 'within',
    addresses: isEmptyAddressSet(ranges.nodeAddresses)
      ? { v4: PRIVATE_ADDRESSES.v4, v6: [] }
      : ranges.nodeAddresses,
    label: 'the node that took the connection',
  };
  const own: ResolvedEnd = { kind: 'node', which: 'own', address };
  const other: ResolvedEnd = { kind: 'node', which: 'other', address };
  const notes = ['externalTrafficPolicy Cluster rewrites the source, mostly to a node address'];
  const rewritten = 'which source address the pod sees (externalTrafficPolicy is Cluster)';
  switch (profile.rewrittenSource) {
    case 'not-enforced':
      return { ...plain, isOpen: true, notes, facts: ['K8P-20', 'K8P-61'] };
    case 'node':
      return {
        ...plain,
        ends: [other],
        missing: rewritten,
        mayAlsoBe: ends,
        isForwarded: true,
        notes,
        facts: ['K8P-20'],
      };
    case 'client-or-node': {
      const isCilium = profile.engine === 'cilium';
      return {
        ...plain,
        ends: isCilium ? [...ends, other] : [...ends, own, other],
        missing: rewritten,
        notes,
        facts: isCilium ? ['K8P-20', 'K8P-53'] : ['K8P-20'],
      };
    }
  }
}

/** The common case, without parsing an address again. */
function plainPod(index: PolicyIndex, { peer, ranges }: PolicyQuestion): ResolvedEnds | undefined {
  if (peer.kind !== 'pod' || peer.pod.hostNetwork) return undefined;
  if (peer.address !== undefined || ranges !== undefined) return undefined;
  const { address } = index.coverageOf(peer.pod);
  return { ends: [{ kind: 'pod', pod: peer.pod, address, isPlain: true }], missing: '' };
}
