import type { Diagnostic } from '../../diagnostics/index.ts';
import type { Datasets } from '../../facts/index.ts';
import {
  type AzureResource,
  type FileReport,
  type KubernetesObject,
  objectKey,
  type Snapshot,
} from '../../model/index.ts';
import { armRules, kubernetesRules } from '../../model/same-words/index.ts';
import { isAbsent, path } from '../../values/index.ts';
import { compareText } from '../file-paths.ts';
import type { ImportedPart } from '../imported-part.ts';
import { explodeChildren, inlineProperties } from './explode-children.ts';
import { hideSecretMembers, hideSecretTexts } from './hide-secret-members.ts';
import { Listings, shortId } from './listings.ts';
import { type Copy, mergeCopies } from './merge-copies.ts';
import { orderedDiagnostics, orderedGaps } from './order.ts';
import { twoScopes } from './two-scopes.ts';

/** What one file gave, and whether it tells of what is deployed. */
export interface SnapshotPart extends ImportedPart {
  /** Read from Azure itself, directly or by an export of values (not of a template). */
  readonly isLive?: boolean;
}

/**
 * One snapshot out of the parts. Children written inside their parents become resources of their own; copies of one
 * resource or object are merged by id, without case. The order of `parts` changes nothing.
 * O(resources), plus the size of what is there more than once.
 */
export function buildSnapshot(
  parts: readonly SnapshotPart[],
  datasets: Datasets,
  files: readonly FileReport[],
): Snapshot {
  const diagnostics: Diagnostic[] = parts.flatMap((part) => part.diagnostics);
  const resources = mergeResources(parts, diagnostics);
  const objects = mergeObjects(parts, diagnostics);
  diagnostics.push(...twoScopes(parts));
  return {
    resources,
    objects,
    datasets,
    diagnostics: orderedDiagnostics(diagnostics),
    gaps: orderedGaps(parts.flatMap((part) => part.gaps)),
    files: [...files].sort((a, b) => compareText(a.file, b.file)),
    ...(parts.some(({ isTold }) => isTold) ? { isTold: true as const } : {}),
  };
}

function mergeResources(
  parts: readonly SnapshotPart[],
  diagnostics: Diagnostic[],
): ReadonlyMap<string, AzureResource> {
  const copies = new Map<string, Copy<AzureResource>[]>();
  const listings = new Listings();
  const add = (resource: AzureResource, isLive: boolean, isInline: boolean) => {
    append(copies, resource.key, {
      thing: resource,
      body: resource.body,
      at: resource.at,
      isLive,
      isInline,
      isReference: resource.isReference === true,
      isConditional: resource.exists !== undefined,
    });
  };
  for (const part of parts) {
    const isLive = part.isLive === true;
    for (const written of part.resources) {
      const resource = { ...written, body: hideSecretMembers(written.body) };
      add(resource, isLive, false);
      listings.add(resource, isLive);
      for (const child of explodeChildren(resource)) add(child, isLive, true);
    }
  }
  const merged = new Map<string, AzureResource>();
  for (const [key, list] of sortedEntries(copies)) {
    const resource = listings.settle(mergeResource(list, diagnostics), list, diagnostics);
    if (resource !== undefined) merged.set(key, resource);
  }
  return merged;
}

function mergeResource(
  copies: readonly Copy<AzureResource>[],
  diagnostics: Diagnostic[],
): AzureResource {
  const [only] = copies;
  if (copies.length === 1 && only !== undefined) return only.thing;
  const { type, id } = only!.thing;
  const leaveOut = inlineProperties(type);
  const rules = { same: armRules({ leaveOut }), declared: armRules({ leaveOut, isPartial: true }) };
  const merged = mergeCopies(shortId(id), copies, rules, diagnostics);
  const { exists, ...certain } = merged.copy.thing;
  const isConditional = merged.isConditional && exists !== undefined;
  return { ...certain, body: merged.body, ...(isConditional ? { exists } : {}) };
}

function mergeObjects(
  parts: readonly SnapshotPart[],
  diagnostics: Diagnostic[],
): ReadonlyMap<string, KubernetesObject> {
  const copies = new Map<string, Copy<KubernetesObject>[]>();
  const written = parts.flatMap((part) => part.objects);
  const clusters = clustersByKey(written);
  for (const one of written) {
    const object = { ...one, body: hideSecretTexts(one.kind, one.body) };
    const key = objectKey(object);
    const copy: Copy<KubernetesObject> = {
      thing: object,
      body: object.body,
      at: object.at,
      // Only the API server gives an object its uid.
      isLive: !isAbsent(path(object.body, 'metadata', 'uid')),
      isInline: false,
      isReference: false,
      isConditional: false,
    };
    if (object.cluster !== undefined) {
      append(copies, `${key}@${object.cluster}`, copy);
      continue;
    }
    append(copies, key, copy);
    // What runs in each cluster runs in this one too, beside the object of its own.
    for (const cluster of clusters.get(key) ?? []) {
      append(copies, `${key}@${cluster}`, { ...copy, thing: { ...object, cluster } });
    }
  }
  const rules = { same: kubernetesRules(false), declared: kubernetesRules(true) };
  return new Map(
    sortedEntries(copies).map(([key, list]) => {
      const [only] = list;
      if (list.length === 1 && only !== undefined) return [key, only.thing];
      const { kind, namespace, name } = only!.thing;
      const label = namespace === '' ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
      const merged = mergeCopies(label, list, rules, diagnostics);
      return [key, { ...merged.copy.thing, body: merged.body }];
    }),
  );
}

/** The clusters that have an object of their own, by its key. */
function clustersByKey(
  objects: readonly KubernetesObject[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const clusters = new Map<string, Set<string>>();
  for (const object of objects) {
    if (object.cluster === undefined) continue;
    const key = objectKey(object);
    const known = clusters.get(key);
    if (known === undefined) clusters.set(key, new Set([object.cluster]));
    else known.add(object.cluster);
  }
  return clusters;
}

function append<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}

function sortedEntries<T>(lists: ReadonlyMap<string, T>): [string, T][] {
  return [...lists].sort(([a], [b]) => compareText(a, b));
}
