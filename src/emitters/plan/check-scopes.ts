import type { Diagnostic } from '../../diagnostics/index.ts';
import type { ResourceTypes } from '../resource-types/index.ts';
import type { PlanResource, PlanScope } from './plan.ts';

const BITS: Readonly<Record<PlanScope['kind'], number>> = {
  tenant: 1,
  'management-group': 2,
  subscription: 4,
  'resource-group': 8,
};
const EXTENSION = 16;

/** Resources where resources of their type cannot be: a firewall outside of any group, a lock on a subnet that takes none. */
export function misplaced(
  types: ResourceTypes,
  scopes: ReadonlyMap<string, PlanScope>,
  resources: readonly PlanResource[],
): readonly Diagnostic[] {
  return resources.flatMap((resource): Diagnostic[] => {
    const shape = types.resources.get(resource.type.toLowerCase());
    const scope = scopes.get(resource.scope);
    // Where a type can be is said of children by their parents.
    if (resource.isExisting || shape === undefined || scope === undefined) return [];
    if (resource.parent !== undefined || shape.scopes === 0) return [];
    const bit = resource.extends === undefined ? BITS[scope.kind] : EXTENSION;
    if ((shape.scopes & bit) !== 0) return [];
    const where = resource.extends === undefined ? scope.title : 'another resource';
    return [
      {
        code: 'plan/scope',
        severity: 'error',
        message: `\`${resource.title}\` (${resource.type}) lies in ${where}, where such resources cannot be`,
        at: resource.at,
      },
    ];
  });
}
