/** Something Azure or the Kubernetes project switches off, and since when. Dates are the vendor's; nothing here reads a clock. */
export interface Retirement {
  /** In words; never reused. */
  readonly id: string;
  /** ISO date, or a month when the vendor named no day (`2026-03`): it counts from the first day on. */
  readonly date: string;
  /** What happens then, as a phrase that fits after the date. */
  readonly what: string;
  /** How it shows in the input. */
  readonly predicate: string;
  /** What to use instead; absent when the source names nothing. */
  readonly instead?: string;
  readonly source: string;
}

const AKS_NOTICES =
  'MicrosoftDocs/azure-aks-docs articles/aks/includes/*-retirement.md; Azure/AKS CHANGELOG.md';

/** AKS-95: every dated retirement that a perimeter file can show. */
export const RETIREMENTS = [
  {
    id: 'nsg-flow-logs-creation',
    date: '2025-06-30',
    what: 'no new flow logs on network security groups can be made',
    predicate: 'flow log whose target is a network security group',
    instead: 'a flow log on the virtual network, subnet or network interface',
    source: 'MicrosoftDocs/azure-docs articles/network-watcher/nsg-flow-logs-overview.md',
  },
  {
    id: 'nsg-flow-logs',
    date: '2027-09-30',
    what: 'flow logs on network security groups are removed',
    predicate: 'flow log whose target is a network security group',
    instead: 'a flow log on the virtual network, subnet or network interface',
    source: 'MicrosoftDocs/azure-docs articles/network-watcher/nsg-flow-logs-overview.md',
  },
  {
    id: 'pod-managed-identity',
    date: '2025-09',
    what: 'pod-managed identity is unsupported',
    predicate: '`podIdentityProfile.enabled`',
    instead: 'workload identity',
    source: AKS_NOTICES,
  },
  {
    id: 'basic-load-balancer',
    date: '2025-09-30',
    what: 'Basic load balancers are retired',
    predicate: '`loadBalancerSku: basic`, or a load balancer with `sku.name: Basic`',
    instead: 'Standard',
    source: AKS_NOTICES,
  },
  {
    id: 'basic-public-ip',
    date: '2025-09-30',
    what: 'Basic public addresses are retired',
    predicate: 'a public IP address with `sku.name: Basic`',
    instead: 'Standard',
    source: AKS_NOTICES,
  },
  {
    id: 'azure-linux-2',
    date: '2025-11-30',
    what: 'Azure Linux 2 node images are unsupported',
    predicate: '`osSKU: CBLMariner`, or `AzureLinux` with a version 2 image',
    instead: 'Azure Linux 3',
    source: AKS_NOTICES,
  },
  {
    id: 'azure-linux-2-images',
    date: '2026-03-31',
    what: 'Azure Linux 2 node images are removed',
    predicate: '`osSKU: CBLMariner`, or `AzureLinux` with a version 2 image',
    instead: 'Azure Linux 3',
    source: AKS_NOTICES,
  },
  {
    id: 'windows-2019',
    date: '2026-03-01',
    what: 'Windows Server 2019 node pools are retired',
    predicate: '`osSKU: Windows2019`',
    source: AKS_NOTICES,
  },
  {
    id: 'default-outbound-access',
    date: '2026-03-31',
    what: 'subnets of new virtual networks have no implicit outbound access',
    predicate:
      'a subnet made with an API version after that date, without `defaultOutboundAccess` and without a way out of its own',
    instead: 'a NAT gateway or a route to a firewall, or write `defaultOutboundAccess`',
    source:
      'MicrosoftDocs/azure-docs articles/virtual-network/ip-services/default-outbound-access.md (Dec 2025)',
  },
  {
    id: 'ingress-nginx',
    date: '2026-03',
    what: 'the upstream Ingress-NGINX project stopped',
    predicate: 'an Ingress whose class belongs to the controller `k8s.io/ingress-nginx`',
    instead: 'Gateway API',
    source:
      'MicrosoftDocs/azure-aks-docs articles/aks/concepts-network-ingress.md, app-routing-nginx-to-gateway-api-migration.md',
  },
  {
    id: 'app-routing-nginx',
    date: '2026-11',
    what: 'the application routing add-on stops patching NGINX',
    predicate: '`ingressProfile.webAppRouting` with NGINX',
    instead: 'application routing with the Gateway API',
    source:
      'MicrosoftDocs/azure-aks-docs articles/aks/concepts-network-ingress.md, app-routing-nginx-to-gateway-api-migration.md',
  },
  {
    id: 'application-gateway-v1',
    date: '2026-04-28',
    what: 'Application Gateway v1 is retired',
    predicate: 'SKU tier `Standard` or `WAF`',
    instead: 'a v2 SKU',
    source: 'MicrosoftDocs/azure-docs articles/application-gateway/v1-retirement.md',
  },
  {
    id: 'azure-npm-windows',
    date: '2026-09-30',
    what: 'Azure NPM on Windows is unsupported',
    predicate: '`networkPolicy: azure` with a Windows pool',
    source: AKS_NOTICES,
  },
  {
    id: 'inline-waf-configuration',
    date: '2027-03-15',
    what: 'WAF configuration inside the gateway is retired',
    predicate: '`webApplicationFirewallConfiguration` on an application gateway',
    instead: 'a WAF policy referenced by `firewallPolicy`',
    source: 'MicrosoftDocs/azure-docs articles/web-application-firewall/ag/ag-overview.md',
  },
  {
    id: 'ubuntu-2204',
    date: '2027-06-30',
    what: 'Ubuntu 22.04 node images are retired',
    predicate: '`osSKU: Ubuntu2204`',
    source: AKS_NOTICES,
  },
  {
    id: 'kubenet',
    date: '2028-03-31',
    what: 'kubenet is retired',
    predicate: '`networkPlugin: kubenet`',
    instead: 'Azure CNI overlay',
    source: AKS_NOTICES,
  },
  {
    id: 'windows-2022',
    date: '2028-06-30',
    what: 'Windows Server 2022 node pools are retired',
    predicate: '`osSKU: Windows2022`',
    source: AKS_NOTICES,
  },
  {
    id: 'azure-npm-linux',
    date: '2028-09-30',
    what: 'Azure NPM on Linux is unsupported',
    predicate: '`networkPolicy: azure`',
    instead: 'Cilium',
    source: AKS_NOTICES,
  },
] as const satisfies readonly Retirement[];

export type RetirementId = (typeof RETIREMENTS)[number]['id'];

/** Has it happened on that day? A date without a day counts from the first of its month. */
export function isRetired(retirement: Retirement, asOf: string): boolean {
  const first = retirement.date.length === 7 ? `${retirement.date}-01` : retirement.date;
  return first <= asOf;
}
