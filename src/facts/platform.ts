import type { Fact } from './fact.ts';

/** Outbound access, DNS, private endpoints, load balancer, Application Gateway and WAF. */
export const PLATFORM_FACTS = {
  'AZS-01': {
    fact: 'The platform translates a source to a public address only for flows whose effective route is Internet; a next hop of VirtualAppliance, VirtualNetworkGateway or None leaves it alone.',
    source:
      'MicrosoftDocs/azure-docs articles/virtual-network/ip-services/default-outbound-access.md (Dec 2025)',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZS-02': {
    fact: 'A NAT gateway on the subnet comes before every other outbound method, also before a public address of the interface and a load balancer outbound rule.',
    source:
      'MicrosoftDocs/azure-docs articles/nat-gateway/nat-gateway-resource.md, articles/nat-gateway/faq.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZS-03': {
    fact: 'Without NAT gateway an instance-level public address is the source of outbound flows, before any load balancer outbound rule.',
    source: 'MicrosoftDocs/azure-docs articles/load-balancer/load-balancer-outbound-connections.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZS-04': {
    fact: 'A load balancer outbound rule, or a load-balancing rule that keeps outbound SNAT, gives outbound access through the public frontend; an internal Standard load balancer gives none.',
    source: 'MicrosoftDocs/azure-docs articles/load-balancer/load-balancer-outbound-connections.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZS-05': {
    fact: 'Where defaultOutboundAccess is null or absent, a subnet without explicit method has implicit outbound access by an address Azure lends; false makes the subnet private.',
    source:
      'MicrosoftDocs/azure-docs articles/virtual-network/ip-services/default-outbound-access.md (Dec 2025)',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZS-06': {
    fact: 'API versions released after 31 March 2026 default defaultOutboundAccess to false for subnets of new virtual networks; existing networks are not changed.',
    source:
      'MicrosoftDocs/azure-docs articles/virtual-network/ip-services/default-outbound-access.md (Dec 2025)',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZS-07': {
    fact: 'In a private subnet a route with next hop Internet works only with an explicit outbound method; without one the flow is dropped.',
    source:
      'MicrosoftDocs/azure-docs articles/virtual-network/ip-services/default-outbound-access.md (Dec 2025)',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZS-08': {
    fact: 'A NAT gateway has 64,512 SNAT ports per public address and at most 16 addresses.',
    source: 'MicrosoftDocs/azure-docs articles/nat-gateway/nat-gateway-resource.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZS-09': {
    fact: 'Load balancer outbound SNAT has 64,000 ports per frontend address, given out automatically by pool size: up to 50 instances 1,024 each, 100: 512, 200: 256, 400: 128, 800: 64, 1,000: 32.',
    source: 'MicrosoftDocs/azure-docs articles/load-balancer/load-balancer-outbound-connections.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZS-10': {
    fact: 'allocatedOutboundPorts must be a multiple of 8, and instances times ports must fit into 64,000 times the frontend addresses.',
    source: 'MicrosoftDocs/azure-docs articles/load-balancer/load-balancer-outbound-connections.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZS-11': {
    fact: 'Azure keeps five addresses of every subnet: an IPv4 subnet of prefix length p has 2^(32-p) - 5 to give; the smallest is /29.',
    source: 'MicrosoftDocs/azure-docs articles/virtual-network/virtual-networks-faq.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZS-20': {
    fact: 'A machine asks the DNS servers of its interface, else those of its virtual network, else 168.63.129.16.',
    source: 'MicrosoftDocs/azure-docs articles/private-link/private-endpoint-dns.md (2023-10)',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZS-21': {
    fact: 'Asked from a virtual network, Azure DNS answers from the linked private zone with the longest matching name; that zone is authoritative, so a missing record is NXDOMAIN. Names in no linked zone go to public DNS.',
    source: 'MicrosoftDocs/azure-docs articles/private-link/private-endpoint-dns.md (2023-10)',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZS-22': {
    fact: 'With resolutionPolicy NxDomainRedirect on the link a name missing from the private zone is looked up in public DNS.',
    source: 'MicrosoftDocs/azure-docs articles/dns/private-dns-fallback.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZS-23': {
    fact: 'The public name of a service with a private endpoint is a CNAME into its privatelink zone: private where the resolver sees the zone, public elsewhere.',
    source: 'MicrosoftDocs/azure-docs articles/private-link/private-endpoint-dns.md (2023-10)',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZS-24': {
    fact: 'With the firewall as DNS server and Azure DNS as its upstream, the query starts in the virtual network of the firewall: the zone must be linked there.',
    source: 'MicrosoftDocs/azure-docs articles/private-link/private-endpoint-dns.md (2023-10)',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZS-25': {
    fact: 'DNS proxy of a firewall is off by default; whether a child policy inherits the setting from its base policy is documented both ways.',
    source:
      'MicrosoftDocs/azure-docs articles/firewall/dns-settings.md; known issues page (2025-04)',
    readOn: '2026-11-21',
    standing: 'uncertain',
  },
  'AZS-26': {
    fact: 'A private endpoint with a DNS zone group keeps its records in that zone by itself; no record has to be declared.',
    source: 'MicrosoftDocs/azure-docs articles/private-link/private-endpoint-dns.md (2023-10)',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZS-30': {
    fact: 'Only a private endpoint connection in state Approved carries traffic.',
    source: 'MicrosoftDocs/azure-docs articles/private-link/private-endpoint-overview.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZS-31': {
    fact: 'A private endpoint is reached by a /32 system route in its own and in directly peered virtual networks, so a 0.0.0.0/0 user route never diverts it.',
    source: 'MicrosoftDocs/azure-docs articles/private-link/private-endpoint-overview.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZS-32': {
    fact: 'An NSG acts on a private endpoint only when privateEndpointNetworkPolicies of its subnet is Enabled or NetworkSecurityGroupEnabled; the default is Disabled.',
    source:
      'MicrosoftDocs/azure-docs articles/private-link/disable-private-endpoint-network-policy.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZS-33': {
    fact: "With route tables enabled on the endpoint subnet, a user route of the client subnet replaces the /32 when it contains the endpoint and is at least as long as the address-space prefix of the endpoint's virtual network.",
    source:
      'MicrosoftDocs/azure-docs articles/private-link/disable-private-endpoint-network-policy.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZS-34': {
    fact: 'An endpoint diverted through the firewall needs SNAT there; otherwise the reply returns directly and the firewall sees half a flow.',
    source: 'MicrosoftDocs/azure-docs articles/private-link/inspect-traffic-with-azure-firewall.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZS-40': {
    fact: "A load balancer keeps the client's source address.",
    source: 'MicrosoftDocs/azure-docs articles/load-balancer/load-balancer-overview.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZS-41': {
    fact: "With floating IP the backend sees the frontend address and the same port; without it destination and port are rewritten to the backend's.",
    source: 'MicrosoftDocs/azure-docs articles/load-balancer/load-balancer-floating-ip.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZS-42': {
    fact: 'A load balancer forwards only what a rule names by frontend, protocol and port; HA ports (protocol All, port 0) forward everything.',
    source: 'MicrosoftDocs/azure-docs articles/load-balancer/load-balancer-ha-ports-overview.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZS-43': {
    fact: 'Health probes come from 168.63.129.16; an HTTP probe is healthy only on status 200, and with all backends down new flows are dropped.',
    source:
      'MicrosoftDocs/azure-docs articles/load-balancer/load-balancer-custom-probe-overview.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZS-44': {
    fact: 'Members that a pool names by address must be in the virtual network of the load balancer.',
    source: 'https://learn.microsoft.com/azure/load-balancer/backend-pool-management (limitations)',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZS-60': {
    fact: 'A classic Application Gateway v2 needs inbound TCP 65200-65535 from GatewayManager.',
    source: 'MicrosoftDocs/azure-docs articles/application-gateway/configuration-infrastructure.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZS-61': {
    fact: 'A classic Application Gateway needs inbound from AzureLoadBalancer; the default rule 65001 is enough unless a deny comes before it.',
    source: 'MicrosoftDocs/azure-docs articles/application-gateway/configuration-infrastructure.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZS-62': {
    fact: 'Outbound to Internet from a classic Application Gateway subnet must not be denied.',
    source: 'MicrosoftDocs/azure-docs articles/application-gateway/configuration-infrastructure.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZS-63': {
    fact: 'On a classic Application Gateway subnet a 0.0.0.0/0 route is legal only with next hop Internet; more specific routes are supported.',
    source: 'MicrosoftDocs/azure-docs articles/application-gateway/configuration-infrastructure.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZS-64': {
    fact: 'With network isolation (delegated subnet and tag EnhancedNetworkControl) an Application Gateway needs neither the GatewayManager rule nor open outbound, and 0/0 may lead to an appliance; the page read is a preview edition.',
    source:
      'MicrosoftDocs/azure-docs articles/application-gateway/application-gateway-private-deployment.md',
    readOn: '2026-11-21',
    standing: 'uncertain',
  },
  'AZS-65': {
    fact: 'Application Gateway subnets hold gateways only.',
    source: 'MicrosoftDocs/azure-docs articles/application-gateway/configuration-infrastructure.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZS-66': {
    fact: 'Application Gateway ends the connection and opens its own from an address of its subnet, with the client in X-Forwarded-For.',
    source:
      'https://learn.microsoft.com/azure/architecture/example-scenario/gateway/firewall-application-gateway',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZS-67': {
    fact: 'When several listeners match a request, the request routing rule of the lowest priority number is used; within a path map the first listed path that matches.',
    source:
      'MicrosoftDocs/azure-docs articles/application-gateway/multiple-site-overview.md, url-route-overview.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZS-68': {
    fact: 'A WAF policy on a path rule replaces that of the listener, which replaces that of the gateway: the most specific one applies alone.',
    source: 'MicrosoftDocs/azure-docs articles/web-application-firewall/ag/ag-overview.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZS-69': {
    fact: 'WAF in Detection mode only logs, in Prevention mode it blocks; a policy in state Disabled does nothing.',
    source: 'MicrosoftDocs/azure-docs articles/web-application-firewall/ag/ag-overview.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZS-70': {
    fact: 'Anomaly scoring: Critical 5, Error 4, Warning 3, Notice 2; in Prevention mode a total of at least 5 is blocked.',
    source:
      'MicrosoftDocs/azure-docs articles/web-application-firewall/ag/application-gateway-crs-rulegroups-rules.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZS-71': {
    fact: 'Supported managed rule sets are the newest three: DRS 2.2, DRS 2.1 and CRS 3.2; older CRS are outside the policy in force since February 2026.',
    source:
      'https://learn.microsoft.com/azure/web-application-firewall/ag/application-gateway-crs-rulegroups-rules (2026 edition)',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZS-72': {
    fact: 'AGIC takes Ingresses of class azure-application-gateway, or annotated azure/application-gateway, and sends to pod addresses at container ports: no Service, kube-proxy or load balancer in the path.',
    source: 'MicrosoftDocs/azure-docs articles/application-gateway/ingress-controller-overview.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZS-73': {
    fact: "Pod addresses must be routable from the gateway: flat modes are, overlay since AGIC 1.8, kubenet only with the cluster's route table on the gateway subnet.",
    source:
      'MicrosoftDocs/azure-docs articles/application-gateway/ingress-controller-overview.md; Azure/application-gateway-kubernetes-ingress release notes',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZS-74': {
    fact: 'Application Gateway v1 SKUs are retired since 28 April 2026.',
    source: 'MicrosoftDocs/azure-docs articles/application-gateway/v1-retirement.md',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZS-80': {
    fact: 'Gateway in parallel to the firewall: the backend sees a gateway subnet address, and its reply follows the VNet route, longer than 0/0: symmetric.',
    source:
      'https://learn.microsoft.com/azure/architecture/example-scenario/gateway/firewall-application-gateway',
    readOn: '2026-11-21',
    standing: 'documented',
  },
  'AZS-81': {
    fact: 'Firewall before gateway: the gateway sees a firewall instance as client, so the true client address is lost to WAF rules.',
    source:
      'https://learn.microsoft.com/azure/architecture/example-scenario/gateway/firewall-application-gateway',
    readOn: '2026-11-21',
    standing: 'documented',
  },
} as const satisfies Readonly<Record<string, Fact>>;
