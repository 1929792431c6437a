import type { Place } from '../diagnostics/index.ts';
import { isAbsent, type Member, type ObjectValue, type Value } from '../values/index.ts';

/** An object being built; its map is its own until it is handed out. */
export type Draft = Map<string, Member>;

export interface Step {
  readonly name: string;
  /** In lower case, as objects are keyed. */
  readonly key: string;
}

const parsed = new Map<string, readonly Step[]>();

/** `properties.additionalProperties["Network.DNS.Servers"]` in its three steps; none for an empty path. */
export function stepsOf(path: string): readonly Step[] {
  let steps = parsed.get(path);
  if (steps === undefined) {
    steps = [...path.matchAll(/\["([^"]*)"\]|([^.["\]]+)/g)].map((match) => {
      const name = match[1] ?? match[2]!;
      return { name, key: name.toLowerCase() };
    });
    parsed.set(path, steps);
  }
  return steps;
}

/** The value at a path; an unknown on the way is the answer. */
export function valueAt(owner: Value | undefined, path: string): Value | undefined {
  let here = owner;
  for (const step of stepsOf(path)) {
    if (here === undefined || here.kind === 'unknown') return here;
    here = here.kind === 'object' ? here.members.get(step.key)?.value : undefined;
  }
  return here;
}

/** Sets the value at a path, with the objects on the way. What is there already stays: the first to say it counts. */
export function put(draft: Draft, path: string, value: Value): void {
  const steps = stepsOf(path);
  const last = steps.at(-1);
  if (last === undefined) return;
  const owner = openAt(draft, steps, steps.length - 1, value.at);
  if (owner === undefined || !isAbsent(owner.get(last.key)?.value)) return;
  owner.set(last.key, { name: last.name, value, at: value.at });
}

/** Adds items to the list at a path. */
export function append(draft: Draft, path: string, items: readonly Value[], at: Place): void {
  const steps = stepsOf(path);
  const last = steps.at(-1);
  const owner = openAt(draft, steps, steps.length - 1, at);
  if (last === undefined || owner === undefined) return;
  const here = owner.get(last.key)?.value;
  // A list nobody knows stays so, whatever else is known to be in it.
  if (here?.kind === 'unknown') return;
  const before = here?.kind === 'array' ? here.items : [];
  const value: Value = { kind: 'array', items: [...before, ...items], at: here?.at ?? at };
  owner.set(last.key, { name: last.name, value, at: value.at });
}

/** Puts all of one object into the draft: objects are merged, of everything else the later counts. */
export function mergeInto(draft: Draft, patch: ObjectValue): void {
  for (const [key, entry] of patch.members) {
    const here = draft.get(key)?.value;
    if (here?.kind === 'object' && entry.value.kind === 'object') {
      const inner = new Map(here.members);
      mergeInto(inner, entry.value);
      draft.set(key, { ...entry, value: { ...here, members: inner } });
    } else draft.set(key, entry);
  }
}

/** The object at a path, made if need be; `undefined` where something else stands. */
export function openObject(draft: Draft, path: string, at: Place): Draft | undefined {
  const steps = stepsOf(path);
  return openAt(draft, steps, steps.length, at);
}

/** The map at the end of the first `count` steps, made if need be; `undefined` below something that is no object. */
function openAt(draft: Draft, steps: readonly Step[], count: number, at: Place): Draft | undefined {
  let here = draft;
  for (let index = 0; index < count; index += 1) {
    const { name, key } = steps[index]!;
    const next = here.get(key)?.value;
    if (next === undefined || next.kind === 'null') {
      const members: Draft = new Map();
      here.set(key, { name, value: { kind: 'object', members, at }, at });
      here = members;
    } else if (next.kind === 'object') {
      // Drafts are built of maps made above, and of copies made by `mergeInto`.
      here = next.members as Draft;
    } else return undefined;
  }
  return here;
}
