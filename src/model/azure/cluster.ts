import type { Place } from '../../diagnostics/index.ts';
import type { Prefix } from '../../net/index.ts';
import type { Unknown } from '../../values/index.ts';
import type { AddressTerm, AddressValue, Located, Named, Reference, Setting } from './common.ts';
import type { PrefixAt } from './network.ts';

/** `Microsoft.ContainerService/managedClusters`, as far as the perimeter needs it (reference: aks.md 1.1). */
export interface ManagedCluster extends Located {
  readonly kubernetesVersion?: string;
  readonly nodeResourceGroup?: string;
  readonly skuName?: string;
  readonly skuTier?: string;
  readonly fqdn?: string;
  readonly privateFqdn?: string;
  readonly identityType?: string;
  readonly network: ClusterNetwork;
  readonly apiServer: ApiServerAccess;
  readonly pools: readonly AgentPool[];
  readonly addons: ClusterAddons;
  readonly retirements: {
    readonly podIdentity: boolean | Unknown;
    readonly httpApplicationRouting: boolean;
    readonly openServiceMesh: boolean;
  };
  readonly nodeOsUpgradeChannel?: string;
  readonly artifactSource?: string;
  readonly httpProxy?: {
    readonly enabled: boolean;
    readonly noProxy: readonly string[];
    readonly at: Place;
  };
}

export interface ClusterNetwork {
  readonly at: Place;
  readonly plugin: Setting<'azure' | 'kubenet' | 'none'>;
  readonly pluginMode: Setting<'overlay'>;
  readonly dataplane: Setting<'azure' | 'cilium'>;
  readonly policy: Setting<'none' | 'calico' | 'azure' | 'cilium'>;
  readonly podCidrs: readonly PrefixAt[];
  readonly serviceCidrs: readonly PrefixAt[];
  /** Set when a pod or Service range is written and not known: the default of AKS must not be assumed. */
  readonly unknownPodCidr?: Unknown;
  readonly unknownServiceCidr?: Unknown;
  readonly dnsServiceIp?: AddressValue;
  readonly ipFamilies: readonly string[];
  /** Lower-cased ARM value: `loadbalancer`, `userdefinedrouting`, `managednatgateway`…; absent: loadBalancer. */
  readonly outboundType: Setting<string>;
  readonly loadBalancerSku?: Setting<string>;
  readonly managedOutboundIps?: number;
  readonly outboundIps: readonly Reference[];
  readonly outboundIpPrefixes: readonly Reference[];
  readonly allocatedOutboundPorts?: number;
  readonly staticEgressGateway: boolean;
  readonly advancedNetworking: { readonly enabled: boolean; readonly policies?: string };
}

export interface ApiServerAccess {
  readonly at: Place;
  readonly isPrivate: Setting<boolean>;
  readonly authorizedRanges: readonly AddressTerm[];
  readonly authorizedRangesAt?: Place;
  readonly privateDnsZone: Setting<string>;
  readonly publicFqdn: Setting<boolean>;
  readonly vnetIntegration: Setting<boolean>;
  readonly subnet?: Reference;
  readonly disableRunCommand: Setting<boolean>;
  readonly publicNetworkAccess?: string;
}

export interface AgentPool extends Named {
  readonly mode?: string;
  readonly osType: 'Linux' | 'Windows';
  readonly osSku?: Setting<string>;
  readonly nodeImageVersion?: string;
  readonly vmSize?: string;
  readonly count?: number;
  readonly minCount?: number;
  readonly maxCount?: number;
  readonly autoscaling: boolean;
  readonly maxPods?: number;
  readonly maxSurge?: string;
  readonly subnet?: Reference;
  readonly podSubnet?: Reference;
  readonly podIpAllocationMode?: string;
  readonly enableNodePublicIp: Setting<boolean>;
  readonly zones: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly applicationSecurityGroups: readonly Reference[];
  readonly localDnsMode?: string;
}

export interface ClusterAddons {
  readonly azurePolicy: boolean;
  /** Set when nobody knows whether Azure Policy is on; `azurePolicy` is then true. */
  readonly unknownAzurePolicy?: Unknown;
  readonly keyVaultCsi: boolean;
  readonly monitorMetrics: boolean;
  readonly containerInsights: boolean;
  readonly appMonitoring: boolean;
  readonly defender: boolean;
  readonly workloadIdentity: boolean;
  readonly costAnalysis: boolean;
  readonly webAppRouting: boolean;
  /** Set when nobody knows whether application routing is on; `webAppRouting` is then true. */
  readonly unknownWebAppRouting?: Unknown;
  readonly webAppRoutingNginx?: Setting<string>;
  readonly istio: boolean;
  readonly istioIngress: readonly { readonly mode: string; readonly enabled: boolean }[];
  readonly applicationGateway?: {
    readonly gateway?: Reference;
    readonly subnet?: Reference;
    readonly subnetCidr?: string;
    readonly at: Place;
  };
  readonly extensions: readonly { readonly type: string; readonly hasPlan: boolean }[];
  /** Where each was switched on, for findings. */
  readonly at: Readonly<Record<string, Place>>;
}

/** Defaults AKS applies when a property is absent (aks.md 1.1, 2.1). */
export const AKS_DEFAULTS = {
  podCidr: '10.244.0.0/16',
  serviceCidr: '10.0.0.0/16',
  dnsServiceIp: '10.0.0.10',
} as const;

export type { Prefix };
