import {
  ARM,
  address,
  many,
  NAME,
  NAMED,
  one,
  reference,
  references,
  setting,
  value,
} from '../attribute-words.ts';
import type { Attribute, AzurermType } from '../azurerm-type.ts';
import { ENABLED, listOf, NEGATED, worded } from '../conversions.ts';

/** Before provider 4 a switch, and before that its opposite (iac-formats 4.3). */
const POLICIES = worded('Enabled', 'Disabled');
const REVERSED_POLICIES = worded('Disabled', 'Enabled');

/** Of a subnet, wherever it is written (iac-formats 4.2, 4.3). */
const SUBNET: readonly Attribute[] = [
  NAME,
  value('address_prefixes', 'properties.addressPrefixes'),
  setting('default_outbound_access_enabled', 'properties.defaultOutboundAccess', true),
  many('delegation', 'properties.delegations', [
    NAME,
    one('service_delegation', 'properties', [
      value('name', 'serviceName'),
      value('actions', 'actions'),
    ]),
  ]),
  value('private_endpoint_network_policies', 'properties.privateEndpointNetworkPolicies'),
  value(
    'private_endpoint_network_policies_enabled',
    'properties.privateEndpointNetworkPolicies',
    POLICIES,
    { until: 4 },
  ),
  value(
    'enforce_private_link_endpoint_network_policies',
    'properties.privateEndpointNetworkPolicies',
    REVERSED_POLICIES,
    { until: 4 },
  ),
  value(
    'private_link_service_network_policies_enabled',
    'properties.privateLinkServiceNetworkPolicies',
    ENABLED,
  ),
  references(
    'service_endpoint_policy_ids',
    'properties.serviceEndpointPolicies',
    'Microsoft.Network/serviceEndpointPolicies',
  ),
  many('service_endpoint', 'properties.serviceEndpoints', [value('service', 'service')], {
    since: 5,
  }),
  value('service_endpoints', 'properties.serviceEndpoints', listOf('service'), { until: 5 }),
];

const ROUTE: readonly Attribute[] = [
  NAME,
  value('address_prefix', 'properties.addressPrefix'),
  value('next_hop_type', 'properties.nextHopType'),
  address('next_hop_in_ip_address', 'properties.nextHopIpAddress'),
];

export const NETWORKS: readonly AzurermType[] = [
  {
    terraform: 'azurerm_resource_group',
    arm: 'Microsoft.Resources/resourceGroups',
    identity: { kind: 'resource-group' },
    attributes: NAMED,
    harmless: ['managed_by'],
  },
  {
    terraform: 'azurerm_virtual_network',
    arm: ARM.network,
    identity: { kind: 'group' },
    attributes: [
      ...NAMED,
      value('address_space', 'properties.addressSpace.addressPrefixes'),
      address('dns_servers', 'properties.dhcpOptions.dnsServers'),
      many(
        'subnet',
        'properties.subnets',
        [
          ...SUBNET,
          value('address_prefix', 'properties.addressPrefix', undefined, { until: 4 }),
          reference('route_table_id', 'properties.routeTable', ARM.routeTable),
          reference('security_group', 'properties.networkSecurityGroup', ARM.securityGroup),
        ],
        { isAlsoSeparate: 'azurerm_subnet' },
      ),
      one('ddos_protection_plan', 'properties', [
        reference('id', 'ddosProtectionPlan', ARM.ddosPlan),
        value('enable', 'enableDdosProtection'),
      ]),
      one('encryption', 'properties.encryption', [value('enforcement', 'enforcement')], {
        always: { enabled: true },
      }),
      value('flow_timeout_in_minutes', 'properties.flowTimeoutInMinutes'),
      value('private_endpoint_vnet_policies', 'properties.privateEndpointVNetPolicies'),
    ],
    harmless: ['bgp_community', 'edge_zone', 'guid', 'network_identifier'],
  },
  {
    terraform: 'azurerm_virtual_network_dns_servers',
    arm: ARM.network,
    identity: { kind: 'association', target: 'virtual_network_id' },
    attributes: [address('dns_servers', 'properties.dhcpOptions.dnsServers')],
  },
  {
    terraform: 'azurerm_subnet',
    arm: ARM.subnet,
    identity: { kind: 'named-parent', parents: ['virtual_network_name'] },
    attributes: [
      ...SUBNET,
      value('address_prefix', 'properties.addressPrefix', undefined, { until: 3 }),
      // Written only: the provider never shows them again.
      reference('route_table_id_wo', 'properties.routeTable', ARM.routeTable, { since: 5 }),
      reference(
        'network_security_group_id_wo',
        'properties.networkSecurityGroup',
        ARM.securityGroup,
        { since: 5 },
      ),
      reference('route_table_id', 'properties.routeTable', ARM.routeTable, { isTold: true }),
      reference('network_security_group_id', 'properties.networkSecurityGroup', ARM.securityGroup, {
        isTold: true,
      }),
      value('sharing_scope', 'properties.sharingScope'),
    ],
    harmless: [
      'network_identifier',
      'network_security_group_id_wo_version',
      'route_table_id_wo_version',
    ],
  },
  {
    terraform: 'azurerm_subnet_route_table_association',
    arm: ARM.subnet,
    identity: { kind: 'association', target: 'subnet_id' },
    attributes: [reference('route_table_id', 'properties.routeTable', ARM.routeTable)],
  },
  {
    terraform: 'azurerm_subnet_network_security_group_association',
    arm: ARM.subnet,
    identity: { kind: 'association', target: 'subnet_id' },
    attributes: [
      reference('network_security_group_id', 'properties.networkSecurityGroup', ARM.securityGroup),
    ],
  },
  {
    terraform: 'azurerm_subnet_nat_gateway_association',
    arm: ARM.subnet,
    identity: { kind: 'association', target: 'subnet_id' },
    attributes: [reference('nat_gateway_id', 'properties.natGateway', ARM.natGateway)],
  },
  {
    terraform: 'azurerm_virtual_network_peering',
    arm: `${ARM.network}/virtualNetworkPeerings`,
    identity: { kind: 'named-parent', parents: ['virtual_network_name'] },
    attributes: [
      NAME,
      reference('remote_virtual_network_id', 'properties.remoteVirtualNetwork', ARM.network),
      setting('allow_virtual_network_access', 'properties.allowVirtualNetworkAccess', true),
      setting('allow_forwarded_traffic', 'properties.allowForwardedTraffic', false),
      setting('allow_gateway_transit', 'properties.allowGatewayTransit', false),
      setting('use_remote_gateways', 'properties.useRemoteGateways', false),
      value('peer_complete_virtual_networks_enabled', 'properties.peerCompleteVnets'),
      value('local_subnet_names', 'properties.localSubnetNames'),
      value('remote_subnet_names', 'properties.remoteSubnetNames'),
      value('only_ipv6_peering_enabled', 'properties.enableOnlyIPv6Peering'),
    ],
    harmless: ['triggers'],
  },
  {
    terraform: 'azurerm_route_table',
    arm: ARM.routeTable,
    identity: { kind: 'group' },
    attributes: [
      ...NAMED,
      setting(
        'bgp_route_propagation_enabled',
        'properties.disableBgpRoutePropagation',
        true,
        NEGATED,
      ),
      value('disable_bgp_route_propagation', 'properties.disableBgpRoutePropagation', undefined, {
        until: 4,
      }),
      many('route', 'properties.routes', ROUTE, { isAlsoSeparate: 'azurerm_route' }),
    ],
    harmless: ['subnets'],
  },
  {
    terraform: 'azurerm_route',
    arm: `${ARM.routeTable}/routes`,
    identity: { kind: 'named-parent', parents: ['route_table_name'] },
    attributes: ROUTE,
  },
  {
    terraform: 'azurerm_route_server',
    arm: ARM.virtualHub,
    identity: { kind: 'group' },
    always: { kind: 'RouteServer' },
    attributes: [
      ...NAMED,
      value('sku', 'properties.sku'),
      value('branch_to_branch_traffic_enabled', 'properties.allowBranchToBranchTraffic'),
      value('hub_routing_preference', 'properties.hubRoutingPreference'),
    ],
    // The address of the server is the child `ipConfigurations/ipConfig1`, named by the provider.
    parts: [
      {
        type: `${ARM.virtualHub}/ipConfigurations`,
        name: 'ipConfig1',
        attributes: [
          reference('subnet_id', 'properties.subnet', ARM.subnet),
          reference('public_ip_address_id', 'properties.publicIPAddress', ARM.publicIp),
        ],
      },
    ],
    harmless: ['routing_state', 'virtual_router_asn', 'virtual_router_ips'],
  },
];
