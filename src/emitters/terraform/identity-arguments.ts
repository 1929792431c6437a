import type { Identity } from '../../azurerm/index.ts';
import { code, type Expression } from './expression.ts';
import { groupExpression, scopeExpression, scopeOf } from './scope-expression.ts';
import type { Unit } from './unit.ts';
import { idExpression, nameExpression } from './value-lines.ts';
import { extendedExpression } from './write-unit.ts';
import { referenceTo, type Writer } from './writer.ts';

type Argument = readonly [name: string, value: Expression];

/** Where a resource lies, in arguments: its group, its parent by name or id, what it extends or is attached to. */
export function identityArguments(
  writer: Writer,
  unit: Unit,
  identity: Identity,
): readonly Argument[] {
  const { owner } = unit;
  const scope = scopeOf(writer, owner.scope);
  const group = (): Argument => ['resource_group_name', groupExpression(writer, scope)];
  switch (identity.kind) {
    case 'resource-group':
      return [];
    case 'group':
      return [group()];
    case 'named-parent':
      return [
        group(),
        ...identity.parents.map((name): Argument => [name, parentName(writer, unit)]),
      ];
    case 'parent-id': {
      const [formerly] = identity.formerly ?? [];
      if (formerly !== undefined) return [group(), [formerly, parentName(writer, unit)]];
      return [[identity.parent, parentId(writer, unit)]];
    }
    case 'extension':
      return [
        [
          identity.scope,
          owner.extends === undefined
            ? scopeExpression(writer, scope)
            : extendedExpression(writer, owner),
        ],
      ];
    case 'association':
      return [[identity.target, parentId(writer, unit)]];
    case 'element': {
      const isNamed = identity.isTargetName === true;
      const target: Argument = [
        identity.target,
        isNamed ? parentName(writer, unit) : parentId(writer, unit),
      ];
      return isNamed || unit.terraform === 'azurerm_lb_nat_rule' ? [group(), target] : [target];
    }
    default:
      return [];
  }
}

function parentId(writer: Writer, { owner, part }: Unit): Expression {
  if (part !== undefined) return referenceTo(writer, part.parent, 'id');
  return owner.parent === undefined ? code('null') : idExpression(writer, owner.parent, false);
}

function parentName(writer: Writer, { owner, part }: Unit): Expression {
  if (part !== undefined) return referenceTo(writer, part.parent, 'name');
  const unit = owner.parent === undefined ? undefined : writer.units.get(owner.parent);
  if (unit !== undefined) return referenceTo(writer, unit, 'name');
  const parent = owner.parent === undefined ? undefined : writer.byKey.get(owner.parent);
  return parent === undefined ? code('null') : nameExpression(writer, parent);
}
