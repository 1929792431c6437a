import type { FactId } from '../../../facts/index.ts';
import { hasHostBits } from '../../../net/index.ts';
import type { BlockPeer, Peer, Policy } from '../policy.ts';
import { isOnlyNegative } from '../selectors/label-selector.ts';
import type { Engine } from './engine-profile.ts';

/** Something written that agents with a known defect read otherwise. */
export interface Suspect {
  readonly fact: FactId;
  readonly what: string;
  readonly peer: Peer;
}

/** @see K8P-64, K8P-65, K8P-66 for Azure NPM; K8P-68, K8P-69 for Cilium. Linear in the peers. */
export function suspectsOf(policy: Policy, engine: Engine): readonly Suspect[] {
  if (policy.type !== 'network' || (engine !== 'azure-npm' && engine !== 'cilium')) return [];
  const suspects: Suspect[] = [];
  for (const rule of [...(policy.ingress ?? []), ...(policy.egress ?? [])]) {
    if (rule.peers === 'any') continue;
    for (const peer of rule.peers) suspects.push(...suspectsOfPeer(peer, engine));
    if (engine === 'cilium' && isOnlyBlocks(rule.peers)) {
      const what =
        "releases with CVE-2026-56743 and an explicit cluster name also admit pods of the policy's namespace where a rule names only `ipBlock`";
      suspects.push({ fact: 'K8P-69', what, peer: rule.peers[0]! });
    }
  }
  return suspects;
}

/** @see K8P-69 */
export function isOnlyBlocks(peers: readonly Peer[]): peers is readonly BlockPeer[] {
  return peers.length > 0 && peers.every((peer) => peer.kind === 'block');
}

function suspectsOfPeer(peer: Peer, engine: Engine): Suspect[] {
  if (peer.kind === 'block') {
    const isLost = engine === 'azure-npm' && peer.cidr.endsWith('/0') && hasHostBits(peer.cidr);
    const what = `unrepaired agents drop the whole policy because of \`${peer.cidr}\``;
    return isLost ? [{ fact: 'K8P-66', what, peer }] : [];
  }
  if (peer.kind !== 'pods' || peer.namespaces.kind !== 'selected') return [];
  const selector = peer.namespaces.selector;
  const suspects: Suspect[] = [];
  const hasSeveralValues = selector.requirements.some(
    (one) => one.kind === 'label' && one.operator === 'NotIn' && one.values.length > 1,
  );
  if (engine === 'azure-npm' && hasSeveralValues) {
    const what = 'unrepaired agents take the values of one `NotIn` as alternatives';
    suspects.push({ fact: 'K8P-64', what, peer });
  }
  if (isOnlyNegative(selector)) {
    const isNpm = engine === 'azure-npm';
    suspects.push({
      fact: isNpm ? 'K8P-65' : 'K8P-68',
      what: isNpm
        ? 'unrepaired agents let a namespaceSelector of only negative requirements match addresses outside the cluster'
        : 'affected releases let a namespaceSelector of only negative requirements match world and host',
      peer,
    });
  }
  return suspects;
}
