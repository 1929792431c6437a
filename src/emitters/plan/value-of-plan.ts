import { type Member, type ObjectValue, objectValue, type Value } from '../../values/index.ts';
import type { PlanMember, PlanResource, PlanValue } from './plan.ts';

/** The body of a planned resource as a value: what is decided at deployment is an unknown. For checking. */
export function bodyAsValue(resource: PlanResource): ObjectValue {
  return objectValue(resource.at, membersAsValues(resource.body));
}

function membersAsValues(members: readonly PlanMember[]): readonly Member[] {
  return members.map(({ name, value }) => ({ name, value: asValue(value), at: value.at }));
}

function asValue(value: PlanValue): Value {
  const { at } = value;
  switch (value.kind) {
    case 'literal': {
      const written = value.value;
      if (written === null) return { kind: 'null', at };
      if (typeof written === 'string') return { kind: 'string', value: written, at };
      if (typeof written === 'number') return { kind: 'number', value: written, at };
      return { kind: 'boolean', value: written, at };
    }
    case 'object':
      return objectValue(at, membersAsValues(value.members));
    case 'list':
      return { kind: 'array', items: value.items.map(asValue), at };
    default: {
      const missing = 'what comes out at deployment';
      return { kind: 'unknown', reason: 'run-time', text: value.kind, missing, at };
    }
  }
}
