import { assertNever } from '../../diagnostics/index.ts';
import type { PlanResource, PlanScope, PlanText, PlanValue, ResourceRef } from '../plan/index.ts';
import { lineage, scopeIn, type TemplateContext } from './template-context.ts';

/** A plan value as template JSON: literals as they are, everything else as `[expression]` (iac-formats 2.2). */
export function jsonOf(context: TemplateContext, value: PlanValue): unknown {
  switch (value.kind) {
    case 'literal':
      return typeof value.value === 'string' ? escaped(value.value) : value.value;
    case 'list':
      return value.items.map((item) => jsonOf(context, item));
    case 'object':
      return Object.fromEntries(
        value.members.map(({ name, computed, value: inner }) => [
          computed === undefined ? escaped(name) : `[${expressionOf(context, computed)}]`,
          jsonOf(context, inner),
        ]),
      );
    default:
      return `[${expressionOf(context, value)}]`;
  }
}

/** A text in brackets would be taken for an expression; one that only starts with a bracket is not (iac-formats 2.2). */
function escaped(text: string): string {
  return text.startsWith('[') && text.endsWith(']') ? `[${text}` : text;
}

/** The expression without its brackets. Objects and lists have none. */
export function expressionOf(
  context: TemplateContext,
  value: Exclude<PlanValue, { kind: 'object' | 'list' }>,
): string {
  switch (value.kind) {
    case 'literal':
      if (typeof value.value === 'string') return quoted(value.value);
      return value.value === null
        ? 'null()'
        : `${String(value.value)}${typeof value.value === 'boolean' ? '()' : ''}`;
    case 'parameter':
      context.parameters.add(value.name);
      return `parameters(${quoted(value.name)})`;
    case 'variable':
      context.variables.add(value.name);
      return `variables(${quoted(value.name)})`;
    case 'text':
      return `concat(${value.parts.map((part) => expressionOf(context, part)).join(', ')})`;
    case 'scope-id':
      return scopeId(context, scopeIn(context, value.scope));
    case 'resource-id':
      return idExpression(context, value.of);
    case 'attribute':
      return attribute(context, value.resource, value.path);
    default:
      return assertNever(value);
  }
}

/** `resourceId(…)` and its relatives, with the scope where it is not the template's own. */
export function idExpression(context: TemplateContext, of: ResourceRef): string {
  const resource = context.byKey.get(of.resource);
  if (resource === undefined) return quoted(of.resource);
  const line = lineage(context, resource);
  const type = [resource.type, ...of.below.map((step) => step.type)].join('/');
  const names = [...line.map((each) => each.name), ...of.below.map((step) => step.name)];
  const rest = [quoted(type), ...names.map((name) => expressionOf(context, name))];
  const [top = resource] = line;
  if (top.extends !== undefined) {
    return call('extensionResourceId', [idExpression(context, top.extends), ...rest]);
  }
  const scope = scopeIn(context, resource.scope);
  const isOwn = scope.key === context.scope;
  switch (scope.kind) {
    case 'resource-group':
      return call('resourceId', isOwn ? rest : [...placeOf(context, scope), ...rest]);
    case 'subscription': {
      const other = scope.subscription;
      const isHere = isOwn || other === undefined;
      return call(
        'subscriptionResourceId',
        isHere ? rest : [expressionOf(context, other), ...rest],
      );
    }
    case 'management-group':
      return call('extensionResourceId', [scopeId(context, scope), ...rest]);
    case 'tenant':
      return call('tenantResourceId', rest);
  }
}

/** Subscription and group of a scope, as the leading arguments of `resourceId`. */
export function placeOf(context: TemplateContext, scope: PlanScope): readonly string[] {
  return [subscriptionOf(context, scope), groupOf(context, scope)];
}

function subscriptionOf(context: TemplateContext, scope: PlanScope): string {
  return scope.subscription === undefined
    ? 'subscription().subscriptionId'
    : expressionOf(context, scope.subscription);
}

function groupOf(context: TemplateContext, scope: PlanScope): string {
  return scope.name === undefined ? 'resourceGroup().name' : expressionOf(context, scope.name);
}

function scopeId(context: TemplateContext, scope: PlanScope): string {
  const isOwn = scope.key === context.scope;
  switch (scope.kind) {
    case 'resource-group':
      if (isOwn) return 'resourceGroup().id';
      return call('concat', [
        quoted('/subscriptions/'),
        subscriptionOf(context, scope),
        quoted('/resourceGroups/'),
        groupOf(context, scope),
      ]);
    case 'subscription':
      return scope.subscription === undefined || isOwn
        ? 'subscription().id'
        : call('concat', [quoted('/subscriptions/'), subscriptionOf(context, scope)]);
    case 'management-group':
      return call('concat', [
        quoted('/providers/Microsoft.Management/managementGroups/'),
        groupOf(context, scope),
      ]);
    case 'tenant':
      return quoted('/');
  }
}

/** `reference()` answers with `properties`; for the envelope it must be asked for all (iac-formats 2.2). */
function attribute(
  context: TemplateContext,
  key: string,
  path: readonly (string | number)[],
): string {
  const resource: PlanResource | undefined = context.byKey.get(key);
  const [first, ...rest] = path;
  const isProperty = first === 'properties';
  const full = isProperty ? [] : [quoted('Full')];
  const version =
    resource?.apiVersion === '' || resource === undefined ? [] : [quoted(resource.apiVersion)];
  const target = idExpression(context, { resource: key, below: [] });
  const steps = isProperty ? rest : path;
  return call('reference', [target, ...version, ...full]) + steps.map(stepText).join('');
}

function stepText(step: string | number): string {
  if (typeof step === 'number') return `[${step}]`;
  return /^[A-Za-z_]\w*$/.test(step) ? `.${step}` : `[${quoted(step)}]`;
}

/** The whole name of a resource: a child is named with its parents. */
export function fullName(context: TemplateContext, resource: PlanResource): string {
  const names: PlanText[] = lineage(context, resource).map((each) => each.name);
  if (names.every((name) => name.kind === 'literal')) {
    return escaped(names.map((name) => String(name.value)).join('/'));
  }
  const parts = names.map((name) => expressionOf(context, name));
  if (parts.length === 1) return `[${parts[0]}]`;
  return `[format(${[quoted(names.map((_, index) => `{${index}}`).join('/')), ...parts].join(', ')})]`;
}

export function call(name: string, list: readonly string[]): string {
  return `${name}(${list.join(', ')})`;
}

export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
