import type { AzureResource } from '../../model/index.ts';
import { formatPrefix } from '../../net/index.ts';
import type { Value } from '../../values/index.ts';
import type { DraftObject } from '../draft.ts';
import { placed } from '../draft.ts';
import type { ClusterPlan, NetworkPlan, Plan, SubnetPlan } from '../plan.ts';
import { azureResource, NETWORK_API } from './azure-resource.ts';
import { firewallAddress, prefixText, subnetId, vnetId } from './ids.ts';

/** Hub and spokes with their subnets, peered both ways. */
export function networks(plan: Plan): readonly AzureResource[] {
  const { hub, spokes } = plan;
  return [
    ...networkOf(plan, hub, hubAttachments(plan)),
    ...spokes.flatMap((spoke) => [
      ...networkOf(plan, spoke, spokeAttachments(plan, spoke)),
      peering(plan, hub, spoke),
      peering(plan, spoke, hub),
    ]),
  ];
}

/** The private address that routes and VNet DNS name: known for an appliance, only Azure's to know for a firewall. */
export function nextHop(plan: Plan): Value {
  const at = plan.at(['hub', plan.hub.nva === undefined ? 'firewall' : 'nva']);
  return plan.hub.nva === undefined ? firewallAddress(plan, at) : placed(at, plan.hub.nva);
}

type Attachments = ReadonlyMap<string, DraftObject>;

function networkOf(
  plan: Plan,
  network: NetworkPlan,
  attachments: Attachments,
): readonly AzureResource[] {
  const at = plan.at(network.path);
  const isSpoke = network.part !== 'hub';
  const asksFirewall = isSpoke && plan.hub.firewall?.dnsProxy === true;
  const range = placed(plan.at([...network.path, 'addressSpace']), formatPrefix(network.prefix));
  return [
    azureResource(plan, {
      type: 'Microsoft.Network/virtualNetworks',
      names: [network.vnet],
      api: NETWORK_API,
      at,
      body: {
        properties: {
          addressSpace: { addressPrefixes: [range] },
          // aks 9: names in firewall rules mean the same addresses only if both ask the same resolver.
          dhcpOptions: asksFirewall ? { dnsServers: [nextHop(plan)] } : undefined,
        },
      },
    }),
    ...[...network.subnets.values()].map((subnet) =>
      azureResource(plan, {
        type: 'Microsoft.Network/virtualNetworks/subnets',
        names: [network.vnet, subnet.name],
        api: NETWORK_API,
        at: plan.at(subnet.path),
        isPart: true,
        body: {
          properties: {
            addressPrefix: prefixText(subnet),
            defaultOutboundAccess: false,
            ...attachments.get(subnet.name),
          },
        },
      }),
    ),
  ];
}

export const routeTableId = (plan: Plan, part: string): string =>
  plan.names.id('Microsoft.Network/routeTables', plan.names.of('rt', part));
export const securityGroupId = (plan: Plan, part: string): string =>
  plan.names.id('Microsoft.Network/networkSecurityGroups', plan.names.of('nsg', part));

function hubAttachments(plan: Plan): Attachments {
  const list = new Map<string, DraftObject>();
  if (plan.hub.gateway !== undefined) {
    list.set('GatewaySubnet', { routeTable: { id: routeTableId(plan, 'gateway') } });
  }
  return list;
}

function spokeAttachments(plan: Plan, spoke: NetworkPlan): Attachments {
  const list = new Map<string, DraftObject>();
  for (const cluster of plan.clusters.filter((one) => one.spoke === spoke)) {
    const both = {
      routeTable: { id: routeTableId(plan, cluster.name) },
      networkSecurityGroup: { id: securityGroupId(plan, cluster.name) },
    };
    list.set(cluster.nodes.name, both);
    if (cluster.pods !== undefined) list.set(cluster.pods.name, both);
    if (cluster.api !== undefined) {
      list.set(cluster.api.name, {
        networkSecurityGroup: { id: securityGroupId(plan, `${cluster.name}-api`) },
        delegations: [
          {
            name: 'aks',
            properties: { serviceName: 'Microsoft.ContainerService/managedClusters' },
          },
        ],
      });
    }
  }
  list.set('snet-agw', {
    networkSecurityGroup: { id: securityGroupId(plan, 'agw') },
    routeTable: isInSeries(plan) ? { id: routeTableId(plan, 'agw') } : undefined,
  });
  list.set('snet-pep', {
    networkSecurityGroup: { id: securityGroupId(plan, `${spoke.part}-pep`) },
    // Without it the security group has no effect on endpoints (azure-networking 6).
    privateEndpointNetworkPolicies: 'Enabled',
  });
  return list;
}

/** A gateway sends to its backends through the firewall (azure-networking 10.4). */
export const isInSeries = (plan: Plan): boolean =>
  plan.ingress.some(({ via }) => via === 'waf-then-firewall');

function peering(plan: Plan, from: NetworkPlan, to: NetworkPlan): AzureResource {
  const isHub = from.part === 'hub';
  const hasGateway = plan.hub.gateway !== undefined;
  return azureResource(plan, {
    type: 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings',
    names: [from.vnet, `peer-to-${to.part}`],
    api: NETWORK_API,
    at: plan.at(isHub ? to.path : from.path),
    isPart: true,
    body: {
      properties: {
        remoteVirtualNetwork: { id: vnetId(plan, to) },
        allowVirtualNetworkAccess: true,
        // The firewall forwards what it did not send itself (NET-03).
        allowForwardedTraffic: true,
        allowGatewayTransit: isHub && hasGateway,
        useRemoteGateways: !isHub && hasGateway,
      },
    },
  });
}

/** A table for every cluster, for the gateway to on-premises networks and for a gateway that sends through the firewall. */
export function routeTables(plan: Plan): readonly AzureResource[] {
  const tables = plan.clusters.map((cluster) => clusterRoutes(plan, cluster));
  const { gateway } = plan.hub;
  const at = plan.at(['hub', 'gateway']);
  const backToSpokes = plan.spokes.map((spoke) => ({
    name: `to-${spoke.part}`,
    properties: {
      addressPrefix: formatPrefix(spoke.prefix),
      nextHopType: 'VirtualAppliance',
      nextHopIpAddress: nextHop(plan),
    },
  }));
  return [
    ...tables,
    ...(gateway === undefined
      ? []
      : [table(plan, 'gateway', at, { disableBgpRoutePropagation: false, routes: backToSpokes })]),
    ...gatewayRoutes(plan),
  ];
}

function clusterRoutes(plan: Plan, cluster: ClusterPlan): AzureResource {
  const at = plan.at([...cluster.path, 'network', 'outbound']);
  const gateway = agwSubnet(plan);
  const toGateway =
    isInSeries(plan) && gateway !== undefined && cluster.isActive
      ? [throughFirewall(plan, 'to-gateway', prefixText(gateway))]
      : [];
  const isOpen = cluster.outbound === 'userDefinedRouting';
  return table(plan, cluster.name, at, {
    // Routes learned from a gateway must not lead around the firewall.
    disableBgpRoutePropagation: true,
    routes: [...(isOpen ? [throughFirewall(plan, 'default', '0.0.0.0/0')] : []), ...toGateway],
  });
}

function gatewayRoutes(plan: Plan): readonly AzureResource[] {
  const subnet = agwSubnet(plan);
  const active = plan.clusters.find(({ isActive }) => isActive);
  if (subnet === undefined || active?.fronts === undefined || !isInSeries(plan)) return [];
  const routes = [throughFirewall(plan, 'to-front-ends', prefixText(active.fronts))];
  const at = plan.at(['ingress']);
  return [table(plan, 'agw', at, { disableBgpRoutePropagation: true, routes })];
}

export function agwSubnet(plan: Plan): SubnetPlan | undefined {
  return plan.spokes.flatMap((spoke) => spoke.subnets.get('snet-agw') ?? [])[0];
}

function throughFirewall(plan: Plan, name: string, range: string): DraftObject {
  return {
    name,
    properties: {
      addressPrefix: range,
      nextHopType: 'VirtualAppliance',
      nextHopIpAddress: nextHop(plan),
    },
  };
}

function table(
  plan: Plan,
  part: string,
  at: ReturnType<Plan['at']>,
  properties: DraftObject,
): AzureResource {
  return azureResource(plan, {
    type: 'Microsoft.Network/routeTables',
    names: [plan.names.of('rt', part)],
    api: NETWORK_API,
    at,
    body: { properties },
  });
}

export const gatewaySubnetId = (plan: Plan): string | undefined => {
  const spoke = plan.spokes.find(({ subnets }) => subnets.has('snet-agw'));
  return spoke === undefined ? undefined : subnetId(plan, spoke, 'snet-agw');
};
