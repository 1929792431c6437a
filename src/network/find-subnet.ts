import {
  type AddressSet,
  addressSetCovers,
  addressSetsOverlap,
  firstAddress,
  isEmptyAddressSet,
  singleAddress,
} from '../net/index.ts';
import type { AddressLike } from './find-owner.ts';
import type { Network, SubnetPlacement, VnetPlacement } from './network.ts';
import { vnetReaches } from './reach.ts';

export interface FoundSubnet {
  readonly subnet: SubnetPlacement;
  /** `yes`: the whole address set lies in it, and no other network that may be meant has such a subnet. */
  readonly certainty: 'yes' | 'maybe';
}

/**
 * The subnets an address may lie in, its own VNet's first. With `fromVnet` only that VNet and its peers are asked, since
 * networks that are not connected may use the same numbers; without it every VNet is, and two hits are two maybes.
 * Empty when no known subnet holds it. O(VNets + subnets of the VNets whose address space overlaps).
 */
export function subnetOf(
  network: Network,
  address: AddressLike,
  fromVnet?: string,
): readonly FoundSubnet[] {
  const set = setOf(address);
  if (isEmptyAddressSet(set)) return [];
  const hits: FoundSubnet[] = [];
  for (const { vnet, isSure } of visibleVnets(network, fromVnet)) {
    for (const key of vnet.subnetKeys) {
      const subnet = network.subnets.get(key);
      if (subnet === undefined || !addressSetsOverlap(subnet.addresses, set)) continue;
      const certainty = isSure && addressSetCovers(subnet.addresses, set) ? 'yes' : 'maybe';
      hits.push({ subnet, certainty });
    }
  }
  // Connected networks cannot overlap, so one sure hit from a given network is the answer.
  const sure = hits.find((hit) => hit.certainty === 'yes');
  if (sure !== undefined && (fromVnet !== undefined || hits.length === 1)) return [sure];
  return hits.map((hit) => ({ subnet: hit.subnet, certainty: 'maybe' }));
}

function visibleVnets(
  network: Network,
  fromVnet: string | undefined,
): { readonly vnet: VnetPlacement; readonly isSure: boolean }[] {
  if (fromVnet === undefined) {
    return [...network.vnets.values()].map((vnet) => ({ vnet, isSure: true }));
  }
  const own = network.vnets.get(fromVnet);
  if (own === undefined) return [];
  const visible = [{ vnet: own, isSure: true }];
  for (const peer of own.peers) {
    const key = peer.remote.kind === 'found' ? peer.remote.target.key : undefined;
    const vnet = key === undefined ? undefined : network.vnets.get(key);
    if (key === undefined || vnet === undefined) continue;
    const reaches = vnetReaches(network, fromVnet, key);
    if (reaches !== 'no') visible.push({ vnet, isSure: reaches === 'yes' });
  }
  return visible;
}

function setOf(address: AddressLike): AddressSet {
  if (address.kind === 'exact') return singleAddress(address.ip);
  const only =
    address.kind === undefined && address.isExact ? firstAddress(address.addresses) : undefined;
  return only === undefined ? address.addresses : singleAddress(only);
}
