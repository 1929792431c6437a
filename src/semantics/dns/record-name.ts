import type { PrivateEndpoint } from '../../model/index.ts';

/**
 * Services whose record in the zone is exactly the resource's name (a registry also has `<name>.<region>.data`).
 * Every other service may use further names, so a name that does not fit stays undecided there.
 */
const NAMED_BY_RESOURCE: ReadonlySet<string> = new Set([
  'microsoft.keyvault/vaults',
  'microsoft.containerregistry/registries',
  'microsoft.storage/storageaccounts',
  'microsoft.sql/servers',
  'microsoft.eventhub/namespaces',
  'microsoft.servicebus/namespaces',
  'microsoft.appconfiguration/configurationstores',
]);

/**
 * Does a private endpoint keep a record of that name in a zone its zone group names?
 * @param relative the name inside the zone, lower case
 */
export function recordNameOf(
  endpoint: PrivateEndpoint,
  relative: string,
  zone: string,
): 'yes' | 'no' | 'unknown' {
  let answer: 'no' | 'unknown' = endpoint.connections.length === 0 ? 'unknown' : 'no';
  for (const connection of endpoint.connections) {
    if (connection.service.kind === 'unknown') {
      answer = 'unknown';
      continue;
    }
    const { type, name } = serviceOf(connection.service.key);
    if (!NAMED_BY_RESOURCE.has(type)) {
      if (relative === name) return 'yes';
      answer = 'unknown';
      continue;
    }
    if (!zoneFits(type, connection.groupIds, zone)) continue;
    if (relative === name) return 'yes';
    if (
      type === 'microsoft.containerregistry/registries' &&
      relative.startsWith(`${name}.`) &&
      relative.endsWith('.data')
    ) {
      return 'yes';
    }
  }
  return answer;
}

/** Type and last name of a resource id in lower case: `microsoft.keyvault/vaults`, `kv1`. */
export function serviceOf(key: string): { readonly type: string; readonly name: string } {
  const segments = key.split('/');
  const provider = segments.lastIndexOf('providers');
  return {
    type: `${segments[provider + 1] ?? ''}/${segments[provider + 2] ?? ''}`,
    name: segments.at(-1) ?? '',
  };
}

/** A storage account has one zone per sub-service, named after the group id. */
function zoneFits(type: string, groupIds: readonly string[], zone: string): boolean {
  if (type !== 'microsoft.storage/storageaccounts' || groupIds.length === 0) return true;
  const part = zone.split('.')[1] ?? '';
  return groupIds.some((group) => group.toLowerCase().replace('_secondary', '') === part);
}
