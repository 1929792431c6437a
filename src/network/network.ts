import type { Place } from '../diagnostics/index.ts';
import type {
  AgentPool,
  AzureFirewall,
  FirewallPolicy,
  LoadBalancer,
  LoadBalancerFrontend,
  ManagedCluster,
  NatGateway,
  NetworkSecurityGroup,
  Peering,
  Perimeter,
  PodClass,
  PrivateEndpoint,
  PublicIpAddress,
  RouteTable,
  Service,
  Subnet,
  VirtualNetwork,
} from '../model/index.ts';
import type { AddressSet, Ip, Prefix } from '../net/index.ts';
import type { Unknown } from '../values/index.ts';

/**
 * Who is wired to whom: derived from the typed perimeter by `deriveNetwork`, a pure function. Placements hold the
 * views they were derived from, so whoever has a placement has the person's own names and places.
 */
export interface Network {
  readonly perimeter: Perimeter;
  readonly vnets: ReadonlyMap<string, VnetPlacement>;
  readonly subnets: ReadonlyMap<string, SubnetPlacement>;
  readonly firewalls: ReadonlyMap<string, FirewallPlacement>;
  /** One per managed cluster; a single nameless one when there are Kubernetes objects and no cluster resource. */
  readonly clusters: readonly ClusterPlacement[];
  /** Every address (or symbol) that a known thing owns. */
  readonly owners: AddressOwners;
}

/** An address as the network knows it: a number, or the symbol of one that only Azure knows. */
export interface KnownAddress {
  /** A single address, or the set it must lie in. Never empty. */
  readonly addresses: AddressSet;
  /** True when `addresses` is exactly one address that somebody wrote or exported. */
  readonly isExact: boolean;
  readonly symbol?: string;
  /** Whose it is: `firewall aks-egress-fw`. */
  readonly label: string;
  readonly at?: Place;
  /** What Azure usually gives (the first usable address of the subnet). For hints, never for proof (AZN-21). */
  readonly likely?: Ip;
}

/** A thing that exists, does not, or cannot be told. `dangling`: named in the input and not found there. */
export type Link<T> =
  | { readonly kind: 'none' }
  | { readonly kind: 'found'; readonly target: T; readonly at?: Place }
  | { readonly kind: 'dangling'; readonly id: string; readonly at: Place }
  | { readonly kind: 'unknown'; readonly unknown: Unknown };

export interface VnetPlacement {
  readonly vnet: VirtualNetwork;
  readonly addresses: AddressSet;
  /** Prefixes that could not be read make `addresses` a lower bound. */
  readonly hasUnknownAddresses: boolean;
  readonly peers: readonly PeerLink[];
  /** Prefixes behind gateways that this VNet learns (static ones from local network gateways). */
  readonly gatewayPrefixes: readonly GatewayPrefix[];
  /** A gateway with BGP or ExpressRoute is reachable: further prefixes exist that no file holds. */
  readonly learnsUnknownRoutes: boolean;
  /** Why, as a phrase: `ExpressRoute gateway er-hub advertises what only its peers know`. */
  readonly unknownRoutesWhy?: string;
  /** Set when the learned routes may hold a default route (a Virtual WAN hub): the reason, as a phrase. */
  readonly mayLearnDefaultRoute?: string;
  readonly subnetKeys: readonly string[];
}

export interface PeerLink {
  readonly peering: Peering;
  readonly reverse?: Peering;
  readonly remote: Link<VirtualNetwork>;
  /** `connected`: both halves are there and nothing says otherwise. `unknown`: the other VNet is not in the input. */
  readonly state: 'connected' | 'broken' | 'unknown';
  readonly why: string;
  /** What the peering routes to: `remoteAddressSpace` when not fully in sync, else the remote address space. */
  readonly remoteAddresses: AddressSet;
  /** The same, prefix by prefix as written: each is a route of its own. */
  readonly remotePrefixes: readonly Prefix[];
  /** The remote space has prefixes that could not be read, or is not in the input at all. */
  readonly hasUnknownAddresses: boolean;
}

export interface GatewayPrefix {
  readonly prefix: Prefix;
  readonly origin: string;
  readonly at: Place;
}

export interface SubnetPlacement {
  readonly subnet: Subnet;
  readonly vnet: VirtualNetwork;
  readonly addresses: AddressSet;
  readonly routeTable: Link<RouteTable>;
  readonly networkSecurityGroup: Link<NetworkSecurityGroup>;
  readonly natGateway: Link<NatGateway>;
}

export interface FirewallPlacement {
  readonly firewall: AzureFirewall;
  readonly subnet: Link<SubnetPlacement>;
  /** VIP of the firewall: what routes name. Exact when written, else the symbol within its subnet. */
  readonly privateAddress?: KnownAddress;
  /** One per IP configuration that has a public address, first one first. */
  readonly publicAddresses: readonly PublicAddress[];
  /** Base policies first, the firewall's own last. Empty in classic mode. */
  readonly policies: readonly FirewallPolicy[];
  /** Set when a policy or base policy is named and not in the input: its rules are unknown. */
  readonly missingPolicy?: { readonly id: string; readonly at: Place };
  readonly natGateway: Link<NatGateway>;
}

export interface PublicAddress {
  readonly address: KnownAddress;
  readonly publicIp?: PublicIpAddress;
}

/** How pods get addresses (aks.md 2.1). `unknown` when the plugin is. */
export type PodAddressing =
  | 'overlay'
  | 'node-subnet'
  | 'pod-subnet'
  | 'kubenet'
  | 'byo'
  | 'unknown';

export interface ClusterPlacement {
  /** Absent for Kubernetes objects without a cluster resource. */
  readonly cluster?: ManagedCluster;
  readonly name: string;
  readonly addressing: PodAddressing;
  readonly pools: readonly PoolPlacement[];
  /** Every address a pod may have; empty when unknown. */
  readonly podAddresses: AddressSet;
  readonly nodeAddresses: AddressSet;
  readonly serviceAddresses: AddressSet;
  readonly policyEngine: PolicyEngine;
  /** Why the engine is what it is: the property, or the default. */
  readonly policyEngineWhy: string;
  readonly loadBalancerServices: readonly ServiceFrontend[];
}

export type PolicyEngine = 'none' | 'generic' | 'azure-npm' | 'calico' | 'cilium' | 'unknown';

export interface PoolPlacement {
  readonly pool: AgentPool;
  readonly nodeSubnet: Link<SubnetPlacement>;
  readonly podSubnet: Link<SubnetPlacement>;
}

/** A `LoadBalancer` Service and the front end Azure gives it. */
export interface ServiceFrontend {
  readonly service: Service;
  readonly isInternal: boolean;
  /** Exact when pinned or live; else somewhere in the front-end subnet (internal) or public and unknown. */
  readonly address: KnownAddress;
  readonly subnet: Link<SubnetPlacement>;
  readonly backends: readonly PodClass[];
}

/** What sits at an address. */
export type Owner =
  | { readonly kind: 'firewall-private'; readonly firewall: FirewallPlacement }
  | { readonly kind: 'firewall-public'; readonly firewall: FirewallPlacement }
  | {
      readonly kind: 'service-frontend';
      readonly cluster: ClusterPlacement;
      readonly frontend: ServiceFrontend;
    }
  | {
      readonly kind: 'load-balancer-frontend';
      readonly loadBalancer: LoadBalancer;
      readonly frontend: LoadBalancerFrontend;
    }
  | {
      readonly kind: 'application-gateway-frontend';
      readonly gatewayKey: string;
      readonly frontendKey: string;
    }
  | { readonly kind: 'private-endpoint'; readonly endpoint: PrivateEndpoint }
  | {
      readonly kind: 'network-interface';
      readonly interfaceKey: string;
      readonly forwards: boolean | 'unknown';
    }
  | {
      readonly kind: 'cluster-service';
      readonly cluster: ClusterPlacement;
      readonly service: Service;
    }
  | { readonly kind: 'public-ip'; readonly publicIp: PublicIpAddress };

/** Where an address means something: in a VNet (and whoever is peered with it), inside one cluster, everywhere. */
export type AddressScope =
  | { readonly kind: 'vnet'; readonly vnetKey: string }
  | { readonly kind: 'cluster'; readonly cluster: ClusterPlacement }
  | { readonly kind: 'public' }
  | { readonly kind: 'unknown' };

export interface OwnedAddress {
  readonly address: KnownAddress;
  readonly owner: Owner;
  readonly scope: AddressScope;
}

export interface AddressOwners {
  readonly entries: readonly OwnedAddress[];
}
