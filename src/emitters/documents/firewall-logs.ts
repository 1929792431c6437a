import type { DiagnosticSetting } from '../../model/index.ts';
import type { Network } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import { compare } from '../diagram/sketch.ts';

/** Which of its logs a resource sends, and into which tables of Log Analytics (azure-firewall 8.1). */
export interface LogsOf {
  /** Enabled for certain, sorted; `all` for the group of all categories. */
  readonly categories: readonly string[];
  /** Tables that hold them, where that is known. */
  readonly tables: readonly string[];
  readonly hasDestination: boolean;
  /** A setting is there and whether it is on is not known. */
  readonly isUnsure: boolean;
}

export function logsOf({ perimeter }: Network, resourceKey: string): LogsOf | undefined {
  const settings = perimeter.diagnosticSettings.filter(({ scopeKey }) => scopeKey === resourceKey);
  if (settings.length === 0) return undefined;
  const categories = new Set<string>();
  const tables = new Set<string>();
  for (const setting of settings) {
    for (const name of categoriesOf(setting)) {
      categories.add(name);
      for (const table of tablesOf(name, setting)) tables.add(table);
    }
  }
  return {
    categories: [...categories].sort(compare),
    tables: [...tables].sort(compare),
    hasDestination: settings.some(({ hasDestination }) => hasDestination),
    isUnsure: settings.some(({ logs }) => logs.some(({ enabled }) => isUnknown(enabled))),
  };
}

function categoriesOf({ logs }: DiagnosticSetting): readonly string[] {
  return logs.flatMap(({ enabled, category, categoryGroup }) => {
    if (enabled !== true) return [];
    if (categoryGroup !== undefined)
      return [categoryGroup.toLowerCase() === 'alllogs' ? 'all' : categoryGroup];
    return category === undefined ? [] : [category];
  });
}

const LEGACY = [
  'AzureFirewallNetworkRule',
  'AzureFirewallApplicationRule',
  'AzureFirewallDnsProxy',
];
const STRUCTURED = [
  'AZFWNetworkRule',
  'AZFWApplicationRule',
  'AZFWNatRule',
  'AZFWThreatIntel',
  'AZFWIdpsSignature',
  'AZFWDnsQuery',
];
/** Tables are called like their category, but for two. */
const RENAMED: Readonly<Record<string, string>> = {
  AZFWFqdnResolveFailure: 'AZFWInternalFqdnResolutionFailure',
  AZFWDnsAdditional: 'AZFWDnsFlowTrace',
};

/** Only a setting of type Dedicated fills tables of their own; where others put structured rows is not said. */
function tablesOf(category: string, setting: DiagnosticSetting): readonly string[] {
  if (LEGACY.includes(category)) return ['AzureDiagnostics'];
  if (setting.logAnalyticsDestinationType?.toLowerCase() !== 'dedicated') return [];
  if (category === 'all') return STRUCTURED;
  return category.startsWith('AZFW') ? [RENAMED[category] ?? category] : [];
}

/** Queries for what was denied, one per table that is filled. Columns as in azure-firewall 8.2. */
export function denialQueries(tables: readonly string[], firewall: string): readonly string[] {
  const mine = `| where TimeGenerated > ago(1d) and _ResourceId endswith "/azurefirewalls/${kqlText(firewall.toLowerCase())}"`;
  const queries: readonly (readonly [string, readonly string[]])[] = [
    [
      'AZFWNetworkRule',
      [
        '| where Action == "Deny"',
        '| summarize Denied = count(), Last = max(TimeGenerated) by SourceIp, DestinationIp, DestinationPort, Protocol, ActionReason, Rule',
      ],
    ],
    [
      'AZFWApplicationRule',
      [
        '| where Action == "Deny"',
        '| summarize Denied = count(), Last = max(TimeGenerated) by SourceIp, Fqdn, DestinationPort, Protocol, ActionReason, Rule',
      ],
    ],
    [
      'AZFWThreatIntel',
      [
        '| where Action == "Deny"',
        '| summarize Denied = count(), Last = max(TimeGenerated) by SourceIp, DestinationIp, Fqdn, ThreatDescription',
      ],
    ],
    [
      'AzureDiagnostics',
      [
        '| where Category in ("AzureFirewallNetworkRule", "AzureFirewallApplicationRule")',
        '| where msg_s contains "Action: Deny" or msg_s contains "was denied"',
        '| summarize Denied = count(), Last = max(TimeGenerated) by msg_s',
      ],
    ],
  ];
  return queries
    .filter(([name]) => tables.includes(name))
    .map(([name, lines]) => [name, mine, ...lines, '| top 50 by Denied'].join('\n'));
}

function kqlText(text: string): string {
  return text.replace(/[\\"]/g, '\\$&').replace(/[\u0000-\u001f\u2028\u2029]/g, ' ');
}
