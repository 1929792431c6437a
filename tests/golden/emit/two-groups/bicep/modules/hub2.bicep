// Written by sallyport 0.0.0 from input c099a1f557d04ca3

@description('The group called rg-spoke in the input.')
param spokeResourceGroup string

@description('Name of hub (virtualNetworks).')
param hubName string

@description('Name of spoke (virtualNetworks).')
param spokeName string

resource hub 'Microsoft.Network/virtualNetworks@2024-05-01' existing = {
  name: hubName
}

resource spoke 'Microsoft.Network/virtualNetworks@2024-05-01' existing = {
  scope: resourceGroup(spokeResourceGroup)
  name: spokeName
}

resource peeringSpoke 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings@2024-05-01' = {
  parent: hub
  name: 'to-spoke'
  properties: {
    remoteVirtualNetwork: {
      id: spoke.id
    }
    allowForwardedTraffic: true
  }
}
