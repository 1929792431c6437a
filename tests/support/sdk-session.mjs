// What a program with the JavaScript management SDKs does against the endpoint: run by tests/e2e/rehearse-sdk.test.ts as a process of its
// own, because NODE_EXTRA_CA_CERTS counts only when a process starts. Prints what it was told as JSON.
import { ContainerServiceClient } from '@azure/arm-containerservice';
import { NetworkManagementClient } from '@azure/arm-network';
import { ResourceGraphClient } from '@azure/arm-resourcegraph';
import { ResourceManagementClient } from '@azure/arm-resources';

const [endpoint, subscription] = process.argv.slice(2);
const credential = {
  getToken: async () => ({ token: 'x', expiresOnTimestamp: Date.now() + 3.6e6 }),
};
const options = { endpoint };
const resources = new ResourceManagementClient(credential, subscription, options);
const network = new NetworkManagementClient(credential, subscription, options);
const clusters = new ContainerServiceClient(credential, subscription, options);
// The older generation says baseUri, and signs requests itself.
const graph = new ResourceGraphClient(
  {
    signRequest: async (request) => {
      request.headers.set('authorization', 'Bearer x');
      return request;
    },
  },
  { baseUri: endpoint },
);

const told = {};
const location = 'westeurope';
await resources.resourceGroups.createOrUpdate('rg', { location, tags: { owner: 'platform' } });
const vnet = await network.virtualNetworks.beginCreateOrUpdateAndWait('rg', 'vnet', {
  location,
  addressSpace: { addressPrefixes: ['10.0.0.0/16'] },
  subnets: [
    { name: 'AzureFirewallSubnet', addressPrefix: '10.0.0.0/26' },
    { name: 'nodes', addressPrefix: '10.0.4.0/22' },
  ],
});
told.subnets = vnet.subnets?.map(({ name, id, provisioningState }) => ({
  name,
  provisioningState,
  isInVnet: id?.startsWith(`${vnet.id}/subnets/`),
}));
const address = await network.publicIPAddresses.beginCreateOrUpdateAndWait('rg', 'ip', {
  location,
  sku: { name: 'Standard' },
  publicIPAllocationMethod: 'Static',
});
told.address = address.ipAddress;
const [subnet] = vnet.subnets ?? [];
const firewall = await network.azureFirewalls.beginCreateOrUpdateAndWait('rg', 'fw', {
  location,
  sku: { name: 'AZFW_VNet', tier: 'Standard' },
  ipConfigurations: [
    { name: 'one', subnet: { id: subnet?.id }, publicIPAddress: { id: address.id } },
  ],
  networkRuleCollections: [
    {
      name: 'aks',
      priority: 100,
      action: { type: 'Allow' },
      rules: [
        {
          name: 'time',
          protocols: ['UDP'],
          sourceAddresses: ['*'],
          destinationFqdns: ['ntp.ubuntu.com'],
          destinationPorts: ['123'],
        },
      ],
    },
  ],
  additionalProperties: { 'Network.DNS.EnableProxy': 'true' },
});
told.firewall = {
  privateIPAddress: firewall.ipConfigurations?.[0]?.privateIPAddress,
  rules: firewall.networkRuleCollections?.[0]?.rules?.map(({ name }) => name),
  threatIntelMode: firewall.threatIntelMode,
};
const cluster = await clusters.managedClusters.beginCreateOrUpdateAndWait('rg', 'aks', {
  location,
  dnsPrefix: 'aks',
  identity: { type: 'SystemAssigned' },
  agentPoolProfiles: [
    {
      name: 'system',
      mode: 'System',
      count: 3,
      vmSize: 'Standard_D4s_v5',
      vnetSubnetID: vnet.subnets?.[1]?.id,
    },
  ],
  networkProfile: {
    networkPlugin: 'azure',
    serviceCidr: '172.16.0.0/16',
    dnsServiceIP: '172.16.0.10',
  },
});
told.cluster = {
  hasName: (cluster.fqdn ?? '').length > 0,
  hasPrincipal: (cluster.identity?.principalId ?? '').length > 0,
  provisioningState: cluster.provisioningState,
};
const credentials = await clusters.managedClusters.listClusterUserCredentials('rg', 'aks');
told.kubeconfig = Buffer.from(credentials.kubeconfigs?.[0]?.value ?? '')
  .toString('utf8')
  .includes('clusters:');

told.listed = [];
for await (const one of network.virtualNetworks.list('rg')) told.listed.push(one.name);
try {
  await network.subnets.beginCreateOrUpdateAndWait('rg', 'vnet', 'outside', {
    addressPrefix: '192.168.0.0/24',
  });
} catch (error) {
  told.refused = { code: error.code, statusCode: error.statusCode };
}
try {
  await network.virtualNetworks.get('rg', 'none');
} catch (error) {
  told.missing = { code: error.code, statusCode: error.statusCode };
}
const rows = await graph.resources({
  subscriptions: [subscription],
  query:
    "Resources | where type =~ 'Microsoft.Network/azureFirewalls' | project name, location, tier = properties.sku.tier",
  options: { resultFormat: 'objectArray' },
});
told.graph = rows.data;
const deployment = await resources.deployments.beginCreateOrUpdateAndWait('rg', 'routes', {
  properties: {
    mode: 'Incremental',
    parameters: { next: { value: told.firewall.privateIPAddress } },
    template: {
      $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
      contentVersion: '1.0.0.0',
      parameters: { next: { type: 'string' } },
      resources: [
        {
          type: 'Microsoft.Network/routeTables',
          apiVersion: '2024-05-01',
          name: 'rt',
          location: '[resourceGroup().location]',
          properties: {
            routes: [
              {
                name: 'default',
                properties: {
                  addressPrefix: '0.0.0.0/0',
                  nextHopType: 'VirtualAppliance',
                  nextHopIpAddress: "[parameters('next')]",
                },
              },
            ],
          },
        },
      ],
      outputs: {
        id: { type: 'string', value: "[resourceId('Microsoft.Network/routeTables', 'rt')]" },
      },
    },
  },
});
told.deployment = {
  state: deployment.properties?.provisioningState,
  output: deployment.properties?.outputs?.id?.value,
};
const table = await network.routeTables.get('rg', 'rt');
told.route = table.routes?.[0]?.nextHopIpAddress;
await resources.resourceGroups.beginDeleteAndWait('rg');
told.exists = (await resources.resourceGroups.checkExistence('rg')).body;
console.log(JSON.stringify(told));
