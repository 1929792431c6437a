import {
  ARM,
  address,
  many,
  NAME,
  NAMED,
  one,
  reference,
  setting,
  value,
  ZONES,
} from '../attribute-words.ts';
import type { Attribute, AzurermType } from '../azurerm-type.ts';
import { COMMA_LIST, idOf, listOf, TEXT_BOOLEAN } from '../conversions.ts';

const ADDRESS_OF_FIREWALL: readonly Attribute[] = [
  NAME,
  // Only the first of several names the subnet.
  reference('subnet_id', 'properties.subnet', ARM.subnet),
  reference('public_ip_address_id', 'properties.publicIPAddress', ARM.publicIp),
  address('private_ip_address', 'properties.privateIPAddress', { isTold: true }),
];

/** Of a rule of a classic firewall: flat, as ARM has it. */
const CLASSIC_RULE: readonly Attribute[] = [
  NAME,
  value('description', 'description'),
  value('source_addresses', 'sourceAddresses'),
  value('source_ip_groups', 'sourceIpGroups', idOf(ARM.ipGroup)),
];

const NETWORK_RULE: readonly Attribute[] = [
  ...CLASSIC_RULE,
  value('protocols', 'protocols'),
  address('destination_addresses', 'destinationAddresses'),
  value('destination_ip_groups', 'destinationIpGroups', idOf(ARM.ipGroup)),
  value('destination_fqdns', 'destinationFqdns'),
  value('destination_ports', 'destinationPorts'),
];

const APPLICATION_RULE: readonly Attribute[] = [
  ...CLASSIC_RULE,
  value('target_fqdns', 'targetFqdns'),
  value('fqdn_tags', 'fqdnTags'),
  many('protocol', 'protocols', [value('type', 'protocolType'), value('port', 'port')]),
];

const NAT_RULE: readonly Attribute[] = [
  ...CLASSIC_RULE,
  value('protocols', 'protocols'),
  address('destination_addresses', 'destinationAddresses'),
  value('destination_ports', 'destinationPorts'),
  address('translated_address', 'translatedAddress'),
  value('translated_port', 'translatedPort'),
];

function classicCollection(
  kind: 'network' | 'application' | 'nat',
  rule: readonly Attribute[],
): AzurermType {
  const list = `properties.${kind}RuleCollections`;
  return {
    terraform: `azurerm_firewall_${kind}_rule_collection`,
    arm: ARM.firewall,
    identity: { kind: 'element', target: 'azure_firewall_name', isTargetName: true, list },
    attributes: [
      NAME,
      value('priority', 'properties.priority'),
      value('action', 'properties.action.type'),
      many('rule', 'properties.rules', rule),
    ],
  };
}

/** ARM-48: without a policy these settings are texts in one map. */
const CLASSIC_SETTINGS = 'properties.additionalProperties';

export const FIREWALL: readonly AzurermType[] = [
  {
    terraform: 'azurerm_firewall',
    arm: ARM.firewall,
    identity: { kind: 'group' },
    attributes: [
      ...NAMED,
      ZONES,
      value('sku_name', 'properties.sku.name'),
      value('sku_tier', 'properties.sku.tier'),
      reference('firewall_policy_id', 'properties.firewallPolicy', ARM.firewallPolicy),
      value('threat_intel_mode', 'properties.threatIntelMode'),
      value('dns_proxy_enabled', `${CLASSIC_SETTINGS}["Network.DNS.EnableProxy"]`, TEXT_BOOLEAN),
      value('dns_servers', `${CLASSIC_SETTINGS}["Network.DNS.Servers"]`, COMMA_LIST),
      value('private_ip_ranges', `${CLASSIC_SETTINGS}["Network.SNAT.PrivateRanges"]`, COMMA_LIST),
      many('ip_configuration', 'properties.ipConfigurations', ADDRESS_OF_FIREWALL),
      one(
        'management_ip_configuration',
        'properties.managementIpConfiguration',
        ADDRESS_OF_FIREWALL,
      ),
      one('virtual_hub', 'properties', [
        reference('virtual_hub_id', 'virtualHub', ARM.virtualHub),
        setting('public_ip_count', 'hubIPAddresses.publicIPs.count', 1),
        address('private_ip_address', 'hubIPAddresses.privateIPAddress', { isTold: true }),
        value('public_ip_addresses', 'hubIPAddresses.publicIPs.addresses', listOf('address'), {
          isTold: true,
        }),
      ]),
    ],
  },
  classicCollection('network', NETWORK_RULE),
  classicCollection('application', APPLICATION_RULE),
  classicCollection('nat', NAT_RULE),
  {
    terraform: 'azurerm_ip_group',
    arm: ARM.ipGroup,
    identity: { kind: 'group' },
    attributes: [...NAMED, address('cidrs', 'properties.ipAddresses', { keepsEmpty: true })],
    harmless: ['firewall_ids', 'firewall_policy_ids'],
  },
  {
    terraform: 'azurerm_ip_group_cidr',
    arm: ARM.ipGroup,
    identity: { kind: 'element', target: 'ip_group_id', list: 'properties.ipAddresses' },
    attributes: [address('cidr', '')],
  },
];
