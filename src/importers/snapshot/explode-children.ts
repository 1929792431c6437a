import type { Place } from '../../diagnostics/index.ts';
import type { AzureResource } from '../../model/index.ts';
import {
  type Member,
  member,
  type ObjectValue,
  path,
  stringOf,
  type Value,
} from '../../values/index.ts';
import { tokenOf } from '../arm-template/unknowns.ts';

interface InlineChild {
  /** Member of `properties` the children stand in. */
  readonly property: string;
  /** Type segment they have as resources of their own. */
  readonly segment: string;
  /** Written without `properties` around their fields. */
  readonly isFlat?: true;
}

/** Children that ARM lets people write inside their parent, or shows there. */
const INLINE: Readonly<Record<string, readonly InlineChild[]>> = {
  'microsoft.network/virtualnetworks': [
    { property: 'subnets', segment: 'subnets' },
    { property: 'virtualNetworkPeerings', segment: 'virtualNetworkPeerings' },
  ],
  'microsoft.network/routetables': [{ property: 'routes', segment: 'routes' }],
  'microsoft.network/networksecuritygroups': [
    { property: 'securityRules', segment: 'securityRules' },
  ],
  'microsoft.network/firewallpolicies': [
    { property: 'ruleCollectionGroups', segment: 'ruleCollectionGroups' },
    { property: 'kubeSelectorGroups', segment: 'kubeSelectorGroups' },
  ],
  'microsoft.network/privateendpoints': [
    { property: 'privateDnsZoneGroups', segment: 'privateDnsZoneGroups' },
  ],
  'microsoft.network/privatednszones': [
    { property: 'virtualNetworkLinks', segment: 'virtualNetworkLinks' },
  ],
  'microsoft.containerservice/managedclusters': [
    { property: 'agentPoolProfiles', segment: 'agentPools', isFlat: true },
  ],
};

const NONE: ReadonlySet<string> = new Set();
const PROPERTIES: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries(INLINE).map(([type, children]) => [
    type,
    new Set(children.map((child) => child.property.toLowerCase())),
  ]),
);

/** Members of `properties` that hold children, in lower case: they are compared as resources of their own. */
export function inlineProperties(type: string): ReadonlySet<string> {
  return PROPERTIES.get(type) ?? NONE;
}

/**
 * The children written inside a resource, as resources of their own; the parent's body stays as it is. A reference
 * (`{id}`) is no child, and what has no name stays where it is: nothing can refer to it. O(children).
 */
export function explodeChildren(parent: AzureResource): readonly AzureResource[] {
  const children: AzureResource[] = [];
  for (const inline of INLINE[parent.type] ?? []) {
    const list = path(parent.body, 'properties', inline.property);
    if (list?.kind !== 'array') continue;
    for (const item of list.items) {
      const child = item.kind === 'object' ? childOf(parent, inline, item) : undefined;
      if (child !== undefined) children.push(child);
    }
  }
  return children;
}

/** One place where the children of a resource are listed, as far as they have names. */
export interface ChildList {
  /** Key of the parent and type segment of the children, in lower case: what a child's key starts with. */
  readonly prefix: string;
  /** Lower case. */
  readonly names: ReadonlySet<string>;
  /** Whether it may list more than is known. */
  readonly isOpen: boolean;
  readonly at: Place;
}

/** The lists of children written inside a resource, empty ones included; a list that is left out lists nothing. */
export function childLists(parent: AzureResource): readonly ChildList[] {
  return (INLINE[parent.type] ?? []).flatMap((inline): ChildList[] => {
    const list = path(parent.body, 'properties', inline.property);
    if (list?.kind !== 'array') return [];
    const names = new Set<string>();
    let isOpen = false;
    for (const item of list.items) {
      const name = item.kind === 'object' ? nameOf(item) : undefined;
      if (name === undefined || name.includes('«')) isOpen = true;
      else names.add(name.toLowerCase());
    }
    return [
      { prefix: `${parent.key}/${inline.segment.toLowerCase()}/`, names, isOpen, at: list.at },
    ];
  });
}

function childOf(
  parent: AzureResource,
  inline: InlineChild,
  item: ObjectValue,
): AzureResource | undefined {
  const name = nameOf(item);
  const isReference = inline.isFlat !== true && member(item, 'properties') === undefined;
  if (name === undefined || (isReference && stringOf(member(item, 'id')) !== undefined)) {
    return undefined;
  }
  const id = `${parent.id}/${inline.segment}/${name}`;
  // Types are written as the provider and its segments: `Microsoft.Network/virtualNetworks/subnets`.
  const written = stringOf(member(parent.body, 'type')) ?? parent.type;
  const type = `${written}/${inline.segment}`;
  return {
    id,
    key: id.toLowerCase(),
    type: type.toLowerCase(),
    name,
    subscriptionId: parent.subscriptionId,
    resourceGroup: parent.resourceGroup,
    ...(parent.apiVersion === undefined ? {} : { apiVersion: parent.apiVersion }),
    body: bodyOf(item, { id, name, type }, inline.isFlat === true),
    at: item.at,
    ...(parent.exists === undefined ? {} : { exists: parent.exists }),
  };
}

function nameOf(item: ObjectValue): string | undefined {
  const name = member(item, 'name');
  if (name?.kind === 'unknown') return tokenOf(name);
  const written = stringOf(name);
  if (written !== undefined && written !== '') return written.split('/').at(-1);
  return stringOf(member(item, 'id'))?.split('/').at(-1);
}

function bodyOf(
  item: ObjectValue,
  identity: { readonly id: string; readonly name: string; readonly type: string },
  isFlat: boolean,
): ObjectValue {
  const { at } = item;
  const members = new Map<string, Member>();
  for (const [name, value] of Object.entries(identity)) {
    const place = item.members.get(name)?.value.at ?? at;
    members.set(name, { name, value: { kind: 'string', value, at: place }, at: place });
  }
  if (isFlat) {
    const inner = new Map(item.members);
    inner.delete('name');
    const properties: Value = { kind: 'object', members: inner, at };
    members.set('properties', { name: 'properties', value: properties, at });
  } else {
    for (const [key, entry] of item.members) if (!members.has(key)) members.set(key, entry);
  }
  return { kind: 'object', members, at };
}
