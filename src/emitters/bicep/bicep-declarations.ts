import type { PlanModule, PlanParameter, PlanResource, PlanScope } from '../plan/index.ts';
import { bicepExpression, bicepLines, groupOf, named, subscriptionOf } from './bicep-expression.ts';
import { type BicepFile, hasSymbol, scopeOf, symbolOf } from './bicep-file.ts';
import { bicepString, indented } from './bicep-text.ts';

/** `@description`, and a default only at the root: what is handed over needs none to disagree with. */
export function parameterLines(
  file: BicepFile,
  parameter: PlanParameter,
  isRoot: boolean,
): readonly string[] {
  const fallback = isRoot ? defaultLines(file, parameter) : undefined;
  const [first, ...rest] = fallback ?? [];
  return [
    ...(parameter.isSecure ? ['@secure()'] : []),
    `@description(${bicepString(parameter.description)})`,
    `param ${parameter.name} ${parameter.type}${first === undefined ? '' : ` = ${first}`}`,
    ...rest,
  ];
}

function defaultLines(file: BicepFile, { default: fallback }: PlanParameter) {
  if (fallback === undefined) return undefined;
  const isGroup = file.plan.level === 'resource-group';
  if (fallback.kind === 'deployment-location') {
    return [isGroup ? 'resourceGroup().location' : 'deployment().location'];
  }
  if (fallback.kind === 'deployment-subscription') return ['subscription().subscriptionId'];
  if (fallback.kind === 'unique-text') {
    const seed = fallback.seed === undefined ? '' : `, ${bicepString(fallback.seed)}`;
    return [`uniqueString(${isGroup ? 'resourceGroup' : 'subscription'}().id${seed})`];
  }
  return bicepLines(file, fallback);
}

export function resourceLines(file: BicepFile, resource: PlanResource): readonly string[] {
  const { condition, parent, extends: extended } = resource;
  const head = `resource ${resource.symbol} ${bicepString(`${resource.type}@${resource.apiVersion}`)} =`;
  const when = condition === undefined ? '' : ` if (${bicepLines(file, condition).join(' ')})`;
  const above = parent === undefined ? undefined : file.byKey.get(parent);
  const after = resource.after.flatMap((key) => {
    const other = file.byKey.get(key);
    return other === undefined || !file.own.has(key) ? [] : [other.symbol];
  });
  const body = [
    ...(above === undefined ? [] : [`parent: ${symbolOf(file, above)}`]),
    ...(extended === undefined ? [] : [`scope: ${extendedSymbol(file, resource)}`]),
    `name: ${bicepExpression(file, resource.name)}`,
    ...resource.body.flatMap(({ name, value }) => named(name, bicepLines(file, value))),
    ...(after.length === 0 ? [] : ['dependsOn: [', ...indented(after), ']']),
  ];
  return [`${head}${when} {`, ...indented(body), '}'];
}

/** What an extension resource extends; a part of a resource is declared in `partLines`. */
function extendedSymbol(file: BicepFile, resource: PlanResource): string {
  const of = resource.extends;
  const extended = of === undefined ? undefined : file.byKey.get(of.resource);
  if (of === undefined || extended === undefined) return 'resourceGroup()';
  return of.below.length > 0 ? partSymbol(resource) : symbolOf(file, extended);
}

function partSymbol(resource: PlanResource): string {
  return `${resource.symbol}Target`;
}

/** A subnet that a role is assigned on stands inside its network: it gets a symbol as an existing child. */
export function partLines(file: BicepFile, resource: PlanResource): readonly string[] {
  const of = resource.extends;
  const extended = of === undefined ? undefined : file.byKey.get(of.resource);
  if (of === undefined || of.below.length === 0 || extended === undefined) return [];
  if (!hasSymbol(file, extended)) return [];
  let type = extended.type;
  let parent = symbolOf(file, extended);
  const lines: string[] = [];
  for (const [index, step] of of.below.entries()) {
    type = `${type}/${step.type}`;
    const isLast = index === of.below.length - 1;
    const symbol = isLast ? partSymbol(resource) : `${partSymbol(resource)}${index + 1}`;
    lines.push(
      ...(index === 0 ? [] : ['']),
      `resource ${symbol} ${bicepString(`${type}@${extended.apiVersion}`)} existing = {`,
      `  parent: ${parent}`,
      `  name: ${bicepExpression(file, step.name)}`,
      '}',
    );
    parent = symbol;
  }
  return lines;
}

/** A resource that this file only speaks of. */
export function existingLines(file: BicepFile, resource: PlanResource): readonly string[] {
  const parent = resource.parent === undefined ? undefined : file.byKey.get(resource.parent);
  const scope = scopeOf(file, resource.scope);
  const isElsewhere = parent === undefined && scope.key !== file.scope;
  // Asked for only where it is written: asking makes the file take the parameter.
  const place = () =>
    scope.subscription === undefined
      ? groupOf(file, scope)
      : `${subscriptionOf(file, scope)}, ${groupOf(file, scope)}`;
  return [
    `resource ${resource.symbol} ${bicepString(`${resource.type}@${resource.apiVersion}`)} existing = {`,
    ...indented([
      ...(parent === undefined ? [] : [`parent: ${parent.symbol}`]),
      ...(isElsewhere ? [`scope: resourceGroup(${place()})`] : []),
      `name: ${bicepExpression(file, resource.name)}`,
    ]),
    '}',
  ];
}

function moduleScope(file: BicepFile, scope: PlanScope): readonly string[] {
  const place = scope.subscription === undefined ? [] : [subscriptionOf(file, scope)];
  if (scope.kind !== 'resource-group') {
    return place.map((subscription) => `scope: subscription(${subscription})`);
  }
  return [`scope: resourceGroup(${[...place, groupOf(file, scope)].join(', ')})`];
}

/** A module in the file that deploys all of them. */
export function moduleLines(
  file: BicepFile,
  module: PlanModule,
  parameters: readonly string[],
): readonly string[] {
  const scope = scopeOf(file, module.scope);
  const handed = parameters.map((name) => {
    file.parameters.add(name);
    return `${name}: ${name}`;
  });
  const target = scope.key === file.scope ? [] : moduleScope(file, scope);
  const body = [
    `name: ${bicepString(module.name)}`,
    ...target,
    ...(handed.length === 0 ? [] : ['params: {', ...indented(handed), '}']),
    ...(module.after.length === 0 ? [] : ['dependsOn: [', ...indented(module.after), ']']),
  ];
  return [
    `module ${module.name} ${bicepString(`modules/${module.name}.bicep`)} = {`,
    ...indented(body),
    '}',
  ];
}
