import type { Expression } from '../syntax/syntax-tree.ts';
import {
  itemsOf,
  membersOf,
  setOf,
  toBoolean,
  toNumber,
  toText,
  unified,
} from '../values/convert.ts';
import { type HclValue, mapping, nullValue, sequence } from '../values/hcl-value.ts';
import { Refusal } from '../values/refusal.ts';

/** The type of a variable: `list(object({ name = string, port = optional(number, 443) }))`. */
export type TypeConstraint =
  | { readonly kind: 'any' | 'string' | 'number' | 'bool' }
  | { readonly kind: 'list' | 'set' | 'map'; readonly of: TypeConstraint }
  | { readonly kind: 'tuple'; readonly items: readonly TypeConstraint[] }
  | { readonly kind: 'object'; readonly members: ReadonlyMap<string, MemberConstraint> };

export interface MemberConstraint {
  readonly type: TypeConstraint;
  readonly isOptional: boolean;
  readonly fallback: Expression | undefined;
}

const ANY: TypeConstraint = { kind: 'any' };
const DEPTH_MAX = 60;

/** What cannot be read as a type allows any value. */
export function typeConstraintOf(expression: Expression | undefined, depth = 0): TypeConstraint {
  if (expression === undefined || depth > DEPTH_MAX) return ANY;
  if (expression.kind === 'literal' && typeof expression.value === 'string') {
    // Terraform before 0.12 wrote types as texts.
    return { kind: 'any', ...simpleType(expression.value) };
  }
  if (expression.kind === 'name') return simpleType(expression.name) ?? ANY;
  if (expression.kind !== 'call') return ANY;
  const [first] = expression.arguments;
  switch (expression.name) {
    case 'list':
    case 'set':
    case 'map':
      return { kind: expression.name, of: typeConstraintOf(first, depth + 1) };
    case 'tuple': {
      const items = first?.kind === 'tuple' ? first.items : [];
      return { kind: 'tuple', items: items.map((item) => typeConstraintOf(item, depth + 1)) };
    }
    case 'object':
      return { kind: 'object', members: membersFrom(first, depth) };
    default:
      return ANY;
  }
}

function simpleType(name: string): TypeConstraint | undefined {
  if (name === 'string' || name === 'number' || name === 'bool') return { kind: name };
  if (name === 'list' || name === 'set' || name === 'map') return { kind: name, of: ANY };
  return undefined;
}

function membersFrom(
  expression: Expression | undefined,
  depth: number,
): ReadonlyMap<string, MemberConstraint> {
  const members = new Map<string, MemberConstraint>();
  if (expression?.kind !== 'object') return members;
  for (const { key, value } of expression.items) {
    if (key.kind !== 'literal' || typeof key.value !== 'string') continue;
    const isOptional = value.kind === 'call' && value.name === 'optional';
    const [type, fallback] = isOptional ? value.arguments : [value];
    members.set(key.value, { type: typeConstraintOf(type, depth + 1), isOptional, fallback });
  }
  return members;
}

/**
 * The value as a variable of that type holds it. Unknown parts stay unknown; members the type does not name are gone.
 * @param evaluate what stands in for a member that is not given
 * @throws Refusal when the type does not allow it
 */
export function converted(
  value: HclValue,
  type: TypeConstraint,
  evaluate: (fallback: Expression) => HclValue,
): HclValue {
  const inner = (item: HclValue, of: TypeConstraint) => converted(item, of, evaluate);
  if (value.kind === 'unknown' || value.kind === 'null') return value;
  if (value.kind === 'mapping' && value.open !== undefined) return value;
  if ((value.kind === 'sequence' || value.kind === 'mapping') && value.rest !== undefined)
    return value;
  switch (type.kind) {
    case 'any':
      return value;
    case 'string':
      return toText(value);
    case 'number':
      return toNumber(value);
    case 'bool':
      return toBoolean(value);
    case 'list':
      return sequence('list', ofOneType(itemsOf(value), type.of, inner), value.at);
    case 'set':
      return setOf(ofOneType(itemsOf(value, 'a set'), type.of, inner), value.at);
    case 'map': {
      const members = membersOf(value);
      const items = ofOneType([...members.values()], type.of, inner);
      return mapping(
        'map',
        [...members.keys()].map((name, index) => [name, items[index]!]),
        value.at,
      );
    }
    case 'tuple': {
      const items = itemsOf(value, 'a tuple');
      if (items.length !== type.items.length) {
        throw new Refusal(`${type.items.length} items are expected, not ${items.length}`);
      }
      return sequence(
        'tuple',
        items.map((item, index) => inner(item, type.items[index]!)),
        value.at,
      );
    }
    case 'object': {
      const given = membersOf(value, 'an object');
      const members = [...type.members].map(([name, member]): [string, HclValue] => {
        const found = given.get(name);
        const isGiven =
          found !== undefined && (found.kind !== 'null' || member.fallback === undefined);
        if (isGiven) return [name, inner(found, member.type)];
        if (!member.isOptional) throw new Refusal(`\`${name}\` is missing`);
        if (member.fallback === undefined) return [name, nullValue(value.at)];
        return [name, inner(evaluate(member.fallback), member.type)];
      });
      return mapping('object', members, value.at);
    }
  }
}

function ofOneType(
  items: readonly HclValue[],
  type: TypeConstraint,
  convert: (item: HclValue, type: TypeConstraint) => HclValue,
): readonly HclValue[] {
  return type.kind === 'any' ? unified(items) : items.map((item) => convert(item, type));
}
