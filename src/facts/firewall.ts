import type { Fact } from './fact.ts';

const READ_ON = '2026-11-21';
const DOCS = 'MicrosoftDocs/azure-docs articles/firewall';
const RULE_PROCESSING = `${DOCS}/rule-processing.md (2026-03-23)`;
const POLICY_OVERVIEW = 'MicrosoftDocs/azure-docs articles/firewall-manager/policy-overview.md';
const FAQ = `${DOCS}/firewall-faq.yml (2022-09)`;
const KNOWN_ISSUES = `${DOCS}/firewall-known-issues.md (2025-04-13)`;
const FILTERING = `${DOCS}/domain-filtering-overview.md (2025-07-01)`;
const DNAT = `${DOCS}/destination-nat-rules.md (2025-04-29)`;
const SNAT = `${DOCS}/snat-private-range.md`;
const SKU = `${DOCS}/features-by-sku.md (2025-09-18)`;
const PREMIUM = `${DOCS}/premium-features.md`;
const DNS = `${DOCS}/dns-settings.md, ${DOCS}/dns-details.md`;
const LIMITS =
  'MicrosoftDocs/azure-docs includes file for Azure Firewall limits (2023-10-10); articles/firewall/firewall-performance.md';
const SCHEMA = 'npm @azure/arm-network 39.0.0, generated from Azure/azure-rest-api-specs';
const AKS_EGRESS =
  'MicrosoftDocs/azure-aks-docs articles/aks/outbound-rules-control-egress.md (2026-06-18)';
const AKS_LIMIT = 'MicrosoftDocs/azure-aks-docs articles/aks/limit-egress-traffic.md';

const documented = (source: string, fact: string): Fact => told('documented', source, fact);
const observed = (source: string, fact: string): Fact => told('observed', source, fact);
const inferred = (source: string, fact: string): Fact => told('inferred', source, fact);
const uncertain = (source: string, fact: string): Fact => told('uncertain', source, fact);

function told(standing: Fact['standing'], source: string, fact: string): Fact {
  return { fact, source, readOn: READ_ON, standing };
}

/** Azure Firewall: what it is made of, how rules decide, translations, limits. `AFW-E…` are its sharp edges. */
export const FIREWALL_FACTS = {
  // What it is made of
  'AFW-01': documented(
    `${POLICY_OVERVIEW}; Azure/azure-cli-extensions src/azure-firewall`,
    'With a policy attached, the DNS, SNAT and threat intelligence settings written on the firewall itself are ignored; the policy wins.',
  ),
  'AFW-02': documented(
    POLICY_OVERVIEW,
    'A Standard policy serves Standard and Premium firewalls, a Premium policy only Premium, a Basic policy only Basic.',
  ),
  'AFW-03': documented(
    `${DOCS}/management-nic.md; ${DNAT}`,
    'The private address is the front of a load balancer; the instances own other addresses of AzureFirewallSubnet, and those are what workloads see as translated source.',
  ),
  'AFW-04': documented(
    FAQ,
    'The subnets are named exactly AzureFirewallSubnet and AzureFirewallManagementSubnet and are at least a /26 each.',
  ),
  'AFW-05': documented(
    `${DOCS}/management-nic.md, ${DOCS}/forced-tunneling.md`,
    'AzureFirewallSubnet must keep its direct way to the Internet unless the firewall has a management interface; forced tunnelling needs one.',
  ),
  'AFW-06': uncertain(
    SCHEMA,
    'Rules may name Kubernetes selector groups as source (API 2025-09-01 and later); what they match is unpublished, so such a source is unknown and never "any".',
  ),
  'AFW-07': inferred(
    SCHEMA,
    'A firewall written without sku.tier is Standard, the tier the resource had before the property existed; a Basic or Premium policy names the tier of its firewall.',
  ),
  'AFW-08': documented(
    'MicrosoftDocs/azure-docs articles/reliability/reliability-firewall.md (2025-07-23)',
    'The zones of a firewall are chosen at its creation; a zone-redundant one needs zone-redundant Standard public addresses.',
  ),

  // Order
  'AFW-10': documented(
    RULE_PROCESSING,
    'Rule type beats every priority and inheritance: all DNAT rules, then all network rules, then all application rules.',
  ),
  'AFW-11': documented(
    RULE_PROCESSING,
    'All rules terminate: the first match decides, with the action of its collection. Lower priority numbers (100 to 65000) come first.',
  ),
  'AFW-12': documented(
    RULE_PROCESSING,
    'Classic rules: within a type collections run by priority, rules inside a collection top-down.',
  ),
  'AFW-13': documented(
    RULE_PROCESSING,
    'Policy rules of one type: every group of the parent policy before the child, whatever their numbers; then groups by priority, collections by priority, rules in array order.',
  ),
  'AFW-14': uncertain(
    RULE_PROCESSING,
    'What happens between equal priorities in one scope is not documented.',
  ),
  'AFW-15': documented(
    RULE_PROCESSING,
    'Deny by default: what no rule matches does not pass; a firewall without rules passes nothing.',
  ),
  'AFW-16': documented(
    FAQ,
    'The firewall is stateful: return traffic of a known connection needs no rule, and allowing A to B does not allow B to A.',
  ),

  // Inheritance
  'AFW-17': documented(
    POLICY_OVERVIEW,
    'Network and application rules of a parent policy are inherited and always come before the rules of the same type in the child.',
  ),
  'AFW-18': uncertain(
    `${RULE_PROCESSING}; ${POLICY_OVERVIEW}`,
    'Sources disagree on DNAT rules of a parent policy: Firewall Manager says they are not inherited, the newer rule processing page puts them first in the order.',
  ),
  'AFW-19': documented(
    POLICY_OVERVIEW,
    'Threat intelligence mode is inherited and a child may only be stricter: the stricter of the two is in force (Off < Alert < Deny).',
  ),
  'AFW-20': documented(
    POLICY_OVERVIEW,
    'The threat intelligence allow lists of parent and child add up.',
  ),
  'AFW-21': documented(POLICY_OVERVIEW, 'The stricter IDPS mode of parent and child is in force.'),
  'AFW-22': uncertain(
    `${POLICY_OVERVIEW}; ${KNOWN_ISSUES}`,
    'Sources disagree whether a child policy inherits DNS settings: the overview says yes with local override, the known issues say that DNS proxy is not inherited.',
  ),
  'AFW-29': uncertain(
    POLICY_OVERVIEW,
    'Whether a child policy inherits the SNAT private ranges of its parent is not stated.',
  ),

  // DNAT in the order
  'AFW-23': documented(
    RULE_PROCESSING,
    'A DNAT match translates and allows; network and application rules are not consulted any more.',
  ),
  'AFW-24': uncertain(
    'MicrosoftDocs/azure-docs articles/firewall/rule-processing.md (2020 edition)',
    'Older text: the DNAT match adds an implicit network rule, which an explicit network Deny on the translated traffic overrides.',
  ),
  'AFW-25': documented(
    RULE_PROCESSING,
    'Application rules are never applied to inbound connections.',
  ),
  'AFW-26': documented(
    KNOWN_ISSUES,
    'A DNAT rule with source * creates an implicit network rule that also matches traffic between virtual networks to the translated address, and always translates its source.',
  ),
  'AFW-27': documented(
    `${DOCS}/threat-intel.md`,
    'Threat intelligence is consulted before DNAT, network and application rules.',
  ),
  'AFW-28': documented(
    RULE_PROCESSING,
    'There is no direction: inbound means addressed to an address of the firewall. Such a flow without DNAT match falls to the default deny; everything else takes the network and application passes.',
  ),

  // Network rules
  'AFW-30': documented(
    RULE_PROCESSING,
    'A network rule matches when protocol, source, destination and destination port all match.',
  ),
  'AFW-31': documented(
    `${DOCS}/policy-rule-sets.md`,
    'Protocol Any with port * is every IP protocol; Any with a written port is TCP and UDP only.',
  ),
  'AFW-32': inferred(RULE_PROCESSING, 'ICMP has no ports: an ICMP rule is written with port *.'),
  'AFW-33': documented(
    KNOWN_ISSUES,
    'ICMP and other protocols than TCP and UDP do not work towards the Internet, because they cannot be SNATed; between private networks they do.',
  ),
  'AFW-34': inferred(
    RULE_PROCESSING,
    'A rule that lists several kinds of source or destination matches when any of them does; a rule without any source or destination matches nothing.',
  ),
  'AFW-35': documented(
    `${DOCS}/ip-groups.md`,
    'An IP group that became empty while in use makes the rule be skipped.',
  ),
  'AFW-36': uncertain(
    `${DOCS}/deploy-dual-stack-firewall.md (2026-07-16)`,
    'IPv6 is unsupported except in the dual-stack preview: policy firewalls in virtual networks, network rules and DNS proxy only.',
  ),
  'AFW-37': documented(
    `${DOCS}/service-tags.md`,
    'Service tags stand for the prefixes of the published file, IPv4 and IPv6; their names compare without case, with an optional region (Storage.EastUS).',
  ),
  'AFW-38': documented(
    `${DOCS}/service-tags.md`,
    'Internet, VirtualNetwork and AzureLoadBalancer belong to network security groups and are absent from the service tag file.',
  ),
  'AFW-39': documented(
    FILTERING,
    'A network rule names whole FQDNs without wildcard; the firewall resolves them with its own DNS settings and matches by address.',
  ),
  'AFW-40': documented(
    FILTERING,
    'An FQDN in a network rule is reliable only for clients that use the firewall as resolver; others may hold a different address and fall to the next rule.',
  ),
  'AFW-41': documented(
    FILTERING,
    'Names that share an address are indistinguishable for network rules: allowing one allows all on that address and port.',
  ),

  // Application rules
  'AFW-42': documented(
    RULE_PROCESSING,
    'Application rules are tried only when no network rule matched and the connection is HTTP, HTTPS or MSSQL over TCP.',
  ),
  'AFW-43': inferred(
    RULE_PROCESSING,
    'Which port speaks which protocol comes from the rules: Http:8080 makes TCP 8080 an HTTP port.',
  ),
  'AFW-44': documented(
    FILTERING,
    'HTTPS without inspection is matched by the server name of the TLS handshake (SNI) alone, HTTP by the Host header.',
  ),
  'AFW-45': documented(
    `${DOCS}/monitor-firewall-reference.md; MicrosoftDocs/azure-docs issues 59077, 110895`,
    'HTTPS without SNI is denied ("SNI TLS extension was missing") and never matched by an application rule; calls by address need a network rule.',
  ),
  'AFW-46': documented(
    FILTERING,
    'Payload that is neither TLS nor HTTP cannot match an application rule, whatever its port; UDP 443 is matched by network rules only.',
  ),
  'AFW-47': documented(
    RULE_PROCESSING,
    'For HTTP and inspected HTTPS the destination address of the packet is ignored: the firewall resolves the host name itself and connects there.',
  ),
  'AFW-48': uncertain(
    `${RULE_PROCESSING}; ${FILTERING}`,
    'Pages disagree whether HTTPS without inspection goes to the original address or to the one the firewall resolves.',
  ),
  'AFW-49': documented(
    `${DOCS}/sql-fqdn-filtering.md`,
    'Mssql application rules match the server name in proxy mode, port 1433 (any port that is configured for SQL in virtual machines).',
  ),
  'AFW-50': uncertain(
    SCHEMA,
    'What destination addresses in an application rule add to its names is not documented.',
  ),
  'AFW-51': documented(
    FILTERING,
    'A target FQDN may have one asterisk, at its start: it stands for anything to its left, dots included. *.x.com is not x.com; *x.com is also evilx.com; * is every name.',
  ),
  'AFW-52': documented(
    PREMIUM,
    'A target URL has no scheme, port or query; an asterisk only at the far left (host) or far right (path). h.com/test covers /test, /test/ and /test?x=1; h.com/test/* covers what is below it and not /test.',
  ),
  'AFW-53': documented(
    PREMIUM,
    'URL filtering needs Premium, and HTTP or HTTPS with TLS inspection.',
  ),
  'AFW-54': documented(
    `${DOCS}/fqdn-tags.md (2026-03-28)`,
    "FQDN tags are sets of names that Microsoft keeps and does not publish, for application rules only; the protocol is the rule's own.",
  ),
  'AFW-55': documented(
    AKS_EGRESS,
    'The tag AzureKubernetesService contains the names of the AKS outbound rules page and is kept up to date automatically.',
  ),
  'AFW-56': documented(
    `${DOCS}/web-categories.md`,
    "Web categories are decided by Microsoft's classification: by name in Standard, by whole URL in Premium.",
  ),
  'AFW-57': documented(
    `${DOCS}/infrastructure-fqdns.md`,
    'After the application rules a built-in collection allows names the platform needs (image storage, disk status, diagnostics); its members are not published. A last collection that denies * switches it off.',
  ),
  'AFW-58': uncertain(
    `${DOCS}/infrastructure-fqdns.md; ${AKS_EGRESS}`,
    'Whether md-*.blob.storage.azure.net and umsa*.blob.core.windows.net belong to the built-in collection is not known.',
  ),

  // DNAT rules
  'AFW-60': documented(
    DNAT,
    'DNAT rules match TCP and UDP by source, destination address and destination port 1 to 63999.',
  ),
  'AFW-61': documented(
    `${DNAT}; ${DOCS}/tutorial-private-ip-dnat.md`,
    'DNAT takes flows to a public address of the firewall, on Standard and Premium firewalls in virtual networks also to its private address.',
  ),
  'AFW-62': observed(
    `${DNAT}; hashicorp/terraform-provider-azurerm firewall_policy_rule_collection_group`,
    'Every listed destination port of a DNAT rule goes to its one translated port.',
  ),
  'AFW-63': observed(
    AKS_LIMIT,
    'A DNAT rule with protocol Any, as the AKS guide writes it, takes TCP and UDP.',
  ),
  'AFW-64': documented(
    DNAT,
    'A translated FQDN is resolved with the DNS of the firewall, the first answer counts, and a name that does not resolve makes the rule not match.',
  ),
  'AFW-65': documented(DNAT, 'DNAT does not work with forced tunnelling.'),
  'AFW-66': documented(
    DNAT,
    'A flow translated to a private address gets an instance address of AzureFirewallSubnet as source, any of them and not the private address of the firewall; its source port is kept.',
  ),
  'AFW-67': observed(
    'https://techcommunity.microsoft.com/t5/azure-network-security-blog/azure-firewall-nat-behaviors/ba-p/3825834',
    'A flow translated to a public address gets a public address of the firewall as source.',
  ),

  // SNAT
  'AFW-70': documented(
    SNAT,
    'Network rule, destination inside the private ranges: the source stays.',
  ),
  'AFW-71': documented(
    SNAT,
    'Network rule, destination outside the private ranges: the source becomes one public address of the firewall, chosen at random per connection.',
  ),
  'AFW-72': documented(
    SNAT,
    'Application rule flows are always SNATed: to a public address of the firewall for public destinations, to an instance address for private ones, whatever the private ranges say.',
  ),
  'AFW-73': documented(
    `${DOCS}/integrate-with-nat-gateway.md`,
    'With a NAT gateway on AzureFirewallSubnet, flows to the Internet leave with an address of the NAT gateway.',
  ),
  'AFW-74': documented(
    `${DOCS}/forced-tunneling.md`,
    'With forced tunnelling, flows to the Internet leave with an instance address, unless the private ranges are 0.0.0.0/0.',
  ),
  'AFW-75': documented(
    SNAT,
    "The default private ranges are 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 and 100.64.0.0/10; a list of one's own replaces them.",
  ),
  'AFW-76': documented(
    SNAT,
    'Private ranges 0.0.0.0/0 mean never SNAT, 255.255.255.255/32 always; application rules are not affected.',
  ),
  'AFW-77': documented(
    SNAT,
    'With autoLearnPrivateRanges the prefixes that Route Server taught count as private ranges too.',
  ),
  'AFW-78': documented(
    `${DOCS}/integrate-with-nat-gateway.md; ${AKS_LIMIT}`,
    'SNAT has 2,496 ports per public address and instance, counted per destination address, port and protocol; at least two instances run.',
  ),
  'AFW-79': uncertain(
    SNAT,
    'Which source a private destination outside the private ranges sees, a public address or an instance address, is not stated.',
  ),

  // Threat intelligence, IDPS, DNS
  'AFW-80': documented(
    `${DOCS}/threat-intel.md`,
    'Threat intelligence is Off, Alert (default) or Deny; only Deny stops a flow, and Basic can only alert.',
  ),
  'AFW-81': documented(
    `${DOCS}/threat-intel.md`,
    'Known-bad addresses count for any port and protocol, known-bad names only in HTTP and HTTPS. The feed itself is not public.',
  ),
  'AFW-82': documented(
    `${DOCS}/threat-intel.md`,
    'Allow-listed names, addresses, ranges and subnets are left alone by threat intelligence.',
  ),
  'AFW-83': documented(
    PREMIUM,
    'IDPS in Deny mode runs after the rule verdict and may silently drop what the rules allowed; Premium only.',
  ),
  'AFW-85': documented(
    DNS,
    'With DNS proxy the firewall answers on port 53 of its private address, by UDP and TCP, and no rule is needed for that; the proxy is off by default.',
  ),
  'AFW-86': documented(SKU, 'Basic has neither DNS proxy nor custom DNS servers.'),

  // Limits and tiers
  'AFW-90': documented(
    LIMITS,
    'At most 20,000 unique pairs of source and destination over all network rules: per rule unique sources times unique destinations; an IP group counts as one.',
  ),
  'AFW-91': documented(
    `${DOCS}/prescaling.md (2025-10-13)`,
    'Prescaling takes a minimum and maximum from 2 to 50 instances that are equal or differ by more than one.',
  ),
  'AFW-92': documented(
    LIMITS,
    'Public addresses plus unique DNAT destinations (address, port, protocol) are at most 250.',
  ),
  'AFW-93': documented(
    SKU,
    'Basic lacks DNS proxy, custom DNS, FQDNs in network rules, web categories, forced tunnelling, threat intelligence Deny and DNAT on the private address.',
  ),
  'AFW-94': documented(SKU, 'URL filtering, TLS inspection and IDPS are Premium only.'),
  'AFW-95': documented(
    LIMITS,
    'At most 250 public addresses, 60 rule collection groups of 2 MB per policy, 200 IP groups of 5,000 entries per firewall, 15 custom DNS servers; priorities from 100 to 65000.',
  ),

  // Sharp edges
  'AFW-E01': documented(
    RULE_PROCESSING,
    'A network rule that allows TCP 80 or 443 makes every application rule unreachable for the traffic it matches.',
  ),
  'AFW-E02': documented(
    'MicrosoftDocs/azure-docs issues 59077, 110895',
    'Pods that call the API server by address send no SNI and are denied: they need a network rule, or the FQDN injected as KUBERNETES_SERVICE_HOST.',
  ),
  'AFW-E03': documented(FILTERING, '*.x.com does not cover x.com, and *x.com covers look-alikes.'),
  'AFW-E04': documented(
    `${FILTERING}; MicrosoftDocs/azure-docs issue 76646`,
    'FQDN network rules without clients that use the DNS proxy give intermittent denies.',
  ),
  'AFW-E05': documented(
    FILTERING,
    'An FQDN network rule on a shared CDN address allows every name on that address.',
  ),
  'AFW-E06': documented(
    `${DOCS}/integrate-lb.md; MicrosoftDocs/azure-docs issues 87987, 106567`,
    'A public load balancer behind a 0.0.0.0/0 route to the firewall is asymmetric: the firewall never saw the first packet and drops the answer.',
  ),
  'AFW-E07': documented(
    DNAT,
    'DNAT hides the client address: rules behind it that name client ranges block everything, and must allow AzureFirewallSubnet.',
  ),
  'AFW-E08': documented(
    KNOWN_ISSUES,
    'DNAT with source * exposes the service to everyone and also translates traffic between virtual networks.',
  ),
  'AFW-E09': uncertain(
    `${POLICY_OVERVIEW}; ${KNOWN_ISSUES}`,
    'Sources disagree on inheritance of DNAT rules and DNS proxy: define both in the child.',
  ),
  'AFW-E10': documented(
    POLICY_OVERVIEW,
    'With a policy attached, classic rules and the DNS, SNAT and threat intelligence keys of additionalProperties are ignored.',
  ),
  'AFW-E11': documented(
    AKS_LIMIT,
    'SNAT ports towards one destination run out at 2,496 times public addresses times instances; the AKS guide takes 20 addresses as production minimum.',
  ),
  'AFW-E12': documented(
    SNAT,
    'The outbound public address is chosen at random: allow lists elsewhere must hold all of them.',
  ),
  'AFW-E13': documented(
    `${DOCS}/integrate-with-nat-gateway.md`,
    'A NAT gateway changes the egress address of the cluster, and its Standard SKU is zonal.',
  ),
  'AFW-E14': documented(
    SNAT,
    'A private range list replaces the defaults: repeat RFC 1918 and 100.64.0.0/10; 0.0.0.0/0 removes Internet egress.',
  ),
  'AFW-E15': documented(
    PREMIUM,
    'IDPS private ranges default to RFC 1918 only, unlike the SNAT ranges: pods in 100.64.0.0/10 are external to signatures.',
  ),
  'AFW-E19': documented(DNAT, 'Ports 64000 to 65535 are refused in DNAT rules.'),
  'AFW-E20': documented(
    KNOWN_ISSUES,
    'ICMP to the Internet fails although allowed, and Any with a written port excludes ICMP.',
  ),
  'AFW-E21': documented(
    FAQ,
    'The firewall completes the TCP handshake itself: a TCP ping succeeds without any rule and is not logged.',
  ),
  'AFW-E23': documented(
    `${DOCS}/threat-intel.md`,
    'In Alert mode network rules on 80 and 443 hide threat alerts by name.',
  ),
  'AFW-E24': documented(
    `${DOCS}/sql-fqdn-filtering.md`,
    'SQL redirect mode (ports 11000 to 11999) defeats Mssql application rules; allowSqlRedirect forbids rules on those ports.',
  ),
  'AFW-E25': documented(
    FILTERING,
    'QUIC passes by FQDN logic where UDP 443 is allowed; denied, clients fall back to TCP.',
  ),
  'AFW-E26': documented(
    `${PREMIUM}; ${AKS_EGRESS}`,
    'TLS inspection breaks client certificates, the ALPN of konnectivity and pinned registries.',
  ),
  'AFW-E28': documented(
    FAQ,
    'Stopping and starting a firewall may change its private address; DNAT on the private address blocks the start.',
  ),
  'AFW-E29': documented(
    `${DOCS}/forced-tunneling.md`,
    'Forced tunnelling disables DNAT, and the management subnet must keep its Internet route.',
  ),
  'AFW-E30': documented(
    KNOWN_ISSUES,
    'Outbound port 25 is blocked by the platform on most subscriptions, not by the firewall.',
  ),
  'AFW-E31': documented(`${DOCS}/ip-groups.md`, 'An empty IP group makes its rule skip silently.'),
  'AFW-E32': documented(
    SKU,
    'Basic silently lacks DNS proxy, FQDN network rules and threat intelligence Deny.',
  ),
  'AFW-E33': observed(
    `${DOCS}/service-tags.md; the service tag file`,
    'networkFeatures in the service tag file is no list of what the firewall supports: AzureCloud lacks FW and works.',
  ),
  'AFW-E35': documented(
    RULE_PROCESSING,
    'The firewall must resolve the name itself: private zones linked only to the spoke leave a matching rule without effect.',
  ),
  'AFW-E36': documented(
    `${DOCS}/infrastructure-fqdns.md`,
    'A last application collection that denies everything is no no-op: it switches off the built-in infrastructure collection.',
  ),
} as const satisfies Readonly<Record<string, Fact>>;
