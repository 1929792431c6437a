/** A resource id in its parts. `/subscriptions/s/resourceGroups/g/providers/NS/TYPE/NAME[/TYPE/NAME…]`, repeated by extensions. */
export interface AzureId {
  readonly id: string;
  /** What the last `providers` stands in: a scope, or the resource that is extended. */
  readonly base: string;
  /** `Microsoft.Network/virtualNetworks/subnets`. */
  readonly type: string;
  readonly names: readonly string[];
}

export type ScopeId =
  | { readonly kind: 'resource-group'; readonly subscription: string; readonly name: string }
  | { readonly kind: 'subscription'; readonly subscription: string }
  | { readonly kind: 'management-group'; readonly name: string }
  | { readonly kind: 'tenant' };

/** `undefined` when the text is no id of a resource (it may be one of a scope). O(length). */
export function parseAzureId(id: string): AzureId | undefined {
  if (!id.startsWith('/') || id.length > 4_000 || id.includes('//')) return undefined;
  const parts = id.split('/');
  let marker = -1;
  for (let index = parts.length - 1; index >= 0; index -= 1) {
    if (parts[index]?.toLowerCase() === 'providers') {
      marker = index;
      break;
    }
  }
  const rest = parts.slice(marker + 1);
  if (marker < 1 || rest.length < 3 || rest.length % 2 === 0 || rest.includes('')) return undefined;
  const base = parts.slice(0, marker).join('/');
  if (scopeOf(id) === undefined) return undefined;
  return {
    id,
    base,
    type: rest.filter((_, index) => index === 0 || index % 2 === 1).join('/'),
    names: rest.filter((_, index) => index > 0 && index % 2 === 0),
  };
}

/** The id of the parent of a child; `undefined` for a resource at the top of its type. */
export function parentId(id: AzureId): string | undefined {
  return id.names.length < 2 ? undefined : id.id.split('/').slice(0, -2).join('/');
}

/** The scope that an id lies in or is. Ids that start otherwise are none. */
export function scopeOf(id: string): ScopeId | undefined {
  const [, first = '', second = '', third = '', fourth = ''] = id.split('/');
  const word = first.toLowerCase();
  if (word === 'subscriptions' && second !== '') {
    return third.toLowerCase() === 'resourcegroups' && fourth !== ''
      ? { kind: 'resource-group', subscription: second, name: fourth }
      : { kind: 'subscription', subscription: second };
  }
  if (word !== 'providers') return undefined;
  const isGroup =
    second.toLowerCase() === 'microsoft.management' && third.toLowerCase() === 'managementgroups';
  return isGroup ? { kind: 'management-group', name: fourth } : { kind: 'tenant' };
}

/** Is the id one of a subscription, a resource group or a management group itself? */
export function isScopeId(id: string): boolean {
  const scope = scopeOf(id);
  return scope !== undefined && scopeKey(scope) === id.toLowerCase().replace(/\/$/, '');
}

export function scopeKey(scope: ScopeId): string {
  switch (scope.kind) {
    case 'resource-group':
      return `/subscriptions/${scope.subscription}/resourcegroups/${scope.name}`.toLowerCase();
    case 'subscription':
      return `/subscriptions/${scope.subscription}`.toLowerCase();
    case 'management-group':
      return `/providers/microsoft.management/managementgroups/${scope.name}`.toLowerCase();
    case 'tenant':
      return '';
  }
}
