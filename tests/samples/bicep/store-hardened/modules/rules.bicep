@export()
@description('What load balancer probes need, in every security group.')
func probeRule(priority int) object => {
  name: 'allow-probes'
  properties: {
    priority: priority
    direction: 'Inbound'
    access: 'Allow'
    protocol: '*'
    sourcePortRange: '*'
    sourceAddressPrefix: 'AzureLoadBalancer'
    destinationAddressPrefix: '*'
    destinationPortRange: '*'
  }
}

var anywhere = '*'

@export()
var denyRule = {
  name: 'deny-the-rest'
  properties: {
    priority: 4096
    direction: 'Inbound'
    access: 'Deny'
    protocol: anywhere
    sourcePortRange: anywhere
    sourceAddressPrefix: anywhere
    destinationAddressPrefix: anywhere
    destinationPortRange: anywhere
  }
}
