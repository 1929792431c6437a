import type { Perimeter, Subnet, VirtualNetwork } from '../model/index.ts';
import { type AddressSet, unionAddresses } from '../net/index.ts';
import { addressesOf } from './address-space.ts';
import { learnFromOwnGateways, learnThroughPeers } from './gateways.ts';
import { follow, unseen } from './links.ts';
import type { Link, SubnetPlacement, VnetPlacement } from './network.ts';
import { placePeers } from './peers.ts';

/** O(VNets × peerings + gateways). */
export function placeVnets(perimeter: Perimeter): ReadonlyMap<string, VnetPlacement> {
  const own = learnFromOwnGateways(perimeter);
  const placed = new Map<string, VnetPlacement>();
  for (const vnet of perimeter.virtualNetworks.values()) {
    const space = addressesOf(vnet.addressSpace);
    const hasUnknown = space.hasUnknown || vnet.addressSpace.length === 0;
    const peers = placePeers(vnet, perimeter.virtualNetworks);
    const learned = learnThroughPeers(own.get(vnet.key), peers, own);
    placed.set(vnet.key, {
      vnet,
      // The space holds the subnets at least, whatever could not be read of it.
      addresses: hasUnknown ? unionAddresses(space.addresses, ofSubnets(vnet)) : space.addresses,
      // A network that is only referred to, or written without a space, has one that we do not know.
      hasUnknownAddresses: hasUnknown,
      peers,
      gatewayPrefixes: learned.prefixes,
      learnsUnknownRoutes: learned.unknownWhy !== undefined,
      ...(learned.unknownWhy === undefined ? {} : { unknownRoutesWhy: learned.unknownWhy }),
      ...(learned.defaultWhy === undefined ? {} : { mayLearnDefaultRoute: learned.defaultWhy }),
      subnetKeys: vnet.subnets.map((subnet) => subnet.key),
    });
  }
  return placed;
}

function ofSubnets(vnet: VirtualNetwork): AddressSet {
  return addressesOf(vnet.subnets.flatMap((subnet) => subnet.prefixes)).addresses;
}

/** Every subnet with what is attached to it. */
export function placeSubnets(perimeter: Perimeter): ReadonlyMap<string, SubnetPlacement> {
  const placed = new Map<string, SubnetPlacement>();
  for (const vnet of perimeter.virtualNetworks.values()) {
    for (const subnet of vnet.subnets) placed.set(subnet.key, placeSubnet(subnet, vnet, perimeter));
  }
  return placed;
}

function placeSubnet(subnet: Subnet, vnet: VirtualNetwork, perimeter: Perimeter): SubnetPlacement {
  return {
    subnet,
    vnet,
    addresses: addressesOf(subnet.prefixes).addresses,
    routeTable: attached(
      subnet,
      follow(subnet.routeTable, perimeter.routeTables),
      'the route table',
    ),
    networkSecurityGroup: attached(
      subnet,
      follow(subnet.networkSecurityGroup, perimeter.networkSecurityGroups),
      'the network security group',
    ),
    natGateway: attached(
      subnet,
      follow(subnet.natGateway, perimeter.natGateways),
      'the NAT gateway',
    ),
  };
}

function attached<T>(subnet: Subnet, link: Link<T>, what: string): Link<T> {
  if (link.kind !== 'none' || subnet.isReference !== true) return link;
  const missing = `${what} of subnet ${subnet.name}, which is only referred to`;
  return { kind: 'unknown', unknown: unseen(subnet.name, missing, subnet.at) };
}
