import type { Network, PeerLink } from './network.ts';

/**
 * Does a VNet hand packets to another without help? Itself, and every VNet it is directly peered with: peering is
 * not transitive (AZN-03). `unknown` when the state of the peering is. O(peerings of the VNet).
 */
export function vnetReaches(
  network: Network,
  vnetKey: string,
  otherKey: string,
): 'yes' | 'no' | 'unknown' {
  if (vnetKey === otherKey) return 'yes';
  const peer = peerTo(network, vnetKey, otherKey);
  if (peer === undefined || peer.state === 'broken') return 'no';
  return peer.state === 'connected' ? 'yes' : 'unknown';
}

/** The peering of one VNet that points to another; a working one before a broken one. */
export function peerTo(network: Network, vnetKey: string, otherKey: string): PeerLink | undefined {
  const peers = (network.vnets.get(vnetKey)?.peers ?? []).filter(
    (peer) => peer.remote.kind === 'found' && peer.remote.target.key === otherKey,
  );
  return peers.find((peer) => peer.state !== 'broken') ?? peers[0];
}
