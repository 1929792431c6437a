import type { Diagnostic } from '../../diagnostics/index.ts';
import type { PlanResource, PlanValue } from './plan.ts';
import { valuesOf } from './walk-values.ts';

type Reference = Extract<PlanValue, { kind: 'resource-id' }>;

/**
 * Ids of parts that the resource they lie in does not have: a misspelt subnet, a listener without its front end. Only
 * where the plan deploys the resource, and its parts are all named; Azure refuses such a deployment at its very end.
 */
export function unresolvedReferences(resources: readonly PlanResource[]): readonly Diagnostic[] {
  const byKey = new Map(resources.map((resource) => [resource.key, resource]));
  const names = new Map<string, ReadonlySet<string> | undefined>();
  const diagnostics: Diagnostic[] = [];
  for (const resource of resources) {
    for (const value of valuesOf(resource.body)) {
      if (value.kind !== 'resource-id') continue;
      const missing = missingPart(byKey, names, value);
      if (missing === undefined) continue;
      diagnostics.push({
        code: 'plan/reference-unresolved',
        severity: 'error',
        message: `\`${resource.title}\` refers to \`${missing}\`, which is not there`,
        at: value.at,
      });
    }
  }
  return diagnostics;
}

function missingPart(
  byKey: ReadonlyMap<string, PlanResource>,
  names: Map<string, ReadonlySet<string> | undefined>,
  { of }: Reference,
): string | undefined {
  const [step] = of.below;
  const owner = byKey.get(of.resource);
  if (step === undefined || step.name.kind !== 'literal' || owner === undefined) return undefined;
  if (owner.isExisting) return undefined;
  const key = `${of.resource}/${step.type.toLowerCase()}`;
  if (!names.has(key)) names.set(key, partNames(owner, step.type));
  const name = String(step.name.value);
  if (names.get(key)?.has(name.toLowerCase()) !== false) return undefined;
  return `${owner.title}/${step.type}/${name}`;
}

/** Names of the parts in `properties`, in lower case; `undefined` when they are not all known. */
function partNames(owner: PlanResource, type: string): ReadonlySet<string> | undefined {
  const list = memberOf(owner.body.find(({ name }) => name === 'properties')?.value, type);
  if (list?.kind !== 'list') return undefined;
  const names = new Set<string>();
  for (const item of list.items) {
    const name = memberOf(item, 'name');
    if (name?.kind !== 'literal') return undefined;
    names.add(String(name.value).toLowerCase());
  }
  return names;
}

function memberOf(value: PlanValue | undefined, name: string): PlanValue | undefined {
  if (value?.kind !== 'object') return undefined;
  const lower = name.toLowerCase();
  return value.members.find((each) => each.name.toLowerCase() === lower)?.value;
}
