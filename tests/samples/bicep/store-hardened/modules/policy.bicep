param name string
param location string
param nodePrefix string

var https = { protocolType: 'Https', port: 443 }
var texts = loadJsonContent('fqdns.json')

resource policy 'Microsoft.Network/firewallPolicies@2024-05-01' = {
  name: name
  location: location
  properties: {
    sku: { tier: 'Standard' }
    threatIntelMode: 'Deny'
    dnsSettings: { enableProxy: true }
  }
}

resource group 'Microsoft.Network/firewallPolicies/ruleCollectionGroups@2024-05-01' = {
  parent: policy
  name: 'aks'
  properties: {
    priority: 300
    ruleCollections: [
      {
        ruleCollectionType: 'FirewallPolicyFilterRuleCollection'
        name: 'aks-required'
        priority: 200
        action: { type: 'Allow' }
        rules: [
          {
            ruleType: 'ApplicationRule'
            name: 'aks'
            description: 'Everything AKS needs by name; kept current by Microsoft'
            sourceAddresses: [nodePrefix]
            protocols: [{ protocolType: 'Http', port: 80 }, https]
            fqdnTags: ['AzureKubernetesService']
          }
          {
            ruleType: 'ApplicationRule'
            name: 'azure-policy'
            description: 'Names of the Azure Policy add-on'
            sourceAddresses: [nodePrefix]
            protocols: [https]
            targetFqdns: texts.policy
          }
        ]
      }
      {
        ruleCollectionType: 'FirewallPolicyFilterRuleCollection'
        name: 'store'
        priority: 300
        action: { type: 'Allow' }
        rules: [
          {
            ruleType: 'ApplicationRule'
            name: 'images'
            description: 'Images of the store: GitHub packages, and RabbitMQ and its layers on Docker Hub'
            sourceAddresses: [nodePrefix]
            protocols: [https]
            targetFqdns: texts.?images ?? []
          }
        ]
      }
    ]
  }
}

output id string = policy.id
