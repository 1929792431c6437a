import type { AzureResource } from '../../model/index.ts';
import { member, type ObjectValue, stringOf, type Value } from '../../values/index.ts';
import type { ImportedPart } from '../imported-part.ts';
import { STEPS_MAX } from './budget.ts';
import { declareResources } from './declare-resources.ts';
import { contextIn, openFrame } from './frame.ts';
import { bodyOf } from './live-reference.ts';
import { declareWaiting } from './lookup.ts';
import {
  type ArmTemplateOptions,
  UNKNOWN_MANAGEMENT_GROUP,
  UNKNOWN_RESOURCE_GROUP,
  UNKNOWN_SUBSCRIPTION,
} from './options.ts';
import { parametersFromFiles } from './parameters.ts';
import { type DeploymentScope, placeOfId, scopeId } from './resource-id.ts';
import { type Declared, type Deployment, type Run, report } from './run.ts';

/**
 * Evaluates an ARM template, its loops, conditions, nested and linked deployments, into the resources it deploys.
 * What cannot be evaluated is an unknown with its expression as text; no rule and no resource is dropped for it.
 * Subscription and group are placeholders unless given; ids made from them are equal within this input only.
 *
 * Never throws for any input. Bounded: at most `STEPS_MAX` steps, whatever the template asks for.
 */
export function importArmTemplate(root: Value, options: ArmTemplateOptions = {}): ImportedPart {
  const scope = rootScope(root, options);
  const run = openRun(options, scope);
  if (root.kind !== 'object') {
    report(run, 'arm/malformed-resource', 'error', 'a template is an object', root.at);
    return { resources: [], objects: [], diagnostics: run.diagnostics, gaps: run.gaps };
  }
  const deployment = openRoot(root, run, scope);
  declareResources(deployment);
  declareWaiting(run);
  const resources: AzureResource[] = [];
  collect(deployment.groups, resources);
  return { resources, objects: [], diagnostics: run.diagnostics, gaps: run.gaps };
}

export function openRun(options: ArmTemplateOptions, scope: DeploymentScope): Run {
  return {
    options,
    expressions: new Map(),
    declared: new Map(),
    waiting: [],
    nextWaiting: 0,
    rootScope: scopeId(scope),
    live: new WeakMap(),
    sizes: new WeakMap(),
    diagnostics: [],
    reported: new Set(),
    gaps: [],
    stepsLeft: STEPS_MAX,
    depth: 0,
  };
}

export function openRoot(template: ObjectValue, run: Run, scope: DeploymentScope): Deployment {
  const frame = openFrame(
    {
      run,
      label: template.at.source.file,
      isRoot: true,
      scope,
      deploymentName: undefined,
      template,
      via: [],
    },
    (contextOf) => parametersFromFiles(run.options.parameters ?? [], contextOf),
  );
  return {
    context: contextIn(frame),
    template,
    target: scope,
    exists: undefined,
    groups: [],
    outputs: new Map(),
    folder: '',
    level: 0,
  };
}

/** The schema says at which level a template is deployed; most say nothing and mean a resource group. */
export function rootScope(root: Value, options: ArmTemplateOptions): DeploymentScope {
  const schema = (stringOf(member(root, '$schema')) ?? '').toLowerCase();
  const subscriptionId = options.subscriptionId ?? UNKNOWN_SUBSCRIPTION;
  if (schema.includes('tenantdeploymenttemplate')) return { kind: 'tenant' };
  if (schema.includes('managementgroupdeploymenttemplate')) {
    const managementGroup = options.managementGroup ?? UNKNOWN_MANAGEMENT_GROUP;
    return { kind: 'management-group', managementGroup };
  }
  if (schema.includes('subscriptiondeploymenttemplate'))
    return { kind: 'subscription', subscriptionId };
  const resourceGroup = options.resourceGroup ?? UNKNOWN_RESOURCE_GROUP;
  return { kind: 'resource-group', subscriptionId, resourceGroup };
}

/** Resources in the order written; deployments give way to what they deploy. */
function collect(groups: readonly (readonly Declared[])[], into: AzureResource[]): void {
  for (const declared of groups.flat()) {
    const isDeployment = declared.identity.type.toLowerCase() === 'microsoft.resources/deployments';
    if (declared.nested !== undefined) collect(declared.nested.groups, into);
    if (!isDeployment && !declared.isAbsent) {
      const resource = resourceOf(declared);
      if (resource !== undefined) into.push(resource);
    }
    collect(declared.childGroups, into);
  }
}

function resourceOf(declared: Declared): AzureResource | undefined {
  const { identity, exists } = declared;
  const body = bodyOf(declared, declared.context);
  if (body.kind !== 'object') return undefined;
  const location = stringOf(member(body, 'location'));
  const apiVersion = stringOf(member(declared.source, 'apiVersion'));
  return {
    id: identity.id,
    key: identity.key,
    type: identity.type.toLowerCase(),
    name: identity.names.at(-1) ?? '',
    ...placeOfId(identity.id),
    ...(location === undefined ? {} : { location }),
    ...(apiVersion === undefined ? {} : { apiVersion }),
    body,
    at: declared.at,
    ...(declared.isReference ? { isReference: true } : {}),
    ...(exists === undefined ? {} : { exists }),
  };
}
