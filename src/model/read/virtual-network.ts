import { isAbsent, isUnknown, itemsOf, type Uncertain, type Unknown } from '../../values/index.ts';
import type { Peering, PrefixAt, Subnet, VirtualNetwork } from '../azure/network.ts';
import type { AzureResource } from '../snapshot.ts';
import { addressesIn, prefixesIn } from './addresses.ts';
import { childrenOf, doubtOf } from './children.ts';
import { locatedOf } from './named.ts';
import { present } from './present.ts';
import {
  inside,
  propertiesOf,
  type Reading,
  reportGap,
  type Source,
  sourceAt,
  sourceOf,
  titleOf,
  valueIn,
} from './reading.ts';
import { referenceIn } from './references.ts';
import { booleanIn, decidingTextIn, noteUnknown, required, settingIn } from './scalars.ts';

/** `Microsoft.Network/virtualNetworks` with its subnets and peerings (azure-networking 11.2). */
export function readVirtualNetwork(reading: Reading, resource: AzureResource): VirtualNetwork {
  const source = sourceOf(reading, 'virtual network', resource);
  const dhcp = inside(source, 'dhcpOptions');
  const { children } = reading;
  return {
    ...locatedOf(resource),
    addressSpace: prefixesOrPool(source, inside(source, 'addressSpace'), ''),
    dnsServers: addressesIn(dhcp, 'dnsServers', itemsOf(valueIn(dhcp, 'dnsServers'))),
    subnets: childrenOf(children, resource, 'subnets').map((child) =>
      readSubnet(sourceOf(reading, 'subnet', child), child, resource),
    ),
    peerings: childrenOf(children, resource, 'virtualnetworkpeerings').map((child) =>
      readPeering(sourceOf(reading, 'peering', child), child, resource),
    ),
  };
}

function readSubnet(source: Source, child: AzureResource, vnet: AzureResource): Subnet {
  const networkSecurityGroup = referenceIn(source, 'networkSecurityGroup');
  const routeTable = referenceIn(source, 'routeTable');
  const natGateway = referenceIn(source, 'natGateway');
  const endpointPolicies = decidingTextIn(source, 'privateEndpointNetworkPolicies');
  const servicePolicies = decidingTextIn(source, 'privateLinkServiceNetworkPolicies');
  const apiVersion = child.apiVersion ?? vnet.apiVersion;
  const exists = child.exists ?? vnet.exists;
  if (itemsOf(valueIn(source, 'serviceEndpointPolicies')).length > 0 && !isUnknown(source.value)) {
    const why = 'they narrow which accounts a service endpoint reaches; the wider set is assumed';
    reportGap(source.reading, 'serviceEndpointPolicies', why, source.at);
  }
  return {
    key: child.key,
    name: child.name,
    at: child.at,
    id: child.id,
    vnetKey: vnet.key,
    prefixes: prefixesOrPool(source, source, 'addressPrefix'),
    ...present({ networkSecurityGroup, routeTable, natGateway }),
    serviceEndpoints: namesOfItems(source, 'serviceEndpoints', 'service'),
    delegations: namesOfItems(source, 'delegations', 'serviceName').map((name) =>
      name.toLowerCase(),
    ),
    ...present({
      privateEndpointNetworkPolicies: endpointPolicies,
      privateLinkServiceNetworkPolicies: servicePolicies,
    }),
    defaultOutboundAccess: booleanIn(source, 'defaultOutboundAccess'),
    ...present({ apiVersion, exists, isReference: child.isReference }),
  };
}

/** Written prefixes, or the unknown ones that an address pool will give (ARM-51). */
function prefixesOrPool(
  owner: Source,
  source: Source,
  singular: string,
): readonly Uncertain<PrefixAt>[] {
  const written = prefixesIn(source, 'addressPrefixes', singular);
  const pools = valueIn(source, 'ipamPoolPrefixAllocations');
  if (written.length > 0 || isAbsent(pools) || itemsOf(pools).length === 0) return written;
  const unknown: Unknown = {
    kind: 'unknown',
    reason: 'run-time',
    text: '',
    missing: `the prefix that its address pool gives to ${titleOf(owner)}`,
    at: pools.at,
  };
  return [unknown];
}

/** One text of each item, bare or inside `properties`. */
function namesOfItems(source: Source, list: string, name: string): readonly string[] {
  return itemsOf(valueIn(source, list)).flatMap((item) => {
    const text = settingIn(sourceAt(source, propertiesOf(item)), name);
    if (isUnknown(text)) noteUnknown(source, list, text, 'left out');
    return typeof text === 'string' ? [text] : [];
  });
}

function readPeering(source: Source, child: AzureResource, vnet: AzureResource): Peering {
  const remote = referenceIn(source, 'remoteVirtualNetwork');
  return {
    key: child.key,
    name: child.name,
    at: child.at,
    vnetKey: vnet.key,
    // A peering that exists in some worlds only leads nowhere for certain.
    remote: doubtOf(child, vnet) ?? required(source, 'remoteVirtualNetwork', remote),
    allowVirtualNetworkAccess: booleanIn(source, 'allowVirtualNetworkAccess'),
    allowForwardedTraffic: booleanIn(source, 'allowForwardedTraffic'),
    allowGatewayTransit: booleanIn(source, 'allowGatewayTransit'),
    useRemoteGateways: booleanIn(source, 'useRemoteGateways'),
    peeringState: settingIn(source, 'peeringState'),
    peeringSyncLevel: settingIn(source, 'peeringSyncLevel'),
    remoteAddressSpace: remoteSpace(source),
    peerCompleteVnets: booleanIn(source, 'peerCompleteVnets'),
  };
}

function remoteSpace(source: Source): readonly PrefixAt[] {
  for (const name of ['remoteAddressSpace', 'remoteVirtualNetworkAddressSpace']) {
    const space = inside(source, name);
    if (isUnknown(space.value)) continue;
    const known = prefixesIn(space, 'addressPrefixes', '').flatMap((entry) =>
      isUnknown(entry) ? [] : [entry],
    );
    if (known.length > 0) return known;
  }
  return [];
}
