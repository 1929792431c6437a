import { type Attribute, JSON_TEXT } from '../../azurerm/index.ts';
import { itemsOf, member, type ObjectValue, type Value } from '../../values/index.ts';
import type { PlanResource } from '../plan/index.ts';
import { code, type Expression, printed } from './expression.ts';
import { argument, block, type Entry, GAP, linedArgument } from './hcl-layout.ts';
import { hclString } from './hcl-text.ts';
import { identityArguments } from './identity-arguments.ts';
import { scopeExpression, scopeOf } from './scope-expression.ts';
import { type AzapiForm, type AzurermForm, labelled, type Unit } from './unit.ts';
import { expressionOf, idExpression, textExpression, valueLines } from './value-lines.ts';
import { referenceTo, type Writer } from './writer.ts';

/** The inside of a `resource` block, without what it waits for beyond its references. */
export function unitEntries(writer: Writer, unit: Unit): readonly Entry[] {
  const { condition } = unit.owner;
  const count =
    condition === undefined
      ? []
      : [argument('count', `${printed(expressionOf(writer, condition))} ? 1 : 0`), GAP];
  const body =
    unit.form.kind === 'azurerm'
      ? azurermEntries(writer, unit, unit.form)
      : azapiEntries(writer, unit, unit.form);
  return [...count, ...body];
}

function azurermEntries(
  writer: Writer,
  unit: Unit,
  { type, values }: AzurermForm,
): readonly Entry[] {
  const named = values.members.get('name');
  const name = named === undefined ? [] : [linedArgument('name', valueLines(writer, named.value))];
  const place = identityArguments(writer, unit, type.identity).map(([argumentName, expression]) =>
    argument(argumentName, printed(expression)),
  );
  const rest = bodyEntries(writer, values, type.attributes, name.length > 0);
  return [...name, ...place, ...rest];
}

/** Arguments first, then blocks. */
function bodyEntries(
  writer: Writer,
  values: ObjectValue,
  attributes: readonly Attribute[],
  isNamed: boolean,
): readonly Entry[] {
  const plain: Entry[] = [];
  const blocks: Entry[] = [];
  const byName = new Map<string, Attribute[]>();
  for (const attribute of attributes) {
    byName.set(attribute.name, [...(byName.get(attribute.name) ?? []), attribute]);
  }
  for (const [key, { name, value }] of values.members) {
    const described = byName.get(key);
    const [first] = described ?? [];
    if (key === 'name' && isNamed) continue;
    if (first?.kind === 'block') {
      const inner = (described ?? []).flatMap((one) =>
        one.kind === 'block' ? one.attributes : [],
      );
      for (const item of itemsOf(value)) {
        if (item.kind !== 'object') continue;
        blocks.push(block(name, bodyEntries(writer, item, inner, false)));
      }
    } else plain.push(linedArgument(name, argumentLines(writer, first, value)));
  }
  return [...plain, ...blocks];
}

function argumentLines(
  writer: Writer,
  attribute: Attribute | undefined,
  value: Value,
): readonly string[] {
  const isJson = attribute?.kind === 'value' && attribute.as === JSON_TEXT;
  const spelled = isJson ? JSON_TEXT.read(value, { id: '' }) : undefined;
  if (spelled === undefined || spelled.kind === 'string') return valueLines(writer, value);
  const lines = valueLines(writer, spelled);
  return lines.map((line, index) => {
    const start = index === 0 ? `jsonencode(${line}` : line;
    return index === lines.length - 1 ? `${start})` : start;
  });
}

/** ARM's own words: what the envelope has stands beside the body. */
function azapiEntries(
  writer: Writer,
  unit: Unit,
  { arm, apiVersion, name, body }: AzapiForm,
): readonly Entry[] {
  const members = new Map(body.members);
  const take = (key: string): Value | undefined => {
    const value = members.get(key)?.value;
    members.delete(key);
    return value === undefined || value.kind === 'null' ? undefined : value;
  };
  const [location, identity, tags] = [take('location'), take('identity'), take('tags')];
  const rest: ObjectValue = { ...body, members };
  const exported = [...(writer.used.exports.get(labelled(unit)) ?? [])].sort();
  return [
    argument('type', hclString(`${arm}@${apiVersion}`)),
    linedArgument('name', valueLines(writer, name)),
    argument('parent_id', printed(parentExpression(writer, unit))),
    ...(location === undefined ? [] : [linedArgument('location', valueLines(writer, location))]),
    ...(tags === undefined ? [] : [linedArgument('tags', valueLines(writer, tags))]),
    ...(exported.length === 0
      ? []
      : [argument('response_export_values', `[${exported.map(hclString).join(', ')}]`)]),
    ...(rest.members.size === 0 ? [] : [linedArgument('body', valueLines(writer, rest))]),
    ...(identity === undefined ? [] : [identityBlock(writer, identity)]),
  ];
}

function identityBlock(writer: Writer, identity: Value): Entry {
  const type = member(identity, 'type');
  const assigned = member(identity, 'userAssignedIdentities');
  const ids =
    assigned?.kind === 'object'
      ? [...assigned.members.values()].map(({ name }) => printed(textExpression(writer, name)))
      : [];
  return block('identity', [
    ...(type === undefined ? [] : [linedArgument('type', valueLines(writer, type))]),
    ...(ids.length === 0 ? [] : [argument('identity_ids', `[${ids.join(', ')}]`)]),
  ]);
}

function parentExpression(writer: Writer, { owner, part }: Unit): Expression {
  if (part !== undefined) return referenceTo(writer, part.parent, 'id');
  if (owner.parent !== undefined) return idExpression(writer, owner.parent, false);
  if (owner.extends !== undefined) return extendedExpression(writer, owner);
  return scopeExpression(writer, scopeOf(writer, owner.scope));
}

export function extendedExpression(writer: Writer, { extends: of, at }: PlanResource): Expression {
  if (of === undefined) return code('""');
  return textExpression(writer, writer.marks.text({ kind: 'resource-id', of, at }));
}
