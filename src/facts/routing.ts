import type { Fact } from './fact.ts';

export const ROUTING_FACTS = {
  'AZN-01': {
    fact: 'A subnet gets one VnetLocal system route per prefix of its VNet address space, never per subnet.',
    source:
      'MicrosoftDocs/azure-docs articles/virtual-network/virtual-networks-udr-overview.md (2023)',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZN-02': {
    fact: 'Traffic crosses a peering only when both halves exist and are Connected; each half adds one VNetPeering route per remote prefix.',
    source: 'MicrosoftDocs/azure-docs articles/virtual-network/virtual-network-peering-overview.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZN-03': {
    fact: 'Peering is not transitive: nothing beyond the neighbour is learned, and a next hop behind two peerings is not valid.',
    source: 'MicrosoftDocs/azure-docs articles/virtual-network/virtual-network-peering-overview.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZN-04': {
    fact: 'When peeringSyncLevel is not FullyInSync the effective prefixes are remoteAddressSpace, the last ones agreed.',
    source: 'MicrosoftDocs/azure-docs articles/virtual-network/virtual-network-manage-peering.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZN-05': {
    fact: 'Gateway prefixes reach the subnets of the gateway VNet and of peers with useRemoteGateways, when the other half has allowGatewayTransit.',
    source: 'MicrosoftDocs/azure-docs articles/virtual-network/virtual-network-manage-peering.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZN-06': {
    fact: 'Every subnet has a system route 0.0.0.0/0 to Internet.',
    source:
      'MicrosoftDocs/azure-docs articles/virtual-network/virtual-networks-udr-overview.md (2023)',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZN-07': {
    fact: 'System routes drop 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 and 100.64.0.0/10 (next hop None), unless the VNet space holds the prefix; a user route 0.0.0.0/0 removes them.',
    source:
      'MicrosoftDocs/azure-docs articles/virtual-network/virtual-networks-udr-overview.md (2023)',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZN-08': {
    fact: 'For one prefix a user route beats a gateway route and that beats a system route; system routes to the VNet, a peering or a service endpoint beat gateway routes.',
    source:
      'MicrosoftDocs/azure-docs articles/virtual-network/virtual-networks-udr-overview.md (2023)',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZN-09': {
    fact: 'The longest matching prefix decides; a user route never wins by being shorter.',
    source:
      'MicrosoftDocs/azure-docs articles/virtual-network/virtual-networks-udr-overview.md (2023)',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZN-10': {
    fact: 'System routes to the VNet, a peering or a service endpoint win even over more specific BGP routes.',
    source:
      'MicrosoftDocs/azure-docs articles/virtual-network/virtual-networks-udr-overview.md (2023)',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZN-11': {
    fact: 'disableBgpRoutePropagation removes all gateway routes from the subnet, static ones of local network gateways too.',
    source:
      'MicrosoftDocs/azure-docs articles/virtual-network/virtual-networks-udr-overview.md (2023)',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZN-12': {
    fact: 'disablePeeringRoute All removes the peering routes from the subnet.',
    source:
      'https://learn.microsoft.com/azure/virtual-network/configure-disable-peering-route-propagation (preview)',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZN-13': {
    fact: 'A private endpoint adds a /32 InterfaceEndpoint route in its VNet and in directly peered VNets, so a user route 0.0.0.0/0 never diverts it.',
    source: 'MicrosoftDocs/azure-docs articles/private-link/private-endpoint-overview.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZN-14': {
    fact: 'With privateEndpointNetworkPolicies Enabled or RouteTableEnabled on the endpoint subnet, a user route at least as long as the address prefix of the endpoint VNet invalidates the /32.',
    source:
      'MicrosoftDocs/azure-docs articles/private-link/disable-private-endpoint-network-policy.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZN-15': {
    fact: 'A service endpoint adds the public prefixes of its service to the subnet that enables it, next hop VirtualNetworkServiceEndpoint: such traffic bypasses 0.0.0.0/0.',
    source:
      'MicrosoftDocs/azure-docs articles/virtual-network/virtual-network-service-endpoints-overview.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZN-16': {
    fact: 'A user route may name a service tag. For one prefix a written CIDR beats a tag; among tags a regional service beats a global one, then AzureCloud.region, then AzureCloud.',
    source:
      'MicrosoftDocs/azure-docs articles/virtual-network/virtual-networks-udr-overview.md (2023)',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZN-17': {
    fact: '168.63.129.16 and 169.254.169.254 are answered by the host, whatever the route table says.',
    source: 'MicrosoftDocs/azure-docs articles/virtual-network/what-is-ip-address-168-63-129-16.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZN-18': {
    fact: 'After a VirtualAppliance next hop a new look-up happens with the table of the appliance subnet; a table there that points at the appliance itself is a loop.',
    source:
      'MicrosoftDocs/azure-docs articles/virtual-network/virtual-networks-udr-overview.md (2023)',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZN-19': {
    fact: 'A user route on a workload subnet that covers AzureFirewallSubnet sends replies for one firewall instance to the shared address: they may reach another instance and are dropped.',
    source: 'MicrosoftDocs/azure-docs articles/firewall/integrate-lb.md',
    readOn: '2026-11-21',
    standing: 'inferred',
  },
  'AZN-20': {
    fact: 'Whether a default route learned over BGP removes the system None routes is not stated; they are kept.',
    source:
      'MicrosoftDocs/azure-docs articles/virtual-network/virtual-networks-udr-overview.md (2023)',
    readOn: '2026-11-21',
    standing: 'uncertain',
  },
  'AZN-21': {
    fact: 'The private address of Azure Firewall is usually the first usable one of its subnet; nothing guarantees it.',
    source:
      'MicrosoftDocs/azure-docs articles/virtual-network/virtual-networks-faq.md (reserved addresses)',
    readOn: '2026-11-21',
    standing: 'inferred',
  },
  'AZN-22': {
    fact: 'Each public address of a firewall is one IP configuration; only the first references the subnet.',
    source: 'Microsoft.Network azureFirewalls, API 2025-05-01',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZN-23': {
    fact: 'A private hub prefix learned over BGP or ExpressRoute may be longer than a user route and then wins: such routes are in no file.',
    source:
      'MicrosoftDocs/azure-docs articles/virtual-network/virtual-networks-udr-overview.md (2023)',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZN-24': {
    fact: 'A Virtual WAN hub may inject a default route into connected networks; a user route 0.0.0.0/0 overrides it.',
    source: 'MicrosoftDocs/azure-docs articles/virtual-wan/how-to-routing-policies.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZN-30': {
    fact: 'NSG rules are tried by ascending priority per direction; the first match decides.',
    source:
      'MicrosoftDocs/azure-docs articles/virtual-network/network-security-groups-overview.md (2025-07)',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZN-31': {
    fact: 'Every NSG ends in default rules: 65000 VirtualNetwork to VirtualNetwork, 65001 the load balancer in or Internet out, 65500 deny.',
    source:
      'MicrosoftDocs/azure-docs articles/virtual-network/network-security-groups-overview.md (2025-07)',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZN-32': {
    fact: 'The tag VirtualNetwork holds the VNet space, peers with allowVirtualNetworkAccess, on-premises prefixes known through gateways, 168.63.129.16, and the prefixes of user routes on the subnet.',
    source: 'MicrosoftDocs/azure-docs articles/virtual-network/service-tags-overview.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZN-33': {
    fact: 'With a user route 0.0.0.0/0 on the subnet the tag VirtualNetwork becomes every address, so rule 65000 admits everything.',
    source:
      'https://codewithme.cloud/posts/2019/01/azure-nsg-virtualnetwork-tag/ and articles/virtual-network/service-tags-overview.md',
    readOn: '2026-11-21',
    standing: 'observed',
  },
  'AZN-34': {
    fact: 'The tag AzureLoadBalancer is the probe source 168.63.129.16; it does not cover clients behind a load balancer.',
    source: 'MicrosoftDocs/azure-docs articles/virtual-network/service-tags-overview.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZN-35': {
    fact: 'The tag Internet is everything outside the VNet space that public addresses reach, public addresses of Azure included.',
    source: 'MicrosoftDocs/azure-docs articles/virtual-network/service-tags-overview.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZN-36': {
    fact: 'Flows to the host services on 168.63.129.16 and 169.254.169.254 are not subject to NSG rules unless a rule names AzurePlatformDNS, AzurePlatformIMDS or AzurePlatformLKM; probes from 168.63.129.16 are.',
    source: 'MicrosoftDocs/azure-docs articles/virtual-network/what-is-ip-address-168-63-129-16.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZN-37': {
    fact: 'Inbound rules see the destination after the platform translated it to the private address; with floating IP they see the load balancer front end. The source is the real client.',
    source:
      'MicrosoftDocs/azure-docs articles/virtual-network/network-security-group-how-it-works.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZN-38': {
    fact: 'Outbound rules see the final destination, not the next hop of the route.',
    source:
      'MicrosoftDocs/azure-docs articles/virtual-network/network-security-group-how-it-works.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZN-39': {
    fact: 'allowVirtualNetworkAccess false takes the peer out of the tag VirtualNetwork; explicit rules can still admit it.',
    source: 'MicrosoftDocs/azure-docs articles/virtual-network/virtual-network-manage-peering.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZN-40': {
    fact: 'Ports are ignored for Icmp, Esp and Ah; protocol * includes ICMP.',
    source:
      'MicrosoftDocs/azure-docs articles/virtual-network/network-security-groups-overview.md (2025-07)',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZN-41': {
    fact: 'An application security group stands for the addresses of the network interfaces and node pools that are its members.',
    source:
      'MicrosoftDocs/azure-docs articles/virtual-network/network-security-groups-overview.md (2025-07)',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZN-42': {
    fact: 'Inbound asks the NSG of the subnet and then that of the interface, outbound the reverse; each one attached must allow, none attached allows.',
    source:
      'MicrosoftDocs/azure-docs articles/virtual-network/network-security-group-how-it-works.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZN-43': {
    fact: 'A flow log is made for a virtual network, a subnet or an interface; those of network security groups can no longer be made (2025-06-30) and end on 2027-09-30.',
    source: 'MicrosoftDocs/azure-docs articles/network-watcher/nsg-flow-logs-overview.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZN-50': {
    fact: 'Pods have addresses of their own range in overlay and kubenet, of the node subnet in flat mode, of the pod subnet where a pool names one; with network plugin none nobody can tell.',
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/concepts-network-cni-overview.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZN-51': {
    fact: 'AKS defaults: podCidr 10.244.0.0/16, serviceCidr 10.0.0.0/16.',
    source: 'Microsoft.ContainerService managedClusters, API 2026-06-01',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZN-52': {
    fact: 'NetworkPolicy is enforced by the engine networkPolicy names; dataplane cilium implies Cilium; absent or none means every policy object is silently ignored.',
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/use-network-policies.md (2026-08-18)',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZN-53': {
    fact: 'A LoadBalancer Service is public unless annotated internal; an internal front end takes an address of the node subnet unless the annotation names another.',
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/internal-lb.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
} as const satisfies Readonly<Record<string, Fact>>;
