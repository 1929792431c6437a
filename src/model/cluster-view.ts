import { isAbsent, path } from '../values/index.ts';
import { type AzureResource, type KubernetesObject, objectKey, type Snapshot } from './snapshot.ts';

const CLUSTER = 'microsoft.containerservice/managedclusters';

/** The managed clusters of a snapshot, in its order. */
export function clustersOf({ resources }: Snapshot): readonly AzureResource[] {
  return [...resources.values()].filter(({ type }) => type === CLUSTER);
}

/**
 * The clusters to ask about one after the other: those of an input that says which objects run in which of several. Empty when one
 * cluster has all objects, and when nobody says whose they are.
 */
export function clustersToldApart(snapshot: Snapshot): readonly AzureResource[] {
  const clusters = clustersOf(snapshot);
  return snapshot.isTold === true && clusters.length > 1 ? clusters : [];
}

/** The clusters that `name` means: one by its id, or those of that name, which may be several in different groups. */
export function clustersNamed(snapshot: Snapshot, name: string): readonly AzureResource[] {
  const wanted = name.toLowerCase();
  return clustersOf(snapshot).filter((one) => isCalled(one, wanted));
}

function isCalled({ key, name }: AzureResource, wanted: string): boolean {
  return key === wanted || name.toLowerCase() === wanted;
}

/**
 * The snapshot as one of its clusters has it: its own objects, and those that run in each. Where an object is written for this
 * cluster, that is the one that counts. Services of the others stay at hand, because their front ends stand in the same networks.
 * O(objects × clusters).
 */
export function viewOfCluster(snapshot: Snapshot, cluster: AzureResource): Snapshot {
  const others = clustersOf(snapshot).filter((one) => one !== cluster);
  return {
    ...snapshot,
    objects: objectsIn(snapshot, cluster),
    home: cluster.key,
    elsewhere: new Map(
      others.map((one) => [one.key, [...objectsIn(snapshot, one).values()].filter(isPublished)]),
    ),
  };
}

function objectsIn(
  { objects }: Snapshot,
  cluster: AzureResource,
): ReadonlyMap<string, KubernetesObject> {
  const own = new Map<string, KubernetesObject>();
  for (const object of objects.values()) {
    const key = objectKey(object);
    if (object.cluster === undefined) {
      if (!own.has(key)) own.set(key, object);
    } else if (isCalled(cluster, object.cluster)) own.set(key, object);
  }
  return own;
}

/** A front end outside the cluster is all that others see of it. */
function isPublished({ kind, apiVersion, body }: KubernetesObject): boolean {
  if (kind !== 'Service' || apiVersion !== 'v1') return false;
  const type = path(body, 'spec', 'type');
  return !isAbsent(type) && !(type?.kind === 'string' && type.value !== 'LoadBalancer');
}
