import {
  ARM,
  bareId,
  IDENTITY,
  many,
  NAME,
  NAMED,
  one,
  setting,
  value,
} from '../attribute-words.ts';
import type { Attribute, AzurermType } from '../azurerm-type.ts';
import { ENABLED, idsOf, JSON_TEXT, listOf, worded } from '../conversions.ts';

const GUARDED = setting(
  'public_network_access_enabled',
  'properties.publicNetworkAccess',
  true,
  ENABLED,
);

/** A service that is read for its network switches only. */
function guarded(
  terraform: string,
  arm: string,
  attributes: readonly Attribute[] = [],
): AzurermType {
  return {
    terraform,
    arm,
    identity: { kind: 'group' },
    attributes: [...NAMED, GUARDED, ...attributes],
    isNarrow: true,
  };
}

function policyAssignment(level: string, scope: string): AzurermType {
  return {
    terraform: `azurerm_${level}_policy_assignment`,
    arm: 'Microsoft.Authorization/policyAssignments',
    identity: { kind: 'extension', scope },
    attributes: [
      NAME,
      value('location', 'location'),
      value('display_name', 'properties.displayName'),
      bareId('policy_definition_id', 'properties.policyDefinitionId'),
      value('parameters', 'properties.parameters', JSON_TEXT),
      setting('enforce', 'properties.enforcementMode', true, worded('Default', 'DoNotEnforce')),
      value('not_scopes', 'properties.notScopes'),
      IDENTITY,
    ],
    harmless: [
      'description',
      'metadata',
      'non_compliance_message',
      'overrides',
      'resource_selectors',
    ],
  };
}

const LOG: readonly Attribute[] = [
  value('category', 'category'),
  value('category_group', 'categoryGroup'),
];
const OLD_LOG: readonly Attribute[] = [...LOG, setting('enabled', 'enabled', true)];

export const PLATFORM: readonly AzurermType[] = [
  {
    terraform: 'azurerm_monitor_diagnostic_setting',
    arm: 'Microsoft.Insights/diagnosticSettings',
    identity: { kind: 'extension', scope: 'target_resource_id' },
    attributes: [
      NAME,
      many('enabled_log', 'properties.logs', LOG, { always: { enabled: true } }),
      many('log', 'properties.logs', OLD_LOG, { until: 4 }),
      many('enabled_metric', 'properties.metrics', [value('category', 'category')], {
        always: { enabled: true },
        since: 5,
      }),
      many(
        'metric',
        'properties.metrics',
        [value('category', 'category'), setting('enabled', 'enabled', true)],
        { until: 5 },
      ),
      bareId('log_analytics_workspace_id', 'properties.workspaceId', ARM.workspace),
      value('log_analytics_destination_type', 'properties.logAnalyticsDestinationType', undefined, {
        isTold: true,
      }),
      bareId('storage_account_id', 'properties.storageAccountId'),
      bareId('eventhub_authorization_rule_id', 'properties.eventHubAuthorizationRuleId'),
      value('eventhub_name', 'properties.eventHubName'),
      bareId('partner_solution_id', 'properties.marketplacePartnerId'),
    ],
    harmless: ['retention_policy'],
  },
  {
    terraform: 'azurerm_log_analytics_workspace',
    arm: ARM.workspace,
    identity: { kind: 'group' },
    attributes: [
      ...NAMED,
      value('sku', 'properties.sku.name'),
      value('retention_in_days', 'properties.retentionInDays'),
      value('daily_quota_gb', 'properties.workspaceCapping.dailyQuotaGb'),
    ],
    isNarrow: true,
  },
  {
    terraform: 'azurerm_user_assigned_identity',
    arm: 'Microsoft.ManagedIdentity/userAssignedIdentities',
    identity: { kind: 'group' },
    attributes: NAMED,
    told: {
      client_id: 'properties.clientId',
      principal_id: 'properties.principalId',
      tenant_id: 'properties.tenantId',
    },
    harmless: ['client_id', 'isolation_scope', 'principal_id', 'tenant_id'],
  },
  {
    terraform: 'azurerm_role_assignment',
    arm: 'Microsoft.Authorization/roleAssignments',
    identity: { kind: 'extension', scope: 'scope' },
    attributes: [
      NAME,
      value('principal_id', 'properties.principalId'),
      value('principal_type', 'properties.principalType'),
      bareId('role_definition_id', 'properties.roleDefinitionId', undefined, { isTold: true }),
    ],
    harmless: [
      'condition',
      'condition_version',
      'delegated_managed_identity_resource_id',
      'description',
      'role_definition_name',
      'skip_service_principal_aad_check',
    ],
  },
  policyAssignment('resource_group', 'resource_group_id'),
  policyAssignment('subscription', 'subscription_id'),
  policyAssignment('resource', 'resource_id'),
  policyAssignment('management_group', 'management_group_id'),
  {
    terraform: 'azurerm_network_watcher_flow_log',
    arm: 'Microsoft.Network/networkWatchers/flowLogs',
    identity: { kind: 'named-parent', parents: ['network_watcher_name'] },
    attributes: [
      ...NAMED,
      bareId('target_resource_id', 'properties.targetResourceId'),
      bareId('network_security_group_id', 'properties.targetResourceId', ARM.securityGroup, {
        until: 5,
      }),
      bareId('storage_account_id', 'properties.storageId'),
      value('enabled', 'properties.enabled'),
      value('version', 'properties.format.version'),
      one('retention_policy', 'properties.retentionPolicy', [
        value('enabled', 'enabled'),
        value('days', 'days'),
      ]),
      one(
        'traffic_analytics',
        'properties.flowAnalyticsConfiguration.networkWatcherFlowAnalyticsConfiguration',
        [
          value('enabled', 'enabled'),
          value('workspace_id', 'workspaceId'),
          value('workspace_region', 'workspaceRegion'),
          bareId('workspace_resource_id', 'workspaceResourceId', ARM.workspace),
          value('interval_in_minutes', 'trafficAnalyticsInterval'),
        ],
      ),
    ],
  },
  {
    terraform: 'azurerm_network_watcher',
    arm: 'Microsoft.Network/networkWatchers',
    identity: { kind: 'group' },
    attributes: NAMED,
  },
  {
    terraform: 'azurerm_network_ddos_protection_plan',
    arm: ARM.ddosPlan,
    identity: { kind: 'group' },
    attributes: NAMED,
    harmless: ['virtual_network_ids'],
  },
  guarded('azurerm_container_registry', 'Microsoft.ContainerRegistry/registries', [
    value('sku', 'sku.name'),
    one('network_rule_set', 'properties.networkRuleSet', [
      setting('default_action', 'defaultAction', 'Allow'),
      many('ip_rule', 'ipRules', [value('action', 'action'), value('ip_range', 'value')]),
    ]),
    value('data_endpoint_enabled', 'properties.dataEndpointEnabled'),
    value('anonymous_pull_enabled', 'properties.anonymousPullEnabled'),
    value('admin_enabled', 'properties.adminUserEnabled'),
    value('network_rule_bypass_option', 'properties.networkRuleBypassOptions'),
  ]),
  guarded('azurerm_key_vault', 'Microsoft.KeyVault/vaults', [
    value('tenant_id', 'properties.tenantId'),
    value('sku_name', 'properties.sku.name'),
    one('network_acls', 'properties.networkAcls', [
      value('default_action', 'defaultAction'),
      value('bypass', 'bypass'),
      value('ip_rules', 'ipRules', listOf('value')),
      value('virtual_network_subnet_ids', 'virtualNetworkRules', idsOf(ARM.subnet)),
    ]),
  ]),
  guarded('azurerm_storage_account', 'Microsoft.Storage/storageAccounts', [
    one('network_rules', 'properties.networkAcls', [
      value('default_action', 'defaultAction'),
      value('ip_rules', 'ipRules', listOf('value')),
      value('virtual_network_subnet_ids', 'virtualNetworkRules', idsOf(ARM.subnet)),
    ]),
  ]),
  guarded('azurerm_mssql_server', 'Microsoft.Sql/servers'),
  guarded('azurerm_servicebus_namespace', 'Microsoft.ServiceBus/namespaces'),
  guarded('azurerm_eventhub_namespace', 'Microsoft.EventHub/namespaces'),
  guarded('azurerm_cosmosdb_account', 'Microsoft.DocumentDB/databaseAccounts'),
];
