import { assertNever } from '../../diagnostics/index.ts';
import type { Value } from '../../values/index.ts';
import type { PlanResource, PlanValue } from '../plan/index.ts';
import { attributePath, exportedPath, spelledSteps } from './attribute-path.ts';
import { dataSourceOf } from './data-sources.ts';
import { code, type Expression, joined, printed } from './expression.ts';
import { listLines, objectLines } from './hcl-layout.ts';
import { hclKey, hclString, snakeCase } from './hcl-text.ts';
import { MARK_END, MARK_START } from './marks.ts';
import {
  isHome,
  scopeExpression,
  scopeOf,
  subscriptionExpression,
  subscriptionText,
} from './scope-expression.ts';
import { labelled } from './unit.ts';
import { noteRead, partKey, readLabel, referenceTo, type Writer } from './writer.ts';

/** A value as lines; the first one goes behind `name = `. */
export function valueLines(writer: Writer, value: Value): readonly string[] {
  switch (value.kind) {
    case 'object': {
      const members = [...value.members.values()].map(({ name, value: inner }) => {
        const key = name.includes(MARK_START)
          ? `(${printed(textExpression(writer, name))})`
          : hclKey(name);
        return [key, valueLines(writer, inner)] as const;
      });
      return objectLines(members);
    }
    case 'array':
      return listLines(value.items.map((item) => valueLines(writer, item)));
    case 'string':
      return [printed(textExpression(writer, value.value))];
    case 'unknown':
      return [printed(textExpression(writer, value.symbol ?? value.text))];
    case 'null':
      return ['null'];
    default:
      return [String(value.value)];
  }
}

/** A text with marks. What names a part of a resource that is a block of its own refers to that block. */
export function textExpression(writer: Writer, text: string): Expression {
  const pieces = writer.marks.pieces(text);
  const [first] = pieces;
  if (pieces.length === 0) return code('""');
  if (first !== undefined && typeof first !== 'string' && first.kind === 'resource-id') {
    const rest = text.slice(text.indexOf(MARK_END) + 1);
    const part = writer.parts.get(partKey(first.of.resource, rest));
    if (part !== undefined && part !== writer.current && rest !== '') {
      return referenceTo(writer, part, 'id');
    }
  }
  return joined(
    pieces.map((piece) => (typeof piece === 'string' ? piece : expressionOf(writer, piece))),
  );
}

export function expressionOf(writer: Writer, value: PlanValue): Expression {
  switch (value.kind) {
    case 'literal':
      return typeof value.value === 'string'
        ? code(hclString(value.value))
        : code(String(value.value));
    case 'parameter':
      return variable(writer, value.name);
    case 'variable':
      writer.used.locals.add(value.name);
      return code(`local.${writer.locals.get(value.name) ?? value.name}`);
    case 'scope-id':
      return scopeExpression(writer, scopeOf(writer, value.scope));
    case 'resource-id':
      return idExpression(writer, value.of.resource, value.isWeak === true);
    case 'attribute':
      return attributeExpression(writer, value.resource, value.path);
    case 'text':
      return joined(value.parts.map((part) => expressionOf(writer, part)));
    case 'object':
    case 'list':
      return code(valueLines(writer, writer.marks.value(value)).join(' '));
    default:
      return assertNever(value);
  }
}

function variable(writer: Writer, name: string): Expression {
  const parameter = writer.parameters.get(name);
  const fallback = parameter?.default;
  if (fallback?.kind === 'deployment-subscription') return subscriptionExpression(writer);
  writer.used.variables.add(name);
  const written = writer.variables.get(name) ?? name;
  return code(fallback?.kind === 'unique-text' ? `local.${written}` : `var.${written}`);
}

/** The id of a resource, or of one that is only spoken of. */
export function idExpression(writer: Writer, key: string, isWeak: boolean): Expression {
  const resource = writer.byKey.get(key);
  if (resource === undefined) return code(hclString(key));
  const unit = writer.units.get(key);
  // A block cannot ask itself; blocks apart from it can.
  if (unit !== undefined && unit !== writer.current && !isWeak) {
    return referenceTo(writer, unit, 'id');
  }
  const found = isWeak ? undefined : lookedUp(writer, resource);
  return found === undefined ? computedId(writer, resource) : code(`${found.label}.id`);
}

/** What is there already and has a data source of azurerm; `undefined` for the rest. */
function lookedUp(writer: Writer, resource: PlanResource) {
  const isTop = resource.parent === undefined && resource.extends === undefined;
  const scope = scopeOf(writer, resource.scope);
  if (!resource.isExisting || !isTop || scope.kind !== 'resource-group') return undefined;
  const type = isHome(writer, scope) ? dataSourceOf(resource.type) : undefined;
  if (type === undefined) return undefined;
  writer.used.existing.add(resource.key);
  return { type, label: `data.${type.terraform}.${snakeCase(resource.symbol)}` };
}

function computedId(writer: Writer, resource: PlanResource): Expression {
  const parts: (string | Expression)[] = [];
  const line = lineage(writer, resource);
  const [top = resource] = line;
  parts.push(
    top.extends === undefined
      ? scopeExpression(writer, scopeOf(writer, resource.scope))
      : textExpression(
          writer,
          writer.marks.text({ kind: 'resource-id', of: top.extends, at: top.at }),
        ),
  );
  const [namespace = '', ...types] = resource.type.split('/');
  if (namespace.toLowerCase() === 'microsoft.resources' && types.length === 1) {
    const base = subscriptionText(writer, scopeOf(writer, resource.scope));
    return joined([...base, '/resourceGroups/', nameExpression(writer, resource)]);
  }
  parts.push(`/providers/${namespace}`);
  for (const [index, type] of types.entries()) {
    const named = line[index - (types.length - line.length)];
    parts.push(`/${type}/`, named === undefined ? '' : nameExpression(writer, named));
  }
  return joined(parts);
}

export function nameExpression(writer: Writer, resource: PlanResource): Expression {
  return textExpression(writer, writer.marks.text(resource.name));
}

function lineage(writer: Writer, resource: PlanResource): readonly PlanResource[] {
  const line = [resource];
  for (let depth = 0; depth < 10; depth += 1) {
    const parent = line[0]?.parent === undefined ? undefined : writer.byKey.get(line[0].parent);
    if (parent === undefined) break;
    line.unshift(parent);
  }
  return line;
}

/** What only Azure knows: an attribute of azurerm where it has one, else read from ARM's answer. */
function attributeExpression(
  writer: Writer,
  key: string,
  path: readonly (string | number)[],
): Expression {
  const unit = writer.units.get(key);
  if (unit?.form.kind === 'azurerm') {
    const name = attributePath(unit.form.type, path);
    if (name !== undefined) return referenceTo(writer, unit, name);
  }
  const resource = writer.byKey.get(key);
  const existing = resource === undefined ? undefined : lookedUp(writer, resource);
  const attribute = existing === undefined ? undefined : attributePath(existing.type, path);
  if (attribute !== undefined) return code(`${existing?.label}.${attribute}`);
  const wanted = exportedPath(path);
  if (unit?.form.kind === 'azapi') {
    noteRead(writer.used.exports, labelled(unit), wanted);
    return referenceTo(writer, unit, `output${spelledSteps(path)}`);
  }
  noteRead(writer.used.reads, key, wanted);
  return code(`data.azapi_resource.${readLabel(writer, key)}.output${spelledSteps(path)}`);
}
