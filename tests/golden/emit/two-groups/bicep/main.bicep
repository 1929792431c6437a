// Written by sallyport 0.0.0 from input c099a1f557d04ca3

targetScope = 'subscription'

@description('Region of the resources.')
param location string = deployment().location

@description('The group called rg-hub in the input.')
param hubResourceGroup string = 'rg-hub'

@description('The group called rg-shared in the input.')
param sharedResourceGroup string = 'rg-shared'

@description('The group called rg-spoke in the input.')
param spokeResourceGroup string = 'rg-spoke'

@description('Name of cluster (managedClusters).')
param clusterName string = 'aks'

@description('Name of firewall (azureFirewalls).')
param firewallName string = 'afw-hub'

@description('Name of hub (virtualNetworks).')
param hubName string = 'vnet-hub'

@description('Name of identity (userAssignedIdentities).')
param identityName string = 'id-aks'

@description('Name of policy (firewallPolicies).')
param policyName string = 'afwp-hub'

@description('Name of publicIp (publicIPAddresses).')
param publicIpName string = 'pip-afw'

@description('Name of routeTableJump (routeTables).')
param routeTableJumpName string = 'rt-jump'

@description('Name of routeTableSpoke (routeTables).')
param routeTableSpokeName string = 'rt-spoke'

@description('Name of spoke (virtualNetworks).')
param spokeName string = 'vnet-spoke'

@description('Name of workspaceShared (workspaces).')
param workspaceSharedName string = 'log-shared'

module hub 'modules/hub.bicep' = {
  name: 'hub'
  scope: resourceGroup(hubResourceGroup)
  params: {
    location: location
    sharedResourceGroup: sharedResourceGroup
    firewallName: firewallName
    hubName: hubName
    policyName: policyName
    publicIpName: publicIpName
    routeTableJumpName: routeTableJumpName
    workspaceSharedName: workspaceSharedName
  }
}

module spoke 'modules/spoke.bicep' = {
  name: 'spoke'
  scope: resourceGroup(spokeResourceGroup)
  params: {
    location: location
    hubResourceGroup: hubResourceGroup
    firewallName: firewallName
    hubName: hubName
    identityName: identityName
    routeTableSpokeName: routeTableSpokeName
    spokeName: spokeName
  }
  dependsOn: [
    hub
  ]
}

module hub2 'modules/hub2.bicep' = {
  name: 'hub2'
  scope: resourceGroup(hubResourceGroup)
  params: {
    spokeResourceGroup: spokeResourceGroup
    hubName: hubName
    spokeName: spokeName
  }
  dependsOn: [
    spoke
  ]
}

module spoke2 'modules/spoke2.bicep' = {
  name: 'spoke2'
  scope: resourceGroup(spokeResourceGroup)
  params: {
    location: location
    clusterName: clusterName
    identityName: identityName
    spokeName: spokeName
  }
  dependsOn: [
    hub2
  ]
}
