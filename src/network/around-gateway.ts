import {
  type AddressSet,
  addressesOfPrefixes,
  subtractAddresses,
  unionAddresses,
} from '../net/index.ts';
import type { Network } from './network.ts';
import { vnetReaches } from './reach.ts';

/** Memory, not state: many flows take one gateway. */
const known = new WeakMap<Network, Map<string, AddressSet>>();

/**
 * What is not behind the gateway of a VNet, whatever a user route says: the networks that it stands in or hands packets to (the VNet, its
 * peers, and the peers of the VNet whose gateway it uses), and every other network of the input but for what the gateway is known to lead
 * to. O(VNets x peerings), once for each network.
 */
export function aroundGateway(network: Network, vnetKey: string): AddressSet {
  const sets = known.get(network) ?? new Map<string, AddressSet>();
  known.set(network, sets);
  const set = sets.get(vnetKey) ?? around(network, vnetKey);
  sets.set(vnetKey, set);
  return set;
}

function around(network: Network, vnetKey: string): AddressSet {
  const own = network.vnets.get(vnetKey);
  const lenders = (own?.peers ?? []).flatMap(
    ({ peering: { useRemoteGateways: uses }, state, remote }) =>
      remote.kind !== 'found' || state === 'broken' || uses === undefined || uses === false
        ? []
        : [remote.target.key],
  );
  const behind = addressesOfPrefixes((own?.gatewayPrefixes ?? []).map(({ prefix }) => prefix));
  const sets = [...network.vnets].map(([key, { addresses }]) => {
    const isNear = [vnetKey, ...lenders].some((one) => vnetReaches(network, one, key) !== 'no');
    return isNear ? addresses : subtractAddresses(addresses, behind);
  });
  return unionAddresses(...sets);
}
