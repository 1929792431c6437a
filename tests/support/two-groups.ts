import type { Json } from './snapshot-of.ts';

/**
 * A hub and a spoke in groups of their own that need each other: the spoke's routes and DNS go to the hub's firewall,
 * whose address only Azure knows, and both networks peer. Also a table on a subnet beside the firewall, which closes
 * the cycle subnet → table → firewall → network.
 */
const SUBSCRIPTION = '/subscriptions/11111111-1111-1111-1111-111111111111';
export const HUB = `${SUBSCRIPTION}/resourceGroups/rg-hub`;
export const SPOKE = `${SUBSCRIPTION}/resourceGroups/rg-spoke`;
const N = 'Microsoft.Network';

export const idIn = (group: string, type: string, name: string) =>
  `${group}/providers/${type}/${name}`;
export const FIREWALL = idIn(HUB, `${N}/azureFirewalls`, 'afw-hub');
const HUB_NETWORK = idIn(HUB, `${N}/virtualNetworks`, 'vnet-hub');
const SPOKE_NETWORK = idIn(SPOKE, `${N}/virtualNetworks`, 'vnet-spoke');

/** What an importer makes of `reference(firewall).ipConfigurations[0].properties.privateIPAddress`. */
export const firewallAddress = {
  $unknown: "reference('afw-hub')…",
  missing: 'privateIPAddress of afw-hub after deployment',
  symbol: `private-address:${FIREWALL.toLowerCase()}`,
};

const resource = (id: string, properties: Json, rest: Json = {}): Json => {
  const [type = '', ...names] = id.split('/providers/')[1]?.split(/(?<=^[^/]+\/[^/]+)\//) ?? [];
  return { id, type, name: names.join('/'), location: 'westeurope', properties, ...rest };
};

const table = (group: string, name: string): Json =>
  resource(idIn(group, `${N}/routeTables`, name), {
    disableBgpRoutePropagation: true,
    routes: [
      {
        name: 'all-to-firewall',
        properties: {
          addressPrefix: '0.0.0.0/0',
          nextHopType: 'VirtualAppliance',
          nextHopIpAddress: firewallAddress,
        },
      },
      { name: 'stop', properties: { addressPrefix: '10.9.0.0/16', nextHopType: 'None' } },
    ],
  });

const peering = (name: string, remote: string): Json => ({
  name,
  properties: { remoteVirtualNetwork: { id: remote }, allowForwardedTraffic: true },
});

/** What every target must escape, each in its own way. */
export const TAGS = { owner: "o'brien", costCentre: '$'.concat('{not-an-expression}') };

export const TWO_GROUPS: readonly Json[] = [
  resource(
    HUB_NETWORK,
    {
      addressSpace: { addressPrefixes: ['10.0.0.0/16'] },
      subnets: [
        { name: 'AzureFirewallSubnet', properties: { addressPrefix: '10.0.0.0/26' } },
        {
          name: 'jump',
          properties: {
            addressPrefix: '10.0.1.0/24',
            routeTable: { id: idIn(HUB, `${N}/routeTables`, 'rt-jump') },
          },
        },
      ],
      virtualNetworkPeerings: [peering('to-spoke', SPOKE_NETWORK)],
    },
    { tags: TAGS },
  ),
  table(HUB, 'rt-jump'),
  resource(
    idIn(HUB, `${N}/publicIPAddresses`, 'pip-afw'),
    { publicIPAllocationMethod: 'Static' },
    { sku: { name: 'Standard' }, tags: TAGS },
  ),
  resource(idIn(HUB, `${N}/firewallPolicies`, 'afwp-hub'), { sku: { tier: 'Standard' } }),
  ...['b-first', 'a-second', 'c-third'].map((name, index) => ({
    ...resource(`${idIn(HUB, `${N}/firewallPolicies`, 'afwp-hub')}/ruleCollectionGroups/${name}`, {
      priority: 100 + 100 * index,
      ruleCollections: [],
    }),
    type: `${N}/firewallPolicies/ruleCollectionGroups`,
    name,
    location: undefined,
  })),
  resource(FIREWALL, {
    sku: { name: 'AZFW_VNet', tier: 'Standard' },
    provisioningState: 'Succeeded',
    firewallPolicy: { id: idIn(HUB, `${N}/firewallPolicies`, 'afwp-hub') },
    ipConfigurations: [
      {
        name: 'ipconfig',
        properties: {
          subnet: { id: `${HUB_NETWORK}/subnets/AzureFirewallSubnet` },
          publicIPAddress: { id: idIn(HUB, `${N}/publicIPAddresses`, 'pip-afw') },
        },
      },
    ],
  }),
  table(SPOKE, 'rt-spoke'),
  resource(SPOKE_NETWORK, {
    addressSpace: { addressPrefixes: ['10.1.0.0/16'] },
    dhcpOptions: { dnsServers: [firewallAddress] },
    subnets: [
      {
        name: 'nodes',
        properties: {
          addressPrefix: '10.1.0.0/24',
          routeTable: { id: idIn(SPOKE, `${N}/routeTables`, 'rt-spoke') },
        },
      },
    ],
    virtualNetworkPeerings: [peering('to-hub', HUB_NETWORK)],
  }),
  resource(
    idIn(SPOKE, 'Microsoft.ContainerService/managedClusters', 'aks'),
    {
      dnsPrefix: 'aks',
      networkProfile: { networkPlugin: 'azure', outboundType: 'userDefinedRouting' },
      agentPoolProfiles: [
        { name: 'nodes', count: 3, mode: 'System', vnetSubnetID: `${SPOKE_NETWORK}/subnets/nodes` },
      ],
    },
    {
      identity: {
        type: 'UserAssigned',
        userAssignedIdentities: {
          [idIn(SPOKE, 'Microsoft.ManagedIdentity/userAssignedIdentities', 'id-aks')]: {},
        },
      },
    },
  ),
  resource(idIn(SPOKE, 'Microsoft.ManagedIdentity/userAssignedIdentities', 'id-aks'), {}),
  {
    id: `${FIREWALL}/providers/Microsoft.Insights/diagnosticSettings/to-log`,
    type: 'Microsoft.Insights/diagnosticSettings',
    name: 'to-log',
    properties: {
      // In a group that nothing here is deployed to.
      workspaceId: idIn(
        `${SUBSCRIPTION}/resourceGroups/rg-shared`,
        'Microsoft.OperationalInsights/workspaces',
        'log-shared',
      ),
      logs: [{ categoryGroup: 'allLogs', enabled: true }],
    },
  },
  {
    ...resource(
      `${SPOKE_NETWORK}/subnets/nodes/providers/Microsoft.Authorization/roleAssignments/6f1d7b1c-0000-4000-8000-000000000001`,
      {
        roleDefinitionId: `${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/4d97b98b-1d4f-4787-a291-c67834d212e7`,
        principalId: {
          $unknown: 'principalId',
          symbol: `attribute:${idIn(SPOKE, 'Microsoft.ManagedIdentity/userAssignedIdentities', 'id-aks').toLowerCase()}:principalid`,
        },
        principalType: 'ServicePrincipal',
      },
    ),
    type: 'Microsoft.Authorization/roleAssignments',
    name: '6f1d7b1c-0000-4000-8000-000000000001',
    location: undefined,
  },
];
