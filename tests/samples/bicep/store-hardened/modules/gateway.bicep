type backendType = {
  name: string
  address: string
}

param name string
param location string
param zones string[]
param identityId string
param wafId string
param subnetId string
param publicAddressId string
param backend backendType
param certificateSecretId string

// A gateway names its own parts by id, before it is there.
var id = resourceId('Microsoft.Network/applicationGateways', name)

resource gateway 'Microsoft.Network/applicationGateways@2024-05-01' = {
  name: name
  location: location
  zones: zones
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    sku: { name: 'WAF_v2', tier: 'WAF_v2' }
    autoscaleConfiguration: { minCapacity: 2, maxCapacity: 10 }
    firewallPolicy: { id: wafId }
    gatewayIPConfigurations: [{ name: 'subnet', properties: { subnet: { id: subnetId } } }]
    frontendIPConfigurations: [
      { name: 'public', properties: { publicIPAddress: { id: publicAddressId } } }
    ]
    frontendPorts: [{ name: 'https', properties: { port: 443 } }]
    sslCertificates: [
      { name: 'store', properties: { keyVaultSecretId: certificateSecretId } }
    ]
    backendAddressPools: [
      { name: backend.name, properties: { backendAddresses: [{ ipAddress: backend.address }] } }
    ]
    backendHttpSettingsCollection: [
      { name: 'http', properties: { port: 80, protocol: 'Http', requestTimeout: 30 } }
    ]
    httpListeners: [
      {
        name: 'store'
        properties: {
          frontendIPConfiguration: { id: '${id}/frontendIPConfigurations/public' }
          frontendPort: { id: '${id}/frontendPorts/https' }
          protocol: 'Https'
          sslCertificate: { id: '${id}/sslCertificates/store' }
        }
      }
    ]
    requestRoutingRules: [
      {
        name: 'store'
        properties: {
          ruleType: 'Basic'
          priority: 100
          httpListener: { id: '${id}/httpListeners/store' }
          backendAddressPool: { id: '${id}/backendAddressPools/${backend.name}' }
          backendHttpSettings: { id: '${id}/backendHttpSettingsCollection/http' }
        }
      }
    ]
  }
}
