import type { DeploymentPlan, PlanResource, PlanScope } from '../plan/index.ts';

/** One template while it is written: where it deploys to, and what it turned out to use. */
export interface TemplateContext {
  readonly plan: DeploymentPlan;
  readonly byKey: ReadonlyMap<string, PlanResource>;
  /** Key of the scope the template is deployed to. */
  readonly scope: string;
  readonly parameters: Set<string>;
  readonly variables: Set<string>;
}

export function openTemplate(
  plan: DeploymentPlan,
  byKey: ReadonlyMap<string, PlanResource>,
  scope: string,
): TemplateContext {
  return { plan, byKey, scope, parameters: new Set(), variables: new Set() };
}

export function scopeIn(context: TemplateContext, key: string): PlanScope {
  return context.plan.scopes.get(key) ?? { key, kind: 'tenant', title: key };
}

/** The names of a resource from the top of its type down. */
export function lineage(context: TemplateContext, resource: PlanResource): readonly PlanResource[] {
  const line = [resource];
  let above = resource.parent === undefined ? undefined : context.byKey.get(resource.parent);
  for (let depth = 0; above !== undefined && depth < 10; depth += 1) {
    line.unshift(above);
    above = above.parent === undefined ? undefined : context.byKey.get(above.parent);
  }
  return line;
}
