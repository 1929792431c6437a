import type { Behaviour } from '../behaviour.ts';
import type { JsonObject } from '../json.ts';
import { objectAt, textAt, withComputed, withDefaults } from './fields.ts';
import { filled } from './filled.ts';

/** Registries, vaults, storage, workspaces and what sends to them: the management plane only. What opens them is never made up. */
export const PLATFORM_SERVICES: readonly Behaviour[] = [
  {
    type: 'microsoft.containerregistry/registries',
    fill: (wanted) =>
      withComputed(
        filled(wanted, 'Microsoft.ContainerRegistry/registries', {
          defaults: {
            adminUserEnabled: false,
            publicNetworkAccess: 'Enabled',
            networkRuleBypassOptions: 'AzureServices',
            zoneRedundancy: 'Disabled',
            dataEndpointEnabled: false,
            anonymousPullEnabled: false,
          },
          computed: { loginServer: `${wanted.name.toLowerCase()}.azurecr.io` },
        }),
        { sku: tiered(objectAt(wanted.body, 'sku'), 'Basic') },
      ),
  },
  {
    type: 'microsoft.keyvault/vaults',
    fill: (wanted, world) =>
      filled(wanted, 'Microsoft.KeyVault/vaults', {
        defaults: {
          accessPolicies: [],
          enabledForDeployment: false,
          enableSoftDelete: true,
          softDeleteRetentionInDays: 90,
          publicNetworkAccess: 'Enabled',
          tenantId: world.tenantId,
        },
        computed: { vaultUri: `https://${wanted.name.toLowerCase()}.vault.azure.net/` },
      }),
  },
  {
    type: 'microsoft.storage/storageaccounts',
    fill: (wanted) => {
      const host = (service: string) =>
        `https://${wanted.name.toLowerCase()}.${service}.core.windows.net/`;
      return withComputed(
        filled(wanted, 'Microsoft.Storage/storageAccounts', {
          defaults: {
            accessTier: 'Hot',
            allowBlobPublicAccess: false,
            minimumTlsVersion: 'TLS1_2',
            supportsHttpsTrafficOnly: true,
            networkAcls: {
              bypass: 'AzureServices',
              defaultAction: 'Allow',
              virtualNetworkRules: [],
              ipRules: [],
            },
          },
          computed: {
            primaryEndpoints: {
              blob: host('blob'),
              queue: host('queue'),
              table: host('table'),
              file: host('file'),
            },
            primaryLocation: wanted.location.replaceAll(' ', '').toLowerCase(),
            statusOfPrimary: 'available',
          },
        }),
        {
          kind: textAt(wanted.body, 'kind') ?? 'StorageV2',
          sku: storageSku(textAt(wanted.body, 'sku', 'name') ?? 'Standard_LRS'),
        },
      );
    },
  },
  {
    type: 'microsoft.operationalinsights/workspaces',
    fill: (wanted, world) =>
      filled(wanted, 'Microsoft.OperationalInsights/workspaces', {
        defaults: {
          sku: { name: 'PerGB2018' },
          retentionInDays: 30,
          publicNetworkAccessForIngestion: 'Enabled',
          publicNetworkAccessForQuery: 'Enabled',
        },
        computed: { customerId: world.guid('workspace', wanted.id.toLowerCase()) },
      }),
  },
  {
    type: 'microsoft.insights/diagnosticsettings',
    fill: (wanted) =>
      filled(wanted, 'Microsoft.Insights/diagnosticSettings', {
        defaults: { logs: [], metrics: [] },
        computed: { provisioningState: undefined },
      }),
  },
  {
    type: 'microsoft.authorization/policyassignments',
    fill: (wanted) =>
      filled(wanted, 'Microsoft.Authorization/policyAssignments', {
        defaults: { enforcementMode: 'Default', notScopes: [] },
        computed: {
          provisioningState: undefined,
          scope: wanted.id.slice(0, wanted.id.toLowerCase().lastIndexOf('/providers/')),
        },
      }),
  },
];

function tiered(sku: JsonObject, name: string): JsonObject {
  const own = withDefaults(sku, { name });
  return withComputed(own, { tier: textAt(own, 'name') ?? name });
}

/** `Standard_LRS` is of the tier `Standard`. */
function storageSku(name: string): JsonObject {
  return { name, tier: name.split('_')[0] ?? name };
}
