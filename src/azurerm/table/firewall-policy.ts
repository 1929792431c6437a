import {
  ARM,
  address,
  IDENTITY,
  many,
  NAME,
  NAMED,
  one,
  reference,
  setting,
  value,
} from '../attribute-words.ts';
import type { Attribute, AzurermType } from '../azurerm-type.ts';
import { ENABLED, idOf, NUMBER_TEXT, SINGLE, spelled } from '../conversions.ts';

const RULE: readonly Attribute[] = [
  NAME,
  value('description', 'description'),
  value('source_addresses', 'sourceAddresses'),
  value('source_ip_groups', 'sourceIpGroups', idOf(ARM.ipGroup)),
];

const NETWORK_RULE: readonly Attribute[] = [
  ...RULE,
  value('protocols', 'ipProtocols'),
  address('destination_addresses', 'destinationAddresses'),
  value('destination_ip_groups', 'destinationIpGroups', idOf(ARM.ipGroup)),
  value('destination_fqdns', 'destinationFqdns'),
  value('destination_ports', 'destinationPorts'),
];

const APPLICATION_RULE: readonly Attribute[] = [
  ...RULE,
  many('protocols', 'protocols', [value('type', 'protocolType'), value('port', 'port')]),
  address('destination_addresses', 'destinationAddresses'),
  value('destination_fqdns', 'targetFqdns'),
  value('destination_fqdn_tags', 'fqdnTags'),
  value('destination_urls', 'targetUrls'),
  value('web_categories', 'webCategories'),
  value('terminate_tls', 'terminateTLS'),
  many('http_headers', 'httpHeadersToInsert', [
    value('name', 'headerName'),
    value('value', 'headerValue'),
  ]),
];

const NAT_RULE: readonly Attribute[] = [
  ...RULE,
  value('protocols', 'ipProtocols'),
  value('destination_address', 'destinationAddresses', SINGLE),
  value('destination_ports', 'destinationPorts'),
  address('translated_address', 'translatedAddress'),
  value('translated_fqdn', 'translatedFqdn'),
  value('translated_port', 'translatedPort', NUMBER_TEXT),
];

const NAT_ACTION = spelled({ Dnat: 'DNAT' });

/** Three lists of blocks here, one array there; priorities decide, so their order among each other says nothing. */
const COLLECTIONS = 'properties.ruleCollections';

function filterCollection(name: string, ruleType: string, rule: readonly Attribute[]) {
  return many(
    name,
    COLLECTIONS,
    [
      NAME,
      value('priority', 'priority'),
      value('action', 'action.type'),
      many('rule', 'rules', rule, { always: { ruleType } }),
    ],
    { always: { ruleCollectionType: 'FirewallPolicyFilterRuleCollection' } },
  );
}

export const FIREWALL_POLICY: readonly AzurermType[] = [
  {
    terraform: 'azurerm_firewall_policy',
    arm: ARM.firewallPolicy,
    identity: { kind: 'group' },
    attributes: [
      ...NAMED,
      IDENTITY,
      setting('sku', 'properties.sku.tier', 'Standard'),
      reference('base_policy_id', 'properties.basePolicy', ARM.firewallPolicy),
      one('dns', 'properties.dnsSettings', [
        setting('proxy_enabled', 'enableProxy', false),
        address('servers', 'servers'),
      ]),
      setting('threat_intelligence_mode', 'properties.threatIntelMode', 'Alert'),
      one('threat_intelligence_allowlist', 'properties.threatIntelWhitelist', [
        value('fqdns', 'fqdns'),
        value('ip_addresses', 'ipAddresses'),
      ]),
      value('private_ip_ranges', 'properties.snat.privateRanges'),
      value('auto_learn_private_ranges_enabled', 'properties.snat.autoLearnPrivateRanges', ENABLED),
      one('intrusion_detection', 'properties.intrusionDetection', [
        value('mode', 'mode'),
        value('private_ranges', 'configuration.privateRanges'),
        many('signature_overrides', 'configuration.signatureOverrides', [
          value('id', 'id'),
          value('state', 'mode'),
        ]),
        many('traffic_bypass', 'configuration.bypassTrafficSettings', [
          NAME,
          value('description', 'description'),
          value('protocol', 'protocol'),
          address('source_addresses', 'sourceAddresses'),
          address('destination_addresses', 'destinationAddresses'),
          value('destination_ports', 'destinationPorts'),
          value('source_ip_groups', 'sourceIpGroups', idOf(ARM.ipGroup)),
          value('destination_ip_groups', 'destinationIpGroups', idOf(ARM.ipGroup)),
        ]),
      ]),
      one('tls_certificate', 'properties.transportSecurity.certificateAuthority', [
        NAME,
        value('key_vault_secret_id', 'keyVaultSecretId'),
      ]),
      one('insights', 'properties.insights', [
        value('enabled', 'isEnabled'),
        value('retention_in_days', 'retentionDays'),
        reference(
          'default_log_analytics_workspace_id',
          'logAnalyticsResources.defaultWorkspaceId',
          ARM.workspace,
        ),
        many('log_analytics_workspace', 'logAnalyticsResources.workspaces', [
          reference('id', 'workspaceId', ARM.workspace),
          value('firewall_location', 'region'),
        ]),
      ]),
      one('explicit_proxy', 'properties.explicitProxy', [
        value('enabled', 'enableExplicitProxy'),
        value('http_port', 'httpPort'),
        value('https_port', 'httpsPort'),
        value('enable_pac_file', 'enablePacFile'),
        value('pac_file_port', 'pacFilePort'),
        value('pac_file', 'pacFile'),
      ]),
      value('sql_redirect_allowed', 'properties.sql.allowSqlRedirect'),
    ],
    harmless: ['child_policies', 'firewalls', 'rule_collection_groups'],
  },
  {
    terraform: 'azurerm_firewall_policy_rule_collection_group',
    arm: `${ARM.firewallPolicy}/ruleCollectionGroups`,
    identity: { kind: 'parent-id', parent: 'firewall_policy_id' },
    attributes: [
      NAME,
      value('priority', 'properties.priority'),
      many(
        'nat_rule_collection',
        COLLECTIONS,
        [
          NAME,
          value('priority', 'priority'),
          value('action', 'action.type', NAT_ACTION),
          many('rule', 'rules', NAT_RULE, { always: { ruleType: 'NatRule' } }),
        ],
        { always: { ruleCollectionType: 'FirewallPolicyNatRuleCollection' } },
      ),
      filterCollection('network_rule_collection', 'NetworkRule', NETWORK_RULE),
      filterCollection('application_rule_collection', 'ApplicationRule', APPLICATION_RULE),
    ],
  },
];
