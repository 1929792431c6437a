import type { ResourceTypes } from '../resource-types/resource-types.ts';

/**
 * Versions of types whose shapes are not bundled, for resources that do not say theirs (exports). Stable ones that
 * are widely deployed.
 */
const OTHERS: Readonly<Record<string, string>> = {
  'microsoft.storage/storageaccounts': '2023-05-01',
  'microsoft.sql/servers': '2021-11-01',
  'microsoft.servicebus/namespaces': '2021-11-01',
  'microsoft.eventhub/namespaces': '2021-11-01',
  'microsoft.documentdb/databaseaccounts': '2023-11-15',
  'microsoft.insights/components': '2020-02-02',
  'microsoft.insights/actiongroups': '2023-01-01',
  'microsoft.insights/activitylogalerts': '2020-10-01',
  'microsoft.insights/metricalerts': '2018-03-01',
  'microsoft.authorization/policyassignments': '2022-06-01',
  'microsoft.authorization/policydefinitions': '2021-06-01',
  'microsoft.authorization/roledefinitions': '2022-04-01',
  'microsoft.kubernetesconfiguration/extensions': '2023-05-01',
  'microsoft.compute/virtualmachines': '2023-09-01',
  'microsoft.operationsmanagement/solutions': '2015-11-01-preview',
};

/**
 * The version a resource is written in: the bundled one, because only that can be checked (iac-formats 10), else its
 * own. `undefined` when nobody knows one.
 */
export function apiVersionOf(
  types: ResourceTypes,
  type: string,
  written: string | undefined,
): string | undefined {
  const key = type.toLowerCase();
  return types.resources.get(key)?.version ?? written ?? OTHERS[key] ?? ofProvider(key);
}

/** All types of the network provider share their versions, apart from those that only share its name. */
function ofProvider(key: string): string | undefined {
  return /^microsoft\.network\/(?!dns|privatedns|frontdoor|trafficmanager|networkmanagers\/|cdn)/.test(
    key,
  )
    ? '2024-05-01'
    : undefined;
}

/** A type with Azure's own capitals, as far as they are known. */
export function spelledType(types: ResourceTypes, written: string): string {
  return types.resources.get(written.toLowerCase())?.type ?? written;
}
