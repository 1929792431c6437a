import { AZURERM_TYPES, type AzurermType } from '../../azurerm/index.ts';
import type { ObjectValue, Value } from '../../values/index.ts';
import type { DeploymentPlan, PlanResource } from '../plan/index.ts';
import { changesDefaults, spokenOut } from './azure-defaults.ts';
import { azurermWords } from './azurerm-words.ts';
import { cutParts } from './cut-parts.ts';
import { LocalNames } from './hcl-text.ts';
import { withMember } from './located-body.ts';
import type { Marks } from './marks.ts';
import type { AzapiForm, AzurermForm, Unit } from './unit.ts';

/** What one ARM resource is written as, before it has a label: itself, and what azurerm wants apart from it. */
export interface Shape {
  readonly form: AzurermForm | AzapiForm;
  readonly parts: readonly PartShape[];
}

export interface PartShape extends Shape {
  readonly path: string;
  /** What its label is made of. */
  readonly hint: string;
}

export interface Cutting {
  readonly plan: DeploymentPlan;
  readonly marks: Marks;
  /** Keys of resources whose children are partly resources of the plan: then all of them are written apart. */
  readonly divided: ReadonlySet<string>;
}

/** Every resource of the plan as blocks: in azurerm's words where they can say all of it, else in ARM's own. */
export function cutUnits(plan: DeploymentPlan, marks: Marks): readonly Unit[] {
  const divided = new Set(
    plan.resources.flatMap(({ parent, isExisting }) =>
      parent === undefined || isExisting ? [] : [parent],
    ),
  );
  const cutting: Cutting = { plan, marks, divided };
  const labels = new LocalNames();
  const units: Unit[] = [];
  for (const resource of plan.resources) {
    if (resource.isExisting) continue;
    const shape = shapeOf(cutting, resource);
    const unit = unitOf(resource, shape.form, labels, resource.symbol);
    units.push(unit, ...partUnits(resource, shape.parts, unit, labels));
  }
  return units;
}

function partUnits(
  owner: PlanResource,
  parts: readonly PartShape[],
  parent: Unit,
  labels: LocalNames,
): readonly Unit[] {
  return parts.flatMap(({ form, parts: below, path, hint }) => {
    const unit: Unit = { ...unitOf(owner, form, labels, hint), part: { path, parent } };
    return [unit, ...partUnits(owner, below, unit, labels)];
  });
}

function unitOf(owner: PlanResource, form: Shape['form'], labels: LocalNames, hint: string): Unit {
  const terraform = form.kind === 'azurerm' ? form.type.terraform : 'azapi_resource';
  const label = labels.take(terraform, hint, owner.symbol);
  return { owner, terraform, label, form };
}

function shapeOf(cutting: Cutting, resource: PlanResource): Shape {
  const { marks } = cutting;
  const name: Value = { kind: 'string', value: marks.text(resource.name), at: resource.at };
  const body = marks.bodyOf(resource);
  for (const type of typesFor(cutting.plan, resource)) {
    const shape = azurermShape(cutting, resource, type, withMember(body, 'name', name), {
      self: marks.own(resource),
    });
    if (shape !== undefined) return shape;
  }
  const { type: arm, apiVersion } = resource;
  return { form: { kind: 'azapi', arm, apiVersion, name, body }, parts: [] };
}

/** `undefined`: a part of it has no words there, so that all of it is better said in ARM's. */
export function azurermShape(
  cutting: Cutting,
  resource: PlanResource,
  type: AzurermType,
  body: ObjectValue,
  { self }: { readonly self: string },
): Shape | undefined {
  const cut = cutParts(cutting, resource, type, body, self);
  if (cut === undefined || changesDefaults(type, cut.rest)) return undefined;
  const values = azurermWords(type, spokenOut(type, cut.rest), self);
  if (values === undefined) return undefined;
  return { form: { kind: 'azurerm', type, values }, parts: cut.parts };
}

export function typesOfArm(arm: string): readonly AzurermType[] {
  return BY_ARM.get(arm.toLowerCase()) ?? [];
}

const BY_ARM = new Map<string, AzurermType[]>();
for (const type of AZURERM_TYPES.values()) {
  const arm = type.arm.toLowerCase();
  BY_ARM.set(arm, [...(BY_ARM.get(arm) ?? []), type]);
}

/** Types whose resources can lie where this one does. What lies in another subscription is said in ARM's words. */
function typesFor(plan: DeploymentPlan, resource: PlanResource): readonly AzurermType[] {
  const scope = plan.scopes.get(resource.scope);
  const home = `/subscriptions/${plan.home.subscription}`;
  if (scope === undefined || !`${scope.key}/`.startsWith(`${home}/`)) return [];
  const isInGroup = scope.kind === 'resource-group' && resource.extends === undefined;
  return typesOfArm(resource.type).filter(({ identity, parts }) => {
    if (parts !== undefined) return false;
    switch (identity.kind) {
      case 'group':
        return isInGroup && resource.parent === undefined;
      case 'named-parent':
      case 'parent-id':
        return isInGroup && resource.parent !== undefined;
      case 'resource-group':
        return scope.kind === 'subscription';
      case 'extension':
        return levelOf(identity.scope, resource, scope.kind);
      default:
        return false;
    }
  });
}

function levelOf(argument: string, resource: PlanResource, kind: string): boolean {
  const isAttached = resource.extends !== undefined;
  if (argument === 'resource_group_id') return !isAttached && kind === 'resource-group';
  if (argument === 'subscription_id') return !isAttached && kind === 'subscription';
  if (argument === 'management_group_id') return false;
  return isAttached || argument === 'scope';
}
