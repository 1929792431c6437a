import {
  isAbsent,
  itemsOf,
  member,
  type ObjectValue,
  objectValue,
  path,
  type StringValue,
  stringOf,
  type Unknown,
  type Value,
} from '../../values/index.ts';
import type { AzureResource, Snapshot } from '../snapshot.ts';

/** Resources by what they belong to. Built once: O(resources). */
export interface Children {
  /** Children of one type segment (`subnets`) below a resource, in the order of the snapshot. */
  of(parentKey: string, segment: string): readonly AzureResource[];
  /** Parents that are not in the input, though children of theirs are. Marked as references. */
  readonly impliedParents: readonly AzureResource[];
  /** `Microsoft.KubernetesConfiguration/extensions`, whatever they extend. */
  readonly extensions: readonly AzureResource[];
}

/** Parents worth having as a view although only a child of theirs was written. */
const PARENTS: ReadonlySet<string> = new Set([
  'microsoft.network/virtualnetworks',
  'microsoft.network/routetables',
  'microsoft.network/networksecuritygroups',
  'microsoft.network/firewallpolicies',
  'microsoft.network/privatednszones',
  'microsoft.network/privateendpoints',
  'microsoft.containerservice/managedclusters',
]);

const NONE: readonly AzureResource[] = [];

export function indexChildren(snapshot: Snapshot): Children {
  const byParent = new Map<string, AzureResource[]>();
  const implied = new Map<string, AzureResource>();
  const extensions: AzureResource[] = [];
  for (const resource of snapshot.resources.values()) {
    if (resource.type === 'microsoft.kubernetesconfiguration/extensions') {
      extensions.push(resource);
    }
    const typeEnd = resource.type.lastIndexOf('/');
    const parentType = resource.type.slice(0, typeEnd);
    if (!parentType.includes('/')) continue;
    const parentKey = parentIdOf(resource.key);
    const key = `${parentKey}|${resource.type.slice(typeEnd + 1)}`;
    const list = byParent.get(key);
    if (list === undefined) byParent.set(key, [resource]);
    else list.push(resource);
    if (PARENTS.has(parentType) && !snapshot.resources.has(parentKey) && !implied.has(parentKey)) {
      implied.set(parentKey, parentOf(resource, parentKey, parentType));
    }
  }
  return {
    of: (parentKey, segment) => byParent.get(`${parentKey}|${segment}`) ?? NONE,
    impliedParents: [...implied.values()],
    extensions,
  };
}

/**
 * The children of a resource, and what stands among them inside the parent without being one: a list nobody knows, an
 * unknown item, an item without a name. Left out, they would pass for rules or subnets that are not there.
 * @param property of the parent, when it is spelled otherwise than the type segment
 */
export function childrenOf(
  children: Children,
  parent: AzureResource,
  segment: string,
  property = segment,
): readonly AzureResource[] {
  const known = children.of(parent.key, segment);
  const list = path(parent.body, 'properties', property);
  const nameless = itemsOf(list).flatMap((item, index): readonly AzureResource[] => {
    if (item.kind === 'unknown') return [childOf(parent, segment, item.text, index, hidden(item))];
    return item.kind === 'object' && !isNamed(item)
      ? [childOf(parent, segment, `#${index + 1}`, index, item)]
      : [];
  });
  return nameless.length === 0 ? known : [...known, ...nameless];
}

function isNamed(item: ObjectValue): boolean {
  return !isAbsent(member(item, 'name')) || stringOf(member(item, 'id')) !== undefined;
}

/** A body whose every property is the unknown. */
function hidden(unknown: Unknown): ObjectValue {
  const { at } = unknown;
  return objectValue(at, [{ name: 'properties', value: unknown satisfies Value, at }]);
}

function childOf(
  parent: AzureResource,
  segment: string,
  name: string,
  index: number,
  body: ObjectValue,
): AzureResource {
  const id = `${parent.id}/${segment}/#${index + 1}`;
  const { subscriptionId, resourceGroup } = parent;
  const type = `${parent.type}/${segment}`;
  return {
    id,
    key: id.toLowerCase(),
    type,
    name,
    subscriptionId,
    resourceGroup,
    body,
    at: body.at,
  };
}

/**
 * Whether a child exists, as far as its parent does not say: a child under the parent's own condition is there
 * whenever the parent is.
 */
export function doubtOf(child: AzureResource, parent: AzureResource): Unknown | undefined {
  const { exists } = child;
  const own = parent.exists;
  const isSame = own !== undefined && exists?.text === own.text && exists.missing === own.missing;
  return isSame ? undefined : exists;
}

/** The id without its last type and name. */
function parentIdOf(id: string): string {
  return id.slice(0, id.lastIndexOf('/', id.lastIndexOf('/') - 1));
}

function parentOf(child: AzureResource, key: string, type: string): AzureResource {
  const id = parentIdOf(child.id);
  const name = id.slice(id.lastIndexOf('/') + 1);
  const value: StringValue = { kind: 'string', value: name, at: child.at };
  return {
    id,
    key,
    type,
    name,
    subscriptionId: child.subscriptionId,
    resourceGroup: child.resourceGroup,
    body: objectValue(child.at, [{ name: 'name', value, at: child.at }]),
    at: child.at,
    isReference: true,
  };
}
