import type { Place } from '../../diagnostics/index.ts';
import type { Port, PortSet, Prefix } from '../../net/index.ts';
import type { Uncertain, Unknown } from '../../values/index.ts';
import type { AddressTerm, AddressValue, Located, Named, Reference, Setting } from './common.ts';

export interface VirtualNetwork extends Located {
  readonly addressSpace: readonly Uncertain<PrefixAt>[];
  readonly dnsServers: readonly AddressValue[];
  readonly subnets: readonly Subnet[];
  readonly peerings: readonly Peering[];
}

export interface PrefixAt {
  readonly kind: 'prefix';
  readonly prefix: Prefix;
  readonly text: string;
  readonly at: Place;
}

export interface Subnet extends Named {
  readonly id: string;
  readonly vnetKey: string;
  readonly prefixes: readonly Uncertain<PrefixAt>[];
  readonly networkSecurityGroup?: Reference;
  readonly routeTable?: Reference;
  readonly natGateway?: Reference;
  readonly serviceEndpoints: readonly string[];
  /** Service names of the delegations, lower case. */
  readonly delegations: readonly string[];
  readonly privateEndpointNetworkPolicies?: string;
  readonly privateLinkServiceNetworkPolicies?: string;
  /** `undefined`: not written; its meaning depends on the API version (azure-networking 4.2). */
  readonly defaultOutboundAccess: Setting<boolean>;
  readonly apiVersion?: string;
  readonly exists?: Unknown;
  readonly isReference?: boolean;
}

export interface Peering extends Named {
  readonly vnetKey: string;
  readonly remote: Reference;
  readonly allowVirtualNetworkAccess: Setting<boolean>;
  readonly allowForwardedTraffic: Setting<boolean>;
  readonly allowGatewayTransit: Setting<boolean>;
  readonly useRemoteGateways: Setting<boolean>;
  /** `Connected`, `Initiated`, `Disconnected`; absent in templates. */
  readonly peeringState: Setting<string>;
  readonly peeringSyncLevel: Setting<string>;
  readonly remoteAddressSpace: readonly PrefixAt[];
  readonly peerCompleteVnets: Setting<boolean>;
}

export interface RouteTable extends Located {
  readonly routes: readonly UserRoute[];
  readonly disableBgpRoutePropagation: Setting<boolean>;
  readonly disablePeeringRoute?: string;
}

export interface UserRoute extends Named {
  readonly destination: Uncertain<
    | { readonly kind: 'prefix'; readonly prefix: Prefix }
    | { readonly kind: 'service-tag'; readonly tag: string }
  >;
  readonly destinationText: string;
  readonly nextHopType: Uncertain<NextHopType>;
  readonly nextHopAddresses: readonly AddressValue[];
}

export type NextHopType =
  | 'VirtualAppliance'
  | 'VirtualApplianceEcmp'
  | 'VirtualNetworkGateway'
  | 'VnetLocal'
  | 'Internet'
  | 'None';

export interface NetworkSecurityGroup extends Located {
  readonly rules: readonly SecurityRule[];
}

export interface SecurityRule extends Named {
  readonly direction: Uncertain<'Inbound' | 'Outbound'>;
  readonly priority: Uncertain<number>;
  readonly access: Uncertain<'Allow' | 'Deny'>;
  readonly protocol: Uncertain<'tcp' | 'udp' | 'icmp' | 'esp' | 'ah' | '*'>;
  readonly sourcePorts: Uncertain<PortSet>;
  readonly destinationPorts: Uncertain<PortSet>;
  readonly sources: readonly AddressTerm[];
  readonly destinations: readonly AddressTerm[];
  readonly sourceApplicationSecurityGroups: readonly Reference[];
  readonly destinationApplicationSecurityGroups: readonly Reference[];
  readonly description?: string;
}

export interface PublicIpAddress extends Located {
  /** Unknown (symbol `public-address:<key>`) until deployed. */
  readonly address: AddressValue;
  readonly sku?: Setting<string>;
  readonly allocationMethod?: string;
  readonly prefix?: Reference;
  readonly fqdn?: string;
}

export interface PublicIpPrefix extends Located {
  readonly length: Setting<number>;
  readonly prefix?: Prefix;
}

export interface NatGateway extends Located {
  readonly sku?: Setting<string>;
  readonly publicIps: readonly Reference[];
  readonly publicIpPrefixes: readonly Reference[];
}

export interface LoadBalancer extends Located {
  readonly sku?: Setting<string>;
  readonly frontends: readonly LoadBalancerFrontend[];
  readonly rules: readonly LoadBalancingRule[];
  readonly outboundRules: readonly OutboundRule[];
  readonly backendPools: readonly BackendPool[];
}
export interface LoadBalancerFrontend extends Named {
  readonly privateAddress?: AddressValue;
  readonly publicIp?: Reference;
  readonly subnet?: Reference;
}
export interface LoadBalancingRule extends Named {
  readonly frontend?: Reference;
  readonly backendPool?: Reference;
  readonly protocol?: string;
  readonly frontendPort: Setting<Port>;
  readonly backendPort: Setting<Port>;
  readonly enableFloatingIp: Setting<boolean>;
  readonly disableOutboundSnat: Setting<boolean>;
}
export interface OutboundRule extends Named {
  readonly frontends: readonly Reference[];
  readonly allocatedOutboundPorts: Setting<number>;
}
export interface BackendPool extends Named {
  readonly addresses: readonly AddressValue[];
}

export interface NetworkInterface extends Located {
  readonly networkSecurityGroup?: Reference;
  readonly enableIpForwarding: Setting<boolean>;
  readonly dnsServers: readonly AddressValue[];
  readonly ipConfigurations: readonly {
    readonly name: string;
    readonly privateAddress?: AddressValue;
    readonly subnet?: Reference;
    readonly publicIp?: Reference;
    readonly applicationSecurityGroups: readonly Reference[];
    readonly at: Place;
  }[];
}

export interface PrivateEndpoint extends Located {
  readonly subnet?: Reference;
  readonly connections: readonly {
    readonly name: string;
    readonly service: Reference;
    readonly groupIds: readonly string[];
    /** `Approved`, `Pending`, `Rejected`, `Disconnected`; absent in templates. */
    readonly status: Setting<string>;
    readonly isManual: boolean;
    readonly at: Place;
  }[];
  readonly addresses: readonly AddressValue[];
  readonly dnsConfigs: readonly {
    readonly fqdn: string;
    readonly addresses: readonly AddressValue[];
  }[];
  /** Zones of its `privateDnsZoneGroups`. */
  readonly zoneGroupZones: readonly Reference[];
}

export interface PrivateDnsZone extends Located {
  /** The zone name, lower case: `privatelink.vaultcore.azure.net`. */
  readonly zone: string;
  readonly links: readonly PrivateDnsZoneLink[];
  readonly aRecords: readonly {
    /** Relative name, `@` for the apex. */
    readonly name: string;
    readonly addresses: readonly AddressValue[];
    readonly at: Place;
  }[];
}
export interface PrivateDnsZoneLink extends Named {
  readonly virtualNetwork: Reference;
  readonly registrationEnabled: Setting<boolean>;
  readonly resolutionPolicy?: string;
}

export interface BastionHost extends Located {
  readonly sku?: Setting<string>;
  readonly subnet?: Reference;
  readonly isPrivateOnly: Setting<boolean>;
}

export interface VirtualNetworkGateway extends Located {
  readonly gatewayType?: string;
  readonly subnet?: Reference;
  readonly enableBgp: Setting<boolean>;
}
export interface LocalNetworkGateway extends Located {
  readonly prefixes: readonly Uncertain<PrefixAt>[];
}
export interface GatewayConnection extends Located {
  readonly gateway?: Reference;
  readonly localGateway?: Reference;
}

export interface FlowLog extends Located {
  readonly target?: Reference;
  readonly enabled: Setting<boolean>;
}

export interface DiagnosticSetting extends Named {
  /** The resource it extends. */
  readonly scopeKey: string;
  readonly logs: readonly {
    readonly category?: string;
    readonly categoryGroup?: string;
    readonly enabled: Setting<boolean>;
  }[];
  readonly logAnalyticsDestinationType?: string;
  readonly hasDestination: boolean;
}

export interface ApplicationSecurityGroup extends Located {
  readonly kind: 'application-security-group';
}

/** A PaaS account (registry, vault, storage, SQL server) as far as its network exposure goes. */
export interface PlatformService extends Located {
  readonly type: string;
  readonly publicNetworkAccess?: string;
  readonly networkDefaultAction?: string;
}

export interface PolicyAssignment extends Named {
  readonly scope: string;
  readonly definitionId: Uncertain<string> | undefined;
  /** Parameter `effect`; absent: the default of the definition, which the assignment does not say. */
  readonly effect: Setting<string>;
  readonly enforcementMode?: string;
}
