param policyName string
param name string
param priority int
param ruleCollections array?

resource policy 'Microsoft.Network/firewallPolicies@2024-10-01' existing = {
  name: policyName

  resource group 'ruleCollectionGroups' = {
    name: name
    properties: { priority: priority, ruleCollections: ruleCollections ?? [] }
  }
}
