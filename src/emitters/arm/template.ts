import { headerOf } from '../emitter.ts';
import type {
  DeploymentPlan,
  PlanModule,
  PlanParameter,
  PlanResource,
  PlanScope,
} from '../plan/index.ts';
import {
  call,
  expressionOf,
  fullName,
  idExpression,
  jsonOf,
  placeOf,
  quoted,
} from './expression.ts';
import { openTemplate, scopeIn, type TemplateContext } from './template-context.ts';

type Json = Record<string, unknown>;

const SCHEMA = 'https://schema.management.azure.com/schemas';
const SCHEMAS = {
  'resource-group': `${SCHEMA}/2019-04-01/deploymentTemplate.json#`,
  subscription: `${SCHEMA}/2018-05-01/subscriptionDeploymentTemplate.json#`,
} as const;
const DEPLOYMENTS_VERSION = '2022-09-01';

/** The template of a whole plan: one for one group, nested ones for several (iac-formats 2.5). */
export function mainTemplate(plan: DeploymentPlan): Json {
  const byKey = new Map(plan.resources.map((resource) => [resource.key, resource]));
  const [only] = plan.modules;
  if (plan.level === 'resource-group' && only !== undefined) {
    return moduleTemplate(plan, byKey, only, plan.level, true).template;
  }
  const context = openTemplate(plan, byKey, rootScope(plan));
  const resources = plan.modules.map((module) => nested(context, module));
  return templateOf(context, plan.level, true, resources);
}

/** A module that is none of the plan's: the subscription itself, which lists nothing of its own. */
function rootScope(plan: DeploymentPlan): string {
  const own = [...plan.scopes.values()].find(
    ({ kind, subscription }) => kind === 'subscription' && subscription === undefined,
  );
  return own?.key ?? '/subscriptions/';
}

interface ModuleTemplate {
  readonly template: Json;
  readonly parameters: readonly string[];
}

function moduleTemplate(
  plan: DeploymentPlan,
  byKey: ReadonlyMap<string, PlanResource>,
  module: PlanModule,
  level: keyof typeof SCHEMAS,
  isRoot: boolean,
): ModuleTemplate {
  const context = openTemplate(plan, byKey, module.scope);
  const own = new Set(module.resources);
  const resources = module.resources.flatMap((key) => {
    const resource = byKey.get(key);
    return resource === undefined ? [] : [resourceJson(context, resource, own)];
  });
  const template = templateOf(context, level, isRoot, resources);
  return { template, parameters: [...context.parameters] };
}

function templateOf(
  context: TemplateContext,
  level: keyof typeof SCHEMAS,
  isRoot: boolean,
  resources: readonly Json[],
): Json {
  const { plan } = context;
  const variables = plan.variables
    .filter(({ name }) => context.variables.has(name))
    .map(({ name, value }) => [name, jsonOf(context, value)]);
  const parameters = plan.parameters
    .filter(({ name }) => context.parameters.has(name))
    .map((each) => [each.name, parameterJson(context, each, isRoot)]);
  return {
    $schema: SCHEMAS[level],
    contentVersion: '1.0.0.0',
    ...(isRoot ? { metadata: { comment: headerOf(plan), inputHash: plan.inputHash } } : {}),
    ...(parameters.length === 0 ? {} : { parameters: Object.fromEntries(parameters) }),
    ...(variables.length === 0 ? {} : { variables: Object.fromEntries(variables) }),
    resources,
  };
}

/** Inside a nested template every value is handed over, so there are no defaults to disagree with. */
function parameterJson(context: TemplateContext, each: PlanParameter, isRoot: boolean): Json {
  const secure = each.type === 'object' ? 'secureObject' : 'securestring';
  return {
    type: each.isSecure ? secure : each.type,
    ...(isRoot ? defaultJson(context, each) : {}),
    metadata: { description: each.description },
  };
}

function defaultJson(context: TemplateContext, each: PlanParameter): Json {
  const fallback = each.default;
  if (fallback === undefined) return {};
  const isGroup = context.plan.level === 'resource-group';
  if (fallback.kind === 'deployment-location') {
    return { defaultValue: isGroup ? '[resourceGroup().location]' : '[deployment().location]' };
  }
  if (fallback.kind === 'deployment-subscription') {
    return { defaultValue: '[subscription().subscriptionId]' };
  }
  if (fallback.kind === 'unique-text') {
    const seed = fallback.seed === undefined ? '' : `, ${quoted(fallback.seed)}`;
    return {
      defaultValue: `[uniqueString(${isGroup ? 'resourceGroup' : 'subscription'}().id${seed})]`,
    };
  }
  return { defaultValue: jsonOf(context, fallback) };
}

function resourceJson(
  context: TemplateContext,
  resource: PlanResource,
  own: ReadonlySet<string>,
): Json {
  const dependsOn = resource.needs
    .filter((key) => own.has(key))
    .map((key) => `[${idExpression(context, { resource: key, below: [] })}]`);
  const { condition } = resource;
  return {
    type: resource.type,
    apiVersion: resource.apiVersion,
    name: fullName(context, resource),
    ...(resource.extends === undefined
      ? {}
      : { scope: `[${idExpression(context, resource.extends)}]` }),
    ...(condition === undefined ? {} : { condition: jsonOf(context, condition) }),
    ...Object.fromEntries(resource.body.map(({ name, value }) => [name, jsonOf(context, value)])),
    ...(dependsOn.length === 0 ? {} : { dependsOn }),
  };
}

/** A module as a deployment of its own, evaluated in a world of its own. */
function nested(context: TemplateContext, module: PlanModule): Json {
  const { plan, byKey } = context;
  const scope = scopeIn(context, module.scope);
  const level = scope.kind === 'resource-group' ? 'resource-group' : 'subscription';
  const inner = moduleTemplate(plan, byKey, module, level, false);
  for (const name of inner.parameters) context.parameters.add(name);
  const parameters = Object.fromEntries(
    plan.parameters
      .filter(({ name }) => inner.parameters.includes(name))
      .map(({ name }) => [name, { value: `[parameters(${quoted(name)})]` }]),
  );
  const byName = new Map(plan.modules.map((each) => [each.name, each]));
  const dependsOn = module.after.flatMap((name) => {
    const other = byName.get(name);
    return other === undefined ? [] : [`[${deploymentId(context, other)}]`];
  });
  return {
    type: 'Microsoft.Resources/deployments',
    apiVersion: DEPLOYMENTS_VERSION,
    name: module.name,
    ...targetJson(context, scope),
    properties: {
      mode: 'Incremental',
      expressionEvaluationOptions: { scope: 'inner' },
      parameters,
      template: inner.template,
    },
    ...(dependsOn.length === 0 ? {} : { dependsOn }),
  };
}

function targetJson(context: TemplateContext, scope: PlanScope): Json {
  const subscription =
    scope.subscription === undefined ? {} : { subscriptionId: jsonOf(context, scope.subscription) };
  if (scope.kind === 'resource-group' && scope.name !== undefined) {
    return { ...subscription, resourceGroup: jsonOf(context, scope.name) };
  }
  return { ...subscription, location: '[deployment().location]' };
}

function deploymentId(context: TemplateContext, module: PlanModule): string {
  const scope = scopeIn(context, module.scope);
  const rest = [quoted('Microsoft.Resources/deployments'), quoted(module.name)];
  if (scope.kind === 'resource-group') {
    return call('resourceId', [...placeOf(context, scope), ...rest]);
  }
  const other = scope.subscription;
  return call(
    'subscriptionResourceId',
    other === undefined ? rest : [expressionOf(context, other), ...rest],
  );
}
