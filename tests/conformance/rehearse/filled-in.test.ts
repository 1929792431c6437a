import { describe, expect, it } from 'vitest';
import { createClient, GROUP, NETWORK, SUBSCRIPTION, TENANT } from './endpoint-client.ts';

/** Arm-endpoint 2.4 and 10: what a client reads back that it never sent. */

const V = `${NETWORK}/virtualNetworks/v`;
const IDENTITY = `${GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id`;
const CLUSTER = `${GROUP}/providers/Microsoft.ContainerService/managedClusters/k`;
const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function network(name: string, prefix: string, subnets: readonly (readonly [string, string])[]) {
  return {
    location: 'East US',
    properties: {
      addressSpace: { addressPrefixes: [prefix] },
      subnets: subnets.map(([subnet, addressPrefix]) => ({
        name: subnet,
        properties: { addressPrefix },
      })),
    },
    tags: { for: name },
  };
}

function withNetwork() {
  const client = createClient();
  client.put(
    V,
    network('v', '10.42.0.0/16', [
      ['aks', '10.42.1.0/24'],
      ['AzureFirewallSubnet', '10.42.2.0/24'],
    ]),
  );
  return client;
}

describe('networks', () => {
  it('a subnet has its id, and the location is told in its short form', () => {
    const client = withNetwork();
    expect(client.get(V).body).toMatchObject({
      location: 'eastus',
      tags: { for: 'v' },
      properties: {
        provisioningState: 'Succeeded',
        resourceGuid: expect.stringMatching(GUID),
        virtualNetworkPeerings: [],
        subnets: [
          { id: `${V}/subnets/aks`, properties: { privateLinkServiceNetworkPolicies: 'Enabled' } },
          { id: `${V}/subnets/AzureFirewallSubnet` },
        ],
      },
    });
  });

  it('a PUT that does not name the subnets leaves them, and an empty list takes them away', () => {
    const client = withNetwork();
    const space = { addressSpace: { addressPrefixes: ['10.42.0.0/16'] } };
    client.put(V, { location: 'eastus', properties: space });
    expect(client.properties(V)['subnets']).toHaveLength(2);
    client.put(V, { location: 'eastus', properties: { ...space, subnets: [] } });
    expect(client.properties(V)['subnets']).toHaveLength(0);
  });

  it('a peering is connected when the other half is there', () => {
    const client = withNetwork();
    const W = `${NETWORK}/virtualNetworks/w`;
    client.put(W, network('w', '10.43.0.0/16', []));
    const to = (id: string) => ({ properties: { remoteVirtualNetwork: { id } } });
    client.put(`${V}/virtualNetworkPeerings/out`, to(W));
    expect(client.properties(`${V}/virtualNetworkPeerings/out`)).toMatchObject({
      peeringState: 'Initiated',
      remoteAddressSpace: { addressPrefixes: ['10.43.0.0/16'] },
    });
    client.put(`${W}/virtualNetworkPeerings/back`, to(V));
    for (const id of [`${V}/virtualNetworkPeerings/out`, `${W}/virtualNetworkPeerings/back`]) {
      expect(client.properties(id)).toMatchObject({
        peeringState: 'Connected',
        peeringSyncLevel: 'FullyInSync',
      });
    }
    client.remove(`${W}/virtualNetworkPeerings/back`);
    expect(client.properties(`${V}/virtualNetworkPeerings/out`)['peeringState']).toBe('Initiated');
  });

  it('a static address is there at once, looks public, and stays', () => {
    const client = createClient();
    const id = `${NETWORK}/publicIPAddresses/p`;
    client.put(id, { location: 'eastus', sku: { name: 'Standard' }, properties: {} });
    const { ipAddress } = client.properties(id);
    expect(ipAddress).toMatch(/^20\.\d+\.\d+\.\d+$/);
    expect(client.get(id).body).toMatchObject({
      sku: { name: 'Standard', tier: 'Regional' },
      properties: { publicIPAllocationMethod: 'Static', publicIPAddressVersion: 'IPv4' },
    });
    // A client that writes back what it read, without what it knows to be read-only.
    client.put(id, {
      location: 'eastus',
      sku: { name: 'Standard' },
      properties: { idleTimeoutInMinutes: 10 },
    });
    expect(client.properties(id)).toMatchObject({ ipAddress, idleTimeoutInMinutes: 10 });
  });

  it('a table, a group and a gateway tell which subnets use them', () => {
    const client = withNetwork();
    const uses: Record<string, { id: string }> = {};
    for (const [member, type] of [
      ['routeTable', 'routeTables'],
      ['networkSecurityGroup', 'networkSecurityGroups'],
      ['natGateway', 'natGateways'],
    ] as const) {
      const id = `${NETWORK}/${type}/x`;
      client.put(id, { location: 'eastus', properties: {} });
      expect(client.properties(id)).not.toHaveProperty('subnets');
      uses[member] = { id };
    }
    client.put(`${V}/subnets/aks`, { properties: { addressPrefix: '10.42.1.0/24', ...uses } });
    for (const { id } of Object.values(uses)) {
      expect(client.properties(id)['subnets']).toEqual([{ id: `${V}/subnets/aks` }]);
    }
  });

  it('a security group ends in the six rules of the platform (azure-networking 4)', () => {
    const client = createClient();
    const id = `${NETWORK}/networkSecurityGroups/n`;
    client.put(id, { location: 'eastus' });
    const rules = client.properties(id)['defaultSecurityRules'] as unknown as {
      readonly name: string;
      readonly properties: { readonly priority: number; readonly direction: string };
    }[];
    expect(
      rules.map(({ name, properties }) => [name, properties.direction, properties.priority]),
    ).toEqual([
      ['AllowVnetInBound', 'Inbound', 65000],
      ['AllowAzureLoadBalancerInBound', 'Inbound', 65001],
      ['DenyAllInBound', 'Inbound', 65500],
      ['AllowVnetOutBound', 'Outbound', 65000],
      ['AllowInternetOutBound', 'Outbound', 65001],
      ['DenyAllOutBound', 'Outbound', 65500],
    ]);
  });
});

describe('firewalls', () => {
  const F = `${NETWORK}/azureFirewalls/f`;
  const configuration = {
    name: 'ipconfig',
    properties: { subnet: { id: `${V}/subnets/AzureFirewallSubnet` } },
  };

  it('the private address is the first usable one of the subnet, and is recomputed when a client drops it', () => {
    const client = withNetwork();
    client.put(F, { location: 'eastus', properties: { sku: { tier: 'Standard' } } });
    expect(client.properties(F)).toMatchObject({
      sku: { name: 'AZFW_VNet', tier: 'Standard' },
      threatIntelMode: 'Alert',
      ipConfigurations: [],
      applicationRuleCollections: [],
      networkRuleCollections: [],
      natRuleCollections: [],
    });
    client.put(F, { location: 'eastus', properties: { ipConfigurations: [configuration] } });
    client.put(F, { location: 'eastus', properties: { ipConfigurations: [configuration] } });
    expect(client.properties(F)['ipConfigurations']).toMatchObject([
      {
        id: `${F}/azureFirewallIpConfigurations/ipconfig`,
        // 10.42.2.0/24: Azure keeps .0 to .3.
        properties: { privateIPAddress: '10.42.2.4', privateIPAllocationMethod: 'Dynamic' },
      },
    ]);
  });

  it('a rule tells empty lists for what it does not say', () => {
    const client = withNetwork();
    const rule = { name: 'r', sourceAddresses: ['*'], fqdnTags: ['AzureKubernetesService'] };
    client.put(F, {
      location: 'eastus',
      properties: {
        applicationRuleCollections: [
          { name: 'c', properties: { priority: 100, action: { type: 'Allow' }, rules: [rule] } },
        ],
      },
    });
    expect(client.properties(F)['applicationRuleCollections']).toMatchObject([
      {
        id: `${F}/applicationRuleCollections/c`,
        properties: {
          rules: [
            { ...rule, targetFqdns: [], sourceIpGroups: [], direction: 'Inbound', actions: [] },
          ],
        },
      },
    ]);
  });

  it('a policy tells its firewalls, groups and children', () => {
    const client = withNetwork();
    const P = `${NETWORK}/firewallPolicies/p`;
    client.put(P, { location: 'eastus', properties: {} });
    client.put(`${NETWORK}/firewallPolicies/child`, {
      location: 'eastus',
      properties: { basePolicy: { id: P } },
    });
    client.put(`${P}/ruleCollectionGroups/g`, {
      properties: { priority: 200, ruleCollections: [] },
    });
    client.put(F, { location: 'eastus', properties: { firewallPolicy: { id: P } } });
    expect(client.properties(P)).toMatchObject({
      threatIntelMode: 'Alert',
      sku: { tier: 'Standard' },
      firewalls: [{ id: F }],
      ruleCollectionGroups: [{ id: `${P}/ruleCollectionGroups/g` }],
      childPolicies: [{ id: `${NETWORK}/firewallPolicies/child` }],
    });
    expect(client.remove(P).status).toBe(409);
  });
});

describe('identities and roles', () => {
  it('an identity is one principal wherever it is mentioned', () => {
    const client = withNetwork();
    client.put(IDENTITY, { location: 'eastus' });
    const identity = client.properties(IDENTITY);
    expect(identity).toMatchObject({
      principalId: expect.stringMatching(GUID),
      clientId: expect.stringMatching(GUID),
      tenantId: TENANT,
    });
    expect(identity['principalId']).not.toBe(identity['clientId']);
    client.put(CLUSTER, {
      location: 'eastus',
      identity: { type: 'UserAssigned', userAssignedIdentities: { [IDENTITY]: {} } },
      properties: { identityProfile: { kubeletidentity: { resourceId: IDENTITY } } },
    });
    const { principalId, clientId } = identity;
    const cluster = client.get(CLUSTER).body;
    expect(cluster['identity']).toMatchObject({
      userAssignedIdentities: { [IDENTITY]: { principalId, clientId } },
    });
    expect(cluster['properties']).toMatchObject({
      identityProfile: { kubeletidentity: { objectId: principalId, clientId } },
    });
  });

  // Ids of built-in roles: learn.microsoft.com/azure/role-based-access-control/built-in-roles
  it.each([
    ['Network Contributor', '4d97b98b-1d4f-4787-a291-c67834d212e7'],
    ['acrpull', '7f951dda-4ed3-4680-a7ca-43fe172d538d'],
    ['Managed Identity Operator', 'f1a07417-d97a-45cb-824c-7a7467783830'],
  ])('the role %s is found by its name, once', (name, id) => {
    const client = createClient();
    const query = new URLSearchParams({ $filter: `roleName eq '${name}'` });
    const { body } = client.get(
      `${GROUP}/providers/Microsoft.Authorization/roleDefinitions?${query}`,
    );
    expect(body['value']).toMatchObject([{ name: id }]);
    expect(body['value']).toHaveLength(1);
  });

  it('an assignment tells its scope', () => {
    const client = withNetwork();
    const scope = `${V}/subnets/aks`;
    const id = `${scope}/providers/Microsoft.Authorization/roleAssignments/11111111-0000-4000-8000-000000000001`;
    const roles = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions`;
    const roleDefinitionId = `${roles}/4d97b98b-1d4f-4787-a291-c67834d212e7`;
    expect(client.put(id, { properties: { roleDefinitionId, principalId: 'p' } }).status).toBe(201);
    expect(client.properties(id)).toMatchObject({ scope, roleDefinitionId, principalId: 'p' });
  });
});

describe('clusters', () => {
  it('the principal is there in the first GET, and what was left open is chosen', () => {
    const client = withNetwork();
    client.put(CLUSTER, {
      location: 'eastus',
      identity: { type: 'SystemAssigned' },
      properties: {
        kubernetesVersion: '',
        dnsPrefix: 'k-rg',
        agentPoolProfiles: [
          {
            name: 'nodepool1',
            count: 3,
            vmSize: '',
            vnetSubnetID: `${V}/subnets/aks`,
            mode: 'System',
          },
        ],
        networkProfile: { networkPlugin: 'azure', outboundType: 'loadBalancer' },
        addonProfiles: { azurepolicy: { enabled: true } },
      },
    });
    const { body } = client.get(CLUSTER);
    expect(body).toMatchObject({
      identity: { principalId: expect.stringMatching(GUID), tenantId: TENANT },
      properties: {
        kubernetesVersion: expect.stringMatching(/^1\.\d+$/),
        currentKubernetesVersion: expect.stringMatching(/^1\.\d+\.\d+$/),
        fqdn: expect.stringMatching(/^k-rg-[0-9a-f]{8}\.hcp\.eastus\.azmk8s\.io$/),
        // Aks 1.1: MC_<group>_<name>_<region>.
        nodeResourceGroup: 'MC_rg_k_eastus',
        powerState: { code: 'Running' },
        agentPoolProfiles: [{ name: 'nodepool1', vmSize: expect.stringMatching(/^Standard_/) }],
        // Aks 1.1: defaults of the profile; no pod range with a node subnet for pods.
        networkProfile: {
          serviceCidr: '10.0.0.0/16',
          dnsServiceIP: '10.0.0.10',
          loadBalancerSku: 'standard',
        },
        addonProfiles: { azurepolicy: { identity: { objectId: expect.stringMatching(GUID) } } },
      },
    });
    expect(client.properties(CLUSTER)['networkProfile']).not.toHaveProperty('podCidr');
  });

  it('a private cluster has a private name, and no public one when that is switched off', () => {
    const client = withNetwork();
    const put = (profile: object) => {
      client.put(CLUSTER, { location: 'eastus', properties: { apiServerAccessProfile: profile } });
      return client.properties(CLUSTER);
    };
    const both = put({ enablePrivateCluster: true });
    expect(both).toMatchObject({
      fqdn: expect.stringContaining('.hcp.eastus.azmk8s.io'),
      privateFQDN: expect.stringContaining('.privatelink.eastus.azmk8s.io'),
    });
    const one = put({ enablePrivateCluster: true, enablePrivateClusterPublicFQDN: false });
    expect(one).toHaveProperty('privateFQDN');
    expect(one).not.toHaveProperty('fqdn');
  });

  it('the credentials lead to loopback', () => {
    const client = withNetwork();
    client.put(CLUSTER, { location: 'eastus', properties: {} });
    for (const action of ['listClusterUserCredential', 'listClusterAdminCredential']) {
      const answer = client.send('POST', `${CLUSTER}/${action}`);
      const [config] = answer.body['kubeconfigs'] as unknown as { value: string }[];
      const text = Buffer.from(config?.value ?? '', 'base64').toString();
      expect(text).toContain('server: https://127.0.0.1:');
      expect(text.match(/server:/g)).toHaveLength(1);
    }
  });

  it('a pool added later is in the cluster, and one of the first day is a resource', () => {
    const client = withNetwork();
    client.put(CLUSTER, {
      location: 'eastus',
      properties: { agentPoolProfiles: [{ name: 'first', count: 1, mode: 'System' }] },
    });
    client.put(`${CLUSTER}/agentPools/second`, { properties: { count: 2 } });
    expect(client.properties(CLUSTER)['agentPoolProfiles']).toMatchObject([
      { name: 'first', count: 1 },
      { name: 'second', count: 2 },
    ]);
    expect(client.properties(`${CLUSTER}/agentPools/first`)).toMatchObject({ count: 1 });
    // Pools of one name in two clusters are two.
    client.put(`${CLUSTER}2`, {
      location: 'eastus',
      properties: { agentPoolProfiles: [{ name: 'first', count: 7 }] },
    });
    expect(client.properties(`${CLUSTER}2/agentPools/first`)).toMatchObject({ count: 7 });
    const names = (id: string) =>
      (client.get(`${id}/agentPools`).body['value'] as unknown as { name: string }[])
        .map(({ name }) => name)
        .sort();
    expect(names(CLUSTER)).toEqual(['first', 'second']);
    expect(names(`${CLUSTER}2`)).toEqual(['first']);
  });
});

describe('services beside the network', () => {
  it.each([
    ['Microsoft.ContainerRegistry/registries/Reg1', { loginServer: 'reg1.azurecr.io' }],
    [
      'Microsoft.KeyVault/vaults/kv1',
      { vaultUri: 'https://kv1.vault.azure.net/', tenantId: TENANT },
    ],
    [
      'Microsoft.Storage/storageAccounts/st1',
      { primaryEndpoints: { blob: 'https://st1.blob.core.windows.net/' } },
    ],
    ['Microsoft.OperationalInsights/workspaces/log', { customerId: expect.stringMatching(GUID) }],
  ])('%s', (path, told) => {
    const client = createClient();
    const id = `${GROUP}/providers/${path}`;
    expect(client.put(id, { location: 'eastus', properties: {} }).status).toBe(201);
    expect(client.properties(id)).toMatchObject(told);
  });

  it('a private endpoint is approved and has an address of its subnet', () => {
    const client = withNetwork();
    const id = `${NETWORK}/privateEndpoints/pe`;
    client.put(id, {
      location: 'eastus',
      properties: {
        subnet: { id: `${V}/subnets/aks` },
        privateLinkServiceConnections: [{ name: 'c', properties: { groupIds: ['registry'] } }],
      },
    });
    expect(client.properties(id)).toMatchObject({
      customDnsConfigs: [{ ipAddresses: ['10.42.1.4'] }],
      privateLinkServiceConnections: [
        { properties: { privateLinkServiceConnectionState: { status: 'Approved' } } },
      ],
    });
    expect(client.properties(`${V}/subnets/aks`)['privateEndpoints']).toEqual([{ id }]);
  });

  it('a private zone counts its links and is not deleted under them', () => {
    const client = withNetwork();
    const zone = `${NETWORK}/privateDnsZones/privatelink.azurecr.io`;
    client.put(zone, { location: 'global' });
    client.put(`${zone}/virtualNetworkLinks/l`, {
      location: 'global',
      properties: { virtualNetwork: { id: V }, registrationEnabled: false },
    });
    expect(client.properties(`${zone}/virtualNetworkLinks/l`)).toMatchObject({
      virtualNetworkLinkState: 'Completed',
    });
    expect(client.properties(zone)).toMatchObject({ numberOfVirtualNetworkLinks: 1 });
    expect(client.remove(zone).status).toBe(409);
  });
});
