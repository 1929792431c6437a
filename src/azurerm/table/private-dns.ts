import { ARM, address, many, NAME, NAMED, reference, setting, value } from '../attribute-words.ts';
import type { Attribute, AzurermType } from '../azurerm-type.ts';
import { ENABLED, idOf, listOf, ZONE_CONFIGS } from '../conversions.ts';

const ZONE_OF_RECORD = {
  kind: 'parent-id',
  parent: 'private_dns_zone_id',
  formerly: ['zone_name'],
} as const;

function record(type: string, attribute: Attribute): AzurermType {
  return {
    terraform: `azurerm_private_dns_${type.toLowerCase()}_record`,
    arm: `${ARM.privateDnsZone}/${type}`,
    identity: ZONE_OF_RECORD,
    attributes: [NAME, value('ttl', 'properties.ttl'), attribute],
    harmless: ['fqdn', 'tags'],
  };
}

const RESOLVER = 'Microsoft.Network/dnsResolvers';
const RULESET = 'Microsoft.Network/dnsForwardingRulesets';

export const PRIVATE_DNS: readonly AzurermType[] = [
  {
    terraform: 'azurerm_private_dns_zone',
    arm: ARM.privateDnsZone,
    identity: { kind: 'group' },
    // Zones lie nowhere; ARM wants the word.
    always: { location: 'global' },
    attributes: [NAME, value('tags', 'tags')],
    harmless: [
      'soa_record',
      'number_of_record_sets',
      'max_number_of_record_sets',
      'max_number_of_virtual_network_links',
      'max_number_of_virtual_network_links_with_registration',
    ],
  },
  {
    terraform: 'azurerm_private_dns_zone_virtual_network_link',
    arm: `${ARM.privateDnsZone}/virtualNetworkLinks`,
    identity: {
      kind: 'parent-id',
      parent: 'private_dns_zone_id',
      formerly: ['private_dns_zone_name'],
    },
    always: { location: 'global' },
    attributes: [
      NAME,
      value('tags', 'tags'),
      reference('virtual_network_id', 'properties.virtualNetwork', ARM.network),
      setting('registration_enabled', 'properties.registrationEnabled', false),
      value('resolution_policy', 'properties.resolutionPolicy'),
    ],
  },
  record('A', value('records', 'properties.aRecords', listOf('ipv4Address', { kind: 'address' }))),
  record(
    'AAAA',
    value('records', 'properties.aaaaRecords', listOf('ipv6Address', { kind: 'address' })),
  ),
  record('CNAME', value('record', 'properties.cnameRecord.cname')),
  {
    terraform: 'azurerm_private_dns_resolver',
    arm: RESOLVER,
    identity: { kind: 'group' },
    attributes: [
      ...NAMED,
      reference('virtual_network_id', 'properties.virtualNetwork', ARM.network),
    ],
  },
  {
    terraform: 'azurerm_private_dns_resolver_inbound_endpoint',
    arm: `${RESOLVER}/inboundEndpoints`,
    identity: { kind: 'parent-id', parent: 'private_dns_resolver_id' },
    attributes: [
      ...NAMED,
      many('ip_configurations', 'properties.ipConfigurations', [
        reference('subnet_id', 'subnet', ARM.subnet),
        address('private_ip_address', 'privateIpAddress', { isTold: true }),
        value('private_ip_allocation_method', 'privateIpAllocationMethod'),
      ]),
    ],
  },
  {
    terraform: 'azurerm_private_dns_resolver_outbound_endpoint',
    arm: `${RESOLVER}/outboundEndpoints`,
    identity: { kind: 'parent-id', parent: 'private_dns_resolver_id' },
    attributes: [...NAMED, reference('subnet_id', 'properties.subnet', ARM.subnet)],
  },
  {
    terraform: 'azurerm_private_dns_resolver_dns_forwarding_ruleset',
    arm: RULESET,
    identity: { kind: 'group' },
    attributes: [
      ...NAMED,
      value(
        'private_dns_resolver_outbound_endpoint_ids',
        'properties.dnsResolverOutboundEndpoints',
        listOf('id', { kind: 'id', type: `${RESOLVER}/outboundEndpoints` }),
      ),
    ],
  },
  {
    terraform: 'azurerm_private_dns_resolver_forwarding_rule',
    arm: `${RULESET}/forwardingRules`,
    identity: { kind: 'parent-id', parent: 'dns_forwarding_ruleset_id' },
    attributes: [
      NAME,
      value('domain_name', 'properties.domainName'),
      value('enabled', 'properties.forwardingRuleState', ENABLED),
      many('target_dns_servers', 'properties.targetDnsServers', [
        address('ip_address', 'ipAddress'),
        value('port', 'port'),
      ]),
    ],
    harmless: ['metadata'],
  },
  {
    terraform: 'azurerm_private_dns_resolver_virtual_network_link',
    arm: `${RULESET}/virtualNetworkLinks`,
    identity: { kind: 'parent-id', parent: 'dns_forwarding_ruleset_id' },
    attributes: [NAME, reference('virtual_network_id', 'properties.virtualNetwork', ARM.network)],
    harmless: ['metadata'],
  },
  {
    terraform: 'azurerm_private_endpoint',
    arm: 'Microsoft.Network/privateEndpoints',
    identity: { kind: 'group' },
    attributes: [
      ...NAMED,
      reference('subnet_id', 'properties.subnet', ARM.subnet),
      ...[false, true].map((isManual) =>
        many(
          'private_service_connection',
          isManual
            ? 'properties.manualPrivateLinkServiceConnections'
            : 'properties.privateLinkServiceConnections',
          [
            NAME,
            value('private_connection_resource_id', 'properties.privateLinkServiceId', idOf()),
            // A service of somebody else is named by its alias, in the place of its id.
            value('private_connection_resource_alias', 'properties.privateLinkServiceId'),
            value('subresource_names', 'properties.groupIds'),
            value('request_message', 'properties.requestMessage'),
          ],
          { onlyIf: { name: 'is_manual_connection', is: isManual } },
        ),
      ),
      many(
        'private_dns_zone_group',
        'properties.privateDnsZoneGroups',
        [NAME, value('private_dns_zone_ids', 'properties.privateDnsZoneConfigs', ZONE_CONFIGS)],
        { child: 'privateDnsZoneGroups' },
      ),
      many('ip_configuration', 'properties.ipConfigurations', [
        NAME,
        address('private_ip_address', 'properties.privateIPAddress'),
        value('subresource_name', 'properties.groupId'),
        value('member_name', 'properties.memberName'),
      ]),
      value('custom_network_interface_name', 'properties.customNetworkInterfaceName'),
      many(
        'custom_dns_configs',
        'properties.customDnsConfigs',
        [value('fqdn', 'fqdn'), address('ip_addresses', 'ipAddresses')],
        { isTold: true },
      ),
    ],
    harmless: ['edge_zone', 'network_interface', 'private_dns_zone_configs'],
  },
];
