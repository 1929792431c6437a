import { isAbsent, member, type ObjectValue, stringOf, type Value } from '../../values/index.ts';
import { clip } from './call.ts';
import { evaluateValue } from './evaluate-value.ts';
import {
  type DeploymentScope,
  nameCountOf,
  type ResourceName,
  resourceNameAt,
  scopeId,
} from './resource-id.ts';
import { type Context, type Declared, report } from './run.ts';
import { hasToken, tokenOf } from './unknowns.ts';

export interface Identified {
  readonly identity: ResourceName;
  readonly fullName: string;
}

/**
 * Type, name and id of a resource. A name that is not known is a token made of its expression: the resource is
 * there all the same, and whoever refers to it by the same expression finds it.
 * @returns `undefined` when there is no type or no name; a diagnostic and a gap say so.
 */
export function identifyResource(
  source: ObjectValue,
  context: Context,
  target: DeploymentScope,
  parent: Declared | undefined,
  isResourceAbsent: boolean,
): Identified | undefined {
  const type = typeOf(source, context, parent);
  const name = nameOf(source, context, isResourceAbsent);
  if (type === undefined || name === undefined) {
    const what = type ?? 'resource';
    const missing = type === undefined ? 'type' : 'name';
    const message = `a resource has no \`${missing}\` that can be read`;
    report(context.frame.run, 'arm/malformed-resource', 'error', message, source.at);
    const why = `it has no ${missing}, so nothing it allows or denies is known`;
    context.frame.run.gaps.push({ what, why, at: source.at });
    return undefined;
  }
  const fullName = parent === undefined ? name : withParent(name, type, parent);
  const names = pairNames(fullName, type, source, context);
  const identity = resourceNameAt(baseOf(source, context, target), type, names);
  return { identity, fullName: names.join('/') };
}

/** A child inside its parent may write the last segment of its type only. */
function typeOf(
  source: ObjectValue,
  context: Context,
  parent: Declared | undefined,
): string | undefined {
  const value = member(source, 'type');
  const written = value === undefined ? undefined : stringOf(evaluateValue(value, context));
  if (written === undefined || written === '') return undefined;
  const full = written.replace(/@[^/@]*$/, '');
  const isFull = full.includes('/') && (full.split('/')[0] ?? '').includes('.');
  if (isFull) return full;
  return parent === undefined ? undefined : `${parent.identity.type}/${full}`;
}

function nameOf(
  source: ObjectValue,
  context: Context,
  isResourceAbsent: boolean,
): string | undefined {
  const written = member(source, 'name');
  if (isAbsent(written)) return undefined;
  const value = evaluateValue(written, context);
  if (value.kind === 'string' && value.value !== '') return value.value;
  if (value.kind === 'number') return String(value.value);
  if (value.kind !== 'unknown') return undefined;
  const token = tokenOf(value);
  if (value.reason !== 'generated-name' && !isResourceAbsent) {
    report(
      context.frame.run,
      'arm/name-unknown',
      'note',
      `the name \`${clip(stringOf(written) ?? value.text)}\` is not known; the resource is kept under this text`,
      written.at,
      `it needs ${value.missing}`,
    );
  }
  return token;
}

/** A child inside its parent writes its last name, or the whole. */
function withParent(name: string, type: string, parent: Declared): string {
  const isWhole = name.split('/').length === nameCountOf(type);
  return isWhole && nameCountOf(type) > 1 ? name : `${parent.fullName}/${name}`;
}

/** One name for each segment of the type. */
function pairNames(
  fullName: string,
  type: string,
  source: ObjectValue,
  context: Context,
): string[] {
  const names = fullName.split('/');
  const wanted = nameCountOf(type);
  if (names.length === wanted && !names.includes('')) return names;
  // An unknown name may hold the parents too: `[parameters('subnetName')]` can be `vnet/subnet`.
  const isOpen = names.length < wanted && names.some(hasToken);
  if (!isOpen) {
    report(
      context.frame.run,
      'arm/segment-count',
      'error',
      `the type \`${clip(type)}\` has ${wanted} names, \`${clip(fullName)}\` has ${names.length}`,
      member(source, 'name')?.at ?? source.at,
      'a child resource is named with its parents: `parent/child`',
    );
  }
  const kept = names.filter((name) => name !== '');
  if (kept.length > wanted) return [...kept.slice(0, wanted - 1), kept.slice(wanted - 1).join('∕')];
  const missing = Array.from(
    { length: wanted - kept.length },
    (_, index) => `«parent ${index + 1} of ${fullName.replaceAll('/', '∕').replace(/[«»]/g, '')}»`,
  );
  return [...missing, ...kept];
}

/** What the id starts with: the scope of the deployment, another group, or the resource that is extended. */
function baseOf(source: ObjectValue, context: Context, target: DeploymentScope): string {
  const text = (name: string): string | undefined => {
    const written = member(source, name);
    if (isAbsent(written)) return undefined;
    return segmentText(evaluateValue(written, context));
  };
  const type = (stringOf(member(source, 'type')) ?? '').toLowerCase();
  const scope = type === 'microsoft.resources/deployments' ? undefined : text('scope');
  // ARM-12.
  if (scope !== undefined) return scope === '/' ? '' : absoluteScope(scope, target);
  const group = text('resourceGroup');
  const subscription = text('subscriptionId');
  if (group === undefined && subscription === undefined) return scopeId(target);
  const own = 'subscriptionId' in target ? target.subscriptionId : '';
  const base = `/subscriptions/${subscription ?? own}`;
  return group === undefined ? base : `${base}/resourceGroups/${group}`;
}

/** A scope may be written without its subscription: `Microsoft.Network/azureFirewalls/fw`. */
function absoluteScope(scope: string, target: DeploymentScope): string {
  if (scope.startsWith('/') || scope.startsWith('«')) return scope.replace(/\/$/, '');
  if (/^microsoft\.management\/managementgroups\//i.test(scope)) return `/providers/${scope}`;
  return `${scopeId(target)}/providers/${scope}`;
}

function segmentText(value: Value): string | undefined {
  if (value.kind === 'string') return value.value;
  return value.kind === 'unknown' ? tokenOf(value) : undefined;
}
