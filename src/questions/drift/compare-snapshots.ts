import type { Place } from '../../diagnostics/index.ts';
import type { AzureResource, KubernetesObject, Snapshot } from '../../model/index.ts';
import { armRules, type ComparisonRules, kubernetesRules } from '../../model/same-words/index.ts';
import { type PropertyDifference, propertyDifferences } from './property-differences.ts';

/** How two snapshots of one perimeter differ, thing by thing. */
export interface ThingsDrift {
  readonly changed: readonly ChangedThing[];
  /** Approved and not there. */
  readonly gone: readonly Thing[];
  /** There and never approved. */
  readonly come: readonly Thing[];
  readonly compared: number;
}

export interface Thing {
  /** `azureFirewalls hub-fw`, `NetworkPolicy pets/default-deny`. */
  readonly name: string;
  readonly at: Place;
}

export interface ChangedThing extends Thing {
  readonly differences: readonly PropertyDifference[];
}

/**
 * Resources meet by id; those of a template that was never deployed have no id of their own and meet by type and name where that is unique on both
 * sides. A resource that one side only refers to is not compared. Kinds of objects that only the live side has at all (what the cluster
 * makes itself: endpoints, replica sets) are left out. O(size).
 */
export function compareSnapshots(approved: Snapshot, live: Snapshot): ThingsDrift {
  const resources = paired(
    [...approved.resources.values()].filter(isTold),
    [...live.resources.values()].filter(isTold),
  );
  const objects = pairedObjects(approved, live);
  const arm = armRules();
  const kubernetes = kubernetesRules(true);
  const changed = [
    ...resources.both.map(([one, other]) => ({
      name: resourceName(one),
      at: one.at,
      differences: propertyDifferences(
        one.body,
        other.body,
        one.key === other.key ? arm : withoutScopes(arm),
      ),
    })),
    ...objects.both.map(([one, other]) => ({
      name: objectName(one),
      at: one.at,
      differences: propertyDifferences(one.body, other.body, kubernetes),
    })),
  ];
  const things = (some: readonly AzureResource[], others: readonly KubernetesObject[]): Thing[] => [
    ...some.map((one) => ({ name: resourceName(one), at: one.at })),
    ...others.map((one) => ({ name: objectName(one), at: one.at })),
  ];
  return {
    changed: changed.filter(({ differences }) => differences.length > 0),
    gone: things(resources.left, objects.left),
    come: things(resources.right, objects.right),
    compared: changed.length,
  };
}

/** A template that was never deployed cannot know in which subscription and group the others lie. */
function withoutScopes(rules: ComparisonRules): ComparisonRules {
  return {
    ...rules,
    isSameScalar: (a, b, key) =>
      rules.isSameScalar(a, b, key) ||
      (a.kind === 'string' &&
        b.kind === 'string' &&
        isId(a.value) &&
        isId(b.value) &&
        nameKey({ key: a.value.toLowerCase() }) === nameKey({ key: b.value.toLowerCase() })),
  };
}

function isId(text: string): boolean {
  return /^\/subscriptions\/.*\/providers\//i.test(text);
}

/** Groups are where things lie, and templates of a group do not say theirs. */
function isTold({ isReference, type }: AzureResource): boolean {
  return isReference !== true && type !== 'microsoft.resources/resourcegroups';
}

interface Paired<T> {
  readonly both: readonly (readonly [T, T])[];
  readonly left: readonly T[];
  readonly right: readonly T[];
}

function paired(
  approved: readonly AzureResource[],
  live: readonly AzureResource[],
): Paired<AzureResource> {
  const byKey = new Map(live.map((one) => [one.key, one]));
  const both: [AzureResource, AzureResource][] = [];
  const taken = new Set<AzureResource>();
  const open: AzureResource[] = [];
  for (const one of approved) {
    const other = byKey.get(one.key);
    if (other === undefined) open.push(one);
    else {
      both.push([one, other]);
      taken.add(other);
    }
  }
  const rest = live.filter((one) => !taken.has(one));
  const [ours, theirs] = [uniqueByName(open), uniqueByName(rest)];
  const left: AzureResource[] = [];
  for (const one of open) {
    const name = nameKey(one);
    const other = ours.get(name) === one ? theirs.get(name) : undefined;
    if (other === undefined) left.push(one);
    else {
      both.push([one, other]);
      taken.add(other);
    }
  }
  return { both, left, right: live.filter((one) => !taken.has(one)) };
}

/** Type and names, without subscription and group: what a template knows of itself. */
function nameKey({ key }: Pick<AzureResource, 'key'>): string {
  return key.slice(key.indexOf('/providers/'));
}

function uniqueByName(list: readonly AzureResource[]): ReadonlyMap<string, AzureResource> {
  const found = new Map<string, AzureResource | undefined>();
  for (const one of list) found.set(nameKey(one), found.has(nameKey(one)) ? undefined : one);
  return new Map([...found].flatMap(([key, one]) => (one === undefined ? [] : [[key, one]])));
}

function pairedObjects(approved: Snapshot, live: Snapshot): Paired<KubernetesObject> {
  const kinds = new Set([...approved.objects.values()].map(({ kind }) => kind));
  const both: [KubernetesObject, KubernetesObject][] = [];
  const left: KubernetesObject[] = [];
  for (const [key, one] of approved.objects) {
    const other = live.objects.get(key);
    if (other === undefined) left.push(one);
    else both.push([one, other]);
  }
  const right = [...live.objects]
    .filter(([key, { kind }]) => !approved.objects.has(key) && kinds.has(kind))
    .map(([, one]) => one);
  return { both, left, right };
}

function resourceName({ type, key, name, id }: AzureResource): string {
  const segments = id.slice(key.indexOf('/providers/') + '/providers/'.length).split('/');
  const names = segments.filter((_, index) => index >= 2 && index % 2 === 0);
  const kind = segments[segments.length - 2] ?? type;
  return `${kind} ${names.length > 0 ? names.join('/') : name}`;
}

function objectName({ kind, namespace, name }: KubernetesObject): string {
  return `${kind} ${namespace === '' ? name : `${namespace}/${name}`}`;
}
