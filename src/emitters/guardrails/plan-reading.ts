import type { DeploymentPlan, PlanMember, PlanResource, PlanValue } from '../plan/index.ts';

/** Deployed resources of a type, whatever its case. */
export function ofType(plan: DeploymentPlan, type: string): readonly PlanResource[] {
  const wanted = type.toLowerCase();
  return plan.resources.filter(
    (one) => !one.isExisting && one.type.toLowerCase() === wanted && one.condition === undefined,
  );
}

/** The literal at a path; `undefined` when it is absent, or nobody knows it before the deployment. */
export function literalAt(
  members: readonly PlanMember[],
  ...path: readonly string[]
): string | number | boolean | undefined {
  const value = valueAt(members, path);
  return value?.kind === 'literal' && value.value !== null ? value.value : undefined;
}

export function itemsAt(
  members: readonly PlanMember[],
  ...path: readonly string[]
): readonly PlanValue[] | undefined {
  const value = valueAt(members, path);
  return value?.kind === 'list' ? value.items : undefined;
}

export function isThere(members: readonly PlanMember[], ...path: readonly string[]): boolean {
  return valueAt(members, path) !== undefined;
}

function valueAt(members: readonly PlanMember[], path: readonly string[]): PlanValue | undefined {
  const [first, ...rest] = path;
  const found = members.find(({ name }) => name.toLowerCase() === first?.toLowerCase())?.value;
  if (rest.length === 0 || found === undefined) return found;
  return found.kind === 'object' ? valueAt(found.members, rest) : undefined;
}
