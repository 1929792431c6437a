import {
  type AddressSet,
  ALL_IPV4,
  addressesOfPrefixes,
  NO_ADDRESSES,
  type Prefix,
  parsePrefix,
  subtractAddresses,
  unionAddresses,
} from '../../net/index.ts';
import type { Network, SubnetPlacement } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import { PLATFORM_DNS, prefixesOfVnet } from './seat.ts';
import { tagPrefixes } from './tag-prefixes.ts';

/** The tags of security rules whose members depend on the subnet that is asked (azure-networking 5.4). */
export interface SubnetTags {
  readonly virtualNetwork: AddressSet;
  readonly internet: AddressSet;
}

const PLATFORM = addressesOfPrefixes([parsePrefix(PLATFORM_DNS)!]);

/** What can be no public address. */
const NOT_PUBLIC = addressesOfPrefixes(
  [
    '0.0.0.0/8',
    '10.0.0.0/8',
    '100.64.0.0/10',
    '127.0.0.0/8',
    '169.254.0.0/16',
    '172.16.0.0/12',
    '192.168.0.0/16',
    '168.63.129.16/32',
    '224.0.0.0/3',
  ].map((text) => parsePrefix(text)!),
);

/** Where the members of a published tag may be when no data file knows them. */
export const PUBLIC = subtractAddresses(ALL_IPV4, NOT_PUBLIC);

/**
 * `VirtualNetwork`: the VNet, its peers as far as their peering says so (AZN-39), what its gateways know, the platform, and every prefix of
 * the subnet's own route table, the default route too (AZN-32, AZN-33). `Internet`: what is public and outside the connected networks.
 * @param pods ranges of an overlay on this subnet: the rules Azure appends let its traffic pass, so the tag holds them (AKS-62)
 */
export function tagsOfSubnet(
  network: Network,
  subnet: SubnetPlacement,
  pods: readonly Prefix[] = [],
): SubnetTags {
  const vnet = network.vnets.get(subnet.vnet.key);
  const near = [
    addressesOfPrefixes(prefixesOfVnet(network, subnet.vnet.key)),
    ...(vnet?.peers ?? [])
      .filter((peer) => peer.state === 'connected')
      .filter((peer) => peer.peering.allowVirtualNetworkAccess === true)
      .map((peer) => addressesOfPrefixes(peer.remotePrefixes)),
    addressesOfPrefixes((vnet?.gatewayPrefixes ?? []).map(({ prefix }) => prefix)),
  ];
  const connected = unionAddresses(...near);
  return {
    virtualNetwork: unionAddresses(
      connected,
      PLATFORM,
      routedBy(network, subnet),
      addressesOfPrefixes(pods),
    ),
    internet: subtractAddresses(ALL_IPV4, unionAddresses(NOT_PUBLIC, connected)),
  };
}

function routedBy(network: Network, { routeTable }: SubnetPlacement): AddressSet {
  if (routeTable.kind !== 'found') return NO_ADDRESSES;
  const { serviceTags } = network.perimeter.snapshot.datasets;
  const prefixes = routeTable.target.routes.flatMap(({ destination }) => {
    if (isUnknown(destination)) return [];
    if (destination.kind === 'prefix') return [destination.prefix];
    return tagPrefixes(serviceTags, destination.tag) ?? [];
  });
  return addressesOfPrefixes(prefixes.filter(({ family }) => family === 4));
}

/** Members of a tag for rules on that subnet; `undefined` when no data file knows it. */
export function membersOfTag(
  tag: string,
  tags: SubnetTags,
  network: Network,
): AddressSet | undefined {
  switch (tag.toLowerCase()) {
    case 'virtualnetwork':
      return tags.virtualNetwork;
    case 'internet':
      return tags.internet;
    case 'azureloadbalancer':
    case 'azureplatformdns':
      return PLATFORM;
    case 'azureplatformimds':
      return addressesOfPrefixes([parsePrefix('169.254.169.254')!]);
    case 'azureplatformlkm':
      return NO_ADDRESSES;
    default: {
      const prefixes = tagPrefixes(network.perimeter.snapshot.datasets.serviceTags, tag);
      return prefixes === undefined ? undefined : addressesOfPrefixes(prefixes);
    }
  }
}
