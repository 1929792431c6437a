import { pinnedPerimeter, planLab } from '../../src/lab/plan/index.ts';
import type { LabPlan } from '../../src/lab/plan/lab-plan.ts';
import { type Json, snapshotOf } from './snapshot-of.ts';

const GROUP =
  '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.Network';
const ref = (path: string) => ({ id: `${GROUP}/${path}` });

/**
 * A hub with a firewall, a gateway and a private endpoint; a spoke `left` whose default route is the firewall; a spoke `right` with a
 * subnet that has no route table, one that reaches `left` by the firewall, and one without a way out.
 */
export function hubAndSpokes(): readonly Json[] {
  return [
    network('hub', '10.0.0.0/16', [
      subnet('AzureFirewallSubnet', '10.0.0.0/26'),
      subnet('jump', '10.0.1.0/24', {
        natGateway: ref('natGateways/nat'),
        networkSecurityGroup: ref('networkSecurityGroups/jump'),
      }),
      subnet('endpoints', '10.0.2.0/24', { routeTable: ref('routeTables/endpoints') }),
      subnet('GatewaySubnet', '10.0.3.0/27'),
    ]),
    network('left', '10.1.0.0/16', [
      subnet('left', '10.1.0.0/24', {
        routeTable: ref('routeTables/left'),
        networkSecurityGroup: ref('networkSecurityGroups/left'),
      }),
    ]),
    network('right', '10.2.0.0/16', [
      subnet('right', '10.2.0.0/24'),
      subnet('routed', '10.2.1.0/24', { routeTable: ref('routeTables/routed') }),
      subnet('closed', '10.2.2.0/24', { defaultOutboundAccess: false }),
    ]),
    ...['left', 'right'].flatMap((spoke) => [
      peering('hub', spoke, { allowGatewayTransit: spoke === 'left' }),
      peering(spoke, 'hub', { useRemoteGateways: spoke === 'left' }),
    ]),
    table('left', [['all', '0.0.0.0/0', 'VirtualAppliance', '10.0.0.4']]),
    table('endpoints', [['left', '10.1.0.0/16', 'VirtualAppliance', '10.0.0.4']]),
    table('routed', [['left', '10.1.0.0/16', 'VirtualAppliance', '10.0.0.4']]),
    group('left', [
      ['tcp-from-right', 'Inbound', 100, 'Allow', 'Tcp', '10.2.0.0/16', '*', '7000'],
      ['rest-from-right', 'Inbound', 110, 'Deny', '*', '10.2.0.0/16', '*', '*'],
    ]),
    group('jump', [['nothing-to-left', 'Outbound', 100, 'Deny', '*', '*', '10.1.0.0/16', '*']]),
    publicAddress('firewall'),
    publicAddress('nat'),
    publicAddress('web'),
    {
      type: 'Microsoft.Network/natGateways',
      name: 'nat',
      properties: { publicIpAddresses: [ref('publicIPAddresses/nat')] },
    },
    machine('web', '10.2.0.10', { publicIPAddress: ref('publicIPAddresses/web') }),
    machine('web2', '10.2.0.11'),
    publicAddress('outer'),
    balancer(
      'inner',
      { subnet: ref('virtualNetworks/right/subnets/right'), privateIPAddress: '10.2.0.20' },
      7000,
      true,
    ),
    balancer('outer', { publicIPAddress: ref('publicIPAddresses/outer') }, 80, false),
    firewall(),
    {
      type: 'Microsoft.Network/privateEndpoints',
      name: 'vault',
      properties: {
        subnet: ref('virtualNetworks/hub/subnets/endpoints'),
        privateLinkServiceConnections: [
          {
            name: 'vault',
            properties: {
              privateLinkServiceId:
                '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/v',
              groupIds: ['vault'],
            },
          },
        ],
      },
    },
    ...gateway(),
  ];
}

/** The plan of the network above. */
export function hubAndSpokesPlan(lab: string): LabPlan {
  const { snapshot, perimeter, network, assumed } = pinnedPerimeter(snapshotOf(hubAndSpokes()));
  return planLab(perimeter, network, snapshot.datasets, { lab, assumed });
}

function network(name: string, space: string, subnets: readonly Json[]): Json {
  return {
    type: 'Microsoft.Network/virtualNetworks',
    name,
    location: 'eastus',
    properties: { addressSpace: { addressPrefixes: [space] }, subnets },
  };
}

function subnet(name: string, addressPrefix: string, further: Json = {}): Json {
  return { name, properties: { addressPrefix, ...further } };
}

function peering(from: string, to: string, flags: Json): Json {
  return {
    type: 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings',
    name: `${from}/to-${to}`,
    properties: {
      remoteVirtualNetwork: ref(`virtualNetworks/${to}`),
      allowVirtualNetworkAccess: true,
      allowForwardedTraffic: true,
      peeringState: 'Connected',
      ...flags,
    },
  };
}

function table(name: string, routes: readonly (readonly string[])[]): Json {
  return {
    type: 'Microsoft.Network/routeTables',
    name,
    properties: {
      routes: routes.map(([route, addressPrefix, nextHopType, nextHopIpAddress]) => ({
        name: route,
        properties: { addressPrefix, nextHopType, nextHopIpAddress },
      })),
    },
  };
}

function group(name: string, rules: readonly (readonly (string | number)[])[]): Json {
  return {
    type: 'Microsoft.Network/networkSecurityGroups',
    name,
    properties: {
      securityRules: rules.map(
        ([rule, direction, priority, access, protocol, source, destination, ports]) => ({
          name: rule,
          properties: {
            direction,
            priority,
            access,
            protocol,
            sourceAddressPrefix: source,
            destinationAddressPrefix: destination,
            sourcePortRange: '*',
            destinationPortRange: ports,
          },
        }),
      ),
    },
  };
}

function publicAddress(name: string): Json {
  return {
    type: 'Microsoft.Network/publicIPAddresses',
    name,
    sku: { name: 'Standard' },
    properties: { publicIPAllocationMethod: 'Static' },
  };
}

function machine(name: string, privateIPAddress: string, further: Json = {}): Json {
  const subnet = ref('virtualNetworks/right/subnets/right');
  const properties = { subnet, privateIPAddress, ...further };
  return {
    type: 'Microsoft.Network/networkInterfaces',
    name,
    properties: { ipConfigurations: [{ name: 'one', properties }] },
  };
}

/** In front of both machines, on port 7000. */
function balancer(name: string, frontend: Json, port: number, enableFloatingIP: boolean): Json {
  const own = `loadBalancers/${name}`;
  const addresses = ['10.2.0.10', '10.2.0.11'];
  return {
    type: 'Microsoft.Network/loadBalancers',
    name,
    sku: { name: 'Standard' },
    properties: {
      frontendIPConfigurations: [{ name: 'f', properties: frontend }],
      backendAddressPools: [
        {
          name: 'p',
          properties: {
            loadBalancerBackendAddresses: addresses.map((ipAddress) => ({
              name: ipAddress,
              properties: { ipAddress },
            })),
          },
        },
      ],
      loadBalancingRules: [
        {
          name: 'r',
          properties: {
            frontendIPConfiguration: ref(`${own}/frontendIPConfigurations/f`),
            backendAddressPool: ref(`${own}/backendAddressPools/p`),
            protocol: 'Tcp',
            frontendPort: port,
            backendPort: 7000,
            enableFloatingIP,
          },
        },
      ],
    },
  };
}

function firewall(): Json {
  const rule = (name: string, from: string, to: string) => ({
    name,
    protocols: ['TCP', 'UDP'],
    sourceAddresses: [from],
    destinationAddresses: [to],
    destinationPorts: ['7000'],
  });
  return {
    type: 'Microsoft.Network/azureFirewalls',
    name: 'fw',
    properties: {
      sku: { name: 'AZFW_VNet', tier: 'Standard' },
      ipConfigurations: [
        {
          name: 'one',
          properties: {
            subnet: ref('virtualNetworks/hub/subnets/AzureFirewallSubnet'),
            publicIPAddress: ref('publicIPAddresses/firewall'),
          },
        },
      ],
      networkRuleCollections: [
        {
          name: 'spokes',
          properties: {
            priority: 100,
            action: { type: 'Allow' },
            rules: [
              rule('left-to-right', '10.1.0.0/16', '10.2.0.0/16'),
              rule('right-to-left', '10.2.0.0/16', '10.1.0.0/16'),
              rule('left-out', '10.1.0.0/16', '8.8.8.8'),
            ],
          },
        },
      ],
    },
  };
}

function gateway(): readonly Json[] {
  return [
    {
      type: 'Microsoft.Network/virtualNetworkGateways',
      name: 'vpn',
      properties: {
        gatewayType: 'Vpn',
        enableBgp: false,
        ipConfigurations: [
          { name: 'one', properties: { subnet: ref('virtualNetworks/hub/subnets/GatewaySubnet') } },
        ],
      },
    },
    {
      type: 'Microsoft.Network/localNetworkGateways',
      name: 'office',
      properties: { localNetworkAddressSpace: { addressPrefixes: ['192.168.50.0/24'] } },
    },
    {
      type: 'Microsoft.Network/connections',
      name: 'office',
      properties: {
        connectionType: 'IPsec',
        virtualNetworkGateway1: ref('virtualNetworkGateways/vpn'),
        localNetworkGateway2: ref('localNetworkGateways/office'),
      },
    },
  ];
}
