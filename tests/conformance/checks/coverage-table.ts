/** One row of the reference and what holds it. */
export interface CoverageRow {
  /** As in the reference; `FW-` sharp edges of azure-firewall.md 9, `KP-` sections and rows of kubernetes-policy.md. */
  readonly id: string;
  readonly what: string;
  readonly checks: readonly string[];
  /** Told while the input is read, by this diagnostic. */
  readonly told?: string;
  /** Why no configuration decides it, or the part of it that the checks leave. */
  readonly reason?: string;
}

type Rest = Omit<CoverageRow, 'id' | 'what' | 'checks'>;
const row = (id: string, what: string, checks: string, rest: Rest = {}): CoverageRow => ({
  id,
  what,
  checks: checks.split(/\s+/).filter((check) => check !== ''),
  ...rest,
});
const beyond = (id: string, what: string, reason: string): CoverageRow =>
  row(id, what, '', { reason });
/** Engine rows that `trace` answers; the truth tables pin the answer. */
const answered = (id: string, what: string): CoverageRow =>
  beyond(id, what, 'no fault by itself: trace answers it, pinned by the engine table');

/** aks.md 11 and 6.1. */
const AKS: readonly CoverageRow[] = [
  row(
    'P1',
    'Azure CNI and an engine',
    `cluster/network-plugin policy/ignored-without-engine
    retired/kubenet retired/azure-npm-linux retired/azure-npm-windows`,
  ),
  row(
    'P2',
    'separate subnets, large enough',
    `cluster/subnets-not-separate cluster/subnet-too-small
    cluster/pod-range-too-small cluster/address-overlap`,
  ),
  row(
    'P3',
    'security group on the node subnet',
    `nsg/none-on-cluster-subnet nsg/cluster-traffic-denied
    nsg/load-balancer-tag-misread nsg/virtual-network-tag-is-everything
    nsg/management-open-to-internet nsg/node-subnet-open-to-internet`,
  ),
  row(
    'P4',
    'default route to the firewall, no bypass',
    `egress/not-through-firewall
    egress/route-around-firewall egress/outbound-type network/learned-routes-bypass-firewall
    network/service-endpoint-bypass cluster/node-public-addresses`,
  ),
  row(
    'P5',
    'required names allowed, and no more',
    `egress/required-unreachable
    egress/wildcard-allow-list egress/retired-ports-open firewall/allow-any-to-any
    firewall/rule-source-any egress/api-server-by-address egress/coredns-custom-upstreams`,
  ),
  row('P6', 'Azure Policy', 'guardrails/azure-policy-off', {
    reason: 'which definitions are wanted, and which namespaces protected, is in no file',
  }),
  row(
    'P7',
    'private endpoints for services',
    `private-endpoint/not-approved
    private-endpoint/zone-not-linked private-endpoint/record-differs
    private-endpoint/denied-by-security-group private-endpoint/service-still-public`,
  ),
  row(
    'P8',
    'logs of firewall and networks',
    `logs/firewall-not-logged logs/no-flow-log
    retired/nsg-flow-logs retired/nsg-flow-logs-creation`,
  ),
  row('O1', 'review of denies', 'logs/firewall-not-logged', {
    reason: 'the review needs log rows; configuration says whether they are written',
  }),
  beyond('O2', 'audit of unused rules', 'needs log rows over a window'),
  row('O3', 'test of the egress path after changes', 'egress/required-unreachable', {
    reason: 'a probe run needs traffic and a clock; the walk is its static part',
  }),
  row('O4', 'SNAT use', 'firewall/few-public-addresses', {
    reason: 'use is a metric; the number of addresses is configuration',
  }),
  row(
    'O5',
    'private DNS zones up to date',
    `private-endpoint/zone-not-linked
    private-endpoint/record-differs private-endpoint/orphan-record`,
  ),
  beyond('O6', 'inventory and drift', 'a comparison of two inputs, not a property of one'),
  row(
    'A1',
    'default settings assumed safe',
    `egress/not-through-firewall egress/outbound-type
    cluster/network-plugin policy/ignored-without-engine api-server/open-to-internet`,
  ),
  row(
    'A2',
    'too many policies',
    `policy/npm-large-policy policy/npm-selector-explosion
    policy/npm-cluster-size`,
  ),
  row('A3', 'SNAT misunderstood', 'api-server/authorized-ranges-miss-firewall', {
    reason: 'the lists of partners are in no file; the API server’s own list is',
  }),
  row(
    'A4',
    'routes for the firewall subnet and the control plane',
    `egress/route-around-firewall
    network/firewall-subnet-default-route`,
  ),
  row('A5', 'temporary rules', 'firewall/temporary-rule firewall/allow-any-to-any'),
  row(
    'A6',
    'service endpoint taken for private',
    `network/service-endpoint-bypass
    private-endpoint/service-still-public`,
  ),
  row(
    'A7',
    'network rule before application rules',
    'firewall/network-rule-shadows-application-rules',
  ),
  row('A8', 'nodes and pods in one subnet', 'cluster/subnets-not-separate'),
  row('A9', 'mesh instead of policy', 'policy/mesh-instead-of-policy'),
  row(
    'A10',
    'public load balancer behind the route',
    `ingress/asymmetric-return
    ingress/public-load-balancer ingress/annotation-invalid`,
  ),
  row(
    'A11',
    'DNAT to public address, node port, any',
    `ingress/dnat-target-unreachable
    ingress/dnat-any-source ingress/dnat-any-protocol ingress/dnat-to-public-address
    ingress/node-port-exposed`,
  ),
  row(
    'A12',
    'gateway subnet',
    `network/gateway-subnet-default-route gateway/subnet-requirements
    gateway/on-cluster-subnet gateway/backend-unreachable`,
  ),
  row(
    'A13',
    'wildcard allow-lists',
    `egress/wildcard-allow-list egress/every-name-allowed
    firewall/dns-to-anywhere`,
  ),
  row('A14', 'firewall as single point of failure', 'firewall/not-zone-redundant', {
    reason: 'a rehearsal is in no file',
  }),
  row('A15', 'threat intelligence is no WAF', 'ingress/web-without-waf gateway/waf-not-preventing'),
  row(
    'F1',
    'firewall with kubenet',
    `cluster/network-plugin cluster/identity-for-own-network
    cluster/kubenet-route-table-shared retired/kubenet`,
  ),
  row('F2', 'overlapping ranges', 'network/peering-overlap cluster/address-overlap'),
  row('F3', 'IPv6', 'egress/ipv6-outside-firewall'),
  row('F4', 'policy or scripts', 'cluster/node-public-addresses guardrails/azure-policy-off'),
  row(
    'F5',
    'how to test network policies',
    `policy/workload-without-policy policy/no-default-deny
    policy/allow-all-egress policy/selects-nothing policy/egress-without-dns policy/dns-to-anywhere
    ingress/ingress-policy-blocks-controller egress/imds-reachable`,
  ),
  row(
    'X1',
    'when not to use this',
    `egress/not-through-firewall
    egress/internal-only-reaches-internet cluster/node-public-addresses`,
  ),
  row('AKS-API-01', 'ranges hold the firewall', 'api-server/authorized-ranges-miss-firewall'),
  row('AKS-API-02', 'public without ranges', 'api-server/open-to-internet'),
  row('AKS-API-03', 'ranges hold everybody', 'api-server/open-to-internet'),
];

/** azure-firewall.md 9, and 2.1 for priorities. */
const FIREWALL: readonly CoverageRow[] = [
  row('AFW-2.1', 'priorities are an order', 'firewall/duplicate-priority'),
  row('FW-1', 'network allow on 80/443', 'firewall/network-rule-shadows-application-rules'),
  row('FW-2', 'pods that call the API server by address', 'egress/api-server-by-address'),
  row(
    'FW-3',
    'wildcards and the apex',
    `firewall/wildcard-misses-apex
    firewall/wildcard-matches-lookalikes`,
  ),
  row(
    'FW-4',
    'FQDN rules without DNS proxy',
    `firewall/fqdn-rule-without-dns-proxy
    firewall/dns-proxy-bypassed firewall/wildcard-in-network-rule`,
  ),
  row('FW-5', 'FQDN rules on shared addresses', 'firewall/web-name-in-network-rule'),
  row(
    'FW-6',
    'asymmetric routing',
    `ingress/asymmetric-return ingress/dnat-target-unreachable
    ingress/dnat-to-public-address`,
  ),
  row(
    'FW-7',
    'client address lost by DNAT',
    'ingress/client-address-lost nsg/node-subnet-open-to-internet',
  ),
  row('FW-8', 'DNAT for every source', 'ingress/dnat-any-source'),
  row(
    'FW-9',
    'DNAT and DNS in a parent policy',
    `firewall/dnat-in-parent-policy
    firewall/dns-settings-only-in-parent`,
  ),
  row('FW-10', 'classic settings beside a policy', 'firewall/classic-settings-ignored'),
  row('FW-11', 'SNAT exhaustion', 'firewall/few-public-addresses'),
  row('FW-12', 'random outbound address', 'api-server/authorized-ranges-miss-firewall'),
  row(
    'FW-13',
    'NAT gateway changes the address',
    `api-server/ranges-miss-nat-gateway
    network/nat-gateway-unused`,
  ),
  row('FW-14', 'private ranges replace the defaults', 'firewall/private-ranges-incomplete'),
  row('FW-15', 'private ranges of IDPS', 'firewall/idps-private-ranges-differ'),
  beyond('FW-16', 'concurrent updates', 'about two deployments at one time'),
  beyond('FW-17', 'groups left out of a template', 'about what is deployed and no longer written'),
  beyond(
    'FW-18',
    'order of collections in a group',
    'about the tool that writes it; the order decides nothing',
  ),
  row('FW-19', 'ports above 63999 in DNAT', '', { told: 'firewall/port-out-of-range' }),
  row('FW-20', 'ICMP to the internet', 'firewall/icmp-to-internet'),
  beyond('FW-21', 'TCP ping without rules', 'about a way to test'),
  beyond('FW-22', 'idle timeouts', 'keep-alives are settings of programs'),
  row(
    'FW-23',
    'threat intelligence masked',
    `firewall/threat-intelligence-not-denying
    firewall/network-rule-shadows-application-rules`,
  ),
  row('FW-24', 'SQL redirect', 'firewall/sql-redirect-ports'),
  row('FW-25', 'QUIC', 'firewall/quic-allowed'),
  row('FW-26', 'TLS inspection of cluster traffic', 'firewall/tls-inspection-of-cluster-traffic'),
  row('FW-27', 'FQDN tag lags', 'egress/required-unreachable'),
  row('FW-28', 'stop and start', 'firewall/dnat-on-private-address', {
    reason: 'whether a firewall is stopped is a runtime fact',
  }),
  row('FW-29', 'forced tunnelling', 'network/firewall-subnet-default-route'),
  row('FW-30', 'port 25', 'egress/smtp-blocked-by-platform'),
  row('FW-31', 'empty IP group', 'firewall/empty-ip-group'),
  row('FW-32', 'Basic lacks features', 'firewall/basic-tier-lacks-feature'),
  beyond(
    'FW-33',
    'networkFeatures of service tags',
    'about a list of Microsoft’s, which no answer rests on',
  ),
  beyond('FW-34', 'Host header with another port', 'about the header a program sends'),
  row(
    'FW-35',
    'the firewall resolves by itself',
    'private-endpoint/zone-not-linked ingress/dnat-to-name',
  ),
  row('FW-36', 'deny-all application collection', 'firewall/infrastructure-collection-disabled'),
];

/** azure-networking.md 13. */
const NETWORK: readonly CoverageRow[] = [
  row('NET-01', 'peers overlap', 'network/peering-overlap'),
  row('NET-02', 'peering incomplete', 'network/peering-incomplete'),
  row('NET-03', 'forwarded traffic', 'network/forwarded-traffic-refused'),
  row('NET-04', 'special subnets', 'network/special-subnet'),
  row(
    'NET-05',
    'default route of gateway subnets',
    `network/gateway-subnet-default-route
    gateway/subnet-requirements`,
  ),
  row('NET-06', 'BGP around the firewall', 'network/learned-routes-bypass-firewall'),
  row('NET-07', 'route over the firewall subnet', 'network/route-covers-firewall-subnet'),
  row('NET-08', 'service endpoint bypass', 'network/service-endpoint-bypass'),
  row('NET-09', 'Internet route without outbound', 'network/internet-route-without-outbound'),
  row('NET-10', 'next hop unreachable', 'network/next-hop-unreachable'),
  row('NET-11', 'loop', 'network/firewall-subnet-default-route'),
  row(
    'NET-12',
    'public address behind the route',
    'ingress/asymmetric-return cluster/node-public-addresses',
  ),
  row('NET-13', 'asymmetric pair', 'ingress/asymmetric-return gateway/backend-unreachable'),
  row('NET-14', 'rule never reached', 'nsg/rule-never-reached'),
  row('NET-15', 'AzureLoadBalancer misread', 'nsg/load-balancer-tag-misread'),
  row('NET-16', 'VirtualNetwork is everything', 'nsg/virtual-network-tag-is-everything'),
  row('NET-17', 'private zone', 'private-endpoint/zone-not-linked private-endpoint/record-differs'),
  row('NET-18', 'connection not approved', 'private-endpoint/not-approved'),
  row(
    'NET-19',
    'retired pieces',
    `retired/basic-load-balancer retired/basic-public-ip
    retired/application-gateway-v1 retired/nsg-flow-logs retired/nsg-flow-logs-creation
    retired/inline-waf-configuration gateway/waf-rule-set-unsupported`,
  ),
  row('NET-20', 'WAF off', 'gateway/waf-not-preventing gateway/waf-body-not-inspected'),
  row(
    'NET-21',
    'NAT gateway unused or unlisted',
    `network/nat-gateway-unused
    api-server/ranges-miss-nat-gateway`,
  ),
  row('NET-22', 'no flow log', 'logs/no-flow-log'),
];

/** aks.md 10.1. */
const RETIREMENTS: readonly CoverageRow[] = [
  row('RET-nsg-flow-logs-creation', '2025-06-30: no new ones', 'retired/nsg-flow-logs-creation'),
  row('RET-nsg-flow-logs', '2027-09-30: removed', 'retired/nsg-flow-logs'),
  row('RET-pod-managed-identity', '2025-09', 'retired/pod-managed-identity'),
  row('RET-basic-load-balancer', '2025-09-30', 'retired/basic-load-balancer'),
  row('RET-basic-public-ip', '2025-09-30', 'retired/basic-public-ip'),
  row('RET-azure-linux-2', '2025-11-30: unsupported', 'retired/azure-linux-2'),
  row('RET-azure-linux-2-images', '2026-03-31: images removed', 'retired/azure-linux-2-images'),
  row('RET-windows-2019', '2026-03-01', 'retired/windows-2019'),
  row('RET-default-outbound-access', '2026-03-31', 'retired/default-outbound-access'),
  row('RET-ingress-nginx', '2026-03', 'retired/ingress-nginx'),
  row('RET-app-routing-nginx', '2026-11', 'retired/app-routing-nginx'),
  row('RET-application-gateway-v1', '2026-04-28', 'retired/application-gateway-v1'),
  row('RET-azure-npm-windows', '2026-09-30', 'retired/azure-npm-windows'),
  row('RET-inline-waf-configuration', '2027-03-15', 'retired/inline-waf-configuration'),
  row('RET-ubuntu-2204', '2027-06-30', 'retired/ubuntu-2204'),
  row('RET-kubenet', '2028-03-31', 'retired/kubenet'),
  row('RET-windows-2022', '2028-06-30', 'retired/windows-2022'),
  row('RET-azure-npm-linux', '2028-09-30', 'retired/azure-npm-linux'),
];

/** kubernetes-policy.md: sections by their pitfalls, then the engine rows of 13. */
const POLICY: readonly CoverageRow[] = [
  row('KP-0', 'what the engine decides', 'policy/ip-block-covers-pods-on-cilium policy/npm-ipv6'),
  row(
    'KP-1',
    'isolation, dead rules, nothing selected',
    `policy/workload-without-policy
    policy/no-default-deny policy/dead-rules policy/selects-nothing`,
  ),
  row(
    'KP-2',
    'absent, empty, empty object',
    `policy/allow-all-egress policy/invalid
    policy/unknown-field`,
  ),
  row('KP-3', 'CIDRs and except', 'policy/except-outside-cidr policy/cidr-host-bits'),
  row('KP-4', 'named ports', 'policy/named-port-undeclared policy/named-port-ambiguous-on-cilium'),
  row('KP-5', 'host network', 'policy/selects-host-network-only ingress/host-port', {
    reason: 'hairpin stays unknown: undefined for NetworkPolicy',
  }),
  row(
    'KP-6',
    'what Services rewrite',
    `policy/ip-block-covers-services
    policy/client-range-under-cluster-traffic-policy`,
  ),
  row(
    'KP-7',
    'DNS and metadata',
    `policy/egress-without-dns policy/dns-to-anywhere
    egress/coredns-custom-upstreams egress/imds-reachable`,
  ),
  row('KP-8', 'admin policies', 'policy/admin-priority-tie'),
  row('KP-9', 'Calico', 'policy/staged-not-enforced policy/kind-not-enforced'),
  row(
    'KP-10',
    'Cilium',
    `policy/fqdn-without-dns-rule policy/cilium-dns-star
    policy/negative-namespace-selector policy/clusterwide-l7 policy/l7-needs-acns
    policy/policy-map-overflow policy/kind-not-enforced policy/deny-isolates-on-cilium
      policy/l7-rule-ineffective`,
  ),
  row(
    'KP-10a',
    'Azure NPM',
    `policy/npm-large-policy policy/npm-selector-explosion
    policy/npm-cluster-size policy/npm-ipv6 policy/npm-windows-features policy/negative-namespace-selector
    policy/kind-not-enforced retired/azure-npm-linux retired/azure-npm-windows`,
  ),
  row(
    'KP-11',
    'exposure',
    `ingress/annotation-invalid ingress/public-load-balancer
    ingress/node-port-exposed ingress/external-ips ingress/host-port ingress/no-controller
    ingress/backend-missing ingress/reference-grant-missing
    ingress/ingress-policy-blocks-controller`,
  ),
  row('KP-E1', 'ipBlock 0/0 and pods', 'policy/ip-block-covers-pods-on-cilium'),
  row('KP-E2', 'ipBlock 0/0 and nodes', 'policy/ip-block-covers-pods-on-cilium'),
  answered('KP-E3', 'ipBlock beside a selector'),
  answered('KP-E4', 'deny-all and the own node'),
  answered('KP-E5', 'deny-all and probes'),
  row(
    'KP-E6',
    'Cluster traffic policy under deny-all',
    'policy/client-range-under-cluster-traffic-policy',
  ),
  answered('KP-E7', 'client range under Local'),
  row('KP-E8', 'client range under Cluster', 'policy/client-range-under-cluster-traffic-policy'),
  row('KP-E9', 'one port name, two numbers', 'policy/named-port-ambiguous-on-cilium'),
  row('KP-E10', 'host-network pod selected', 'policy/selects-host-network-only'),
  row('KP-E11', 'except on Windows', 'policy/npm-windows-features'),
  row('KP-E12', 'IPv6 under Azure NPM', 'policy/npm-ipv6'),
  answered('KP-E13', 'Cilium deny over allow'),
  row('KP-E14', 'a deny alone isolates', 'policy/deny-isolates-on-cilium'),
  answered('KP-E15', 'port without protocol'),
  row('KP-E16', 'toFQDNs without dns rule', 'policy/fqdn-without-dns-rule'),
  answered('KP-E17', 'one star, one label'),
  answered('KP-E18', 'two stars'),
  row('KP-E19', 'dns rule with a bare star', 'policy/cilium-dns-star'),
  answered('KP-E20', 'toCIDR and pods'),
  answered('KP-E21', 'entity cluster and nodes'),
  row('KP-E22', 'L4 allow beside L7', 'policy/l7-rule-ineffective'),
  answered('KP-E23', 'L7 violation'),
  answered('KP-E24', 'Calico order before NetworkPolicy'),
  answered('KP-E25', 'Calico Log goes on'),
  answered('KP-E26', 'Calico tier ends in deny'),
  answered('KP-E27', 'Calico Pass'),
  answered('KP-E28', 'Calico != and absent labels'),
  answered('KP-E29', 'Calico types by rules'),
  row('KP-E30', 'staged policy', 'policy/staged-not-enforced'),
  answered('KP-E31', 'domainNames and labels'),
  answered('KP-E32', 'hairpin'),
  answered('KP-E33', 'hairpin under ClusterNetworkPolicy'),
  row('KP-E34', 'equal priority', 'policy/admin-priority-tie'),
  row('KP-E35', 'ipBlock of the Service range', 'policy/ip-block-covers-services'),
  row('KP-E36', 'only NotIn, outside address', 'policy/negative-namespace-selector'),
  row('KP-E37', 'several NotIn values', 'policy/negative-namespace-selector'),
  row('KP-E38', '0.0.0.0/0 with host bits', 'policy/cidr-host-bits'),
  answered('KP-E39', 'ipBlock alone with a cluster name'),
  row('KP-E40', 'policy map overflow', 'policy/policy-map-overflow'),
  row('KP-E41', 'clusterwide L7', 'policy/clusterwide-l7'),
];

export const COVERAGE: readonly CoverageRow[] = [
  ...AKS,
  ...FIREWALL,
  ...NETWORK,
  ...RETIREMENTS,
  ...POLICY,
];
