import {
  type AddressSet,
  ALL_IPV4,
  singleAddress,
  subtractAddresses,
  unionAddresses,
} from '../../../../net/index.ts';
import { addressesOfPods } from '../seated-pod.ts';
import type { PolicyWorld } from './policy-rule.ts';

const known = new WeakMap<readonly unknown[], AddressSet>();

/** Addresses of pods and nodes: what Cilium has an identity for. */
export function clusterAddresses(world: PolicyWorld): AddressSet {
  const found = known.get(world.pods);
  if (found !== undefined) return found;
  const made = unionAddresses(world.podRange, addressesOfPods(world.pods), nodeAddresses(world));
  known.set(world.pods, made);
  return made;
}

export function nodeAddresses({ seats }: PolicyWorld): AddressSet {
  return unionAddresses(...seats.map(({ address }) => singleAddress(address)));
}

/** Cilium's `world`. */
export function outsideAddresses(world: PolicyWorld): AddressSet {
  return subtractAddresses(ALL_IPV4, clusterAddresses(world));
}
