import {
  ARM,
  address,
  NAMED,
  reference,
  references,
  setting,
  value,
  ZONES,
} from '../attribute-words.ts';
import type { AzurermType } from '../azurerm-type.ts';
import { singleIdOf } from '../conversions.ts';

/** iac-formats 4.3: the default SKU was `Basic` before provider 4. */
const SKU = (provider: number) => (provider < 4 ? 'Basic' : 'Standard');

export const PUBLIC_ADDRESSES: readonly AzurermType[] = [
  {
    terraform: 'azurerm_public_ip',
    arm: ARM.publicIp,
    identity: { kind: 'group' },
    attributes: [
      ...NAMED,
      setting('sku', 'sku.name', SKU),
      setting('sku_tier', 'sku.tier', 'Regional'),
      ZONES,
      value('allocation_method', 'properties.publicIPAllocationMethod'),
      setting('ip_version', 'properties.publicIPAddressVersion', 'IPv4'),
      value('domain_name_label', 'properties.dnsSettings.domainNameLabel'),
      value('fqdn', 'properties.dnsSettings.fqdn', undefined, { isTold: true }),
      reference('public_ip_prefix_id', 'properties.publicIPPrefix', ARM.publicIpPrefix),
      address('ip_address', 'properties.ipAddress', { isTold: true }),
      value('ddos_protection_mode', 'properties.ddosSettings.protectionMode'),
      reference(
        'ddos_protection_plan_id',
        'properties.ddosSettings.ddosProtectionPlan',
        ARM.ddosPlan,
      ),
      value('idle_timeout_in_minutes', 'properties.idleTimeoutInMinutes'),
    ],
    harmless: ['domain_name_label_scope', 'edge_zone', 'ip_tags', 'reverse_fqdn'],
  },
  {
    terraform: 'azurerm_public_ip_prefix',
    arm: ARM.publicIpPrefix,
    identity: { kind: 'group' },
    attributes: [
      ...NAMED,
      setting('sku', 'sku.name', 'Standard'),
      value('sku_tier', 'sku.tier'),
      setting('prefix_length', 'properties.prefixLength', 28),
      setting('ip_version', 'properties.publicIPAddressVersion', 'IPv4'),
      ZONES,
      address('ip_prefix', 'properties.ipPrefix', { isTold: true }),
    ],
    harmless: ['custom_ip_prefix_id'],
  },
  {
    terraform: 'azurerm_nat_gateway',
    arm: ARM.natGateway,
    identity: { kind: 'group' },
    attributes: [
      ...NAMED,
      setting('sku_name', 'sku.name', 'Standard'),
      value('idle_timeout_in_minutes', 'properties.idleTimeoutInMinutes'),
      ZONES,
      {
        ...references('public_ip_address_ids', 'properties.publicIpAddresses', ARM.publicIp),
        until: 3,
      },
      {
        ...references('public_ip_prefix_ids', 'properties.publicIpPrefixes', ARM.publicIpPrefix),
        until: 3,
      },
    ],
    harmless: ['resource_guid'],
  },
  {
    terraform: 'azurerm_nat_gateway_public_ip_association',
    arm: ARM.natGateway,
    identity: { kind: 'association', target: 'nat_gateway_id' },
    attributes: [
      value('public_ip_address_id', 'properties.publicIpAddresses', singleIdOf(ARM.publicIp), {
        isItem: true,
      }),
    ],
  },
  {
    terraform: 'azurerm_nat_gateway_public_ip_prefix_association',
    arm: ARM.natGateway,
    identity: { kind: 'association', target: 'nat_gateway_id' },
    attributes: [
      value('public_ip_prefix_id', 'properties.publicIpPrefixes', singleIdOf(ARM.publicIpPrefix), {
        isItem: true,
      }),
    ],
  },
];
