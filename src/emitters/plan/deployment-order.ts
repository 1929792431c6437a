import { cutModules } from './cut-modules.ts';
import type { Draft, Planning } from './draft.ts';
import { allNeeds } from './needs.ts';
import type { PlanModule } from './plan.ts';

/** Drafts so that whatever one needs comes before it; among those that could come next, by type and then by id. */
export function inDeploymentOrder(planning: Planning): readonly Draft[] {
  const waiting = new Map<string, number>();
  const dependants = new Map<string, Draft[]>();
  const ready = new Ready();
  for (const draft of planning.drafts.values()) {
    const needs = [...allNeeds(draft)].filter((key) => planning.drafts.has(key));
    waiting.set(draft.key, needs.length);
    for (const key of needs) {
      const list = dependants.get(key);
      if (list === undefined) dependants.set(key, [draft]);
      else list.push(draft);
    }
    if (needs.length === 0) ready.add(draft);
  }
  const ordered: Draft[] = [];
  for (let next = ready.take(); next !== undefined; next = ready.take()) {
    ordered.push(next);
    for (const dependant of dependants.get(next.key) ?? []) {
      const left = (waiting.get(dependant.key) ?? 0) - 1;
      waiting.set(dependant.key, left);
      if (left === 0) ready.add(dependant);
    }
  }
  return ordered;
}

/** A binary heap: existing resources first, then by type, then by id. */
class Ready {
  private readonly heap: { readonly order: string; readonly draft: Draft }[] = [];

  add(draft: Draft): void {
    const order = `${draft.isExisting ? 0 : 1} ${draft.type.toLowerCase()} ${draft.key}`;
    this.heap.push({ order, draft });
    for (let index = this.heap.length - 1; index > 0; ) {
      const above = (index - 1) >> 1;
      if (this.heap[above]!.order <= this.heap[index]!.order) return;
      this.swap(above, index);
      index = above;
    }
  }

  take(): Draft | undefined {
    const [first] = this.heap;
    const last = this.heap.pop();
    if (first === undefined || last === undefined || this.heap.length === 0) return first?.draft;
    this.heap[0] = last;
    for (let index = 0; ; ) {
      let least = index;
      for (const below of [2 * index + 1, 2 * index + 2]) {
        const candidate = this.heap[below];
        if (candidate !== undefined && candidate.order < this.heap[least]!.order) least = below;
      }
      if (least === index) return first.draft;
      this.swap(least, index);
      index = least;
    }
  }

  private swap(a: number, b: number): void {
    const kept = this.heap[a]!;
    this.heap[a] = this.heap[b]!;
    this.heap[b] = kept;
  }
}

/** One module per scope and stage (see `cutModules`), called after the group without its `rg-`. */
export function inModules(planning: Planning, ordered: readonly Draft[]): readonly PlanModule[] {
  const items = ordered
    .filter((draft) => !draft.isExisting)
    .map((draft) => ({
      key: draft.key,
      part: draft.scope,
      scope: draft.scope,
      needs: allNeeds(draft),
    }));
  const titleOf = (scope: string) =>
    (planning.scopes.get(scope)?.title ?? 'main').replace(/«[^»]*»/g, ' ').replace(/^rg[-_.]/i, '');
  const taken = planning.parameters.list().map(({ name }) => name);
  return cutModules(items, titleOf, taken);
}
