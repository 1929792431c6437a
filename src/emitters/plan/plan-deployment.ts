import type { Diagnostic } from '../../diagnostics/index.ts';
import type { AzureResource, Snapshot } from '../../model/index.ts';
import { type ResourceTypes, validateResource } from '../resource-types/index.ts';
import { breakCycles, tablesInCycles } from './break-cycles.ts';
import { unresolvedReferences } from './check-references.ts';
import { misplaced } from './check-scopes.ts';
import { inputHash } from './checksum.ts';
import { explicitOrder, orderByHabit } from './deployment-habits.ts';
import { inDeploymentOrder, inModules } from './deployment-order.ts';
import type { Draft, Planning } from './draft.ts';
import { draftResources } from './draft-resources.ts';
import { allNeeds } from './needs.ts';
import type { DeploymentPlan, PlanModule, PlanResource } from './plan.ts';
import { planBody } from './plan-body.ts';
import { shareTags } from './shared-tags.ts';
import { bodyAsValue } from './value-of-plan.ts';
import { mapMembers } from './walk-values.ts';

export interface PlanOptions {
  /** Name and version of the program: `sallyport 0.1.0`. */
  readonly tool: string;
  readonly types: ResourceTypes;
}

/**
 * Makes the deployment plan of a snapshot. Total: what a plan cannot say is among its losses, what Azure would refuse
 * among its diagnostics. Deterministic whatever the order of files. O(size × log resources).
 */
export function planDeployment(snapshot: Snapshot, options: PlanOptions): DeploymentPlan {
  const planning = planned(snapshot, options);
  const ordered = inDeploymentOrder(planning);
  const isSingle = planning.home.group !== undefined;
  const cut = inModules(planning, ordered);
  const modules = isSingle ? asMain(cut) : cut;
  const moduleOf = new Map(
    modules.flatMap(({ name, resources }) => resources.map((key) => [key, name] as const)),
  );
  const needs = new Map([...planning.drafts].map(([key, draft]) => [key, allNeeds(draft)]));
  const needsOf = (key: string) => needs.get(key) ?? NOTHING;
  const finished = ordered.map((draft) =>
    finish(planning, draft, needsOf, moduleOf.get(draft.key)),
  );
  const { resources, variables } = shareTags(finished);
  const parameters = planning.parameters.list();
  return {
    tool: options.tool,
    inputHash: inputHash(snapshot),
    level: isSingle ? 'resource-group' : 'subscription',
    home: homeOf(planning),
    scopes: planning.scopes,
    modules,
    resources,
    parameters,
    variables,
    objects: [...snapshot.objects].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each),
    dropped: planning.dropped,
    losses: planning.losses,
    diagnostics: [
      ...planning.diagnostics,
      ...finished.flatMap((resource) => checked(options.types, resource)),
      ...unresolvedReferences(finished),
      ...misplaced(options.types, planning.scopes, finished),
      ...tooLarge(modules, parameters.length),
    ],
  };
}

function homeOf({ home }: Planning): DeploymentPlan['home'] {
  const resourceGroup = home.group?.split('/').at(-1);
  return {
    subscription: home.subscription,
    ...(resourceGroup === undefined ? {} : { resourceGroup }),
  };
}

const NOTHING: ReadonlySet<string> = new Set();

/** Drafts with bodies and acyclic needs. Routes that would close a cycle are taken out of their tables first. */
function planned(snapshot: Snapshot, options: PlanOptions): Planning {
  const first = filled(snapshot, options, NOTHING);
  const tables = new Set(tablesInCycles(first));
  if (tables.size === 0) {
    breakCycles(first);
    return first;
  }
  const apart = [...snapshot.resources.values()].filter(
    (route) =>
      route.type === 'microsoft.network/routetables/routes' &&
      tables.has(route.key.split('/').slice(0, -2).join('/')) &&
      asksAzure(route),
  );
  const second = filled(snapshot, options, new Set(apart.map(({ key }) => key)));
  breakCycles(second);
  return second;
}

/** Does a route go to an address that only Azure knows? */
function asksAzure(route: AzureResource): boolean {
  const text = JSON.stringify(
    [...route.body.members.values()].map(({ value }) => value),
    hideParents,
  );
  return /"(?:private-address|public-address|attribute):/.test(text);
}

/** Maps are walked as lists; places, which hold whole texts' line starts, are not. */
function hideParents(key: string, value: unknown): unknown {
  if (key === 'at') return undefined;
  return value instanceof Map ? [...value.values()] : value;
}

function filled(snapshot: Snapshot, options: PlanOptions, apart: ReadonlySet<string>): Planning {
  const planning = draftResources(snapshot, options.types, apart);
  // Bodies may add existing resources: those have none.
  for (const draft of [...planning.drafts.values()]) {
    if (draft.isExisting) continue;
    draft.body = withoutSelf(draft.key, planBody(planning, draft));
    const { exists, choice } = draft.resource ?? {};
    if (exists !== undefined) draft.condition = planning.parameters.condition(exists, draft.symbol);
    else if (choice !== undefined) draft.condition = planning.parameters.choice(choice, draft.at);
  }
  orderByHabit(planning);
  return planning;
}

/** A resource speaks of parts of itself by ids that it cannot ask itself for. */
function withoutSelf(key: string, body: Draft['body']): Draft['body'] {
  return mapMembers(body, (value) =>
    value.kind === 'resource-id' && value.of.resource === key && value.isWeak !== true
      ? { ...value, isWeak: true }
      : undefined,
  );
}

function finish(
  planning: Planning,
  draft: Draft,
  needsOf: (key: string) => ReadonlySet<string>,
  module: string | undefined,
): PlanResource {
  const { key, symbol, type, apiVersion, name, title, scope, isExisting, body, at } = draft;
  return {
    key,
    symbol,
    type,
    apiVersion,
    name,
    title,
    ...(draft.parent === undefined ? {} : { parent: draft.parent }),
    ...(draft.extends === undefined ? {} : { extends: draft.extends }),
    scope,
    ...(isExisting || module === undefined ? {} : { module }),
    isExisting,
    ...(draft.condition === undefined ? {} : { condition: draft.condition }),
    body,
    needs: [...needsOf(key)].filter((other) => planning.drafts.has(other)).sort(),
    after: explicitOrder(planning, draft, needsOf),
    at,
  };
}

/** Everything in one group is one deployment, whatever its stages are called. */
function asMain(modules: readonly PlanModule[]): readonly PlanModule[] {
  const [first] = modules;
  if (first === undefined) return [];
  return [
    { ...first, name: 'main', resources: modules.flatMap((module) => module.resources), after: [] },
  ];
}

function checked(types: ResourceTypes, resource: PlanResource): readonly Diagnostic[] {
  if (resource.isExisting) return [];
  const { type, apiVersion, title: name, at } = resource;
  return validateResource(types, { type, apiVersion, name, body: bodyAsValue(resource), at });
}

/** Limits of one deployment of Azure Resource Manager. */
const RESOURCES_MAX = 800;
const PARAMETERS_MAX = 256;

function tooLarge(modules: readonly PlanModule[], parameters: number): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = modules
    .filter((module) => module.resources.length > RESOURCES_MAX)
    .map((module) => ({
      code: 'plan/too-large',
      severity: 'warning',
      message: `\`${module.name}\` deploys ${module.resources.length} resources; Azure takes ${RESOURCES_MAX} in one deployment`,
      hint: 'read a part of the input only, group by group',
    }));
  if (parameters > PARAMETERS_MAX) {
    diagnostics.push({
      code: 'plan/too-large',
      severity: 'warning',
      message: `there are ${parameters} parameters; Azure takes ${PARAMETERS_MAX} in one deployment`,
      hint: 'settle what is unknown (--param, --assume) before emitting',
    });
  }
  return diagnostics;
}
