import type { Place } from '../../diagnostics/index.ts';
import type { Port } from '../../net/index.ts';
import type { AddressValue, Located, Named, Reference, Setting } from './common.ts';

export interface ApplicationGateway extends Located {
  readonly skuName?: Setting<string>;
  readonly skuTier?: Setting<string>;
  readonly subnet?: Reference;
  readonly frontends: readonly {
    readonly name: string;
    readonly key: string;
    readonly privateAddress?: AddressValue;
    readonly publicIp?: Reference;
    readonly subnet?: Reference;
    readonly at: Place;
  }[];
  readonly listeners: readonly GatewayListener[];
  readonly routes: readonly GatewayRoute[];
  readonly wafPolicy?: Reference;
  readonly inlineWaf?: {
    readonly enabled: boolean;
    readonly mode?: string;
    readonly ruleSetType?: string;
    readonly ruleSetVersion?: string;
    readonly requestBodyCheck?: Setting<boolean>;
    readonly at: Place;
  };
  /** Tag `EnhancedNetworkControl = True` (network isolation, azure-networking 9.1). */
  readonly isIsolated: boolean;
}
export interface GatewayListener extends Named {
  readonly frontend?: Reference;
  readonly port: Setting<Port>;
  readonly protocol?: string;
  readonly hostNames: readonly string[];
  readonly wafPolicy?: Reference;
}
/** A request routing rule or a path rule, resolved to where it sends traffic. */
export interface GatewayRoute extends Named {
  readonly listenerKey?: string;
  /** Of the request routing rule: 1…20000, lower wins when several listeners match. Absent: not written. */
  readonly priority?: number;
  readonly paths: readonly string[];
  readonly backends: readonly (
    | { readonly kind: 'address'; readonly address: AddressValue }
    | { readonly kind: 'fqdn'; readonly fqdn: string }
  )[];
  readonly backendPort: Setting<Port>;
  readonly backendProtocol?: string;
  readonly wafPolicy?: Reference;
  readonly redirects: boolean;
}

export interface WafPolicy extends Located {
  readonly state: Setting<'Enabled' | 'Disabled'>;
  readonly mode: Setting<'Prevention' | 'Detection'>;
  readonly requestBodyCheck: Setting<boolean>;
  readonly ruleSets: readonly {
    readonly type: string;
    readonly version: string;
    readonly at: Place;
  }[];
  readonly customRules: readonly {
    readonly name: string;
    readonly priority: number;
    readonly action: string;
    readonly enabled: boolean;
    readonly at: Place;
  }[];
}
