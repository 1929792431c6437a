import { describe, expect, it } from 'vitest';
import {
  type Client,
  createClient,
  errorOf,
  GROUP,
  NETWORK,
  SUBSCRIPTION,
} from './endpoint-client.ts';

/** What is given, what is sent, what the service answers. Codes and texts are the service's own where it has published them. */
interface Case {
  readonly claim: string;
  readonly given?: readonly (readonly [string, unknown])[];
  readonly sent: readonly [string, string, unknown?];
  readonly code: string;
  readonly status?: number;
  readonly message?: string;
}

const vnet = (name: string, prefix: string, subnets: readonly unknown[] = []) =>
  [
    `${NETWORK}/virtualNetworks/${name}`,
    { location: 'eastus', properties: { addressSpace: { addressPrefixes: [prefix] }, subnets } },
  ] as const;
const subnet = (name: string, addressPrefix: string, more: object = {}) => ({
  name,
  properties: { addressPrefix, ...more },
});
const address = (name: string, location = 'eastus') =>
  [
    `${NETWORK}/publicIPAddresses/${name}`,
    { location, sku: { name: 'Standard' }, properties: { publicIPAllocationMethod: 'Static' } },
  ] as const;
const V = `${NETWORK}/virtualNetworks/v`;
const firewall = (subnetName: string, more: object = {}) => ({
  location: 'eastus',
  properties: {
    ipConfigurations: [{ name: 'c', properties: { subnet: { id: `${V}/subnets/${subnetName}` } } }],
    ...more,
  },
});
const cluster = (networkProfile: object, more: object = {}) => ({
  location: 'eastus',
  identity: { type: 'SystemAssigned' },
  properties: {
    dnsPrefix: 'k',
    agentPoolProfiles: [{ name: 'np', count: 1, mode: 'System', vnetSubnetID: `${V}/subnets/aks` }],
    networkProfile,
    ...more,
  },
});
const CLUSTER = `${GROUP}/providers/Microsoft.ContainerService/managedClusters/k`;
const AKS_NETWORK = vnet('v', '10.42.0.0/16', [subnet('aks', '10.42.1.0/24')]);
const routed = (route: object) =>
  [
    [
      `${NETWORK}/routeTables/t`,
      { location: 'eastus', properties: { routes: [{ name: 'out', properties: route }] } },
    ],
    vnet('v', '10.42.0.0/16', [
      subnet('aks', '10.42.1.0/24', { routeTable: { id: `${NETWORK}/routeTables/t` } }),
    ]),
  ] as const;

const CASES: readonly Case[] = [
  {
    claim: 'a subnet outside its network',
    given: [vnet('v', '10.0.0.0/16')],
    sent: ['PUT', `${V}/subnets/s`, subnet('s', '10.1.0.0/24')],
    code: 'NetcfgSubnetRangeOutsideVnet',
    message:
      "Subnet 's' is not valid because its IP address range is outside the IP address range of virtual network 'v'.",
  },
  {
    claim: 'a subnet over another one',
    given: [vnet('v', '10.0.0.0/16', [subnet('a', '10.0.0.0/24')])],
    sent: ['PUT', `${V}/subnets/b`, subnet('b', '10.0.0.128/25')],
    code: 'NetcfgSubnetRangesOverlap',
    message:
      "Subnet 'b' is not valid because its IP address range overlaps with that of an existing subnet in virtual network 'v'.",
  },
  {
    claim: 'two subnets over each other inside one network',
    sent: [
      'PUT',
      ...vnet('v', '10.0.0.0/16', [subnet('a', '10.0.0.0/24'), subnet('b', '10.0.0.0/25')]),
    ],
    code: 'NetcfgSubnetRangesOverlap',
  },
  {
    claim: 'a prefix with bits beyond its length',
    sent: ['PUT', ...vnet('v', '10.10.10.0/16')],
    code: 'InvalidCIDRNotation',
    message: `The address prefix 10.10.10.0/16 in resource ${V} has an invalid CIDR notation. For the given prefix length, the address prefix should be 10.10.0.0/16.`,
  },
  {
    claim: 'an address space that leaves a subnet outside',
    given: [vnet('v', '10.0.0.0/16', [subnet('a', '10.0.0.0/24')])],
    sent: [
      'PUT',
      V,
      { location: 'eastus', properties: { addressSpace: { addressPrefixes: ['10.9.0.0/16'] } } },
    ],
    code: 'NetcfgSubnetRangeOutsideVnet',
  },
  {
    claim: 'a subnet taken out of the list while a firewall sits in it',
    given: [
      vnet('v', '10.0.0.0/16', [subnet('AzureFirewallSubnet', '10.0.0.0/26')]),
      [`${NETWORK}/azureFirewalls/f`, firewall('AzureFirewallSubnet')],
    ],
    sent: ['PUT', ...vnet('v', '10.0.0.0/16')],
    code: 'InUseSubnetCannotBeDeleted',
    message: `Subnet AzureFirewallSubnet is in use by ${NETWORK}/azureFirewalls/f/azureFirewallIpConfigurations/c and cannot be deleted. In order to delete the subnet, delete all the resources within the subnet. See aka.ms/deletesubnet.`,
  },
  {
    claim: 'deleting a subnet with nodes in it',
    given: [AKS_NETWORK, [CLUSTER, cluster({})]],
    sent: ['DELETE', `${V}/subnets/aks`],
    code: 'InUseSubnetCannotBeDeleted',
  },
  {
    claim: 'deleting a network whose subnet is used',
    given: [AKS_NETWORK, [CLUSTER, cluster({})]],
    sent: ['DELETE', V],
    code: 'InUseSubnetCannotBeDeleted',
  },
  {
    claim: 'a subnet with a route table that is not there',
    given: [vnet('v', '10.0.0.0/16')],
    sent: [
      'PUT',
      `${V}/subnets/s`,
      subnet('s', '10.0.0.0/24', { routeTable: { id: `${NETWORK}/routeTables/gone` } }),
    ],
    code: 'InvalidResourceReference',
    message: `Resource ${NETWORK}/routeTables/gone referenced by resource ${V}/subnets/s was not found. Please make sure that the referenced resource exists, and that both resources are in the same region.`,
  },
  {
    claim: 'a firewall with an address of another region',
    given: [
      vnet('v', '10.0.0.0/16', [subnet('AzureFirewallSubnet', '10.0.0.0/26')]),
      address('p', 'westeurope'),
    ],
    sent: [
      'PUT',
      `${NETWORK}/azureFirewalls/f`,
      {
        location: 'eastus',
        properties: {
          ipConfigurations: [
            {
              name: 'c',
              properties: {
                subnet: { id: `${V}/subnets/AzureFirewallSubnet` },
                publicIPAddress: { id: `${NETWORK}/publicIPAddresses/p` },
              },
            },
          ],
        },
      },
    ],
    code: 'InvalidResourceReference',
  },
  {
    claim: 'peering of networks that overlap',
    given: [vnet('v', '10.0.0.0/16'), vnet('w', '10.0.128.0/17')],
    sent: [
      'PUT',
      `${V}/virtualNetworkPeerings/p`,
      { properties: { remoteVirtualNetwork: { id: `${NETWORK}/virtualNetworks/w` } } },
    ],
    code: 'VnetAddressSpacesOverlap',
    message: `Cannot create or update peering ${V}/virtualNetworkPeerings/p. Virtual networks ${V} and ${NETWORK}/virtualNetworks/w cannot be peered because their address spaces overlap. Overlapping address prefixes: 10.0.0.0/16`,
  },
  {
    claim: 'deleting an address that a firewall holds',
    given: [
      vnet('v', '10.0.0.0/16', [subnet('AzureFirewallSubnet', '10.0.0.0/26')]),
      address('p'),
      [
        `${NETWORK}/azureFirewalls/f`,
        {
          location: 'eastus',
          properties: {
            ipConfigurations: [
              {
                name: 'c',
                properties: {
                  subnet: { id: `${V}/subnets/AzureFirewallSubnet` },
                  publicIPAddress: { id: `${NETWORK}/publicIPAddresses/p` },
                },
              },
            ],
          },
        },
      ],
    ],
    sent: ['DELETE', `${NETWORK}/publicIPAddresses/p`],
    code: 'PublicIPAddressCannotBeDeleted',
    message: `Public IP address ${NETWORK}/publicIPAddresses/p can not be deleted since it is still allocated to resource ${NETWORK}/azureFirewalls/f/azureFirewallIpConfigurations/c. In order to delete the public IP, disassociate/detach the Public IP address from the resource. To learn how to do this, see aka.ms/deletepublicip.`,
  },
  {
    claim: 'deleting a route table that a subnet uses',
    given: [...routed({ addressPrefix: '0.0.0.0/0', nextHopType: 'Internet' })],
    sent: ['DELETE', `${NETWORK}/routeTables/t`],
    code: 'InUseRouteTableCannotBeDeleted',
    message: 'Route table t is in use and cannot be deleted.',
  },
  {
    claim: 'two security rules with one priority and direction',
    given: [
      [
        `${NETWORK}/networkSecurityGroups/n`,
        {
          location: 'eastus',
          properties: {
            securityRules: [
              { name: 'one', properties: { priority: 100, direction: 'Inbound', access: 'Allow' } },
            ],
          },
        },
      ],
    ],
    sent: [
      'PUT',
      `${NETWORK}/networkSecurityGroups/n/securityRules/two`,
      { properties: { priority: 100, direction: 'Inbound', access: 'Deny' } },
    ],
    code: 'SecurityRuleConflict',
    message:
      'Security rule two conflicts with rule one. Rules cannot have the same Priority and Direction.',
  },
  {
    claim: 'a security rule before the first priority',
    sent: [
      'PUT',
      `${NETWORK}/networkSecurityGroups/n`,
      {
        location: 'eastus',
        properties: {
          securityRules: [{ name: 'r', properties: { priority: 50, direction: 'Inbound' } }],
        },
      },
    ],
    code: 'SecurityRuleInvalidPriority',
    message: 'Security rule has invalid Priority. Value provided: 50 Allowed range 100-4096.',
  },
  {
    claim: 'deleting a security group that a subnet uses',
    given: [
      [`${NETWORK}/networkSecurityGroups/n`, { location: 'eastus' }],
      vnet('v', '10.0.0.0/16', [
        subnet('s', '10.0.0.0/24', {
          networkSecurityGroup: { id: `${NETWORK}/networkSecurityGroups/n` },
        }),
      ]),
    ],
    sent: ['DELETE', `${NETWORK}/networkSecurityGroups/n`],
    code: 'InUseNetworkSecurityGroupCannotBeDeleted',
    message: `Network security group ${NETWORK}/networkSecurityGroups/n cannot be deleted because it is in use by the following resources: ${V}/subnets/s. In order to delete the Network security group, remove the association with the resource(s).`,
  },
  {
    claim: 'a firewall in a subnet of another name',
    given: [vnet('v', '10.0.0.0/16', [subnet('fw', '10.0.0.0/26')])],
    sent: ['PUT', `${NETWORK}/azureFirewalls/f`, firewall('fw')],
    code: 'AzureFirewallSubnetNameNotValid',
  },
  {
    claim: 'a firewall in a subnet smaller than /26',
    given: [vnet('v', '10.0.0.0/16', [subnet('AzureFirewallSubnet', '10.0.0.0/27')])],
    sent: ['PUT', `${NETWORK}/azureFirewalls/f`, firewall('AzureFirewallSubnet')],
    code: 'AzureFirewallSubnetTooSmall',
  },
  {
    claim: 'a firewall with a policy and rules of its own',
    given: [
      [`${NETWORK}/firewallPolicies/p`, { location: 'eastus', properties: {} }],
      vnet('v', '10.0.0.0/16', [subnet('AzureFirewallSubnet', '10.0.0.0/26')]),
    ],
    sent: [
      'PUT',
      `${NETWORK}/azureFirewalls/f`,
      firewall('AzureFirewallSubnet', {
        firewallPolicy: { id: `${NETWORK}/firewallPolicies/p` },
        networkRuleCollections: [{ name: 'c', properties: { priority: 100, rules: [] } }],
      }),
    ],
    code: 'AzureFirewallPolicyAndRuleCollectionsConflict',
  },
  {
    claim: 'a rule collection beyond the last priority',
    sent: [
      'PUT',
      `${NETWORK}/azureFirewalls/f`,
      {
        location: 'eastus',
        properties: {
          networkRuleCollections: [{ name: 'c', properties: { priority: 70000, rules: [] } }],
        },
      },
    ],
    code: 'InvalidRequestFormat',
  },
  {
    claim: 'a rule collection group before the first priority',
    given: [[`${NETWORK}/firewallPolicies/p`, { location: 'eastus', properties: {} }]],
    sent: [
      'PUT',
      `${NETWORK}/firewallPolicies/p/ruleCollectionGroups/g`,
      { properties: { priority: 99, ruleCollections: [] } },
    ],
    code: 'InvalidRequestFormat',
  },
  {
    claim: 'service addresses over a subnet of the network',
    given: [vnet('v', '10.0.0.0/8', [subnet('aks', '10.0.0.0/24')])],
    sent: ['PUT', CLUSTER, cluster({ networkPlugin: 'azure' })],
    code: 'ServiceCidrOverlapExistingSubnetsCidr',
    message:
      'The specified service CIDR 10.0.0.0/16 is conflicted with an existing subnet CIDR 10.0.0.0/24. Please see https://aka.ms/aks/servicecidroverlap for how to fix the error.',
  },
  {
    claim: 'pod addresses over the node subnet',
    given: [AKS_NETWORK],
    sent: [
      'PUT',
      CLUSTER,
      cluster({ networkPlugin: 'azure', networkPluginMode: 'overlay', podCidr: '10.42.0.0/16' }),
    ],
    code: 'PodCidrOverlapExistingSubnetsCidr',
  },
  {
    claim: 'pod addresses over service addresses',
    given: [AKS_NETWORK],
    sent: [
      'PUT',
      CLUSTER,
      cluster({ networkPlugin: 'azure', networkPluginMode: 'overlay', podCidr: '10.0.128.0/17' }),
    ],
    code: 'PodCidrOverlapServiceCidr',
  },
  {
    claim: 'a DNS address outside the service range',
    given: [AKS_NETWORK],
    sent: ['PUT', CLUSTER, cluster({ serviceCidr: '172.16.0.0/16', dnsServiceIP: '10.0.0.10' })],
    code: 'InvalidParameter',
  },
  {
    claim: 'a DNS address that is the first of the service range',
    given: [AKS_NETWORK],
    sent: ['PUT', CLUSTER, cluster({ serviceCidr: '172.16.0.0/16', dnsServiceIP: '172.16.0.1' })],
    code: 'InvalidParameter',
  },
  {
    claim: 'authorised ranges of a private API server',
    given: [AKS_NETWORK],
    sent: [
      'PUT',
      CLUSTER,
      cluster(
        {},
        {
          apiServerAccessProfile: {
            enablePrivateCluster: true,
            authorizedIPRanges: ['20.1.1.1/32'],
          },
        },
      ),
    ],
    code: 'InvalidParameter',
  },
  {
    claim: 'user-defined routing without a route table',
    given: [AKS_NETWORK],
    sent: ['PUT', CLUSTER, cluster({ outboundType: 'userDefinedRouting' })],
    code: 'ExistingRouteTableNotAssociatedWithSubnet',
    message: `An existing route table has not been associated with subnet ${V}/subnets/aks. Please update the route table association`,
  },
  {
    claim: 'user-defined routing with a default route to the Internet',
    given: [...routed({ addressPrefix: '0.0.0.0/0', nextHopType: 'Internet' })],
    sent: ['PUT', CLUSTER, cluster({ outboundType: 'userDefinedRouting' })],
    code: 'InvalidParameter',
  },
  {
    claim: 'user-defined routing beside a load balancer profile',
    given: [AKS_NETWORK],
    sent: [
      'PUT',
      CLUSTER,
      cluster({
        outboundType: 'userDefinedRouting',
        loadBalancerProfile: { managedOutboundIPs: { count: 1 } },
      }),
    ],
    code: 'InvalidUserDefinedRoutingWithLoadBalancerProfile',
  },
  {
    claim: 'a cluster in a subnet that is not there',
    sent: ['PUT', CLUSTER, cluster({})],
    code: 'GetVnetSubnetCidrError',
  },
  {
    claim: 'a routing rule whose listener is not there',
    sent: [
      'PUT',
      `${NETWORK}/applicationGateways/g`,
      {
        location: 'eastus',
        properties: {
          backendAddressPools: [{ name: 'b' }],
          requestRoutingRules: [
            {
              name: 'r',
              properties: {
                backendAddressPool: {
                  id: `${NETWORK}/applicationGateways/g/backendAddressPools/B`,
                },
                httpListener: { id: `${NETWORK}/applicationGateways/g/httpListeners/gone` },
              },
            },
          ],
        },
      },
    ],
    code: 'InvalidResourceReference',
    message: `Resource ${NETWORK}/applicationGateways/g/httpListeners/gone referenced by resource ${NETWORK}/applicationGateways/g/requestRoutingRules/r was not found. Please make sure that the referenced resource exists, and that both resources are in the same region.`,
  },
  {
    claim: 'a pool in a subnet that is not there',
    given: [AKS_NETWORK, [CLUSTER, cluster({})]],
    sent: [
      'PUT',
      `${CLUSTER}/agentPools/more`,
      { properties: { count: 1, vnetSubnetID: `${V}/subnets/gone` } },
    ],
    code: 'GetVnetSubnetCidrError',
  },
  {
    claim: 'the same role for the same principal twice',
    given: [
      [
        `${GROUP}/providers/Microsoft.Authorization/roleAssignments/aaaaaaaa-0000-4000-8000-000000000001`,
        role('p1'),
      ],
    ],
    sent: [
      'PUT',
      `${GROUP}/providers/Microsoft.Authorization/roleAssignments/aaaaaaaa-0000-4000-8000-000000000002`,
      role('p1'),
    ],
    status: 409,
    code: 'RoleAssignmentExists',
  },
];

function role(principalId: string) {
  const definitions = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions`;
  return {
    properties: {
      principalId,
      roleDefinitionId: `${definitions}/4d97b98b-1d4f-4787-a291-c67834d212e7`,
    },
  };
}

function prepared(given: Case['given']): Client {
  const client = createClient();
  for (const [path, body] of given ?? []) {
    const done = client.put(path, body);
    expect(done.status, JSON.stringify(done.body)).toBeLessThan(300);
  }
  return client;
}

describe('the provider refuses', () => {
  it.each(CASES)('$claim', ({ given, sent, code, status, message }) => {
    const client = prepared(given);
    const before = JSON.stringify(client.arm.provider.store.all().map(({ body }) => body));
    const answer = errorOf(client.send(...sent));
    expect(answer).toMatchObject({ status: status ?? 400, code });
    if (message !== undefined) expect(answer.message).toBe(message);
    // Nothing of a refused request is kept.
    expect(JSON.stringify(client.arm.provider.store.all().map(({ body }) => body))).toBe(before);
  });
});

describe('the provider takes', () => {
  const taken: readonly (readonly [string, Case['given'], Case['sent']])[] = [
    [
      'a route table on AzureFirewallSubnet, which the documentation allows',
      [[`${NETWORK}/routeTables/t`, { location: 'eastus' }], vnet('v', '10.0.0.0/16')],
      [
        'PUT',
        `${V}/subnets/AzureFirewallSubnet`,
        subnet('AzureFirewallSubnet', '10.0.0.0/26', {
          routeTable: { id: `${NETWORK}/routeTables/t` },
        }),
      ],
    ],
    [
      'user-defined routing to an appliance',
      [
        ...routed({
          addressPrefix: '0.0.0.0/0',
          nextHopType: 'VirtualAppliance',
          nextHopIpAddress: '10.42.2.4',
        }),
      ],
      ['PUT', CLUSTER, cluster({ outboundType: 'userDefinedRouting' })],
    ],
    [
      'a reference into a subscription that is not rehearsed',
      [vnet('v', '10.0.0.0/16')],
      [
        'PUT',
        `${V}/virtualNetworkPeerings/p`,
        {
          properties: {
            remoteVirtualNetwork: {
              id: '/subscriptions/99999999-0000-4000-8000-000000000009/resourceGroups/hub/providers/Microsoft.Network/virtualNetworks/hub',
            },
          },
        },
      ],
    ],
    [
      'a network that moves a subnet within one request',
      [vnet('v', '10.0.0.0/16', [subnet('a', '10.0.0.0/24'), subnet('b', '10.0.1.0/24')])],
      [
        'PUT',
        ...vnet('v', '10.0.0.0/16', [subnet('a', '10.0.1.0/24'), subnet('b', '10.0.0.0/24')]),
      ],
    ],
    [
      'two collections of one priority, of which no page says that they may not be',
      [],
      [
        'PUT',
        `${NETWORK}/azureFirewalls/f`,
        {
          location: 'eastus',
          properties: {
            networkRuleCollections: ['a', 'b'].map((name) => ({
              name,
              properties: { priority: 100, rules: [] },
            })),
          },
        },
      ],
    ],
  ];
  it.each(taken)('%s', (_, given, sent) => {
    const answer = prepared(given).send(...sent);
    expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
  });
});
