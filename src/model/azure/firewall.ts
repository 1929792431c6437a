import type { Place } from '../../diagnostics/index.ts';
import type { Port, PortSet } from '../../net/index.ts';
import type { Uncertain, Unknown } from '../../values/index.ts';
import type { AddressTerm, AddressValue, Located, Named, Reference, Setting } from './common.ts';

export type ThreatIntelMode = 'Off' | 'Alert' | 'Deny';
export type SkuTier = 'Basic' | 'Standard' | 'Premium';

export interface AzureFirewall extends Located {
  readonly skuName: Setting<'AZFW_VNet' | 'AZFW_Hub'>;
  readonly skuTier: Setting<SkuTier>;
  readonly ipConfigurations: readonly FirewallIpConfiguration[];
  readonly managementIpConfiguration?: FirewallIpConfiguration;
  readonly policy?: Reference;
  readonly virtualHub?: Reference;
  /** Public addresses of a secured hub. */
  readonly hubPublicAddresses: readonly AddressValue[];
  readonly hubPrivateAddress?: AddressValue;
  /** Classic rules, embedded. Empty in policy mode. */
  readonly collections: readonly RuleCollection[];
  /** Classic settings: used only without a policy (AFW: policy wins). */
  readonly settings: FirewallSettings;
  readonly minCapacity: Setting<number>;
}

export interface FirewallIpConfiguration extends Named {
  readonly subnet?: Reference;
  readonly publicIp?: Reference;
  /** Unknown with symbol `private-address:<firewall key>` until deployed. */
  readonly privateAddress: AddressValue;
}

/** Settings that a classic firewall and a policy share. */
export interface FirewallSettings {
  readonly threatIntelMode: Setting<ThreatIntelMode>;
  readonly threatIntelAllowedAddresses: readonly AddressTerm[];
  readonly threatIntelAllowedFqdns: readonly string[];
  readonly dnsProxyEnabled: Setting<boolean>;
  readonly dnsServers: readonly AddressValue[];
  /** `undefined`: not set, the defaults apply. Custom lists replace the defaults. */
  readonly snatPrivateRanges: readonly AddressTerm[] | undefined;
  readonly autoLearnPrivateRanges: Setting<boolean>;
}

export interface FirewallPolicy extends Located {
  readonly skuTier: Setting<SkuTier>;
  readonly basePolicy?: Reference;
  readonly settings: FirewallSettings;
  readonly intrusionDetectionMode: Setting<'Off' | 'Alert' | 'Deny'>;
  readonly intrusionDetectionPrivateRanges: readonly AddressTerm[] | undefined;
  readonly hasTransportSecurity: boolean;
  readonly allowSqlRedirect: Setting<boolean>;
  readonly explicitProxyEnabled: Setting<boolean>;
  readonly groups: readonly RuleCollectionGroup[];
}

export interface RuleCollectionGroup extends Named {
  readonly policyKey: string;
  readonly priority: Uncertain<number>;
  readonly collections: readonly RuleCollection[];
}

/** One collection: one kind of rule, one action, an order. Lower priority runs first (100…65000). */
export type RuleCollection =
  | (CollectionBase & { readonly kind: 'dnat'; readonly rules: readonly DnatRule[] })
  | (CollectionBase & {
      readonly kind: 'network';
      readonly action: Uncertain<'Allow' | 'Deny'>;
      readonly rules: readonly NetworkRule[];
    })
  | (CollectionBase & {
      readonly kind: 'application';
      readonly action: Uncertain<'Allow' | 'Deny'>;
      readonly rules: readonly ApplicationRule[];
    })
  /** Rules could not be told apart or read: it may match anything. */
  | (CollectionBase & { readonly kind: 'unknown'; readonly unknown: Unknown });

interface CollectionBase extends Named {
  readonly priority: Uncertain<number>;
}

/** Where a flow may come from. A rule with no source of any kind and no selector matches nothing. */
export interface RuleSources {
  readonly addresses: readonly AddressTerm[];
  readonly ipGroups: readonly Reference[];
  /** `sourceKubeSelectorGroups`: preserved; semantics unpublished, so a match is unknown (azure-firewall 1.9). */
  readonly kubeSelectorGroups: readonly Reference[];
}

export interface RuleBase extends Named {
  readonly description?: string;
  readonly sources: RuleSources;
}

export interface NetworkRule extends RuleBase {
  readonly protocols: readonly Uncertain<'TCP' | 'UDP' | 'ICMP' | 'Any'>[];
  readonly destinationAddresses: readonly AddressTerm[];
  readonly destinationIpGroups: readonly Reference[];
  readonly destinationFqdns: readonly Uncertain<FqdnAt>[];
  readonly destinationPorts: Uncertain<PortSet>;
}

export interface FqdnAt {
  readonly kind: 'fqdn';
  /** As written; wildcards allowed only in application rules. */
  readonly text: string;
  readonly at: Place;
}

export interface ApplicationRule extends RuleBase {
  readonly protocols: readonly ApplicationProtocol[];
  readonly targetFqdns: readonly Uncertain<FqdnAt>[];
  readonly targetUrls: readonly Uncertain<FqdnAt>[];
  readonly fqdnTags: readonly Uncertain<FqdnAt>[];
  readonly webCategories: readonly string[];
  readonly destinationAddresses: readonly AddressTerm[];
  readonly terminateTls: boolean;
}
export interface ApplicationProtocol {
  readonly type: Uncertain<'Http' | 'Https' | 'Mssql'>;
  readonly port: Uncertain<Port>;
}

export interface DnatRule extends RuleBase {
  readonly protocols: readonly Uncertain<'TCP' | 'UDP' | 'Any' | 'ICMP'>[];
  readonly destinationAddresses: readonly AddressTerm[];
  readonly destinationPorts: Uncertain<PortSet>;
  readonly translatedAddress?: AddressValue;
  readonly translatedFqdn?: string;
  readonly translatedPort: Setting<Port>;
}

export interface IpGroup extends Located {
  readonly addresses: readonly AddressTerm[];
}
