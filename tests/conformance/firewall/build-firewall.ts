import { placeless } from '../../../src/diagnostics/index.ts';
import {
  type Datasets,
  NO_THREAT_LIST,
  parseFqdnTags,
  type ServiceTags,
  type ThreatList,
} from '../../../src/facts/index.ts';
import type {
  AddressTerm,
  ApplicationRule,
  AzureFirewall,
  DnatRule,
  FirewallPolicy,
  FirewallSettings,
  IpGroup,
  NetworkRule,
  Reference,
  RuleCollection,
  RuleCollectionGroup,
  RuleSources,
} from '../../../src/model/index.ts';
import {
  type AddressSet,
  addressSet,
  type DomainName,
  type Ip,
  type Port,
  parseDomainName,
  parseIp,
  parseIpRange,
  parsePortRange,
  parsePrefix,
  portSet,
  singleAddress,
} from '../../../src/net/index.ts';
import type {
  FirewallPlacement,
  Link,
  PublicAddress,
  SubnetPlacement,
} from '../../../src/network/network.ts';
import type { FirewallContext } from '../../../src/semantics/firewall/index.ts';
import type { Application, Flow, FlowAddress } from '../../../src/semantics/flow.ts';
import type { Unknown } from '../../../src/values/index.ts';

export const AT = placeless('test');
export const PUBLIC_ADDRESS = '20.51.7.8';

export function unknown(missing: string, symbol?: string): Unknown {
  return {
    kind: 'unknown',
    reason: 'missing-parameter',
    text: missing,
    missing,
    at: AT,
    ...(symbol === undefined ? {} : { symbol }),
  };
}

export function ip(text: string): Ip {
  return parseIp(text)!;
}

export function exact(text: string): FlowAddress {
  return { kind: 'exact', ip: ip(text) };
}

export function ranges(...texts: readonly string[]): AddressSet {
  return addressSet(texts.map((text) => parseIpRange(text)!));
}

export function within(label: string, ...texts: readonly string[]): FlowAddress {
  return { kind: 'within', addresses: ranges(...texts), label };
}

/** `*`, addresses, ranges, service tags by name, or an unknown. */
export function terms(...texts: readonly (string | Unknown)[]): AddressTerm[] {
  return texts.map((text) => {
    if (typeof text !== 'string')
      return { kind: 'unknown', unknown: text, text: text.text, at: AT };
    if (text === '*') return { kind: 'any', text, at: AT };
    const range = parseIpRange(text);
    return range === undefined
      ? { kind: 'service-tag', tag: text, text, at: AT }
      : { kind: 'range', range, text, at: AT };
  });
}

export function reference(id: string): Reference {
  return { kind: 'reference', id, key: id.toLowerCase(), at: AT };
}

export function sources(...texts: readonly (string | Unknown)[]): RuleSources {
  return { addresses: terms(...texts), ipGroups: [], kubeSelectorGroups: [] };
}

export function ports(...texts: readonly string[]) {
  return portSet(texts.map((text) => parsePortRange(text)!));
}

function named(name: string) {
  return { key: name.toLowerCase(), name, at: AT };
}

const NETWORK_RULE: Omit<NetworkRule, 'key' | 'name' | 'at'> = {
  protocols: ['TCP'],
  sources: sources('*'),
  destinationAddresses: [],
  destinationIpGroups: [],
  destinationFqdns: [],
  destinationPorts: ports('*'),
};

export function networkRule(name: string, rule: Partial<NetworkRule>): NetworkRule {
  return { ...named(name), ...NETWORK_RULE, ...rule };
}

export function fqdns(...texts: readonly string[]) {
  return texts.map((text) => ({ kind: 'fqdn' as const, text, at: AT }));
}

const APPLICATION_RULE: Omit<ApplicationRule, 'key' | 'name' | 'at'> = {
  protocols: [{ type: 'Https', port: 443 as Port }],
  sources: sources('*'),
  targetFqdns: [],
  targetUrls: [],
  fqdnTags: [],
  webCategories: [],
  destinationAddresses: [],
  terminateTls: false,
};

export function applicationRule(name: string, rule: Partial<ApplicationRule>): ApplicationRule {
  return { ...named(name), ...APPLICATION_RULE, ...rule };
}

const DNAT_RULE: Omit<DnatRule, 'key' | 'name' | 'at'> = {
  protocols: ['TCP'],
  sources: sources('203.0.113.0/24'),
  destinationAddresses: terms(PUBLIC_ADDRESS),
  destinationPorts: ports('80'),
  translatedAddress: { ...parseIp('10.42.1.200')! },
  translatedPort: 80 as Port,
};

export function dnatRule(name: string, rule: Partial<DnatRule>): DnatRule {
  return { ...named(name), ...DNAT_RULE, ...rule };
}

type Action = 'Allow' | 'Deny' | Unknown;
type Priority = number | Unknown;

export function networkCollection(
  name: string,
  priority: Priority,
  action: Action,
  ...rules: readonly NetworkRule[]
): RuleCollection {
  return { ...named(name), kind: 'network', priority, action, rules };
}

export function applicationCollection(
  name: string,
  priority: Priority,
  action: Action,
  ...rules: readonly ApplicationRule[]
): RuleCollection {
  return { ...named(name), kind: 'application', priority, action, rules };
}

export function dnatCollection(
  name: string,
  priority: Priority,
  ...rules: readonly DnatRule[]
): RuleCollection {
  return { ...named(name), kind: 'dnat', priority, rules };
}

export function group(
  policyKey: string,
  name: string,
  priority: Priority,
  ...collections: readonly RuleCollection[]
): RuleCollectionGroup {
  return { ...named(name), policyKey, priority, collections };
}

export const NO_SETTINGS: FirewallSettings = {
  threatIntelMode: undefined,
  threatIntelAllowedAddresses: [],
  threatIntelAllowedFqdns: [],
  dnsProxyEnabled: undefined,
  dnsServers: [],
  snatPrivateRanges: undefined,
  autoLearnPrivateRanges: undefined,
};

const LOCATED = { zones: [], tags: {} };

export function policy(
  name: string,
  groups: readonly RuleCollectionGroup[],
  more: Partial<Omit<FirewallPolicy, 'settings'>> & { settings?: Partial<FirewallSettings> } = {},
): FirewallPolicy {
  return {
    ...named(name),
    ...LOCATED,
    id: name,
    skuTier: undefined,
    intrusionDetectionMode: undefined,
    intrusionDetectionPrivateRanges: undefined,
    hasTransportSecurity: false,
    allowSqlRedirect: undefined,
    explicitProxyEnabled: undefined,
    groups,
    ...more,
    settings: { ...NO_SETTINGS, ...more.settings },
  };
}

export function publicAddress(text: string): PublicAddress {
  return {
    address: { addresses: singleAddress(ip(text)), isExact: true, label: 'firewall fw' },
  };
}

/** AzureFirewallSubnet 10.42.2.0/24, the subnet of the worked examples. */
export function firewallSubnet(more: Partial<SubnetPlacement> = {}): Link<SubnetPlacement> {
  const subnet = {
    ...named('AzureFirewallSubnet'),
    id: 'subnet',
    vnetKey: 'hub',
    prefixes: [],
    serviceEndpoints: [],
    delegations: [],
    defaultOutboundAccess: undefined,
  };
  const vnet = {
    ...named('hub'),
    ...LOCATED,
    id: 'hub',
    addressSpace: [],
    dnsServers: [],
    subnets: [],
    peerings: [],
  };
  const target: SubnetPlacement = {
    subnet,
    vnet,
    addresses: ranges('10.42.2.0/24'),
    routeTable: { kind: 'none' },
    networkSecurityGroup: { kind: 'none' },
    natGateway: { kind: 'none' },
    ...more,
  };
  return { kind: 'found', target };
}

export interface FirewallParts {
  readonly firewall?: Partial<Omit<AzureFirewall, 'settings'>>;
  readonly settings?: Partial<FirewallSettings>;
  /** Classic rules; with `policies` they are silent. */
  readonly collections?: readonly RuleCollection[];
  readonly policies?: readonly FirewallPolicy[];
  readonly placement?: Partial<FirewallPlacement>;
}

/** A Standard firewall at 10.42.2.4 with public address 20.51.7.8. */
export function firewall(parts: FirewallParts = {}): FirewallPlacement {
  const { policies = [] } = parts;
  return {
    firewall: {
      ...named('fw'),
      ...LOCATED,
      id: 'fw',
      skuName: 'AZFW_VNet',
      skuTier: 'Standard',
      ipConfigurations: [],
      hubPublicAddresses: [],
      minCapacity: undefined,
      collections: parts.collections ?? [],
      ...(policies.length === 0 ? {} : { policy: reference(policies.at(-1)!.name) }),
      ...parts.firewall,
      settings: { ...NO_SETTINGS, ...parts.settings },
    },
    subnet: firewallSubnet(),
    privateAddress: {
      addresses: singleAddress(ip('10.42.2.4')),
      isExact: true,
      label: 'firewall fw',
    },
    publicAddresses: [publicAddress(PUBLIC_ADDRESS)],
    policies,
    natGateway: { kind: 'none' },
    ...parts.placement,
  };
}

export function ipGroup(name: string, addresses: readonly AddressTerm[]): IpGroup {
  return { ...named(name), ...LOCATED, id: name, addresses };
}

export const SERVICE_TAGS: ServiceTags = {
  info: { origin: 'test', version: '1' },
  isComplete: false,
  prefixes: new Map([
    ['azurecloud.eastus', ['20.42.0.0/17', '2603:1030:210::/47']],
    ['storage.eastus', ['20.60.0.0/24']],
  ]),
};

/** The documented part of the tag as the reference prints it. */
const FQDN_TAGS = parseFqdnTags(
  JSON.stringify({
    _meta: {
      nameSource: 'fqdn-tags.md (2026-03-28)',
      completeness: { AzureKubernetesService: 'documented', others: 'partial or none' },
    },
    AzureKubernetesService: {
      entries: [
        { fqdn: '*.hcp.<location>.azmk8s.io', ports: [{ protocol: 'Https', port: 443 }] },
        { fqdn: 'mcr.microsoft.com', ports: [{ protocol: 'Https', port: 443 }] },
      ],
      optional: [{ fqdn: 'snapshot.ubuntu.com', ports: [{ protocol: 'Https', port: 443 }] }],
    },
  }),
  'test',
).value!;

export const DATASETS: Pick<Datasets, 'serviceTags' | 'fqdnTags' | 'threatList'> = {
  serviceTags: SERVICE_TAGS,
  fqdnTags: FQDN_TAGS,
  threatList: NO_THREAT_LIST,
};

export function threatList(list: Partial<ThreatList>): ThreatList {
  return { ...NO_THREAT_LIST, info: { origin: 'threats.txt', version: '' }, ...list };
}

export function context(more: Partial<FirewallContext> = {}): FirewallContext {
  return {
    datasets: DATASETS,
    location: 'eastus',
    clientResolver: 'unknown',
    ipGroups: new Map(),
    ...more,
  };
}

export function name(text: string): DomainName {
  return parseDomainName(text)!;
}

/** Somewhere on the internet: what a client of a public name sees. */
export const INTERNET: FlowAddress = within('the internet', '11.0.0.0/8', '20.0.0.0/8');

export const NODE = exact('10.42.1.6');

export function flow(more: Partial<Flow> = {}): Flow {
  return {
    source: NODE,
    destination: exact('8.8.8.8'),
    protocol: 'tcp',
    destinationPort: 443 as Port,
    application: { kind: 'none' },
    ...more,
  };
}

/** HTTPS from a node to a public name whose address is not known. */
export function https(host: string, more: Partial<Flow> = {}): Flow {
  const application: Application = { kind: 'https', serverName: name(host) };
  const destination = { ...INTERNET, label: host } as FlowAddress;
  return flow({ destination, destinationName: name(host), application, ...more });
}

export function http(host: string, more: Partial<Flow> = {}): Flow {
  const application: Application = { kind: 'http', host: name(host), path: '/' };
  const destination = { ...INTERNET, label: host } as FlowAddress;
  return flow({
    destination,
    destinationName: name(host),
    destinationPort: 80 as Port,
    application,
    ...more,
  });
}

export function prefix(text: string) {
  return parsePrefix(text)!;
}

/** A firewall with a management interface whose default route leads there. */
export function tunnelled(nextHopType: 'Internet' | 'VirtualNetworkGateway'): FirewallParts {
  const route = {
    key: 'default',
    name: 'default',
    at: AT,
    destination: { kind: 'prefix' as const, prefix: prefix('0.0.0.0/0') },
    destinationText: '0.0.0.0/0',
    nextHopType,
    nextHopAddresses: [],
  };
  const table = {
    key: 'rt',
    name: 'rt',
    at: AT,
    id: 'rt',
    zones: [],
    tags: {},
    routes: [route],
    disableBgpRoutePropagation: undefined,
  };
  return {
    firewall: {
      managementIpConfiguration: {
        key: 'm',
        name: 'm',
        at: AT,
        privateAddress: unknown('the private address of m'),
      },
    },
    placement: { subnet: firewallSubnet({ routeTable: { kind: 'found', target: table } }) },
  };
}
