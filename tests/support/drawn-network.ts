import { readPerimeter } from '../../src/model/index.ts';
import { deriveNetwork, type Network } from '../../src/network/index.ts';
import { type Json, snapshotOf } from './snapshot-of.ts';

/** Small networks for tests of pictures and pages: hub, spokes and a cluster, in ARM's own words. */

const SUBSCRIPTION = '/subscriptions/00000000-0000-0000-0000-000000000000';
const GROUP = `${SUBSCRIPTION}/resourceGroups/rg`;

export function networkId(type: string, name: string): string {
  return `${GROUP}/providers/Microsoft.Network/${type}/${name}`;
}

export function networkOf(resources: readonly Json[], objects: readonly Json[] = []): Network {
  return deriveNetwork(readPerimeter(snapshotOf(resources, objects)));
}

export function subnet(name: string, prefix: string, more: Json = {}): Json {
  return { name, properties: { addressPrefix: prefix, defaultOutboundAccess: false, ...more } };
}

export function routed(table = 'rt'): Json {
  return { routeTable: { id: networkId('routeTables', table) } };
}

export function vnet(
  name: string,
  space: string,
  subnets: readonly Json[],
  peers: readonly string[] = [],
): Json {
  return {
    type: 'Microsoft.Network/virtualNetworks',
    name,
    location: 'westeurope',
    properties: {
      addressSpace: { addressPrefixes: [space] },
      subnets,
      virtualNetworkPeerings: peers.map((peer) => ({
        name: `to-${peer}`,
        properties: {
          remoteVirtualNetwork: { id: networkId('virtualNetworks', peer) },
          allowVirtualNetworkAccess: true,
        },
      })),
    },
  };
}

export function routeTable(nextHop: unknown, name = 'rt'): Json {
  return {
    type: 'Microsoft.Network/routeTables',
    name,
    location: 'westeurope',
    properties: {
      routes: [
        {
          name: 'default',
          properties: {
            addressPrefix: '0.0.0.0/0',
            nextHopType: 'VirtualAppliance',
            nextHopIpAddress: nextHop,
          },
        },
      ],
    },
  };
}

/** `fw` in `hub/AzureFirewallSubnet` at 10.0.0.4, with one public address and classic rules. */
export function firewall(properties: Json = {}): readonly Json[] {
  return [
    {
      type: 'Microsoft.Network/publicIPAddresses',
      name: 'pip-fw',
      location: 'westeurope',
      properties: { ipAddress: '203.0.113.4' },
    },
    {
      type: 'Microsoft.Network/azureFirewalls',
      name: 'fw',
      location: 'westeurope',
      properties: {
        sku: { name: 'AZFW_VNet', tier: 'Standard' },
        ipConfigurations: [
          {
            name: 'one',
            properties: {
              privateIPAddress: '10.0.0.4',
              subnet: { id: `${networkId('virtualNetworks', 'hub')}/subnets/AzureFirewallSubnet` },
              publicIPAddress: { id: networkId('publicIPAddresses', 'pip-fw') },
            },
          },
        ],
        ...properties,
      },
    },
  ];
}

export function cluster(properties: Json = {}, vnetName = 'spoke', subnetName = 'nodes'): Json {
  return {
    type: 'Microsoft.ContainerService/managedClusters',
    name: 'aks',
    location: 'westeurope',
    properties: {
      networkProfile: {
        networkPlugin: 'azure',
        networkPluginMode: 'overlay',
        networkDataplane: 'cilium',
        outboundType: 'userDefinedRouting',
      },
      agentPoolProfiles: [
        {
          name: 'system',
          count: 3,
          vnetSubnetID: `${networkId('virtualNetworks', vnetName)}/subnets/${subnetName}`,
        },
      ],
      ...properties,
    },
  };
}

/** Hub with a firewall and one spoke with a cluster behind it. */
export function hubAndSpoke(): readonly Json[] {
  return [
    vnet('hub', '10.0.0.0/16', [subnet('AzureFirewallSubnet', '10.0.0.0/26')], ['spoke']),
    vnet('spoke', '10.1.0.0/16', [subnet('nodes', '10.1.0.0/20', routed())], ['hub']),
    routeTable('10.0.0.4'),
    ...firewall(),
    cluster(),
  ];
}

/** The same hub with that many spokes, each of two subnets behind the firewall. */
export function manySpokes(
  count: number,
  nameOf = (index: number) => `spoke-${index}`,
): readonly Json[] {
  const names = Array.from({ length: count }, (_, index) => nameOf(index));
  return [
    vnet('hub', '10.0.0.0/16', [subnet('AzureFirewallSubnet', '10.0.0.0/26')], names),
    ...names.map((name, index) =>
      vnet(
        name,
        `10.${index + 1}.0.0/16`,
        [
          subnet('app', `10.${index + 1}.0.0/24`, routed()),
          subnet('data', `10.${index + 1}.1.0/24`, routed()),
        ],
        ['hub'],
      ),
    ),
    routeTable('10.0.0.4'),
    ...firewall(),
  ];
}
