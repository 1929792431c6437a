import type { Place } from '../../diagnostics/index.ts';
import type { AzureResource } from '../../model/index.ts';
import type { Unknown } from '../../values/index.ts';
import type { Plan } from '../plan.ts';
import { azureResource } from './azure-resource.ts';

/** Built-in roles by the ids Azure gave them; the same in every subscription. */
const ROLES = {
  networkContributor: '4d97b98b-1d4f-4787-a291-c67834d212e7',
  privateDnsZoneContributor: 'b12aa53e-6015-4669-85d0-8515ebb3ae7f',
} as const;

export function roleAssignment(
  plan: Plan,
  at: Place,
  role: keyof typeof ROLES,
  scope: string,
  principal: Unknown,
): AzureResource {
  const definition = `/subscriptions/${plan.names.scope.subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${ROLES[role]}`;
  return azureResource(plan, {
    type: 'Microsoft.Authorization/roleAssignments',
    names: [guidOf(`${scope} ${role} ${principal.symbol}`.toLowerCase())],
    api: '2022-04-01',
    at,
    isPart: true,
    scope,
    body: {
      properties: {
        roleDefinitionId: definition,
        principalId: principal,
        principalType: 'ServicePrincipal',
      },
    },
  });
}

/** Role assignments are named by a GUID; made of what they say, so that a second deployment finds the first one's. */
function guidOf(text: string): string {
  const parts = [0x811c9dc5, 0x01000193, 0x9e3779b9, 0x85ebca6b].map((seed) => {
    let hash = seed;
    for (const character of text) {
      hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
      hash = (hash ^ (hash >>> 13)) >>> 0;
    }
    return hash.toString(16).padStart(8, '0');
  });
  const hex = parts.join('');
  // Version 5 and the RFC variant: made from a name.
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
