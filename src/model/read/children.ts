import { objectValue, type StringValue } from '../../values/index.ts';
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
