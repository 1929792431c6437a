import type { ArmError } from '../arm-error.ts';
import { isArmError } from '../arm-request.ts';
import type { DeploymentWorld } from '../deployment-door.ts';
import type { Json, JsonObject } from '../json.ts';
import { textOf } from '../request-json.ts';
import { type Assignment, carryOut, type Outcome } from './carry-out.ts';
import { propertyChanges, withoutNoise } from './property-changes.ts';
import { surplusIds } from './surplus.ts';

/** What a deployment would change. It is carried out, looked at and taken back, so that the answer is what would be, not a guess. */
export function whatIf(assignment: Assignment, world: DeploymentWorld): readonly Json[] | ArmError {
  const tried = world.trial(() => {
    const outcome = carryOut(assignment, world);
    if (isArmError(outcome)) return outcome;
    const failed = outcome.operations.find(({ error }) => error !== undefined)?.error;
    if (failed !== undefined) return failed;
    const after = new Map(outcome.operations.map(({ id }) => [id, world.tell(id)]));
    return { outcome, after };
  });
  if (isArmError(tried)) return tried;
  const { outcome, after } = tried;
  return [
    ...outcome.operations.flatMap(({ id, type, apiVersion }) =>
      isDeployment(type) ? [] : [change(id, apiVersion, world.tell(id), after.get(id))],
    ),
    ...others(assignment, outcome, world),
  ];
}

function change(
  id: string,
  apiVersion: string | undefined,
  before: JsonObject | undefined,
  after: JsonObject | undefined,
): Json {
  const version = apiVersion === undefined ? {} : { apiVersion };
  const told = (resource: JsonObject | undefined) =>
    resource === undefined ? {} : { ...(withoutNoise(resource) as JsonObject), ...version };
  if (before === undefined) {
    return { resourceId: id, changeType: 'Create', after: told(after) };
  }
  const delta = propertyChanges(before, after ?? {});
  const sides = {
    resourceId: textOf(before['id']) ?? id,
    before: told(before),
    after: told(after),
  };
  return delta.length === 0
    ? { ...sides, changeType: 'NoChange' }
    : { ...sides, changeType: 'Modify', delta };
}

/** What lies in the group and not in the template: gone after a Complete deployment, untouched by another. */
function others(assignment: Assignment, outcome: Outcome, world: DeploymentWorld): Json[] {
  const changeType = assignment.body.mode === 'Complete' ? 'Delete' : 'Ignore';
  return surplusIds(assignment.scope, outcome.keys, world).map((id) => ({
    resourceId: id,
    changeType,
    before: withoutNoise(world.tell(id) ?? {}),
  }));
}

function isDeployment(type: string): boolean {
  return type.toLowerCase() === 'microsoft.resources/deployments' || type === 'output';
}
