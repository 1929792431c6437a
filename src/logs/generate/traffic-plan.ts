/** A rule by the names that logs give it. */
export interface RuleName {
  readonly policy: string;
  readonly ruleCollectionGroup: string;
  readonly ruleCollection: string;
  readonly rule: string;
}

/** Pods or nodes that send alike. */
export interface Sender {
  /** `payments/api`, `node pool system`. */
  readonly name: string;
  /** As the firewall sees them. */
  readonly addresses: readonly string[];
}

/** One thing that senders do all the time, and what the firewall says to it. */
export interface Stream {
  readonly sender: string;
  readonly protocol: 'TCP' | 'UDP' | 'HTTP' | 'HTTPS';
  /** A name makes it an application record, an address a network record. */
  readonly to: { readonly fqdn: string } | { readonly address: string };
  readonly port: number;
  readonly action: 'Allow' | 'Deny';
  /** Absent: no rule matched. */
  readonly rule?: RuleName;
  /** How often, beside the others. */
  readonly weight: number;
}

/** A DNAT rule and who comes through it. */
export interface Inbound {
  readonly publicAddress: string;
  readonly port: number;
  readonly to: string;
  readonly toPort: number;
  readonly rule: RuleName;
  readonly weight: number;
}

/** What is generated: the firewall, who sends what through it, and all its rules. */
export interface TrafficPlan {
  /** Upper case, as streams have it (azure-firewall 8.3). */
  readonly firewall: string;
  readonly senders: readonly Sender[];
  readonly streams: readonly Stream[];
  readonly inbound: readonly Inbound[];
  /** Of the network and application kind, used or not. */
  readonly rules: readonly RuleName[];
  /** What AKS needs and the firewall denies, when that is planted (aks.md 5). */
  readonly dependency: { readonly fqdn: string; readonly port: number; readonly sender: string };
}

const POLICY = 'fwp-aks-prod';
const network = (ruleCollection: string, rule: string): RuleName => ({
  policy: POLICY,
  ruleCollectionGroup: 'DefaultNetworkRuleCollectionGroup',
  ruleCollection,
  rule,
});
const application = (ruleCollection: string, rule: string): RuleName => ({
  policy: POLICY,
  ruleCollectionGroup: 'DefaultApplicationRuleCollectionGroup',
  ruleCollection,
  rule,
});

/** `10.42.<third>.<from>` … */
function addresses(third: number, from: number, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `10.42.${third}.${from + index}`);
}

const API = network('aks-core-net', 'api-tcp');
const TIME = network('aks-core-net', 'time');
const DATABASE = network('workloads-net', 'orders-database');
const OLD_FTP = network('workloads-net', 'old-ftp');
const CORE = application('aks-core-app', 'fqdn-tag');
const REGISTRY = application('workloads-app', 'registry');
const PAYMENT = application('workloads-app', 'payment-provider');
const SEARCH = application('workloads-app', 'search');

/** A cluster of two node pools and four workloads behind one firewall; names and addresses are of documentation. */
export const SAMPLE_PLAN: TrafficPlan = {
  firewall:
    '/SUBSCRIPTIONS/11111111-2222-3333-4444-555555555555/RESOURCEGROUPS/RG-PERIMETER/PROVIDERS/MICROSOFT.NETWORK/AZUREFIREWALLS/FW-PERIMETER',
  senders: [
    { name: 'node pool system', addresses: addresses(0, 4, 3) },
    { name: 'node pool user', addresses: addresses(0, 20, 8) },
    { name: 'orders/api', addresses: addresses(1, 4, 12) },
    { name: 'orders/worker', addresses: addresses(1, 40, 20) },
    { name: 'payments/api', addresses: addresses(2, 4, 6) },
    { name: 'web/frontend', addresses: addresses(3, 4, 10) },
  ],
  streams: [
    ...['node pool system', 'node pool user'].flatMap((sender): readonly Stream[] => [
      {
        sender,
        protocol: 'TCP',
        to: { address: '20.62.130.10' },
        port: 9000,
        action: 'Allow',
        rule: API,
        weight: 6,
      },
      {
        sender,
        protocol: 'UDP',
        to: { address: '198.51.100.123' },
        port: 123,
        action: 'Allow',
        rule: TIME,
        weight: 3,
      },
      {
        sender,
        protocol: 'HTTPS',
        to: { fqdn: 'mcr.microsoft.com' },
        port: 443,
        action: 'Allow',
        rule: CORE,
        weight: 4,
      },
      {
        sender,
        protocol: 'HTTPS',
        to: { fqdn: 'management.azure.com' },
        port: 443,
        action: 'Allow',
        rule: CORE,
        weight: 8,
      },
      {
        sender,
        protocol: 'HTTPS',
        to: { fqdn: 'login.microsoftonline.com' },
        port: 443,
        action: 'Allow',
        rule: CORE,
        weight: 8,
      },
      {
        sender,
        protocol: 'HTTPS',
        to: { fqdn: 'registry.contoso.example' },
        port: 443,
        action: 'Allow',
        rule: REGISTRY,
        weight: 4,
      },
    ]),
    {
      sender: 'orders/api',
      protocol: 'TCP',
      to: { address: '10.50.2.4' },
      port: 5432,
      action: 'Allow',
      rule: DATABASE,
      weight: 30,
    },
    {
      sender: 'orders/worker',
      protocol: 'TCP',
      to: { address: '10.50.2.4' },
      port: 5432,
      action: 'Allow',
      rule: DATABASE,
      weight: 25,
    },
    {
      sender: 'orders/worker',
      protocol: 'HTTPS',
      to: { fqdn: 'search.contoso.example' },
      port: 443,
      action: 'Allow',
      rule: SEARCH,
      weight: 20,
    },
    {
      sender: 'payments/api',
      protocol: 'HTTPS',
      to: { fqdn: 'api.payments.example' },
      port: 443,
      action: 'Allow',
      rule: PAYMENT,
      weight: 15,
    },
    {
      sender: 'web/frontend',
      protocol: 'HTTPS',
      to: { fqdn: 'search.contoso.example' },
      port: 443,
      action: 'Allow',
      rule: SEARCH,
      weight: 20,
    },
    {
      sender: 'web/frontend',
      protocol: 'HTTPS',
      to: { fqdn: 'telemetry.vendor.example' },
      port: 443,
      action: 'Deny',
      weight: 5,
    },
    {
      sender: 'orders/worker',
      protocol: 'TCP',
      to: { address: '198.51.100.25' },
      port: 25,
      action: 'Deny',
      weight: 2,
    },
  ],
  inbound: [
    {
      ...{ publicAddress: '192.0.2.13', port: 443, to: '10.42.3.100', toPort: 443, weight: 15 },
      rule: {
        policy: POLICY,
        ruleCollectionGroup: 'DefaultDnatRuleCollectionGroup',
        ruleCollection: 'ingress',
        rule: 'web-https',
      },
    },
  ],
  rules: [API, TIME, DATABASE, OLD_FTP, CORE, REGISTRY, PAYMENT, SEARCH],
  dependency: { fqdn: 'packages.aks.azure.com', port: 443, sender: 'node pool user' },
};
