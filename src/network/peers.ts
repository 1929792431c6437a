import type { Peering, Setting, VirtualNetwork } from '../model/index.ts';
import { addressesOfPrefixes } from '../net/index.ts';
import { isUnknown } from '../values/index.ts';
import { follow } from './links.ts';
import type { PeerLink } from './network.ts';

/**
 * The peerings of one VNet, each with its other half (AZN-02). Cost: peerings of the VNet × peerings of the remote.
 */
export function placePeers(
  vnet: VirtualNetwork,
  vnets: ReadonlyMap<string, VirtualNetwork>,
): PeerLink[] {
  return vnet.peerings.map((peering) => {
    const remote = follow(peering.remote, vnets);
    const target = remote.kind === 'found' ? remote.target : undefined;
    const reverse = target?.peerings.find(
      (other) => !isUnknown(other.remote) && other.remote.key === vnet.key,
    );
    return {
      peering,
      ...(reverse === undefined ? {} : { reverse }),
      remote,
      ...stateOf(vnet, peering, target, reverse),
      ...remoteSpaceOf(peering, target),
    };
  });
}

function stateOf(
  vnet: VirtualNetwork,
  peering: Peering,
  target: VirtualNetwork | undefined,
  reverse: Peering | undefined,
): Pick<PeerLink, 'state' | 'why'> {
  for (const half of [peering, reverse]) {
    const state = textOf(half?.peeringState)?.toLowerCase();
    if (half !== undefined && (state === 'initiated' || state === 'disconnected')) {
      const meaning =
        state === 'initiated' ? 'the other half is missing' : 'the other half was deleted';
      return {
        state: 'broken',
        why: `peering \`${half.name}\` is ${String(half.peeringState)}: ${meaning}`,
      };
    }
  }
  if (vnet.exists !== undefined || target?.exists !== undefined) {
    const missing = (vnet.exists ?? target?.exists)?.missing ?? '';
    return { state: 'unknown', why: `whether both virtual networks exist (${missing})` };
  }
  const unread = [peering.peeringState, reverse?.peeringState].find(isUnknown);
  if (unread !== undefined) return { state: 'unknown', why: unread.missing };
  // Azure sets Connected only when it has seen both halves, so one exported half is proof of the other.
  if (textOf(peering.peeringState)?.toLowerCase() === 'connected') {
    return { state: 'connected', why: `peering \`${peering.name}\` is Connected` };
  }
  if (isUnknown(peering.remote)) return { state: 'unknown', why: peering.remote.missing };
  if (target === undefined) {
    return {
      state: 'unknown',
      why: `virtual network \`${peering.remote.id}\` is not in the input`,
    };
  }
  if (reverse !== undefined) return { state: 'connected', why: 'both halves are there' };
  if (target.isReference === true) {
    return { state: 'unknown', why: `the peerings of \`${target.name}\` are not in the input` };
  }
  const unreadable = target.peerings.find((other) => isUnknown(other.remote));
  if (unreadable !== undefined && isUnknown(unreadable.remote)) {
    return { state: 'unknown', why: unreadable.remote.missing };
  }
  return {
    state: 'broken',
    why: `virtual network \`${target.name}\` has no peering back to \`${vnet.name}\``,
  };
}

/**
 * AZN-04: out of sync, the last agreed `remoteAddressSpace` counts and not the current one. A peering of single
 * subnets reaches only those, which only `remoteAddressSpace` tells.
 */
function remoteSpaceOf(
  peering: Peering,
  target: VirtualNetwork | undefined,
): Pick<PeerLink, 'remoteAddresses' | 'remotePrefixes' | 'hasUnknownAddresses'> {
  const level = peering.peeringSyncLevel;
  const isInSync = level === undefined || textOf(level)?.toLowerCase() === 'fullyinsync';
  const isWhole = peering.peerCompleteVnets === undefined || peering.peerCompleteVnets === true;
  const agreed = peering.remoteAddressSpace;
  const isCurrent = target !== undefined && ((isInSync && isWhole) || agreed.length === 0);
  const space = isCurrent ? target.addressSpace : agreed;
  const remotePrefixes = space.flatMap((entry) => (isUnknown(entry) ? [] : [entry.prefix]));
  return {
    remoteAddresses: addressesOfPrefixes(remotePrefixes),
    remotePrefixes,
    hasUnknownAddresses:
      remotePrefixes.length < space.length || space.length === 0 || isUnknown(level),
  };
}

function textOf(setting: Setting<string>): string | undefined {
  return typeof setting === 'string' ? setting : undefined;
}
