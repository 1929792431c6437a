import type { Diagnostic, Gap } from '../../diagnostics/index.ts';
import type { AzureResource } from '../../model/index.ts';
import {
  isAbsent,
  member,
  type ObjectValue,
  objectValue,
  stringOf,
  type Value,
} from '../../values/index.ts';
import { placeOfId, type ResourceName } from '../arm-template/resource-id.ts';
import type { ImportedPart } from '../imported-part.ts';
import { type ExportedItems, exportedItems } from './exported-items.ts';
import { type ExportScope, identifyExport } from './identify-export.ts';
import { restoreArmForm } from './restore-arm-form.ts';

/** Deployments are how something came to be, not something that is there; their outputs may hold secrets. */
const NOT_RESOURCES: ReadonlySet<string> = new Set([
  'microsoft.resources/deployments',
  'microsoft.resources/deployments/operations',
  'microsoft.resources/subscriptions',
]);

/** ARM-75: all that a row of `az resource list` holds. A resource with nothing else is known by name only. */
const INVENTORY: ReadonlySet<string> = new Set([
  'id',
  'name',
  'type',
  'location',
  'resourcegroup',
  'subscriptionid',
  'tenantid',
  'tags',
  'kind',
  'sku',
  'plan',
  'identity',
  'zones',
  'managedby',
  'extendedlocation',
  'systemdata',
  'createdtime',
  'changedtime',
  'provisioningstate',
  'etag',
]);

/**
 * What Azure or the CLI answered, as resources in ARM's shape: single resources and lists, nested or flattened,
 * Resource Graph rows and tables. A row without properties becomes a reference: it is there, and nothing is known.
 * @returns `undefined` when `root` is no export. Never throws. O(size).
 */
export function importExport(root: Value, scope: ExportScope = {}): ImportedPart | undefined {
  const found = exportedItems(root);
  if (found === undefined) return undefined;
  const diagnostics: Diagnostic[] = [];
  const gaps: Gap[] = [];
  const resources: AzureResource[] = [];
  for (const item of found.items) {
    const identity = identifyExport(item, scope, diagnostics);
    if (item.kind === 'object' && identity !== undefined) {
      if (NOT_RESOURCES.has(identity.type.toLowerCase())) continue;
      resources.push(resourceOf(item, identity));
    } else notUnderstood(item, diagnostics, gaps);
  }
  if (found.isPartial) reportPartial(root, found, diagnostics, gaps);
  return { resources, objects: [], diagnostics, gaps };
}

function resourceOf(item: ObjectValue, identity: ResourceName): AzureResource {
  const type = identity.type.toLowerCase();
  const isReference = isInventoryRow(item);
  const restored = isReference ? item : restoreArmForm(item, type);
  const location = stringOf(member(item, 'location'));
  const apiVersion = stringOf(member(item, 'apiVersion'));
  return {
    id: identity.id,
    key: identity.key,
    type,
    name: identity.names.at(-1) ?? '',
    ...placeOfId(identity.id),
    ...(location === undefined ? {} : { location }),
    ...(apiVersion === undefined ? {} : { apiVersion }),
    body: withIdentity(restored, identity),
    at: item.at,
    ...(isReference ? { isReference: true } : {}),
  };
}

function isInventoryRow(item: ObjectValue): boolean {
  for (const [key, entry] of item.members) {
    if (!INVENTORY.has(key) && !(key === 'properties' && isAbsent(entry.value))) return false;
  }
  return true;
}

/** Name and type are always there, whatever the source left out. */
function withIdentity(body: ObjectValue, identity: ResourceName): ObjectValue {
  const { at } = body;
  const missing: [string, string][] = [];
  if (isAbsent(member(body, 'id'))) missing.push(['id', identity.id]);
  if (isAbsent(member(body, 'name'))) missing.push(['name', identity.names.at(-1) ?? '']);
  if (isAbsent(member(body, 'type'))) missing.push(['type', identity.type]);
  if (missing.length === 0) return body;
  const added = missing.map(([name, value]) => ({
    name,
    value: { kind: 'string' as const, value, at },
    at,
  }));
  return objectValue(at, [...body.members.values(), ...added]);
}

function notUnderstood(item: Value, diagnostics: Diagnostic[], gaps: Gap[]): void {
  if (item.kind === 'null') return;
  diagnostics.push({
    code: 'export/not-understood',
    severity: 'warning',
    message: 'this item of the list is no resource; it is left out',
    at: item.at,
  });
  const why = 'it could not be told what it is, so nothing it allows or denies is known';
  gaps.push({ what: 'item of an export', why, at: item.at });
}

function reportPartial(
  root: Value,
  found: ExportedItems,
  diagnostics: Diagnostic[],
  gaps: Gap[],
): void {
  diagnostics.push({
    code: 'export/partial',
    severity: 'warning',
    message: `the ${found.form} is one page of several; the others are missing`,
    at: root.at,
    hint: 'ask for more at once (`az graph query --first 1000`) and follow the continuation token',
  });
  gaps.push({ what: found.form, why: 'resources on its other pages are not known', at: root.at });
}
