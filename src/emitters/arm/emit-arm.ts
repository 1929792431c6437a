import { count } from '../count-words.ts';
import { stackPage } from '../deploying/deploy-page.ts';
import { type Emitter, headerOf } from '../emitter.ts';
import type { DeploymentPlan, Loss } from '../plan/index.ts';
import { mainTemplate } from './template.ts';

/** `main.json` and, where the input says what a parameter is, `main.parameters.json` beside it, and how it is deployed. */
export const ARM: Emitter = {
  target: 'arm',
  describe: 'an ARM template in JSON, nested per resource group, with its parameter file',
  emit: (plan) => {
    if (plan.modules.length === 0) return { files: [], losses: lossesOf(plan) };
    const parameters = parameterFile(plan);
    const files = [
      stackPage(plan, 'main.json', parameters === undefined ? undefined : 'main.parameters.json'),
      { path: 'main.json', text: printed(mainTemplate(plan)) },
    ];
    if (parameters !== undefined)
      files.push({ path: 'main.parameters.json', text: printed(parameters) });
    return { files, losses: lossesOf(plan) };
  },
};

function parameterFile(plan: DeploymentPlan): Record<string, unknown> | undefined {
  const given = plan.parameters.filter(({ value }) => value !== undefined);
  if (given.length === 0) return undefined;
  return {
    $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#',
    contentVersion: '1.0.0.0',
    metadata: { comment: headerOf(plan) },
    parameters: Object.fromEntries(given.map(({ name, value }) => [name, { value }])),
  };
}

/** Templates deploy Azure resources only. */
export function lossesOf(plan: DeploymentPlan): readonly Loss[] {
  if (plan.objects.length === 0) return [];
  return [
    {
      what: count(plan.objects.length, 'Kubernetes object'),
      why: 'templates deploy Azure resources only; `--to kubernetes` writes these',
    },
  ];
}

function printed(json: Record<string, unknown>): string {
  return `${JSON.stringify(json, null, 2)}\n`;
}
