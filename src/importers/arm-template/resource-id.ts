/** Where a deployment lands (iac-formats 2.5). */
export type DeploymentScope =
  | {
      readonly kind: 'resource-group';
      readonly subscriptionId: string;
      readonly resourceGroup: string;
    }
  | { readonly kind: 'subscription'; readonly subscriptionId: string }
  | { readonly kind: 'management-group'; readonly managementGroup: string }
  | { readonly kind: 'tenant' };

/** A resource identified: `types` and `names` pair up, namespace apart. */
export interface ResourceName {
  readonly id: string;
  readonly key: string;
  /** `Namespace/type/type`, as written; of an extension its own. */
  readonly type: string;
  readonly names: readonly string[];
}

export function scopeId(scope: DeploymentScope): string {
  switch (scope.kind) {
    case 'resource-group':
      return `/subscriptions/${scope.subscriptionId}/resourceGroups/${scope.resourceGroup}`;
    case 'subscription':
      return `/subscriptions/${scope.subscriptionId}`;
    case 'management-group':
      return `/providers/Microsoft.Management/managementGroups/${scope.managementGroup}`;
    case 'tenant':
      return '';
  }
}

/** The scope an id names; `undefined` when it names a resource. */
export function scopeOfId(id: string): DeploymentScope | undefined {
  if (id === '' || id === '/') return { kind: 'tenant' };
  const parts = id.replace(/^\//, '').split('/');
  const [first = '', second = '', third = '', fourth = ''] = parts;
  if (first.toLowerCase() === 'subscriptions' && second !== '') {
    if (parts.length === 2) return { kind: 'subscription', subscriptionId: second };
    if (parts.length === 4 && third.toLowerCase() === 'resourcegroups') {
      return { kind: 'resource-group', subscriptionId: second, resourceGroup: fourth };
    }
  }
  // Both `/providers/Microsoft.Management/managementGroups/x` and without the leading part are written.
  const match = /^(?:providers\/)?microsoft\.management\/managementgroups\/([^/]+)$/i.exec(
    parts.join('/'),
  );
  return match === null ? undefined : { kind: 'management-group', managementGroup: match[1]! };
}

/**
 * The id of a resource of `type` below `scope` (an id, empty for the tenant). `names` has one entry for each
 * segment of the type behind the namespace; the caller has checked that.
 * ARM-12: the old extension form `A/b/providers/c` takes its namespace from the name.
 */
export function resourceNameAt(
  scope: string,
  type: string,
  names: readonly string[],
): ResourceName {
  const segments = type.split('/');
  const marker = segments.findIndex((segment, index) => index > 0 && isProviders(segment));
  if (marker > 1 && marker < segments.length - 1) {
    const baseType = segments.slice(0, marker).join('/');
    const base = resourceNameAt(scope, baseType, names.slice(0, marker - 1));
    const namespace = names[marker - 1]!;
    const extensionType = [namespace, ...segments.slice(marker + 1)].join('/');
    return resourceNameAt(base.id, extensionType, names.slice(marker));
  }
  const id = idOf(scope, type, segments, names);
  return { id, key: id.toLowerCase(), type, names };
}

function idOf(
  scope: string,
  type: string,
  segments: readonly string[],
  names: readonly string[],
): string {
  // Scopes that are resources themselves have short ids.
  switch (type.toLowerCase()) {
    case 'microsoft.resources/resourcegroups':
      return `${/^\/subscriptions\/[^/]+/i.exec(scope)?.[0] ?? scope}/resourceGroups/${names[0]}`;
    case 'microsoft.resources/subscriptions':
      return `/subscriptions/${names[0]}`;
    case 'microsoft.management/managementgroups':
      return `/providers/Microsoft.Management/managementGroups/${names[0]}`;
    default: {
      const pairs = segments.slice(1).map((segment, index) => `${segment}/${names[index]}`);
      return `${scope}/providers/${segments[0]}/${pairs.join('/')}`;
    }
  }
}

/** How many name segments a type wants: `Microsoft.Network/virtualNetworks/subnets` two. */
export function nameCountOf(type: string): number {
  return type.split('/').length - 1;
}

/** Type and names out of an id; `undefined` when it is not one. O(length). */
export function parseResourceId(id: string): ResourceName | undefined {
  if (!id.startsWith('/')) return undefined;
  const parts = id.slice(1).split('/');
  let marker = -1;
  for (const [index, part] of parts.entries()) {
    // Names sit at odd places of what follows a namespace; one called `providers` is not a marker.
    if (isProviders(part) && index % 2 === 0) marker = index;
  }
  const key = id.toLowerCase();
  if (marker < 0) {
    if (parts.length === 4 && parts[2]?.toLowerCase() === 'resourcegroups') {
      return { id, key, type: 'Microsoft.Resources/resourceGroups', names: [parts[3]!] };
    }
    if (parts.length === 2 && parts[0]?.toLowerCase() === 'subscriptions') {
      return { id, key, type: 'Microsoft.Resources/subscriptions', names: [parts[1]!] };
    }
    return undefined;
  }
  const rest = parts.slice(marker + 1);
  if (rest.length < 3 || rest.length % 2 === 0) return undefined;
  const types = rest.filter((_, index) => index === 0 || index % 2 === 1);
  const names = rest.filter((_, index) => index > 0 && index % 2 === 0);
  return { id, key, type: types.join('/'), names };
}

/** Subscription and resource group an id lies in; empty where it lies in none. */
export function placeOfId(id: string): { subscriptionId: string; resourceGroup: string } {
  const match = /^\/subscriptions\/([^/]+)(?:\/resourceGroups\/([^/]+))?/i.exec(id);
  return { subscriptionId: match?.[1] ?? '', resourceGroup: match?.[2] ?? '' };
}

function isProviders(segment: string): boolean {
  return segment.toLowerCase() === 'providers';
}
