import type { ArmError } from '../arm-error.ts';
import type { DeploymentWorld } from '../deployment-door.ts';
import { textOf } from '../request-json.ts';

/** The resources right in a group that a template does not have. Records of deployments and assignments about the group are none. */
export function surplusIds(
  scope: string,
  keys: ReadonlySet<string>,
  world: DeploymentWorld,
): string[] {
  if (!/\/resourceGroups\/[^/]+$/i.test(scope)) return [];
  return world.within(scope).flatMap((resource) => {
    const id = textOf(resource['id']) ?? '';
    const type = (textOf(resource['type']) ?? '').toLowerCase();
    const isAside = /^microsoft\.(?:resources|authorization|insights)\//.test(type);
    return id === '' || isAside || keys.has(id.toLowerCase()) ? [] : [id];
  });
}

/**
 * Takes away what a Complete deployment leaves out. One resource may hold another back, so what is refused is tried again
 * as long as anything else went.
 * @returns why the rest could not go.
 */
export function removeSurplus(ids: readonly string[], world: DeploymentWorld): ArmError[] {
  let left = [...ids];
  for (;;) {
    const refused: { readonly id: string; readonly error: ArmError }[] = [];
    for (const id of left) {
      const error = world.get(id) === undefined ? undefined : world.remove(id);
      if (error !== undefined) refused.push({ id, error });
    }
    if (refused.length === 0 || refused.length === left.length) {
      return refused.map(({ error }) => error);
    }
    left = refused.map(({ id }) => id);
  }
}
