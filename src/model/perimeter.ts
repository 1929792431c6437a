import type { Diagnostic, Gap } from '../diagnostics/index.ts';
import type { ApplicationGateway, WafPolicy } from './azure/application-gateway.ts';
import type { ManagedCluster } from './azure/cluster.ts';
import type { AzureFirewall, FirewallPolicy, IpGroup } from './azure/firewall.ts';
import type {
  ApplicationSecurityGroup,
  BastionHost,
  DiagnosticSetting,
  FlowLog,
  GatewayConnection,
  LoadBalancer,
  LocalNetworkGateway,
  NatGateway,
  NetworkInterface,
  NetworkSecurityGroup,
  PlatformService,
  PolicyAssignment,
  PrivateDnsZone,
  PrivateEndpoint,
  PublicIpAddress,
  PublicIpPrefix,
  RouteTable,
  VirtualNetwork,
  VirtualNetworkGateway,
} from './azure/network.ts';
import type { ClusterObjects, Service } from './kubernetes/objects.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * The snapshot read once into typed views, everything keyed by lower-cased resource id. Data without behaviour;
 * made by `readPerimeter` in `model/read-perimeter.ts`.
 */
export interface Perimeter {
  readonly snapshot: Snapshot;
  readonly virtualNetworks: ReadonlyMap<string, VirtualNetwork>;
  readonly routeTables: ReadonlyMap<string, RouteTable>;
  readonly networkSecurityGroups: ReadonlyMap<string, NetworkSecurityGroup>;
  readonly applicationSecurityGroups: ReadonlyMap<string, ApplicationSecurityGroup>;
  readonly publicIps: ReadonlyMap<string, PublicIpAddress>;
  readonly publicIpPrefixes: ReadonlyMap<string, PublicIpPrefix>;
  readonly natGateways: ReadonlyMap<string, NatGateway>;
  readonly loadBalancers: ReadonlyMap<string, LoadBalancer>;
  readonly networkInterfaces: ReadonlyMap<string, NetworkInterface>;
  readonly firewalls: ReadonlyMap<string, AzureFirewall>;
  readonly firewallPolicies: ReadonlyMap<string, FirewallPolicy>;
  readonly ipGroups: ReadonlyMap<string, IpGroup>;
  readonly privateEndpoints: ReadonlyMap<string, PrivateEndpoint>;
  readonly privateDnsZones: ReadonlyMap<string, PrivateDnsZone>;
  readonly applicationGateways: ReadonlyMap<string, ApplicationGateway>;
  readonly wafPolicies: ReadonlyMap<string, WafPolicy>;
  readonly bastionHosts: ReadonlyMap<string, BastionHost>;
  readonly virtualNetworkGateways: ReadonlyMap<string, VirtualNetworkGateway>;
  readonly localNetworkGateways: ReadonlyMap<string, LocalNetworkGateway>;
  readonly gatewayConnections: ReadonlyMap<string, GatewayConnection>;
  readonly flowLogs: ReadonlyMap<string, FlowLog>;
  readonly diagnosticSettings: readonly DiagnosticSetting[];
  readonly platformServices: ReadonlyMap<string, PlatformService>;
  readonly policyAssignments: readonly PolicyAssignment[];
  readonly clusters: ReadonlyMap<string, ManagedCluster>;
  /** In the view of one of several clusters: its own. */
  readonly kubernetes: ClusterObjects;
  /** In such a view: what the other clusters publish, by the key of the cluster. */
  readonly servicesElsewhere?: ReadonlyMap<string, readonly Service[]>;
  /** Found while reading the views; the snapshot's own come first. */
  readonly diagnostics: readonly Diagnostic[];
  readonly gaps: readonly Gap[];
}
