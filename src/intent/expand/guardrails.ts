import type { AzureResource } from '../../model/index.ts';
import type { Plan } from '../plan.ts';
import { azureResource } from './azure-resource.ts';

/** Built-in "Kubernetes clusters should use internal load balancers" (aks 8.1). */
const INTERNAL_LOAD_BALANCERS =
  '/providers/Microsoft.Authorization/policyDefinitions/3fc4dc25-5baf-40d8-9b05-7fe74c1bc64e';

/** What keeps a Service without the annotation from opening a public way in, where the add-on enforces it. */
export function guardrails(plan: Plan): readonly AzureResource[] {
  const watched = plan.clusters.find(({ addOns }) => addOns.has('azure-policy'));
  if (watched === undefined) return [];
  return [
    azureResource(plan, {
      type: 'Microsoft.Authorization/policyAssignments',
      names: ['internal-load-balancers'],
      api: '2022-06-01',
      at: plan.at([...watched.path, 'addOns']),
      isPart: true,
      body: {
        properties: {
          displayName: 'Kubernetes clusters should use internal load balancers',
          policyDefinitionId: INTERNAL_LOAD_BALANCERS,
          parameters: { effect: { value: 'Deny' } },
        },
      },
    }),
  ];
}
