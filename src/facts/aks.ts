import type { Fact } from './fact.ts';

/** Azure Kubernetes Service: addresses, masquerade, egress, API server, Services, limits. */
export const AKS_FACTS = {
  'AKS-01': {
    fact: 'Overlay: a pod keeps its address inside podCidr; anything else sees the node address.',
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/concepts-network-azure-cni-overlay.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-02': {
    fact: 'Node subnet: destinations inside the virtual network see the pod address, all others the node address (azure-ip-masq-agent). The destination decides, not where the firewall stands.',
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/concepts-network-legacy-cni.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-03': {
    fact: 'Pod subnet, dynamic or static: the pod address is never masqueraded, also outside the virtual network.',
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/concepts-network-azure-cni-pod-subnet.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-04': {
    fact: 'Pod subnet: queries to 168.63.129.16 leave with the node address.',
    source: 'Azure/AKS CHANGELOG.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-05': {
    fact: 'Host-network pods always use the node address.',
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/concepts-network-cni-overview.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-06': {
    fact: 'kubenet: anything outside podCidr sees the node address.',
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/configure-kubenet.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-07': {
    fact: 'Bring-your-own CNI: what the network sees as source is not known.',
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/concepts-network-cni-overview.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-08': {
    fact: 'The Cilium dataplane masquerades as the address mode it runs on.',
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/azure-cni-powered-by-cilium.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-09': {
    fact: 'NonMasqueradeCIDRs of the ConfigMaps azure-ip-masq-agent-config-reconciled and azure-ip-masq-agent-config exempt further ranges; MasqLinkLocal decides for 169.254.0.0/16.',
    source:
      'MicrosoftDocs/azure-aks-docs articles/aks/update-azure-cni.md; Azure/ip-masq-agent-v2 README.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-10': {
    fact: 'In overlay an added NonMasqueradeCIDRs range breaks connectivity: pod addresses are unreachable outside the cluster.',
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/update-azure-cni.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-11': {
    fact: 'Node subnet mode takes (N+S) + (N+S)*M addresses, N nodes at most, S surge nodes, M maxPods; internal load balancer frontends come on top.',
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/concepts-network-ip-address-planning.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-12': {
    fact: 'Overlay takes one VNet address per node and a /24 of podCidr per node.',
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/concepts-network-azure-cni-overlay.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-13': {
    fact: 'kubenet takes one VNet address per node and a /24 of podCidr per node, at most 400 nodes.',
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/configure-kubenet.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-14': {
    fact: 'Dynamic pod subnet: a node holds pod addresses in batches of 16 and takes a new batch when fewer than 8 are free.',
    source:
      'MicrosoftDocs/azure-aks-docs articles/aks/configure-azure-cni-dynamic-ip-allocation.md',
    readOn: '2026-11-21',
    standing: 'inferred',
  },
  'AKS-15': {
    fact: 'Static block pod subnet: a node takes 16*ceil((M+1)/16) addresses at once.',
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/concepts-network-azure-cni-pod-subnet.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-16': {
    fact: 'maxSurge is a number of nodes or a percentage, rounded up; the default is 1.',
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/upgrade-aks-node-pools-rolling.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-17': {
    fact: 'An upgrade needs S*(1+M) free addresses in node subnet mode, S in the others plus the pod part; simultaneous upgrades need the sum.',
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/upgrade-aks-node-pools-rolling.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-18': {
    fact: 'maxPods defaults: overlay 250, node subnet 30, kubenet 110; for pod subnet pages say 110 and 250.',
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/concepts-network-ip-address-planning.md',
    readOn: '2026-11-21',
    standing: 'uncertain',
  },
  'AKS-19': {
    fact: 'serviceCidr is smaller than a /12, overlaps nothing that is routed and holds dnsServiceIP, which is not its first address; an overlay podCidr overlaps nothing that pods call; 169.254.0.0/16, 172.30.0.0/16, 172.31.0.0/16 and 192.0.2.0/24 are for AKS alone.',
    source:
      'MicrosoftDocs/azure-aks-docs articles/aks/concepts-network-ip-address-planning.md, concepts-network-azure-cni-overlay.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-20': {
    fact: 'outboundType loadBalancer makes a public load balancer with an outbound rule, managedNATGateway a NAT gateway; userAssignedNATGateway, userDefinedRouting and none make nothing.',
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/egress-outboundtype.md (2026-08-05)',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-21': {
    fact: 'userDefinedRouting wants a route table on the node subnet with 0.0.0.0/0 to an appliance or gateway; next hop Internet is refused.',
    source:
      'MicrosoftDocs/azure-aks-docs articles/aks/egress-outboundtype.md (2026-08-05), egress-udr.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-22': {
    fact: 'outboundType block (preview) denies all egress.',
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/egress-outboundtype.md (2026-08-05)',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-30': {
    fact: 'An entry of the required egress list applies when any token of its scope is true for the cluster and none of its exclusions is.',
    source:
      'MicrosoftDocs/azure-aks-docs articles/aks/outbound-rules-control-egress.md (2026-06-18)',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-31': {
    fact: 'The legacy tunnel ports UDP 1194 and TCP 9000 are not needed with konnectivity, which every supported version uses.',
    source:
      'MicrosoftDocs/azure-aks-docs articles/aks/outbound-rules-control-egress.md (2026-06-18)',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-32': {
    fact: 'A private cluster needs neither *.hcp names nor the API server address as egress.',
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/private-clusters.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-33': {
    fact: 'A network isolated cluster (outbound type none or block, artifacts from a cache) needs no Internet egress.',
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/concepts-network-isolated.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-34': {
    fact: 'Custom DNS servers that are reached through the firewall need UDP 53 and TCP 53.',
    source:
      'MicrosoftDocs/azure-aks-docs articles/aks/outbound-rules-control-egress.md (2026-06-18), localdns-custom.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-35': {
    fact: 'A container registry without reachable private endpoint must be reachable by name.',
    source:
      'MicrosoftDocs/azure-aks-docs articles/aks/outbound-rules-control-egress.md (2026-06-18)',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-36': {
    fact: 'Sources of AKS firewall rules should be the node subnets, and the pod subnets where pods have their own, not every source.',
    source:
      'MicrosoftDocs/azure-aks-docs articles/aks/limit-egress-traffic.md; reading of aks.md 5.2',
    readOn: '2026-11-21',
    standing: 'inferred',
  },
  'AKS-37': {
    fact: 'Pods of kube-system and gatekeeper-system call a public API server by name; others call its address, without a name for application rules, unless annotated kubernetes.azure.com/set-kube-service-host-fqdn "true".',
    source:
      'MicrosoftDocs/azure-aks-docs articles/aks/outbound-rules-control-egress.md (2026-06-18)',
    readOn: '2026-11-21',
    standing: 'inferred',
  },
  'AKS-50': {
    fact: 'Non-empty authorizedIPRanges admit only these ranges to the public API server; empty admits everybody.',
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/api-server-authorized-ip-ranges.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-51': {
    fact: "0.0.0.0/32 in authorizedIPRanges stands for the cluster's own load balancer outbound address alone, which AKS always adds.",
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/api-server-authorized-ip-ranges.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-52': {
    fact: "Authorized ranges do not apply to a private cluster: it is reached by a private endpoint in the first pool's subnet, over a network path.",
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/private-clusters.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-53': {
    fact: 'The zone of a private cluster is linked to the node virtual network only when AKS makes it (privateDNSZone system).',
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/private-clusters.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-54': {
    fact: 'With privateDNSZone none, and for the public name of a private cluster, public DNS carries the private address.',
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/private-clusters.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-55': {
    fact: 'API Server VNet Integration puts the API server behind an internal load balancer in a delegated subnet of at least /28; nodes use that address directly.',
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/api-server-vnet-integration.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-56': {
    fact: 'With userDefinedRouting the authorized ranges must hold every public address of the firewall, or nodes are locked out.',
    source:
      'MicrosoftDocs/azure-aks-docs articles/aks/api-server-authorized-ip-ranges.md, limit-egress-traffic.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-57': {
    fact: "A private DNS zone of one's own, and kubenet with a route table of one's own, need a user-assigned identity: its roles must exist before the cluster does.",
    source:
      'MicrosoftDocs/azure-aks-docs articles/aks/private-clusters.md, configure-kubenet.md, managed-identity-overview.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-58': {
    fact: 'kubenet: AKS writes the routes of the nodes into the route table, so each cluster needs a table of its own.',
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/configure-kubenet.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-70': {
    fact: 'A LoadBalancer Service is public unless annotated azure-load-balancer-internal "true".',
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/internal-lb.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-71': {
    fact: 'Floating IP is on for every service rule: NSGs see the frontend address and the service port; with azure-disable-load-balancer-floating-ip they see node address and node port.',
    source: 'kubernetes-sigs/cloud-provider-azure site/content/en/topics/loadbalancer.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-72': {
    fact: 'loadBalancerSourceRanges, azure-allowed-ip-ranges and azure-allowed-service-tags become NSG allow rules of the node resource group; sources of the virtual network still pass by default rule 65000.',
    source:
      'kubernetes-sigs/cloud-provider-azure site/content/en/topics/loadbalancer.md; pkg/provider/loadbalancer/accesscontrol.go',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-73': {
    fact: 'azure-deny-all-except-load-balancer-source-ranges adds a deny, so that sources in the virtual network are limited too; so does a range that cannot be read.',
    source:
      'kubernetes-sigs/cloud-provider-azure site/content/en/topics/loadbalancer.md; pkg/provider/loadbalancer/accesscontrol.go',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-74': {
    fact: 'Setting loadBalancerSourceRanges together with azure-allowed-ip-ranges is refused by the cloud provider.',
    source: 'kubernetes-sigs/cloud-provider-azure pkg/provider/loadbalancer/accesscontrol.go',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-75': {
    fact: 'externalTrafficPolicy Cluster: every node receives, and the pod sees a node address.',
    source:
      'MicrosoftDocs/azure-aks-docs articles/aks/configure-load-balancer-standard.md; https://kubernetes.io/docs/tutorials/services/source-ip/',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-76': {
    fact: 'externalTrafficPolicy Local: only nodes with a ready endpoint receive, and the pod sees the client (behind DNAT: the firewall instance).',
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/configure-load-balancer-standard.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-77': {
    fact: 'Default probe: TCP on the node port with Cluster (HTTP when appProtocol says so), HTTP /healthz on the health check node port with Local; none for UDP.',
    source: 'kubernetes-sigs/cloud-provider-azure site/content/en/topics/loadbalancer.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-78': {
    fact: 'A port that the Service does not list, or whose rule is switched off by port_<port>_no_lb_rule, is not forwarded.',
    source: 'kubernetes-sigs/cloud-provider-azure site/content/en/topics/loadbalancer.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-80': {
    fact: 'Pods ask CoreDNS, which asks the DNS servers of the virtual network from its own pod or node: the firewall never sees the asking pod.',
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/dns-concepts.md, coredns-custom.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-81': {
    fact: 'LocalDNS is on by default for node pools from Kubernetes 1.36, and Required on AKS Automatic; it needs TCP 53 upstream.',
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/localdns-custom.md; Azure/AKS CHANGELOG.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-82': {
    fact: "FQDN network rules hold only for machines that resolve through the firewall: virtual network DNS is the firewall's private address and its DNS proxy is on.",
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/limit-egress-traffic.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-83': {
    fact: 'The servers of coredns-custom are further upstreams of the cluster DNS, which every box on the way must let through.',
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/coredns-custom.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-84': {
    fact: 'Pods outside the host network reach the instance metadata service 169.254.169.254 unless IMDS restriction (preview) is on or a network policy leaves the address out.',
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/imds-restriction.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-90': {
    fact: 'Load balancer outbound holds floor(64000 / ports per node) nodes per address.',
    source: 'MicrosoftDocs/azure-aks-docs articles/aks/configure-load-balancer-standard.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-95': {
    fact: 'Dated retirements of AKS and its network pieces, as listed in the notices.',
    source:
      'Azure/AKS CHANGELOG.md; MicrosoftDocs/azure-aks-docs articles/aks/includes/*-retirement.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-96': {
    fact: 'The Azure Policy add-on refuses at admission what assigned definitions with effect deny forbid; no built-in definition tests networkPolicy, outboundType or enableNodePublicIP.',
    source: 'Azure/azure-policy built-in-policies (2026-04-29)',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-97': {
    fact: 'A private cluster gets a public name beside its private one, unless enablePrivateClusterPublicFQDN is false; the azurerm provider sends false where nothing is written.',
    source:
      'MicrosoftDocs/azure-aks-docs articles/aks/private-clusters.md; hashicorp/terraform-provider-azurerm 5.2.0 schema of azurerm_kubernetes_cluster',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-98': {
    fact: 'The public name of an API server is LABEL.hcp.LOCATION.azmk8s.io with a label that Azure generates; calls to it are calls to the API server, authorized ranges included. Private names end in privatelink.LOCATION.azmk8s.io, with VNet integration in private.LOCATION.azmk8s.io.',
    source:
      'MicrosoftDocs/azure-aks-docs articles/aks/outbound-rules-control-egress.md, private-clusters.md, api-server-vnet-integration.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AKS-99': {
    fact: 'Masquerade is a step of packets that leave a node: what a pod sends to the address of its own node is delivered there with the address of the pod, and no network security group or route table sees it.',
    source:
      'Azure/ip-masq-agent-v2 (a chain of nat POSTROUTING, which packets for the host itself do not pass)',
    readOn: '2026-11-21',
    standing: 'inferred',
  },
} as const satisfies Readonly<Record<string, Fact>>;
