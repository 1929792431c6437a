// Written by sallyport 0.0.0 from input c099a1f557d04ca3

@description('Region of the resources.')
param location string

@description('Name of cluster (managedClusters).')
param clusterName string

@description('Name of identity (userAssignedIdentities).')
param identityName string

@description('Name of spoke (virtualNetworks).')
param spokeName string

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource spoke 'Microsoft.Network/virtualNetworks@2024-05-01' existing = {
  name: spokeName
}

resource cluster 'Microsoft.ContainerService/managedClusters@2026-05-01' = {
  name: clusterName
  location: location
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identity.id}': {}
    }
  }
  properties: {
    dnsPrefix: 'aks'
    networkProfile: {
      networkPlugin: 'azure'
      outboundType: 'userDefinedRouting'
    }
    agentPoolProfiles: [
      {
        name: 'nodes'
        count: 3
        mode: 'System'
        vnetSubnetID: '${spoke.id}/subnets/nodes'
      }
    ]
  }
}
