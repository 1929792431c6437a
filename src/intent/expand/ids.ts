import type { Place } from '../../diagnostics/index.ts';
import { formatIp, type Ipv4 } from '../../net/index.ts';
import { privateAddressOf, publicAddressOf, type Unknown } from '../../values/index.ts';
import type { ClusterPlan, NetworkPlan, Plan, SubnetPlan } from '../plan.ts';

/** Ids and run-time values that several resources mention. */
export const vnetId = (plan: Plan, network: NetworkPlan): string =>
  plan.names.id('Microsoft.Network/virtualNetworks', network.vnet);

export const subnetId = (plan: Plan, network: NetworkPlan, subnet: string): string =>
  plan.names.id('Microsoft.Network/virtualNetworks/subnets', network.vnet, subnet);

export const publicIpId = (plan: Plan, part: string): string =>
  plan.names.id('Microsoft.Network/publicIPAddresses', plan.names.of('pip', part));

/** Of the firewall; 1-based, as people count. */
export const firewallIp = (index: number): string => `afw-${String(index + 1).padStart(3, '0')}`;

export const firewallId = (plan: Plan): string =>
  plan.names.id('Microsoft.Network/azureFirewalls', plan.hub.firewall?.name ?? '');

export const workspaceId = (plan: Plan): string =>
  plan.names.id('Microsoft.OperationalInsights/workspaces', plan.names.of('log'));

export const identityId = (plan: Plan, cluster: ClusterPlan): string =>
  plan.names.id(
    'Microsoft.ManagedIdentity/userAssignedIdentities',
    plan.names.of('id', cluster.name),
  );

export const clusterId = (plan: Plan, cluster: ClusterPlan): string =>
  plan.names.id('Microsoft.ContainerService/managedClusters', plan.names.of('aks', cluster.name));

export function prefixText(subnet: SubnetPlan): string {
  return `${formatIp({ family: 4, value: subnet.prefix.base })}/${subnet.prefix.length}`;
}

/** The first address Azure gives out, or one further on. */
export function hostIn(subnet: SubnetPlan, offset: number): string {
  return formatIp({ family: 4, value: (subnet.prefix.base + offset) as Ipv4 });
}

/** Azure gives the firewall its private address; no file can know it (iac-formats 2.4). */
export function firewallAddress(plan: Plan, at: Place): Unknown {
  const id = firewallId(plan);
  return {
    kind: 'unknown',
    reason: 'run-time',
    text: `${plan.hub.firewall?.name}.ipConfigurations[0].properties.privateIPAddress`,
    missing: `the private address of ${plan.hub.firewall?.name}`,
    symbol: privateAddressOf(id.toLowerCase()),
    at,
  };
}

export function publicAddress(plan: Plan, part: string, at: Place): Unknown {
  const id = publicIpId(plan, part);
  const name = plan.names.of('pip', part);
  return {
    kind: 'unknown',
    reason: 'run-time',
    text: `${name}.ipAddress`,
    missing: `the address of ${name}`,
    symbol: publicAddressOf(id.toLowerCase()),
    at,
  };
}
