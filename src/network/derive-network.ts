import type { Perimeter } from '../model/index.ts';
import type { Network } from './network.ts';
import { placeClusters } from './place-clusters.ts';
import { placeFirewalls } from './place-firewalls.ts';
import { placeOwners } from './place-owners.ts';
import { placeSubnets, placeVnets } from './place-vnets.ts';

/**
 * Wires the typed perimeter: who is peered with whom, what is attached to which subnet, which box owns which
 * address. Pure; nothing is decided about any flow here. What only Azure knows is a symbol within the set it must lie
 * in; what is named and not in the input is a dangling link. O(resources + objects + VNets × peerings).
 */
export function deriveNetwork(perimeter: Perimeter): Network {
  const vnets = placeVnets(perimeter);
  const subnets = placeSubnets(perimeter);
  const firewalls = placeFirewalls(perimeter, subnets);
  const clusters = placeClusters(perimeter, subnets);
  const owners = placeOwners(perimeter, subnets, firewalls, clusters);
  return { perimeter, vnets, subnets, firewalls, clusters, owners };
}
