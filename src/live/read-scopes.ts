import type { ArmClient } from './arm-client.ts';
import { type ArmResource, armResource, groupOf, typeOf } from './arm-resource.ts';
import { type NotRead, notRead } from './not-read.ts';
import { API_VERSIONS } from './perimeter-query.ts';

/** What lies at the subscription itself, or on resources as an extension: Resource Graph keeps it in other tables. */
const LISTS: readonly { readonly path: string; readonly version: string; readonly what: string }[] =
  [
    {
      path: '/providers/Microsoft.Authorization/policyAssignments',
      version: API_VERSIONS.policy,
      what: 'policy assignments',
    },
    {
      path: '/providers/Microsoft.Authorization/roleAssignments',
      version: API_VERSIONS.roles,
      what: 'role assignments',
    },
    {
      path: '/providers/Microsoft.Authorization/locks',
      version: API_VERSIONS.locks,
      what: 'locks',
    },
    {
      path: `/providers/Microsoft.Authorization/policyDefinitions?$filter=${encodeURIComponent("policyType eq 'Custom'")}`,
      version: API_VERSIONS.policy,
      what: 'policy definitions',
    },
    { path: '/resourcegroups', version: API_VERSIONS.groups, what: 'resource groups' },
  ];

export interface ScopesRead {
  readonly resources: readonly ArmResource[];
  readonly notRead: readonly NotRead[];
}

/**
 * Of resource groups only those that hold something that was read, and no roles given above the subscription: these are somebody else's. Policies
 * assigned above it are in force in it.
 */
export async function readScopes(
  client: ArmClient,
  subscriptions: readonly string[],
  known: Iterable<ArmResource>,
): Promise<ScopesRead> {
  const groups = new Set([...known].flatMap(({ id }) => groupOf(id)?.toLowerCase() ?? []));
  const resources: ArmResource[] = [];
  const missed: NotRead[] = [];
  await Promise.all(
    subscriptions.flatMap((id) =>
      LISTS.map(async ({ path, version, what }) => {
        const scope = `/subscriptions/${encodeURIComponent(id)}`;
        const { items, failed } = await client.list(scope + path, version);
        if (failed !== undefined) missed.push(notRead(what, scope, failed));
        for (const item of items) {
          const resource = armResource(item);
          if (resource === undefined || !isWanted(resource, groups)) continue;
          resources.push(resource);
        }
      }),
    ),
  );
  return { resources, notRead: missed };
}

function isWanted(resource: ArmResource, groups: ReadonlySet<string>): boolean {
  const { id } = resource;
  if (typeOf(resource) === 'microsoft.authorization/roleassignments') {
    return /^\/subscriptions\//i.test(id);
  }
  const isGroup = groupOf(id)?.toLowerCase() === id.toLowerCase();
  return !isGroup || groups.has(id.toLowerCase());
}
