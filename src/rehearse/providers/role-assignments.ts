import { type ArmError, armError } from '../arm-error.ts';
import type { Behaviour, ProviderWorld, Wanted } from '../behaviour.ts';
import type { JsonObject } from '../json.ts';
import { itemsAt, lastName, sameId, textAt } from './fields.ts';
import { filled } from './filled.ts';

const ASSIGNMENTS = 'microsoft.authorization/roleassignments';
const DEFINITIONS = 'microsoft.authorization/roledefinitions';

export const ROLE_ASSIGNMENTS: readonly Behaviour[] = [
  {
    type: ASSIGNMENTS,
    refuse: refuseAssignment,
    fill: (wanted, world) =>
      filled(wanted, 'Microsoft.Authorization/roleAssignments', {
        defaults: { principalType: 'ServicePrincipal', condition: null, conditionVersion: null },
        computed: {
          provisioningState: undefined,
          scope: scopeOf(wanted.id),
          roleDefinitionId: definitionId(wanted, world),
        },
      }),
  },
  {
    type: DEFINITIONS,
    fill: (wanted) =>
      filled(wanted, 'Microsoft.Authorization/roleDefinitions', {
        defaults: {
          type: 'CustomRole',
          assignableScopes: itemsAt(wanted.body, 'properties', 'assignableScopes'),
        },
        computed: { provisioningState: undefined },
      }),
    builtIn: (scope) => BUILT_IN.map((role) => definition(role, scope)),
  },
];

/** The last `/providers/` starts the assignment; what stands before is what it is about. */
function scopeOf(id: string): string {
  const scope = id.slice(0, id.toLowerCase().lastIndexOf('/providers/'));
  return scope === '' ? '/' : scope;
}

function definitionId(wanted: Wanted, world: ProviderWorld): string {
  const id = textAt(wanted.body, 'properties', 'roleDefinitionId') ?? '';
  // Told below the subscription, whatever scope the client asked the definition at.
  return `/subscriptions/${world.subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${lastName(id)}`;
}

function refuseAssignment(wanted: Wanted, world: ProviderWorld): ArmError | undefined {
  const principal = textAt(wanted.body, 'properties', 'principalId');
  const role = lastName(textAt(wanted.body, 'properties', 'roleDefinitionId') ?? '').toLowerCase();
  // The list of built-in roles here is short: an id that is not in it may be one all the same.
  const scope = scopeOf(wanted.id);
  const twin = world
    .list(ASSIGNMENTS)
    .find(
      (each) =>
        !sameId(textAt(each, 'id'), wanted.id) &&
        sameId(scopeOf(textAt(each, 'id') ?? ''), scope) &&
        textAt(each, 'properties', 'principalId')?.toLowerCase() === principal?.toLowerCase() &&
        lastName(textAt(each, 'properties', 'roleDefinitionId') ?? '').toLowerCase() === role,
    );
  if (twin !== undefined) {
    return armError(
      409,
      'RoleAssignmentExists',
      `The role assignment already exists. The ID of the existing role assignment is ${lastName(textAt(twin, 'id') ?? '').replaceAll('-', '')}.`,
    );
  }
  return undefined;
}

interface Role {
  readonly id: string;
  readonly name: string;
  readonly actions: readonly string[];
}

function definition({ id, name, actions }: Role, scope: string): JsonObject {
  const subscription = /^\/subscriptions\/[^/]+/i.exec(scope)?.[0] ?? '';
  return {
    id: `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${id}`,
    name: id,
    type: 'Microsoft.Authorization/roleDefinitions',
    properties: {
      roleName: name,
      type: 'BuiltInRole',
      description: name,
      assignableScopes: ['/'],
      permissions: [{ actions, notActions: [], dataActions: [], notDataActions: [] }],
    },
  };
}

/**
 * Built-in roles that clusters, registries and gateways are given, with the ids they have everywhere
 * (learn.microsoft.com/azure/role-based-access-control/built-in-roles). Actions in short.
 */
const BUILT_IN: readonly Role[] = [
  role('8e3af657-a8ff-443c-a75c-2fe8c4bcb635', 'Owner', '*'),
  role('b24988ac-6180-42a0-ab88-20f7382dd24c', 'Contributor', '*'),
  role('acdd72a7-3385-48ef-bd42-f606fba81ae7', 'Reader', '*/read'),
  role(
    '18d7d88d-d35e-4fb5-a5c3-7773c20a72d9',
    'User Access Administrator',
    '*/read',
    'Microsoft.Authorization/*',
  ),
  role('4d97b98b-1d4f-4787-a291-c67834d212e7', 'Network Contributor', 'Microsoft.Network/*'),
  role(
    'b12aa53e-6015-4669-85d0-8515ebb3ae7f',
    'Private DNS Zone Contributor',
    'Microsoft.Network/privateDnsZones/*',
  ),
  role(
    'befefa01-2a29-4197-83a8-272ff33ce314',
    'DNS Zone Contributor',
    'Microsoft.Network/dnsZones/*',
  ),
  role(
    '7f951dda-4ed3-4680-a7ca-43fe172d538d',
    'AcrPull',
    'Microsoft.ContainerRegistry/registries/pull/read',
  ),
  role(
    '8311e382-0749-4cb8-b61a-304f252e45ec',
    'AcrPush',
    'Microsoft.ContainerRegistry/registries/push/write',
  ),
  role(
    'f1a07417-d97a-45cb-824c-7a7467783830',
    'Managed Identity Operator',
    'Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action',
  ),
  role('4633458b-17de-408a-b874-0445c86b69e6', 'Key Vault Secrets User'),
  role('00482a5a-887f-4fb3-b363-3b7fe8e74483', 'Key Vault Administrator'),
  role('b86a8fe4-44ce-4948-aee5-eccb2c155cd7', 'Key Vault Secrets Officer'),
  role('db79e9a7-68ee-4b58-9aeb-b90e7c24fcba', 'Key Vault Certificate User'),
  role('3913510d-42f4-4e42-8a64-420c390055eb', 'Monitoring Metrics Publisher'),
  role('43d0d8ad-25c7-4714-9337-8ba259a9fe05', 'Monitoring Reader', '*/read'),
  role('92aaf0da-9dab-42b6-94a3-d43ce8d16293', 'Log Analytics Contributor'),
  role('ba92f5b4-2d11-453d-a403-e96b0029c9fe', 'Storage Blob Data Contributor'),
  role(
    '17d1049b-9a84-46fb-8f53-869881c3d3ab',
    'Storage Account Contributor',
    'Microsoft.Storage/storageAccounts/*',
  ),
  role(
    '0ab0b1a8-8aac-4efd-b8c2-3ee1fb270be8',
    'Azure Kubernetes Service Cluster Admin Role',
    'Microsoft.ContainerService/managedClusters/listClusterAdminCredential/action',
  ),
  role(
    '4abbcc35-e782-43d8-92c5-2d3f1bd2253f',
    'Azure Kubernetes Service Cluster User Role',
    'Microsoft.ContainerService/managedClusters/listClusterUserCredential/action',
  ),
  role(
    'ed7f3fbd-7b88-4dd4-9017-9adb7ce333f8',
    'Azure Kubernetes Service Contributor Role',
    'Microsoft.ContainerService/managedClusters/*',
  ),
  role('b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b', 'Azure Kubernetes Service RBAC Cluster Admin'),
  role(
    '9980e02c-c2be-4d73-94e8-173b1dc7cf3c',
    'Virtual Machine Contributor',
    'Microsoft.Compute/virtualMachines/*',
  ),
];

function role(id: string, name: string, ...actions: readonly string[]): Role {
  return { id, name, actions };
}
