import { assertNever } from '../../diagnostics/index.ts';
import type { PlanResource, PlanScope, PlanText, PlanValue, ResourceRef } from '../plan/index.ts';
import { type BicepFile, hasSymbol, scopeOf, symbolOf } from './bicep-file.ts';
import { bicepEscaped, bicepKey, bicepString, indented } from './bicep-text.ts';

/** A plan value as lines of Bicep; the first one goes behind `name: `. */
export function bicepLines(file: BicepFile, value: PlanValue): readonly string[] {
  if (value.kind === 'object') {
    if (value.members.length === 0) return ['{}'];
    const inner = value.members.flatMap((entry) => {
      const name =
        entry.computed === undefined ? bicepKey(entry.name) : interpolated(file, [entry.computed]);
      return named(name, bicepLines(file, entry.value));
    });
    return ['{', ...indented(inner), '}'];
  }
  if (value.kind === 'list') {
    if (value.items.length === 0) return ['[]'];
    return ['[', ...indented(value.items.flatMap((item) => bicepLines(file, item))), ']'];
  }
  return [bicepExpression(file, value)];
}

export function named(name: string, lines: readonly string[]): readonly string[] {
  const [first = '', ...rest] = lines;
  return [`${name}: ${first}`, ...rest];
}

export function bicepExpression(
  file: BicepFile,
  value: Exclude<PlanValue, { kind: 'object' | 'list' }>,
): string {
  switch (value.kind) {
    case 'literal':
      return literal(value.value);
    case 'parameter':
      file.parameters.add(value.name);
      return value.name;
    case 'variable':
      file.variables.add(value.name);
      return value.name;
    case 'text':
      return interpolated(file, value.parts);
    case 'scope-id':
      return scopeId(file, scopeOf(file, value.scope));
    case 'resource-id':
      return resourceId(file, value.of, value.isWeak === true);
    case 'attribute':
      return attribute(file, value.resource, value.path);
    default:
      return assertNever(value);
  }
}

/** Bicep has whole numbers only. */
function literal(value: string | number | boolean | null): string {
  if (typeof value === 'string') return bicepString(value);
  if (typeof value === 'number' && !Number.isInteger(value)) return `json('${value}')`;
  return String(value);
}

function interpolated(file: BicepFile, parts: readonly PlanText[]): string {
  const inner = parts.map((part) => {
    if (part.kind === 'literal') return bicepEscaped(String(part.value));
    const expression = bicepExpression(file, part);
    // A text inside a text needs no braces of its own.
    return expression.startsWith("'") ? expression.slice(1, -1) : `\${${expression}}`;
  });
  return `'${inner.join('')}'`;
}

/**
 * `firewall.id`, which also makes Azure wait for it; `'${network.id}/subnets/nodes'` for a part. Where nothing may be
 * waited for, or the resource has no symbol here, the id is worked out from the names.
 */
function resourceId(file: BicepFile, of: ResourceRef, isWeak: boolean): string {
  const resource = file.byKey.get(of.resource);
  if (resource === undefined) return bicepString(of.resource);
  if (isWeak || !hasSymbol(file, resource)) return computedId(file, resource, of.below);
  const symbol = symbolOf(file, resource);
  if (of.below.length === 0) return `${symbol}.id`;
  const below = of.below.map(
    ({ type, name }) => `/${bicepEscaped(type)}/${interpolated(file, [name]).slice(1, -1)}`,
  );
  return `'\${${symbol}.id}${below.join('')}'`;
}

function computedId(file: BicepFile, resource: PlanResource, below: ResourceRef['below']): string {
  const line = lineage(file, resource);
  const type = [resource.type, ...below.map((step) => step.type)].join('/');
  const names = [...line.map(({ name }) => name), ...below.map(({ name }) => name)];
  const rest = [bicepString(type), ...names.map((name) => bicepExpression(file, name))];
  const [top = resource] = line;
  if (top.extends !== undefined) {
    return call('extensionResourceId', [resourceId(file, top.extends, true), ...rest]);
  }
  const scope = scopeOf(file, resource.scope);
  const isOwn = scope.key === file.scope;
  switch (scope.kind) {
    case 'resource-group':
      return call(
        'resourceId',
        isOwn ? rest : [subscriptionOf(file, scope), groupOf(file, scope), ...rest],
      );
    case 'subscription': {
      const other = scope.subscription;
      const before = isOwn || other === undefined ? [] : [bicepExpression(file, other)];
      return call('subscriptionResourceId', [...before, ...rest]);
    }
    case 'management-group':
      return call('extensionResourceId', [scopeId(file, scope), ...rest]);
    case 'tenant':
      return call('tenantResourceId', rest);
  }
}

function lineage(file: BicepFile, resource: PlanResource): readonly PlanResource[] {
  const line = [resource];
  for (let depth = 0; depth < 10; depth += 1) {
    const parent = line[0]?.parent === undefined ? undefined : file.byKey.get(line[0].parent);
    if (parent === undefined) break;
    line.unshift(parent);
  }
  return line;
}

function attribute(file: BicepFile, key: string, path: readonly (string | number)[]): string {
  const resource = file.byKey.get(key);
  if (resource === undefined) return bicepString(key);
  const steps = path.map(stepText).join('');
  if (hasSymbol(file, resource)) return `${symbolOf(file, resource)}${steps}`;
  const [first, ...rest] = path;
  const isProperty = first === 'properties';
  const target = computedId(file, resource, []);
  const version = bicepString(resource.apiVersion === '' ? '2021-04-01' : resource.apiVersion);
  const full = isProperty ? [] : ["'Full'"];
  const below = (isProperty ? rest : path).map(stepText).join('');
  return `${call('reference', [target, version, ...full])}${below}`;
}

function stepText(step: string | number): string {
  if (typeof step === 'number') return `[${step}]`;
  return /^[A-Za-z_]\w*$/.test(step) ? `.${step}` : `[${bicepString(step)}]`;
}

export function subscriptionOf(file: BicepFile, scope: PlanScope): string {
  return scope.subscription === undefined
    ? 'subscription().subscriptionId'
    : bicepExpression(file, scope.subscription);
}

export function groupOf(file: BicepFile, scope: PlanScope): string {
  return scope.name === undefined ? 'resourceGroup().name' : bicepExpression(file, scope.name);
}

function scopeId(file: BicepFile, scope: PlanScope): string {
  const isOwn = scope.key === file.scope;
  const subscription = () => `/subscriptions/\${${subscriptionOf(file, scope)}}`;
  switch (scope.kind) {
    case 'resource-group':
      if (isOwn) return 'resourceGroup().id';
      return `'${subscription()}/resourceGroups/\${${groupOf(file, scope)}}'`;
    case 'subscription':
      return scope.subscription === undefined || isOwn
        ? 'subscription().id'
        : `'${subscription()}'`;
    case 'management-group':
      return `'/providers/Microsoft.Management/managementGroups/\${${groupOf(file, scope)}}'`;
    case 'tenant':
      return "'/'";
  }
}

function call(name: string, list: readonly string[]): string {
  return `${name}(${list.join(', ')})`;
}
