import type { Json } from './snapshot-of.ts';

/**
 * A hub and a spoke in which everything is as the reference advises, as Azure would export it. Cases change one thing.
 * Names are short; every resource lies in one resource group.
 */
export type Perimeter = Record<string, Json>;

const GROUP = '/subscriptions/00000000-0000-0000-0000-0000000000cc/resourceGroups/rg/providers';
export const net = (type: string, name: string): string =>
  `${GROUP}/Microsoft.Network/${type}/${name}`;
const subnetId = (vnet: string, name: string): string =>
  `${net('virtualNetworks', vnet)}/subnets/${name}`;
const ref = (id: string): Json => ({ id });
export const unknown = (missing: string): Json => ({ $unknown: 'an expression', missing });

function resource(type: string, name: string, properties: Json, extra: Json = {}): Json {
  return {
    id: net(type, name),
    type: `Microsoft.Network/${type}`,
    name,
    location: 'westeurope',
    ...extra,
    properties,
  };
}

function peering(name: string, remote: string): Json {
  return {
    name,
    properties: {
      remoteVirtualNetwork: ref(net('virtualNetworks', remote)),
      allowVirtualNetworkAccess: true,
      allowForwardedTraffic: true,
      allowGatewayTransit: false,
      useRemoteGateways: false,
      peeringState: 'Connected',
      peeringSyncLevel: 'FullyInSync',
    },
  };
}

export function soundPerimeter(): Perimeter {
  const addresses = Array.from({ length: 20 }, (_, index) => `pip-${index}`);
  const perimeter: Perimeter = {
    hub: resource('virtualNetworks', 'hub', {
      addressSpace: { addressPrefixes: ['10.0.0.0/16'] },
      subnets: [
        {
          name: 'AzureFirewallSubnet',
          properties: { addressPrefix: '10.0.0.0/26', defaultOutboundAccess: false },
        },
        {
          name: 'gateway',
          properties: { addressPrefix: '10.0.1.0/24', defaultOutboundAccess: false },
        },
        {
          name: 'GatewaySubnet',
          properties: { addressPrefix: '10.0.2.0/27', defaultOutboundAccess: false },
        },
      ],
      virtualNetworkPeerings: [peering('to-spoke', 'spoke')],
    }),
    spoke: resource('virtualNetworks', 'spoke', {
      addressSpace: { addressPrefixes: ['10.1.0.0/16'] },
      dhcpOptions: { dnsServers: ['10.0.0.4'] },
      subnets: [
        {
          name: 'nodes',
          properties: {
            addressPrefix: '10.1.0.0/22',
            defaultOutboundAccess: false,
            routeTable: ref(net('routeTables', 'rt')),
            networkSecurityGroup: ref(net('networkSecurityGroups', 'nsg')),
          },
        },
        {
          name: 'endpoints',
          properties: { addressPrefix: '10.1.8.0/24', defaultOutboundAccess: false },
        },
      ],
      virtualNetworkPeerings: [peering('to-hub', 'hub')],
    }),
    rt: resource('routeTables', 'rt', {
      disableBgpRoutePropagation: true,
      routes: [
        {
          name: 'default',
          properties: {
            addressPrefix: '0.0.0.0/0',
            nextHopType: 'VirtualAppliance',
            nextHopIpAddress: '10.0.0.4',
          },
        },
      ],
    }),
    nsg: resource('networkSecurityGroups', 'nsg', {
      securityRules: [
        rule('from-gateway', 100, 'Allow', '10.0.1.0/24', '10.1.3.10', '80'),
        rule('nodes', 110, 'Allow', '10.1.0.0/22', '10.1.0.0/22', '*', '*'),
        rule('probes', 4000, 'Allow', 'AzureLoadBalancer', '*', '*', '*'),
        rule('rest', 4096, 'Deny', '*', '*', '*', '*'),
        rule('to-pods', 120, 'Allow', '10.1.0.0/22', '10.244.0.0/16', '*', '*'),
        rule('pods', 121, 'Allow', '10.244.0.0/16', '10.244.0.0/16', '*', '*'),
      ],
    }),
    fw: resource(
      'azureFirewalls',
      'fw',
      {
        sku: { name: 'AZFW_VNet', tier: 'Standard' },
        firewallPolicy: ref(net('firewallPolicies', 'policy')),
        ipConfigurations: addresses.map((name, index) => ({
          name,
          properties: {
            ...(index === 0
              ? {
                  privateIPAddress: '10.0.0.4',
                  subnet: ref(subnetId('hub', 'AzureFirewallSubnet')),
                }
              : {}),
            publicIPAddress: ref(net('publicIPAddresses', name)),
          },
        })),
      },
      { zones: ['1', '2', '3'] },
    ),
    policy: resource('firewallPolicies', 'policy', {
      sku: { tier: 'Standard' },
      threatIntelMode: 'Deny',
      dnsSettings: { enableProxy: true },
    }),
    rules: {
      id: `${net('firewallPolicies', 'policy')}/ruleCollectionGroups/rules`,
      type: 'Microsoft.Network/firewallPolicies/ruleCollectionGroups',
      name: 'rules',
      properties: {
        priority: 300,
        ruleCollections: [
          collection('nat', 100, 'DNAT', [
            {
              ruleType: 'NatRule',
              name: 'mail',
              ipProtocols: ['TCP'],
              sourceAddresses: ['198.51.100.0/24'],
              destinationAddresses: ['203.0.113.1'],
              destinationPorts: ['8883'],
              translatedAddress: '10.1.3.10',
              translatedPort: '8883',
            },
          ]),
          collection('net', 200, 'Allow', [
            {
              ruleType: 'NetworkRule',
              name: 'database',
              ipProtocols: ['TCP'],
              sourceAddresses: ['10.1.0.0/22'],
              destinationAddresses: ['10.9.0.4'],
              destinationPorts: ['5432'],
            },
            {
              ruleType: 'NetworkRule',
              name: 'time',
              ipProtocols: ['UDP'],
              sourceAddresses: ['10.1.0.0/22'],
              destinationFqdns: ['time.example.com'],
              destinationPorts: ['4460'],
            },
          ]),
          collection('app', 300, 'Allow', [
            {
              ruleType: 'ApplicationRule',
              name: 'aks',
              sourceAddresses: ['10.1.0.0/22'],
              protocols: [
                { protocolType: 'Http', port: 80 },
                { protocolType: 'Https', port: 443 },
              ],
              fqdnTags: ['AzureKubernetesService'],
            },
            {
              ruleType: 'ApplicationRule',
              name: 'names',
              sourceAddresses: ['10.1.0.0/22'],
              protocols: [{ protocolType: 'Https', port: 443 }],
              targetFqdns: ['api.example.com'],
            },
          ]),
          collection('deny', 400, 'Deny', [
            {
              ruleType: 'ApplicationRule',
              name: 'bad',
              sourceAddresses: ['*'],
              protocols: [{ protocolType: 'Https', port: 443 }],
              targetFqdns: ['bad.example.com'],
            },
          ]),
        ],
      },
    },
    aks: {
      id: `${GROUP}/Microsoft.ContainerService/managedClusters/aks`,
      type: 'Microsoft.ContainerService/managedClusters',
      name: 'aks',
      location: 'westeurope',
      identity: { type: 'UserAssigned' },
      properties: {
        kubernetesVersion: '1.34.2',
        agentPoolProfiles: [
          {
            name: 'system',
            mode: 'System',
            count: 3,
            maxPods: 110,
            osType: 'Linux',
            osSKU: 'AzureLinux3',
            vnetSubnetID: subnetId('spoke', 'nodes'),
          },
        ],
        networkProfile: {
          networkPlugin: 'azure',
          networkPluginMode: 'overlay',
          networkDataplane: 'cilium',
          networkPolicy: 'cilium',
          podCidr: '10.244.0.0/16',
          serviceCidr: '10.100.0.0/16',
          dnsServiceIP: '10.100.0.10',
          outboundType: 'userDefinedRouting',
        },
        apiServerAccessProfile: { enablePrivateCluster: true, privateDNSZone: 'system' },
        addonProfiles: { azurepolicy: { enabled: true } },
      },
    },
    agw: resource('applicationGateways', 'agw', {
      sku: { name: 'WAF_v2', tier: 'WAF_v2' },
      firewallPolicy: ref(net('ApplicationGatewayWebApplicationFirewallPolicies', 'waf')),
      gatewayIPConfigurations: [
        { name: 's', properties: { subnet: ref(subnetId('hub', 'gateway')) } },
      ],
    }),
    waf: resource('ApplicationGatewayWebApplicationFirewallPolicies', 'waf', {
      policySettings: { state: 'Enabled', mode: 'Prevention', requestBodyCheck: true },
      managedRules: {
        managedRuleSets: [{ ruleSetType: 'Microsoft_DefaultRuleSet', ruleSetVersion: '2.1' }],
      },
    }),
    logs: {
      id: `${net('azureFirewalls', 'fw')}/providers/Microsoft.Insights/diagnosticSettings/logs`,
      type: 'Microsoft.Insights/diagnosticSettings',
      name: 'logs',
      properties: { workspaceId: '/w', logs: [{ categoryGroup: 'allLogs', enabled: true }] },
    },
    flows: resource('networkWatchers/flowLogs', 'watcher/flows', {
      targetResourceId: net('virtualNetworks', 'spoke'),
      enabled: true,
      storageId: '/s',
    }),
    vault: {
      id: `${GROUP}/Microsoft.KeyVault/vaults/vault`,
      type: 'Microsoft.KeyVault/vaults',
      name: 'vault',
      properties: { publicNetworkAccess: 'Disabled' },
    },
    endpoint: resource('privateEndpoints', 'pe', {
      subnet: ref(subnetId('spoke', 'endpoints')),
      privateLinkServiceConnections: [
        {
          name: 'vault',
          properties: {
            privateLinkServiceId: `${GROUP}/Microsoft.KeyVault/vaults/vault`,
            groupIds: ['vault'],
            privateLinkServiceConnectionState: { status: 'Approved' },
          },
        },
      ],
      customDnsConfigs: [{ fqdn: 'vault.vault.azure.net', ipAddresses: ['10.1.8.4'] }],
    }),
    zone: resource('privateDnsZones', 'privatelink.vaultcore.azure.net', {}),
    link: {
      id: `${net('privateDnsZones', 'privatelink.vaultcore.azure.net')}/virtualNetworkLinks/hub`,
      type: 'Microsoft.Network/privateDnsZones/virtualNetworkLinks',
      name: 'hub',
      properties: {
        virtualNetwork: ref(net('virtualNetworks', 'hub')),
        registrationEnabled: false,
      },
    },
    record: {
      id: `${net('privateDnsZones', 'privatelink.vaultcore.azure.net')}/A/vault`,
      type: 'Microsoft.Network/privateDnsZones/A',
      name: 'vault',
      properties: { ttl: 60, aRecords: [{ ipv4Address: '10.1.8.4' }] },
    },
    assignment: {
      id: '/subscriptions/00000000-0000-0000-0000-0000000000cc/providers/Microsoft.Authorization/policyAssignments/a',
      type: 'Microsoft.Authorization/policyAssignments',
      name: 'a',
      properties: {
        policyDefinitionId:
          '/providers/Microsoft.Authorization/policyDefinitions/3fc4dc25-5baf-40d8-9b05-7fe74c1bc64e',
      },
    },
  };
  for (const [index, name] of addresses.entries()) {
    perimeter[name] = resource(
      'publicIPAddresses',
      name,
      { ipAddress: `203.0.113.${index + 1}`, publicIPAllocationMethod: 'Static' },
      { sku: { name: 'Standard' }, zones: ['1', '2', '3'] },
    );
  }
  return perimeter;
}

export function rule(
  name: string,
  priority: number,
  access: string,
  source: string,
  destination: string,
  ports: string,
  protocol = 'Tcp',
): Json {
  return {
    name,
    properties: {
      priority,
      direction: 'Inbound',
      access,
      protocol,
      sourcePortRange: '*',
      destinationPortRange: ports,
      sourceAddressPrefix: source,
      destinationAddressPrefix: destination,
    },
  };
}

export function collection(
  name: string,
  priority: number,
  action: string,
  rules: readonly Json[],
): Json {
  return {
    ruleCollectionType:
      action === 'DNAT' ? 'FirewallPolicyNatRuleCollection' : 'FirewallPolicyFilterRuleCollection',
    name,
    priority,
    action: { type: action },
    rules,
  };
}

/** The perimeter with the value at `path` replaced; numbers are array indexes, `-` appends, `undefined` removes. */
export function changed(perimeter: Perimeter, path: string, value: unknown): Perimeter {
  const copy = structuredClone(perimeter) as Record<string, unknown>;
  const steps = path.split('/');
  let here: Record<string, unknown> = copy;
  for (const step of steps.slice(0, -1)) {
    here[step] ??= {};
    here = here[step] as Record<string, unknown>;
  }
  const last = steps.at(-1)!;
  if (last === '-') (here as unknown as unknown[]).push(value);
  else if (value === undefined) delete here[last];
  else here[last] = value;
  return copy as Perimeter;
}
