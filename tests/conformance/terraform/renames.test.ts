import { describe, expect, it } from 'vitest';
import { armResourcesOf } from '../../../src/importers/terraform/index.ts';
import type { ObjectValue } from '../../../src/values/index.ts';
import { located, plainValue } from '../../support/terraform-samples.ts';

/** iac-formats 4.3: names of older providers say the same as those of today. */

const ZONE =
  '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/privateDnsZones/shop.internal';

type Case = readonly [type: string, was: object, is: object];

const CASES: readonly Case[] = [
  [
    'azurerm_route_table',
    { disable_bgp_route_propagation: true },
    { bgp_route_propagation_enabled: false },
  ],
  [
    'azurerm_kubernetes_cluster',
    { api_server_authorized_ip_ranges: ['203.0.113.0/24'] },
    { api_server_access_profile: [{ authorized_ip_ranges: ['203.0.113.0/24'] }] },
  ],
  [
    'azurerm_kubernetes_cluster',
    {
      default_node_pool: [
        {
          name: 'a',
          enable_auto_scaling: true,
          enable_node_public_ip: false,
          enable_host_encryption: true,
        },
      ],
    },
    {
      default_node_pool: [
        {
          name: 'a',
          auto_scaling_enabled: true,
          node_public_ip_enabled: false,
          host_encryption_enabled: true,
        },
      ],
    },
  ],
  [
    'azurerm_kubernetes_cluster',
    { network_profile: [{ ebpf_data_plane: 'cilium' }] },
    { network_profile: [{ network_data_plane: 'cilium' }] },
  ],
  [
    'azurerm_subnet',
    { private_endpoint_network_policies_enabled: true },
    { private_endpoint_network_policies: 'Enabled' },
  ],
  [
    'azurerm_subnet',
    { enforce_private_link_endpoint_network_policies: true },
    { private_endpoint_network_policies: 'Disabled' },
  ],
  [
    'azurerm_subnet',
    { service_endpoints: ['Microsoft.Storage'] },
    { service_endpoint: [{ service: 'Microsoft.Storage' }] },
  ],
  [
    'azurerm_monitor_diagnostic_setting',
    { log: [{ category: 'AZFWNetworkRule', enabled: true }], metric: [{ category: 'AllMetrics' }] },
    {
      enabled_log: [{ category: 'AZFWNetworkRule' }],
      enabled_metric: [{ category: 'AllMetrics' }],
    },
  ],
  ['azurerm_application_gateway', { enable_http2: true }, { http2_enabled: true }],
  ['azurerm_virtual_network_gateway', { enable_bgp: true }, { bgp_enabled: true }],
  [
    'azurerm_private_dns_zone_virtual_network_link',
    { private_dns_zone_name: 'shop.internal', private_dns_zone_id: null },
    { private_dns_zone_id: ZONE },
  ],
  [
    'azurerm_private_dns_a_record',
    { zone_name: 'shop.internal', private_dns_zone_id: null, records: ['10.0.0.1'] },
    { private_dns_zone_id: ZONE, records: ['10.0.0.1'] },
  ],
];

describe('names of older providers', () => {
  it.each(CASES)('%s: %j is %j', (type, was, is) => {
    expect(armOf(type, was)).toEqual(armOf(type, is));
  });

  it.each(['azurerm_public_ip', 'azurerm_lb'])(
    'the SKU of a %s was Basic before provider 4',
    (type) => {
      const skuOf = (version: string) => armOf(type, {}, version)[0]?.[1];
      expect(skuOf('3.117.0')).toMatchObject({ sku: { name: 'Basic' } });
      expect(skuOf('4.0.0')).toMatchObject({ sku: { name: 'Standard' } });
      expect(skuOf('5.2.0')).toMatchObject({ sku: { name: 'Standard' } });
    },
  );

  it('a peering that says nothing lets networks reach each other and forwards nothing', () => {
    const [peering] = armOf('azurerm_virtual_network_peering', { virtual_network_name: 'hub' });
    expect(peering?.[1]).toMatchObject({
      properties: {
        allowvirtualnetworkaccess: true,
        allowforwardedtraffic: false,
        allowgatewaytransit: false,
        useremotegateways: false,
      },
    });
  });
});

function armOf(type: string, values: object, providerVersion = '4.20.0') {
  const root = located({
    name: 'one',
    resource_group_name: 'g',
    virtual_network_name: 'net',
    target_resource_id: `${ZONE}/x/y`,
    ...values,
  }) as ObjectValue;
  const resource = {
    address: `${type}.one`,
    mode: 'managed',
    type,
    values: root,
    at: root.at,
  } as const;
  const scope = { providerVersion, subscriptionId: 's' };
  return armResourcesOf([resource], scope).resources.map(
    ({ key, body }) => [key, plainValue(body)] as const,
  );
}
