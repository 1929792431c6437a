import type { AddressValue, PrivateDnsZone, PrivateEndpoint } from '../../model/index.ts';
import type { Network } from '../../network/index.ts';
import { isUnknown, path, stringOf } from '../../values/index.ts';
import type { MissingFact } from '../verdict.ts';

/** What a zone holds under a name inside it. */
export type Held =
  | { readonly kind: 'address'; readonly address: AddressValue }
  | { readonly kind: 'endpoint'; readonly endpoint: PrivateEndpoint }
  | { readonly kind: 'alias'; readonly target: string }
  | { readonly kind: 'unknown'; readonly fact: MissingFact };

/** One zone as a table: what it holds by name, and what it may hold under every other. */
export interface ZoneTable {
  readonly zone: PrivateDnsZone;
  /** By relative name, `@` for the zone itself, `*.x` for wildcards. */
  readonly held: ReadonlyMap<string, Held>;
  /** Endpoints whose zone group names the zone and whose names nobody can tell. */
  readonly perhaps: readonly PrivateEndpoint[];
}

const SPELLED_OUT = new Set([
  'microsoft.keyvault/vaults',
  'microsoft.containerregistry/registries',
  'microsoft.storage/storageaccounts',
  'microsoft.sql/servers',
  'microsoft.eventhub/namespaces',
  'microsoft.servicebus/namespaces',
  'microsoft.appconfiguration/configurationstores',
]);

/**
 * The records of a zone: those written, CNAMEs included, else those that Azure keeps for endpoints (AZS-26).
 * O(records + endpoints).
 */
export function tableOf(network: Network, zone: PrivateDnsZone): ZoneTable {
  const held = new Map<string, Held>();
  const add = (name: string, record: Held) => {
    if (!held.has(name)) held.set(name, record);
  };
  for (const { name, addresses, at } of zone.aRecords) {
    const [address] = addresses;
    const missing = `the address of record \`${name}\``;
    const record: Held =
      address === undefined
        ? { kind: 'unknown', fact: { missing, at } }
        : { kind: 'address', address };
    add(name.toLowerCase(), record);
  }
  const aliases = `${zone.key}/cname/`;
  for (const [key, { body, at }] of network.perimeter.snapshot.resources) {
    if (!key.startsWith(aliases)) continue;
    const name = key.slice(aliases.length);
    const target = stringOf(path(body, 'properties', 'cnameRecord', 'cname'));
    const missing = `the target of CNAME \`${name}\``;
    add(
      name,
      target === undefined
        ? { kind: 'unknown', fact: { missing, at } }
        : { kind: 'alias', target: target.toLowerCase().replace(/\.$/, '') },
    );
  }
  const perhaps: PrivateEndpoint[] = [];
  for (const endpoint of network.perimeter.privateEndpoints.values()) {
    const isKept = endpoint.zoneGroupZones.some((one) => !isUnknown(one) && one.key === zone.key);
    if (!isKept) continue;
    for (const { fqdn, addresses } of endpoint.dnsConfigs) {
      const [address] = addresses;
      if (address !== undefined) add(recordOf(fqdn.toLowerCase()), { kind: 'address', address });
    }
    for (const name of namesKept(endpoint, zone.zone)) add(name, { kind: 'endpoint', endpoint });
    if (mayKeepMore(endpoint)) perhaps.push(endpoint);
  }
  return { zone, held, perhaps };
}

/** Names that an endpoint keeps for certain in a zone of that name, relative to it. */
export function namesKept(endpoint: PrivateEndpoint, zone: string): readonly string[] {
  return endpoint.connections.flatMap(({ service, groupIds }) => {
    if (isUnknown(service)) return [];
    const { type, name } = identityOf(service.key);
    if (type === 'microsoft.storage/storageaccounts' && groupIds.length > 0) {
      // One zone for each of its services: `privatelink.blob.core.windows.net`.
      const [, part] = zone.split('.');
      const parts = groupIds.map((group) => group.toLowerCase().replace('_secondary', ''));
      if (!parts.includes(part ?? '')) return [];
    }
    const region = endpoint.location;
    return type === 'microsoft.containerregistry/registries' && region !== undefined
      ? [name, `${name}.${region}.data`]
      : [name];
  });
}

/** Further names are possible where a service is not known, or not of those that use their own name only. */
export function mayKeepMore({ connections }: PrivateEndpoint): boolean {
  return (
    connections.length === 0 ||
    connections.some(
      ({ service }) => isUnknown(service) || !SPELLED_OUT.has(identityOf(service.key).type),
    )
  );
}

/** The record under a name, else the closest wildcard above it: `*` stands for one label or more. */
export function recordUnder(table: ZoneTable, relative: string): Held | undefined {
  const own = table.held.get(relative);
  if (own !== undefined) return own;
  const first = table.perhaps.at(-1);
  if (first !== undefined) {
    const name = relative === '@' ? table.zone.zone : `${relative}.${table.zone.zone}`;
    const missing = `whether endpoint \`${first.name}\` registers \`${name}\``;
    return { kind: 'unknown', fact: { missing, at: first.at } };
  }
  for (let rest = relative; ; ) {
    const dot = rest.indexOf('.');
    const wildcard = table.held.get(dot < 0 ? '*' : `*.${rest.slice(dot + 1)}`);
    if (wildcard !== undefined || dot < 0) return wildcard;
    rest = rest.slice(dot + 1);
  }
}

/** `kv1` of `kv1.vault.azure.net`, `reg.eastus.data` of `reg.eastus.data.azurecr.io`. */
function recordOf(fqdn: string): string {
  const data = /^(.+\.data)\.azurecr\.io$/.exec(fqdn)?.[1];
  return data ?? fqdn.replace(/\..*$/, '');
}

function identityOf(key: string): { readonly type: string; readonly name: string } {
  const [, provider = '', kind = '', name = ''] =
    /.*\/providers\/([^/]+)\/([^/]+)\/(?:.*\/)?([^/]+)$/.exec(key) ?? [];
  return { type: `${provider}/${kind}`, name: name === '' ? (key.split('/').at(-1) ?? '') : name };
}
