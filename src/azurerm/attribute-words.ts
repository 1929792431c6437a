import type { Attribute, BlockAttribute, Conversion, ValueAttribute } from './azurerm-type.ts';
import { ADDRESS, IDENTITIES, idOf, idsOf, PLAIN } from './conversions.ts';

/** The words the tables are written in. */

type ValueMore = Partial<Omit<ValueAttribute, 'kind' | 'name' | 'arm' | 'as'>>;
type BlockMore = Partial<Omit<BlockAttribute, 'kind' | 'name' | 'arm' | 'holds' | 'attributes'>>;

export function value(
  name: string,
  arm: string,
  as: Conversion = PLAIN,
  more: ValueMore = {},
): ValueAttribute {
  return { kind: 'value', name, arm, as, ...more };
}

/** A property of the same meaning that is not written means the same as `fallback`. */
export function setting(
  name: string,
  arm: string,
  fallback: ValueAttribute['fallback'],
  as: Conversion = PLAIN,
): ValueAttribute {
  return value(name, arm, as, fallback === undefined ? {} : { fallback });
}

export function address(name: string, arm: string, more: ValueMore = {}): ValueAttribute {
  return value(name, arm, ADDRESS, more);
}

/** `subnet_id` and the property that holds `{ "id": … }`. */
export function reference(
  name: string,
  arm: string,
  type?: string,
  more: ValueMore = {},
): ValueAttribute {
  return value(name, `${arm}.id`, idOf(type), more);
}

export function bareId(
  name: string,
  arm: string,
  type?: string,
  more: ValueMore = {},
): ValueAttribute {
  return value(name, arm, idOf(type), more);
}

export function references(name: string, arm: string, type?: string): ValueAttribute {
  return value(name, arm, idsOf(type));
}

export function one(
  name: string,
  arm: string,
  attributes: readonly Attribute[],
  more: BlockMore = {},
): BlockAttribute {
  return { kind: 'block', name, arm, holds: 'one', attributes, ...more };
}

export function many(
  name: string,
  arm: string,
  attributes: readonly Attribute[],
  more: BlockMore = {},
): BlockAttribute {
  return { kind: 'block', name, arm, holds: 'many', attributes, ...more };
}

export const NAME = value('name', 'name');
export const NAMED: readonly Attribute[] = [
  NAME,
  value('location', 'location'),
  value('tags', 'tags'),
];
export const ZONES = value('zones', 'zones');

/** Managed identities, as every type has them. */
export const IDENTITY = one('identity', 'identity', [
  value('type', 'type'),
  value('identity_ids', 'userAssignedIdentities', IDENTITIES),
]);

/** ARM types that others refer to. */
export const ARM = {
  subnet: 'Microsoft.Network/virtualNetworks/subnets',
  network: 'Microsoft.Network/virtualNetworks',
  routeTable: 'Microsoft.Network/routeTables',
  securityGroup: 'Microsoft.Network/networkSecurityGroups',
  applicationSecurityGroup: 'Microsoft.Network/applicationSecurityGroups',
  natGateway: 'Microsoft.Network/natGateways',
  publicIp: 'Microsoft.Network/publicIPAddresses',
  publicIpPrefix: 'Microsoft.Network/publicIPPrefixes',
  firewall: 'Microsoft.Network/azureFirewalls',
  firewallPolicy: 'Microsoft.Network/firewallPolicies',
  ipGroup: 'Microsoft.Network/ipGroups',
  loadBalancer: 'Microsoft.Network/loadBalancers',
  networkInterface: 'Microsoft.Network/networkInterfaces',
  applicationGateway: 'Microsoft.Network/applicationGateways',
  wafPolicy: 'Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies',
  privateDnsZone: 'Microsoft.Network/privateDnsZones',
  ddosPlan: 'Microsoft.Network/ddosProtectionPlans',
  virtualHub: 'Microsoft.Network/virtualHubs',
  virtualWan: 'Microsoft.Network/virtualWans',
  cluster: 'Microsoft.ContainerService/managedClusters',
  workspace: 'Microsoft.OperationalInsights/workspaces',
} as const;
