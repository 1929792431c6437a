import type { PlanResource, PlanValue, PlanVariable } from './plan.ts';

export interface SharedTags {
  readonly resources: readonly PlanResource[];
  readonly variables: readonly PlanVariable[];
}

/** Tags that several resources have alike become one variable (iac-formats 3): the first is called `tags`. */
export function shareTags(resources: readonly PlanResource[]): SharedTags {
  const counts = new Map<string, { value: PlanValue; count: number }>();
  for (const resource of resources) {
    const tags = tagsOf(resource);
    const text = tags === undefined ? undefined : literalText(tags);
    if (tags === undefined || text === undefined) continue;
    const entry = counts.get(text) ?? { value: tags, count: 0 };
    counts.set(text, { ...entry, count: entry.count + 1 });
  }
  const names = new Map<string, string>();
  const variables: PlanVariable[] = [];
  for (const [text, { value, count }] of counts) {
    if (count < 2) continue;
    const name = variables.length === 0 ? 'tags' : `tags${variables.length + 1}`;
    names.set(text, name);
    variables.push({ name, value });
  }
  if (variables.length === 0) return { resources, variables };
  const replaced = resources.map((resource): PlanResource => {
    const body = resource.body.map((entry) => {
      const text = entry.name === 'tags' ? literalText(entry.value) : undefined;
      const name = text === undefined ? undefined : names.get(text);
      if (name === undefined) return entry;
      return { ...entry, value: { kind: 'variable', name, at: entry.value.at } as const };
    });
    return { ...resource, body };
  });
  return { resources: replaced, variables };
}

function tagsOf(resource: PlanResource): PlanValue | undefined {
  const tags = resource.body.find(({ name }) => name === 'tags')?.value;
  return tags?.kind === 'object' && tags.members.length > 0 ? tags : undefined;
}

/** A flat object of literals as one text; `undefined` for any other value. */
function literalText(value: PlanValue): string | undefined {
  if (value.kind !== 'object') return undefined;
  const parts: unknown[] = [];
  for (const { name, computed, value: inner } of value.members) {
    if (computed !== undefined || inner.kind !== 'literal') return undefined;
    parts.push([name, inner.value]);
  }
  return JSON.stringify(parts);
}
