import type { AzureResource, Snapshot } from '../../model/index.ts';
import {
  type Member,
  member,
  type ObjectValue,
  path,
  stringOf,
  type Unknown,
  type Value,
} from '../../values/index.ts';
import { tokenFor } from './unknown-token.ts';

interface ChildKind {
  /** Member of the parent's `properties` that lists the children. */
  readonly property: string;
  readonly segment: string;
  /**
   * `always`: Azure takes a list written in the parent for the whole truth, so all children stand in it. `listed`:
   * those that were listed stay so, others are deployed on their own. `never`: each is a resource of its own.
   */
  readonly inline: 'always' | 'listed' | 'never';
  /** Written without `properties` around its fields. */
  readonly isFlat?: true;
}

/** By type of the parent in lower case. */
const CHILDREN: Readonly<Record<string, readonly ChildKind[]>> = {
  'microsoft.network/virtualnetworks': [
    { property: 'subnets', segment: 'subnets', inline: 'always' },
    { property: 'virtualNetworkPeerings', segment: 'virtualNetworkPeerings', inline: 'never' },
  ],
  'microsoft.network/routetables': [{ property: 'routes', segment: 'routes', inline: 'always' }],
  'microsoft.network/networksecuritygroups': [
    { property: 'securityRules', segment: 'securityRules', inline: 'always' },
  ],
  'microsoft.network/firewallpolicies': [
    { property: 'ruleCollectionGroups', segment: 'ruleCollectionGroups', inline: 'never' },
    { property: 'kubeSelectorGroups', segment: 'kubeSelectorGroups', inline: 'never' },
  ],
  'microsoft.network/privateendpoints': [
    { property: 'privateDnsZoneGroups', segment: 'privateDnsZoneGroups', inline: 'never' },
  ],
  'microsoft.network/privatednszones': [
    { property: 'virtualNetworkLinks', segment: 'virtualNetworkLinks', inline: 'never' },
  ],
  'microsoft.containerservice/managedclusters': [
    { property: 'agentPoolProfiles', segment: 'agentPools', inline: 'listed', isFlat: true },
  ],
};

/** Children by key of the parent, for one pass over the snapshot. */
export type ChildrenOf = ReadonlyMap<string, readonly AzureResource[]>;

export function childrenOf(snapshot: Snapshot): ChildrenOf {
  const children = new Map<string, AzureResource[]>();
  for (const resource of [...snapshot.resources.values()].sort((a, b) =>
    a.key < b.key ? -1 : 1,
  )) {
    const parent = resource.key.split('/').slice(0, -2).join('/');
    const list = children.get(parent);
    if (list === undefined) children.set(parent, [resource]);
    else list.push(resource);
  }
  return children;
}

export interface WithChildren {
  readonly body: ObjectValue;
  /** Keys of the children that stand in the body. */
  readonly inlined: ReadonlySet<string>;
}

/** The body of a resource with those of its children in it that belong there. O(children). */
export function withInlineChildren(
  parent: AzureResource,
  children: ChildrenOf,
  apart: ReadonlySet<string>,
): WithChildren {
  const inlined = new Set<string>();
  let { body } = parent;
  for (const kind of CHILDREN[parent.type] ?? []) {
    const list = path(body, 'properties', kind.property);
    if (list?.kind === 'unknown') continue;
    const prefix = `${parent.key}/${kind.segment.toLowerCase()}/`;
    const own = (children.get(parent.key) ?? []).filter(({ key }) => key.startsWith(prefix));
    const items = itemsWith(parent, kind, list, own, apart, inlined);
    if (items.length > 0 || list !== undefined) {
      const isEmpty = items.length === 0 && kind.inline === 'never';
      body = withProperty(body, kind.property, isEmpty ? undefined : items);
    }
  }
  return { body, inlined };
}

function itemsWith(
  parent: AzureResource,
  kind: ChildKind,
  list: Value | undefined,
  own: readonly AzureResource[],
  apart: ReadonlySet<string>,
  inlined: Set<string>,
): readonly Value[] {
  const byName = new Map(own.map((child) => [child.name.toLowerCase(), child]));
  const mayStay = (child: AzureResource) =>
    kind.inline !== 'never' &&
    child.isReference !== true &&
    isSameCondition(child.exists, parent.exists) &&
    !apart.has(child.key);
  const items: Value[] = [];
  for (const item of list?.kind === 'array' ? list.items : []) {
    const child = byName.get(nameOf(item)?.toLowerCase() ?? '');
    if (child === undefined) {
      // What has no entry of its own has no name, or is only referred to.
      if (kind.inline !== 'never' || member(item, 'properties') !== undefined) items.push(item);
    } else if (mayStay(child)) {
      items.push(asItem(child, kind));
      inlined.add(child.key);
    }
  }
  if (kind.inline === 'always') {
    for (const child of own) {
      if (inlined.has(child.key) || !mayStay(child)) continue;
      items.push(asItem(child, kind));
      inlined.add(child.key);
    }
  }
  return items;
}

export function isSameCondition(a: Unknown | undefined, b: Unknown | undefined): boolean {
  if (a === b) return true;
  return a !== undefined && b !== undefined && a.text === b.text && a.missing === b.missing;
}

function nameOf(item: Value): string | undefined {
  const name = member(item, 'name');
  if (name?.kind === 'unknown') return tokenFor(name);
  return (stringOf(name) ?? stringOf(member(item, 'id')))?.split('/').at(-1);
}

/** A child as it stands in its parent: named, without id and type. */
function asItem(child: AzureResource, kind: ChildKind): ObjectValue {
  const { body, at } = child;
  const members = new Map<string, Member>();
  const name: Value = { kind: 'string', value: child.name, at };
  members.set('name', { name: 'name', value: name, at });
  const properties = member(body, 'properties');
  if (kind.isFlat === true && properties?.kind === 'object') {
    for (const [key, entry] of properties.members) if (key !== 'name') members.set(key, entry);
  } else if (properties !== undefined) {
    members.set('properties', { name: 'properties', value: properties, at: properties.at });
  }
  return { kind: 'object', members, at };
}

function withProperty(
  body: ObjectValue,
  name: string,
  items: readonly Value[] | undefined,
): ObjectValue {
  const written = member(body, 'properties');
  const at = written?.at ?? body.at;
  const inner = new Map(written?.kind === 'object' ? written.members : []);
  if (items === undefined) inner.delete(name.toLowerCase());
  else {
    const value: Value = { kind: 'array', items, at };
    inner.set(name.toLowerCase(), { name, value, at });
  }
  const properties: Value = { kind: 'object', members: inner, at };
  const members = new Map(body.members);
  members.set('properties', { name: 'properties', value: properties, at });
  return { kind: 'object', members, at: body.at };
}
