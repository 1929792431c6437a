import type { AzurermType } from '../azurerm-type.ts';
import { APPLICATION_GATEWAY, WAF_POLICY } from './application-gateway.ts';
import { CLUSTER } from './cluster.ts';
import { FIREWALL } from './firewall.ts';
import { FIREWALL_POLICY } from './firewall-policy.ts';
import { NEIGHBOURS } from './neighbours.ts';
import { NETWORKS } from './networks.ts';
import { PLATFORM } from './platform.ts';
import { PRIVATE_DNS } from './private-dns.ts';
import { PUBLIC_ADDRESSES } from './public-addresses.ts';
import { SECURITY_GROUPS } from './security-groups.ts';
import { VIRTUAL_WAN } from './virtual-wan.ts';

/** Every resource type of the provider that is understood, by its name (iac-formats 4.2). */
export const AZURERM_TYPES: ReadonlyMap<string, AzurermType> = new Map(
  [
    ...NETWORKS,
    ...SECURITY_GROUPS,
    ...PUBLIC_ADDRESSES,
    ...FIREWALL,
    ...FIREWALL_POLICY,
    ...CLUSTER,
    APPLICATION_GATEWAY,
    WAF_POLICY,
    ...PRIVATE_DNS,
    ...NEIGHBOURS,
    ...VIRTUAL_WAN,
    ...PLATFORM,
  ].map((type) => [type.terraform, type]),
);
