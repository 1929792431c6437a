// The policy part of an Azure Verified Module, in our words: what its compiled form deploys.
type identitiesType = {
  userAssignedResourceIds: string[]
}?

type snatType = {
  autoLearnPrivateRanges: 'Disabled' | 'Enabled'
  privateRanges: string[]?
}

param name string
param location string = resourceGroup().location
param tags object?
param managedIdentities identitiesType
param basePolicyResourceId string?
param enableProxy bool = false
param servers array?
param threatIntelMode ('Alert' | 'Deny' | 'Off') = 'Deny'
param intrusionDetection object?
param tier string = 'Standard'
param snat snatType?
param ruleCollectionGroups array?

var idsAsKeys = toObject(managedIdentities.?userAssignedResourceIds ?? [], id => id, id => {})

resource policy 'Microsoft.Network/firewallPolicies@2023-04-01' = {
  name: name
  location: location
  tags: tags
  identity: empty(managedIdentities)
    ? null
    : { type: 'UserAssigned', userAssignedIdentities: empty(idsAsKeys) ? null : idsAsKeys }
  properties: {
    basePolicy: basePolicyResourceId == null ? null : { id: basePolicyResourceId }
    dnsSettings: enableProxy || servers != null
      ? { enableProxy: enableProxy, servers: servers ?? [] }
      : null
    insights: null
    intrusionDetection: intrusionDetection
    sku: { tier: tier }
    snat: snat
    sql: { allowSqlRedirect: false }
    threatIntelMode: threatIntelMode
    threatIntelWhitelist: { fqdns: [], ipAddresses: [] }
    transportSecurity: null
  }
}

@batchSize(1)
module groups 'rule-collection-group.bicep' = [for group in (ruleCollectionGroups ?? []): {
  params: {
    policyName: policy.name
    name: group.name
    priority: group.priority
    ruleCollections: group.ruleCollections
  }
}]
