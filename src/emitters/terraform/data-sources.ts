import { AZURERM_TYPES, type AzurermType } from '../../azurerm/index.ts';

/** Types that azurerm looks up by name and group (data/terraform-azurerm, `dataSources`). */
const TYPES = [
  'azurerm_application_gateway',
  'azurerm_firewall',
  'azurerm_firewall_policy',
  'azurerm_ip_group',
  'azurerm_kubernetes_cluster',
  'azurerm_log_analytics_workspace',
  'azurerm_network_security_group',
  'azurerm_public_ip',
  'azurerm_route_table',
  'azurerm_user_assigned_identity',
  'azurerm_virtual_network',
  'azurerm_web_application_firewall_policy',
];

const BY_ARM: ReadonlyMap<string, AzurermType> = new Map(
  TYPES.flatMap((name) => {
    const type = AZURERM_TYPES.get(name);
    return type === undefined ? [] : [[type.arm.toLowerCase(), type] as const];
  }),
);

export function dataSourceOf(arm: string): AzurermType | undefined {
  return BY_ARM.get(arm.toLowerCase());
}
