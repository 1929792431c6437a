import { isAbsent, member, stringOf, type Value } from '../../values/index.ts';
import type { ArmError } from '../arm-error.ts';
import type { DeploymentWorld } from '../deployment-door.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Assignment, Outcome } from './carry-out.ts';
import { settledJson } from './settled.ts';
import type { Operation } from './work.ts';

export const DEPLOYMENTS = 'Microsoft.Resources/deployments';

export function deploymentId(scope: string, name: string): string {
  return `${scope}/providers/${DEPLOYMENTS}/${name}`;
}

/** A deployment as a GET tells it (arm-endpoint 7). */
export function deploymentRecord(
  { body, scope, name }: Assignment,
  outcome: Outcome,
  failures: readonly ArmError[],
  world: DeploymentWorld,
): JsonObject {
  const id = deploymentId(scope, name);
  const resources = outcome.operations.filter(({ type }) => type !== 'output');
  const isWhole = failures.length === 0;
  return {
    id,
    name,
    type: DEPLOYMENTS,
    ...(body.location === undefined ? {} : { location: body.location }),
    properties: {
      provisioningState: isWhole ? 'Succeeded' : 'Failed',
      mode: body.mode,
      timestamp: world.now(),
      duration: 'PT0S',
      correlationId: world.guid('deployment', id, world.now()),
      parameters: toldParameters(body.template, body.parameters),
      providers: providersOf(resources),
      dependencies: [],
      ...(isWhole
        ? {
            outputs: outcome.outputs,
            outputResources: resources
              .filter(({ type }) => type.toLowerCase() !== DEPLOYMENTS.toLowerCase())
              .map((operation) => ({ id: operation.id })),
          }
        : { error: failure(id, failures) }),
    },
  };
}

/** The error of a deployment that began and did not end well. */
export function failure(id: string, failures: readonly ArmError[]): JsonObject {
  return {
    code: 'DeploymentFailed',
    target: id,
    message:
      'At least one resource deployment operation failed. Please list deployment operations for details. Please see https://aka.ms/arm-deployment-operations for usage details.',
    details: failures.map(errorBody),
  };
}

export function errorBody({ code, message, target, details }: ArmError): JsonObject {
  return {
    code,
    message,
    ...(target === undefined ? {} : { target }),
    ...(details === undefined ? {} : { details: details.map((detail) => ({ ...detail })) }),
  };
}

/** One entry of `deployment operation list`. */
export function operationRecord(
  deployment: string,
  { id, type, name, isNew, error }: Operation,
  world: DeploymentWorld,
): JsonObject {
  const operationId = world
    .guid('operation', deployment, id)
    .replaceAll('-', '')
    .slice(0, 16)
    .toUpperCase();
  return {
    id: `${deployment}/operations/${operationId}`,
    operationId,
    properties: {
      provisioningOperation: 'Create',
      provisioningState: error === undefined ? 'Succeeded' : 'Failed',
      timestamp: world.now(),
      duration: 'PT0S',
      statusCode: error === undefined ? (isNew ? 'Created' : 'OK') : statusName(error.status),
      targetResource: { id, resourceType: type, resourceName: name },
      ...(error === undefined ? {} : { statusMessage: { error: errorBody(error) } }),
    },
  };
}

function statusName(status: number): string {
  const names: Readonly<Record<number, string>> = {
    400: 'BadRequest',
    404: 'NotFound',
    409: 'Conflict',
    412: 'PreconditionFailed',
  };
  return names[status] ?? String(status);
}

/** What was passed, secrets without their value. */
function toldParameters(template: Value, given: Value | undefined): JsonObject {
  if (given?.kind !== 'object') return {};
  const declared = member(template, 'parameters');
  const told = [...given.members.values()].map(({ name, value }): [string, Json] => {
    const type = stringOf(member(member(declared, name), 'type')) ?? 'string';
    const passed = member(value, 'value');
    const isSecret = /^secure/i.test(type) || !isAbsent(member(value, 'reference'));
    const settled = passed === undefined || isSecret ? undefined : settledJson(passed, () => true);
    const json = settled?.kind === 'settled' ? settled.json : undefined;
    return [name, json === undefined ? { type } : { type, value: json }];
  });
  return Object.fromEntries(told);
}

function providersOf(operations: readonly Operation[]): Json[] {
  const types = new Map<string, Set<string>>();
  for (const { type } of operations) {
    const [namespace = '', ...rest] = type.split('/');
    types.set(namespace, (types.get(namespace) ?? new Set()).add(rest.join('/')));
  }
  return [...types].map(([namespace, found]) => ({
    namespace,
    resourceTypes: [...found].map((resourceType) => ({ resourceType })),
  }));
}
