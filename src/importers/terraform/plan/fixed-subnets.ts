import { itemsOf, member, stringOf } from '../../../values/index.ts';
import { terraformAttribute } from '../terraform-resource.ts';
import type { ShownResource } from './module-resources.ts';

/** Subnets whose names Azure demands (iac-formats 10), by the type and the block that must lie in them. */
const FIXED: Readonly<Record<string, string>> = {
  'azurerm_firewall.ip_configuration': 'AzureFirewallSubnet',
  'azurerm_firewall.management_ip_configuration': 'AzureFirewallManagementSubnet',
  'azurerm_bastion_host.ip_configuration': 'AzureBastionSubnet',
  'azurerm_virtual_network_gateway.ip_configuration': 'GatewaySubnet',
};

/** The subnet a block must lie in, as a symbol of its id. */
export type FixedSubnet = (type: string, block: string) => string | undefined;

/**
 * A plan says nothing of what a `dynamic` block refers to. Of a firewall it need not: Azure lets it lie in a subnet of
 * one name only. Where the plan makes one such subnet, an id that only the apply tells is that one's.
 */
export function fixedSubnets(resources: readonly ShownResource[]): FixedSubnet {
  const byName = new Map<string, (string | undefined)[]>();
  const note = (name: string | undefined, symbol: string | undefined) => {
    if (name === undefined) return;
    const known = byName.get(name.toLowerCase());
    if (known === undefined) byName.set(name.toLowerCase(), [symbol]);
    else known.push(symbol);
  };
  for (const { type, address, values } of resources) {
    if (type === 'azurerm_subnet' && member(values, 'id') === undefined) {
      note(stringOf(member(values, 'name')), terraformAttribute(address, 'id'));
    }
    // Inside its network it has no address of its own.
    if (type !== 'azurerm_virtual_network' || member(values, 'id') !== undefined) continue;
    for (const subnet of itemsOf(member(values, 'subnet'))) {
      note(stringOf(member(subnet, 'name')), undefined);
    }
  }
  return (type, block) => {
    const symbols = byName.get(FIXED[`${type}.${block}`]?.toLowerCase() ?? '') ?? [];
    return symbols.length === 1 ? symbols[0] : undefined;
  };
}
