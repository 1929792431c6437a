/** A hub with a firewall, as an ARM template: what the tests of the emitted machine enforce. */
export interface NvaPerimeter {
  /** Names that a network rule allows on port 22. */
  readonly names: readonly string[];
  /** Names that an application rule allows over TLS. */
  readonly tls: readonly string[];
}

export const NVA_PERIMETER: NvaPerimeter = {
  names: ['git.example', ...Array.from({ length: 60 }, (_, index) => `n${index}.many.example`)],
  tls: ['ok.example', '*.good.example'],
};

export function nvaTemplate({ names, tls }: NvaPerimeter): string {
  const id = (type: string, ...parts: string[]) =>
    `[resourceId('Microsoft.Network/${type}', ${parts.map((part) => `'${part}'`).join(', ')})]`;
  const resources = [
    {
      type: 'Microsoft.Network/virtualNetworks',
      apiVersion: '2024-05-01',
      name: 'hub',
      location: 'westeurope',
      properties: {
        addressSpace: { addressPrefixes: ['10.0.0.0/16'] },
        subnets: [{ name: 'AzureFirewallSubnet', properties: { addressPrefix: '10.0.0.0/26' } }],
      },
    },
    {
      type: 'Microsoft.Network/publicIPAddresses',
      apiVersion: '2024-05-01',
      name: 'fw-ip',
      location: 'westeurope',
      sku: { name: 'Standard' },
      properties: { publicIPAllocationMethod: 'Static', ipAddress: '203.0.113.1' },
    },
    {
      type: 'Microsoft.Network/firewallPolicies',
      apiVersion: '2024-05-01',
      name: 'fwp',
      location: 'westeurope',
      properties: {
        sku: { tier: 'Standard' },
        threatIntelMode: 'Off',
        dnsSettings: { servers: ['192.0.2.53'], enableProxy: true },
      },
    },
    {
      type: 'Microsoft.Network/firewallPolicies/ruleCollectionGroups',
      apiVersion: '2024-05-01',
      name: 'fwp/egress',
      dependsOn: [id('firewallPolicies', 'fwp')],
      properties: { priority: 200, ruleCollections: collections({ names, tls }) },
    },
    {
      type: 'Microsoft.Network/azureFirewalls',
      apiVersion: '2024-05-01',
      name: 'fw',
      location: 'westeurope',
      dependsOn: [id('publicIPAddresses', 'fw-ip')],
      properties: {
        sku: { name: 'AZFW_VNet', tier: 'Standard' },
        firewallPolicy: { id: id('firewallPolicies', 'fwp') },
        ipConfigurations: [
          {
            name: 'first',
            properties: {
              privateIPAddress: '10.0.0.4',
              subnet: { id: id('virtualNetworks/subnets', 'hub', 'AzureFirewallSubnet') },
              publicIPAddress: { id: id('publicIPAddresses', 'fw-ip') },
            },
          },
        ],
      },
    },
  ];
  return JSON.stringify({
    $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
    contentVersion: '1.0.0.0',
    resources,
  });
}

function collections({ names, tls }: NvaPerimeter): readonly object[] {
  const from = ['10.1.0.0/24'];
  return [
    {
      ruleCollectionType: 'FirewallPolicyNatRuleCollection',
      name: 'ingress',
      priority: 100,
      action: { type: 'DNAT' },
      rules: [
        {
          ruleType: 'NatRule',
          name: 'web',
          ipProtocols: ['TCP'],
          sourceAddresses: ['*'],
          destinationAddresses: ['203.0.113.1'],
          destinationPorts: ['8443'],
          translatedAddress: '10.1.0.10',
          translatedPort: '9443',
        },
      ],
    },
    {
      ruleCollectionType: 'FirewallPolicyFilterRuleCollection',
      name: 'by-name',
      priority: 200,
      action: { type: 'Allow' },
      rules: [
        {
          ruleType: 'NetworkRule',
          name: 'git',
          ipProtocols: ['TCP'],
          sourceAddresses: from,
          destinationFqdns: names,
          destinationPorts: ['22'],
        },
      ],
    },
    {
      ruleCollectionType: 'FirewallPolicyFilterRuleCollection',
      name: 'web',
      priority: 300,
      action: { type: 'Allow' },
      rules: [
        {
          ruleType: 'ApplicationRule',
          name: 'allowed',
          sourceAddresses: from,
          targetFqdns: tls,
          protocols: [
            { protocolType: 'Https', port: 443 },
            { protocolType: 'Http', port: 80 },
          ],
        },
      ],
    },
  ];
}
