import type { AzureResource } from '../../model/index.ts';
import { placed } from '../draft.ts';
import type { LoggingPlan, NetworkPlan, Plan } from '../plan.ts';
import { azureResource, NETWORK_API } from './azure-resource.ts';
import { firewallId, vnetId, workspaceId } from './ids.ts';

/** The workspace, what is sent there, flow logs, and alert rules on what is logged and measured. */
export function logging(plan: Plan): readonly AzureResource[] {
  const { logging: wanted } = plan;
  if (wanted === undefined) return [];
  const at = plan.at(['logging']);
  return [
    azureResource(plan, {
      type: 'Microsoft.OperationalInsights/workspaces',
      names: [plan.names.of('log')],
      api: '2025-07-01',
      at,
      body: {
        properties: {
          sku: { name: 'PerGB2018' },
          retentionInDays: placed(plan.at(['logging', 'retentionDays']), wanted.retentionDays),
        },
      },
    }),
    ...diagnosticSettings(plan),
    ...(wanted.flowLogs ? flowLogs(plan) : []),
    ...alerts(plan, wanted),
  ];
}

/** Categories of the firewall that a perimeter is judged by (aks 11.1 P8). */
function firewallCategories(plan: Plan): readonly string[] {
  const { firewall } = plan.hub;
  return [
    'AZFWApplicationRule',
    'AZFWNatRule',
    'AZFWNetworkRule',
    'AZFWThreatIntel',
    ...(firewall?.dnsProxy === true ? ['AZFWDnsQuery'] : []),
    ...(firewall?.idps === 'Off' ? [] : ['AZFWIdpsSignature']),
  ];
}

function diagnosticSettings(plan: Plan): readonly AzureResource[] {
  const hasWaf = plan.ingress.some(({ via }) => via.includes('waf'));
  const gateway = plan.names.id('Microsoft.Network/applicationGateways', plan.names.of('agw'));
  const setting = (name: string, scope: string, categories: readonly string[]): AzureResource =>
    azureResource(plan, {
      type: 'Microsoft.Insights/diagnosticSettings',
      names: [name],
      api: '2021-05-01-preview',
      at: plan.at(['logging']),
      isPart: true,
      scope,
      body: {
        properties: {
          workspaceId: workspaceId(plan),
          // Tables of their own; else all rows end in AzureDiagnostics under other names.
          logAnalyticsDestinationType: 'Dedicated',
          logs: categories.map((category) => ({ category, enabled: true })),
        },
      },
    });
  const gatewayLogs = ['ApplicationGatewayAccessLog', 'ApplicationGatewayFirewallLog'];
  return [
    ...(plan.hub.firewall === undefined
      ? []
      : [setting('firewall', firewallId(plan), firewallCategories(plan))]),
    ...(hasWaf ? [setting('gateway', gateway, gatewayLogs)] : []),
  ];
}

function flowLogs(plan: Plan): readonly AzureResource[] {
  const storage = plan.names.compact('st', 'flow', 24);
  const at = plan.at(['logging', 'flowLogs']);
  const watched: readonly NetworkPlan[] = [plan.hub, ...plan.spokes];
  return [
    azureResource(plan, {
      type: 'Microsoft.Storage/storageAccounts',
      names: [storage],
      api: '2023-05-01',
      at,
      body: {
        sku: { name: 'Standard_ZRS' },
        kind: 'StorageV2',
        properties: {
          minimumTlsVersion: 'TLS1_2',
          allowBlobPublicAccess: false,
          publicNetworkAccess: 'Disabled',
          // Network Watcher writes as a trusted service.
          networkAcls: { defaultAction: 'Deny', bypass: 'AzureServices' },
        },
      },
    }),
    ...watched.map((network) =>
      azureResource(plan, {
        type: 'Microsoft.Network/networkWatchers/flowLogs',
        // There is one watcher a region and subscription (New-AzNetworkWatcher); Azure makes it with the first network
        // there, in a group of its own (azure-cli issue 8222).
        resourceGroup: 'NetworkWatcherRG',
        names: [`NetworkWatcher_${plan.location}`, plan.names.of('fl', network.part)],
        api: NETWORK_API,
        at,
        body: {
          properties: {
            targetResourceId: vnetId(plan, network),
            storageId: plan.names.id('Microsoft.Storage/storageAccounts', storage),
            enabled: true,
            format: { type: 'JSON', version: 2 },
            retentionPolicy: { enabled: true, days: 90 },
          },
        },
      }),
    ),
  ];
}

function alerts(plan: Plan, wanted: LoggingPlan): readonly AzureResource[] {
  if (plan.hub.firewall === undefined) return [];
  const actions = [{ actionGroupId: actionGroupId(plan) }];
  const hasPeople = wanted.email.length > 0;
  const metric = (
    part: string,
    path: readonly string[],
    name: string,
    operator: string,
    threshold: number,
  ): AzureResource =>
    azureResource(plan, {
      type: 'Microsoft.Insights/metricAlerts',
      names: [plan.names.of('ar', part)],
      api: '2018-03-01',
      at: plan.at(path),
      location: 'global',
      body: {
        properties: {
          severity: 2,
          enabled: true,
          scopes: [firewallId(plan)],
          evaluationFrequency: 'PT5M',
          windowSize: 'PT15M',
          criteria: {
            'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria',
            allOf: [
              {
                name: part,
                criterionType: 'StaticThresholdCriterion',
                metricName: name,
                operator,
                threshold: placed(plan.at(path), threshold),
                timeAggregation: 'Average',
              },
            ],
          },
          actions: hasPeople ? actions : undefined,
        },
      },
    });
  const denied = azureResource(plan, {
    type: 'Microsoft.Insights/scheduledQueryRules',
    names: [plan.names.of('ar', 'denied')],
    api: '2023-12-01',
    at: plan.at(['alerts', 'deniedPerHour']),
    body: {
      properties: {
        severity: 3,
        enabled: true,
        scopes: [workspaceId(plan)],
        evaluationFrequency: 'PT15M',
        windowSize: 'PT1H',
        criteria: {
          allOf: [
            {
              query: 'union AZFWNetworkRule, AZFWApplicationRule | where Action == "Deny"',
              timeAggregation: 'Count',
              operator: 'GreaterThan',
              threshold: placed(plan.at(['alerts', 'deniedPerHour']), wanted.deniedPerHour),
            },
          ],
        },
        actions: hasPeople ? { actionGroups: [actionGroupId(plan)] } : undefined,
      },
    },
  });
  return [
    ...(hasPeople ? [actionGroup(plan, wanted)] : []),
    // SNAT above 95 percent makes the health 50 (azure-firewall 8.5).
    metric('health', ['alerts'], 'FirewallHealth', 'LessThan', 90),
    metric(
      'snat',
      ['alerts', 'snatPercent'],
      'SNATPortUtilization',
      'GreaterThan',
      wanted.snatPercent,
    ),
    denied,
  ];
}

const actionGroupId = (plan: Plan): string =>
  plan.names.id('Microsoft.Insights/actionGroups', plan.names.of('ag'));

function actionGroup(plan: Plan, wanted: LoggingPlan): AzureResource {
  const at = plan.at(['alerts', 'email']);
  return azureResource(plan, {
    type: 'Microsoft.Insights/actionGroups',
    names: [plan.names.of('ag')],
    api: '2023-01-01',
    at,
    location: 'global',
    body: {
      properties: {
        groupShortName: plan.page.name.slice(0, 12),
        enabled: true,
        emailReceivers: wanted.email.map((emailAddress, index) => ({
          name: `email-${index + 1}`,
          emailAddress,
          useCommonAlertSchema: true,
        })),
      },
    },
  });
}
