import { describe, expect, it } from 'vitest';
import { bodyOf, codes, contentOf, importFiles, type Json, sampleJson } from './import-files.ts';

const GROUP = '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-perimeter';
const NETWORK = `${GROUP}/providers/Microsoft.Network`;
const ref = (path: string) => ({ id: `${NETWORK}/${path}` });
const cliRef = (path: string) => ({ ...ref(path), resourceGroup: 'rg-perimeter' });

async function importJson(json: unknown) {
  return importFiles({ 'export.json': JSON.stringify(json) });
}

/** Two ways of writing the same thing give the same snapshot, places aside. */
async function expectSame(a: unknown, b: unknown) {
  const [left, right] = [await importJson(a), await importJson(b)];
  expect(contentOf(left)).toEqual(contentOf(right));
  expect(left.resources.size).toBeGreaterThan(0);
  return { left, right };
}

describe('exports: one resource, two forms', () => {
  it('ARM-71: a firewall as ARM and as az network firewall show gives the same resource body', async () => {
    const { left } = await expectSame(
      sampleJson('arm-shapes/firewall-classic.arm.json'),
      sampleJson('arm-shapes/firewall-classic.azcli-show.json'),
    );
    const body = bodyOf([...left.resources.values()][0]) as Json;
    expect(body['properties']).toMatchObject({
      sku: { name: 'AZFW_VNet', tier: 'Standard' },
      additionalproperties: { 'network.dns.enableproxy': 'true' },
    });
  });

  it('ARM-71: a flattened VNet gets its properties back, in subnets, delegations and peerings too', () =>
    expectSame(
      {
        id: `${NETWORK}/virtualNetworks/hub`,
        name: 'hub',
        type: 'Microsoft.Network/virtualNetworks',
        location: 'eastus',
        properties: {
          addressSpace: { addressPrefixes: ['10.0.0.0/16'] },
          provisioningState: 'Succeeded',
          subnets: [
            {
              ...ref('virtualNetworks/hub/subnets/aks'),
              name: 'aks',
              type: 'Microsoft.Network/virtualNetworks/subnets',
              properties: {
                addressPrefix: '10.0.1.0/24',
                routeTable: ref('routeTables/rt'),
                delegations: [{ name: 'd', properties: { serviceName: 'Microsoft.Web/x' } }],
                serviceEndpoints: [{ service: 'Microsoft.Storage', locations: ['eastus'] }],
              },
            },
          ],
          virtualNetworkPeerings: [
            {
              ...ref('virtualNetworks/hub/virtualNetworkPeerings/p'),
              name: 'p',
              type: 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings',
              properties: {
                remoteVirtualNetwork: ref('virtualNetworks/spoke'),
                allowForwardedTraffic: true,
              },
            },
          ],
        },
      },
      {
        addressSpace: { addressPrefixes: ['10.0.0.0/16'] },
        id: `${NETWORK}/virtualNetworks/hub`,
        location: 'eastus',
        name: 'hub',
        provisioningState: 'Succeeded',
        resourceGroup: 'rg-perimeter',
        subnets: [
          {
            ...cliRef('virtualNetworks/hub/subnets/aks'),
            addressPrefix: '10.0.1.0/24',
            delegations: [{ name: 'd', serviceName: 'Microsoft.Web/x' }],
            name: 'aks',
            routeTable: cliRef('routeTables/rt'),
            serviceEndpoints: [{ service: 'Microsoft.Storage', locations: ['eastus'] }],
            type: 'Microsoft.Network/virtualNetworks/subnets',
          },
        ],
        tags: null,
        type: 'Microsoft.Network/virtualNetworks',
        virtualNetworkPeerings: [
          {
            ...cliRef('virtualNetworks/hub/virtualNetworkPeerings/p'),
            allowForwardedTraffic: true,
            name: 'p',
            remoteVirtualNetwork: cliRef('virtualNetworks/spoke'),
            type: 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings',
          },
        ],
      },
    ));

  it('ARM-71: the sku of a public address stays beside its properties, of a policy goes inside', async () => {
    const snapshot = await importJson([
      {
        ...cliRef('publicIPAddresses/pip'),
        name: 'pip',
        ipAddress: '20.0.0.1',
        sku: { name: 'Standard' },
        zones: ['1'],
        type: 'Microsoft.Network/publicIPAddresses',
      },
      {
        ...cliRef('firewallPolicies/p'),
        name: 'p',
        sku: { tier: 'Premium' },
        threatIntelMode: 'Deny',
        type: 'Microsoft.Network/FirewallPolicies',
      },
    ]);
    const [policy, address] = [...snapshot.resources.values()].map(bodyOf) as [Json, Json];
    expect(address).toMatchObject({
      sku: { name: 'Standard' },
      zones: ['1'],
      properties: { ipaddress: '20.0.0.1' },
    });
    expect(policy).toMatchObject({ properties: { sku: { tier: 'Premium' } } });
    expect(policy).not.toHaveProperty('sku');
  });

  it('aks.md 1: az aks show and REST spell keys differently, and give the same cluster and pools', async () => {
    const arm = sampleJson('azure/live/aks-nat-gateway.json');
    const { properties, ...envelope } = arm as { properties: Json };
    const renamed = JSON.parse(
      JSON.stringify({ ...envelope, ...properties, resourceGroup: 'clitest000001' })
        .replaceAll('"azurePortalFQDN"', '"azurePortalFqdn"')
        .replaceAll('"enableRBAC"', '"enableRbac"')
        .replaceAll('"dnsServiceIP"', '"dnsServiceIp"')
        .replaceAll('"enableNodePublicIP"', '"enableNodePublicIp"'),
    );
    const { left } = await expectSame(arm, renamed);
    expect([...left.resources.values()].map(({ type, name }) => `${type} ${name}`)).toEqual([
      'microsoft.containerservice/managedclusters cliakstest000002',
      'microsoft.containerservice/managedclusters/agentpools nodepool1',
    ]);
  });

  it('ARM-72: the kind of a node pool is printed as typePropertiesType, and is a property again', async () => {
    const id = `${GROUP}/providers/Microsoft.ContainerService/managedClusters/aks/agentPools/np`;
    const snapshot = await importJson([
      {
        id,
        name: 'np',
        type: 'Microsoft.ContainerService/managedClusters/agentPools',
        typePropertiesType: 'VirtualMachineScaleSets',
        count: 3,
        resourceGroup: 'rg-perimeter',
      },
    ]);
    expect(bodyOf(snapshot.resources.get(id.toLowerCase()))).toEqual({
      id,
      name: 'np',
      type: 'Microsoft.ContainerService/managedClusters/agentPools',
      properties: { type: 'VirtualMachineScaleSets', count: 3 },
    });
  });

  it.each([
    [
      'in additionalProperties at the root',
      { additionalProperties: { 'Network.DNS.EnableProxy': 'true' } },
    ],
    ['as a key of the root', { 'Network.DNS.EnableProxy': 'true' }],
    [
      'in properties',
      {
        properties: {
          additionalProperties: { 'Network.DNS.EnableProxy': 'true' },
          threatIntelMode: 'Alert',
        },
      },
    ],
    [
      'beside properties',
      { properties: { threatIntelMode: 'Alert' }, 'Network.DNS.EnableProxy': 'true' },
    ],
  ])('ARM-73: classic settings are found %s', async (_, written) => {
    const firewall = {
      ...ref('azureFirewalls/fw'),
      name: 'fw',
      type: 'Microsoft.Network/azureFirewalls',
      ...('properties' in written ? {} : { threatIntelMode: 'Alert' }),
      ...written,
    };
    const snapshot = await importJson(firewall);
    expect(bodyOf([...snapshot.resources.values()][0])).toMatchObject({
      properties: {
        threatintelmode: 'Alert',
        additionalproperties: { 'network.dns.enableproxy': 'true' },
      },
    });
  });
});

describe('exports: lists', () => {
  const group = sampleJson('arm-shapes/rcg-aks.arm.json');
  const { properties, ...rest } = group as { properties: Json };
  const flat = { ...rest, ...properties, resourceGroup: 'rg-perimeter' };

  it.each<[string, unknown]>([
    ['an array', [group]],
    ['{value: […]} of ARM', { value: [group] }],
    ['the flattened list of the CLI', [flat]],
    [
      'a Resource Graph answer of the CLI',
      { count: 1, data: [group], skip_token: null, total_records: 1 },
    ],
    [
      'a Resource Graph answer of REST',
      { totalRecords: 1, count: 1, data: [group], resultTruncated: 'false' },
    ],
    [
      'a Resource Graph table',
      {
        totalRecords: 1,
        count: 1,
        data: {
          columns: Object.keys(group).map((name) => ({ name, type: 'string' })),
          rows: [Object.values(group)],
        },
      },
    ],
    ['answers put together with jq -s', [[group], { value: [] }]],
  ])('%s gives the resource it holds', async (_, written) => {
    const { right } = await expectSame(group, written);
    expect(right.diagnostics).toEqual([]);
  });

  it('ARM-74: ids that differ in case are one resource, and the case of types and names changes nothing', async () => {
    const shouted = {
      ...group,
      id: String(group['id']).toUpperCase(),
      type: 'MICROSOFT.NETWORK/FIREWALLPOLICIES/RULECOLLECTIONGROUPS',
    };
    const snapshot = await importFiles({
      'a.json': JSON.stringify(group),
      'b.json': JSON.stringify(shouted),
    });
    expect([...snapshot.resources.keys()]).toEqual([String(group['id']).toLowerCase()]);
    expect([...snapshot.resources.values()][0]?.type).toBe(
      'microsoft.network/firewallpolicies/rulecollectiongroups',
    );
    expect(snapshot.diagnostics).toEqual([]);
  });

  it('ARM-75: a row of az resource list names a resource and says nothing about it', async () => {
    const row = {
      ...cliRef('virtualNetworks/hub'),
      name: 'hub',
      type: 'Microsoft.Network/virtualNetworks',
      location: 'eastus',
      kind: null,
      managedBy: null,
      identity: null,
      plan: null,
      sku: null,
      tags: {},
      properties: null,
      changedTime: '2026-01-01',
      createdTime: '2026-01-01',
      provisioningState: 'Succeeded',
      extendedLocation: null,
    };
    const snapshot = await importJson([row]);
    expect([...snapshot.resources.values()][0]).toMatchObject({ name: 'hub', isReference: true });
    expect(snapshot.files[0]?.detail).toContain('1 by name only');
  });

  it('ARM-75: what is known of a resource elsewhere counts before its inventory row', async () => {
    const group = 'ipGroups/g';
    const snapshot = await importFiles({
      'a.json': JSON.stringify([{ ...ref(group), name: 'g', type: 'Microsoft.Network/ipGroups' }]),
      'b.json': JSON.stringify([
        { ...ref(group), name: 'g', properties: { ipAddresses: ['10.0.0.1'] } },
      ]),
    });
    const resource = [...snapshot.resources.values()][0];
    expect(resource?.isReference).toBeUndefined();
    expect(bodyOf(resource)).toMatchObject({ properties: { ipaddresses: ['10.0.0.1'] } });
    expect(snapshot.diagnostics).toEqual([]);
  });

  it.each<[string, Json]>([
    ['skip_token', { data: [group], count: 1, total_records: 5000, skip_token: 'abc' }],
    ['$skipToken', { data: [group], count: 1, $skipToken: 'abc' }],
    ['resultTruncated', { data: [group], count: 1, resultTruncated: 'true' }],
    ['nextLink', { value: [group], nextLink: 'https://management.azure.com/…' }],
  ])('ARM-76: %s says that pages are missing', async (_, written) => {
    const snapshot = await importJson(written);
    expect(codes(snapshot.diagnostics)).toEqual(['export/partial export.json:1']);
    expect(snapshot.gaps).toHaveLength(1);
    expect(snapshot.resources.size).toBe(1);
  });

  it('an item that is no resource is named, and the others are read', async () => {
    const snapshot = await importJson([group, { hello: 1 }]);
    expect(codes(snapshot.diagnostics)).toEqual(['export/not-understood export.json:1']);
    expect(snapshot.resources.size).toBe(1);
    expect(snapshot.gaps).toHaveLength(1);
  });

  it('a resource without an id is told by its shape, and its id cannot be a real one', async () => {
    const { id: _, type: __, ...nameless } = group as Json;
    const snapshot = await importJson(nameless);
    expect(codes(snapshot.diagnostics)).toEqual(['export/no-identity export.json:1']);
    expect([...snapshot.resources.values()][0]).toMatchObject({
      type: 'microsoft.network/firewallpolicies/rulecollectiongroups',
      name: 'aks',
      id: '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.Network/firewallPolicies/«parent 1 of aks»/ruleCollectionGroups/aks',
    });
  });

  it('an id without its subscription follows the options', async () => {
    const snapshot = await importFiles(
      {
        'a.json': JSON.stringify({ type: 'Microsoft.Network/ipGroups', name: 'g', properties: {} }),
      },
      { subscriptionId: 's', resourceGroup: 'hub' },
    );
    expect([...snapshot.resources.keys()]).toEqual([
      '/subscriptions/s/resourcegroups/hub/providers/microsoft.network/ipgroups/g',
    ]);
  });

  it('az … -o yaml holds what -o json does', async () => {
    const yaml = `- id: ${NETWORK}/ipGroups/g\n  name: g\n  type: Microsoft.Network/ipGroups\n  ipAddresses:\n  - 10.0.0.1\n  resourceGroup: rg-perimeter\n`;
    const snapshot = await importFiles({ 'export.yaml': yaml });
    expect(bodyOf([...snapshot.resources.values()][0])).toMatchObject({
      properties: { ipaddresses: ['10.0.0.1'] },
    });
  });

  it('keys and passwords of an export never enter the snapshot; addresses of secrets do', async () => {
    const snapshot = await importJson({
      ...ref('connections/vpn'),
      name: 'vpn',
      type: 'Microsoft.Network/connections',
      properties: {
        sharedKey: 'hunter2',
        adminPassword: 'hunter2',
        keyVaultSecretId: 'https://kv.vault.azure.net/secrets/x',
        nested: [{ connectionString: 'AccountKey=hunter2' }],
      },
    });
    const text = JSON.stringify(contentOf(snapshot));
    expect(text).not.toContain('hunter2');
    expect(text).toContain('https://kv.vault.azure.net/secrets/x');
  });

  it('a deployment is how something came to be, and is left out', async () => {
    const snapshot = await importJson([
      {
        id: `${GROUP}/providers/Microsoft.Resources/deployments/main`,
        name: 'main',
        properties: { outputs: { key: { value: 'hunter2' } } },
      },
    ]);
    expect(snapshot.resources.size).toBe(0);
  });
});

describe('recognition of what is not read', () => {
  it.each<[string, string, string]>([
    ['terragrunt.hcl', 'include "root" {}', 'HCL of another tool'],
    ['snap.json', '{"predictedResources":[]}'.replace('[]', '[{"id":"/x"}]'), 'Bicep snapshot'],
    [
      'whatif.json',
      '{"status":"Succeeded","changes":[{"resourceId":"/subscriptions/x","changeType":"Create","after":{}}]}',
      'what-if output',
    ],
    [
      'routes.json',
      '{"value":[{"source":"User","state":"Active","addressPrefix":["0.0.0.0/0"],"nextHopType":"VirtualAppliance","nextHopIpAddress":["10.0.0.4"]}]}',
      'effective routes',
    ],
    ['nsg.json', '{"value":[{"effectiveSecurityRules":[{}]}]}', 'effective security rules'],
    ['ServiceTags_Public.json', '{"changeNumber":1,"cloud":"Public","values":[]}', 'service tags'],
    [
      'PT1H.json',
      '{"time":"x","category":"AZFWNetworkRule","resourceId":"/S"}\n{"time":"y"}',
      'log records',
    ],
    ['deploy.sh', '#!/bin/bash\naz group create -n x\n', 'az script'],
    ['build.sh', '#!/bin/bash\nmake\n', 'shell script'],
    ['package.json', '{"name":"x"}', 'other JSON'],
    ['compose.yaml', 'services:\n  a:\n    image: b\n', 'other YAML'],
    ['perimeter.yaml', 'expect: []', 'perimeter.yaml'],
    ['sallyport.json', '{}', 'Sallyport configuration'],
    ['readme.md', '# hi', 'other file'],
  ])('%s', async (file, text, recognisedAs) => {
    const snapshot = await importFiles({ [file]: text });
    expect(snapshot.files).toEqual([
      {
        file,
        recognisedAs,
        outcome: expect.stringMatching(/skipped|not-understood/),
        detail: expect.stringMatching(/./),
      },
    ]);
    expect(snapshot.diagnostics).toEqual([]);
  });

  it('content decides, not the name: an export without extension is read, a manifest in a text file too', async () => {
    const snapshot = await importFiles({
      firewall: JSON.stringify(sampleJson('arm-shapes/ip-group.arm.json')),
      'cluster.txt': 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: store\n',
    });
    expect(snapshot.resources.size).toBe(1);
    expect(snapshot.objects.size).toBe(1);
  });

  it('a resource with apiVersion and kind is not taken for a Kubernetes object', async () => {
    const snapshot = await importFiles({
      'a.json': JSON.stringify({
        apiVersion: '2023-01-01',
        kind: 'StorageV2',
        type: 'Microsoft.Storage/storageAccounts',
        name: 'st',
        properties: {},
      }),
    });
    expect(snapshot.resources.size).toBe(1);
    expect(snapshot.objects.size).toBe(0);
  });
});
