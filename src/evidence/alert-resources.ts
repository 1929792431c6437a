import { type Expression, toKql } from '../logs/query/index.ts';
import type { PlainJson } from '../questions/check/index.ts';
import type { AlertRule } from './alert-rules.ts';

const API_VERSION = '2023-12-01';

/** Names that the query binds before it asks; in a workspace the moment is now. */
const SINCE: Expression<'time'> = { kind: 'time', is: 'column', name: 'since' };
const RECENT: Expression<'time'> = { kind: 'time', is: 'column', name: 'recent' };

/** A rule as Azure Monitor asks it: over a workspace, whenever it runs. */
export function alertKql({ ask, historyMinutes, recentMinutes }: AlertRule): string {
  return [
    `let since = ago(${historyMinutes}m);`,
    `let recent = ago(${recentMinutes}m);`,
    toKql(ask({ since: SINCE, recent: RECENT })),
  ].join('\n');
}

/** `PT1H`, `P1D`: Azure Monitor takes only some spans, and these are among them. */
function duration(minutes: number): string {
  if (minutes % 1440 === 0) return `P${minutes / 1440}D`;
  return minutes % 60 === 0 ? `PT${minutes / 60}H` : `PT${minutes}M`;
}

/** One rule as a resource of Azure Monitor; names are parameters of the template. */
export function alertResource(rule: AlertRule): { readonly [name: string]: PlainJson } {
  const { id, title, description, severity, recentMinutes, historyMinutes } = rule;
  return {
    type: 'Microsoft.Insights/scheduledQueryRules',
    apiVersion: API_VERSION,
    name: `[concat(parameters('prefix'), '-${id}')]`,
    location: "[parameters('location')]",
    kind: 'LogAlert',
    properties: {
      displayName: title,
      description,
      severity,
      enabled: true,
      scopes: ["[parameters('workspaceId')]"],
      evaluationFrequency: duration(recentMinutes),
      windowSize: duration(recentMinutes),
      ...(historyMinutes > recentMinutes
        ? { overrideQueryTimeRange: duration(historyMinutes) }
        : {}),
      criteria: {
        allOf: [
          {
            query: alertKql(rule),
            timeAggregation: 'Count',
            operator: 'GreaterThan',
            threshold: 0,
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 },
          },
        ],
      },
      autoMitigate: false,
      actions: { actionGroups: "[parameters('actionGroupIds')]" },
    },
  };
}

/** All rules as one template to deploy beside the workspace. */
export function alertTemplate(rules: readonly AlertRule[]): {
  readonly [name: string]: PlainJson;
} {
  const text = (description: string, defaultValue?: string): PlainJson => ({
    type: 'string',
    ...(defaultValue === undefined ? {} : { defaultValue }),
    metadata: { description },
  });
  return {
    $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
    contentVersion: '1.0.0.0',
    parameters: {
      workspaceId: text('The workspace with the tables of the firewall.'),
      prefix: text('What names of rules begin with.', 'sallyport'),
      location: text('Where the rules lie.', '[resourceGroup().location]'),
      actionGroupIds: {
        type: 'array',
        defaultValue: [],
        metadata: { description: 'Who is told.' },
      },
    },
    resources: rules.map(alertResource),
  };
}
