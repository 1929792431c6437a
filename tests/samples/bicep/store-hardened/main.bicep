metadata description = 'examples/store-hardened as a person would write it in Bicep.'

import { probeRule, denyRule } from 'modules/rules.bicep'

param prefix string = 'aks-store'
param location string = 'eastus'

@description('First usable address of AzureFirewallSubnet.')
param firewallPrivateIp string = '10.42.2.4'

@description('Internal front end of the Service store-front; store.yaml pins the same address.')
param storeFrontIp string = '10.42.4.10'

@minValue(1)
@maxValue(250)
param firewallAddressCount int = 20

@description('Where the certificate is, not the certificate.')
param certificateSecretId string = 'https://kv-store.${'vault.azure.net'}/secrets/store'

var nodePrefix = '10.42.0.0/23'
var gatewayPrefix = '10.42.5.0/24'
var podPrefix = '10.244.0.0/16'
var zones = [for zone in range(1, 3): string(zone)]
var diagnosticCategories = [
  'AZFWNetworkRule'
  'AZFWApplicationRule'
  'AZFWNatRule'
  'AZFWThreatIntel'
  'AZFWDnsQuery'
]

resource vnet 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: '${prefix}-vnet'
  location: location
  properties: {
    addressSpace: { addressPrefixes: ['10.42.0.0/16'] }
    dhcpOptions: { dnsServers: [firewallPrivateIp] }
  }

  resource firewallSubnet 'subnets' = {
    name: 'AzureFirewallSubnet'
    properties: {
      addressPrefix: cidrSubnet('10.42.2.0/24', 26, 0)
      defaultOutboundAccess: false
    }
  }

  resource nodes 'subnets' = {
    name: 'snet-nodes'
    properties: {
      addressPrefix: nodePrefix
      defaultOutboundAccess: false
      routeTable: { id: routes.id }
      networkSecurityGroup: { id: clusterNsg.id }
    }
  }
}

resource ingressSubnet 'Microsoft.Network/virtualNetworks/subnets@2024-05-01' = {
  parent: vnet
  name: 'snet-ingress'
  properties: {
    addressPrefix: '10.42.4.0/28'
    defaultOutboundAccess: false
  }
}

resource gatewaySubnet 'Microsoft.Network/virtualNetworks/subnets@2024-05-01' = {
  parent: vnet
  name: 'snet-gateway'
  properties: {
    addressPrefix: gatewayPrefix
    defaultOutboundAccess: false
    networkSecurityGroup: { id: gatewayNsg.id }
  }
}

resource clusterNsg 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: '${prefix}-nsg-aks'
  location: location
  properties: {
    securityRules: [
      {
        name: 'allow-gateway-to-store'
        properties: {
          priority: 100
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourcePortRange: '*'
          sourceAddressPrefix: gatewayPrefix
          destinationAddressPrefix: storeFrontIp
          destinationPortRange: '80'
          description: 'Application Gateway to the internal front end of store-front (floating IP: the front end stays the destination)'
        }
      }
      ...map(
        [
          { name: 'allow-nodes', from: nodePrefix, to: nodePrefix }
          { name: 'allow-nodes-to-pods', from: nodePrefix, to: podPrefix }
          { name: 'allow-pods', from: podPrefix, to: podPrefix }
        ],
        (rule, index) => {
          name: rule.name
          properties: {
            priority: 110 + index
            direction: 'Inbound'
            access: 'Allow'
            protocol: '*'
            sourcePortRange: '*'
            sourceAddressPrefix: rule.from
            destinationAddressPrefix: rule.to
            destinationPortRange: '*'
          }
        }
      )
      probeRule(4000)
      denyRule
    ]
  }
}

resource gatewayNsg 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: '${prefix}-nsg-agw'
  location: location
  properties: {
    securityRules: [
      {
        name: 'allow-web'
        properties: {
          priority: 100
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourcePortRange: '*'
          sourceAddressPrefix: 'Internet'
          destinationAddressPrefix: gatewayPrefix
          destinationPortRange: '443'
        }
      }
      {
        name: 'allow-gateway-manager'
        properties: {
          priority: 110
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourcePortRange: '*'
          sourceAddressPrefix: 'GatewayManager'
          destinationAddressPrefix: '*'
          destinationPortRange: '65200-65535'
        }
      }
      probeRule(120)
      denyRule
    ]
  }
}

resource routes 'Microsoft.Network/routeTables@2024-05-01' = {
  name: '${prefix}-rt'
  location: location
  properties: {
    disableBgpRoutePropagation: true
    routes: [
      {
        name: 'default-through-firewall'
        properties: {
          addressPrefix: '0.0.0.0/0'
          nextHopType: 'VirtualAppliance'
          nextHopIpAddress: firewall.properties.ipConfigurations[0].properties.privateIPAddress
        }
      }
    ]
  }
}

resource firewallAddresses 'Microsoft.Network/publicIPAddresses@2024-05-01' = [for i in range(0, firewallAddressCount): {
  name: '${prefix}-pip-afw-${i}'
  location: location
  sku: { name: 'Standard' }
  zones: zones
  properties: { publicIPAllocationMethod: 'Static' }
}]

resource gatewayAddress 'Microsoft.Network/publicIPAddresses@2024-05-01' = {
  name: '${prefix}-pip-agw'
  location: location
  sku: { name: 'Standard' }
  zones: zones
  properties: { publicIPAllocationMethod: 'Static' }
}

module policy './modules/policy.bicep' = {
  params: {
    name: '${prefix}-afwp'
    location: location
    nodePrefix: nodePrefix
  }
}

resource firewall 'Microsoft.Network/azureFirewalls@2024-05-01' = {
  name: '${prefix}-afw'
  location: location
  zones: zones
  properties: {
    sku: { name: 'AZFW_VNet', tier: 'Standard' }
    firewallPolicy: { id: policy.outputs.id }
    ipConfigurations: [for i in range(0, firewallAddressCount): {
      name: 'address-${i}'
      properties: {
        // Only the first configuration names the subnet.
        subnet: i == 0 ? { id: vnet::firewallSubnet.id } : null
        publicIPAddress: { id: firewallAddresses[i].id }
      }
    }]
  }
}

resource waf 'Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies@2024-05-01' = {
  name: '${prefix}-waf'
  location: location
  properties: {
    policySettings: { state: 'Enabled', mode: 'Prevention', requestBodyCheck: true }
    managedRules: {
      managedRuleSets: [{ ruleSetType: 'Microsoft_DefaultRuleSet', ruleSetVersion: '2.1' }]
    }
  }
}

module gateway './modules/gateway.bicep' = {
  name: 'gateway'
  params: {
    name: '${prefix}-agw'
    location: location
    zones: zones
    identityId: identity.id
    wafId: waf.id
    subnetId: gatewaySubnet.id
    publicAddressId: gatewayAddress.id
    backend: { name: 'store-front', address: storeFrontIp }
    certificateSecretId: certificateSecretId
  }
}

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: '${prefix}-id'
  location: location
}

resource cluster 'Microsoft.ContainerService/managedClusters@2025-05-01' = {
  name: prefix
  location: location
  sku: { name: 'Base', tier: 'Standard' }
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identity.id}': {} }
  }
  properties: {
    dnsPrefix: prefix
    kubernetesVersion: '1.34'
    agentPoolProfiles: [
      {
        name: 'system'
        mode: 'System'
        count: 3
        maxPods: 110
        vmSize: 'Standard_D4s_v5'
        osType: 'Linux'
        osSKU: 'AzureLinux3'
        type: 'VirtualMachineScaleSets'
        availabilityZones: zones
        vnetSubnetID: vnet::nodes.id
      }
    ]
    networkProfile: {
      networkPlugin: 'azure'
      networkPluginMode: 'overlay'
      networkDataplane: 'cilium'
      networkPolicy: 'cilium'
      podCidr: podPrefix
      serviceCidr: '10.100.0.0/16'
      dnsServiceIP: '10.100.0.10'
      outboundType: 'userDefinedRouting'
    }
    apiServerAccessProfile: { enablePrivateCluster: true, privateDNSZone: 'system' }
    addonProfiles: { azurepolicy: { enabled: true } }
    autoUpgradeProfile: { nodeOSUpgradeChannel: 'NodeImage' }
  }
}

resource workspace 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: '${prefix}-log'
  location: location
  properties: { sku: { name: 'PerGB2018' } }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: firewall
  name: 'firewall'
  properties: {
    workspaceId: workspace.id
    logAnalyticsDestinationType: 'Dedicated'
    logs: [for category in diagnosticCategories: { category: category, enabled: true }]
  }
}

resource storage 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: 'st${uniqueString(resourceGroup().id)}'
  location: location
  sku: { name: 'Standard_ZRS' }
  kind: 'StorageV2'
  properties: {
    publicNetworkAccess: 'Disabled'
    networkAcls: { defaultAction: 'Deny', bypass: 'AzureServices' }
  }
}

resource watcher 'Microsoft.Network/networkWatchers@2024-05-01' existing = {
  name: 'NetworkWatcher_${location}'
}

resource flowLog 'Microsoft.Network/networkWatchers/flowLogs@2024-05-01' = {
  parent: watcher
  name: '${prefix}-flows'
  location: location
  properties: {
    targetResourceId: vnet.id
    storageId: storage.id
    enabled: true
    format: { type: 'JSON', version: 2 }
  }
}

resource internalOnly 'Microsoft.Authorization/policyAssignments@2022-06-01' = {
  name: 'internal-load-balancers'
  properties: {
    displayName: 'Kubernetes clusters should use internal load balancers'
    policyDefinitionId: tenantResourceId(
      'Microsoft.Authorization/policyDefinitions',
      '3fc4dc25-5baf-40d8-9b05-7fe74c1bc64e'
    )
    parameters: { effect: { value: 'Deny' } }
  }
}
