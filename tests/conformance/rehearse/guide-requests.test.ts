import { describe, expect, it } from 'vitest';
import { type Client, createClient, GROUP, NETWORK } from './endpoint-client.ts';

/**
 * Arm-endpoint 4.1: the requests of the guide's script in their order, with the bodies the CLI sends, each answer read as the CLI reads
 * it. Read-modify-write as the CLI does it: what was told goes back without what is known to be read-only.
 */
const V = `${NETWORK}/virtualNetworks/aks-vnet`;
const F = `${NETWORK}/azureFirewalls/aks-fw`;
const T = `${NETWORK}/routeTables/aks-rt`;
const P = `${NETWORK}/publicIPAddresses/aks-fw-ip`;
const K = `${GROUP}/providers/Microsoft.ContainerService/managedClusters/aks`;
const SUBNET = `${V}/subnets/aks-subnet`;

type Body = Record<string, unknown>;

function readBack(client: Client, path: string): { body: Body; properties: Body } {
  const body = JSON.parse(JSON.stringify(client.get(path).body)) as Body;
  const drop = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const object = value as Body;
    for (const name of ['etag', 'provisioningState', 'resourceGuid', 'privateIPAddress']) {
      delete object[name];
    }
    Object.values(object).forEach(drop);
  };
  drop(body);
  return { body, properties: body['properties'] as Body };
}

function rules(client: Client, list: string, collection: Body): void {
  const { body, properties } = readBack(client, F);
  properties[list] = [...(properties[list] as unknown[]), collection];
  expect(client.put(F, body).status).toBe(200);
}

describe('the requests of the guide', () => {
  it('run from the first group to the last rule, and what clients read is there', () => {
    const client = createClient();
    const made = (path: string, body: unknown) =>
      expect(client.put(path, body), path).toMatchObject({ status: 201 });
    made(V, {
      location: 'eastus',
      properties: {
        addressSpace: { addressPrefixes: ['10.42.0.0/16'] },
        enableDdosProtection: false,
        enableVmProtection: false,
        subnets: [{ name: 'aks-subnet', properties: { addressPrefix: '10.42.1.0/24' } }],
      },
    });
    made(`${V}/subnets/AzureFirewallSubnet`, {
      name: 'AzureFirewallSubnet',
      properties: {
        addressPrefix: '10.42.2.0/24',
        privateEndpointNetworkPolicies: 'Disabled',
        privateLinkServiceNetworkPolicies: 'Enabled',
      },
    });
    made(P, {
      location: 'eastus',
      sku: { name: 'Standard' },
      properties: { publicIPAllocationMethod: 'Static', idleTimeoutInMinutes: 4 },
    });
    made(F, {
      location: 'eastus',
      properties: {
        sku: { tier: 'Standard' },
        additionalProperties: { 'Network.DNS.EnableProxy': 'true' },
      },
    });
    const firewall = readBack(client, F);
    firewall.properties['ipConfigurations'] = [
      {
        name: 'aks-fwconfig',
        properties: {
          subnet: { id: `${V}/subnets/AzureFirewallSubnet` },
          publicIPAddress: { id: P },
        },
      },
    ];
    expect(client.put(F, firewall.body).status).toBe(200);

    const publicAddress = client.properties(P)['ipAddress'] as string;
    expect(publicAddress).toMatch(/^20\./);
    const [configuration] = client.properties(F)['ipConfigurations'] as unknown as [
      { properties: { privateIPAddress: string } },
    ];
    const privateAddress = configuration.properties.privateIPAddress;
    expect(privateAddress).toBe('10.42.2.4');

    const network = readBack(client, V);
    network.properties['dhcpOptions'] = { dnsServers: [privateAddress] };
    expect(client.put(V, network.body).status).toBe(200);
    expect(client.properties(V)['subnets']).toHaveLength(2);

    made(T, { location: 'eastus' });
    made(`${T}/routes/to-firewall`, {
      name: 'to-firewall',
      properties: {
        addressPrefix: '0.0.0.0/0',
        nextHopType: 'VirtualAppliance',
        nextHopIpAddress: privateAddress,
      },
    });
    made(`${T}/routes/to-internet`, {
      name: 'to-internet',
      properties: { addressPrefix: `${publicAddress}/32`, nextHopType: 'Internet' },
    });

    for (const [name, port] of [
      ['apiudp', '1194'],
      ['apitcp', '9000'],
    ]) {
      rules(client, 'networkRuleCollections', {
        name: `fwnr-${name}`,
        properties: {
          priority: 100,
          action: { type: 'Allow' },
          rules: [
            {
              name,
              protocols: ['UDP'],
              sourceAddresses: ['*'],
              destinationAddresses: ['AzureCloud.eastus'],
              destinationPorts: [port],
            },
          ],
        },
      });
    }
    rules(client, 'applicationRuleCollections', {
      name: 'fwar',
      properties: {
        priority: 100,
        action: { type: 'Allow' },
        rules: [
          {
            name: 'fqdn',
            sourceAddresses: ['*'],
            protocols: [{ protocolType: 'Https', port: 443 }],
            fqdnTags: ['AzureKubernetesService'],
          },
        ],
      },
    });
    const stored = client.properties(F);
    expect(stored['networkRuleCollections']).toHaveLength(2);
    expect(stored['applicationRuleCollections']).toHaveLength(1);
    // Read, dropped and written back several times: the address is still there.
    expect(stored['ipConfigurations']).toMatchObject([
      { properties: { privateIPAddress: privateAddress } },
    ]);
    expect(stored['additionalProperties']).toEqual({ 'Network.DNS.EnableProxy': 'true' });

    const subnet = readBack(client, SUBNET);
    subnet.properties['routeTable'] = { id: T };
    expect(client.put(SUBNET, subnet.body).status).toBe(200);
    expect(client.get(SUBNET).body).toMatchObject({ id: SUBNET });

    expect(client.get(K).status).toBe(404);
    made(K, {
      location: 'eastus',
      identity: { type: 'SystemAssigned' },
      properties: {
        kubernetesVersion: '',
        dnsPrefix: 'aks-rg-5a11b0',
        agentPoolProfiles: [
          {
            name: 'nodepool1',
            count: 3,
            vmSize: '',
            vnetSubnetID: SUBNET,
            osType: 'Linux',
            type: 'VirtualMachineScaleSets',
            mode: 'System',
            enableAutoScaling: false,
            spotMaxPrice: -1,
            upgradeSettings: {},
          },
        ],
        addonProfiles: {},
        enableRBAC: true,
        networkProfile: {
          networkPlugin: 'azure',
          outboundType: 'userDefinedRouting',
          loadBalancerSku: 'standard',
        },
        apiServerAccessProfile: { authorizedIPRanges: [`${publicAddress}/32`] },
        storageProfile: {},
      },
    });
    const principal = (client.get(K).body['identity'] as unknown as { principalId: string })
      .principalId;
    const query = new URLSearchParams({ $filter: "roleName eq 'Network Contributor'" });
    const [role] = client.get(
      `${SUBNET}/providers/Microsoft.Authorization/roleDefinitions?${query}`,
    ).body['value'] as unknown as { id: string }[];
    made(
      `${SUBNET}/providers/Microsoft.Authorization/roleAssignments/7a11b0a7-0000-4000-8000-00000000000a`,
      { properties: { roleDefinitionId: role?.id, principalId: principal } },
    );

    const cluster = readBack(client, K);
    (cluster.properties['apiServerAccessProfile'] as Body)['authorizedIPRanges'] = [
      `${publicAddress}/32`,
      '20.99.0.7/32',
    ];
    expect(client.put(K, cluster.body).status).toBe(200);
    expect(client.get(K).body['identity']).toMatchObject({ principalId: principal });

    expect(client.send('POST', `${K}/listClusterUserCredential`).status).toBe(200);
    rules(client, 'natRuleCollections', {
      name: 'inbound',
      properties: {
        priority: 100,
        action: { type: 'Dnat' },
        rules: [
          {
            name: 'inboundrule',
            sourceAddresses: ['*'],
            destinationAddresses: [publicAddress],
            destinationPorts: ['80'],
            protocols: ['Any'],
            translatedAddress: '20.99.0.8',
            translatedPort: '80',
          },
        ],
      },
    });
    expect(client.properties(F)['natRuleCollections']).toHaveLength(1);
    expect(client.remove(GROUP).status).toBeLessThan(300);
    expect(client.get(K).status).toBe(404);
  });

  it('the same without the route table is refused before a cluster is built', () => {
    const client = createClient();
    client.put(V, {
      location: 'eastus',
      properties: {
        addressSpace: { addressPrefixes: ['10.42.0.0/16'] },
        subnets: [{ name: 'aks-subnet', properties: { addressPrefix: '10.42.1.0/24' } }],
      },
    });
    const answer = client.put(K, {
      location: 'eastus',
      properties: {
        agentPoolProfiles: [{ name: 'np', vnetSubnetID: SUBNET }],
        networkProfile: { outboundType: 'userDefinedRouting' },
      },
    });
    expect(answer).toMatchObject({
      status: 400,
      body: { error: { code: 'ExistingRouteTableNotAssociatedWithSubnet' } },
    });
  });
});
