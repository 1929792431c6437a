import type { Member, Unknown, Value } from '../../../../values/index.ts';
import { type HclValue, wholeOf } from './hcl-value.ts';

/** Modules that hand each other on could be written out for ever; all else is measured where it is made. */
const MODULES_MAX = 2_000;
const NODES_MAX = 3_000_000;

/** For the snapshot: lists, sets and tuples are arrays, maps and objects are objects. */
export function toValue(
  value: HclValue,
  budget = { modules: MODULES_MAX, nodes: NODES_MAX },
): Value {
  budget.nodes -= 1;
  const isTooLarge = budget.nodes < 0 || budget.modules < 0;
  switch (value.kind) {
    case 'sequence': {
      if (isTooLarge) return tooLarge(value);
      const items = value.items.map((item) => toValue(item, budget));
      return {
        kind: 'array',
        items: value.rest === undefined ? items : [value.rest],
        at: value.at,
      };
    }
    case 'mapping': {
      if (isTooLarge) return tooLarge(value);
      if (value.open?.isComplete === true) budget.modules -= 1;
      // A resource as a whole has attributes that are not known; a block of one stands for what it says.
      const isResource = value.open?.path === '' && value.open.isComplete !== true;
      const whole = isResource || value.rest !== undefined ? wholeOf(value) : undefined;
      if (whole !== undefined) return whole;
      const members = new Map<string, Member>();
      for (const [name, item] of value.members) {
        members.set(name.toLowerCase(), { name, value: toValue(item, budget), at: item.at });
      }
      return { kind: 'object', members, at: value.at };
    }
    case 'unknown': {
      const { encodes: _, ...unknown } = value;
      return unknown;
    }
    default:
      return value;
  }
}

function tooLarge({ at }: HclValue): Unknown {
  return { kind: 'unknown', reason: 'unsupported', text: '…', missing: 'a smaller value', at };
}
