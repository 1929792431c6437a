import type { Behaviour } from '../behaviour.ts';
import { withComputed } from './fields.ts';
import { filled } from './filled.ts';

export const IDENTITIES: readonly Behaviour[] = [
  {
    type: 'microsoft.managedidentity/userassignedidentities',
    fill: (wanted, world) =>
      withComputed(
        filled(wanted, 'Microsoft.ManagedIdentity/userAssignedIdentities', {
          computed: {
            provisioningState: undefined,
            principalId: principalOf(wanted.id, world.guid),
            clientId: clientOf(wanted.id, world.guid),
            tenantId: world.tenantId,
          },
        }),
        { tags: wanted.body['tags'] ?? {} },
      ),
  },
  {
    type: 'microsoft.managedidentity/userassignedidentities/federatedidentitycredentials',
    fill: (wanted) =>
      filled(
        wanted,
        'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials',
        { computed: { provisioningState: undefined } },
      ),
  },
];

type Guid = (...of: readonly string[]) => string;

/** The service principal of an identity; the same wherever the identity is mentioned. */
export function principalOf(id: string, guid: Guid): string {
  return guid('principal', id.toLowerCase());
}

export function clientOf(id: string, guid: Guid): string {
  return guid('client', id.toLowerCase());
}
