import { assertNever } from '../../diagnostics/index.ts';
import type { Value } from '../../values/index.ts';
import type { DeploymentPlan, PlanResource, PlanScope, PlanValue } from '../plan/index.ts';
import { attributePath, exportedPath, spelledSteps } from './attribute-path.ts';
import { code, type Expression, joined, printed } from './expression.ts';
import { listLines, objectLines } from './hcl-layout.ts';
import { hclKey, hclString, LocalNames } from './hcl-text.ts';
import { MARK_END, MARK_START, type Marks } from './marks.ts';
import { labelled, type Unit } from './unit.ts';

/** A configuration while it is written: who is called what, and what turned out to be needed. */
export interface Writer {
  readonly plan: DeploymentPlan;
  readonly marks: Marks;
  readonly byKey: ReadonlyMap<string, PlanResource>;
  /** The unit that a resource is. */
  readonly units: ReadonlyMap<string, Unit>;
  /** Units of parts by `key/subnets/nodes` in lower case. */
  readonly parts: ReadonlyMap<string, Unit>;
  /** Names of variables and locals by those of the plan. */
  readonly variables: ReadonlyMap<string, string>;
  readonly locals: ReadonlyMap<string, string>;
  readonly used: Used;
  /** The unit being written, and the labels of what it refers to. */
  readonly current: Unit | undefined;
  readonly deps: Set<string>;
}

export interface Used {
  readonly variables: Set<string>;
  readonly locals: Set<string>;
  /** Scope keys of groups that are looked up, with their labels. */
  readonly groups: Map<string, string>;
  /** Resources that are there already and looked up. */
  readonly existing: Set<string>;
  isSubscriptionAsked: boolean;
  /** What is read of an answer in ARM's own words: paths by the label of an azapi unit or by the key of a resource. */
  readonly exports: Map<string, Set<string>>;
  readonly reads: Map<string, Set<string>>;
  readonly names: LocalNames;
}

export function nothingUsed(): Used {
  return {
    variables: new Set(),
    locals: new Set(),
    groups: new Map(),
    existing: new Set(),
    isSubscriptionAsked: false,
    exports: new Map(),
    reads: new Map(),
    names: new LocalNames(),
  };
}

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

export function partKey(resource: string, path: string): string {
  return `${resource}${path}`.toLowerCase();
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
  const parameter = writer.plan.parameters.find((one) => one.name === name);
  const fallback = parameter?.default;
  if (fallback?.kind === 'deployment-subscription') return subscriptionExpression(writer);
  writer.used.variables.add(name);
  return code(`var.${writer.variables.get(name) ?? name}`);
}

/** `azurerm_subnet.nodes.id`; of something that is there on a condition the one instance it may have. */
export function referenceTo(writer: Writer, unit: Unit, attribute: string): Expression {
  const label = labelled(unit);
  writer.deps.add(label);
  const index = unit.owner.condition === undefined ? '' : '[0]';
  return code(`${label}${index}.${attribute}`);
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
  return computedId(writer, resource);
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

export function scopeOf(writer: Writer, key: string): PlanScope {
  return writer.plan.scopes.get(key) ?? { key, kind: 'tenant', title: key };
}

export function isHome(writer: Writer, scope: PlanScope): boolean {
  return `${scope.key}/`.startsWith(`/subscriptions/${writer.plan.home.subscription}/`);
}

/** The id of a group or subscription. Of one in the subscription deployed to it is looked up. */
export function scopeExpression(writer: Writer, scope: PlanScope): Expression {
  switch (scope.kind) {
    case 'tenant':
      return code('""');
    case 'management-group':
      return joined([
        '/providers/Microsoft.Management/managementGroups/',
        scope.name === undefined ? '' : expressionOf(writer, scope.name),
      ]);
    case 'subscription':
      if (!isHome(writer, scope)) return joined(subscriptionText(writer, scope));
      writer.used.isSubscriptionAsked = true;
      return code('data.azurerm_subscription.current.id');
    case 'resource-group': {
      if (isHome(writer, scope)) {
        return code(`data.azurerm_resource_group.${groupLabel(writer, scope)}.id`);
      }
      const base = subscriptionText(writer, scope);
      return joined([...base, '/resourceGroups/', groupExpression(writer, scope)]);
    }
    default:
      return assertNever(scope.kind);
  }
}

function subscriptionText(writer: Writer, scope: PlanScope): readonly (string | Expression)[] {
  const subscription =
    scope.subscription === undefined || isHome(writer, scope)
      ? subscriptionExpression(writer)
      : expressionOf(writer, scope.subscription);
  return ['/subscriptions/', subscription];
}

function subscriptionExpression(writer: Writer): Expression {
  writer.used.isSubscriptionAsked = true;
  return code('data.azurerm_subscription.current.subscription_id');
}

function groupLabel({ used, plan }: Writer, scope: PlanScope): string {
  const known = used.groups.get(scope.key);
  if (known !== undefined) return known;
  const wanted = plan.level === 'resource-group' && scope.name === undefined ? 'main' : scope.title;
  const label = used.names.take('azurerm_resource_group', wanted, 'group');
  used.groups.set(scope.key, label);
  return label;
}

/** The name of a resource group. */
export function groupExpression(writer: Writer, scope: PlanScope): Expression {
  if (scope.name !== undefined) return expressionOf(writer, scope.name);
  writer.used.variables.add(HOME_GROUP);
  return code(`var.${HOME_GROUP}`);
}

/** The variable that names the group deployed to. No name of the plan has an underscore. */
export const HOME_GROUP = 'resource_group_name';

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
  const wanted = exportedPath(path);
  if (unit?.form.kind === 'azapi') {
    note(writer.used.exports, labelled(unit), wanted);
    return referenceTo(writer, unit, `output${spelledSteps(path)}`);
  }
  note(writer.used.reads, key, wanted);
  return code(`data.azapi_resource.${readLabel(writer, key)}.output${spelledSteps(path)}`);
}

/** Symbols of a plan are unique, and so are labels made of them. */
export function readLabel(writer: Writer, key: string): string {
  return (
    writer.byKey
      .get(key)
      ?.symbol.replace(/([a-z0-9])([A-Z])/g, '$1_$2')
      .toLowerCase() ?? 'it'
  );
}

function note(map: Map<string, Set<string>>, key: string, path: string): void {
  const set = map.get(key);
  if (set === undefined) map.set(key, new Set([path]));
  else set.add(path);
}
