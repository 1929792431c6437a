import type { DeploymentPlan, PlanResource, PlanScope } from '../plan/index.ts';

/** One Bicep file while it is written: what it deploys, and what it turned out to use. */
export interface BicepFile {
  readonly plan: DeploymentPlan;
  readonly byKey: ReadonlyMap<string, PlanResource>;
  /** Key of the scope the file is deployed to. */
  readonly scope: string;
  /** Keys of what it deploys itself. */
  readonly own: ReadonlySet<string>;
  readonly parameters: Set<string>;
  readonly variables: Set<string>;
  /** Keys of what it refers to and does not deploy: declared as `existing`. */
  readonly existing: Set<string>;
}

export function openFile(
  plan: DeploymentPlan,
  byKey: ReadonlyMap<string, PlanResource>,
  scope: string,
  own: ReadonlySet<string>,
): BicepFile {
  return {
    plan,
    byKey,
    scope,
    own,
    parameters: new Set(),
    variables: new Set(),
    existing: new Set(),
  };
}

export function scopeOf(file: BicepFile, key: string): PlanScope {
  return file.plan.scopes.get(key) ?? { key, kind: 'tenant', title: key };
}

/**
 * Can a resource be spoken of by a symbol in this file? What is not deployed here is declared as `existing`, with its
 * parents; that needs an API version and a group to look in.
 */
export function hasSymbol(file: BicepFile, resource: PlanResource): boolean {
  if (file.own.has(resource.key)) return true;
  if (resource.apiVersion === '' || resource.extends !== undefined) return false;
  if (scopeOf(file, resource.scope).kind !== 'resource-group') return false;
  const parent = resource.parent === undefined ? undefined : file.byKey.get(resource.parent);
  return parent === undefined ? resource.parent === undefined : hasSymbol(file, parent);
}

/** The symbol of a resource; declares it where the file does not deploy it. */
export function symbolOf(file: BicepFile, resource: PlanResource): string {
  for (
    let here: PlanResource | undefined = resource;
    here !== undefined && !file.own.has(here.key) && !file.existing.has(here.key);
    here = here.parent === undefined ? undefined : file.byKey.get(here.parent)
  ) {
    file.existing.add(here.key);
  }
  return resource.symbol;
}
