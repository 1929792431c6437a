// Written by sallyport 0.0.0 from input c099a1f557d04ca3

@description('Region of the resources.')
param location string

@description('The group called rg-hub in the input.')
param hubResourceGroup string

@description('Name of firewall (azureFirewalls).')
param firewallName string

@description('Name of hub (virtualNetworks).')
param hubName string

@description('Name of identity (userAssignedIdentities).')
param identityName string

@description('Name of routeTableSpoke (routeTables).')
param routeTableSpokeName string

@description('Name of spoke (virtualNetworks).')
param spokeName string

resource hub 'Microsoft.Network/virtualNetworks@2024-05-01' existing = {
  scope: resourceGroup(hubResourceGroup)
  name: hubName
}

resource firewall 'Microsoft.Network/azureFirewalls@2024-05-01' existing = {
  scope: resourceGroup(hubResourceGroup)
  name: firewallName
}

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: identityName
  location: location
  properties: {}
}

resource routeTableSpoke 'Microsoft.Network/routeTables@2024-05-01' = {
  name: routeTableSpokeName
  location: location
  properties: {
    disableBgpRoutePropagation: true
    routes: [
      {
        name: 'all-to-firewall'
        properties: {
          addressPrefix: '0.0.0.0/0'
          nextHopType: 'VirtualAppliance'
          nextHopIpAddress: firewall.properties.ipConfigurations[0].properties.privateIPAddress
        }
      }
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

resource spoke 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: spokeName
  location: location
  properties: {
    addressSpace: {
      addressPrefixes: [
        '10.1.0.0/16'
      ]
    }
    dhcpOptions: {
      dnsServers: [
        firewall.properties.ipConfigurations[0].properties.privateIPAddress
      ]
    }
    subnets: [
      {
        name: 'nodes'
        properties: {
          addressPrefix: '10.1.0.0/24'
          routeTable: {
            id: routeTableSpoke.id
          }
        }
      }
    ]
  }
}

resource roleAssignmentTarget 'Microsoft.Network/virtualNetworks/subnets@2024-05-01' existing = {
  parent: spoke
  name: 'nodes'
}

resource roleAssignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: roleAssignmentTarget
  name: '6f1d7b1c-0000-4000-8000-000000000001'
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '4d97b98b-1d4f-4787-a291-c67834d212e7')
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

resource peeringHub 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings@2024-05-01' = {
  parent: spoke
  name: 'to-hub'
  properties: {
    remoteVirtualNetwork: {
      id: hub.id
    }
    allowForwardedTraffic: true
  }
}
