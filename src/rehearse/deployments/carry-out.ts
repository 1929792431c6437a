import { locate } from '../../diagnostics/index.ts';
import {
  type OpenTemplate,
  openTemplate,
  type TemplateStep,
} from '../../importers/arm-template/index.ts';
import type { Unknown } from '../../values/index.ts';
import { type ArmError, armError } from '../arm-error.ts';
import { isArmError } from '../arm-request.ts';
import type { DeploymentWorld } from '../deployment-door.ts';
import type { Json, JsonObject } from '../json.ts';
import { refuseParameters } from './check-parameters.ts';
import type { DeploymentBody } from './lenient-body.ts';
import { refuseTemplate } from './refuse-template.ts';
import { runtimeOf } from './runtime.ts';
import { settledJson, tokenIn } from './settled.ts';
import { refuseUnordered } from './turn-order.ts';
import type { Operation, State, Work } from './work.ts';

/** What became of a deployment. */
export interface Outcome {
  /** One for each resource that was tried, in the order tried. */
  readonly operations: readonly Operation[];
  readonly outputs: JsonObject;
  /** All that the template has, whether it was reached or not; what a Complete deployment leaves alone. */
  readonly keys: ReadonlySet<string>;
}

export interface Assignment {
  readonly body: DeploymentBody;
  /** Id of the subscription or group. */
  readonly scope: string;
  readonly name: string;
}

/**
 * Carries a template out: every resource is a PUT, after those it depends on. `reference()` is answered with what a GET tells; a
 * resource that is asked for before its turn is deployed first, so that what is implied needs no `dependsOn`.
 * @returns an error when nothing was begun.
 */
export function carryOut(assignment: Assignment, world: DeploymentWorld): Outcome | ArmError {
  const { body, scope, name } = assignment;
  const wrong = refuseParameters(body.template, body.parameters);
  if (wrong !== undefined) return wrong;
  const work: Work = {
    world,
    at: body.template.at,
    isWritten: body.isWritten,
    steps: new Map(),
    operations: [],
    perform: (step) => perform(step, work),
    running: [],
    begin: 0,
  };
  const [, subscriptionId = world.subscriptionId, resourceGroup] =
    /^\/subscriptions\/([^/]+)(?:\/resourceGroups\/([^/]+))?/i.exec(scope) ?? [];
  const opened = openTemplate(body.template, {
    subscriptionId,
    tenantId: world.tenantId,
    ...(resourceGroup === undefined ? {} : { resourceGroup }),
    ...(body.location === undefined ? {} : { location: body.location }),
    ...(body.parameters === undefined ? {} : { parameters: [body.parameters] }),
    runtime: runtimeOf(work, name),
  });
  const refused = refuseTemplate(opened) ?? refuseScope(opened.template?.scope, scope);
  if (refused !== undefined || opened.template === undefined) {
    return refused ?? armError(400, 'InvalidTemplate', 'the template cannot be read');
  }
  register(opened.template, work);
  for (const step of opened.template.steps) perform(step, work);
  const outputs = work.operations.some(({ error }) => error !== undefined)
    ? {}
    : tellOutputs(opened.template, work);
  return { operations: work.operations, outputs, keys: new Set(work.steps.keys()) };
}

function register(template: OpenTemplate, work: Work): void {
  for (const step of template.steps) {
    const known = work.steps.get(step.key);
    // One id may be written twice under opposite conditions, or once more only to be read.
    if (known === undefined || known.step.isAbsent || known.step.isReference) {
      work.steps.set(step.key, { step, state: 'waiting', end: 0, isNew: false });
    }
    if (step.nested !== undefined) register(step.nested, work);
  }
}

/** Does one step, and first what it waits for. */
function perform(step: TemplateStep, work: Work): State {
  const entry = work.steps.get(step.key);
  if (entry === undefined || entry.step !== step || entry.state !== 'waiting') {
    return entry?.state ?? 'done';
  }
  if (step.isAbsent || step.isReference) {
    entry.state = 'done';
    return 'done';
  }
  entry.state = 'running';
  const frame = { key: step.key, isBlocked: false, turn: work.begin };
  work.running.push(frame);
  for (const key of step.dependsOn) {
    const other = work.steps.get(key);
    if (other === undefined) continue;
    if (perform(other.step, work) === 'failed') frame.isBlocked = true;
    frame.turn = Math.max(frame.turn, other.end);
  }
  // What depends on a failure is not tried, and not told: the failure is.
  const error = frame.isBlocked ? undefined : attempt(step, work);
  work.running.pop();
  entry.end = Math.max(entry.end, frame.turn + 1);
  entry.state = frame.isBlocked || error !== undefined ? 'failed' : 'done';
  return entry.state;
}

function attempt(step: TemplateStep, work: Work): ArmError | undefined {
  const { world } = work;
  const unnamed = tokenIn(step.id, work.isWritten);
  if (unnamed !== undefined) return unnamedStep(step, unnamed, work);
  const isNew = world.get(step.id) === undefined;
  const entry = work.steps.get(step.key);
  if (entry !== undefined) entry.isNew = isNew;
  const done = step.nested === undefined ? put(step, work) : nested(step, step.nested, work);
  if (work.running.at(-1)?.isBlocked === true) return undefined;
  const error = isArmError(done) ? done : undefined;
  const { id, type, name, apiVersion } = step;
  work.operations.push({ id, type, name, apiVersion, isNew, error });
  return error;
}

/** Whose name has no value has no place to be put. */
function unnamedStep(step: TemplateStep, token: string, work: Work): ArmError {
  const { line, column } = locate(step.at);
  const error = armError(
    400,
    'InvalidTemplate',
    `Unable to process template language expressions for the name of a resource of type '${step.type}' at line '${line}' and column '${column}'. '${token.slice(1, -1)}' has no value at deployment.`,
  );
  const { id, type, name, apiVersion } = step;
  work.operations.push({ id, type, name, apiVersion, isNew: true, error });
  return error;
}

function put(step: TemplateStep, work: Work): JsonObject | ArmError {
  if (step.exists !== undefined) return unresolved(step, step.exists);
  const settled = settledJson(step.body(), work.isWritten);
  if (settled.kind === 'open') return unresolved(step, settled.unknown);
  const body = settled.json as JsonObject;
  return refuseUnordered(step, body, work) ?? work.world.put(step.id, body);
}

/** A deployment inside a deployment: its resources, then its outputs, then its own record for `reference()` to read. */
function nested(step: TemplateStep, template: OpenTemplate, work: Work): JsonObject | ArmError {
  const { world } = work;
  if (step.exists !== undefined) return unresolved(step, step.exists);
  const outside = work.begin;
  work.begin = work.running.at(-1)?.turn ?? outside;
  let isWhole = true;
  for (const inner of template.steps) if (perform(inner, work) === 'failed') isWhole = false;
  work.begin = outside;
  const own = work.steps.get(step.key);
  const ends = template.steps.map(({ key }) => work.steps.get(key)?.end ?? 0);
  if (own !== undefined) own.end = Math.max(own.end, ...ends);
  if (!isWhole) {
    return armError(
      409,
      'DeploymentFailed',
      `At least one resource of the nested deployment '${step.name}' failed. Please list deployment operations for details.`,
    );
  }
  const outputs = tellOutputs(template, work);
  const record = {
    id: step.id,
    name: step.id.split('/').at(-1) ?? '',
    type: 'Microsoft.Resources/deployments',
    properties: {
      provisioningState: 'Succeeded',
      mode: 'Incremental',
      timestamp: world.now(),
      outputs,
    },
  };
  world.keep(step.id, 'Microsoft.Resources/deployments', record);
  return record;
}

/** Outputs that are secret are named without a value. */
function tellOutputs(template: OpenTemplate, work: Work): JsonObject {
  const told = template.outputs().map(({ name, type, value }): [string, Json] => {
    const settled = settledJson(value, work.isWritten);
    const json = settled.kind === 'open' ? undefined : settled.json;
    if (settled.kind === 'open') {
      work.operations.push({
        id: `${template.scope}/outputs/${name}`,
        type: 'output',
        name,
        apiVersion: undefined,
        isNew: true,
        error: armError(
          400,
          'DeploymentOutputEvaluationFailed',
          `Unable to evaluate template outputs: '${name}'. The expression '${settled.unknown.text}' has no value: it needs ${settled.unknown.missing}. Please see https://aka.ms/arm-deploy for usage details.`,
        ),
      });
    }
    return [
      name,
      json === undefined ? { type: spelled(type) } : { type: spelled(type), value: json },
    ];
  });
  return Object.fromEntries(told);
}

/** ARM tells `String` whatever the template wrote. */
function spelled(type: string): string {
  const names = ['String', 'Int', 'Bool', 'Array', 'Object', 'SecureString', 'SecureObject'];
  return names.find((name) => name.toLowerCase() === type.toLowerCase()) ?? type;
}

function unresolved(step: TemplateStep, unknown: Unknown): ArmError {
  const { line, column } = locate(unknown.at);
  return armError(
    400,
    'InvalidTemplate',
    `Unable to process template language expressions for resource '${step.id}' at line '${line}' and column '${column}'. '${unknown.text}' has no value: it needs ${unknown.missing}. Please see https://aka.ms/arm-function-reference for usage details.`,
  );
}

/** A template for subscriptions is not one for groups. */
function refuseScope(wanted: string | undefined, scope: string): ArmError | undefined {
  if (wanted === undefined || wanted.toLowerCase() === scope.toLowerCase()) return undefined;
  return armError(
    400,
    'InvalidSchema',
    `The deployment template's schema does not fit the scope '${scope}' it is deployed to.`,
  );
}
