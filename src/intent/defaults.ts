/** What stands where the page says nothing, and why. Documentation and the comments of `sallyport init` are made of this. */
export interface Default {
  readonly value: string | number | boolean | readonly string[];
  readonly why: string;
  /** The facts it rests on (docs/facts.md), else the document that recommends it. */
  readonly source: string;
}

/** The secure baseline of 2026. Keyed by the path in the page, without positions in lists. */
export const DEFAULTS = {
  environment: {
    value: 'prod',
    why: 'What has no stage is taken for production.',
    source: 'Cloud Adoption Framework, naming convention',
  },
  'hub.firewall.tier': {
    value: 'Standard',
    why: 'Names in rules, DNS proxy and threat intelligence that denies; Basic lacks them, Premium adds inspection of content.',
    source: 'AFW-E23',
  },
  'hub.firewall.zones': {
    value: ['1', '2', '3'],
    why: 'One zone down must not take every way in and out with it.',
    source: 'azure-docs articles/firewall/deploy-availability-zone-powershell.md',
  },
  'hub.firewall.publicIps': {
    value: 20,
    why: 'A public address has 2,496 SNAT ports per instance; AKS recommends at least 20 addresses for production.',
    source: 'AFW-E11',
  },
  'hub.firewall.dnsProxy': {
    value: true,
    why: 'Names in network rules mean the same addresses to clients and firewall only if both ask the same resolver.',
    source: 'AKS-82',
  },
  'hub.firewall.threatIntelligence': {
    value: 'Deny',
    why: 'Alerts that nobody reads stop nothing.',
    source: 'AFW-E23',
  },
  'hub.firewall.idps': {
    value: 'Off',
    why: 'Only Premium has it; with Premium it denies.',
    source: 'mspnp/aks-baseline network-team/hub-regionA.bicep (2026-03-27)',
  },
  'hub.firewall.rules': {
    value: 'policy',
    why: 'Policies can be inherited and shared; classic rules only stay as they are.',
    source: 'azure-docs articles/firewall-manager/policy-overview.md',
  },
  'hub.bastion': {
    value: false,
    why: 'A private API server is also reached by a gateway or by `az aks command invoke`.',
    source: 'AKS-52',
  },
  'clusters.version': {
    value: '1.34',
    why: 'A version that is supported in all regions.',
    source: 'azure-aks-docs articles/aks/supported-kubernetes-versions.md',
  },
  'clusters.tier': {
    value: 'Standard',
    why: 'The free control plane comes without an agreement on its availability.',
    source: 'azure-aks-docs articles/aks/free-standard-pricing-tiers.md',
  },
  'clusters.network.plugin': {
    value: 'overlay',
    why: 'Pods need no addresses of the network, so it does not run out of them; kubenet ends in March 2028.',
    source: 'AZN-50, AKS-95',
  },
  'clusters.network.engine': {
    value: 'cilium',
    why: 'The recommended engine; Azure NPM ends in September 2028.',
    source: 'K8P-71, AKS-95',
  },
  'clusters.network.namePolicies': {
    value: true,
    why: 'With Cilium and Advanced Container Networking Services a policy names the destination, so one workload cannot use the way of another. It costs per node.',
    source: 'K8P-50',
  },
  'clusters.network.outbound': {
    value: 'userDefinedRouting',
    why: 'Everything leaves by the route to the firewall; no load balancer with a public address is made.',
    source: 'azure-aks-docs articles/aks/egress-outboundtype.md (2026-08-05)',
  },
  'clusters.network.podRange': {
    value: '10.244.0.0/16',
    why: 'The usual range of an overlay: 256 nodes. It never leaves the cluster.',
    source: 'AKS-19',
  },
  'clusters.network.serviceRange': {
    value: '172.16.0.0/16',
    why: 'Apart from the ranges networks use; Azure keeps 172.30.0.0/16 and 172.31.0.0/16 for itself.',
    source: 'AKS-19',
  },
  'clusters.apiServer.access': {
    value: 'private',
    why: 'Nobody on the internet can call the API server.',
    source: 'AKS-52',
  },
  'clusters.apiServer.vnetIntegration': {
    value: false,
    why: 'It cannot be taken back; the private endpoint does for most.',
    source: 'azure-aks-docs articles/aks/api-server-vnet-integration.md',
  },
  'clusters.pools.size': {
    value: 'Standard_D4s_v5',
    why: 'Room for the system pods and some of your own.',
    source: 'mspnp/aks-baseline (2026-03-27)',
  },
  'clusters.pools.nodes': {
    value: 3,
    why: 'One node in each zone: two are left when a zone is down.',
    source: 'azure-aks-docs articles/aks/availability-zones.md',
  },
  'clusters.pools.maxNodes': {
    value: 6,
    why: 'The subnet and the pod range are made for so many, and for one more during upgrades.',
    source: 'azure-aks-docs articles/aks/concepts-network-ip-address-planning.md',
  },
  'clusters.pools.maxPods': {
    value: 110,
    why: 'Written down because the default differs between plugins and cannot be changed later.',
    source: 'AKS-18',
  },
  'clusters.pools.os': {
    value: 'AzureLinux3',
    why: 'Images of Azure Linux 2 are gone, those of Ubuntu 22.04 end in June 2027.',
    source: 'AKS-95',
  },
  'clusters.pools.zones': {
    value: ['1', '2', '3'],
    why: 'Nodes in one zone fail together.',
    source: 'azure-aks-docs articles/aks/availability-zones.md',
  },
  'clusters.addOns': {
    value: ['azure-policy'],
    why: 'Guardrails that hold what was proven.',
    source: 'mspnp/aks-baseline (2026-03-27)',
  },
  'namespaces.defaultDeny': {
    value: true,
    why: 'A pod that no policy selects is open both ways.',
    source: 'K8P-02',
  },
  'ingress.via': {
    value: 'waf',
    why: 'Web traffic passes a web application firewall, beside the firewall: nothing in the way of the answer.',
    source:
      'learn.microsoft.com architecture/example-scenario/gateway/firewall-application-gateway',
  },
  'ingress.through': {
    value: 'service',
    why: 'A Service needs no controller.',
    source: 'AKS-76',
  },
  'logging.enabled': {
    value: true,
    why: 'Rules without logs cannot be audited.',
    source: 'azure-docs articles/firewall/monitor-firewall.md',
  },
  'logging.retentionDays': {
    value: 90,
    why: 'A rule is called unused after 90 days without a hit.',
    source: 'azure-docs articles/firewall/policy-analytics.md',
  },
  'logging.flowLogs': {
    value: true,
    why: 'What security groups decide is seen nowhere else; flow logs of single groups end in September 2027.',
    source: 'AZN-43',
  },
  'alerts.snatPercent': {
    value: 80,
    why: 'At 95 percent the firewall calls itself degraded.',
    source: 'azure-reference-other supported-metrics/includes/microsoft-network-azurefirewalls',
  },
  'alerts.deniedPerHour': {
    value: 1000,
    why: 'A denied volume that rises is an attack or a change nobody announced.',
    source: 'azure-docs articles/firewall/monitor-firewall.md',
  },
} as const satisfies Readonly<Record<string, Default>>;

export type DefaultKey = keyof typeof DEFAULTS;
