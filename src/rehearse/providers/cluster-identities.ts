import type { ProviderWorld, Wanted } from '../behaviour.ts';
import type { Json, JsonObject } from '../json.ts';
import { at, isObject, normalLocation, objectAt, textAt, withComputed } from './fields.ts';
import { clientOf, principalOf } from './identities.ts';

/** `aks create` reads the principal in the first GET after the PUT (arm-endpoint 2.4). */
export function clusterIdentity(wanted: Wanted, world: ProviderWorld): JsonObject | undefined {
  const own = at(wanted.body, 'identity');
  if (!isObject(own)) return undefined;
  const type = textAt(own, 'type') ?? 'SystemAssigned';
  const isSystem = type.toLowerCase().includes('systemassigned');
  const users = Object.keys(objectAt(own, 'userAssignedIdentities'));
  return withComputed(own, {
    type,
    ...(isSystem
      ? { principalId: principalOf(wanted.id, world.guid), tenantId: world.tenantId }
      : { principalId: undefined, tenantId: undefined }),
    ...(users.length === 0
      ? {}
      : {
          userAssignedIdentities: Object.fromEntries(
            users.map((id) => [
              id,
              { principalId: principalOf(id, world.guid), clientId: clientOf(id, world.guid) },
            ]),
          ),
        }),
  });
}

/** The kubelet's identity: the client's, or one that the service makes in the node group. */
export function identityProfile(wanted: Wanted, world: ProviderWorld): JsonObject {
  const own = objectAt(wanted.body, 'properties', 'identityProfile');
  const id =
    textAt(own, 'kubeletidentity', 'resourceId') ?? managedIdentity(wanted, world, 'agentpool');
  return withComputed(own, { kubeletidentity: identityTriple(id, world) });
}

export function addonProfiles(wanted: Wanted, world: ProviderWorld): Json | undefined {
  const own = at(wanted.body, 'properties', 'addonProfiles');
  if (!isObject(own)) return own;
  const entries = Object.entries(own).map(([name, addon]): [string, Json | undefined] => {
    if (!isObject(addon) || at(addon, 'enabled') !== true) return [name, addon];
    const id = managedIdentity(wanted, world, name.toLowerCase());
    return [name, withComputed(addon, { identity: identityTriple(id, world) })];
  });
  return Object.fromEntries(entries);
}

function managedIdentity(wanted: Wanted, world: ProviderWorld, suffix: string): string {
  const group = textAt(wanted.body, 'properties', 'nodeResourceGroup') ?? nodeGroup(wanted);
  return `/subscriptions/${world.subscriptionId}/resourceGroups/${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${wanted.name}-${suffix}`;
}

function identityTriple(id: string, world: ProviderWorld): JsonObject {
  return {
    resourceId: id,
    clientId: clientOf(id, world.guid),
    objectId: principalOf(id, world.guid),
  };
}

/** Aks 1.1: `MC_<group>_<name>_<region>`, cut at 80. */
export function nodeGroup(wanted: Wanted): string {
  const group = /\/resourceGroups\/([^/]+)/i.exec(wanted.id)?.[1] ?? '';
  return `MC_${group}_${wanted.name}_${normalLocation(wanted.location)}`.slice(0, 80);
}
