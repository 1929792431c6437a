import { type ArmError, armError } from '../arm-error.ts';
import { type ArmAnswer, isArmError } from '../arm-request.ts';
import type { DeploymentDoor, DeploymentRequest, DeploymentWorld } from '../deployment-door.ts';
import type { Json, JsonObject } from '../json.ts';
import { memberOf, textOf } from '../request-json.ts';
import { type Assignment, carryOut } from './carry-out.ts';
import { parseDeploymentBody } from './lenient-body.ts';
import {
  DEPLOYMENTS,
  deploymentId,
  deploymentRecord,
  errorBody,
  failure,
  operationRecord,
} from './record.ts';
import { removeSurplus, surplusIds } from './surplus.ts';
import { whatIf } from './what-if.ts';

/** Carries out template deployments to groups and subscriptions (arm-endpoint 7). Everything is done by the time the answer leaves. */
export const DEPLOYMENT_DOOR: DeploymentDoor = {
  handle: (request, world) => {
    const { method, action, name } = request;
    if (!/^\/subscriptions\/[^/]+(?:\/resourceGroups\/[^/]+)?$/i.test(request.scope)) {
      return armError(
        400,
        'InvalidDeploymentScope',
        `Deployments to '${request.scope === '' ? '/' : request.scope}' are not carried out here; subscriptions and resource groups are.`,
      );
    }
    if (name === undefined) return method === 'GET' ? listed(request, world) : notAllowed(method);
    if (!/^[-\w.()]{1,64}$/.test(name)) return wrongName(name);
    switch (action) {
      case undefined:
        return onDeployment(request, name, world);
      case 'validate':
        return method === 'POST' ? validate(request, name, world) : notAllowed(method);
      case 'whatif':
        return method === 'POST' ? tellWhatIf(request, name, world) : notAllowed(method);
      case 'operations':
        return method === 'GET' ? operations(request, name, world) : notAllowed(method);
      case 'operationstatuses':
        return method === 'GET' ? status(request, name, world) : notAllowed(method);
      default:
        return armError(
          400,
          'DeploymentActionNotSupported',
          `The action '${action}' of deployments is not part of this endpoint.`,
        );
    }
  },
};

function onDeployment(
  request: DeploymentRequest,
  name: string,
  world: DeploymentWorld,
): ArmAnswer | ArmError {
  const id = deploymentId(request.scope, name);
  switch (request.method) {
    case 'PUT':
      return deploy(request, name, world);
    case 'GET': {
      const found = world.get(id);
      return found === undefined ? notFound(name) : { status: 200, body: found };
    }
    case 'HEAD':
      return { status: world.get(id) === undefined ? 404 : 204 };
    case 'DELETE': {
      if (world.get(id) === undefined) return { status: 204 };
      if (world.get(operationsId(id)) !== undefined) world.remove(operationsId(id));
      return world.remove(id) ?? { status: 204 };
    }
    default:
      return notAllowed(request.method);
  }
}

function deploy(
  request: DeploymentRequest,
  name: string,
  world: DeploymentWorld,
): ArmAnswer | ArmError {
  const assignment = assignmentOf(request, name);
  if (isArmError(assignment)) return assignment;
  const id = deploymentId(request.scope, name);
  const isNew = world.get(id) === undefined;
  const outcome = carryOut(assignment, world);
  if (isArmError(outcome)) return outcome;
  const failures = outcome.operations.flatMap(({ error }) => error ?? []);
  if (failures.length === 0 && assignment.body.mode === 'Complete') {
    failures.push(...removeSurplus(surplusIds(request.scope, outcome.keys, world), world));
  }
  const record = deploymentRecord(assignment, outcome, failures, world);
  world.keep(id, DEPLOYMENTS, record);
  const list = outcome.operations.map((operation) => operationRecord(id, operation, world));
  world.keep(operationsId(id), `${DEPLOYMENTS}/operations`, {
    id: operationsId(id),
    name: 'all',
    type: `${DEPLOYMENTS}/operations`,
    properties: { value: list },
  });
  const answer = { status: isNew ? 201 : 200, body: record };
  if (failures.length === 0) return answer;
  // A deployment that failed has been accepted all the same: the client learns of it where it asks how it went.
  const statusUrl = `${request.origin}${id}/operationStatuses/${world.guid('status', id, world.now())}?api-version=2024-11-01`;
  return { ...answer, headers: { 'Azure-AsyncOperation': statusUrl, 'Retry-After': '1' } };
}

/** Arm-endpoint 7: a failed validation is a 200 with an `error`; with a 400 the CLI's own error handler crashes. */
function validate(request: DeploymentRequest, name: string, world: DeploymentWorld): ArmAnswer {
  const assignment = assignmentOf(request, name);
  if (isArmError(assignment)) return { status: 200, body: { error: errorBody(assignment) } };
  const tried = world.trial(() => {
    const outcome = carryOut(assignment, world);
    if (isArmError(outcome)) return outcome;
    const failures = outcome.operations.flatMap(({ error }) => error ?? []);
    return { failures, record: deploymentRecord(assignment, outcome, failures, world) };
  });
  if (isArmError(tried)) return { status: 200, body: { error: errorBody(tried) } };
  if (tried.failures.length > 0) {
    const tracking = world.guid('validation', deploymentId(request.scope, name), world.now());
    return {
      status: 200,
      body: {
        error: {
          code: 'InvalidTemplateDeployment',
          message: `The template deployment '${name}' is not valid according to the validation procedure. The tracking id is '${tracking}'. See inner errors for details.`,
          details: tried.failures.map(errorBody),
        },
      },
    };
  }
  const properties = memberOf(tried.record, 'properties') as JsonObject;
  const { outputs: _, outputResources, ...told } = properties;
  return {
    status: 200,
    body: { ...tried.record, properties: { ...told, validatedResources: outputResources ?? [] } },
  };
}

function tellWhatIf(request: DeploymentRequest, name: string, world: DeploymentWorld): ArmAnswer {
  const assignment = assignmentOf(request, name);
  const changes = isArmError(assignment) ? assignment : whatIf(assignment, world);
  if (isArmError(changes)) {
    return { status: 200, body: { status: 'Failed', error: errorBody(changes) } };
  }
  return { status: 200, body: { status: 'Succeeded', properties: { changes } } };
}

function assignmentOf(request: DeploymentRequest, name: string): Assignment | ArmError {
  const body = parseDeploymentBody(request.text);
  if (isArmError(body)) return body;
  const isGroup = /\/resourceGroups\/[^/]+$/i.test(request.scope);
  if (!isGroup && body.location === undefined) {
    return armError(
      400,
      'LocationRequired',
      'The location property is required for deployments to a subscription.',
    );
  }
  if (!isGroup && body.mode === 'Complete') {
    return armError(
      400,
      'InvalidDeploymentMode',
      "The deployment mode 'Complete' is only for resource groups.",
    );
  }
  return { body, scope: request.scope, name };
}

function listed(request: DeploymentRequest, world: DeploymentWorld): ArmAnswer {
  const prefix = deploymentId(request.scope, '').toLowerCase();
  const value = world
    .list(DEPLOYMENTS.toLowerCase())
    .filter((each) => textOf(each['id'])?.toLowerCase().startsWith(prefix) === true);
  return { status: 200, body: { value } };
}

function operations(
  request: DeploymentRequest,
  name: string,
  world: DeploymentWorld,
): ArmAnswer | ArmError {
  const id = deploymentId(request.scope, name);
  const found = world.get(operationsId(id));
  if (found === undefined) return notFound(name);
  const all = memberOf(memberOf(found, 'properties'), 'value');
  const value: readonly Json[] = Array.isArray(all) ? all : [];
  if (request.rest === undefined) return { status: 200, body: { value } };
  const one = value.find(
    (each) => textOf(memberOf(each, 'operationId'))?.toLowerCase() === request.rest?.toLowerCase(),
  );
  return one === undefined
    ? notFound(`${name}/operations/${request.rest}`)
    : { status: 200, body: one };
}

/** How a deployment went: it is over, whatever the operation is called. */
function status(
  request: DeploymentRequest,
  name: string,
  world: DeploymentWorld,
): ArmAnswer | ArmError {
  const id = deploymentId(request.scope, name);
  const found = world.get(id);
  if (found === undefined) return notFound(name);
  const properties = memberOf(found, 'properties');
  const error = memberOf(properties, 'error');
  const state = textOf(memberOf(properties, 'provisioningState')) ?? 'Succeeded';
  return {
    status: 200,
    body:
      state === 'Succeeded'
        ? { status: state }
        : { status: state, error: error ?? failure(id, []) },
  };
}

function operationsId(deployment: string): string {
  return `${deployment}/operations/all`;
}

function notFound(name: string): ArmError {
  return armError(404, 'DeploymentNotFound', `Deployment '${name}' could not be found.`);
}

function wrongName(name: string): ArmError {
  return armError(
    400,
    'InvalidDeploymentName',
    `The deployment name '${name}' is not valid. It has at most 64 letters, digits, hyphens, underscores, dots and brackets.`,
  );
}

function notAllowed(method: string): ArmError {
  return armError(
    405,
    'MethodNotAllowed',
    `The request method '${method}' is not supported for deployments.`,
  );
}
