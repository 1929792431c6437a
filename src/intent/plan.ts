import type { Ipv4Prefix } from './carve.ts';
import type { Names } from './names.ts';
import type { PagePath, Places } from './places.ts';
import type { AddOn } from './schema/cluster.ts';
import type { Perimeter } from './schema/page.ts';
import type {
  WrittenAllow,
  WrittenIngress,
  WrittenNamespace,
  WrittenPrivateEndpoint,
} from './schema/traffic.ts';
import type { WrittenPods } from './schema/words.ts';
import type { PortText, Target } from './target.ts';

/** The page with every default filled in and every address given out. What is expanded is only this. */
export interface Plan {
  readonly page: Perimeter;
  readonly names: Names;
  readonly at: Places;
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly hub: HubPlan;
  readonly spokes: readonly SpokePlan[];
  readonly clusters: readonly ClusterPlan[];
  readonly namespaces: readonly NamespacePlan[];
  readonly allow: readonly AllowPlan[];
  readonly ingress: readonly IngressPlan[];
  readonly egress: readonly EgressPlan[];
  readonly endpoints: readonly EndpointPlan[];
  readonly logging: LoggingPlan | undefined;
}

export interface NetworkPlan {
  /** As the page calls it: `hub`, or the name of the spoke. */
  readonly part: string;
  readonly vnet: string;
  readonly prefix: Ipv4Prefix;
  readonly subnets: ReadonlyMap<string, SubnetPlan>;
  readonly path: PagePath;
}

export interface SubnetPlan {
  readonly name: string;
  readonly prefix: Ipv4Prefix;
  readonly path: PagePath;
}

export interface HubPlan extends NetworkPlan {
  readonly firewall: FirewallPlan | undefined;
  /** Address of the appliance of a third party. */
  readonly nva: string | undefined;
  readonly bastion: boolean;
  readonly gateway:
    | { readonly kind: 'vpn' | 'expressRoute'; readonly onPremises: readonly string[] }
    | undefined;
}

export type SpokePlan = NetworkPlan;

export interface FirewallPlan {
  readonly name: string;
  readonly tier: 'Basic' | 'Standard' | 'Premium';
  readonly zones: readonly string[];
  readonly publicIps: number;
  readonly privateRanges: readonly string[];
  readonly dnsProxy: boolean;
  readonly dnsServers: readonly string[];
  readonly threatIntelligence: 'Off' | 'Alert' | 'Deny';
  readonly threatAllowlist: readonly string[];
  readonly idps: 'Off' | 'Alert' | 'Deny';
  readonly isClassic: boolean;
  readonly basePolicy: string | undefined;
}

export type Engine = 'cilium' | 'calico' | 'azure' | 'none';

export interface ClusterPlan {
  readonly name: string;
  readonly path: PagePath;
  /** Its workloads get the published traffic. */
  readonly isActive: boolean;
  readonly spoke: SpokePlan;
  readonly version: string;
  readonly tier: string;
  readonly plugin: 'overlay' | 'podSubnet' | 'nodeSubnet';
  readonly engine: Engine;
  /** Policies may name destinations. */
  readonly hasNamePolicies: boolean;
  readonly outbound: 'userDefinedRouting' | 'none';
  readonly podRange: string | undefined;
  readonly serviceRange: string;
  readonly dnsServiceIp: string;
  readonly isPrivate: boolean;
  readonly authorizedRanges: readonly string[];
  readonly vnetIntegration: boolean;
  readonly addOns: ReadonlySet<AddOn>;
  readonly imagesFrom: readonly string[];
  readonly pools: readonly PoolPlan[];
  readonly nodes: SubnetPlan;
  readonly pods: SubnetPlan | undefined;
  readonly api: SubnetPlan | undefined;
  /** Internal front ends. */
  readonly fronts: SubnetPlan | undefined;
}

export interface PoolPlan {
  readonly name: string;
  readonly path: PagePath;
  readonly mode: 'System' | 'User';
  readonly size: string;
  readonly nodes: number;
  readonly maxNodes: number;
  readonly maxPods: number;
  readonly os: 'AzureLinux3' | 'Ubuntu2404' | 'Windows2025';
  readonly zones: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

interface Written<T> {
  readonly path: PagePath;
  readonly written: T;
}

export interface NamespacePlan extends Written<WrittenNamespace> {
  readonly defaultDeny: boolean;
}

export interface AllowPlan extends Written<WrittenAllow> {
  readonly ports: readonly PortText[];
}

export interface IngressPlan extends Written<WrittenIngress> {
  readonly cluster: ClusterPlan;
  readonly via: NonNullable<WrittenIngress['via']>;
  readonly isGateway: boolean;
  readonly service: string;
  readonly port: PortText;
  readonly targetPort: PortText;
  readonly publicPort: number;
  /** Of the internal load balancer. */
  readonly address: string;
  /** Of the public addresses of the firewall the one that DNAT listens on. */
  readonly publicIp: number;
}

export interface EgressPlan {
  readonly path: PagePath;
  readonly name: string;
  readonly from: 'nodes' | WrittenPods;
  readonly targets: readonly Target[];
  /** The reason and the last day, for descriptions. */
  readonly text: string;
}

export interface EndpointPlan extends Written<WrittenPrivateEndpoint> {
  readonly spoke: SpokePlan;
  readonly subnet: SubnetPlan;
}

export interface LoggingPlan {
  readonly retentionDays: number;
  readonly flowLogs: boolean;
  readonly snatPercent: number;
  readonly deniedPerHour: number;
  readonly email: readonly string[];
}
