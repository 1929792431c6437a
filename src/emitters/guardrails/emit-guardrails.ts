import { type Emitter, headerOf } from '../emitter.ts';
import type { DeploymentPlan, Loss, PlanScope } from '../plan/index.ts';
import { type Guardrail, guardrailsOf } from './guardrails.ts';

const VERSION = '2021-06-01';

/**
 * Azure Policy that holds what the plan already complies with: assignments of built-in definitions, and definitions of our own for what no
 * built-in tests (AKS-96). A template of the subscription; each resource group gets the assignments about its own resources.
 */
export const GUARDRAILS: Emitter = {
  target: 'policy',
  describe:
    'Azure Policy assignments that hold what is so now, with the definitions no built-in covers',
  emit: (plan) => {
    const guardrails = guardrailsOf(plan);
    if (guardrails.length === 0) return { files: [], losses: [] };
    const text = `${JSON.stringify(templateOf(plan, guardrails), null, 2)}\n`;
    return { files: [{ path: 'guardrails.json', text }], losses: guardrails.flatMap(lossesOf) };
  },
};

function lossesOf({ displayName, isUnseen }: Guardrail): readonly Loss[] {
  if (isUnseen === undefined) return [];
  return [
    {
      what: displayName,
      why: 'whether Azure Policy has the alias it needs is not known: `az provider show --namespace Microsoft.ContainerService --expand resourceTypes/aliases` tells',
    },
  ];
}

function templateOf(plan: DeploymentPlan, guardrails: readonly Guardrail[]): object {
  const custom = guardrails.filter(({ definition }) => definition.kind === 'custom');
  const groups = groupsOf(plan, guardrails);
  return {
    $schema:
      'https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#',
    contentVersion: '1.0.0.0',
    metadata: { comment: headerOf(plan) },
    parameters: Object.fromEntries(
      groups.map(({ parameter, scope }) => [
        parameter,
        {
          type: 'string',
          ...(scope.name?.kind === 'literal' ? { defaultValue: String(scope.name.value) } : {}),
          metadata: {
            description: `Resource group that the assignments are for (${scope.title}).`,
          },
        },
      ]),
    ),
    resources: [
      ...custom.map(definitionOf),
      ...groups.map(({ parameter, guardrails: own }) => assignmentsOf(parameter, own)),
    ],
  };
}

interface Group {
  readonly parameter: string;
  readonly scope: PlanScope;
  readonly guardrails: readonly Guardrail[];
}

/** Resource groups with something to hold, in the order of the plan. */
function groupsOf(plan: DeploymentPlan, guardrails: readonly Guardrail[]): readonly Group[] {
  const found = [...plan.scopes.values()].flatMap((scope) => {
    const own = guardrails.filter(({ resources }) =>
      resources.some((one) => one.scope === scope.key),
    );
    return scope.kind === 'resource-group' && own.length > 0 ? [{ scope, guardrails: own }] : [];
  });
  return found.map((group, index) => ({
    ...group,
    parameter: found.length === 1 ? 'resourceGroup' : `resourceGroup${index + 1}`,
  }));
}

function definitionOf({ name, displayName, definition }: Guardrail): object {
  const { mode, condition } = definition as Extract<Guardrail['definition'], { kind: 'custom' }>;
  return {
    type: 'Microsoft.Authorization/policyDefinitions',
    apiVersion: VERSION,
    name,
    properties: {
      policyType: 'Custom',
      mode,
      displayName,
      parameters: {
        effect: {
          type: 'String',
          allowedValues: ['Deny', 'Audit', 'Disabled'],
          defaultValue: 'Deny',
        },
      },
      // A template would take the brackets for its own.
      // biome-ignore lint/suspicious/noThenProperty: the word of Azure Policy
      policyRule: { if: condition, then: { effect: "[[parameters('effect')]" } },
    },
  };
}

function assignmentsOf(parameter: string, guardrails: readonly Guardrail[]): object {
  return {
    type: 'Microsoft.Resources/deployments',
    apiVersion: '2021-04-01',
    name: `[concat('guardrails-', uniqueString(parameters('${parameter}')))]`,
    resourceGroup: `[parameters('${parameter}')]`,
    dependsOn: guardrails.flatMap(({ name, definition }) =>
      definition.kind === 'custom' ? [customId(name)] : [],
    ),
    properties: {
      mode: 'Incremental',
      template: {
        $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
        contentVersion: '1.0.0.0',
        resources: guardrails.map(assignmentOf),
      },
    },
  };
}

function assignmentOf({ name, displayName, definition, effect, parameters }: Guardrail): object {
  const given = { effect, ...parameters };
  return {
    type: 'Microsoft.Authorization/policyAssignments',
    apiVersion: VERSION,
    name,
    properties: {
      displayName,
      enforcementMode: 'Default',
      policyDefinitionId:
        definition.kind === 'custom'
          ? customId(name)
          : `/providers/Microsoft.Authorization/policyDefinitions/${definition.id}`,
      parameters: Object.fromEntries(Object.entries(given).map(([key, value]) => [key, { value }])),
    },
  };
}

function customId(name: string): string {
  return `[subscriptionResourceId('Microsoft.Authorization/policyDefinitions', '${name}')]`;
}
