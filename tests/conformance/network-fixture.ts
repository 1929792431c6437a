import { placeless } from '../../src/diagnostics/index.ts';
import type { Datasets } from '../../src/facts/index.ts';
import type {
  AddressTerm,
  AgentPool,
  AzureFirewall,
  ClusterNetwork,
  GatewayConnection,
  LocalNetworkGateway,
  ManagedCluster,
  NetworkInterface,
  NetworkSecurityGroup,
  NextHopType,
  Peering,
  Perimeter,
  PodClass,
  PrefixAt,
  PrivateEndpoint,
  PublicIpAddress,
  Reference,
  RouteTable,
  SecurityRule,
  Service,
  Snapshot,
  Subnet,
  UserRoute,
  VirtualNetwork,
  VirtualNetworkGateway,
} from '../../src/model/index.ts';
import {
  ALL_PORTS,
  type Ip,
  parseIp,
  parseIpRange,
  parsePort,
  parsePortRange,
  parsePrefix,
  portSet,
} from '../../src/net/index.ts';
import { deriveNetwork, type Network } from '../../src/network/index.ts';
import type { Flow, FlowAddress } from '../../src/semantics/flow.ts';
import { privateAddressOf, type Unknown } from '../../src/values/index.ts';

/** Typed views written in a few words, for cases that concern the network and not the reading of files. */
export const AT = placeless('test');

export function ref(key: string): Reference {
  return { kind: 'reference', key, id: key, at: AT };
}

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

function named(key: string) {
  return { key, name: key.split('/').at(-1)!, at: AT };
}

function located(key: string) {
  return { ...named(key), id: key, zones: [], tags: {} };
}

function prefixAt(text: string): PrefixAt {
  return { kind: 'prefix', prefix: parsePrefix(text)!, text, at: AT };
}

export interface VnetWords {
  readonly space: readonly string[];
  readonly subnets: Readonly<Record<string, string | SubnetWords>>;
  readonly peerings?: readonly Peering[];
}
export interface SubnetWords extends Partial<Subnet> {
  readonly prefix: string;
  readonly table?: string;
  readonly nsg?: string;
}

export function vnet(key: string, words: VnetWords, more: Partial<VirtualNetwork> = {}) {
  const subnets = Object.entries(words.subnets).map(([name, value]): Subnet => {
    const { prefix, table, nsg, ...rest } = typeof value === 'string' ? { prefix: value } : value;
    return {
      ...named(`${key}/subnets/${name.toLowerCase()}`),
      name,
      id: `${key}/subnets/${name}`,
      vnetKey: key,
      prefixes: [prefixAt(prefix)],
      serviceEndpoints: [],
      delegations: [],
      defaultOutboundAccess: undefined,
      ...(table === undefined ? {} : { routeTable: ref(table) }),
      ...(nsg === undefined ? {} : { networkSecurityGroup: ref(nsg) }),
      ...rest,
    };
  });
  const made: VirtualNetwork = {
    ...located(key),
    addressSpace: words.space.map(prefixAt),
    dnsServers: [],
    subnets,
    peerings: words.peerings ?? [],
    ...more,
  };
  return made;
}

export function peering(from: string, to: string, more: Partial<Peering> = {}): Peering {
  return {
    ...named(`${from}/peerings/${to}`),
    vnetKey: from,
    remote: ref(to),
    allowVirtualNetworkAccess: true,
    allowForwardedTraffic: true,
    allowGatewayTransit: false,
    useRemoteGateways: false,
    peeringState: undefined,
    peeringSyncLevel: undefined,
    remoteAddressSpace: [],
    peerCompleteVnets: undefined,
    ...more,
  };
}

/** `['0.0.0.0/0', 'VirtualAppliance', '10.0.0.4']`; a destination that is no prefix is a service tag. */
export type RouteWords = readonly [
  destination: string | Unknown,
  type: NextHopType,
  hop?: string | Unknown,
];

export function routeTable(
  key: string,
  routes: readonly RouteWords[],
  more: Partial<RouteTable> = {},
): RouteTable {
  return {
    ...located(key),
    routes: routes.map(([destination, type, hop], index): UserRoute => {
      const text = typeof destination === 'string' ? destination : destination.text;
      const prefix = parsePrefix(text);
      return {
        ...named(`${key}/routes/r${index}`),
        destination:
          typeof destination !== 'string'
            ? destination
            : prefix === undefined
              ? { kind: 'service-tag', tag: text }
              : { kind: 'prefix', prefix },
        destinationText: text,
        nextHopType: type,
        nextHopAddresses: hop === undefined ? [] : [typeof hop === 'string' ? ip(hop) : hop],
      };
    }),
    disableBgpRoutePropagation: undefined,
    ...more,
  };
}

export interface RuleWords {
  readonly priority: number | Unknown;
  readonly access: 'Allow' | 'Deny';
  readonly direction: 'Inbound' | 'Outbound';
  readonly name?: string;
  readonly protocol?: SecurityRule['protocol'];
  readonly from?: readonly string[];
  readonly to?: readonly string[];
  readonly ports?: readonly string[];
  readonly more?: Partial<SecurityRule>;
}

export function nsg(
  key: string,
  rules: readonly RuleWords[],
  more: Partial<NetworkSecurityGroup> = {},
): NetworkSecurityGroup {
  return {
    ...located(key),
    rules: rules.map(
      (words, index): SecurityRule => ({
        ...named(`${key}/rules/${words.name ?? `rule${index}`}`),
        direction: words.direction,
        priority: words.priority,
        access: words.access,
        protocol: words.protocol ?? '*',
        sourcePorts: ALL_PORTS,
        destinationPorts:
          words.ports === undefined
            ? ALL_PORTS
            : portSet(words.ports.map((text) => parsePortRange(text)!)),
        sources: (words.from ?? ['*']).map(term),
        destinations: (words.to ?? ['*']).map(term),
        sourceApplicationSecurityGroups: [],
        destinationApplicationSecurityGroups: [],
        ...words.more,
      }),
    ),
    ...more,
  };
}

export function term(text: string): AddressTerm {
  if (text === '*') return { kind: 'any', text, at: AT };
  const range = parseIpRange(text);
  return range === undefined
    ? { kind: 'service-tag', tag: text, text, at: AT }
    : { kind: 'range', range, text, at: AT };
}

export function firewall(
  key: string,
  subnet: string,
  privateAddress: string | undefined,
  publicIps: readonly string[],
  more: Partial<AzureFirewall> = {},
): AzureFirewall {
  return {
    ...located(key),
    skuName: 'AZFW_VNet',
    skuTier: 'Standard',
    ipConfigurations: publicIps.map((publicIp, index) => ({
      ...named(`${key}/ip/${index}`),
      ...(index === 0 ? { subnet: ref(subnet) } : {}),
      publicIp: ref(publicIp),
      privateAddress:
        index === 0 && privateAddress !== undefined
          ? ip(privateAddress)
          : unknown(`the private address of ${key}`, privateAddressOf(key)),
    })),
    hubPublicAddresses: [],
    collections: [],
    settings: {
      threatIntelMode: undefined,
      threatIntelAllowedAddresses: [],
      threatIntelAllowedFqdns: [],
      dnsProxyEnabled: undefined,
      dnsServers: [],
      snatPrivateRanges: undefined,
      autoLearnPrivateRanges: undefined,
    },
    minCapacity: undefined,
    ...more,
  };
}

export function publicIp(key: string, address?: string): PublicIpAddress {
  const symbol = `public-address:${key}`;
  return {
    ...located(key),
    address: address === undefined ? unknown(`the address of ${key}`, symbol) : ip(address),
  };
}

export function privateEndpoint(
  key: string,
  subnet: string,
  addresses: readonly string[],
): PrivateEndpoint {
  return {
    ...located(key),
    subnet: ref(subnet),
    connections: [],
    addresses: addresses.map(ip),
    dnsConfigs: [],
    zoneGroupZones: [],
  };
}

export function networkInterface(
  key: string,
  subnet: string,
  address: string | undefined,
  more: { readonly forwards?: boolean; readonly groups?: readonly string[] } = {},
): NetworkInterface {
  return {
    ...located(key),
    enableIpForwarding: more.forwards,
    dnsServers: [],
    ipConfigurations: [
      {
        name: 'ip',
        ...(address === undefined ? {} : { privateAddress: ip(address) }),
        subnet: ref(subnet),
        applicationSecurityGroups: (more.groups ?? []).map(ref),
        at: AT,
      },
    ],
  };
}

export function vpnGateway(
  key: string,
  vnetKey: string,
  more: Partial<VirtualNetworkGateway> = {},
): VirtualNetworkGateway {
  return {
    ...located(key),
    gatewayType: 'Vpn',
    subnet: ref(`${vnetKey}/subnets/gatewaysubnet`),
    enableBgp: false,
    ...more,
  };
}

export function localGateway(key: string, prefixes: readonly string[]): LocalNetworkGateway {
  return { ...located(key), prefixes: prefixes.map(prefixAt) };
}

export function connection(key: string, gateway: string, local: string): GatewayConnection {
  return { ...located(key), gateway: ref(gateway), localGateway: ref(local) };
}

export function cluster(
  key: string,
  network: Partial<ClusterNetwork>,
  pools: readonly Partial<AgentPool>[],
  more: Partial<ManagedCluster> = {},
): ManagedCluster {
  return {
    ...located(key),
    network: {
      at: AT,
      plugin: undefined,
      pluginMode: undefined,
      dataplane: undefined,
      policy: undefined,
      podCidrs: [],
      serviceCidrs: [],
      ipFamilies: [],
      outboundType: undefined,
      outboundIps: [],
      outboundIpPrefixes: [],
      staticEgressGateway: false,
      advancedNetworking: { enabled: false },
      ...network,
    },
    apiServer: {
      at: AT,
      isPrivate: undefined,
      authorizedRanges: [],
      privateDnsZone: undefined,
      publicFqdn: undefined,
      vnetIntegration: undefined,
      disableRunCommand: undefined,
    },
    pools: pools.map((pool, index) => ({
      ...named(`${key}/pools/p${index}`),
      osType: 'Linux',
      autoscaling: false,
      enableNodePublicIp: undefined,
      zones: [],
      labels: {},
      applicationSecurityGroups: [],
      ...pool,
    })),
    addons: {
      azurePolicy: false,
      keyVaultCsi: false,
      monitorMetrics: false,
      containerInsights: false,
      appMonitoring: false,
      defender: false,
      workloadIdentity: false,
      costAnalysis: false,
      webAppRouting: false,
      istio: false,
      istioIngress: [],
      extensions: [],
      at: {},
    },
    retirements: { podIdentity: false, httpApplicationRouting: false, openServiceMesh: false },
    ...more,
  };
}

export function pod(namespace: string, name: string, labels: PodClass['labels']): PodClass {
  return {
    kind: 'Deployment',
    namespace,
    name,
    at: AT,
    labels,
    annotations: {},
    serviceAccount: 'default',
    hostNetwork: false,
    ports: [],
    nodeSelector: {},
    probePorts: [],
    images: [],
  };
}

export function loadBalancerService(
  namespace: string,
  name: string,
  annotations: Service['annotations'],
  more: Partial<Service> = {},
): Service {
  return {
    kind: 'Service',
    namespace,
    name,
    at: AT,
    type: 'LoadBalancer',
    annotations,
    ports: [],
    externalIps: [],
    loadBalancerSourceRanges: [],
    ingressAddresses: [],
    externalTrafficPolicy: 'Cluster',
    internalTrafficPolicy: 'Cluster',
    allocateNodePorts: true,
    typeAt: AT,
    ...more,
  };
}

export interface PerimeterWords {
  readonly vnets?: readonly VirtualNetwork[];
  readonly tables?: readonly RouteTable[];
  readonly nsgs?: readonly NetworkSecurityGroup[];
  readonly firewalls?: readonly AzureFirewall[];
  readonly publicIps?: readonly PublicIpAddress[];
  readonly endpoints?: readonly PrivateEndpoint[];
  readonly interfaces?: readonly NetworkInterface[];
  readonly gateways?: readonly VirtualNetworkGateway[];
  readonly localGateways?: readonly LocalNetworkGateway[];
  readonly connections?: readonly GatewayConnection[];
  readonly clusters?: readonly ManagedCluster[];
  readonly kubernetes?: Partial<Perimeter['kubernetes']>;
  readonly tags?: Readonly<Record<string, readonly string[]>>;
  readonly more?: Partial<Perimeter>;
}

export function perimeterOf(words: PerimeterWords): Perimeter {
  const none = new Map<string, never>();
  return {
    snapshot: snapshotWith(words.tags ?? {}),
    virtualNetworks: byKey(words.vnets),
    routeTables: byKey(words.tables),
    networkSecurityGroups: byKey(words.nsgs),
    applicationSecurityGroups: none,
    publicIps: byKey(words.publicIps),
    publicIpPrefixes: none,
    natGateways: none,
    loadBalancers: none,
    networkInterfaces: byKey(words.interfaces),
    firewalls: byKey(words.firewalls),
    firewallPolicies: none,
    ipGroups: none,
    privateEndpoints: byKey(words.endpoints),
    privateDnsZones: none,
    applicationGateways: none,
    wafPolicies: none,
    bastionHosts: none,
    virtualNetworkGateways: byKey(words.gateways),
    localNetworkGateways: byKey(words.localGateways),
    gatewayConnections: byKey(words.connections),
    flowLogs: none,
    diagnosticSettings: [],
    platformServices: none,
    policyAssignments: [],
    clusters: byKey(words.clusters),
    kubernetes: {
      namespaces: new Map(),
      pods: [],
      nodes: [],
      services: [],
      endpointSlices: [],
      ingresses: [],
      ingressClasses: [],
      gatewayClasses: [],
      gateways: [],
      httpRoutes: [],
      referenceGrants: [],
      policies: [],
      configMaps: new Map(),
      boundServiceAccounts: new Set(),
      ...words.kubernetes,
    },
    diagnostics: [],
    gaps: [],
    ...words.more,
  };
}

export function networkOf(words: PerimeterWords): Network {
  return deriveNetwork(perimeterOf(words));
}

function snapshotWith(tags: Readonly<Record<string, readonly string[]>>): Snapshot {
  const info = { origin: 'test', version: '2026-11-21' };
  const datasets: Datasets = {
    serviceTags: {
      info,
      isComplete: false,
      prefixes: new Map(Object.entries(tags).map(([tag, list]) => [tag.toLowerCase(), list])),
    },
    fqdnTags: { info, tags: new Map() },
    requiredEgress: { info, entries: [] },
    privateDnsZones: { info, entries: [] },
    threatList: { info, addresses: [], fqdns: [] },
  };
  return {
    resources: new Map(),
    objects: new Map(),
    datasets,
    diagnostics: [],
    gaps: [],
    files: [],
  };
}

function byKey<T extends { readonly key: string }>(list: readonly T[] = []): Map<string, T> {
  return new Map(list.map((entry) => [entry.key, entry]));
}

export function ip(text: string): Ip {
  return parseIp(text)!;
}

export function exactly(text: string): FlowAddress {
  return { kind: 'exact', ip: ip(text) };
}

export function flow(from: string, to: string, port = 443, more: Partial<Flow> = {}): Flow {
  return {
    source: exactly(from),
    destination: exactly(to),
    protocol: 'tcp',
    destinationPort: parsePort(port)!,
    application: { kind: 'none' },
    ...more,
  };
}
