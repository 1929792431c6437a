import {
  ARM,
  bareId,
  many,
  NAME,
  NAMED,
  one,
  reference,
  setting,
  value,
} from '../attribute-words.ts';
import type { AzurermType } from '../azurerm-type.ts';
import { idsOf } from '../conversions.ts';

const TABLE = `${ARM.virtualHub}/hubRouteTables`;

/** The secured hub of Virtual WAN. */
export const VIRTUAL_WAN: readonly AzurermType[] = [
  {
    terraform: 'azurerm_virtual_wan',
    arm: ARM.virtualWan,
    identity: { kind: 'group' },
    attributes: [
      ...NAMED,
      setting('type', 'properties.type', 'Standard'),
      value('allow_branch_to_branch_traffic', 'properties.allowBranchToBranchTraffic'),
      value('disable_vpn_encryption', 'properties.disableVpnEncryption'),
    ],
    harmless: ['office365_local_breakout_category'],
  },
  {
    terraform: 'azurerm_virtual_hub',
    arm: ARM.virtualHub,
    identity: { kind: 'group' },
    attributes: [
      ...NAMED,
      value('address_prefix', 'properties.addressPrefix'),
      value('sku', 'properties.sku'),
      reference('virtual_wan_id', 'properties.virtualWan', ARM.virtualWan),
      value('branch_to_branch_traffic_enabled', 'properties.allowBranchToBranchTraffic'),
      value('hub_routing_preference', 'properties.hubRoutingPreference'),
      many('route', 'properties.routeTable.routes', [
        value('address_prefixes', 'addressPrefixes'),
        value('next_hop_ip_address', 'nextHopIpAddress'),
      ]),
    ],
    harmless: [
      'default_route_table_id',
      'virtual_router_asn',
      'virtual_router_auto_scale_min_capacity',
      'virtual_router_ips',
    ],
  },
  {
    terraform: 'azurerm_virtual_hub_connection',
    arm: `${ARM.virtualHub}/hubVirtualNetworkConnections`,
    identity: { kind: 'parent-id', parent: 'virtual_hub_id' },
    attributes: [
      NAME,
      reference('remote_virtual_network_id', 'properties.remoteVirtualNetwork', ARM.network),
      setting('internet_security_enabled', 'properties.enableInternetSecurity', false),
      one('routing', 'properties.routingConfiguration', [
        reference('associated_route_table_id', 'associatedRouteTable', TABLE, { isTold: true }),
        one('propagated_route_table', 'propagatedRouteTables', [
          value('labels', 'labels'),
          value('route_table_ids', 'ids', idsOf(TABLE)),
        ]),
        many('static_vnet_route', 'vnetRoutes.staticRoutes', [
          NAME,
          value('address_prefixes', 'addressPrefixes'),
          value('next_hop_ip_address', 'nextHopIpAddress'),
        ]),
      ]),
    ],
    harmless: [
      'inbound_route_map_id',
      'outbound_route_map_id',
      'static_vnet_local_route_override_criteria',
      'static_vnet_propagate_static_routes_enabled',
    ],
  },
  {
    terraform: 'azurerm_virtual_hub_routing_intent',
    arm: `${ARM.virtualHub}/routingIntent`,
    identity: { kind: 'parent-id', parent: 'virtual_hub_id' },
    attributes: [
      NAME,
      many('routing_policy', 'properties.routingPolicies', [
        NAME,
        value('destinations', 'destinations'),
        bareId('next_hop', 'nextHop'),
      ]),
    ],
  },
  {
    terraform: 'azurerm_virtual_hub_route_table',
    arm: TABLE,
    identity: { kind: 'parent-id', parent: 'virtual_hub_id' },
    attributes: [
      NAME,
      value('labels', 'properties.labels'),
      many('route', 'properties.routes', [
        NAME,
        value('destinations_type', 'destinationType'),
        value('destinations', 'destinations'),
        setting('next_hop_type', 'nextHopType', 'ResourceId'),
        bareId('next_hop', 'nextHop'),
      ]),
    ],
  },
];
