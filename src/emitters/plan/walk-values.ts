import type { PlanMember, PlanValue } from './plan.ts';

/** Every value of a body, outermost first, the computed names of members included. O(size). */
export function* valuesOf(members: readonly PlanMember[]): Generator<PlanValue> {
  for (const { computed, value } of members) {
    if (computed !== undefined) yield* valuesIn(computed);
    yield* valuesIn(value);
  }
}

export function* valuesIn(value: PlanValue): Generator<PlanValue> {
  yield value;
  switch (value.kind) {
    case 'object':
      yield* valuesOf(value.members);
      return;
    case 'list':
      for (const item of value.items) yield* valuesIn(item);
      return;
    case 'text':
      for (const part of value.parts) yield* valuesIn(part);
      return;
    case 'resource-id':
      for (const { name } of value.of.below) yield* valuesIn(name);
  }
}

/** The same value with some of its parts replaced; `undefined` from `replace` keeps a part and looks inside it. */
export function mapValue(
  value: PlanValue,
  replace: (value: PlanValue) => PlanValue | undefined,
): PlanValue {
  const replaced = replace(value);
  if (replaced !== undefined) return replaced;
  switch (value.kind) {
    case 'object':
      return { ...value, members: mapMembers(value.members, replace) };
    case 'list':
      return { ...value, items: value.items.map((item) => mapValue(item, replace)) };
    case 'text':
      return {
        ...value,
        parts: value.parts.map((part) => mapValue(part, replace) as typeof part),
      };
    default:
      return value;
  }
}

export function mapMembers(
  members: readonly PlanMember[],
  replace: (value: PlanValue) => PlanValue | undefined,
): readonly PlanMember[] {
  return members.map((entry) => ({ ...entry, value: mapValue(entry.value, replace) }));
}
