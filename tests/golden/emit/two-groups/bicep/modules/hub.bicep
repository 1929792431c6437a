// Written by sallyport 0.0.0 from input c099a1f557d04ca3

@description('Region of the resources.')
param location string

@description('The group called rg-shared in the input.')
param sharedResourceGroup string

@description('Name of firewall (azureFirewalls).')
param firewallName string

@description('Name of hub (virtualNetworks).')
param hubName string

@description('Name of policy (firewallPolicies).')
param policyName string

@description('Name of publicIp (publicIPAddresses).')
param publicIpName string

@description('Name of routeTableJump (routeTables).')
param routeTableJumpName string

@description('Name of workspaceShared (workspaces).')
param workspaceSharedName string

var tags = {
  owner: 'o\'brien'
  costCentre: '\${not-an-expression}'
}

resource workspaceShared 'Microsoft.OperationalInsights/workspaces@2025-07-01' existing = {
  scope: resourceGroup(sharedResourceGroup)
  name: workspaceSharedName
}

resource policy 'Microsoft.Network/firewallPolicies@2024-05-01' = {
  name: policyName
  location: location
  properties: {
    sku: {
      tier: 'Standard'
    }
  }
}

resource rcgBFirst 'Microsoft.Network/firewallPolicies/ruleCollectionGroups@2024-05-01' = {
  parent: policy
  name: 'b-first'
  properties: {
    priority: 100
    ruleCollections: []
  }
}

resource rcgASecond 'Microsoft.Network/firewallPolicies/ruleCollectionGroups@2024-05-01' = {
  parent: policy
  name: 'a-second'
  properties: {
    priority: 200
    ruleCollections: []
  }
  dependsOn: [
    rcgBFirst
  ]
}

resource rcgCThird 'Microsoft.Network/firewallPolicies/ruleCollectionGroups@2024-05-01' = {
  parent: policy
  name: 'c-third'
  properties: {
    priority: 300
    ruleCollections: []
  }
  dependsOn: [
    rcgASecond
  ]
}

resource publicIp 'Microsoft.Network/publicIPAddresses@2024-05-01' = {
  name: publicIpName
  location: location
  tags: tags
  sku: {
    name: 'Standard'
  }
  properties: {
    publicIPAllocationMethod: 'Static'
  }
}

resource routeTableJump 'Microsoft.Network/routeTables@2024-05-01' = {
  name: routeTableJumpName
  location: location
  properties: {
    disableBgpRoutePropagation: true
    routes: [
      {
        name: 'stop'
        properties: {
          addressPrefix: '10.9.0.0/16'
          nextHopType: 'None'
        }
      }
    ]
  }
}

resource hub 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: hubName
  location: location
  tags: tags
  properties: {
    addressSpace: {
      addressPrefixes: [
        '10.0.0.0/16'
      ]
    }
    subnets: [
      {
        name: 'AzureFirewallSubnet'
        properties: {
          addressPrefix: '10.0.0.0/26'
        }
      }
      {
        name: 'jump'
        properties: {
          addressPrefix: '10.0.1.0/24'
          routeTable: {
            id: routeTableJump.id
          }
        }
      }
    ]
  }
}

resource firewall 'Microsoft.Network/azureFirewalls@2024-05-01' = {
  name: firewallName
  location: location
  properties: {
    sku: {
      name: 'AZFW_VNet'
      tier: 'Standard'
    }
    firewallPolicy: {
      id: policy.id
    }
    ipConfigurations: [
      {
        name: 'ipconfig'
        properties: {
          subnet: {
            id: '${hub.id}/subnets/AzureFirewallSubnet'
          }
          publicIPAddress: {
            id: publicIp.id
          }
        }
      }
    ]
  }
  dependsOn: [
    rcgCThird
  ]
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: firewall
  name: 'to-log'
  properties: {
    workspaceId: workspaceShared.id
    logs: [
      {
        categoryGroup: 'allLogs'
        enabled: true
      }
    ]
  }
}

resource route 'Microsoft.Network/routeTables/routes@2024-05-01' = {
  parent: routeTableJump
  name: 'all-to-firewall'
  properties: {
    addressPrefix: '0.0.0.0/0'
    nextHopType: 'VirtualAppliance'
    nextHopIpAddress: firewall.properties.ipConfigurations[0].properties.privateIPAddress
  }
}
