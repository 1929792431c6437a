import { camelCase, Identifiers } from './identifier.ts';
import type { PlanModule } from './plan.ts';

/** What is deployed, in deployment order, and the part (a scope, a theme) it belongs to. */
export interface CutItem {
  readonly key: string;
  readonly part: string;
  readonly scope: string;
  readonly needs: Iterable<string>;
}

/**
 * Cuts a deployment into modules: one per part and stage, where an item is in a later stage than whatever it needs of
 * other parts. Modules so made never need each other.
 * @param items in deployment order
 * @param titleOf what a part is called
 * @param taken names that no module may have
 */
export function cutModules(
  items: readonly CutItem[],
  titleOf: (part: string) => string,
  taken: readonly string[],
): readonly PlanModule[] {
  const byKey = new Map(items.map((item) => [item.key, item]));
  const stages = fewerStages(items, byKey, earliestStages(items, byKey));
  const groups = new Map<string, { part: string; stage: number; items: CutItem[] }>();
  for (const item of items) {
    const stage = stages.get(item.key) ?? 0;
    const name = `${item.part}#${stage}`;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, { part: item.part, stage, items: [item] });
    else group.items.push(item);
  }
  const sorted = [...groups.values()].sort(
    (a, b) => a.stage - b.stage || (a.part < b.part ? -1 : 1),
  );
  const names = new Identifiers();
  for (const name of taken) names.take(name, 'parameter');
  const moduleOf = new Map<string, string>();
  const allBefore = new Map<string, ReadonlySet<string>>();
  return sorted.map(({ part, items: own }): PlanModule => {
    const name = names.take(camelCase(titleOf(part)) || 'group', 'group');
    const before = new Set<string>();
    for (const { needs } of own) {
      for (const key of needs) {
        const other = moduleOf.get(key);
        if (other !== undefined) before.add(other);
      }
    }
    for (const { key } of own) moduleOf.set(key, name);
    // What another one waits for already need not be said again.
    const implied = new Set([...before].flatMap((other) => [...(allBefore.get(other) ?? [])]));
    allBefore.set(name, new Set([...before, ...implied]));
    const after = [...before].filter((other) => !implied.has(other)).sort();
    const [first] = own;
    const resources = own.map(({ key }) => key);
    return { name, scope: first?.scope ?? '', resources, after };
  });
}

type Stages = ReadonlyMap<string, number>;
type ByKey = ReadonlyMap<string, CutItem>;

/** One stage later than what is needed of other parts, in the same stage as what is needed of the own. */
function earliestStages(items: readonly CutItem[], byKey: ByKey): Stages {
  const stages = new Map<string, number>();
  for (const item of items) {
    let stage = 0;
    for (const key of item.needs) {
      const own = stages.get(key);
      if (own === undefined) continue;
      stage = Math.max(stage, byKey.get(key)?.part === item.part ? own : own + 1);
    }
    stages.set(item.key, stage);
  }
  return stages;
}

/**
 * A module that nothing of its own stage asks for is merged into the next one of its part that needs it: fewer files,
 * and each closer to what it is for. Later stages first, so that what is moved to stays where it is.
 */
function fewerStages(items: readonly CutItem[], byKey: ByKey, earliest: Stages): Stages {
  const stages = new Map(earliest);
  const moduleOf = (item: CutItem) => `${item.part}#${stages.get(item.key)}`;
  const members = new Map<string, CutItem[]>();
  const dependants = new Map<string, CutItem[]>();
  for (const item of items) {
    append(members, moduleOf(item), item);
    for (const key of item.needs) if (byKey.has(key)) append(dependants, key, item);
  }
  const stageOf = (list: readonly CutItem[]) => stages.get(list[0]?.key ?? '') ?? 0;
  for (const [name, list] of [...members].sort(([, a], [, b]) => stageOf(b) - stageOf(a))) {
    let stage = Number.POSITIVE_INFINITY;
    for (const item of list) {
      for (const other of dependants.get(item.key) ?? []) {
        if (moduleOf(other) === name) continue;
        const own = stages.get(other.key) ?? 0;
        stage = Math.min(stage, other.part === item.part ? own : own - 1);
      }
    }
    const target = members.get(`${list[0]?.part}#${stage}`);
    if (target === undefined || target === list) continue;
    for (const { key } of list) stages.set(key, stage);
    target.push(...list);
    members.delete(name);
  }
  return stages;
}

function append(lists: Map<string, CutItem[]>, key: string, item: CutItem): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}
